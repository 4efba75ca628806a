//! A Passgate with an entity that may call the orders API, and the requests that its people and operators make.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use passgate::domain::time::Timestamp;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::running::Server;

/// The API that every how-to guards.
pub const ORDERS: &str = "https://api.example.com/orders";

/// The demo installation, whose entity may call the orders API and has a claim.
pub struct Platform {
    pub server: Server,
    http: reqwest::Client,
}

/// What a token says.
pub fn claims(token: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

impl Platform {
    pub async fn start() -> Self {
        let settings = [("token_audience", "https://api.example.com"), ("trusted_proxies", "127.0.0.1")];
        let server = Server::start_with(&settings);
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(20)).build().unwrap();
        let platform = Self { server, http };
        let change = json!({"scopes": ["orders:read", "orders:write"], "settings": {"resources": [ORDERS]}});
        platform.admin(Method::PATCH, "/entities/demo", &change).await;
        let depot = json!({"name": "depot", "type": "string", "claim": "depot"});
        platform.admin(Method::PUT, "/entities/demo/parameters/depot", &depot).await;
        platform
    }

    async fn admin(&self, method: Method, path: &str, body: &Value) -> Value {
        let request = self.http.request(method, self.server.url(&format!("/admin/v1{path}")));
        let answer = request.bearer_auth(&self.server.made.admin_token).json(body).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{text}");
        serde_json::from_str(&text).unwrap()
    }

    fn oauth(&self, endpoint: &str) -> RequestBuilder {
        let made = &self.server.made;
        let request = self.http.post(self.server.url(&format!("/oauth/{endpoint}")));
        request.basic_auth(&made.client_id, Some(&made.client_secret))
    }

    async fn issued(request: RequestBuilder, parameters: &[(&str, &str)]) -> String {
        let form: Vec<_> =
            [("grant_type", "client_credentials")].into_iter().chain(parameters.iter().copied()).collect();
        let answer = request.form(&form).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn revoke(&self, token: &str) {
        let answer = self.oauth("revoke").form(&[("token", token)]).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }

    /// `Bearer` and a token with these parameters.
    pub async fn bearer(&self, parameters: &[(&str, &str)]) -> String {
        format!("Bearer {}", Self::issued(self.oauth("token"), parameters).await)
    }

    /// `Bearer` and a token of a credential that ends some two seconds after `token` was issued.
    pub async fn ending(&self, token: &str, parameters: &[(&str, &str)]) -> String {
        let issued = claims(token)["iat"].as_i64().unwrap();
        let body = json!({"name": "Ends", "expires_at": Timestamp::from_millis((issued + 3) * 1000)});
        let made = self.admin(Method::POST, "/entities/demo/credentials", &body).await;
        let request = self.http.post(self.server.url("/oauth/token"));
        let request = request.basic_auth(made["client_id"].as_str().unwrap(), made["client_secret"].as_str());
        format!("Bearer {}", Self::issued(request, parameters).await)
    }

    /// A token that is bound to `key`.
    pub async fn bound(&self, key: &ProofKey, parameters: &[(&str, &str)]) -> String {
        let url = self.server.url("/oauth/token");
        let now = claims(&self.bearer(&[]).await)["iat"].clone();
        let said =
            |nonce: &str| json!({"htm": "POST", "htu": url, "iat": now, "jti": format!("j{nonce}"), "nonce": nonce});
        let form = [("grant_type", "client_credentials")];
        let first = self.oauth("token").header("dpop", key.proof(&said(""))).form(&form).send().await.unwrap();
        let nonce = first.headers()["dpop-nonce"].to_str().unwrap();
        Self::issued(self.oauth("token").header("dpop", key.proof(&said(nonce))), parameters).await
    }
}

/// A client's key for proofs of possession.
pub struct ProofKey(EcdsaKeyPair);

impl ProofKey {
    pub fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn proof(&self, said: &Value) -> String {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let point = self.0.public_key().as_ref();
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..])});
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
        let message = format!("{}.{}", encode(header.to_string().as_bytes()), encode(said.to_string().as_bytes()));
        format!("{message}.{}", encode(self.0.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref()))
    }

    /// A proof for one request with this token.
    pub fn proof_for(&self, token: &str, method: &str, url: &str, id: &str) -> String {
        let ath = URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()));
        self.proof(&json!({"htm": method, "htu": url, "iat": claims(token)["iat"], "jti": id, "ath": ath}))
    }
}
