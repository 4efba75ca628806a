//! The admin API: who may, what it keeps, pages, ETags, problems.

use reqwest::Method;
use serde_json::{Value, json};

use crate::server::{Answer, Server};

#[tokio::test]
async fn nobody_without_a_valid_operator_token_gets_in() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let expired = server
        .app
        .create_operator_token(&passgate::domain::event::Actor::Cli, "short", std::time::Duration::from_secs(60))
        .await
        .unwrap()
        .1;
    let revoked = server
        .app
        .create_operator_token(&passgate::domain::event::Actor::Cli, "gone", std::time::Duration::from_secs(3600))
        .await
        .unwrap();
    server.app.revoke_operator_token(&passgate::domain::event::Actor::Cli, revoked.0.id.as_str()).await.unwrap();
    server.advance(60);
    for bearer in [
        None,
        Some("pgo_nonsense"),
        Some(token.as_str()),
        Some(customer.secret.as_str()),
        Some(expired.expose()),
        Some(revoked.1.expose()),
    ] {
        let mut request = server.get("/admin/v1/entities");
        if let Some(bearer) = bearer {
            request = request.bearer_auth(bearer);
        }
        let answer = Answer::of(request.send().await.unwrap()).await;
        answer.assert_problem(401, "operator_token_needed");
    }
    assert_eq!(server.admin(Method::GET, "/entities", None).await.status, 200);
}

#[tokio::test]
async fn an_entity_is_created_shown_and_changed() {
    let server = Server::start().await;
    let made = server
        .admin(Method::POST, "/entities", Some(json!({"identifier": "northwind", "name": "Northwind Logistics"})))
        .await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.body["scopes"], json!(["DLAT access Webhooks"]));
    assert_eq!(made.body["settings"]["token_timeout_minutes"], 10);
    assert_eq!(made.header("location"), format!("/admin/v1/entities/{}", made.body["id"].as_str().unwrap()));
    let by_id = server.admin(Method::GET, &format!("/entities/{}", made.body["id"].as_str().unwrap()), None).await;
    let by_identifier = server.admin(Method::GET, "/entities/northwind", None).await;
    assert_eq!((&by_id.body, &by_identifier.body), (&made.body, &made.body));
    let change = json!({"name": "Northwind", "description": "A carrier.", "settings": {"token_timeout_minutes": 1440, "account_lock": {"maximum_attempts": 3}, "ip_allowlist": ["127.0.0.1", "2001:db8::/32"]}});
    let changed = server.admin(Method::PATCH, "/entities/northwind", Some(change)).await;
    assert_eq!(
        (changed.status, &changed.body["name"], &changed.body["version"]),
        (200, &json!("Northwind"), &json!(2))
    );
    assert_eq!(changed.body["settings"]["ip_allowlist"], json!(["127.0.0.1/32", "2001:db8::/32"]));
    let off =
        server.admin(Method::PATCH, "/entities/northwind", Some(json!({"settings": {"account_lock": null}}))).await;
    assert_eq!(
        (&off.body["settings"]["account_lock"], &off.body["settings"]["token_timeout_minutes"]),
        (&Value::Null, &json!(1440))
    );
}

#[tokio::test]
async fn every_field_at_fault_is_listed_and_limits_are_the_contracts() {
    let server = Server::start().await;
    let bad = json!({"identifier": "a b", "name": "x".repeat(51), "description": "x".repeat(2001), "scopes": [], "settings": {"token_timeout_minutes": 1441, "account_lock": {"maximum_attempts": 10}, "ip_allowlist": ["nowhere"], "regenerate_grace_seconds": 604_801, "most_credentials": 0}});
    let answer = server.admin(Method::POST, "/entities", Some(bad)).await;
    answer.assert_problem(422, "invalid_fields");
    let mut fields: Vec<String> = answer.faults().into_iter().map(|(field, _)| field).collect();
    fields.sort_unstable();
    let expected = [
        "account_lock.maximum_attempts",
        "description",
        "identifier",
        "ip_allowlist",
        "most_credentials",
        "name",
        "regenerate_grace_seconds",
        "scopes",
        "token_timeout_minutes",
    ];
    assert_eq!(fields, expected);
    let good = json!({"identifier": "x".repeat(64), "name": "é".repeat(50), "description": "é".repeat(2000), "settings": {"token_timeout_minutes": 1}});
    assert_eq!(server.admin(Method::POST, "/entities", Some(good)).await.status, 201);
    let none = server.admin(Method::POST, "/entities", Some(json!({}))).await;
    assert_eq!(
        none.faults(),
        [("identifier".to_owned(), "required".to_owned()), ("name".to_owned(), "required".to_owned())]
    );
}

#[tokio::test]
async fn an_identifier_is_unique() {
    let server = Server::start().await;
    let body = json!({"identifier": "same", "name": "Same"});
    assert_eq!(server.admin(Method::POST, "/entities", Some(body.clone())).await.status, 201);
    server.admin(Method::POST, "/entities", Some(body)).await.assert_problem(409, "taken");
    server.customer_named("other").await;
    server
        .admin(Method::PATCH, "/entities/other", Some(json!({"identifier": "same"})))
        .await
        .assert_problem(409, "taken");
}

#[tokio::test]
async fn a_change_based_on_an_old_version_is_refused() {
    let server = Server::start().await;
    server.customer().await;
    let etag = server.admin(Method::GET, "/entities/northwind", None).await.header("etag").to_owned();
    let change = async |etag: &str, name: &str| {
        let request = server
            .request(Method::PATCH, "/admin/v1/entities/northwind")
            .bearer_auth(&server.operator_token)
            .header("if-match", etag);
        Answer::of(request.json(&json!({"name": name})).send().await.unwrap()).await
    };
    let first = change(&etag, "First").await;
    assert_eq!(first.status, 200);
    change(&etag, "Second").await.assert_problem(412, "changed");
    change("W/\"2\"", "Second").await.assert_problem(412, "changed");
    assert_eq!(change(first.header("etag"), "Third").await.body["name"], "Third");
    assert_eq!(change("*", "Fourth").await.body["name"], "Fourth");
}

#[tokio::test]
async fn lists_come_in_pages_and_a_forged_cursor_is_refused() {
    let server = Server::start().await;
    for n in 0..7 {
        server.customer_named(&format!("entity-{n}")).await;
    }
    let mut seen = Vec::new();
    let mut path = "/entities?limit=3".to_owned();
    let mut pages = 0;
    loop {
        let page = server.admin(Method::GET, &path, None).await;
        assert_eq!(page.status, 200, "{}", page.text);
        pages += 1;
        seen.extend(
            page.body["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|entity| entity["identifier"].as_str().unwrap().to_owned()),
        );
        match page.body["next_cursor"].as_str() {
            Some(cursor) => path = format!("/entities?limit=3&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(pages, 3);
    assert_eq!(seen, (0..7).map(|n| format!("entity-{n}")).collect::<Vec<_>>());
    let cursor = path.split("cursor=").nth(1).unwrap();
    for query in [
        "cursor=x".to_owned(),
        "cursor=WyJhIl0.AAAA".to_owned(),
        format!("cursor=X{cursor}"),
        "limit=0".into(),
        "limit=201".into(),
        "limit=x".into(),
        "limt=5".into(),
        "limit=1&limit=2".into(),
    ] {
        server.admin(Method::GET, &format!("/entities?{query}"), None).await.assert_problem(400, "malformed_request");
    }
    let misspelt = server.admin(Method::GET, "/entities?limt=5", None).await;
    assert!(misspelt.body["detail"].as_str().unwrap().ends_with("only, and not limt."), "{}", misspelt.text);
    let elsewhere = server.admin(Method::GET, &format!("/events?cursor={cursor}"), None).await;
    elsewhere.assert_problem(400, "malformed_request");
}

#[tokio::test]
async fn credentials_are_generated_listed_and_capped() {
    let server = Server::start().await;
    server.customer().await;
    server.admin(Method::PATCH, "/entities/northwind", Some(json!({"settings": {"most_credentials": 3}}))).await;
    for name in ["ERP", "WMS"] {
        let made = server.admin(Method::POST, "/entities/northwind/credentials", Some(json!({"name": name}))).await;
        assert_eq!(made.status, 201);
        let body = json!({"client_id": made.body["client_id"], "client_secret": made.body["client_secret"]});
        assert_eq!(server.ask(body).await.status, 200);
    }
    server.admin(Method::POST, "/entities/northwind/credentials", None).await.assert_problem(409, "conflict");
    let list = server.admin(Method::GET, "/entities/northwind/credentials?limit=2", None).await;
    let names = |list: &Answer| {
        list.body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let rest = server
        .admin(
            Method::GET,
            &format!("/entities/northwind/credentials?limit=2&cursor={}", list.body["next_cursor"].as_str().unwrap()),
            None,
        )
        .await;
    let mut all = names(&list);
    all.extend(names(&rest));
    all.sort_unstable();
    assert_eq!(all, ["Default", "ERP", "WMS"]);
    assert!(!list.text.contains("\"client_secret\":") && !list.text.contains("\"mac\""));
    let bad = json!({"name": "", "expires_at": "2001-01-01T00:00:00Z"});
    assert_eq!(server.admin(Method::POST, "/entities/northwind/credentials", Some(bad)).await.faults().len(), 2);
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_a_problem_that_repeats_nothing() {
    let server = Server::start().await;
    server.customer().await;
    let send = async |method: Method, path: &str, body: &'static str| {
        let request = server
            .request(method, &format!("/admin/v1{path}"))
            .bearer_auth(&server.operator_token)
            .header("content-type", "application/json");
        Answer::of(request.body(body).send().await.unwrap()).await
    };
    for body in [
        "{\"name\": 5}",
        "{\"name\": \"hunter2\"",
        "[]",
        "\"hunter2\"",
        "{\"status\": \"hunter2\"}",
        "{\"nmae\": \"hunter2\"}",
        "{\"name\":\"a\",\"name\":\"b\"}",
        "[\"hunter2\"]",
        "{\"settings\":[5]}",
        "{\"settings\":{\"account_lock\":[3,4]}}",
        "{\"name\":null}",
        "{} {}",
        "{\"pgo_hunter2\":1}",
    ] {
        let answer = send(Method::PATCH, "/entities/northwind", body).await;
        answer.assert_problem(400, "malformed_request");
        assert!(!answer.text.contains("hunter2"), "{}", answer.text);
    }
    for path in
        ["/entities/nobody", "/entities/%FF", "/entities/%00", "/nothing", "/credentials/pgc_x", "/entities/a/b/c"]
    {
        server.admin(Method::GET, path, None).await.assert_problem(404, "not_found");
    }
    server.admin(Method::DELETE, "/entities/northwind", None).await.assert_problem(405, "method_not_allowed");
}

#[tokio::test]
async fn every_change_leaves_an_event_and_no_event_a_secret() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.define(&customer, json!({"name": "depot", "type": "string"})).await;
    server.change(&customer, json!({"name": "New"})).await;
    let made = server.admin(Method::POST, &format!("/credentials/{}/regenerate", customer.client_id), None).await;
    server.admin(Method::POST, &format!("/credentials/{}/revoke", customer.client_id), None).await;
    let events = server.admin(Method::GET, "/events?limit=200", None).await;
    let actions: Vec<&str> =
        events.body["items"].as_array().unwrap().iter().rev().map(|event| event["action"].as_str().unwrap()).collect();
    let expected = [
        "key.created",
        "key.created",
        "operator_token.created",
        "entity.created",
        "credential.generated",
        "parameter.set",
        "entity.updated",
        "credential.regenerated",
        "credential.revoked",
    ];
    assert_eq!(actions, expected);
    let numbers: Vec<i64> =
        events.body["items"].as_array().unwrap().iter().rev().map(|event| event["seq"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=9).collect::<Vec<i64>>());
    for secret in [customer.secret.as_str(), made.body["client_secret"].as_str().unwrap(), &server.operator_token] {
        assert!(!events.text.contains(secret));
    }
}

#[tokio::test]
async fn the_schema_of_a_token_request_is_the_one_that_the_server_enforces() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.define(&customer, json!({"name": "depot", "type": "string", "required": true, "max_length": 4})).await;
    let schema = server.admin(Method::GET, "/entities/northwind/request-schema", None).await.body;
    let schema = jsonschema::validator_for(&schema).unwrap();
    for more in [
        json!({"depot": "RTM"}),
        json!({}),
        json!({"depot": "ROTTERDAM"}),
        json!({"depot": "RTM", "surplus": 1}),
        json!({"depot": "RTM", "grant_type": "password"}),
    ] {
        let body = customer.body_with(more);
        assert_eq!(schema.is_valid(&body), server.ask(body.clone()).await.status == 200, "{body}");
    }
}

#[tokio::test]
async fn only_json_in_utf_8_is_taken_and_a_long_list_is_not_judged_item_by_item() {
    let server = Server::start().await;
    server.customer().await;
    for content_type in ["application/jsonfoo", "application/json; charset=utf-16", "text/plain"] {
        let request = server
            .post("/admin/v1/keys/rotate")
            .bearer_auth(&server.operator_token)
            .header("content-type", content_type);
        Answer::of(request.body("{}").send().await.unwrap()).await.assert_problem(400, "malformed_request");
    }
    let many = json!({"settings": {"ip_allowlist": vec![""; 20_000]}});
    let answer = server.admin(Method::PATCH, "/entities/northwind", Some(many)).await;
    answer.assert_problem(422, "invalid_fields");
    assert_eq!(answer.faults().len(), 1);
    for identifier in [".", "..", "pge_x"] {
        let body = json!({"identifier": identifier, "name": "x"});
        server.admin(Method::POST, "/entities", Some(body)).await.assert_problem(422, "invalid_fields");
    }
}
