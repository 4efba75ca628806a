//! The gateways of the how-tos, with the very configurations that they show, between a client and an API that repeats
//! what it got. `tests/install-gateways` installs them; without them these tests fail.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail by panicking"
)]

#[path = "gateways/gateway.rs"]
mod gateway;
#[path = "gateways/platform.rs"]
mod platform;
mod running;

use gateway::{Gateway, pause, repeating_api};
use platform::{ORDERS, Platform, ProofKey};
use reqwest::Method;
use serde_json::{Value, json};

type Start = fn(&str, &str) -> Gateway;

/// What differs from gateway to gateway.
struct Manners {
    /// What it says to two tokens.
    twice: u16,
    /// What it says to a header with an underscore in its name.
    underscored: u16,
    /// What it says when Passgate does not answer.
    down: u16,
    /// Whether it adds the scope to the API's metadata.
    tells_scope: bool,
    /// Whether it passes a claim's header on that a client made up and that it was not to ask for.
    passes_unasked: bool,
}

const NGINX: Manners = Manners { twice: 400, underscored: 200, down: 500, tells_scope: true, passes_unasked: true };
const CADDY: Manners = Manners { twice: 401, underscored: 200, down: 502, tells_scope: true, passes_unasked: false };
const TRAEFIK: Manners = Manners { twice: 401, underscored: 200, down: 500, tells_scope: false, passes_unasked: false };
const ENVOY: Manners = Manners { twice: 401, underscored: 400, down: 503, tells_scope: false, passes_unasked: false };

fn address_of(platform: &Platform) -> String {
    platform.server.made.base_url.strip_prefix("http://").unwrap().to_owned()
}

/// What every gateway must do.
async fn guards_the_api(start: Start, manners: Manners) {
    let platform = Platform::start().await;
    let gateway = start(&address_of(&platform), &repeating_api());
    let resource = ("resource", ORDERS);
    let metadata = "resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource/orders\"";
    let refused = |(status, challenges, seen): (u16, Vec<String>, String), expected: u16, error: &str| {
        assert_eq!((status, seen.as_str()), (expected, ""), "the API was not to be asked");
        let [challenge] = challenges.as_slice() else { panic!("{challenges:?}") };
        assert!(
            challenge.starts_with("Bearer ") && challenge.contains(error) && challenge.contains(metadata),
            "{challenge}"
        );
    };

    // No token, a token that is none, two tokens.
    let token = platform.bearer(&[resource, ("scope", "orders:read"), ("depot", "Zürich")]).await;
    let authorization = ("authorization", token.as_str());
    let ending = platform.ending(&token, &[resource, ("scope", "orders:read")]).await;
    assert_eq!(gateway.get(&[("authorization", &ending)]).await.0, 200);
    refused(gateway.get(&[]).await, 401, "Bearer");
    refused(gateway.get(&[("authorization", "Bearer nonsense")]).await, 401, "error=\"invalid_token\"");
    refused(gateway.get(&[("authorization", "Basic eDp5")]).await, 401, "error=\"invalid_token\"");
    let (status, _, seen) = gateway.get(&[authorization, authorization]).await;
    assert_eq!((status, seen.as_str()), (manners.twice, ""));

    // A valid one: the API is told who calls, once, and not the token.
    let (status, _, seen) = gateway.get(&[authorization]).await;
    assert_eq!(status, 200);
    for line in [
        &format!("x-passgate-client-id: {}", platform.server.made.client_id.to_lowercase()),
        "x-passgate-entity: demo",
        "x-passgate-scope: orders:read",
        "x-passgate-claim-depot: z%c3%bcrich",
    ] {
        assert!(seen.contains(&format!("\r\n{line}\r\n")), "{line} is not in {seen}");
    }
    assert!(!seen.contains("authorization:"), "{seen}");
    let posted = gateway.ask(Method::POST, "/orders").header("authorization", &token).body("x".repeat(100_000));
    assert_eq!(posted.send().await.unwrap().status(), 200);

    // Another scope, another audience, and headers that a client hopes to weaken the requirement with.
    let other_scope = platform.bearer(&[resource, ("scope", "orders:write")]).await;
    let other_audience = platform.bearer(&[("scope", "orders:read")]).await;
    let hopes = [
        ("x-passgate-require-scope", "orders:write"),
        ("x-passgate-require-audience", platform.server.made.base_url.as_str()),
        ("x-passgate-scope", "orders:read"),
        ("x-original-url", "/"),
        ("x-forwarded-uri", "/forward-auth"),
        ("x-forwarded-method", "OPTIONS"),
    ];
    for more in [&[][..], &hopes] {
        let with = |token| [&[("authorization", token)], more].concat();
        let insufficient = "error=\"insufficient_scope\", scope=\"orders:read";
        refused(gateway.get(&with(&other_scope)).await, 403, insufficient);
        refused(gateway.get(&with(&other_audience)).await, 401, "error=\"invalid_token\"");
    }

    // Identity that the client forged, in every spelling, of a token that has nothing in its place.
    let without_depot = platform.bearer(&[resource, ("scope", "orders:read")]).await;
    let forged = ["x-passgate-client-id", "X-Passgate-Entity", "x-passgate-scope", "X-PASSGATE-CLAIM-DEPOT"];
    let underscored = ["x_passgate_entity", "X_Passgate_Claim_Depot", "x-passgate_scope"];
    for (names, expected) in [(&forged[..], 200), (&underscored, manners.underscored)] {
        let mut headers = vec![("authorization", without_depot.as_str())];
        headers.extend(names.iter().flat_map(|name| [(*name, "forged"), (name, "forged twice")]));
        let (status, _, seen) = gateway.get(&headers).await;
        assert_eq!(status, expected);
        assert!(!seen.contains("forged"), "{seen}");
        assert_eq!(seen.contains("\r\nx-passgate-entity: demo\r\n"), expected == 200, "{seen}");
    }
    let unasked = [authorization, ("x-passgate-claim-other", "made up")];
    assert_eq!(gateway.get(&unasked).await.2.contains("made up"), manners.passes_unasked);
    // Nor can it have what Passgate says taken out on the way (RFC 9110 §7.6.1).
    let named = ("connection", "x-passgate-entity, x-passgate-claim-depot");
    let (status, _, seen) = gateway.get(&[authorization, named, ("x-passgate-claim-depot", "forged")]).await;
    assert_eq!((status, seen.contains("forged")), (200, false), "{seen}");
    assert!(seen.contains("\r\nx-passgate-entity: demo\r\n"), "{seen}");

    // The API's metadata.
    let answer = gateway.ask(Method::GET, "/.well-known/oauth-protected-resource/orders").send().await.unwrap();
    let body: Value = answer.json().await.unwrap();
    let scopes = if manners.tells_scope { json!(["orders:read"]) } else { Value::Null };
    assert_eq!((&body["resource"], &body["scopes_supported"]), (&json!(ORDERS), &scopes));
    assert_eq!(body["authorization_servers"], json!([platform.server.made.base_url]));
    let odd = gateway.ask(Method::GET, "/.well-known/oauth-protected-resource/orders?resource=https://evil.example");
    assert!(!odd.send().await.unwrap().text().await.unwrap().contains("evil"));

    // What is not the API's is not served, however it is spelt.
    for path in ["/forward-auth", "/passgate", "/admin/v1/entities", "/orders/../passgate"] {
        let answer = gateway.ask(Method::GET, path).send().await.unwrap();
        assert!(!answer.text().await.unwrap().contains("seen:"), "{path}");
    }

    // Ended, and revoked: refused at once. Then Passgate is gone: nothing passes.
    let mut tries = 0..500;
    while gateway.get(&[("authorization", &ending)]).await.0 == 200 {
        assert!(tries.next().is_some(), "the token does not end");
        pause();
    }
    refused(gateway.get(&[("authorization", &ending)]).await, 401, "error=\"invalid_token\"");
    platform.revoke(token.trim_start_matches("Bearer ")).await;
    refused(gateway.get(&[authorization]).await, 401, "error=\"invalid_token\"");
    assert_eq!(gateway.get(&[("authorization", &without_depot)]).await.0, 200);
    drop(platform);
    let (status, _, seen) = gateway.get(&[("authorization", &without_depot)]).await;
    assert_eq!((status, seen.as_str()), (manners.down, ""));
}

/// What a gateway must do that tells Passgate which request it asks about.
async fn passes_bound_tokens(start: Start) {
    let platform = Platform::start().await;
    let gateway = start(&address_of(&platform), &repeating_api());
    let (key, url) = (ProofKey::new(), format!("{}/orders/7", gateway.url));
    let token = platform.bound(&key, &[("resource", ORDERS), ("scope", "orders:read")]).await;
    let authorization = format!("DPoP {token}");
    let with = async |authorization: &str, proof: &str| {
        let (status, _, seen) = gateway.get(&[("authorization", authorization), ("dpop", proof)]).await;
        assert_eq!(seen.is_empty(), status != 200, "{status} {seen}");
        status
    };
    let proof = key.proof_for(&token, "GET", &url, "1");
    assert_eq!(with(&authorization, &proof).await, 200);
    assert_eq!(with(&authorization, &proof).await, 401, "a proof is taken once");
    assert_eq!(with(&format!("Bearer {token}"), &key.proof_for(&token, "GET", &url, "2")).await, 401);
    assert_eq!(gateway.get(&[("authorization", &authorization)]).await.0, 401, "without a proof");
    for (method, elsewhere) in [("POST", url.as_str()), ("GET", ORDERS), ("GET", &format!("{}/orders/8", gateway.url))]
    {
        assert_eq!(
            with(&authorization, &key.proof_for(&token, method, elsewhere, "3")).await,
            401,
            "{method} {elsewhere}"
        );
    }
    assert_eq!(with(&authorization, &ProofKey::new().proof_for(&token, "GET", &url, "4")).await, 401, "another key");
    // A client cannot tell of another request than its own.
    let elsewhere = key.proof_for(&token, "POST", "https://api.example.com/orders/8", "5");
    let told = [
        ("authorization", authorization.as_str()),
        ("dpop", &elsewhere),
        ("x-forwarded-method", "POST"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "api.example.com"),
        ("x-forwarded-uri", "/orders/8"),
    ];
    assert_eq!(gateway.get(&told).await.0, 401);
}

#[tokio::test]
async fn nginx_guards_an_api_as_its_how_to_says() {
    guards_the_api(Gateway::nginx, NGINX).await;
}

#[tokio::test]
async fn caddy_guards_an_api_as_its_how_to_says() {
    guards_the_api(Gateway::caddy, CADDY).await;
}

#[tokio::test]
async fn traefik_guards_an_api_as_its_how_to_says() {
    guards_the_api(Gateway::traefik, TRAEFIK).await;
}

#[tokio::test]
async fn envoy_guards_an_api_as_its_how_to_says() {
    guards_the_api(Gateway::envoy, ENVOY).await;
}

#[tokio::test]
async fn nginx_passes_bound_tokens_with_the_lines_of_the_how_to() {
    passes_bound_tokens(Gateway::nginx_for_bound_tokens).await;
}

#[tokio::test]
async fn caddy_and_traefik_pass_bound_tokens_as_they_are_configured() {
    passes_bound_tokens(Gateway::caddy).await;
    passes_bound_tokens(Gateway::traefik).await;
}

#[tokio::test]
async fn a_gateway_that_does_not_tell_of_the_request_refuses_bound_tokens() {
    let platform = Platform::start().await;
    let (passgate, api, key) = (address_of(&platform), repeating_api(), ProofKey::new());
    let token = platform.bound(&key, &[("resource", ORDERS), ("scope", "orders:read")]).await;
    for (start, id) in [(Gateway::nginx as Start, "1"), (Gateway::envoy, "2")] {
        let gateway = start(&passgate, &api);
        let proof = key.proof_for(&token, "GET", &format!("{}/orders/7", gateway.url), id);
        let (status, _, seen) = gateway.get(&[("authorization", &format!("DPoP {token}")), ("dpop", &proof)]).await;
        assert_eq!((status, seen.as_str()), (401, ""));
    }
}
