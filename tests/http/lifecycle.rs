//! Secrets, credentials, entities and keys over time: each change takes effect on the very next request.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::server::{Answer, Customer, Place, Server};

async fn regenerate(server: &Server, customer: &Customer, body: Value) -> Answer {
    server.admin(Method::POST, &format!("/credentials/{}/regenerate", customer.client_id), Some(body)).await
}

fn with_secret(customer: &Customer, answer: &Answer) -> Value {
    json!({"client_id": customer.client_id, "client_secret": answer.body["client_secret"]})
}

#[tokio::test]
async fn regenerating_keeps_the_client_id_and_stops_the_old_secret_at_once() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let made = regenerate(&server, &customer, json!({})).await;
    assert_eq!((made.status, made.body["client_id"].as_str()), (200, Some(customer.client_id.as_str())));
    server.ask(customer.body()).await.assert_problem(401, "invalid_credentials");
    assert_eq!(server.ask(with_secret(&customer, &made)).await.status, 200);
    assert_eq!(server.whoami(&token).await.status, 200, "tokens live on unless they are made void");
}

#[tokio::test]
async fn a_grace_period_lets_both_secrets_work_until_it_ends() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let made = regenerate(&server, &customer, json!({"grace_seconds": 3600})).await;
    assert_eq!(made.body["secrets"].as_array().unwrap().len(), 2);
    server.advance(3599);
    assert_eq!(server.ask(customer.body()).await.status, 200);
    assert_eq!(server.ask(with_secret(&customer, &made)).await.status, 200);
    server.advance(1);
    server.ask(customer.body()).await.assert_problem(401, "invalid_credentials");
    assert_eq!(server.ask(with_secret(&customer, &made)).await.status, 200);
}

#[tokio::test]
async fn at_most_two_secrets_are_live_and_no_grace_is_longer_than_seven_days() {
    let server = Server::start().await;
    let customer = server.customer().await;
    regenerate(&server, &customer, json!({"grace_seconds": 604_801})).await.assert_problem(422, "invalid_fields");
    let second = regenerate(&server, &customer, json!({"grace_seconds": 604_800})).await;
    assert_eq!(second.status, 200);
    regenerate(&server, &customer, json!({"grace_seconds": 60})).await.assert_problem(409, "conflict");
    let third = regenerate(&server, &customer, json!({"grace_seconds": 0})).await;
    assert_eq!(third.body["secrets"].as_array().unwrap().len(), 1);
    for stopped in [customer.body(), with_secret(&customer, &second)] {
        server.ask(stopped).await.assert_problem(401, "invalid_credentials");
    }
    assert_eq!(server.ask(with_secret(&customer, &third)).await.status, 200);
}

#[tokio::test]
async fn a_regeneration_can_make_tokens_void_to_the_millisecond() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let before = server.token(&customer).await;
    let made = regenerate(&server, &customer, json!({"void_tokens": true})).await;
    server.app.clock.advance(Duration::from_millis(1));
    let after = server.ask(with_secret(&customer, &made)).await;
    server.whoami(&before).await.assert_problem(401, "invalid_token");
    assert_eq!(
        server.whoami(after.body["access_token"].as_str().unwrap()).await.status,
        200,
        "issued in the same second"
    );
}

#[tokio::test]
async fn tokens_of_a_secret_that_has_stopped_already_become_void_too() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let first = server.token(&customer).await;
    regenerate(&server, &customer, json!({})).await;
    assert_eq!(server.whoami(&first).await.status, 200);
    regenerate(&server, &customer, json!({"void_tokens": true})).await;
    server.whoami(&first).await.assert_problem(401, "invalid_token");
}

#[tokio::test]
async fn no_token_slips_through_while_a_secret_is_stopped_and_its_tokens_made_void() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let made = regenerate(&server, &customer, json!({"void_tokens": true})).await;
    assert_eq!(made.status, 200);
    let credential = server.app.find_credential(&customer.client_id).await.unwrap().credential;
    let stopped = credential.secrets.iter().find(|secret| !secret.is_live(server.app.now())).unwrap();
    let jti = passgate::domain::claims::TokenId::new(
        server.app.now().plus(Duration::from_secs(2)),
        stopped.id.tag(),
        [0; 10],
    );
    let entity = server.app.find_entity("northwind").await.unwrap();
    assert!(
        !passgate::domain::token::stands(&entity, &credential, &jti, None, server.app.now()),
        "issued by a slow node"
    );
}

#[tokio::test]
async fn an_entitys_own_choice_stands_in_for_what_a_regeneration_leaves_out() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server
        .change(&customer, json!({"settings": {"regenerate_grace_seconds": 60, "regenerate_voids_tokens": true}}))
        .await;
    let token = server.token(&customer).await;
    let made = regenerate(&server, &customer, json!({})).await;
    assert_eq!(made.body["secrets"].as_array().unwrap().len(), 2);
    server.whoami(&token).await.assert_problem(401, "invalid_token");
}

#[tokio::test]
async fn each_state_denies_on_the_very_next_call_and_says_why_to_the_right_secret_only() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let wrong = json!({"client_id": customer.client_id, "client_secret": "wrong"});
    let generic = server.ask(wrong.clone()).await.body["detail"].clone();
    let denied = async |says: &str| {
        let answer = server.ask(customer.body()).await;
        answer.assert_problem(401, "invalid_credentials");
        assert!(answer.body["detail"].as_str().unwrap().contains(says), "{}", answer.text);
        assert_eq!(server.ask(wrong.clone()).await.body["detail"], generic);
    };
    server.change(&customer, json!({"status": "disabled"})).await;
    denied("disabled").await;
    server.whoami(&token).await.assert_problem(401, "invalid_token");
    server.change(&customer, json!({"status": "active"})).await;
    assert_eq!(server.whoami(&token).await.status, 200);
    server.change(&customer, json!({"settings": {"ip_allowlist": ["203.0.113.0/24", "2001:db8::/32"]}})).await;
    denied("127.0.0.1").await;
    server.change(&customer, json!({"settings": {"ip_allowlist": ["127.0.0.0/8"]}})).await;
    assert_eq!(server.ask(customer.body()).await.status, 200);
    server.admin(Method::POST, &format!("/credentials/{}/revoke", customer.client_id), None).await;
    denied("revoked").await;
    server.whoami(&token).await.assert_problem(401, "invalid_token");
    regenerate(&server, &customer, json!({})).await.assert_problem(409, "conflict");
}

#[tokio::test]
async fn a_credential_with_an_end_is_refused_from_then_on() {
    let server = Server::start().await;
    server.customer().await;
    let end = passgate::domain::time::Timestamp::from_millis(crate::server::NOW + 60_000).to_string();
    let made = server
        .admin(Method::POST, "/entities/northwind/credentials", Some(json!({"name": "Short", "expires_at": end})))
        .await;
    let body = json!({"client_id": made.body["client_id"], "client_secret": made.body["client_secret"]});
    let token = server.ask(body.clone()).await.body["access_token"].as_str().unwrap().to_owned();
    server.advance(60);
    let answer = server.ask(body).await;
    answer.assert_problem(401, "invalid_credentials");
    assert!(answer.body["detail"].as_str().unwrap().contains("expired"));
    server.whoami(&token).await.assert_problem(401, "invalid_token");
}

#[tokio::test]
async fn two_regenerations_at_once_leave_one_winner_and_one_conflict() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let version = server
        .admin(Method::GET, &format!("/credentials/{}", customer.client_id), None)
        .await
        .header("etag")
        .to_owned();
    let once = || async {
        let path = format!("/admin/v1/credentials/{}/regenerate", customer.client_id);
        let request = server.post(&path).bearer_auth(&server.operator_token).header("if-match", &version);
        Answer::of(request.json(&json!({})).send().await.unwrap()).await
    };
    let (one, other) = tokio::join!(once(), once());
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    let winner = if one.status == 200 { &one } else { &other };
    assert_eq!(server.ask(with_secret(&customer, winner)).await.status, 200);
}

#[tokio::test]
async fn the_token_timeout_is_the_lifetime_of_the_next_token() {
    let server = Server::start().await;
    let customer = server.customer().await;
    for minutes in [1, 1440] {
        server.change(&customer, json!({"settings": {"token_timeout_minutes": minutes}})).await;
        assert_eq!(server.ask(customer.body()).await.body["expires_in"], minutes * 60);
    }
}

#[tokio::test]
async fn a_rotation_changes_the_signing_key_and_no_verifier_meets_an_unknown_one() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let kids = async || -> Vec<String> {
        let jwks = Answer::of(server.get("/.well-known/jwks.json").send().await.unwrap()).await;
        jwks.body["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let kid_of = |token: &str| jsonwebtoken::decode_header(token).unwrap().kid.unwrap();
    let (old, published) = (server.token(&customer).await, kids().await);
    assert_eq!(server.admin(Method::POST, "/keys/rotate", None).await.body["state"], "signing");
    let new = server.token(&customer).await;
    assert_ne!(kid_of(&old), kid_of(&new));
    assert!(published.contains(&kid_of(&new)), "published before it signs");
    assert!(kids().await.contains(&kid_of(&old)), "and after it has signed");
    assert_eq!(server.whoami(&old).await.status, 200);
    server.admin(Method::POST, "/keys/rotate", None).await.assert_problem(409, "conflict");
    assert_eq!(server.admin(Method::POST, "/keys/rotate", Some(json!({"force": true}))).await.status, 200);
    server.advance(360);
    assert_eq!(server.admin(Method::POST, "/keys/rotate", None).await.status, 200);
    server.advance(25 * 3600);
    server.app.remove_spent_keys().await.unwrap();
    assert_eq!(kids().await.len(), 2, "the spent ones are gone");
    let states = server.admin(Method::GET, "/keys", None).await;
    assert_eq!(states.body["items"].as_array().unwrap().iter().filter(|key| key["state"] == "gone").count(), 3);
}

#[tokio::test]
async fn another_algorithm_is_a_rotation() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let old = server.token(&customer).await;
    let issuer = server.app.issuer.to_string();
    let server = Server::start_in(&server.place, &[("signing_algorithm", "EdDSA"), ("public_url", &issuer)]).await;
    assert_eq!(
        jsonwebtoken::decode_header(&server.token(&customer).await).unwrap().alg,
        jsonwebtoken::Algorithm::ES256
    );
    server.advance(360);
    assert_eq!(server.admin(Method::POST, "/keys/rotate", None).await.body["algorithm"], "EdDSA");
    assert_eq!(
        jsonwebtoken::decode_header(&server.token(&customer).await).unwrap().alg,
        jsonwebtoken::Algorithm::EdDSA
    );
    assert_eq!(server.whoami(&old).await.status, 200);
}

#[tokio::test]
async fn everything_acknowledged_is_there_after_a_restart() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.define(&customer, json!({"name": "depot", "type": "string", "claim": "depot"})).await;
    let made = regenerate(&server, &customer, json!({"grace_seconds": 3600})).await;
    let token = server.token(&customer).await;
    let issuer = server.app.issuer.to_string();
    let again = Server::start_in(&server.place, &[("public_url", &issuer)]).await;
    assert_eq!(again.ask(customer.body_with(json!({"depot": "RTM"}))).await.status, 200);
    assert_eq!(again.ask(with_secret(&customer, &made)).await.status, 200);
    assert_eq!(again.whoami(&token).await.status, 200);
}

#[tokio::test]
async fn of_several_nodes_one_does_what_is_the_installations_affair() {
    let place = Place::new().await;
    let (one, two) = (Server::start_in(&place, &[]).await, Server::start_in(&place, &[]).await);
    let span = Duration::from_secs(60);
    let turns = async || (one.app.take_turn("w", span).await.unwrap(), two.app.take_turn("w", span).await.unwrap());
    assert_eq!(turns().await, (true, false));
    assert_eq!(turns().await, (false, false));
    two.advance(60);
    assert_eq!(turns().await, (false, true), "the next time it may be the other");
    place.sql("UPDATE leases SET ends_at = 4100000000000 WHERE work = 'w'").await;
    assert!(one.app.take_turn("w", span).await.unwrap(), "what a clock that was wrong has taken is not kept for ever");
}

#[tokio::test]
async fn a_secret_made_on_one_node_is_right_on_another_that_has_just_read_the_log() {
    let place = Place::new().await;
    let (one, two) = (Server::start_in(&place, &[]).await, Server::start_in(&place, &[]).await);
    let mut customer = one.customer().await;
    two.token(&customer).await;
    let path = format!("/credentials/{}/regenerate", customer.client_id);
    for _ in 0..10 {
        two.app.follow_events().await.unwrap();
        let made = one.admin(Method::POST, &path, Some(json!({}))).await;
        made.body["client_secret"].as_str().unwrap().clone_into(&mut customer.secret);
        two.token(&customer).await;
    }
}

#[tokio::test]
async fn while_somebody_guesses_a_new_secret_is_right_at_once_on_another_node() {
    let place = Place::new().await;
    let (one, two) = (Server::start_in(&place, &[]).await, Server::start_in(&place, &[]).await);
    let mut customer = one.customer().await;
    let path = format!("/credentials/{}/regenerate", customer.client_id);
    for _ in 0..5 {
        for guess in ["wrong", &customer.secret.replace("pgs_", "pgs-")] {
            let guess = json!({"client_id": customer.client_id, "client_secret": guess});
            two.ask(guess).await.assert_problem(401, "invalid_credentials");
        }
        let made = one.admin(Method::POST, &path, Some(json!({}))).await;
        made.body["client_secret"].as_str().unwrap().clone_into(&mut customer.secret);
        two.token(&customer).await;
    }
}

/// A success is written within a second, and may then be written after failures that came after it.
#[tokio::test]
async fn a_success_that_is_written_late_takes_back_no_failure_that_came_after_it() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.change(&customer, json!({"settings": {"account_lock": {"maximum_attempts": 3}}})).await;
    server.token(&customer).await;
    let wrong = json!({"client_id": customer.client_id, "client_secret": "wrong"});
    for _ in 0..2 {
        server.ask(wrong.clone()).await.assert_problem(401, "invalid_credentials");
    }
    passgate::jobs::flush(&server.app).await.unwrap();
    server.ask(wrong).await.assert_problem(401, "invalid_credentials");
    server.ask(customer.body()).await.assert_problem(401, "invalid_credentials");
}

/// Contract §1: the count is of consecutive failed token requests, wherever they came.
#[tokio::test]
async fn a_success_on_one_node_begins_the_count_of_failures_anew_on_all() {
    let place = Place::new().await;
    let (one, two) = (Server::start_in(&place, &[]).await, Server::start_in(&place, &[]).await);
    let customer = one.customer().await;
    one.change(&customer, json!({"settings": {"account_lock": {"maximum_attempts": 3}}})).await;
    two.app.follow_events().await.unwrap();
    two.token(&customer).await;
    let wrong = json!({"client_id": customer.client_id, "client_secret": "wrong"});
    for _ in 0..2 {
        for _ in 0..2 {
            one.ask(wrong.clone()).await.assert_problem(401, "invalid_credentials");
        }
        for node in [&one, &two] {
            node.app.clock.advance(Duration::from_millis(1));
        }
        two.token(&customer).await;
        passgate::jobs::flush(&two.app).await.unwrap();
    }
    assert_eq!(one.ask(customer.body()).await.status, 200);
    for _ in 0..3 {
        one.ask(wrong.clone()).await.assert_problem(401, "invalid_credentials");
    }
    passgate::jobs::flush(&one.app).await.unwrap();
    one.ask(customer.body()).await.assert_problem(401, "invalid_credentials");
}

#[tokio::test]
async fn a_change_on_one_node_holds_on_the_other_within_two_seconds() {
    let one = Server::start().await;
    let customer = one.customer().await;
    let issuer = one.app.issuer.to_string();
    let two = Server::start_in(&one.place, &[("public_url", &issuer)]).await;
    let token = two.token(&customer).await;
    assert_eq!(one.oauth("revoke", &customer, &[("token", &token)]).await.status, 200);
    one.change(&customer, json!({"settings": {"token_timeout_minutes": 7}})).await;
    one.admin(Method::POST, "/keys/rotate", None).await;
    let holds = async {
        loop {
            let answer = two.ask(customer.body()).await;
            let keys_agree = two.app.signer.key_set().etag == one.app.signer.key_set().etag;
            if two.whoami(&token).await.status == 401 && answer.body["expires_in"] == 420 && keys_agree {
                break;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(2), holds).await.expect("not within two seconds");
}

#[tokio::test]
async fn uses_are_counted_and_written_within_a_second_or_two() {
    let server = Server::start().await;
    let customer = server.customer().await;
    for _ in 0..5 {
        server.token(&customer).await;
    }
    passgate::jobs::flush(&server.app).await.unwrap();
    let used = async || server.admin(Method::GET, &format!("/credentials/{}", customer.client_id), None).await.body;
    let written = async {
        while used().await["token_count"] != 5 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), written).await.expect("not written");
    assert_eq!(used().await["last_used_address"], "127.0.0.1");
}
