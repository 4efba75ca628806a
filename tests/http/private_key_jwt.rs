//! Clients that prove themselves by a signed assertion (RFC 7523), and entities that forbid secrets.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use passgate::domain::key::Algorithm;
use passgate::domain::person::Role;
use passgate::http::tls::Tls;
use passgate::signer::key::Key;
use rcgen::{CertificateParams, KeyPair};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::server::{Answer, Customer, NOW, Place, Server};
use crate::visitor::{PASSWORD, hidden, text_of};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const SECONDS: i64 = NOW / 1000;

/// A key pair of a client.
pub struct Signing {
    pkcs8: Vec<u8>,
    algorithm: jsonwebtoken::Algorithm,
    pub jwk: Value,
}

impl Signing {
    pub fn new(algorithm: Algorithm, kid: &str) -> Self {
        let pkcs8 = Key::generate(algorithm).unwrap().to_vec();
        let mut jwk = Key::from_pkcs8(algorithm, &pkcs8).unwrap().public_jwk().clone();
        jwk["kid"] = kid.into();
        let algorithm = match algorithm {
            Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
            Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
            Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        };
        Self { pkcs8, algorithm, jwk }
    }

    /// What stands between the dots, signed as it is.
    pub fn sign(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let key = match self.algorithm {
            jsonwebtoken::Algorithm::ES256 => jsonwebtoken::EncodingKey::from_ec_der(&self.pkcs8),
            jsonwebtoken::Algorithm::EdDSA => jsonwebtoken::EncodingKey::from_ed_der(&self.pkcs8),
            jsonwebtoken::Algorithm::RS256 | jsonwebtoken::Algorithm::PS256 => {
                let pem =
                    format!("-----BEGIN PRIVATE KEY-----\n{}-----END PRIVATE KEY-----", base64_lines(&self.pkcs8));
                jsonwebtoken::EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap()
            }
            _ => unreachable!(),
        };
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, self.algorithm).unwrap();
        format!("{signed}.{signature}")
    }

    pub fn assertion(&self, claims: Value) -> String {
        let header = json!({"alg": self.jwk["alg"], "typ": "JWT", "kid": self.jwk["kid"]});
        self.sign(&header.to_string(), &claims.to_string())
    }
}

fn base64_lines(bytes: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    text.as_bytes().chunks(64).map(|line| format!("{}\n", std::str::from_utf8(line).unwrap())).collect()
}

fn claims(server: &Server, customer: &Customer, jti: &str) -> Value {
    let id = &customer.client_id;
    json!({"iss": id, "sub": id, "aud": &*server.app.issuer, "iat": SECONDS, "exp": SECONDS + 60, "jti": jti})
}

async fn present(server: &Server, endpoint: &str, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let mut form =
        vec![("grant_type", "client_credentials"), ("client_assertion_type", TYPE), ("client_assertion", assertion)];
    form.extend(more);
    Answer::of(server.post(&format!("/oauth/{endpoint}")).form(&form).send().await.unwrap()).await
}

pub async fn set(server: &Server, customer: &Customer, authentication: Value) -> Answer {
    let path = format!("/credentials/{}/authentication", customer.client_id);
    server.admin(Method::PUT, &path, Some(authentication)).await
}

async fn with_key(server: &Server, algorithm: Algorithm) -> (Customer, Signing) {
    let customer = server.customer().await;
    let key = Signing::new(algorithm, "k1");
    let changed = set(server, &customer, json!({"method": "private_key_jwt", "jwks": {"keys": [key.jwk]}})).await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    (customer, key)
}

#[tokio::test]
async fn an_assertion_of_each_algorithm_gets_a_token_that_works() {
    let server = Server::start().await;
    for (position, algorithm) in Algorithm::ALL.into_iter().enumerate() {
        let customer = server.customer_named(&format!("entity-{position}")).await;
        let key = Signing::new(algorithm, "k1");
        set(&server, &customer, json!({"method": "private_key_jwt", "jwks": {"keys": [key.jwk]}})).await;
        let answer = present(&server, "token", &key.assertion(claims(&server, &customer, "1")), &[]).await;
        assert_eq!(answer.status, 200, "{algorithm:?}: {}", answer.text);
        let token = answer.body["access_token"].as_str().unwrap();
        let whoami = server.whoami(token).await;
        assert_eq!(whoami.body["client_id"], customer.client_id);
        assert!(whoami.body["claims"].get("cnf").is_none());
    }
}

#[tokio::test]
async fn an_rsa_key_without_alg_takes_pss_too_and_one_with_alg_only_that() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let mut key = Signing::new(Algorithm::Rs256, "k1");
    let fixed = key.jwk.clone();
    key.algorithm = jsonwebtoken::Algorithm::PS256;
    key.jwk["alg"] = "PS256".into();
    set(&server, &customer, json!({"method": "private_key_jwt", "jwks": fixed})).await;
    let refused = present(&server, "token", &key.assertion(claims(&server, &customer, "1")), &[]).await;
    assert_eq!(refused.status, 401);
    let mut free = fixed;
    free.as_object_mut().unwrap().remove("alg");
    set(&server, &customer, json!({"method": "private_key_jwt", "jwks": free})).await;
    let answer = present(&server, "token", &key.assertion(claims(&server, &customer, "1")), &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn a_platform_api_introspects_by_its_key() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let token = server.token(&customer).await;
    let api = server.api().await;
    let key = Signing::new(Algorithm::Es256, "k1");
    set(&server, &api, json!({"method": "private_key_jwt", "jwks": key.jwk})).await;
    let by_secret = server.oauth("introspect", &api, &[("token", &token)]).await;
    assert_eq!(by_secret.status, 401);
    let seen = present(&server, "introspect", &key.assertion(claims(&server, &api, "1")), &[("token", &token)]).await;
    assert_eq!(seen.body["client_id"], customer.client_id, "{}", seen.text);
}

#[tokio::test]
async fn the_metadata_and_the_admin_api_name_the_method_and_the_public_half_only() {
    let server = Server::start().await;
    let (customer, key) = with_key(&server, Algorithm::Es256).await;
    let metadata = Answer::of(server.get("/.well-known/oauth-authorization-server").send().await.unwrap()).await;
    let methods = json!(["client_secret_basic", "client_secret_post", "private_key_jwt"]);
    let algorithms = json!(["ES256", "EdDSA", "RS256", "PS256"]);
    for endpoint in ["token", "introspection", "revocation"] {
        assert_eq!(metadata.body[format!("{endpoint}_endpoint_auth_methods_supported")], methods);
        assert_eq!(metadata.body[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")], algorithms);
    }
    let shown = server.admin(Method::GET, &format!("/credentials/{}", customer.client_id), None).await;
    assert_eq!(shown.body["authentication"]["method"], "private_key_jwt");
    assert_eq!(shown.body["authentication"]["jwks"]["keys"][0]["x"], key.jwk["x"]);
}

#[tokio::test]
async fn a_credential_with_another_method_refuses_its_secret_at_both_doors_at_once() {
    let server = Server::start().await;
    let customer = server.customer().await;
    assert_eq!(server.ask(customer.body()).await.status, 200);
    let key = Signing::new(Algorithm::EdDsa, "k1");
    let pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    let changed = set(&server, &customer, json!({"method": "private_key_jwt", "jwks": pem})).await;
    assert_eq!((changed.status, &changed.body["authentication"]["method"]), (200, &json!("private_key_jwt")));
    let refused = server.ask(customer.body()).await;
    refused.assert_problem(401, "invalid_credentials");
    assert!(refused.body["detail"].as_str().unwrap().contains("secrets are not accepted"));
    let refused = server.oauth("token", &customer, &[("grant_type", "client_credentials")]).await;
    assert_eq!((refused.status, refused.code()), (401, "invalid_client"));
    assert!(refused.text.contains("secrets are not accepted"));
    let guess = server.ask(json!({"client_id": customer.client_id, "client_secret": "pgs_wrong"})).await;
    assert!(!guess.text.contains("not accepted"), "a stranger learns nothing: {}", guess.text);
    let guess = present(&server, "token", &key.assertion(claims(&server, &customer, "1")), &[]).await;
    assert_eq!((guess.status, guess.code()), (401, "invalid_client"));
    assert!(guess.text.contains("The client is unknown, or its secret is wrong."));
    set(&server, &customer, json!({"method": "client_secret"})).await;
    assert_eq!(server.ask(customer.body()).await.status, 200);
}

#[tokio::test]
async fn an_entity_that_forbids_secrets_gets_tokens_by_its_keys_only() {
    let server = Server::start().await;
    let customer = server.customer().await;
    server.change(&customer, json!({"settings": {"forbid_plain_secrets": true}})).await;
    for answer in [
        server.ask(customer.body()).await,
        server.oauth("token", &customer, &[("grant_type", "client_credentials")]).await,
    ] {
        assert_eq!(answer.status, 401, "{}", answer.text);
    }
    let key = Signing::new(Algorithm::Es256, "k1");
    set(&server, &customer, json!({"method": "private_key_jwt", "jwks": key.jwk})).await;
    assert_eq!(present(&server, "token", &key.assertion(claims(&server, &customer, "1")), &[]).await.status, 200);
    server.change(&customer, json!({"settings": {"forbid_plain_secrets": false}})).await;
    set(&server, &customer, json!({"method": "client_secret"})).await;
    assert_eq!(server.ask(customer.body()).await.status, 200);
}

#[tokio::test]
async fn what_an_assertion_says_is_judged_strictly_after_its_signature() {
    let server = Server::start().await;
    let (customer, key) = with_key(&server, Algorithm::Es256).await;
    let issuer = &*server.app.issuer;
    let endpoint = format!("{issuer}/oauth/token");
    for (position, (name, value, says)) in [
        ("aud", json!([issuer]), "aud must be exactly the issuer"),
        ("aud", json!(endpoint), "aud must be exactly the issuer"),
        ("aud", json!(format!("{issuer}/")), "aud must be exactly the issuer"),
        ("aud", Value::Null, "aud must be exactly the issuer"),
        ("exp", json!(SECONDS), "has ended"),
        ("exp", json!(SECONDS + 301), "at most 300 seconds"),
        ("exp", json!(i64::MAX), "at most 300 seconds"),
        ("nbf", json!(SECONDS + 31), "in the future"),
        ("iat", json!(SECONDS + 31), "in the future"),
        ("jti", json!(""), "a jti"),
        ("jti", json!("j".repeat(257)), "a jti"),
    ]
    .into_iter()
    .enumerate()
    {
        let mut said = claims(&server, &customer, &format!("j{position}"));
        said[name] = value.clone();
        let refused = present(&server, "token", &key.assertion(said), &[]).await;
        assert_eq!((refused.status, refused.code()), (401, "invalid_client"), "{name} {value}: {}", refused.text);
        assert!(refused.text.contains(says), "{name} {value}: {}", refused.text);
    }
    for missing in ["exp", "jti"] {
        let mut said = claims(&server, &customer, "m");
        said.as_object_mut().unwrap().remove(missing);
        let refused = present(&server, "token", &key.assertion(said), &[]).await;
        assert!(refused.status == 401 && refused.text.contains("exp and a jti"), "{missing}: {}", refused.text);
    }
    let mut said = claims(&server, &customer, "m");
    said["exp"] = json!(SECONDS + 300);
    said["iat"] = json!(SECONDS + 30);
    assert_eq!(present(&server, "token", &key.assertion(said), &[]).await.status, 200);
}

#[tokio::test]
async fn a_header_that_is_not_that_of_the_registered_key_is_refused_like_a_stranger() {
    let server = Server::start().await;
    let (customer, key) = with_key(&server, Algorithm::Es256).await;
    let said = claims(&server, &customer, "1").to_string();
    let other = Signing::new(Algorithm::Es256, "k1");
    let good = key.assertion(claims(&server, &customer, "1"));
    let unsigned = {
        let mut parts = good.split('.');
        let (_, payload) = (parts.next(), parts.next().unwrap());
        format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#))
    };
    let hmac = {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","kid":"k1"}"#);
        let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(&said));
        let secret = jsonwebtoken::EncodingKey::from_secret(key.jwk.to_string().as_bytes());
        format!(
            "{signed}.{}",
            jsonwebtoken::crypto::sign(signed.as_bytes(), &secret, jsonwebtoken::Algorithm::HS256).unwrap()
        )
    };
    for assertion in [
        other.assertion(claims(&server, &customer, "1")),
        unsigned,
        hmac,
        key.sign(r#"{"alg":"ES256","kid":"k2"}"#, &said),
        key.sign(r#"{"alg":"EdDSA","kid":"k1"}"#, &said),
        key.sign(r#"{"alg":"ES256","kid":"k1","crit":["exp"],"exp":1}"#, &said),
        key.sign(r#"{"alg":"ES256","alg":"ES256","kid":"k1"}"#, &said),
        key.sign(r#"{"alg":"ES256","kid":"k1","typ":"at+jwt"}"#, &said),
        key.sign(r#"{"alg":"ES256","kid":"k1"}"#, &said.replacen('{', r#"{"aud":"x","#, 1)),
        good.get(..good.len() - 4).unwrap().to_owned(),
        "A".repeat(9000),
    ] {
        let refused = present(&server, "token", &assertion, &[]).await;
        assert_eq!((refused.status, refused.code()), (401, "invalid_client"), "{assertion:.40}");
        assert!(!refused.text.contains("signature is right"), "{}", refused.text);
    }
    let answer = present(&server, "token", &key.sign(r#"{"alg":"ES256"}"#, &said), &[]).await;
    assert_eq!(answer.status, 200, "without a kid the key is found: {}", answer.text);
}

#[tokio::test]
async fn a_client_proves_itself_in_one_way_and_as_one_client() {
    let server = Server::start().await;
    let (customer, key) = with_key(&server, Algorithm::Es256).await;
    let fresh = |jti: &str| key.assertion(claims(&server, &customer, jti));
    for (more, says) in [
        (&[("client_secret", customer.secret.as_str())][..], "one way only"),
        (&[("client_id", "pgc_other")], "differs"),
    ] {
        let refused = present(&server, "token", &fresh("1"), more).await;
        assert!(refused.status == 400 && refused.text.contains(says), "{}", refused.text);
    }
    let form =
        [("grant_type", "client_credentials"), ("client_assertion", &fresh("1")), ("client_assertion_type", "jwt")];
    let refused = Answer::of(server.post("/oauth/token").form(&form).send().await.unwrap()).await;
    assert_eq!((refused.status, refused.code()), (400, "invalid_request"));
    let own = [("client_id", customer.client_id.as_str())];
    assert_eq!(present(&server, "token", &fresh("1"), &own).await.status, 200);
}

#[tokio::test]
async fn an_assertion_works_once_also_at_the_same_time_on_two_nodes_and_after_a_restart() {
    let place = Place::new().await;
    let first = Server::start_in(&place, &[("public_url", "https://pass.example.com")]).await;
    let (customer, key) = with_key(&first, Algorithm::Es256).await;
    let second = Server::start_in(&place, &[("public_url", "https://pass.example.com")]).await;
    let assertion = key.assertion(claims(&first, &customer, "once"));
    let attempts = (0..12).map(|number| {
        let server = if number % 2 == 0 { &first } else { &second };
        present(server, "token", &assertion, &[])
    });
    let answers = futures_util::future::join_all(attempts).await;
    let issued = answers.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(issued, 1, "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    assert!(answers.iter().any(|answer| answer.text.contains("used already")));
    let third = Server::start_in(&place, &[("public_url", "https://pass.example.com")]).await;
    let replayed = present(&third, "token", &assertion, &[]).await;
    assert!(replayed.status == 401 && replayed.text.contains("used already"), "{}", replayed.text);
    let answer = present(&third, "token", &key.assertion(claims(&first, &customer, "twice")), &[]).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn introspection_and_revocation_take_assertions_too() {
    let server = Server::start().await;
    let (customer, key) = with_key(&server, Algorithm::EdDsa).await;
    let fresh = |jti: &str| key.assertion(claims(&server, &customer, jti));
    let token = present(&server, "token", &fresh("1"), &[]).await.body["access_token"].as_str().unwrap().to_owned();
    let seen = present(&server, "introspect", &fresh("2"), &[("token", &token)]).await;
    assert_eq!((seen.status, &seen.body["active"]), (200, &json!(true)), "{}", seen.text);
    assert_eq!(present(&server, "introspect", &fresh("2"), &[("token", &token)]).await.status, 401, "used");
    assert_eq!(present(&server, "revoke", &fresh("3"), &[("token", &token)]).await.status, 200);
    let seen = present(&server, "introspect", &fresh("4"), &[("token", &token)]).await;
    assert_eq!(seen.body, json!({"active": false}));
}

#[tokio::test]
async fn wrong_assertions_are_throttled_like_wrong_secrets_and_lock_the_account() {
    let server = Server::start_with(&[("throttle_burst", "3")]).await;
    let (customer, key) = with_key(&server, Algorithm::Es256).await;
    let wrong = Signing::new(Algorithm::Es256, "k1");
    for _ in 0..3 {
        assert_eq!(present(&server, "token", &wrong.assertion(claims(&server, &customer, "1")), &[]).await.status, 401);
    }
    let throttled = present(&server, "token", &key.assertion(claims(&server, &customer, "1")), &[]).await;
    assert_eq!(throttled.status, 429);
    let locking = Server::start().await;
    let (customer, key) = with_key(&locking, Algorithm::Es256).await;
    locking.change(&customer, json!({"settings": {"account_lock": {"maximum_attempts": 2}}})).await;
    for _ in 0..2 {
        present(&locking, "token", &wrong.assertion(claims(&locking, &customer, "1")), &[]).await;
    }
    let locked = present(&locking, "token", &key.assertion(claims(&locking, &customer, "1")), &[]).await;
    assert!(locked.status == 401 && locked.text.contains("locked"), "{}", locked.text);
}

#[tokio::test]
async fn each_state_denies_a_right_assertion_on_the_very_next_call() {
    let server = Server::start().await;
    let (customer, key) = with_key(&server, Algorithm::Es256).await;
    server.change(&customer, json!({"settings": {"ip_allowlist": ["203.0.113.1"]}})).await;
    let refused = present(&server, "token", &key.assertion(claims(&server, &customer, "1")), &[]).await;
    assert!(refused.status == 401 && refused.text.contains("allowlist"));
    server.change(&customer, json!({"settings": {"ip_allowlist": []}, "status": "disabled"})).await;
    let refused = present(&server, "token", &key.assertion(claims(&server, &customer, "1")), &[]).await;
    assert!(refused.status == 401 && refused.text.contains("disabled"));
    server.change(&customer, json!({"status": "active"})).await;
    let answer = present(&server, "token", &key.assertion(claims(&server, &customer, "1")), &[]).await;
    assert_eq!(answer.status, 200, "what was refused was not used up: {}", answer.text);
    let token = answer.body["access_token"].as_str().unwrap().to_owned();
    server.admin(Method::POST, &format!("/credentials/{}/revoke", customer.client_id), None).await;
    let refused = present(&server, "token", &key.assertion(claims(&server, &customer, "2")), &[]).await;
    assert!(refused.status == 401 && refused.text.contains("revoked"));
    assert_eq!(server.whoami(&token).await.status, 401);
}

#[tokio::test]
async fn what_is_not_a_public_key_is_refused_not_kept_and_not_repeated() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let mut private = Signing::new(Algorithm::Es256, "k1").jwk;
    private["d"] = "hunter2hunter2".into();
    let pem = "-----BEGIN PRIVATE KEY-----\nhunter2hunter2\n-----END PRIVATE KEY-----";
    for jwks in [json!({"keys": [private]}), json!(pem)] {
        let refused = set(&server, &customer, json!({"method": "private_key_jwt", "jwks": jwks})).await;
        refused.assert_problem(422, "invalid_fields");
        assert!(refused.text.contains("private key") && !refused.text.contains("hunter2"), "{}", refused.text);
    }
    for body in [
        json!({"method": "private_key_jwt"}),
        json!({"method": "client_secret", "jwks_uri": "https://erp.example/jwks"}),
        json!({"method": "magic"}),
        json!({"method": "tls_client_auth", "tls_client_auth_san_dns": "erp.example"}),
        json!({"method": "self_signed_tls_client_auth", "certificates": ["00".repeat(32)]}),
        json!({"method": "private_key_jwt", "jwks_uri": "http://erp.example/jwks"}),
        json!({"method": "private_key_jwt", "jwks_uri": "https://127.0.0.1/jwks"}),
        json!({"method": "private_key_jwt", "jwks_uri": "https://0x7f.1/jwks"}),
        json!({"method": "private_key_jwt", "jwks_uri": "https://[::ffff:169.254.169.254]/jwks"}),
    ] {
        let refused = set(&server, &customer, body.clone()).await;
        assert_eq!(refused.status, 422, "{body}: {}", refused.text);
    }
    assert_eq!(server.ask(customer.body()).await.status, 200, "nothing has changed");
}

/// A server of JWK Sets over TLS, on loopback; its own authority is in `ca.pem`.
struct Publisher {
    uri: String,
    body: Arc<std::sync::Mutex<String>>,
    asked: Arc<AtomicUsize>,
    /// What is asked for at `/slow` waits for a permit of this.
    gate: Arc<tokio::sync::Semaphore>,
    ca: String,
}

impl Publisher {
    async fn start(place: &Place) -> Self {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let (ca, key_file) = (place.path().join("ca.pem"), place.path().join("publisher.key"));
        std::fs::write(&ca, certificate.pem()).unwrap();
        std::fs::write(&key_file, key.serialize_pem()).unwrap();
        let tls = Tls::load(&ca, &key_file, false).unwrap();
        let body = Arc::new(std::sync::Mutex::new("{}".to_owned()));
        let asked = Arc::new(AtomicUsize::new(0));
        let gate = Arc::new(tokio::sync::Semaphore::new(0));
        let (shown, counted) = (body.clone(), asked.clone());
        let (shown_slowly, counted_slowly, opened) = (body.clone(), asked.clone(), gate.clone());
        let router = Router::new()
            .route(
                "/jwks",
                get(async move || {
                    counted.fetch_add(1, Ordering::SeqCst);
                    let body = shown.lock().unwrap().clone();
                    ([("content-type", "application/jwk-set+json")], body)
                }),
            )
            .route(
                "/slow",
                get(async move || {
                    counted_slowly.fetch_add(1, Ordering::SeqCst);
                    opened.acquire().await.unwrap().forget();
                    let body = shown_slowly.lock().unwrap().clone();
                    ([("content-type", "application/jwk-set+json")], body)
                }),
            )
            .route("/moved", get(async || axum::response::Redirect::temporary("/jwks")))
            .route("/text", get(async || "{\"keys\":[]}"))
            .route("/long", get(async || ([("content-type", "application/json")], " ".repeat(70_000))));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (tls, router) = (tls.clone(), router.clone());
                tokio::spawn(async move {
                    let Ok(stream) = tls.accept(stream).await else { return };
                    let service = hyper_util::service::TowerToHyperService::new(router);
                    let io = hyper_util::rt::TokioIo::new(stream);
                    let builder = hyper_util::server::conn::auto::Builder::new(hyper_util::rt::TokioExecutor::new());
                    let _ = builder.serve_connection(io, service).await;
                });
            }
        });
        Self { uri: format!("https://localhost:{port}/jwks"), body, asked, gate, ca: ca.display().to_string() }
    }

    fn publish(&self, keys: &[&Signing]) {
        let keys: Vec<&Value> = keys.iter().map(|key| &key.jwk).collect();
        *self.body.lock().unwrap() = json!({"keys": keys}).to_string();
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// Else a stranger who knows the Client Id asks and goes away, again and again, and the keys are never learned.
#[tokio::test]
async fn the_keys_are_fetched_to_the_end_though_whoever_asked_has_gone() {
    let place = Place::new().await;
    let publisher = Publisher::start(&place).await;
    let settings = [("jwks_uri_allowed_networks", "127.0.0.0/8, ::1"), ("jwks_uri_ca_file", publisher.ca.as_str())];
    let server = Server::start_in(&place, &settings).await;
    let customer = server.customer().await;
    let [key, strangers] = [(); 2].map(|()| Signing::new(Algorithm::Es256, "k"));
    publisher.publish(&[&key]);
    let uri = publisher.uri.replace("/jwks", "/slow");
    set(&server, &customer, json!({"method": "private_key_jwt", "jwks_uri": uri})).await;
    let assertion = |key: &Signing, jti: &str| key.assertion(claims(&server, &customer, jti));
    let connections = async || {
        let metrics = server.get("/metrics").send().await.unwrap().text().await.unwrap();
        metrics.lines().find(|line| line.starts_with("passgate_open_connections ")).unwrap().to_owned()
    };
    let before = connections().await;
    let strange = assertion(&strangers, "s");
    // With a connection of its own, which is closed when it goes.
    let http = reqwest::Client::new();
    let form =
        [("grant_type", "client_credentials"), ("client_assertion_type", TYPE), ("client_assertion", strange.as_str())];
    let asking = http.post(format!("http://{}/oauth/token", server.address)).form(&form).send();
    let is_asked = async {
        while publisher.asked() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = asking => panic!("it was answered without the keys"),
        () = is_asked => {}
    }
    drop(http);
    while connections().await != before {
        tokio::task::yield_now().await;
    }
    publisher.gate.add_permits(1);
    let right = assertion(&key, "a");
    assert_eq!(present(&server, "token", &right, &[]).await.status, 200);
    assert_eq!(publisher.asked(), 1);
}

#[tokio::test]
async fn a_key_that_is_replaced_under_its_kid_is_found_and_a_stranger_causes_one_fetch_a_minute() {
    let place = Place::new().await;
    let publisher = Publisher::start(&place).await;
    let settings = [
        ("jwks_uri_allowed_networks", "127.0.0.0/8, ::1"),
        ("jwks_uri_ca_file", publisher.ca.as_str()),
        ("throttle_burst", "100"),
    ];
    let server = Server::start_in(&place, &settings).await;
    let customer = server.customer().await;
    let [old, new, strangers] = [(); 3].map(|()| Signing::new(Algorithm::Es256, "same"));
    publisher.publish(&[&old]);
    set(&server, &customer, json!({"method": "private_key_jwt", "jwks_uri": publisher.uri})).await;
    let by = async |key: &Signing, jti: &str| {
        let mut said = claims(&server, &customer, jti);
        said["exp"] = json!(server.app.now().seconds() + 120);
        present(&server, "token", &key.assertion(said), &[]).await.status
    };
    assert_eq!((by(&old, "a").await, publisher.asked()), (200, 1));
    publisher.publish(&[&new]);
    assert_eq!((by(&new, "b").await, publisher.asked()), (401, 1), "not again within a minute");
    server.advance(60);
    assert_eq!((by(&new, "b").await, publisher.asked()), (200, 2));
    assert_eq!((by(&old, "c").await, publisher.asked()), (401, 2), "what was replaced is not known any more");
    server.advance(60);
    for number in 0..20 {
        assert_eq!(by(&strangers, &format!("s{number}")).await, 401);
    }
    assert_eq!(publisher.asked(), 3, "one fetch, however many assertions that no key has signed");
    assert_eq!((by(&new, "d").await, publisher.asked()), (200, 3), "and they stop nobody");
}

#[tokio::test]
async fn published_keys_are_fetched_once_and_again_for_an_unknown_kid_at_most_once_a_minute() {
    let place = Place::new().await;
    let publisher = Publisher::start(&place).await;
    let settings = [("jwks_uri_allowed_networks", "127.0.0.0/8, ::1"), ("jwks_uri_ca_file", publisher.ca.as_str())];
    let server = Server::start_in(&place, &settings).await;
    let customer = server.customer().await;
    let (old, new) = (Signing::new(Algorithm::Es256, "old"), Signing::new(Algorithm::Es256, "new"));
    publisher.publish(&[&old]);
    let changed = set(&server, &customer, json!({"method": "private_key_jwt", "jwks_uri": publisher.uri})).await;
    assert_eq!(changed.body["authentication"]["jwks_uri"], publisher.uri);
    let by = |key: &Signing, jti: String| key.assertion(claims(&server, &customer, &jti));
    let together: Vec<String> = (0..5).map(|number| by(&old, format!("t{number}"))).collect();
    let answers =
        futures_util::future::join_all(together.iter().map(|assertion| present(&server, "token", assertion, &[])))
            .await;
    assert!(
        answers.iter().all(|answer| answer.status == 200),
        "{:?}",
        answers.iter().map(|it| &it.text).collect::<Vec<_>>()
    );
    assert_eq!(publisher.asked(), 1, "who comes together waits for one fetch");
    publisher.publish(&[&old, &new]);
    for number in 0..3 {
        assert_eq!(present(&server, "token", &by(&new, format!("n{number}")), &[]).await.status, 401);
    }
    assert_eq!(publisher.asked(), 1, "not again within a minute");
    server.advance(60);
    let mut said = claims(&server, &customer, "later");
    said["exp"] = json!(SECONDS + 120);
    assert_eq!(present(&server, "token", &new.assertion(said.clone()), &[]).await.status, 200);
    assert_eq!(publisher.asked(), 2);
    said["jti"] = "later still".into();
    assert_eq!(present(&server, "token", &old.assertion(said), &[]).await.status, 200);
    assert_eq!(publisher.asked(), 2, "a known key needs no fetching");
    publisher.publish(&[&new]);
    server.advance(3600);
    let mut said = claims(&server, &customer, "withdrawn");
    said["exp"] = json!(SECONDS + 3720);
    assert_eq!(present(&server, "token", &old.assertion(said), &[]).await.status, 401, "a withdrawn key goes");
}

#[tokio::test]
async fn no_private_address_is_reached_whatever_leads_there() {
    let place = Place::new().await;
    let publisher = Publisher::start(&place).await;
    let key = Signing::new(Algorithm::Es256, "k1");
    publisher.publish(&[&key]);
    let server = Server::start_in(&place, &[("jwks_uri_ca_file", publisher.ca.as_str())]).await;
    let customer = server.customer().await;
    set(&server, &customer, json!({"method": "private_key_jwt", "jwks_uri": publisher.uri})).await;
    let refused = present(&server, "token", &key.assertion(claims(&server, &customer, "1")), &[]).await;
    assert_eq!((refused.status, publisher.asked()), (401, 0), "localhost is resolved, judged, and not connected to");
    let open = [("jwks_uri_ca_file", publisher.ca.as_str()), ("jwks_uri_allowed_networks", "127.0.0.0/8, ::1")];
    let open = Server::start_in(&place, &open).await;
    for path in ["moved", "text", "long", "nothing"] {
        let uri = publisher.uri.replace("jwks", path);
        assert_eq!(set(&open, &customer, json!({"method": "private_key_jwt", "jwks_uri": uri})).await.status, 200);
        let refused = present(&open, "token", &key.assertion(claims(&open, &customer, path)), &[]).await;
        assert_eq!((refused.status, publisher.asked()), (401, 0), "{path}");
    }
}

#[tokio::test]
async fn people_choose_the_method_in_the_console_after_a_recent_password() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let visitor = server.person(&customer.entity, "maya@northwind.example", Role::Developer).await;
    let pair = visitor.get("/entities/northwind/generate-credentials").await;
    let path = format!("/entities/northwind/generate-credentials/{}/authentication", customer.client_id);
    assert!(pair.text.contains(&path));
    let page = visitor.get(&path).await;
    assert_eq!(text_of(&page.text, "method-now"), "Client Secret");
    let version = hidden(&page.text, "version");
    let private = "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----";
    let form = |jwks: &str, password: &str| {
        let fields = [
            ("version", version.as_str()),
            ("method", "private_key_jwt"),
            ("jwks", jwks),
            ("subject_kind", "dn"),
            ("password", password),
        ];
        fields.map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    server.advance(10 * 60);
    let send = async |fields: [(String, String); 5]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        visitor.post(&path, &fields).await
    };
    let refused = send(form(private, "")).await;
    assert_eq!(refused.status, 422, "before the password is asked for");
    assert!(refused.text.contains("private key") && !refused.text.contains("hunter2"));
    let key = Signing::new(Algorithm::Es256, "k1");
    let jwk = key.jwk.to_string();
    let asked = send(form(&jwk, "")).await;
    assert!(asked.status == 401 && asked.text.contains("Confirm that it is you"));
    let changed = send(form(&jwk, PASSWORD)).await;
    assert_eq!((changed.status, changed.header("location")), (303, path.as_str()));
    let page = visitor.get(&path).await;
    assert!(text_of(&page.text, "method-now").contains("private_key_jwt") && page.text.contains("<code>k1</code>"));
    assert!(
        visitor.get("/entities/northwind/activity").await.text.contains("Changed how the credentials prove themselves")
    );
    assert_eq!(server.ask(customer.body()).await.status, 401);
    assert!(visitor.get("/entities/northwind/get-access-token").await.text.contains("takes no secret"));
    passgate::jobs::flush(&server.app).await.unwrap();
    let log = visitor.get("/entities/northwind/requests").await;
    assert!(
        log.text.contains("take no secrets") && log.text.contains("See how this credential proves itself"),
        "{}",
        log.text
    );
    let viewer = server.person(&customer.entity, "viewer@northwind.example", Role::Viewer).await;
    assert_eq!(viewer.post(&path, &[("method", "client_secret"), ("version", "2")]).await.status, 403);
    let stranger = server.customer_named("other").await;
    let elsewhere = path.replace(&customer.client_id, &stranger.client_id);
    assert_eq!(visitor.get(&elsewhere).await.status, 404);
}

#[tokio::test]
async fn people_forbid_secrets_on_token_timeout() {
    let server = Server::start().await;
    let customer = server.customer().await;
    let visitor = server.person(&customer.entity, "maya@northwind.example", Role::Owner).await;
    let page = visitor.get("/entities/northwind/token-timeout").await;
    assert!(page.text.contains("Gets no token while this is on"));
    let version = hidden(&page.text, "version");
    let form = [("version", version.as_str()), ("timeout", "10"), ("unit", "minutes"), ("forbid", "on")];
    let saved = visitor.post("/entities/northwind/token-timeout", &form).await;
    assert_eq!(saved.status, 303, "{}", saved.text);
    assert_eq!(server.ask(customer.body()).await.status, 401);
}
