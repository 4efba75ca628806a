//! The database is away: what goes on from memory, for how long, and what says so.

use reqwest::Method;
use serde_json::json;

use crate::server::{Answer, Server};

impl Server {
    /// The database answers no more, and this node has noticed.
    async fn lose_database(&self) {
        // The news of what was just made comes after it is known, and does not make it unknown.
        self.app.follow_events().await.unwrap();
        self.app.store.close().await;
        self.app.follow_events().await.unwrap_err();
    }

    async fn readiness(&self) -> Answer {
        Answer::of(self.get("/readyz").send().await.unwrap()).await
    }

    async fn forward_auth(&self, token: &str) -> Answer {
        Answer::of(self.get("/forward-auth").bearer_auth(token).send().await.unwrap()).await
    }
}

#[tokio::test]
async fn readiness_tells_ready_from_degraded_from_not_ready_and_liveness_follows_none_of_it() {
    let server = Server::start_with(&[("outage_tolerance_seconds", "60")]).await;
    let ready = server.readiness().await;
    assert_eq!(
        (ready.status, ready.body),
        (200, json!({"status": "ready", "database": true, "signing_key": true, "age_seconds": 0}))
    );
    server.lose_database().await;
    server.advance(60);
    let degraded = server.readiness().await;
    assert_eq!(
        (degraded.status, degraded.body),
        (200, json!({"status": "degraded", "database": false, "signing_key": true, "age_seconds": 60}))
    );
    let metrics = server.get("/metrics").send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("passgate_database_up 0") && metrics.contains("passgate_event_follow_age_seconds 60"));
    server.advance(1);
    let not = server.readiness().await;
    assert_eq!((not.status, &not.body["status"]), (503, &json!("not ready")));
    assert_eq!(server.get("/healthz").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn known_clients_go_on_at_every_door_until_the_tolerance_is_over_and_then_nobody_is_believed() {
    let server = Server::start_with(&[("outage_tolerance_seconds", "60")]).await;
    let (known, unknown) = (server.customer_named("known").await, server.customer_named("unknown").await);
    let api = server.api().await;
    let grant = [("grant_type", "client_credentials")];
    let token = server.token(&known).await;
    assert_eq!(server.oauth("introspect", &api, &[("token", &token)]).await.body["active"], true);
    server.lose_database().await;
    for seconds in [0, 60] {
        server.advance(seconds);
        assert_eq!(server.ask(known.body()).await.status, 200);
        assert_eq!(server.oauth("token", &known, &grant).await.status, 200);
        assert_eq!(server.whoami(&token).await.status, 200);
        assert_eq!(server.forward_auth(&token).await.status, 200);
        assert_eq!(server.oauth("introspect", &api, &[("token", &token)]).await.body["active"], true);
        server.ask(unknown.body()).await.assert_problem(503, "unavailable");
        server.admin(Method::GET, "/entities", None).await.assert_problem(503, "unavailable");
        let revoked = server.oauth("revoke", &known, &[("token", &token)]).await;
        assert_eq!((revoked.status, revoked.header("retry-after")), (503, "5"));
    }
    server.advance(1);
    server.ask(known.body()).await.assert_problem(503, "unavailable");
    server.whoami(&token).await.assert_problem(503, "unavailable");
    assert_eq!(server.forward_auth(&token).await.status, 503);
    for (endpoint, client, form) in
        [("token", &known, grant), ("introspect", &api, [("token", &*token)]), ("revoke", &known, [("token", &*token)])]
    {
        let answer = server.oauth(endpoint, client, &form).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{endpoint}");
    }
}

#[tokio::test]
async fn a_node_that_slept_longer_than_the_tolerance_asks_first_and_then_goes_on() {
    let server = Server::start_with(&[("outage_tolerance_seconds", "2")]).await;
    let customer = server.customer().await;
    server.token(&customer).await;
    server.place.sql("UPDATE credentials SET revoked_at = 1").await;
    server.place.sql("INSERT INTO events (seq, at, actor, action, subject, detail) SELECT seq + 1, 1, 'cli', 'credential.revoked', (SELECT client_id FROM credentials), '{}' FROM event_head").await;
    server.place.sql("UPDATE event_head SET seq = seq + 1").await;
    server.advance(3600);
    assert_eq!(server.ask(customer.body()).await.status, 401, "what was revoked while it slept is not believed");
}

/// What an entity with the Integration Account Lock counts goes to the database, and must not cost it its place in memory.
#[tokio::test]
async fn wrong_secrets_make_no_known_client_unknown() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.change(&customer, json!({"settings": {"account_lock": {"maximum_attempts": 9}}})).await;
    server.app.follow_events().await.unwrap();
    let token = server.token(&customer).await;
    let wrong = json!({"client_id": customer.client_id, "client_secret": "wrong"});
    server.ask(wrong.clone()).await.assert_problem(401, "invalid_credentials");
    assert_eq!(server.whoami(&token).await.status, 200, "known again, with one failure");
    server.lose_database().await;
    server.advance(3);
    server.ask(wrong).await.assert_problem(401, "invalid_credentials");
    for _ in 0..2 {
        assert_eq!(server.ask(customer.body()).await.status, 200);
    }
}
