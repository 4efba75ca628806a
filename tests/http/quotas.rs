//! Quotas: how many tokens an entity may get in an hour and in a day.

use passgate::domain::person::Role;
use passgate::jobs;
use reqwest::Method;
use serde_json::{Value, json};

use crate::server::{Answer, Customer, Server};

/// From the beginning of every test to the next hour, and to the next day.
const TO_NEXT_HOUR: u64 = 3200;
const TO_NEXT_DAY: u64 = 60_800;

async fn limit(server: &Server, customer: &Customer, quota: Value) {
    server.change(customer, json!({"settings": {"quota": quota}})).await;
}

async fn grant(server: &Server, customer: &Customer) -> Answer {
    server.oauth("token", customer, &[("grant_type", "client_credentials")]).await
}

/// How many answers are 200 before the first that is not.
async fn until_refused(server: &Server, customer: &Customer) -> usize {
    for issued in 0..50 {
        let answer = server.ask(customer.body()).await;
        if answer.status != 200 {
            answer.assert_problem(429, "over_quota");
            return issued;
        }
    }
    unreachable!("it is refused at some time")
}

/// Everything is written and known, as it is within a second.
async fn settle(server: &Server) {
    jobs::flush(&server.app).await.unwrap();
    for reached in server.app.follow_quotas().await.unwrap() {
        server.app.mail_quota(&reached).await;
    }
}

#[tokio::test]
async fn a_used_quota_is_429_at_both_doors_until_the_next_hour() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let unlimited = server.ask(customer.body()).await;
    assert_eq!((unlimited.header("ratelimit"), unlimited.header("ratelimit-policy")), ("", ""));
    limit(&server, &customer, json!({"tokens_per_hour": 4, "tokens_per_day": 6})).await;
    settle(&server).await;
    let first = server.ask(customer.body()).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.header("ratelimit-policy"), "\"hour\";q=4;w=3600, \"day\";q=6;w=86400");
    assert_eq!(first.header("ratelimit"), "\"hour\";r=2;t=3200, \"day\";r=4;t=60800", "the one before counts too");
    assert_eq!(grant(&server, &customer).await.header("ratelimit"), "\"hour\";r=1;t=3200, \"day\";r=3;t=60800");
    assert_eq!(server.ask(customer.body()).await.status, 200);
    let refused = server.ask(customer.body()).await;
    refused.assert_problem(429, "over_quota");
    assert_eq!(refused.header("retry-after"), "900", "not longer than the contract allows");
    assert_eq!(refused.header("ratelimit"), "\"hour\";r=0;t=3200, \"day\";r=2;t=60800");
    let refused = grant(&server, &customer).await;
    refused.assert_problem(429, "over_quota");
    assert_eq!(
        (refused.body["error"].as_str(), refused.header("retry-after")),
        (Some("temporarily_unavailable"), "900")
    );
    server.advance(TO_NEXT_HOUR - 1);
    assert_eq!(server.ask(customer.body()).await.header("retry-after"), "1");
    server.advance(1);
    assert_eq!(until_refused(&server, &customer).await, 2, "of the day, two are left");
    server.advance(TO_NEXT_DAY - TO_NEXT_HOUR);
    assert_eq!(until_refused(&server, &customer).await, 4);
    limit(&server, &customer, Value::Null).await;
    assert_eq!(server.ask(customer.body()).await.status, 200);
}

#[tokio::test]
async fn only_tokens_count_and_nothing_is_told_before_the_secret_is_proven() {
    let server = Server::start().await;
    let customer = server.customer().await;
    limit(&server, &customer, json!({"tokens_per_hour": 2})).await;
    for body in [
        json!({"client_id": customer.client_id, "client_secret": "wrong"}),
        json!({"client_id": customer.client_id}),
        customer.body_with(json!({"scope": "nonsense"})),
        customer.body_with(json!({"unknown": "x"})),
    ] {
        let answer = server.ask(body).await;
        assert!(matches!(answer.status, 400 | 401 | 412), "{}", answer.text);
        assert_eq!(answer.header("ratelimit"), "");
    }
    assert_eq!(until_refused(&server, &customer).await, 2);
    let wrong = server.ask(json!({"client_id": customer.client_id, "client_secret": "wrong"})).await;
    wrong.assert_problem(401, "invalid_credentials");
    assert_eq!((wrong.header("ratelimit"), wrong.header("ratelimit-policy")), ("", ""));
    server.ask(customer.body_with(json!({"scope": "nonsense"}))).await.assert_problem(400, "invalid_scope");
}

#[tokio::test]
async fn requests_at_once_never_get_more_than_there_is() {
    let server = Server::start().await;
    let customer = server.customer().await;
    limit(&server, &customer, json!({"tokens_per_hour": 10})).await;
    let all = futures_util::future::join_all((0..40).map(|_| server.ask(customer.body()))).await;
    assert_eq!(all.iter().filter(|answer| answer.status == 200).count(), 10);
}

#[tokio::test]
async fn a_quota_of_a_day_alone_holds_through_its_hours_and_while_the_database_is_away() {
    let server = Server::start().await;
    let customer = server.customer().await;
    limit(&server, &customer, json!({"tokens_per_day": 2})).await;
    server.token(&customer).await;
    server.token(&customer).await;
    for _ in 0..3 {
        server.app.follow_quotas().await.unwrap();
        server.ask(customer.body()).await.assert_problem(429, "over_quota");
    }
    passgate::jobs::flush(&server.app).await.unwrap();
    server.advance(3 * 3600);
    server.ask(customer.body()).await.assert_problem(429, "over_quota");
    server.app.follow_quotas().await.unwrap();
    server.app.follow_events().await.unwrap();
    server.app.store.close().await;
    server.app.follow_events().await.unwrap_err();
    server.advance(3);
    server.ask(customer.body()).await.assert_problem(429, "over_quota");
}

#[tokio::test]
async fn a_restart_brings_no_fresh_quota_and_nodes_follow_each_other() {
    let one = Server::start().await;
    let customer = one.customer().await;
    limit(&one, &customer, json!({"tokens_per_hour": 10})).await;
    for _ in 0..4 {
        assert_eq!(one.ask(customer.body()).await.status, 200);
    }
    settle(&one).await;
    let other = Server::start_in(&one.place, &[]).await;
    let third = other.ask(customer.body()).await;
    assert_eq!(third.header("ratelimit"), "\"hour\";r=5;t=3200");
    for _ in 0..2 {
        assert_eq!(other.ask(customer.body()).await.status, 200);
    }
    settle(&other).await;
    settle(&one).await;
    assert_eq!(one.ask(customer.body()).await.header("ratelimit"), "\"hour\";r=2;t=3200");
}

#[tokio::test]
async fn a_dry_run_refuses_nothing_and_shows_what_it_would_have_refused() {
    let server = Server::start().await;
    let customer = server.customer().await;
    limit(&server, &customer, json!({"tokens_per_hour": 2, "dry_run": true})).await;
    for left in [1, 0, 0, 0, 0] {
        let answer = server.ask(customer.body()).await;
        assert_eq!((answer.status, answer.header("ratelimit")), (200, &*format!("\"hour\";r={left};t=3200")));
    }
    settle(&server).await;
    let operator = server.operator("tomas@dlat.example").await;
    let page = operator.get("/operator/entities/northwind").await.text;
    assert!(page.contains("5 of 2 tokens of this hour (UTC) are used"), "{page}");
    assert!(page.contains("3 tokens of the last 24 hours would have been refused"));
    assert!(page.contains("nothing is refused"));
    limit(&server, &customer, json!({"tokens_per_hour": 2})).await;
    server.ask(customer.body()).await.assert_problem(429, "over_quota");
}

#[tokio::test]
async fn owners_are_told_at_60_80_and_100_percent_once_over_all_nodes() {
    let (mail, address) = crate::mail::sink().await;
    let url = format!("smtp://{address}");
    let settings = [("smtp_url", url.as_str()), ("mail_from", "passgate@dlat.example")];
    let server = Server::start_with(&settings).await;
    let customer = server.customer().await;
    let maya = server.person("northwind", "maya@northwind.example", Role::Owner).await;
    server.person("northwind", "viewer@northwind.example", Role::Viewer).await;
    for _ in 0..2 {
        assert!(mail.next().await.contains("Invitation"));
    }
    let other = Server::start_in(&server.place, &settings).await;
    limit(&server, &customer, json!({"tokens_per_hour": 10})).await;
    other.app.follow_events().await.unwrap();
    let shares = async || {
        let events = server.admin(Method::GET, "/events?action=quota.reached", None).await.body;
        let events = events["items"].as_array().unwrap().iter();
        events.map(|event| event["detail"]["percent"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let mut told = Vec::new();
    for (tokens, share) in [(5, None), (1, Some(60)), (2, Some(80)), (2, Some(100))] {
        for n in 0..tokens {
            let node = if n % 2 == 0 { &server } else { &other };
            assert_eq!(node.ask(customer.body()).await.status, 200);
        }
        jobs::flush(&server.app).await.unwrap();
        jobs::flush(&other.app).await.unwrap();
        for node in [&server, &other, &server] {
            settle(node).await;
        }
        told.splice(0..0, share);
        assert_eq!(shares().await, told);
        if let Some(share) = share {
            let text = mail.next().await;
            assert!(text.contains("maya@northwind.example"), "{text}");
            assert!(text.contains(&format!("has used {share} percent of the 10 tokens")), "{text}");
        }
    }
    let page = maya.get("/entities/northwind/usage").await.text;
    assert!(page.contains("10 of 10 tokens of this hour (UTC) are used"), "{page}");
    assert!(page.contains("Requests are refused until the next hour or day begins."));
    let page = maya.get("/entities/northwind/activity").await.text;
    assert!(page.contains("100 % of the tokens of an hour were used"), "{page}");
    server.advance(TO_NEXT_HOUR);
    assert_eq!(server.ask(customer.body()).await.status, 200);
    settle(&server).await;
    assert_eq!(shares().await.len(), 3);
    let operator = server.operator("tomas@dlat.example").await;
    assert!(operator.get("/operator/activity").await.text.contains("Noticed that much of a quota is used"));
}

#[tokio::test]
async fn the_log_of_requests_says_why_and_what_to_do() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let maya = server.person("northwind", "maya@northwind.example", Role::Developer).await;
    limit(&server, &customer, json!({"tokens_per_hour": 1})).await;
    assert_eq!(until_refused(&server, &customer).await, 1);
    assert_eq!(grant(&server, &customer).await.status, 429);
    jobs::flush(&server.app).await.unwrap();
    let page = maya.get("/entities/northwind/requests").await.text;
    assert_eq!(
        page.matches("All the tokens of this hour or day had been issued").count(),
        4,
        "as two causes and in two rows: {page}"
    );
    assert!(page.contains("Keep a token until it ends"));
    let kind = server.get("/problems/over-quota").send().await.unwrap();
    assert_eq!(kind.status(), 200);
}

#[tokio::test]
async fn a_quota_is_set_by_operators_only_and_moves_with_the_configuration() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let path = "/entities/northwind";
    for (quota, field) in [
        (json!({"tokens_per_hour": 0}), "quota.tokens_per_hour"),
        (json!({"tokens_per_day": 1_000_000_001}), "quota.tokens_per_day"),
        (json!({}), "quota"),
        (json!({"dry_run": true}), "quota"),
    ] {
        let answer = server.admin(Method::PATCH, path, Some(json!({"settings": {"quota": quota}}))).await;
        answer.assert_problem(422, "invalid_fields");
        assert_eq!(answer.faults()[0].0, field);
    }
    for odd in [json!(5), json!([1, 2, true]), json!({"tokens": 5}), json!({"tokens_per_hour": "5"})] {
        let answer = server.admin(Method::PATCH, path, Some(json!({"settings": {"quota": odd}}))).await;
        answer.assert_problem(400, "malformed_request");
    }
    limit(&server, &customer, json!({"tokens_per_day": 5})).await;
    let shown = server.admin(Method::GET, path, None).await.body;
    let expected = json!({"tokens_per_hour": null, "tokens_per_day": 5, "dry_run": false});
    assert_eq!(shown["settings"]["quota"], expected);

    let operator = server.operator("tomas@dlat.example").await;
    let file = operator.get("/operator/entities/northwind/export").await;
    assert_eq!(file.body["settings"]["quota"], expected);
    let mut older = file.body.clone();
    older["identifier"] = json!("older");
    older["settings"].as_object_mut().unwrap().remove("quota");
    let made = operator.post("/operator/entities/import", &[("configuration", &older.to_string())]).await;
    assert_eq!(made.status, 303, "a file from before there were quotas: {}", made.text);

    let form = |version: &str, hour: &str, dry: bool| {
        let mut fields = vec![
            ("version".to_owned(), version.to_owned()),
            ("identifier".to_owned(), "northwind".to_owned()),
            ("name".to_owned(), "Northwind".to_owned()),
            ("scopes".to_owned(), "read".to_owned()),
            ("most_credentials".to_owned(), "3".to_owned()),
            ("quota.tokens_per_hour".to_owned(), hour.to_owned()),
            ("quota.tokens_per_day".to_owned(), String::new()),
        ];
        fields.extend(dry.then(|| ("quota_dry_run".to_owned(), "true".to_owned())));
        fields
    };
    let post = async |fields: Vec<(String, String)>| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        operator.post("/operator/entities/northwind", &fields).await
    };
    let version = async || server.admin(Method::GET, path, None).await.body["version"].to_string();
    let refused = post(form(&version().await, "many", false)).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("id=\"quota.tokens_per_hour-error\""), "{}", refused.text);
    assert_eq!(post(form(&version().await, "7", true)).await.status, 303);
    let shown = server.admin(Method::GET, path, None).await.body;
    assert_eq!(shown["settings"]["quota"], json!({"tokens_per_hour": 7, "tokens_per_day": null, "dry_run": true}));
    assert_eq!(post(form(&version().await, "", true)).await.status, 303);
    assert_eq!(server.admin(Method::GET, path, None).await.body["settings"]["quota"], Value::Null);
}
