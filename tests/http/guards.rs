//! The throttle, the Integration Account Lock, and addresses.

use reqwest::Method;
use serde_json::json;

use crate::server::{Answer, Customer, Server};

async fn fail(server: &Server, customer: &Customer) -> Answer {
    server.ask(json!({"client_id": customer.client_id, "client_secret": "wrong"})).await
}

#[tokio::test]
async fn too_many_failures_are_429_with_a_bounded_wait_and_heal() {
    let server = Server::start_with(&[("throttle_burst", "5"), ("throttle_refill_seconds", "60")]).await;
    let customer = server.customer().await;
    for _ in 0..5 {
        fail(&server, &customer).await.assert_problem(401, "invalid_credentials");
    }
    let answer = fail(&server, &customer).await;
    answer.assert_problem(429, "too_many_attempts");
    assert!((1..=900).contains(&answer.header("retry-after").parse::<u64>().unwrap()));
    server.ask(customer.body()).await.assert_problem(429, "too_many_attempts");
    let at_the_other_door = server.oauth("token", &customer, &[("grant_type", "client_credentials")]).await;
    assert_eq!(
        (at_the_other_door.status, at_the_other_door.body["error"].as_str()),
        (429, Some("temporarily_unavailable"))
    );
    assert_eq!(server.oauth("introspect", &customer, &[("token", "x")]).await.status, 429);
    assert_eq!(server.oauth("revoke", &customer, &[("token", "x")]).await.status, 429);
    server.advance(60);
    assert_eq!(server.ask(customer.body()).await.status, 200);
    fail(&server, &customer).await.assert_problem(401, "invalid_credentials");
}

#[tokio::test]
async fn a_guessing_neighbour_stops_nobody_else_behind_the_same_address() {
    let server = Server::start_with(&[("throttle_burst", "3")]).await;
    let (guesser, right) = (server.customer_named("guesser").await, server.customer_named("right").await);
    for _ in 0..30 {
        fail(&server, &guesser).await;
        server.ask(json!({"client_id": "pgc_guess", "client_secret": "x"})).await;
    }
    assert_eq!(fail(&server, &guesser).await.status, 429);
    assert_eq!(server.ask(right.body()).await.status, 200);
}

#[tokio::test]
async fn guessing_client_ids_is_throttled_by_address() {
    let server = Server::start_with(&[("throttle_burst", "3")]).await;
    let right = server.customer().await;
    let mut statuses = Vec::new();
    for n in 0u8..20 {
        let id = passgate::domain::id::ClientId::from_random([n; 16]);
        statuses.push(server.ask(json!({"client_id": id.as_str(), "client_secret": "x"})).await.status);
    }
    assert_eq!(statuses[..15], [404; 15]);
    assert_eq!(statuses[15..], [429; 5]);
    assert_eq!(server.ask(right.body()).await.status, 200);
}

#[tokio::test]
async fn failures_at_one_address_do_not_stop_the_client_at_another() {
    let server = Server::start_with(&[("throttle_burst", "2"), ("trusted_proxies", "127.0.0.1")]).await;
    let customer = server.customer().await;
    let from = async |address: &str, secret: &str| {
        let request = server.post("/api/v1/access-token").header("x-forwarded-for", address);
        Answer::of(
            request.json(&json!({"client_id": customer.client_id, "client_secret": secret})).send().await.unwrap(),
        )
        .await
        .status
    };
    for _ in 0..3 {
        from("203.0.113.1", "wrong").await;
    }
    assert_eq!(from("203.0.113.1", &customer.secret).await, 429);
    assert_eq!(from("203.0.113.2", &customer.secret).await, 200);
    assert_eq!(from("2001:db8::1", &customer.secret).await, 200);
}

#[tokio::test]
async fn a_forwarded_address_from_an_unnamed_proxy_changes_nothing() {
    let server = Server::start_with(&[("throttle_burst", "2")]).await;
    let customer = server.customer().await;
    let mut statuses = Vec::new();
    for n in 0..4 {
        let request = server.post("/api/v1/access-token").header("x-forwarded-for", format!("203.0.113.{n}"));
        statuses.push(
            request
                .json(&json!({"client_id": customer.client_id, "client_secret": "wrong"}))
                .send()
                .await
                .unwrap()
                .status()
                .as_u16(),
        );
    }
    assert_eq!(statuses, [401, 401, 429, 429]);
}

#[tokio::test]
async fn the_account_lock_falls_after_so_many_consecutive_failures_and_is_lifted() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.change(&customer, json!({"settings": {"account_lock": {"maximum_attempts": 3}}})).await;
    fail(&server, &customer).await;
    fail(&server, &customer).await;
    assert_eq!(server.ask(customer.body()).await.status, 200, "a success begins the count anew");
    let generic = fail(&server, &customer).await.body["detail"].clone();
    fail(&server, &customer).await;
    fail(&server, &customer).await;
    let locked = server.ask(customer.body()).await;
    locked.assert_problem(401, "invalid_credentials");
    assert!(locked.body["detail"].as_str().unwrap().contains("locked"));
    assert_eq!(fail(&server, &customer).await.body["detail"], generic, "a guesser learns nothing");
    let path = format!("/credentials/{}", customer.client_id);
    assert_eq!(server.admin(Method::GET, &path, None).await.body["status"], "locked");
    server.advance(1440 * 60 * 10);
    server.ask(customer.body()).await.assert_problem(401, "invalid_credentials");
}

#[tokio::test]
async fn a_lock_is_lifted_by_an_operator_or_by_itself_if_the_entity_chose_so() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server
        .change(&customer, json!({"settings": {"account_lock": {"maximum_attempts": 2, "unlock_after_minutes": 5}}}))
        .await;
    for _ in 0..2 {
        fail(&server, &customer).await;
    }
    assert_eq!(server.ask(customer.body()).await.status, 401);
    let unlocked = server.admin(Method::POST, &format!("/credentials/{}/unlock", customer.client_id), None).await;
    assert_eq!((unlocked.status, &unlocked.body["status"]), (200, &json!("active")));
    assert_eq!(server.ask(customer.body()).await.status, 200);
    for _ in 0..2 {
        fail(&server, &customer).await;
    }
    server.advance(299);
    assert_eq!(server.ask(customer.body()).await.status, 401);
    server.advance(1);
    assert_eq!(server.ask(customer.body()).await.status, 200);
    assert_eq!(fail(&server, &customer).await.status, 401);
    assert_eq!(server.ask(customer.body()).await.status, 200, "one failure does not lock again");
    for _ in 0..2 {
        fail(&server, &customer).await;
    }
    server.advance(300);
    for _ in 0..2 {
        fail(&server, &customer).await;
    }
    assert_eq!(server.ask(customer.body()).await.status, 401, "it falls again without a success between");
}

#[tokio::test]
async fn one_of_a_hundred_behind_an_address_guesses_and_none_of_the_others_is_ever_refused() {
    let server = Server::start_with(&[("throttle_burst", "3")]).await;
    let guesser = server.customer_named("guesser").await;
    let mut others = Vec::new();
    for n in 0..99 {
        others.push(server.customer_named(&format!("right{n}")).await);
    }
    let mut guesses = Vec::new();
    for (n, right) in (0u8..).zip(&others) {
        let unknown = passgate::domain::id::ClientId::from_random([n; 16]);
        let of_another = json!({"client_id": guesser.client_id, "client_secret": right.secret});
        let nobody = json!({"client_id": unknown.as_str(), "client_secret": "x"});
        let nonsense = json!({"client_id": "pgc_guess", "client_secret": "x"});
        for guess in [of_another, nobody, nonsense] {
            guesses.push(server.ask(guess).await.status);
        }
        let granted = server.oauth("token", right, &[("grant_type", "client_credentials")]).await;
        assert_eq!((server.ask(right.body()).await.status, granted.status), (200, 200), "{n}");
        assert_eq!(server.oauth("introspect", right, &[("token", "x")]).await.status, 200, "{n}");
    }
    assert!(guesses.iter().filter(|status| **status == 429).count() > 200, "the guesser was slowed down: {guesses:?}");
    for right in &others {
        assert_eq!(server.ask(right.body()).await.status, 200);
    }
    assert_eq!(fail(&server, &guesser).await.status, 429);
}

/// What can be in the way of a client.
#[derive(Clone, Copy, Debug)]
enum Guard {
    EntityDisabled,
    CredentialRevoked,
    CredentialExpired,
    CredentialLocked,
    SecretStopped,
    SecretStoppedWithItsTokens,
    WrongSecret,
    Address,
    QuotaUsed,
}

/// What is asked: a token at both doors, introspection by a platform API, by the client itself, whoami, and a gateway.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    integration: u16,
    oauth: u16,
    is_active: bool,
    introspection: u16,
    whoami: u16,
    forward_auth: u16,
}

const OPEN: Seen =
    Seen { integration: 200, oauth: 200, is_active: true, introspection: 200, whoami: 200, forward_auth: 200 };

async fn look(server: &Server, api: &Customer, customer: &Customer, token: &str) -> Seen {
    Seen {
        integration: server.ask(customer.body()).await.status,
        oauth: server.oauth("token", customer, &[("grant_type", "client_credentials")]).await.status,
        is_active: server.oauth("introspect", api, &[("token", token)]).await.body["active"] == true,
        introspection: server.oauth("introspect", customer, &[("token", token)]).await.status,
        whoami: server.whoami(token).await.status,
        forward_auth: server.get("/forward-auth").bearer_auth(token).send().await.unwrap().status().as_u16(),
    }
}

#[tokio::test]
async fn every_guard_denies_on_the_very_next_call_and_what_restores_gives_back_on_the_next() {
    let shut =
        Seen { integration: 401, oauth: 401, is_active: false, introspection: 401, whoami: 401, forward_auth: 401 };
    // Who cannot prove itself any more gets no token; those that it has are good until they end or are made void.
    let no_more = Seen { is_active: true, whoami: 200, forward_auth: 200, ..shut };
    let table = [
        (Guard::EntityDisabled, &shut),
        (Guard::CredentialRevoked, &shut),
        (Guard::CredentialExpired, &shut),
        (Guard::CredentialLocked, &no_more),
        (Guard::SecretStopped, &no_more),
        (Guard::SecretStoppedWithItsTokens, &shut),
        (Guard::WrongSecret, &no_more),
        (Guard::Address, &no_more),
        (Guard::QuotaUsed, &Seen { integration: 429, oauth: 429, ..OPEN }),
    ];
    for (guard, expected) in table {
        let server = Server::start_with(&[("throttle_burst", "100")]).await;
        let (api, mut customer) = (server.api().await, server.customer().await);
        server.change(&customer, json!({"settings": {"token_timeout_minutes": 60}})).await;
        let path = format!("/credentials/{}", customer.client_id);
        let post = async |path: String, body| {
            let answer = server.admin(Method::POST, &path, Some(body)).await;
            assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
            answer.body
        };
        if matches!(guard, Guard::CredentialExpired) {
            let end = passgate::domain::time::Timestamp::from_millis(crate::server::NOW + 60_000);
            let body = json!({"name": "Ends", "expires_at": end});
            let made = post("/entities/northwind/credentials".to_owned(), body).await;
            customer.client_id = made["client_id"].as_str().unwrap().to_owned();
            customer.secret = made["client_secret"].as_str().unwrap().to_owned();
        }
        let token = server.token(&customer).await;
        assert_eq!(look(&server, &api, &customer, &token).await, OPEN, "{guard:?}");
        let right = customer.secret.clone();
        match guard {
            Guard::EntityDisabled => server.change(&customer, json!({"status": "disabled"})).await,
            Guard::CredentialRevoked => drop(post(format!("{path}/revoke"), json!({})).await),
            Guard::CredentialExpired => server.advance(60),
            Guard::CredentialLocked => {
                server.change(&customer, json!({"settings": {"account_lock": {"maximum_attempts": 1}}})).await;
                fail(&server, &customer).await;
            }
            Guard::SecretStopped | Guard::SecretStoppedWithItsTokens => {
                let voids = matches!(guard, Guard::SecretStoppedWithItsTokens);
                let body = json!({"grace_seconds": 0, "void_tokens": voids});
                let made = post(format!("{path}/regenerate"), body).await;
                assert!(made["client_secret"].is_string(), "{made}");
                // The client goes on with the old one.
                let denied = look(&server, &api, &customer, &token).await;
                assert_eq!(&denied, expected, "{guard:?}");
                customer.secret = made["client_secret"].as_str().unwrap().to_owned();
                let token = server.token(&customer).await;
                assert_eq!(look(&server, &api, &customer, &token).await, OPEN, "{guard:?} and the new one");
                continue;
            }
            Guard::WrongSecret => customer.secret = right.replace("pgs_", "pgx_"),
            Guard::Address => server.change(&customer, json!({"settings": {"ip_allowlist": ["203.0.113.0/24"]}})).await,
            Guard::QuotaUsed => server.change(&customer, json!({"settings": {"quota": {"tokens_per_day": 1}}})).await,
        }
        if matches!(guard, Guard::QuotaUsed) {
            // What was issued before the quota was set counts, once it is written.
            passgate::jobs::flush(&server.app).await.unwrap();
        }
        assert_eq!(&look(&server, &api, &customer, &token).await, expected, "{guard:?}");
        match guard {
            Guard::EntityDisabled => server.change(&customer, json!({"status": "active"})).await,
            // For good: what gives access back is another credential.
            Guard::CredentialRevoked | Guard::CredentialExpired => {
                let made = post("/entities/northwind/credentials".to_owned(), json!({"name": "Next"})).await;
                customer.client_id = made["client_id"].as_str().unwrap().to_owned();
                customer.secret = made["client_secret"].as_str().unwrap().to_owned();
                let token = server.token(&customer).await;
                assert_eq!(look(&server, &api, &customer, &token).await, OPEN, "{guard:?} and the next one");
                continue;
            }
            Guard::CredentialLocked => drop(post(format!("{path}/unlock"), json!({})).await),
            Guard::WrongSecret => customer.secret = right,
            Guard::Address => server.change(&customer, json!({"settings": {"ip_allowlist": []}})).await,
            Guard::QuotaUsed => server.change(&customer, json!({"settings": {"quota": null}})).await,
            Guard::SecretStopped | Guard::SecretStoppedWithItsTokens => {}
        }
        assert_eq!(look(&server, &api, &customer, &token).await, OPEN, "{guard:?} no more");
    }
}
