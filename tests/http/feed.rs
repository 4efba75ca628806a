//! The feed of revocations, as a platform API reads it.

use std::time::Duration;

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::server::{Answer, Customer, NOW, Place, Server};

/// A feed that is being read.
struct Feed {
    response: Response,
    read: String,
}

#[derive(Debug)]
struct Event {
    id: Option<String>,
    kind: String,
    data: Value,
}

impl Feed {
    /// Opened when everything that the test has done so far is known.
    async fn open(server: &Server, api: &Customer, last: Option<&str>) -> Self {
        server.app.follow_events().await.unwrap();
        let request = server.get("/oauth/revocations").basic_auth(&api.client_id, Some(&api.secret));
        let request = last.iter().fold(request, |request, id| request.header("last-event-id", *id));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert!(response.headers()["cache-control"].to_str().unwrap().contains("no-store"));
        Self { response, read: String::new() }
    }

    /// The next event of any kind; `None` at the end.
    async fn any(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let field = |name: &str| {
                    let line = event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                    line.map(ToOwned::to_owned)
                };
                let data = serde_json::from_str(&field("data").unwrap()).unwrap();
                let event = Event { id: field("id"), kind: field("event").unwrap(), data };
                let rest = rest.to_owned();
                self.read = rest;
                return Some(event);
            }
            let chunk = tokio::time::timeout(Duration::from_secs(10), self.response.chunk()).await;
            let chunk = chunk.expect("something is heard every second").ok()??;
            self.read.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event that says something.
    async fn next(&mut self) -> Option<Event> {
        loop {
            match self.any().await {
                Some(event) if event.kind == "heartbeat" => {}
                other => return other,
            }
        }
    }

    async fn change(&mut self) -> Value {
        let event = self.next().await.expect("the feed goes on");
        assert_eq!(event.kind, "change", "{event:?}");
        assert!(event.id.is_some());
        event.data
    }
}

fn jti(token: &str) -> String {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).unwrap();
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap();
    let claims: Value = serde_json::from_slice(&payload).unwrap();
    claims["jti"].as_str().unwrap().to_owned()
}

/// The `kid`s of the key set.
async fn published(server: &Server) -> Value {
    let set: Value = server.get("/.well-known/jwks.json").send().await.unwrap().json().await.unwrap();
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].clone()).collect()
}

#[tokio::test]
async fn only_a_registered_api_may_listen() {
    let server = Server::start().await;
    let (customer, api) = (server.customer().await, server.api().await);
    let listen = async |client_id: &str, secret: &str| {
        Answer::of(server.get("/oauth/revocations").basic_auth(client_id, Some(secret)).send().await.unwrap()).await
    };
    let answer = listen(&customer.client_id, &customer.secret).await;
    assert_eq!((answer.status, answer.code()), (403, "unauthorized_client"), "{}", answer.text);
    let answer = listen(&api.client_id, &customer.secret).await;
    assert_eq!((answer.status, answer.code()), (401, "invalid_client"), "{}", answer.text);
    let answer = Answer::of(server.get("/oauth/revocations").send().await.unwrap()).await;
    assert_eq!((answer.status, answer.code()), (401, "invalid_client"), "{}", answer.text);
}

#[tokio::test]
async fn a_listener_hears_of_every_kind_of_revocation_as_it_happens() {
    let server = Server::start().await;
    let (customer, api) = (server.customer().await, server.api().await);
    let token = server.token(&customer).await;
    let mut feed = Feed::open(&server, &api, None).await;
    let first = feed.next().await.unwrap();
    let kids = published(&server).await;
    assert_eq!((first.kind.as_str(), first.data), ("snapshot", json!({"kids": kids})));
    assert!(first.id.is_some());

    server.oauth("revoke", &customer, &[("token", &token)]).await;
    assert_eq!(feed.change().await, json!({"tokens": [{"jti": jti(&token), "exp": NOW / 1000 + 600}]}));

    server.change(&customer, json!({"status": "disabled"})).await;
    assert_eq!(feed.change().await, json!({"clients": [{"client_id": customer.client_id, "void": true}]}));
    server.change(&customer, json!({"status": "active"})).await;
    assert_eq!(feed.change().await, json!({"clients": [{"client_id": customer.client_id}]}));

    let path = format!("/credentials/{}", customer.client_id);
    let regeneration = format!("{path}/regenerate");
    let regenerate = |body| server.admin(Method::POST, &regeneration, Some(body));
    let regenerated = regenerate(json!({"grace_seconds": 3600, "void_tokens": true})).await;
    assert_eq!(regenerated.status, 200, "{}", regenerated.text);
    let stated = feed.change().await;
    assert_eq!(stated["clients"][0]["secrets"][0]["not_before"], NOW + 1, "{stated}");
    server.advance(1);
    regenerate(json!({"grace_seconds": 0, "void_tokens": true})).await;
    let stated = feed.change().await;
    let secrets = stated["clients"][0]["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 2, "{stated}");
    assert!(secrets.iter().all(|secret| secret.get("not_before").is_none()), "{stated}");

    server.admin(Method::POST, &format!("{path}/revoke"), None).await;
    assert_eq!(feed.change().await["clients"][0]["void"], true);

    server.admin(Method::POST, "/keys/rotate", Some(json!({"force": true}))).await;
    assert_eq!(feed.change().await, json!({"keys_changed": true, "kids": published(&server).await}));
    server.admin(Method::POST, &format!("/keys/{}/void", kids[0].as_str().unwrap()), None).await;
    let stated = feed.change().await;
    assert_eq!(stated["kids"], published(&server).await);
    assert!(!stated["kids"].as_array().unwrap().contains(&kids[0]));
}

#[tokio::test]
async fn a_snapshot_has_what_can_still_matter_and_nothing_else() {
    let server = Server::start().await;
    let api = server.api().await;
    let (one, two, three) =
        (server.customer_named("one").await, server.customer_named("two").await, server.customer_named("three").await);
    let token = server.token(&two).await;
    server.oauth("revoke", &two, &[("token", &token)]).await;
    server.change(&one, json!({"status": "disabled"})).await;
    let soon = "2096-10-02T12:06:40Z";
    let body = json!({"name": "Short", "expires_at": soon});
    let expiring = server.admin(Method::POST, "/entities/three/credentials", Some(body)).await;
    assert_eq!(expiring.status, 201, "{}", expiring.text);

    let snapshot = Feed::open(&server, &api, None).await.next().await.unwrap();
    let mut clients = snapshot.data["clients"].as_array().unwrap().clone();
    let mut expected = vec![
        json!({"client_id": one.client_id, "void": true}),
        json!({"client_id": expiring.body["client_id"], "expires_at": 4_000_000_000_000_i64 + 18_000_000}),
    ];
    let sort = |clients: &mut Vec<Value>| clients.sort_by_key(|client| client["client_id"].to_string());
    sort(&mut clients);
    sort(&mut expected);
    assert_eq!(clients, expected);
    assert_eq!(snapshot.data["tokens"][0]["jti"], jti(&token));
    assert!(!snapshot.data.to_string().contains(&three.client_id));

    server.advance(32 * 3600);
    let snapshot = Feed::open(&server, &api, None).await.next().await.unwrap();
    assert_eq!(snapshot.data, json!({"kids": published(&server).await}));
}

#[tokio::test]
async fn who_comes_back_hears_what_was_missed_and_after_too_much_everything() {
    let server = Server::start().await;
    let (customer, api) = (server.customer().await, server.api().await);
    let other = server.customer_named("other").await;
    server.change(&other, json!({"status": "disabled"})).await;
    let id = Feed::open(&server, &api, None).await.next().await.unwrap().id.unwrap();

    let nothing = Feed::open(&server, &api, Some(&id)).await.next().await.unwrap();
    assert_eq!((nothing.kind.as_str(), nothing.data), ("change", json!({})));
    server.change(&customer, json!({"status": "disabled"})).await;
    server.change(&customer, json!({"status": "active", "name": "Northwind again"})).await;
    let missed = Feed::open(&server, &api, Some(&id)).await.change().await;
    assert_eq!(missed, json!({"clients": [{"client_id": customer.client_id}]}));

    let (seq, at) = id.split_once('.').unwrap();
    let of_another_history = format!("{seq}.{}", at.parse::<i64>().unwrap() - 1);
    for wrong in ["-1", "999999999.1", "x", &of_another_history] {
        let event = Feed::open(&server, &api, Some(wrong)).await.next().await.unwrap();
        assert_eq!(event.kind, "snapshot", "{wrong}");
        assert_eq!(event.data["clients"][0]["client_id"], other.client_id);
    }
    server.place.sql("DELETE FROM events WHERE seq < (SELECT MAX(seq) FROM events)").await;
    let event = Feed::open(&server, &api, Some(&id)).await.next().await.unwrap();
    assert_eq!(event.kind, "snapshot", "an event that is no longer there was missed");
}

#[tokio::test]
async fn a_large_snapshot_comes_in_parts_and_only_the_last_has_an_id() {
    let server = Server::start().await;
    let (customer, api) = (server.customer().await, server.api().await);
    server.change(&customer, json!({"settings": {"most_credentials": 1000}})).await;
    let entity = server.app.store.entity_by_identifier(&customer.entity).await.unwrap().unwrap();
    for number in 0..520 {
        let actor = passgate::domain::event::Actor::Cli;
        server
            .app
            .generate_credential(
                &actor,
                Some(&entity),
                &format!("c{number}"),
                None,
                passgate::domain::rotation::Term::default(),
            )
            .await
            .unwrap();
    }
    server.change(&customer, json!({"status": "disabled"})).await;
    let mut feed = Feed::open(&server, &api, None).await;
    let (first, last) = (feed.next().await.unwrap(), feed.next().await.unwrap());
    assert_eq!((first.data["more"].as_bool(), first.id.as_ref()), (Some(true), None));
    assert_eq!((last.data.get("more"), last.id.is_some()), (None, true));
    let clients = [&first, &last].map(|event| event.data["clients"].as_array().unwrap().len());
    assert_eq!(clients, [500, 21]);
}

#[tokio::test]
async fn another_node_tells_of_it_and_says_how_far_behind_it_is() {
    let place = Place::new().await;
    let (server, other) = (Server::start_in(&place, &[]).await, Server::start_in(&place, &[]).await);
    let (customer, api) = (server.customer().await, server.api().await);
    let mut feed = Feed::open(&other, &api, None).await;
    assert_eq!(feed.next().await.unwrap().kind, "snapshot");
    server.change(&customer, json!({"status": "disabled"})).await;
    assert_eq!(feed.change().await["clients"][0]["client_id"], customer.client_id);
    let heartbeat = feed.any().await.unwrap();
    assert_eq!(heartbeat.kind, "heartbeat");
    assert_eq!(heartbeat.data["behind"], 0);
    other.app.store.close().await;
    other.advance(30);
    let behind = loop {
        let behind = feed.any().await.unwrap().data["behind"].as_u64().unwrap();
        if behind > 0 {
            break behind;
        }
    };
    assert_eq!(behind, 30_000);
}

#[tokio::test]
async fn a_feed_outlives_every_time_limit_of_an_answer_and_ends_with_the_server_at_once() {
    let server = Server::start().await;
    let api = server.api().await;
    let mut feed = Feed::open(&server, &api, None).await;
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(28) {
        assert!(feed.any().await.is_some(), "cut off after {:?}", begun.elapsed());
    }
    server.stop();
    let stopped = tokio::time::Instant::now();
    while feed.any().await.is_some() {}
    assert!(stopped.elapsed() < Duration::from_secs(3), "{:?}", stopped.elapsed());
}

#[tokio::test]
async fn a_feed_ends_with_its_credential_and_after_twelve_hours() {
    let server = Server::start().await;
    let (api, leaver) = (server.api().await, server.api().await);
    let mut feed = Feed::open(&server, &leaver, None).await;
    feed.next().await.unwrap();
    server.admin(Method::POST, &format!("/credentials/{}/revoke", leaver.client_id), None).await;
    assert!(feed.next().await.is_none());
    let mut feed = Feed::open(&server, &api, None).await;
    feed.next().await.unwrap();
    server.advance(12 * 3600);
    assert!(feed.next().await.is_none());
}

#[tokio::test]
async fn there_are_at_most_so_many_feeds_and_a_place_is_free_when_one_ends() {
    let server = Server::start().await;
    let api = server.api().await;
    let mut feeds = Vec::new();
    for _ in 0..256 {
        feeds.push(Feed::open(&server, &api, None).await);
    }
    let listen = async || {
        let request = server.get("/oauth/revocations").basic_auth(&api.client_id, Some(&api.secret));
        request.send().await.unwrap()
    };
    let refused = Answer::of(listen().await).await;
    assert_eq!((refused.status, refused.code()), (503, "temporarily_unavailable"));
    assert_eq!(refused.header("retry-after"), "5");
    drop(feeds);
    let mut tries = 0;
    while listen().await.status() != 200 {
        tries += 1;
        assert!(tries < 100, "no place becomes free");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
