//! The advisories of this field as a standing test suite: what went wrong elsewhere must not go wrong here. One test
//! each, named after the advisory; its doc line says what it was, and what holds here.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    clippy::needless_pass_by_value,
    reason = "a test may fail by panicking, and its name says what it is"
)]

#[path = "advisories/client_auth.rs"]
mod client_auth;
#[path = "http/server.rs"]
#[expect(dead_code, reason = "not every test looks at everything")]
mod server;
#[path = "advisories/timing.rs"]
mod timing;

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use passgate::domain::key::{Algorithm, State};
use passgate::signer::key::Key;
use reqwest::Method;
use serde_json::{Value, json};
use server::{Answer, Customer, Server};

#[expect(clippy::disallowed_methods, reason = "how long an answer takes is measured")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

/// What every place that takes an access token says of one: whoami, introspection by its owner and by a platform API.
async fn accepted_by(server: &Server, owner: &Customer, api: &Customer, token: &str) -> Vec<&'static str> {
    let mut accepting = Vec::new();
    if server.whoami(token).await.status == 200 {
        accepting.push("whoami");
    }
    for (who, name) in [(owner, "introspection by its owner"), (api, "introspection by an API")] {
        if server.oauth("introspect", who, &[("token", token)]).await.body["active"] == true {
            accepting.push(name);
        }
    }
    accepting
}

const EVERYWHERE: [&str; 3] = ["whoami", "introspection by its owner", "introspection by an API"];

/// A server whose signing key the test knows, so that it can sign what the server never would.
struct Forge {
    server: Server,
    pair: EcdsaKeyPair,
    header: Value,
    claims: Value,
}

impl Forge {
    async fn new() -> Self {
        let server = Server::start().await;
        let customer = server.customer().await;
        let pkcs8 = Key::generate(Algorithm::Es256).unwrap();
        let key = Key::from_pkcs8(Algorithm::Es256, &pkcs8).unwrap();
        server.app.signer.install(vec![(State::Signing, key)]);
        let token = server.token(&customer).await;
        let part = |at: usize| -> Value {
            let bytes = URL_SAFE_NO_PAD.decode(token.split('.').nth(at).unwrap()).unwrap();
            serde_json::from_slice(&bytes).unwrap()
        };
        let (header, claims) = (part(0), part(1));
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8).unwrap();
        Self { server, pair, header, claims }
    }

    fn sign(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// The header as the server writes it, to the letter.
    fn own_header(&self) -> String {
        let text = |name: &str| self.header[name].as_str().unwrap().to_owned();
        format!(r#"{{"alg":"{}","typ":"{}","kid":"{}"}}"#, text("alg"), text("typ"), text("kid"))
    }
}

/// CVE-2026-9704 (Keycloak): a `subject_token` over the length limit was silently dropped, and the request went on as
/// another one with more rights. Here no parameter is ever dropped for its length: a scope that is too long is refused,
/// and not taken for "all scopes".
#[tokio::test]
async fn cve_2026_9704_an_oversized_parameter_never_changes_the_grant() {
    let server = Server::start_with(&[("throttle_burst", "1000")]).await;
    let customer = server.customer().await;
    server.define(&customer, json!({"name": "depot", "type": "string", "claim": "depot"})).await;
    for length in [1001, 4001, 20_001, 60_000] {
        let long = "x".repeat(length);
        let asked = server.oauth("token", &customer, &[GRANT, ("scope", &long)]).await;
        assert_eq!((asked.status, asked.code()), (400, "invalid_scope"), "{length}");
        let padded = format!("DLAT access Webhooks{}", " ".repeat(length));
        let asked = server.oauth("token", &customer, &[GRANT, ("scope", &padded)]).await;
        assert_ne!(asked.status, 200, "{length}");
        let asked = server.oauth("token", &customer, &[GRANT, ("resource", &long)]).await;
        assert_eq!((asked.status, asked.code()), (400, "invalid_target"), "{length}");
        let asked = server.ask(customer.body_with(json!({"scope": long}))).await;
        assert!(
            matches!((asked.status, asked.code()), (412, "invalid_arguments") | (400, "invalid_scope")),
            "{length}"
        );
        for asked in [
            server.ask(customer.body_with(json!({"depot": "x".repeat(length * 5)}))).await,
            server.oauth("token", &customer, &[GRANT, ("depot", &"x".repeat(length * 5))]).await,
        ] {
            assert!(matches!(asked.status, 400 | 412 | 413), "{length}: {}", asked.status);
        }
        let asked = server.oauth("token", &customer, &[("grant_type", &format!("client_credentials{long}"))]).await;
        assert_eq!(asked.code(), "unsupported_grant_type");
    }
}

/// CVE-2026-4634 (Keycloak): a scope parameter of very many words burned CPU until the server stood still. Here a scope that
/// is longer than all scopes of an entity can be is refused before its words are looked at.
#[tokio::test]
async fn cve_2026_4634_a_scope_of_very_many_words_costs_next_to_nothing() {
    let server = Server::start_with(&[("throttle_burst", "1000")]).await;
    let customer = server.customer().await;
    let scopes: Vec<String> = (0..50).map(|n| format!("a b c d e{n}")).collect();
    server.change(&customer, json!({"scopes": scopes})).await;
    let long = "a ".repeat(30_000).trim_end().to_owned();
    let twisted = (0..50).rev().map(|n| format!("d c b a e{n}")).collect::<Vec<_>>().join(" ");
    let time = async |scope: &str| {
        let begun = now();
        for _ in 0..20 {
            let asked = server.oauth("token", &customer, &[GRANT, ("scope", scope)]).await;
            assert!(matches!(asked.code(), "invalid_scope" | ""), "{}", asked.text);
        }
        begun.elapsed()
    };
    let (plain, worst, most) = (time("nope").await, time(&long).await, time(&twisted).await);
    let limit = plain * 20 + Duration::from_secs(2);
    assert!(worst < limit && most < limit, "{plain:?} for a word, {worst:?} for 30,000, {most:?} for all in a mess");
}

/// CVE-2026-9803 (Keycloak): `Authorization: Bearer` without a token ended in an index out of bounds and a 500. Here every
/// place that reads the header answers every form of it.
#[tokio::test]
async fn cve_2026_9803_a_malformed_authorization_header_is_refused_and_nothing_breaks() {
    let server = Server::start_with(&[("throttle_burst", "1000")]).await;
    let long = format!("Bearer {}", "x".repeat(20_000));
    let values: Vec<&[u8]> = vec![
        b"Bearer",
        b"Bearer ",
        b"Bearer  ",
        b"Bearer .",
        b"Bearer ..",
        b"Bearer ...",
        b"Bearer a.b",
        b"bearer a.b.c",
        b"Bearer a b",
        b"Bearer,",
        b"Bearer =",
        b"Basic",
        b"Basic ",
        b"Basic Og==",
        b"Basic Og",
        b"Basic =",
        b"Basic ====",
        b"Basic %%%",
        b"Basic /////w==",
        b"DPoP",
        b"DPoP ",
        b"DPoP x",
        b"DPoP a.b.c",
        b"Negotiate",
        b"Digest username=\"",
        b"\xff\xfe",
        b"\"",
        b":",
        b"Bearer \xc3\xa4",
        b"Bearer\tx",
        long.as_bytes(),
    ];
    let places = [
        (Method::GET, "/api/v1/whoami"),
        (Method::POST, "/oauth/token"),
        (Method::POST, "/oauth/introspect"),
        (Method::POST, "/oauth/revoke"),
        (Method::GET, "/admin/v1/entities"),
        (Method::POST, "/admin/v1/entities"),
    ];
    for (method, path) in places {
        for value in &values {
            let value = reqwest::header::HeaderValue::from_bytes(value).unwrap();
            let mut request = server.request(method.clone(), path).header("authorization", &value);
            if method == Method::POST {
                request = request.form(&[GRANT, ("token", "x")]);
            }
            let answer = Answer::of(request.send().await.unwrap()).await;
            assert_eq!(answer.status, 401, "{method} {path} {value:?}: {}", answer.text);
            assert!(answer.headers.contains_key("www-authenticate"));
        }
    }
    let customer = server.customer().await;
    assert_eq!(server.ask(customer.body()).await.status, 200, "it goes on");
}

/// CVE-2023-0091 (Keycloak): with the client credentials grant, one path did not look whether a token was revoked. Here
/// every way of making tokens void holds at every place that takes one.
#[tokio::test]
async fn cve_2023_0091_a_void_token_is_void_on_every_path() {
    let server = Server::start().await;
    let api = server.api().await;
    for how in ["token", "credential", "secret", "entity"] {
        let customer = server.customer_named(&format!("by-{how}")).await;
        // A second credential of the entity asks, so that the one that asks still stands.
        let path = format!("/entities/{}/credentials", customer.entity);
        let made = server.admin(Method::POST, &path, Some(json!({"name": "Second"}))).await;
        let text = |name: &str| made.body[name].as_str().unwrap().to_owned();
        let sibling = Customer { entity: String::new(), client_id: text("client_id"), secret: text("client_secret") };
        let token = server.token(&customer).await;
        assert_eq!(accepted_by(&server, &sibling, &api, &token).await, EVERYWHERE, "{how}");
        let credential = format!("/credentials/{}", customer.client_id);
        let done = match how {
            "token" => server.oauth("revoke", &customer, &[("token", &token)]).await,
            "credential" => server.admin(Method::POST, &format!("{credential}/revoke"), None).await,
            "secret" => {
                let body = json!({"grace_seconds": 0, "void_tokens": true});
                server.admin(Method::POST, &format!("{credential}/regenerate"), Some(body)).await
            }
            _ => {
                let change = json!({"status": "disabled"});
                server.admin(Method::PATCH, &format!("/entities/{}", customer.entity), Some(change)).await
            }
        };
        assert!((200..300).contains(&done.status), "{how}: {}", done.text);
        assert_eq!(accepted_by(&server, &sibling, &api, &token).await, [""; 0], "{how}");
    }
}

/// CVE-2020-15223 (ORY Fosite): the revocation endpoint answered 200 although the storage had failed. Here 200 means that the
/// token is void; a failure is 503, and once the storage is back the revocation can be repeated.
#[tokio::test]
async fn cve_2020_15223_a_revocation_that_was_not_kept_is_never_answered_200() {
    let server = Server::start().await;
    let (customer, api) = (server.customer().await, server.api().await);
    let token = server.token(&customer).await;
    assert_eq!(accepted_by(&server, &customer, &api, &token).await, EVERYWHERE);
    server.app.store.close().await;
    let answer = server.oauth("revoke", &customer, &[("token", &token)]).await;
    assert_eq!((answer.status, answer.code()), (503, "temporarily_unavailable"));
    let address = server.app.issuer.to_string();
    let restarted = Server::start_in(&server.place, &[("public_url", &address)]).await;
    assert_eq!(accepted_by(&restarted, &customer, &api, &token).await, EVERYWHERE, "nobody was told otherwise");
    assert_eq!(restarted.oauth("revoke", &customer, &[("token", &token)]).await.status, 200);
    assert_eq!(accepted_by(&restarted, &customer, &api, &token).await, [""; 0]);
}

/// GHSA-r9w3-57w2-gch2 (Ory Hydra): who knew the secret of the pagination tokens could forge one whose content went into
/// SQL. Here a cursor is under a MAC with a key derived for cursors alone, and its content is a bound parameter.
#[tokio::test]
async fn ghsa_r9w3_57w2_gch2_a_forged_cursor_is_refused() {
    let server = Server::start().await;
    for name in ["a", "b", "c"] {
        server.customer_named(name).await;
    }
    let page = server.admin(Method::GET, "/entities?limit=1", None).await;
    let cursor = page.body["next_cursor"].as_str().unwrap().to_owned();
    let at = async |path: &str, cursor: &str| {
        let escaped = cursor.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
        server.admin(Method::GET, &format!("{path}?limit=1&cursor={escaped}"), None).await
    };
    assert_eq!(at("/entities", &cursor).await.status, 200);
    let mut forged: Vec<String> = (0..cursor.len())
        .map(|position| {
            let mut bytes = cursor.clone().into_bytes();
            bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        })
        .collect();
    forged.extend((1..cursor.len()).map(|length| cursor[..length].to_owned()));
    let injected = URL_SAFE_NO_PAD.encode("a' OR 1=1 --");
    forged.extend([format!("{cursor}x"), "' OR 1=1 --".to_owned(), injected.clone(), format!("{injected}.{cursor}")]);
    for forged in forged {
        let answer = at("/entities", &forged).await;
        assert_eq!(answer.status, 400, "{forged}: {}", answer.text);
    }
    assert_eq!(at("/events", &cursor).await.status, 400, "a cursor is of one list");
}

/// CVE-2026-27840 (ZITADEL): an access token that was cut off after 80 characters was still accepted. Here a token that lacks a
/// character, or has one too many, is none.
#[tokio::test]
async fn cve_2026_27840_a_truncated_token_is_no_token() {
    let server = Server::start().await;
    let (customer, api) = (server.customer().await, server.api().await);
    let token = server.token(&customer).await;
    for length in 1..token.len() {
        assert_eq!(server.whoami(&token[..length]).await.status, 401, "{length} characters of {}", token.len());
    }
    for length in [80, token.len() - 86, token.len() - 43, token.len() - 2, token.len() - 1] {
        assert_eq!(accepted_by(&server, &customer, &api, &token[..length]).await, [""; 0], "{length}");
    }
    for more in ["A", "=", ".", ".A"] {
        assert_eq!(accepted_by(&server, &customer, &api, &format!("{token}{more}")).await, [""; 0], "{more}");
    }
    assert_eq!(accepted_by(&server, &customer, &api, &token).await, EVERYWHERE);
}

/// CVE-2025-64521 (authentik): a deactivated service account could still get tokens with its client secret. Here a disabled
/// entity gets none at either door, and what it got before is void.
#[tokio::test]
async fn cve_2025_64521_who_is_deactivated_is_not_served() {
    let server = Server::start().await;
    let (customer, api) = (server.customer().await, server.api().await);
    let token = server.token(&customer).await;
    for (status, is_served) in [("disabled", false), ("active", true)] {
        server.change(&customer, json!({"status": status})).await;
        assert_eq!(server.ask(customer.body()).await.status, if is_served { 200 } else { 401 }, "{status}");
        for endpoint in ["token", "introspect", "revoke"] {
            let answer = server.oauth(endpoint, &customer, &[GRANT, ("token", "x")]).await;
            assert_eq!(answer.status, if is_served { 200 } else { 401 }, "{endpoint} {status}");
        }
        let accepting = accepted_by(&server, &customer, &api, &token).await;
        assert_eq!(accepting.len(), if is_served { 3 } else { 0 }, "{status}: {accepting:?}");
    }
    let revoke = format!("/credentials/{}/revoke", customer.client_id);
    assert!(server.admin(Method::POST, &revoke, None).await.status < 300);
    assert_eq!(server.ask(customer.body()).await.status, 401);
    assert_eq!(server.oauth("token", &customer, &[GRANT]).await.status, 401);
    assert_eq!(accepted_by(&server, &api, &api, &token).await, [""; 0]);
}

/// CVE-2025-59420 (Authlib): a token whose header lists an extension in `crit` that nobody here understands was accepted.
/// Here it is refused, though the server's own key has signed it: its header is not one that the server writes.
#[tokio::test]
async fn cve_2025_59420_a_critical_extension_that_is_not_understood_is_refused() {
    let forge = Forge::new().await;
    let claims = forge.claims.to_string();
    let own = forge.own_header();
    assert_eq!(forge.server.whoami(&forge.sign(&own, &claims)).await.status, 200, "the forge works");
    for more in [
        r#""crit":["bork"],"bork":true,"#,
        r#""crit":["cnf"],"cnf":{"jkt":"x"},"#,
        r#""crit":["exp"],"#,
        r#""crit":[],"#,
        r#""crit":"exp","#,
        r#""crit":null,"#,
        r#""crit":["b64"],"b64":false,"#,
    ] {
        let header = own.replacen('{', &format!("{{{more}"), 1);
        forge.server.whoami(&forge.sign(&header, &claims)).await.assert_problem(401, "invalid_token");
        let header = own.replacen('}', &format!(",{}}}", more.trim_end_matches(',')), 1);
        forge.server.whoami(&forge.sign(&header, &claims)).await.assert_problem(401, "invalid_token");
    }
}

/// CVE-2026-25537 (jsonwebtoken): an `exp` or `nbf` of the wrong type counted as absent, and its check was skipped. Here a claim of
/// the wrong type makes the token unreadable, though the server's own key has signed it.
#[tokio::test]
async fn cve_2026_25537_a_claim_of_the_wrong_type_is_not_ignored() {
    let forge = Forge::new().await;
    let (own, now) = (forge.own_header(), forge.server.app.now().seconds());
    let with = |name: &str, value: Value| {
        let mut claims = forge.claims.clone();
        claims[name] = value;
        forge.sign(&own, &claims.to_string())
    };
    let later = now + 600;
    assert_eq!(forge.server.whoami(&with("exp", json!(later))).await.status, 200, "the forge works");
    let odd = [
        json!(later.to_string()),
        json!(f64::from(i32::MAX) * 2.5),
        json!([later]),
        json!({"at": later}),
        json!(true),
        json!(null),
        json!(""),
        json!(u64::MAX),
        json!(-1),
        json!(0),
        json!(now),
    ];
    for value in odd {
        forge.server.whoami(&with("exp", value.clone())).await.assert_problem(401, "invalid_token");
    }
    for name in ["iat", "iss", "jti", "client_id", "scope", "sub", "aud", "entity"] {
        for value in [json!({}), json!([]), json!(null), json!(1.5)] {
            forge.server.whoami(&with(name, value.clone())).await.assert_problem(401, "invalid_token");
        }
    }
    for value in [json!("x"), json!(7), json!([]), json!({"jkt": 7}), json!({"jkt": ["x"]})] {
        let answer = forge.server.whoami(&with("cnf", value.clone())).await;
        assert_eq!(answer.status, 401, "a binding that cannot be read is not ignored: {value}");
    }
    for name in ["exp", "iat", "iss", "jti", "client_id", "scope", "sub", "aud", "entity"] {
        let mut claims = forge.claims.clone();
        claims.as_object_mut().unwrap().remove(name);
        forge.server.whoami(&forge.sign(&own, &claims.to_string())).await.assert_problem(401, "invalid_token");
    }
}
