//! Signing keys: rotated by schedule and by hand, withdrawn at once; and the master key above them.

use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use passgate::app::App;
use passgate::app::clock::Clock;
use passgate::domain::event::Actor;
use passgate::domain::time::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::server::{Answer, Customer, NOW, Server};

const DAY: u64 = 86_400;

async fn jwks(server: &Server) -> Answer {
    Answer::of(server.get("/.well-known/jwks.json").send().await.unwrap()).await
}

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

/// The kid of each key that stands so, the oldest first.
async fn in_state(server: &Server, state: &str) -> Vec<String> {
    let keys = server.admin(Method::GET, "/keys", None).await;
    let items = keys.body["items"].as_array().unwrap().iter().filter(|key| key["state"] == state);
    items.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn void(server: &Server, kid: &str) -> Answer {
    server.admin(Method::POST, &format!("/keys/{kid}/void"), None).await
}

/// Another node of the same installation.
async fn node(server: &Server, settings: &[(&'static str, &str)]) -> Server {
    let issuer = server.app.issuer.to_string();
    let node = Server::start_in(&server.place, &[&[("public_url", issuer.as_str())], settings].concat()).await;
    node.app.clock.advance(server.app.now().since(node.app.now()));
    node
}

/// An API that keeps the key set as long as `Cache-Control` allows, and never looks again for a key that it misses.
struct Verifier {
    keys: JwkSet,
    until: u64,
}

impl Verifier {
    async fn at(server: &Server, second: u64) -> Self {
        let answer = jwks(server).await;
        let max_age: u64 = answer.header("cache-control").strip_prefix("public, max-age=").unwrap().parse().unwrap();
        Self { keys: serde_json::from_str(&answer.text).unwrap(), until: second.saturating_add(max_age) }
    }

    fn verifies(&self, token: &str, issuer: &str) -> bool {
        let header = jsonwebtoken::decode_header(token).unwrap();
        let Some(jwk) = self.keys.find(header.kid.as_deref().unwrap()) else { return false };
        let mut validation = jsonwebtoken::Validation::new(header.alg);
        validation.set_audience(&[issuer]);
        validation.validate_exp = false;
        jsonwebtoken::decode::<Value>(token, &jsonwebtoken::DecodingKey::from_jwk(jwk).unwrap(), &validation).is_ok()
    }
}

#[tokio::test]
async fn no_verifier_that_caches_as_it_may_ever_meets_a_key_that_it_does_not_know() {
    let one = Server::start_with(&[("signing_key_rotation_days", "1")]).await;
    let two = node(&one, &[("signing_key_rotation_days", "1")]).await;
    let customer = one.customer().await;
    one.change(&customer, json!({"settings": {"token_timeout_minutes": 1440}})).await;
    let (issuer, mut second) = (one.app.issuer.to_string(), 0);
    let mut verifiers = Vec::new();
    for age in [0, 100, 200] {
        let verifier = Verifier::at(&one, second).await;
        verifiers.push(Verifier { until: verifier.until.saturating_sub(age), ..verifier });
    }
    let mut tokens: Vec<(u64, String)> = Vec::new();
    let mut signed_with = std::collections::HashSet::new();
    let steps = [1, 59, 150, 299, 300, 301, 359, 360, 361, 3600, 20_000, 43_200];
    // At first it is rotated by hand as soon as that is allowed, while caches are young; then by schedule.
    let short = [59, 100, 149, 1, 120, 60, 31];
    for step in 0..250_usize {
        let by_hand = step < 120;
        let seconds = if by_hand { short[step % short.len()] } else { steps[step * 7 % steps.len()] };
        second += seconds;
        one.advance(seconds);
        two.advance(seconds);
        let (node, other) = if step % 2 == 0 { (&one, &two) } else { (&two, &one) };
        node.app.rotate_keys_if_due().await.unwrap();
        if by_hand || step % 11 == 0 {
            let by_hand = node.admin(Method::POST, "/keys/rotate", None).await;
            assert!(matches!(by_hand.status, 200 | 409), "{}", by_hand.text);
        }
        node.app.remove_spent_keys().await.unwrap();
        other.app.follow_events().await.unwrap();
        let token = other.token(&customer).await;
        signed_with.insert(kid(&token));
        tokens.push((second + DAY, token));
        tokens.retain(|(end, _)| second < *end);
        for (at, verifier) in verifiers.iter_mut().enumerate() {
            if verifier.until <= second {
                *verifier = Verifier::at(if (at + step) % 2 == 0 { node } else { other }, second).await;
            }
            for (_, token) in tokens.iter().rev().take(5).chain(tokens.iter().take(2)) {
                assert!(verifier.verifies(token, &issuer), "step {step}: {}", kid(token));
            }
        }
        assert_eq!(other.whoami(&tokens[0].1).await.status, 200, "step {step}");
    }
    assert!(signed_with.len() > 10, "{} keys have signed", signed_with.len());
}

#[tokio::test]
async fn the_key_is_rotated_when_its_days_are_over_and_by_hand_if_there_are_none() {
    for (days, rotates) in [("30", true), ("0", false)] {
        let server = Server::start_with(&[("signing_key_rotation_days", days)]).await;
        let first = in_state(&server, "signing").await;
        server.advance(30 * DAY - 1);
        server.app.rotate_keys_if_due().await.unwrap();
        assert_eq!(in_state(&server, "signing").await, first);
        server.advance(1);
        server.app.rotate_keys_if_due().await.unwrap();
        assert_eq!(in_state(&server, "signing").await != first, rotates);
        if rotates {
            let event = &server.admin(Method::GET, "/events", None).await.body["items"][0];
            assert_eq!((&event["action"], &event["actor"]), (&"key.rotated".into(), &"system".into()));
        }
    }
}

#[tokio::test]
async fn a_due_rotation_waits_until_the_next_key_has_been_published_long_enough() {
    let server = Server::start_with(&[("signing_key_rotation_days", "1")]).await;
    let next = in_state(&server, "next").await;
    server.advance(DAY);
    assert_eq!(void(&server, &next[0]).await.status, 200);
    let next = in_state(&server, "next").await;
    server.app.rotate_keys_if_due().await.unwrap();
    server.advance(359);
    server.app.rotate_keys_if_due().await.unwrap();
    assert_eq!(in_state(&server, "next").await, next, "too new to sign");
    server.advance(1);
    server.app.rotate_keys_if_due().await.unwrap();
    assert_eq!(in_state(&server, "signing").await, next);
}

#[tokio::test]
async fn two_nodes_that_find_it_due_at_once_rotate_once() {
    let one = Server::start_with(&[("signing_key_rotation_days", "1")]).await;
    let two = node(&one, &[("signing_key_rotation_days", "1")]).await;
    for _ in 0..5 {
        let before = in_state(&one, "next").await;
        one.advance(DAY);
        two.advance(DAY);
        let (a, b) = tokio::join!(one.app.rotate_keys_if_due(), two.app.rotate_keys_if_due());
        a.and(b).unwrap();
        assert_eq!(in_state(&one, "signing").await, before, "one rotation, not two");
    }
}

/// Everything that must hold right after a key was withdrawn.
async fn assert_withdrawn(server: &Server, customer: &Customer, gone: &str, of_it: &[String]) {
    let set = jwks(server).await;
    assert!(!set.text.contains(gone), "published no longer");
    assert!(in_state(server, "gone").await.contains(&gone.to_owned()));
    assert_eq!((in_state(server, "signing").await.len(), in_state(server, "next").await.len()), (1, 1));
    for token in of_it {
        server.whoami(token).await.assert_problem(401, "invalid_token");
        let introspected = server.oauth("introspect", customer, &[("token", token)]).await;
        assert_eq!(introspected.text, r#"{"active":false}"#);
    }
    let fresh = server.token(customer).await;
    assert_eq!(kid(&fresh), in_state(server, "signing").await[0]);
    assert_ne!(kid(&fresh), gone);
    assert!(set.text.contains(&kid(&fresh)));
    assert_eq!(server.whoami(&fresh).await.status, 200);
}

#[tokio::test]
async fn a_key_that_signs_is_withdrawn_at_once_and_the_next_one_signs() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let (signing, next) = (in_state(&server, "signing").await, in_state(&server, "next").await);
    let answer = void(&server, &signing[0]).await;
    assert_eq!((answer.status, answer.body["items"].as_array().unwrap().len()), (200, 3));
    assert_withdrawn(&server, &customer, &signing[0], std::slice::from_ref(&token)).await;
    assert_eq!(in_state(&server, "signing").await, next);
    let event = &server.admin(Method::GET, "/events", None).await.body["items"][0];
    assert_eq!((&event["action"], &event["subject"]), (&"key.voided".into(), &signing[0].as_str().into()));
    assert_eq!(event["detail"], json!({"state": "signing", "signing": next[0]}));
    void(&server, &signing[0]).await.assert_problem(409, "conflict");
    void(&server, "nonsense").await.assert_problem(404, "not_found");
    let again = node(&server, &[]).await;
    assert_withdrawn(&again, &customer, &signing[0], &[token]).await;
}

#[tokio::test]
async fn a_next_or_retiring_key_is_withdrawn_and_the_others_stay() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let old = server.token(&customer).await;
    server.admin(Method::POST, "/keys/rotate", None).await;
    let good = server.token(&customer).await;
    let next = in_state(&server, "next").await;
    assert_eq!(void(&server, &next[0]).await.status, 200);
    assert_withdrawn(&server, &customer, &next[0], &[]).await;
    assert_eq!(server.whoami(&old).await.status, 200);
    assert_eq!(void(&server, &kid(&old)).await.status, 200);
    assert_withdrawn(&server, &customer, &kid(&old), std::slice::from_ref(&old)).await;
    assert_eq!(server.whoami(&good).await.status, 200);
}

#[tokio::test]
async fn without_a_next_key_a_new_one_signs_at_once() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.place.sql("UPDATE signing_keys SET state = 'gone', sealed_private = NULL WHERE state = 'next'").await;
    let token = server.token(&customer).await;
    assert_eq!(void(&server, &kid(&token)).await.status, 200);
    assert_withdrawn(&server, &customer, &kid(&token), std::slice::from_ref(&token)).await;
}

#[tokio::test]
async fn other_nodes_withdraw_it_within_two_seconds() {
    let one = Server::start().await;
    let two = node(&one, &[]).await;
    let customer = one.customer().await;
    let token = two.token(&customer).await;
    assert_eq!(void(&one, &kid(&token)).await.status, 200);
    let refused = async {
        while two.whoami(&token).await.status == 200 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(2), refused).await.expect("not within two seconds");
    assert_withdrawn(&two, &customer, &kid(&token), &[token]).await;
}

#[tokio::test]
async fn a_withdrawal_that_the_store_did_not_keep_is_503_and_changes_nothing() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let keys = server.admin(Method::GET, "/keys", None).await.body;
    server.place.sql("ALTER TABLE events RENAME TO events_away").await;
    void(&server, &kid(&token)).await.assert_problem(503, "unavailable");
    server.place.sql("ALTER TABLE events_away RENAME TO events").await;
    assert_eq!(server.admin(Method::GET, "/keys", None).await.body, keys);
    assert_eq!(server.whoami(&token).await.status, 200);
}

#[tokio::test]
async fn another_algorithm_comes_as_a_rotation_that_no_verifier_notices() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let issuer = server.app.issuer.to_string();
    let mut held = Verifier::at(&server, 0).await;
    let mut tokens = vec![server.token(&customer).await];
    let mut server = server;
    for algorithm in ["EdDSA", "RS256", "ES256"] {
        let place = server.place.clone();
        let now = server.app.now();
        server.stop();
        server = Server::start_in(
            &place,
            &[("public_url", &issuer), ("signing_algorithm", algorithm), ("signing_key_rotation_days", "1")],
        )
        .await;
        server.app.clock.advance(now.since(server.app.now()));
        tokens.push(server.token(&customer).await);
        server.advance(300);
        let published = Verifier::at(&server, 0).await;
        assert!(published.keys.keys.iter().any(|key| format!("{:?}", key.common.key_algorithm.unwrap()) == algorithm));
        server.advance(DAY - 300);
        server.app.rotate_keys_if_due().await.unwrap();
        tokens.push(server.token(&customer).await);
        let alg = jsonwebtoken::decode_header(tokens.last().unwrap()).unwrap().alg;
        assert_eq!(format!("{alg:?}"), algorithm);
        for token in tokens.iter().rev().take(2) {
            assert!(published.verifies(token, &issuer), "{algorithm}");
        }
        held = published;
    }
    assert!(held.verifies(tokens.last().unwrap(), &issuer));
    assert!(server.app.now().millis() > NOW);
}

#[tokio::test]
async fn an_operator_withdraws_a_key_in_the_browser_after_a_question() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let operator = server.operator("tomas@dlat.example").await;
    let page = operator.get("/operator/keys").await;
    assert!(page.text.contains("Another key signs every 90 days."));
    let kid = kid(&token);
    assert!(page.text.contains(&format!("/operator/keys?void={kid}")));
    let question = operator.get(&format!("/operator/keys?void={kid}")).await;
    assert!(question.text.contains("action=\"/operator/keys/void\""));
    assert!(!operator.get("/operator/keys?void=nonsense").await.text.contains("role=\"dialog\""));
    let done = operator.post("/operator/keys/void", &[("kid", &kid)]).await;
    assert_eq!((done.status, done.header("location")), (303, "/operator/keys"));
    assert_withdrawn(&server, &customer, &kid, &[token]).await;
    assert!(operator.get("/operator/activity").await.text.contains("Withdrew a signing key and its tokens"));
}

/// The secret of a customer, as the eye shows it.
async fn revealed(server: &Server, customer: &Customer) -> String {
    let credential = server.app.find_credential(&customer.client_id).await.unwrap().credential;
    server.app.reveal_secret(&credential).await.unwrap().unwrap().expose().to_owned()
}

/// Whether the installation opens with the master key in this file.
async fn opens(server: &Server, file: &str) -> Result<(), String> {
    let config = server.place.config(&[("master_key_file", file)]);
    let opened = App::open(config, Clock::set(Timestamp::from_millis(NOW)), server.address).await;
    opened.map(|_| ()).map_err(|error| error.to_string())
}

fn in_place(server: &Server, name: &str) -> String {
    server.place.path().join(name).display().to_string()
}

#[tokio::test]
async fn another_master_key_comes_while_servers_run_and_either_opens_until_the_old_one_is_retired() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let (old, new) = (in_place(&server, "data/master.key"), in_place(&server, "new.key"));
    server.app.rotate_master_key(&Actor::Cli, new.as_ref(), false).await.unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&new).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!((opens(&server, &old).await, opens(&server, &new).await), (Ok(()), Ok(())));
    let renewed = node(&server, &[("master_key_file", &new)]).await;
    for server in [&server, &renewed] {
        assert_eq!(server.whoami(&token).await.status, 200);
        assert_eq!(server.ask(customer.body()).await.status, 200);
        assert_eq!(revealed(server, &customer).await, customer.secret);
    }
    let early = server.app.retire_master_key(&Actor::Cli).await.unwrap_err().to_string();
    assert!(early.contains("still name the old master key"), "{early}");
    renewed.app.retire_master_key(&Actor::Cli).await.unwrap();
    assert_eq!(opens(&server, &new).await, Ok(()));
    assert!(opens(&server, &old).await.unwrap_err().contains("is not the one that this database was made with"));
    assert_eq!(server.ask(customer.body()).await.status, 200, "a running server notices nothing");
    assert_eq!(revealed(&server, &customer).await, customer.secret);
    assert!(renewed.app.retire_master_key(&Actor::Cli).await.is_err(), "there is nothing to retire");
    let actions = server.admin(Method::GET, "/events", None).await.body;
    let actions: Vec<&str> =
        actions["items"].as_array().unwrap().iter().map(|it| it["action"].as_str().unwrap()).collect();
    assert!(actions.contains(&"master_key.rotated") && actions.contains(&"master_key.retired"));
}

#[tokio::test]
async fn a_rotation_of_the_master_key_that_was_interrupted_is_done_again() {
    let server = Server::start().await;
    let (new, other) = (in_place(&server, "new.key"), in_place(&server, "other.key"));
    let rotate = async |file: &str, replaces| {
        server.app.rotate_master_key(&Actor::Cli, file.as_ref(), replaces).await.map_err(|error| error.to_string())
    };
    std::fs::write(&new, "AAAA").unwrap();
    assert!(rotate(&new, false).await.unwrap_err().contains(&new), "a file that broke off is named");
    std::fs::remove_file(&new).unwrap();
    server.place.sql("ALTER TABLE events RENAME TO events_away").await;
    assert!(rotate(&new, false).await.is_err(), "the file was made, and the database did not answer");
    server.place.sql("ALTER TABLE events_away RENAME TO events").await;
    let made = std::fs::read_to_string(&new).unwrap();
    assert!(opens(&server, &new).await.is_err());
    assert_eq!(opens(&server, &in_place(&server, "data/master.key")).await, Ok(()));
    rotate(&new, false).await.unwrap();
    rotate(&new, false).await.unwrap();
    assert_eq!(std::fs::read_to_string(&new).unwrap(), made, "the same key");
    assert_eq!(opens(&server, &new).await, Ok(()));
    assert!(rotate(&other, false).await.unwrap_err().contains("under way"));
    rotate(&other, true).await.unwrap();
    assert!(opens(&server, &new).await.is_err());
    assert_eq!(opens(&server, &other).await, Ok(()));
    let in_use = rotate(&in_place(&server, "data/master.key"), true).await.unwrap_err();
    assert!(in_use.contains("is the master key already"), "{in_use}");
    let refused = server.app.begin_resealing(&Actor::Cli).await.unwrap_err().to_string();
    assert!(refused.contains("retire the old one first"), "{refused}");
}

/// Everything that is kept sealed.
async fn all_sealed(server: &Server) -> Vec<String> {
    let secrets = server.app.store.sealed_secrets_after("", 1000).await.unwrap();
    let keys = server.app.store.signing_keys().await.unwrap();
    secrets
        .into_iter()
        .map(|(.., sealed)| sealed)
        .chain(keys.into_iter().filter_map(|key| key.sealed_private))
        .collect()
}

#[tokio::test]
async fn everything_sealed_is_sealed_anew_while_servers_run_and_an_interruption_is_taken_up_again() {
    let one = Server::start().await;
    let customer = one.customer().await;
    for name in ["aster", "borealis", "cirrus"] {
        one.customer_named(name).await;
    }
    let token = one.token(&customer).await;
    let two = node(&one, &[]).await;
    let before = all_sealed(&one).await;
    one.app.begin_resealing(&Actor::Cli).await.unwrap();
    two.app.follow_events().await.unwrap();
    let made = two.customer_named("drift").await;
    assert_eq!(revealed(&one, &made).await, made.secret);
    // Here whoever does it is killed. A restart finds both keys, and another attempt goes on with them.
    let three = node(&one, &[]).await;
    assert_eq!(revealed(&three, &customer).await, customer.secret);
    assert_eq!(revealed(&three, &made).await, made.secret);
    three.app.begin_resealing(&Actor::Cli).await.unwrap();
    assert_eq!(three.app.reseal().await.unwrap(), before.len(), "all but the one made since");
    assert_eq!(three.app.reseal().await.unwrap(), 0);
    three.app.finish_resealing(&Actor::Cli).await.unwrap();
    let after = all_sealed(&one).await;
    assert!(after.iter().all(|sealed| !before.contains(sealed)));
    let four = node(&one, &[]).await;
    for server in [&one, &two, &three, &four] {
        server.app.follow_events().await.unwrap();
        server.app.load_keys().await.unwrap();
        assert_eq!(revealed(server, &customer).await, customer.secret);
        assert_eq!(server.ask(customer.body()).await.status, 200, "MACs stay as they were");
        assert_eq!(server.whoami(&token).await.status, 200, "and so do the keys");
        let made = server.customer_named(&format!("made-by-{}", server.address.port())).await;
        assert_eq!(revealed(&four, &made).await, made.secret);
    }
    let again = all_sealed(&one).await;
    one.app.begin_resealing(&Actor::Cli).await.unwrap();
    one.app.finish_resealing(&Actor::Cli).await.unwrap();
    assert!(all_sealed(&one).await.iter().all(|sealed| !again.contains(sealed)), "as often as you like");
    assert_eq!(revealed(&node(&one, &[]).await, &customer).await, customer.secret);
}

#[tokio::test]
async fn a_server_that_missed_the_new_master_key_serves_on_and_seals_nothing_that_others_could_not_open() {
    let stale = Server::start().await;
    let customer = stale.customer().await;
    let new = in_place(&stale, "new.key");
    stale.app.rotate_master_key(&Actor::Cli, new.as_ref(), false).await.unwrap();
    let renewed = node(&stale, &[("master_key_file", &new)]).await;
    renewed.app.retire_master_key(&Actor::Cli).await.unwrap();
    renewed.app.begin_resealing(&Actor::Cli).await.unwrap();
    renewed.app.finish_resealing(&Actor::Cli).await.unwrap();
    stale.app.follow_events().await.unwrap();
    let answer = stale.admin(Method::POST, "/entities/northwind/credentials", Some(json!({"name": "ERP"}))).await;
    assert_eq!(answer.status, 500);
    let token = stale.token(&customer).await;
    assert_eq!(renewed.whoami(&token).await.status, 200);
    assert_eq!(void(&renewed, &kid(&token)).await.status, 200);
    stale.app.follow_events().await.unwrap();
    stale.whoami(&token).await.assert_problem(401, "invalid_token");
    stale.ask(customer.body()).await.assert_problem(503, "unavailable");
    assert_eq!(renewed.ask(customer.body()).await.status, 200);
}
