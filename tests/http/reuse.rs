//! Token reuse: who asks for the very same while the last token is young gets that one.

use reqwest::Method;
use serde_json::{Value, json};

use crate::ledger::claims;
use crate::server::{Answer, Customer, Server};

const HALF: [(&str, &str); 1] = [("token_reuse_percent", "50")];

async fn grant(server: &Server, customer: &Customer, form: &[(&str, &str)]) -> Answer {
    let form: Vec<_> = form.iter().copied().chain([("grant_type", "client_credentials")]).collect();
    let answer = server.oauth("token", customer, &form).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

#[tokio::test]
async fn in_the_first_part_of_its_life_a_token_is_given_again_with_the_time_that_it_has_left() {
    let server = Server::start_with(&HALF).await;
    let customer = server.customer().await;
    let first = server.ask(customer.body()).await;
    assert_eq!(first.body["expires_in"], 600);
    server.advance(299);
    let again = server.ask(customer.body()).await;
    assert_eq!((&again.body["access_token"], &again.body["expires_in"]), (&first.body["access_token"], &json!(301)));
    assert_eq!(grant(&server, &customer, &[]).await.body["access_token"], first.body["access_token"], "at both doors");
    server.advance(1);
    let next = server.ask(customer.body()).await;
    assert_ne!(next.body["access_token"], first.body["access_token"]);
    assert_eq!(next.body["expires_in"], 600);
    assert_eq!(server.whoami(first.body["access_token"].as_str().unwrap()).await.status, 200, "the old one goes on");
}

#[tokio::test]
async fn by_default_every_token_is_another() {
    let server = Server::start().await;
    let customer = server.customer().await;
    assert_ne!(server.token(&customer).await, server.token(&customer).await);
}

#[tokio::test]
async fn whoever_asks_for_something_else_or_is_somebody_else_gets_another_token() {
    let server = Server::start_with(&HALF).await;
    let customer = server.customer().await;
    let other = server.customer_named("other").await;
    let scopes = json!({"scopes": {"allowed": ["DLAT access Webhooks", "orders:read"]}});
    server.admin(Method::PATCH, &format!("/entities/{}", customer.entity), Some(scopes)).await;
    server.define(&customer, json!({"name": "region", "type": "string", "claim": "region"})).await;
    let resources = json!({"settings": {"resources": ["https://api.example.com/orders"]}});
    server.change(&customer, resources).await;
    server.app.follow_events().await.unwrap();
    let token = async |body: Value| {
        let answer = server.ask(body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.body["access_token"].as_str().unwrap().to_owned()
    };
    let plain = token(customer.body()).await;
    assert_eq!(token(customer.body()).await, plain);
    let north = token(customer.body_with(json!({"region": "north"}))).await;
    assert_eq!(claims(&north)["region"], "north");
    let south = token(customer.body_with(json!({"region": "south"}))).await;
    assert_eq!(claims(&south)["region"], "south");
    assert_eq!(token(customer.body_with(json!({"region": "north"}))).await, north);
    let resource = grant(&server, &customer, &[("resource", "https://api.example.com/orders")]).await;
    let resource = resource.body["access_token"].as_str().unwrap().to_owned();
    assert_eq!(claims(&resource)["aud"], "https://api.example.com/orders");
    let others = token(other.body()).await;
    assert_eq!(claims(&others)["client_id"], other.client_id);
    let all = [&plain, &north, &south, &resource, &others];
    assert!((1..all.len()).all(|at| !all[..at].contains(&all[at])));
}

#[tokio::test]
async fn a_wrong_secret_gets_nothing_however_often_the_right_one_was_given_a_token() {
    let server = Server::start_with(&HALF).await;
    let customer = server.customer().await;
    server.token(&customer).await;
    let wrong = json!({"client_id": customer.client_id, "client_secret": "wrong"});
    server.ask(wrong).await.assert_problem(401, "invalid_credentials");
}

/// Each of these makes a token void, or what a next one says another; nobody is given what was before.
#[tokio::test]
async fn whatever_ends_or_changes_a_token_ends_its_reuse_at_once() {
    let server = Server::start_with(&HALF).await;
    let mut customer = server.customer().await;
    let credential = format!("/credentials/{}", customer.client_id);
    let entity = format!("/entities/{}", customer.entity);
    let steps = [
        (Method::POST, "/tokens/revoke".to_owned(), Value::Null, true),
        (Method::POST, format!("{credential}/void-tokens"), json!({}), true),
        (Method::POST, format!("{entity}/void-tokens"), json!({}), true),
        (Method::POST, "/tokens/void".to_owned(), json!({}), true),
        (Method::POST, "/keys/rotate".to_owned(), json!({}), false),
        (Method::PATCH, entity, json!({"settings": {"token_timeout_minutes": 20}}), false),
        (Method::POST, format!("{credential}/regenerate"), json!({}), false),
    ];
    for (method, path, body, ends) in steps {
        // The news of the last step is no change any more.
        server.app.follow_events().await.unwrap();
        let before = server.token(&customer).await;
        assert_eq!(server.token(&customer).await, before, "{path}");
        server.advance(1);
        let body = if body.is_null() { json!({"token": before}) } else { body };
        let answer = server.admin(method, &path, Some(body)).await;
        assert!(answer.status < 300, "{path}: {}", answer.text);
        if let Some(secret) = answer.body["client_secret"].as_str() {
            secret.clone_into(&mut customer.secret);
        }
        server.advance(1);
        let after = server.token(&customer).await;
        assert_ne!(after, before, "{path}");
        assert_eq!(server.whoami(&after).await.status, 200, "{path}");
        assert_eq!(server.whoami(&before).await.status == 401, ends, "{path}");
    }
}

#[tokio::test]
async fn a_token_that_is_given_again_counts_towards_the_quota_and_is_written_down_once() {
    let server = Server::start_with(&[HALF[0], ("ledger", "durable")]).await;
    let customer = server.customer().await;
    server.change(&customer, json!({"settings": {"quota": {"tokens_per_hour": 3}}})).await;
    server.app.follow_events().await.unwrap();
    let first = server.token(&customer).await;
    for _ in 0..2 {
        assert_eq!(server.token(&customer).await, first);
    }
    server.ask(customer.body()).await.assert_problem(429, "over_quota");
    assert_eq!(server.place.number("SELECT COUNT(*) FROM issued_tokens").await, 1);
    passgate::jobs::flush(&server.app).await.unwrap();
    assert_eq!(server.place.number("SELECT token_count FROM credentials").await, 3);
}

#[tokio::test]
async fn with_a_ledger_a_token_is_given_again_only_where_its_row_says() {
    let settings = [HALF[0], ("ledger", "durable"), ("trusted_proxies", "127.0.0.1")];
    let server = Server::start_with(&settings).await;
    let customer = server.customer().await;
    let from = async |address: &str| {
        let request = server.post("/api/v1/access-token").header("x-forwarded-for", address).json(&customer.body());
        let answer = Answer::of(request.send().await.unwrap()).await;
        claims(answer.body["access_token"].as_str().unwrap())["jti"].as_str().unwrap().to_owned()
    };
    let (one, other) = (from("203.0.113.1").await, from("203.0.113.2").await);
    assert_ne!(one, other);
    assert_eq!((from("203.0.113.1").await, from("203.0.113.2").await), (one.clone(), other.clone()));
    for (jti, address) in [(one, "203.0.113.1"), (other, "203.0.113.2")] {
        let rows = server.admin(Method::GET, &format!("/tokens?jti={jti}"), None).await;
        assert_eq!(rows.body["items"][0]["address"], address);
    }
}
