//! Listening to what is void, and what to do when it is no longer heard.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail by panicking"
)]

mod issuer;

use std::time::Duration;

use issuer::{Issuer, Key};
use passgate_verify::{Refused, Token, Verifier};

const VOID: &str = "id: 7\nevent: change\ndata: {\"clients\":[{\"client_id\":\"pgc_a\",\"void\":true}]}\n\n";
const RESTORED: &str = "id: 8\nevent: change\ndata: {\"clients\":[{\"client_id\":\"pgc_a\"}]}\n\n";
const HEARTBEAT: &str = "event: heartbeat\ndata: {\"behind\":0}\n\n";

async fn until(verifier: &Verifier, token: &str, expected: fn(&Result<Token, Refused>) -> bool) {
    for _ in 0..100 {
        if expected(&verifier.verify(token).await) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{:?}", verifier.verify(token).await);
}

fn revoked(verdict: &Result<Token, Refused>) -> bool {
    matches!(verdict, Err(Refused::Revoked))
}

fn unavailable(verdict: &Result<Token, Refused>) -> bool {
    matches!(verdict, Err(Refused::Unavailable))
}

#[tokio::test]
async fn what_the_feed_tells_counts_at_once_and_a_lost_feed_is_taken_up_where_it_ended() {
    let key = Key::new("ES256", "k");
    let issuer = Issuer::start(&[&key]).await;
    let verifier = issuer.verifier().revocations("id", "secret").start().await.unwrap();
    assert!(verifier.revocations_age().unwrap() < Duration::from_secs(2));
    let token = key.token(&issuer.claims());
    assert!(verifier.verify(&token).await.is_ok());
    issuer.say(Some(VOID));
    until(&verifier, &token, revoked).await;
    issuer.begin_feeds_with(RESTORED);
    issuer.say(None);
    until(&verifier, &token, Result::is_ok).await;
    assert_eq!(issuer.heard(), [None, Some("7".to_owned())]);

    // Half of an event is none, and what is not understood is heard again.
    issuer.begin_feeds_with(VOID);
    issuer.say(Some("id: 9\nevent: change\ndata: {\"clients\": nonsense}\n\n"));
    until(&verifier, &token, revoked).await;
    assert_eq!(issuer.heard()[2].as_deref(), Some("8"));
    // A key that is not a JWT's jti of Passgate cannot be told and is refused.
    assert_eq!(
        verifier.verify(&key.token(&issuer.claims_with("jti", "x".into()))).await.unwrap_err(),
        Refused::Revoked
    );
}

#[tokio::test]
async fn a_snapshot_in_parts_counts_when_it_is_whole_and_replaces_what_was_known() {
    let key = Key::new("ES256", "k");
    let issuer = Issuer::start(&[&key]).await;
    let verifier = issuer.verifier().revocations("id", "secret").start().await.unwrap();
    let token = key.token(&issuer.claims());
    issuer.say(Some(VOID));
    until(&verifier, &token, revoked).await;
    issuer
        .say(Some("event: snapshot\ndata: {\"more\":true,\"clients\":[{\"client_id\":\"pgc_b\",\"void\":true}]}\n\n"));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(revoked(&verifier.verify(&token).await));
    issuer.say(Some("id: 10\nevent: snapshot\ndata: {\"tokens\":[]}\n\n"));
    until(&verifier, &token, Result::is_ok).await;
    let mut other = issuer.claims();
    other["client_id"] = "pgc_b".into();
    assert!(revoked(&verifier.verify(&key.token(&other)).await));
}

#[tokio::test]
async fn when_the_feed_is_silent_tokens_are_good_for_as_long_as_was_said_and_then_nobody_can_tell() {
    let key = Key::new("ES256", "k");
    let issuer = Issuer::start(&[&key]).await;
    let builder = issuer.verifier().revocations("id", "secret").refuse_after_silence(Duration::from_millis(1500));
    let verifier = builder.start().await.unwrap();
    let token = key.token(&issuer.claims());
    issuer.go_away(true);
    issuer.say(None);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(verifier.verify(&token).await.is_ok());
    until(&verifier, &token, unavailable).await;
    assert!(verifier.revocations_age().unwrap() >= Duration::from_millis(1500));
    issuer.go_away(false);
    until(&verifier, &token, Result::is_ok).await;
    // A node that has not heard of the others is no better than none.
    issuer.say(Some("event: heartbeat\ndata: {\"behind\":60000}\n\n"));
    until(&verifier, &token, unavailable).await;
    issuer.say(Some(HEARTBEAT));
    until(&verifier, &token, Result::is_ok).await;
}

#[tokio::test]
async fn keys_are_fetched_when_the_feed_says_that_they_have_changed() {
    let (old, new) = (Key::new("ES256", "old"), Key::new("ES256", "new"));
    let issuer = Issuer::start(&[&old]).await;
    let verifier = issuer.verifier().revocations("id", "secret").start().await.unwrap();
    issuer.publish(&[&new]);
    issuer.say(Some("id: 2\nevent: change\ndata: {\"keys_changed\":true}\n\n"));
    let voided = old.token(&issuer.claims());
    until(&verifier, &voided, |verdict| matches!(verdict, Err(Refused::UnknownKey))).await;
    assert!(verifier.verify(&new.token(&issuer.claims())).await.is_ok());
}

/// Of several nodes, or from a cache, the key set may come as it was.
#[tokio::test]
async fn a_key_that_the_feed_names_no_longer_is_refused_whatever_key_set_is_fetched() {
    let (old, new) = (Key::new("ES256", "old"), Key::new("ES256", "new"));
    let issuer = Issuer::start(&[&old, &new]).await;
    let verifier = issuer.verifier().revocations("id", "secret").start().await.unwrap();
    let voided = old.token(&issuer.claims());
    assert!(verifier.verify(&voided).await.is_ok());
    issuer.say(Some("id: 2\nevent: change\ndata: {\"keys_changed\":true,\"kids\":[\"new\"]}\n\n"));
    until(&verifier, &voided, |verdict| matches!(verdict, Err(Refused::UnknownKey))).await;
    assert!(verifier.verify(&new.token(&issuer.claims())).await.is_ok());
    issuer.say(Some("id: 3\nevent: snapshot\ndata: {\"kids\":[\"old\",\"new\"]}\n\n"));
    until(&verifier, &voided, Result::is_ok).await;
}

#[tokio::test]
async fn dropping_the_last_clone_ends_the_feed() {
    let key = Key::new("ES256", "k");
    let issuer = Issuer::start(&[&key]).await;
    let verifier = issuer.verifier().revocations("id", "secret").start().await.unwrap();
    drop(verifier.clone());
    assert!(verifier.verify(&key.token(&issuer.claims())).await.is_ok());
    drop(verifier);
    let before = issuer.asked();
    issuer.say(Some("id: 2\nevent: change\ndata: {\"keys_changed\":true}\n\n"));
    issuer.say(None);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((issuer.asked(), issuer.heard().len()), (before, 1));
}
