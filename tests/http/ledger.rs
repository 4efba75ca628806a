//! The durable ledger: each token is written down before its answer.

use std::collections::HashSet;

use passgate::jobs;
use reqwest::Method;
use serde_json::{Value, json};

use crate::server::{Answer, Customer, Server};

const DURABLE: [(&str, &str); 1] = [("ledger", "durable")];

fn jti(token: &str) -> String {
    claims(token)["jti"].as_str().unwrap().to_owned()
}

pub fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

async fn grant(server: &Server, customer: &Customer, form: &[(&str, &str)]) -> Answer {
    let form: Vec<_> = form.iter().copied().chain([("grant_type", "client_credentials")]).collect();
    server.oauth("token", customer, &form).await
}

async fn listed(server: &Server, query: &str) -> Vec<Value> {
    let answer = server.admin(Method::GET, &format!("/tokens?{query}"), None).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.body["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn each_token_is_in_the_database_when_its_answer_is_there_with_everything_that_tells_of_it() {
    let server = Server::start_with(&DURABLE).await;
    let customer = server.customer().await;
    let one = server.token(&customer).await;
    assert_eq!(server.place.number("SELECT COUNT(*) FROM issued_tokens").await, 1);
    server.advance(1);
    let other = grant(&server, &customer, &[("scope", "DLAT access Webhooks")]).await;
    let other = other.body["access_token"].as_str().unwrap().to_owned();
    let tokens = listed(&server, "").await;
    assert_eq!(tokens.iter().map(|token| token["jti"].as_str().unwrap()).collect::<Vec<_>>(), [jti(&other), jti(&one)]);
    let said = claims(&other);
    let token = &tokens[0];
    assert_eq!(token["client_id"], customer.client_id);
    assert_eq!((&token["scope"], &token["address"]), (&said["scope"], &json!("127.0.0.1")));
    let seconds = |name: &str| {
        let time = token[name].as_str().unwrap();
        passgate::domain::time::bound(time, false).unwrap().seconds()
    };
    assert_eq!((json!(seconds("issued_at")), json!(seconds("expires_at"))), (said["iat"].clone(), said["exp"].clone()));
    server.ask(json!({"client_id": customer.client_id, "client_secret": "wrong"})).await;
    assert_eq!(listed(&server, "").await.len(), 2, "who gets no token is not in it");
}

#[tokio::test]
async fn many_at_once_are_all_in_it_and_nothing_is_in_it_twice() {
    let server = Server::start_with(&DURABLE).await;
    let customer = server.customer().await;
    let tokens = (0..300).map(|_| server.token(&customer));
    let tokens: HashSet<String> = futures_util::future::join_all(tokens).await.iter().map(|token| jti(token)).collect();
    assert_eq!(tokens.len(), 300);
    let mut found = HashSet::new();
    let mut cursor = String::new();
    loop {
        let page = server.admin(Method::GET, &format!("/tokens?limit=70{cursor}"), None).await;
        for token in page.body["items"].as_array().unwrap() {
            assert!(found.insert(token["jti"].as_str().unwrap().to_owned()), "{token} is on two pages");
        }
        let Some(next) = page.body["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(found, tokens);
}

#[tokio::test]
async fn while_the_database_is_away_no_token_is_issued_and_the_other_way_counted_ones_are() {
    let [durable, counted] = [Server::start_with(&DURABLE).await, Server::start().await];
    for (server, status) in [(&durable, 503), (&counted, 200)] {
        let customer = server.customer().await;
        let token = server.token(&customer).await;
        server.app.follow_events().await.unwrap();
        server.app.store.close().await;
        server.app.follow_events().await.unwrap_err();
        for _ in 0..2 {
            let answer = server.ask(customer.body()).await;
            assert_eq!(answer.status, status, "{}", answer.text);
            assert!(status == 200 || answer.header("retry-after") == "5");
            assert_eq!(grant(server, &customer, &[]).await.status, status);
            server.advance(3);
        }
        assert_eq!(server.whoami(&token).await.status, 200, "tokens that were issued go on");
    }
}

#[tokio::test]
async fn a_token_that_could_not_be_written_down_uses_up_no_quota() {
    let server = Server::start_with(&DURABLE).await;
    let customer = server.customer().await;
    server.change(&customer, json!({"settings": {"quota": {"tokens_per_hour": 3, "tokens_per_day": 3}}})).await;
    server.token(&customer).await;
    server.place.sql("INSERT INTO read_only (id, state, since) VALUES (1, 'moving', 1)").await;
    for _ in 0..5 {
        server.ask(customer.body()).await.assert_problem(503, "unavailable");
        assert_eq!(grant(&server, &customer, &[]).await.status, 503);
    }
    server.place.sql("DELETE FROM read_only").await;
    server.token(&customer).await;
    server.token(&customer).await;
    server.ask(customer.body()).await.assert_problem(429, "over_quota");
}

#[tokio::test]
async fn while_the_database_is_moved_no_token_is_issued_without_its_row() {
    let server = Server::start_with(&DURABLE).await;
    let customer = server.customer().await;
    server.token(&customer).await;
    server.place.sql("INSERT INTO read_only (id, state, since) VALUES (1, 'moving', 1)").await;
    server.ask(customer.body()).await.assert_problem(503, "unavailable");
    assert_eq!(server.place.number("SELECT COUNT(*) FROM issued_tokens").await, 1);
    server.place.sql("DELETE FROM read_only").await;
    server.token(&customer).await;
    assert_eq!(server.place.number("SELECT COUNT(*) FROM issued_tokens").await, 2);
}

#[tokio::test]
async fn operators_find_a_token_by_its_id_its_credential_its_entity_and_its_time_and_nobody_else_finds_any() {
    let server = Server::start_with(&DURABLE).await;
    let (here, there) = (server.customer_named("here").await, server.customer_named("there").await);
    let first = server.token(&here).await;
    server.advance(3600);
    let second = server.token(&there).await;
    let ids = async |query: &str| -> Vec<String> {
        let jtis = listed(&server, query).await;
        jtis.iter().map(|token| token["jti"].as_str().unwrap().to_owned()).collect()
    };
    let issued_at = listed(&server, "entity=there").await[0]["issued_at"].as_str().unwrap().to_owned();
    assert_eq!(ids(&format!("jti={}", jti(&first))).await, [jti(&first)]);
    assert_eq!(ids(&format!("credential={}", there.client_id)).await, [jti(&second)]);
    assert_eq!(ids("entity=here").await, [jti(&first)]);
    assert_eq!(ids(&format!("from={issued_at}")).await, [jti(&second)]);
    assert_eq!(ids(&format!("to={issued_at}")).await, [jti(&first)]);
    assert_eq!(ids(&format!("entity=here&from={issued_at}")).await, [] as [String; 0]);
    for (query, status) in [
        ("jti=x", 400),
        ("credential=pgc_x", 400),
        ("from=soon", 400),
        ("what=1", 400),
        ("entity=nobody", 404),
        ("from=2026-11-30&to=2026-11-29", 400),
    ] {
        let answer = server.admin(Method::GET, &format!("/tokens?{query}"), None).await;
        assert_eq!(answer.status, status, "{query}: {}", answer.text);
    }
    let stranger = server.get("/admin/v1/tokens").bearer_auth(&second).send().await.unwrap();
    assert_eq!(stranger.status(), 401);
    let revoked = server.admin(Method::POST, "/tokens/revoke", Some(json!({"jti": jti(&first)}))).await;
    assert_eq!(revoked.status, 200, "what was found can be revoked: {}", revoked.text);
}

#[tokio::test]
async fn tokens_are_forgotten_after_their_time_and_only_then() {
    let server = Server::start_with(&[DURABLE[0], ("ledger_retention_days", "2")]).await;
    let customer = server.customer().await;
    server.token(&customer).await;
    server.advance(86_400 * 2);
    server.token(&customer).await;
    jobs::purge(&server.app).await.unwrap();
    assert_eq!(listed(&server, "").await.len(), 2);
    server.advance(1);
    jobs::purge(&server.app).await.unwrap();
    assert_eq!(listed(&server, "").await.len(), 1);
}
