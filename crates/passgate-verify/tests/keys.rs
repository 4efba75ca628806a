//! How keys are come by: fetched at the start, when one is unknown, and never by the thousand.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail by panicking"
)]

mod issuer;

use std::time::Duration;

use issuer::{Issuer, Key};
use passgate_verify::{Refused, StartError, Verifier};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_forged_kids_at_once_make_one_fetch_and_disturb_nobody() {
    let key = Key::new("ES256", "k");
    let issuer = Issuer::start(&[&key]).await;
    let good = key.token(&issuer.claims());
    let forger = Key::new("EdDSA", "");
    let forged = |number| {
        forger.sign(
            &serde_json::json!({"alg": "EdDSA", "typ": "at+jwt", "kid": format!("forged-{number}")}).to_string(),
            &issuer.claims().to_string(),
        )
    };
    let forged: Vec<String> = (0..1000).map(forged).collect();
    let verifier = issuer.verifier().refetch_pause(Duration::from_secs(2)).start().await.unwrap();
    tokio::time::sleep(Duration::from_millis(2100)).await;
    let before = issuer.asked();
    let judged: Vec<_> = forged
        .into_iter()
        .map(|token| {
            let verifier = verifier.clone();
            tokio::spawn(async move { verifier.verify(&token).await.unwrap_err() })
        })
        .collect();
    for _ in 0..50 {
        assert!(verifier.verify(&good).await.is_ok());
    }
    for judged in judged {
        assert_eq!(judged.await.unwrap(), Refused::UnknownKey);
    }
    assert_eq!(issuer.asked() - before, 1);
}

#[tokio::test]
async fn a_new_key_is_fetched_when_its_first_token_comes() {
    let (old, new) = (Key::new("ES256", "old"), Key::new("EdDSA", "new"));
    let issuer = Issuer::start(&[&old]).await;
    let verifier = issuer.verifier().refetch_pause(Duration::from_secs(1)).start().await.unwrap();
    let token = new.token(&issuer.claims());
    assert_eq!(verifier.verify(&token).await.unwrap_err(), Refused::UnknownKey);
    issuer.publish(&[&new]);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert!(verifier.verify(&token).await.is_ok());
    assert_eq!(verifier.verify(&old.token(&issuer.claims())).await.unwrap_err(), Refused::UnknownKey);
}

#[tokio::test]
async fn the_last_good_keys_stay_while_the_issuer_is_away_or_talks_nonsense() {
    let key = Key::new("ES256", "k");
    let issuer = Issuer::start(&[&key]).await;
    let verifier = issuer.verifier().refresh(Duration::from_secs(1)).start().await.unwrap();
    let good = key.token(&issuer.claims());
    issuer.go_away(true);
    let before = issuer.asked();
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert!(issuer.asked() > before, "the keys are fetched in the background");
    assert!(verifier.verify(&good).await.is_ok());
    issuer.go_away(false);
    issuer.publish_as(Vec::new());
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert!(verifier.verify(&good).await.is_ok());
}

#[tokio::test]
async fn keys_that_could_not_be_fetched_for_too_long_are_believed_no_more() {
    let key = Key::new("ES256", "k");
    let issuer = Issuer::start(&[&key]).await;
    let verifier = issuer.verifier().refresh(Duration::from_secs(1)).refuse_after_keys_age(Duration::from_secs(2));
    let verifier = verifier.start().await.unwrap();
    let good = key.token(&issuer.claims());
    let until = async |expected: fn(&Result<passgate_verify::Token, Refused>) -> bool| {
        let mut tries = 0;
        while !expected(&verifier.verify(&good).await) {
            tries += 1;
            assert!(tries < 100, "{:?}", verifier.verify(&good).await);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    until(Result::is_ok).await;
    issuer.go_away(true);
    until(|verdict| matches!(verdict, Err(Refused::Unavailable))).await;
    issuer.go_away(false);
    until(Result::is_ok).await;
}

#[tokio::test]
async fn it_starts_as_documented_or_not_at_all() {
    let key = Key::new("ES256", "k");
    let issuer = Issuer::start(&[&key]).await;
    for (url, http) in [
        ("http://pass.example.com", false),
        ("ftp://pass.example.com", true),
        ("https://pass.example.com/", false),
        ("https://a?b", false),
        ("pass", true),
    ] {
        let builder = Verifier::new(url);
        let builder = if http { builder.allow_http() } else { builder };
        assert!(matches!(builder.start_without_waiting(), Err(StartError::Settings(_))), "{url}");
    }
    assert!(matches!(issuer.verifier().leeway(Duration::from_secs(301)).start().await, Err(StartError::Settings(_))));

    issuer.call_yourself("https://elsewhere.example");
    assert!(matches!(issuer.verifier().start().await, Err(StartError::Unexpected(_))));
    issuer.call_yourself(&issuer.url);
    issuer.go_away(true);
    assert!(matches!(issuer.verifier().start().await, Err(StartError::Away(_))));

    let verifier = issuer.verifier().start_without_waiting().unwrap();
    let good = key.token(&issuer.claims());
    assert_eq!(verifier.verify(&good).await.unwrap_err(), Refused::Unavailable);
    issuer.go_away(false);
    let mut tries = 0;
    while verifier.verify(&good).await.is_err() {
        tries += 1;
        assert!(tries < 100, "it does not come back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
