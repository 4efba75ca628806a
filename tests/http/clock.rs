//! The clock is stepped, ahead and back, while Passgate serves; and clocks of two nodes differ.

use std::collections::HashSet;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::server::{NOW, Server};

const HOUR: u64 = 3600;

impl Server {
    fn set_back(&self, seconds: u64) {
        self.app.clock.set_back(Duration::from_secs(seconds));
    }

    /// Another node of the same installation. Its clock stands where every test begins.
    async fn beside(&self) -> Self {
        Self::start_in(&self.place, &[("public_url", &self.app.issuer)]).await
    }
}

fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1).unwrap();
    let claims = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, claims).unwrap();
    serde_json::from_slice(&claims).unwrap()
}

#[tokio::test]
async fn tokens_are_sane_and_unique_wherever_the_clock_is() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let mut ids = HashSet::new();
    let mut now = NOW / 1000;
    for step in [0, 300, -600, 7200, -7200, -86_400, 86_400 * 3, -86_400 * 3] {
        now += step;
        if step < 0 {
            server.set_back(step.unsigned_abs());
        } else {
            server.advance(step.unsigned_abs());
        }
        for _ in 0..20 {
            let token = server.token(&customer).await;
            let claims = claims(&token);
            assert_eq!((claims["iat"].as_i64(), claims["exp"].as_i64()), (Some(now), Some(now + 600)));
            assert!(ids.insert(claims["jti"].as_str().unwrap().to_owned()));
            assert_eq!(server.whoami(&token).await.status, 200);
        }
        server.change(&customer, json!({"name": format!("at {now}")})).await;
    }
    server.app.verify_audit(None, |_, _| ()).await.unwrap();
}

#[tokio::test]
async fn a_revoked_token_does_not_come_back_when_a_clock_that_was_ahead_is_set_right() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    assert_eq!(server.oauth("revoke", &customer, &[("token", &token)]).await.status, 200);
    server.advance(2 * HOUR);
    passgate::jobs::purge(&server.app).await.unwrap();
    let restarted = server.beside().await;
    restarted.advance(2 * HOUR);
    server.set_back(2 * HOUR);
    restarted.set_back(2 * HOUR);
    assert_eq!(server.whoami(&token).await.status, 401);
    assert_eq!(restarted.whoami(&token).await.status, 401);
    assert_eq!(server.beside().await.whoami(&token).await.status, 401);
}

#[tokio::test]
async fn what_a_node_whose_clock_is_ahead_voids_stays_void_and_tokens_stand_again_from_that_moment_on() {
    let server = Server::start().await;
    let ahead = server.beside().await;
    let customer = server.customer().await;
    let credential = format!("/credentials/{}", customer.client_id);
    for (path, body) in [
        (format!("{credential}/void-tokens"), json!({})),
        (format!("/entities/{}/void-tokens", customer.entity), json!({})),
        ("/tokens/void".to_owned(), json!({})),
        (format!("{credential}/regenerate"), json!({"grace_seconds": 86_400, "void_tokens": true})),
    ] {
        let old = server.token(&customer).await;
        assert_eq!(server.whoami(&old).await.status, 200);
        ahead.advance(300);
        let voided = ahead.admin(Method::POST, &path, Some(body)).await;
        assert_eq!(voided.status, 200, "{}", voided.text);
        server.app.follow_events().await.unwrap();
        assert_eq!(server.whoami(&old).await.status, 401, "{path}");
        server.advance(301);
        ahead.advance(1);
        assert_eq!(server.whoami(&old).await.status, 401, "{path}");
        let new = server.token(&customer).await;
        assert_eq!(server.whoami(&new).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn failures_counted_while_a_clock_was_ahead_stop_nobody_for_longer_than_others_do() {
    let server = Server::start_with(&[("throttle_burst", "3"), ("throttle_refill_seconds", "15")]).await;
    let customer = server.customer().await;
    server.advance(6 * HOUR);
    for _ in 0..3 {
        let guess = json!({"client_id": customer.client_id, "client_secret": "wrong"});
        assert_eq!(server.ask(guess).await.status, 401);
    }
    assert_eq!(server.ask(customer.body()).await.status, 429);
    server.set_back(6 * HOUR);
    assert_eq!(server.ask(customer.body()).await.status, 429, "nothing is forgiven");
    server.advance(15);
    assert_eq!(server.ask(customer.body()).await.status, 200);
}

#[tokio::test]
async fn changes_of_a_node_whose_clock_is_elsewhere_are_followed() {
    let server = Server::start().await;
    let other = server.beside().await;
    let customer = server.customer().await;
    for step in [HOUR, 24 * HOUR] {
        other.advance(step);
        assert_eq!(server.ask(customer.body()).await.status, 200);
        let path = format!("/entities/{}", customer.entity);
        other.admin(Method::PATCH, &path, Some(json!({"status": "disabled"}))).await;
        server.app.follow_events().await.unwrap();
        assert_eq!(server.ask(customer.body()).await.status, 401);
        other.set_back(2 * step);
        other.admin(Method::PATCH, &path, Some(json!({"status": "active"}))).await;
        server.app.follow_events().await.unwrap();
        assert_eq!(server.ask(customer.body()).await.status, 200);
    }
    server.app.verify_audit(None, |_, _| ()).await.unwrap();
}
