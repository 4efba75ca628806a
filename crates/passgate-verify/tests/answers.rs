//! What callers of a guarded API are answered.
#![cfg(feature = "axum")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail by panicking"
)]

#[path = "../examples/axum_api.rs"]
#[expect(dead_code, reason = "the example has a main of its own")]
mod axum_api;
mod issuer;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use issuer::{Issuer, Key};
use tower::ServiceExt as _;

async fn get(api: &Router, path: &str, authorizations: &[&str]) -> (u16, String, String) {
    let mut request = Request::get(path);
    for value in authorizations {
        request = request.header("authorization", *value);
    }
    let response: Response<Body> = api.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let challenge = response.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
    (status, challenge.unwrap_or_default(), String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_example_answers_as_rfc_6750_says() {
    let key = Key::new("ES256", "k");
    let issuer = Issuer::start(&[&key]).await;
    let api = axum_api::api(issuer.verifier().start().await.unwrap());
    let good = key.token(&issuer.claims());
    let bearer = format!("Bearer {good}");
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let (status, _, body) = get(&api, "/me", &[&format!("{scheme} {good}")]).await;
        assert_eq!((status, body.as_str()), (200, "pgc_a of northwind"));
    }
    assert_eq!(get(&api, "/webhooks", &[&bearer]).await.0, 200);
    for path in ["/me", "/webhooks", "/reports"] {
        assert_eq!(get(&api, path, &[]).await, (401, "Bearer".to_owned(), String::new()));
        assert_eq!(get(&api, path, &["Basic eDp5"]).await, (401, "Bearer".to_owned(), String::new()));
        for wrong in
            [vec!["Bearer"], vec!["Bearer "], vec![&bearer, &bearer], vec!["Bearer a b"], vec!["Bearer \u{e9}"]]
        {
            let (status, challenge, _) = get(&api, path, &wrong).await;
            assert!(
                status == 400 && challenge.starts_with("Bearer error=\"invalid_request\", "),
                "{wrong:?} {challenge}"
            );
        }
        let ended = key.token(&issuer.claims_with("exp", 1.into()));
        let (status, challenge, body) = get(&api, path, &[&format!("Bearer {ended}")]).await;
        let expected = "Bearer error=\"invalid_token\", error_description=\"the access token has expired\"";
        assert_eq!((status, challenge.as_str(), body.as_str()), (401, expected, ""));
    }
    let (status, challenge, _) = get(&api, "/reports", &[&bearer]).await;
    assert_eq!(status, 403);
    assert!(challenge.starts_with("Bearer error=\"insufficient_scope\", "), "{challenge}");
    assert!(challenge.ends_with(", scope=\"reports:read\""), "{challenge}");
    let more = key.token(&issuer.claims_with("scope", "reports:read".into()));
    assert_eq!(get(&api, "/reports", &[&format!("Bearer {more}")]).await.0, 200);
    assert_eq!(get(&api, "/webhooks", &[&format!("Bearer {more}")]).await.0, 403);
}

#[tokio::test]
async fn while_it_cannot_be_told_the_answer_is_503_and_when_to_try_again() {
    let issuer = Issuer::start(&[]).await;
    issuer.go_away(true);
    let verifier = issuer.verifier().start_without_waiting().unwrap();
    let api = axum_api::api(verifier);
    let token = Key::new("ES256", "k").token(&issuer.claims());
    let request = Request::get("/me").header("authorization", format!("Bearer {token}")).body(Body::empty()).unwrap();
    let response = api.oneshot(request).await.unwrap();
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (503, &"5".parse().unwrap()));
    assert!(!response.headers().contains_key("www-authenticate"));
}
