//! Which tokens are accepted, and why each other one is not.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail by panicking"
)]

mod issuer;

use std::time::Duration;

use aws_lc_rs::hmac;
use issuer::{Issuer, Key, base64url, now};
use passgate_verify::{Algorithm, Refused, StartError};
use serde_json::{Value, json};

#[tokio::test]
async fn a_good_token_of_every_algorithm_says_what_it_says() {
    let keys = ["ES256", "EdDSA", "RS256"].map(|alg| Key::new(alg, alg));
    let issuer = Issuer::start(&keys.iter().collect::<Vec<_>>()).await;
    let verifier = issuer.verifier().scope("access").start().await.unwrap();
    for key in &keys {
        let claims = issuer.claims();
        let token = verifier.verify(&key.token(&claims)).await.unwrap();
        assert_eq!((token.client_id(), token.subject(), token.entity()), ("pgc_a", "pgc_a", Some("northwind")));
        assert_eq!(token.id(), claims["jti"]);
        assert_eq!(token.scopes().collect::<Vec<_>>(), ["DLAT", "access", "Webhooks"]);
        assert_eq!((token.claim::<u8>("shop"), token.claim::<String>("shop")), (Some(7), None));
        assert_eq!(token.expires_at().duration_since(token.issued_at()).unwrap(), Duration::from_secs(600));
        assert_eq!(token.claims().len(), 10);
        assert_eq!(token.require("Webhooks DLAT"), Ok(()));
        assert_eq!(token.require("DLAT  orders"), Err(Refused::Scope("DLAT orders".into())));
        let long = key.sign(
            &json!({"alg": key.alg(), "typ": "application/at+jwt", "kid": key.kid}).to_string(),
            &claims.to_string(),
        );
        assert!(verifier.verify(&long).await.is_ok());
    }
    assert_eq!(issuer.asked(), 1, "keys are fetched once");
}

#[tokio::test]
async fn every_claim_must_be_there_and_of_its_type() {
    let key = Key::new("ES256", "k");
    let issuer = Issuer::start(&[&key]).await;
    let verifier = issuer.verifier().audience("orders").audience("billing").start().await.unwrap();
    let good = issuer.claims_with("aud", json!(["other", "billing"]));
    assert!(verifier.verify(&key.token(&good)).await.is_ok());
    let now = now();
    let wrong: Vec<(&'static str, Value, Option<Refused>)> = vec![
        ("iss", json!("https://other.example"), Some(Refused::Issuer)),
        ("iss", json!([issuer.url]), None),
        ("aud", json!("other"), Some(Refused::Audience)),
        ("aud", json!([]), Some(Refused::Audience)),
        ("aud", json!(["billing", 1]), None),
        ("aud", json!({"billing": true}), None),
        ("exp", json!(now), Some(Refused::Ended)),
        ("exp", json!((now + 600).to_string()), None),
        ("exp", json!(f64::from(u32::MAX) * 10.5), None),
        ("exp", json!(true), None),
        ("exp", json!(u64::MAX), None),
        ("exp", json!(i64::MIN), Some(Refused::Ended)),
        ("iat", json!("1"), None),
        ("iat", json!(now + 90), Some(Refused::NotYet)),
        ("iat", json!(i64::MAX), Some(Refused::NotYet)),
        ("nbf", json!(now + 90), Some(Refused::NotYet)),
        ("nbf", json!("0"), None),
        ("nbf", Value::Null, None),
        ("sub", json!(""), None),
        ("jti", json!(7), None),
        ("client_id", json!(["pgc_a"]), None),
        ("scope", json!(["DLAT"]), None),
        ("cnf", json!({"jkt": "thumbprint"}), Some(Refused::Bound)),
        ("cnf", json!({"x5t#S256": "thumbprint"}), Some(Refused::Bound)),
        ("cnf", Value::Null, Some(Refused::Bound)),
    ];
    for (name, value, why) in wrong {
        let mut claims = good.clone();
        claims[name] = value.clone();
        let refused = verifier.verify(&key.token(&claims)).await.unwrap_err();
        assert_eq!(refused, why.unwrap_or(Refused::Claim(name)), "{name} {value}");
    }
    for name in ["iss", "aud", "exp", "iat", "sub", "jti", "client_id"] {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        assert_eq!(verifier.verify(&key.token(&claims)).await.unwrap_err(), Refused::Claim(name));
    }
    let soon = json!({"nbf": now + 20, "iat": now + 20});
    let mut claims = good.clone();
    claims.as_object_mut().unwrap().extend(soon.as_object().unwrap().clone());
    assert!(verifier.verify(&key.token(&claims)).await.is_ok(), "a clock may be ahead a little");
}

#[tokio::test]
async fn no_header_changes_how_a_token_is_verified() {
    let (key, rsa, stranger) = (Key::new("ES256", "k"), Key::new("RS256", "r"), Key::new("ES256", "k"));
    let issuer = Issuer::start(&[&key, &rsa]).await;
    let verifier = issuer.verifier().start().await.unwrap();
    let claims = issuer.claims().to_string();
    let header = |change: Value| {
        let mut header = key.header();
        header.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        header.to_string()
    };
    for change in [
        json!({"alg": "none"}),
        json!({"alg": "None"}),
        json!({"alg": "HS256"}),
        json!({"alg": "ES384"}),
        json!({"alg": 1}),
        json!({"alg": "RS256"}),
        json!({"alg": "EdDSA"}),
        json!({"kid": "r"}),
        json!({"kid": null}),
        json!({"kid": ["k"]}),
        json!({"typ": "JWT"}),
        json!({"typ": null}),
        json!({"typ": "AT+JWT"}),
        json!({"typ": "at+jwt "}),
        json!({"crit": ["exp"], "exp": 1}),
        json!({"crit": []}),
        json!({"b64": false}),
    ] {
        let refused = verifier.verify(&key.sign(&header(change.clone()), &claims)).await.unwrap_err();
        assert_eq!(refused, Refused::Header, "{change}");
    }
    for embedded in
        [json!({"jwk": stranger.jwk()}), json!({"jku": "http://127.0.0.1:1/", "x5u": "http://127.0.0.1:1/"})]
    {
        let refused = verifier.verify(&stranger.sign(&header(embedded), &claims)).await.unwrap_err();
        assert_eq!(refused, Refused::Signature);
    }
    // A public key taken for a shared secret (RFC 8725 §2.1).
    let secret = hmac::Key::new(hmac::HMAC_SHA256, key.jwk().to_string().as_bytes());
    let signed = format!("{}.{}", base64url(header(json!({"alg": "HS256"}))), base64url(&claims));
    let forged = format!("{signed}.{}", base64url(hmac::sign(&secret, signed.as_bytes())));
    assert_eq!(verifier.verify(&forged).await.unwrap_err(), Refused::Header);

    let twice = header(json!({})).replacen('{', r#"{"alg":"none","#, 1);
    assert_eq!(verifier.verify(&key.sign(&twice, &claims)).await.unwrap_err(), Refused::Malformed);
    let twice = claims.replacen('{', r#"{"exp":1,"#, 1);
    assert_eq!(verifier.verify(&key.sign(&header(json!({})), &twice)).await.unwrap_err(), Refused::Malformed);
    let long = issuer.claims_with("pad", json!("x".repeat(16 * 1024)));
    assert_eq!(verifier.verify(&key.token(&long)).await.unwrap_err(), Refused::Malformed);
}

#[tokio::test]
async fn no_other_spelling_of_a_token_is_accepted() {
    let key = Key::new("ES256", "k");
    let issuer = Issuer::start(&[&key]).await;
    let verifier = issuer.verifier().start().await.unwrap();
    let token = key.token(&issuer.claims());
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let none = base64url(r#"{"alg":"none","typ":"at+jwt","kid":"k"}"#);
    for wrong in [
        String::new(),
        "..".to_owned(),
        "a.b".to_owned(),
        format!("{signed}."),
        signed.to_owned(),
        format!("{none}.{payload}."),
        format!("{token}="),
        format!("{token}."),
        format!("{token}\n"),
        format!(" {token}"),
        format!("{header}.{payload}=.{signature}"),
        format!("{header}..{signature}"),
        format!("{signed}.{}", "A".repeat(86)),
        format!("{header}.{payload}.{}", signature.get(..signature.len() - 1).unwrap()),
        format!("{header}.{payload}.{payload}.{signature}"),
    ] {
        let refused = verifier.verify(&wrong).await.unwrap_err();
        assert!(matches!(refused, Refused::Malformed | Refused::Signature | Refused::Header), "{refused:?} {wrong}");
    }
    for at in 0..token.len() {
        let mut bent = token.clone().into_bytes();
        bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
        assert!(verifier.verify(&String::from_utf8(bent).unwrap()).await.is_err(), "changed at {at}");
    }
}

#[tokio::test]
async fn a_key_is_good_for_its_own_algorithm_and_only_for_signatures() {
    let (ec, ed) = (Key::new("ES256", "ec"), Key::new("EdDSA", "ed"));
    let issuer = Issuer::start(&[&ec, &ed]).await;
    let pinned = issuer.verifier().algorithms(&[Algorithm::EdDsa]).start().await.unwrap();
    assert!(pinned.verify(&ed.token(&issuer.claims())).await.is_ok());
    assert_eq!(pinned.verify(&ec.token(&issuer.claims())).await.unwrap_err(), Refused::UnknownKey);

    let with = |change: Value| {
        let mut jwk = ec.jwk();
        jwk.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        jwk
    };
    let secret = json!({"kty": "oct", "kid": "s", "alg": "HS256", "k": base64url([1; 32])});
    for unusable in [
        with(json!({"use": "enc"})),
        with(json!({"alg": "RS256"})),
        with(json!({"alg": null})),
        with(json!({"crv": "P-384"})),
        with(json!({"x": "AA"})),
        with(json!({"kid": 1})),
        secret,
        json!("key"),
    ] {
        issuer.publish_as(vec![unusable.clone()]);
        let started = issuer.verifier().start().await;
        assert!(matches!(started, Err(StartError::Unexpected(_))), "{unusable}");
    }
    issuer.publish(&[&ec, &ec]);
    assert!(matches!(issuer.verifier().start().await, Err(StartError::Unexpected(_))), "a kid stands twice");
}
