//! An issuer that a test has in its hand: it signs whatever it is told, and counts who asks for its keys.
#![expect(dead_code, reason = "not every test uses everything")]

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use passgate_verify::{Builder, Verifier};
use serde_json::{Value, json};
use tokio::sync::broadcast;

pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the verifier reads the same clock")]
    let now = SystemTime::now();
    i64::try_from(now.duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

pub enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

pub struct Key {
    pub kid: String,
    pub pair: Pair,
}

impl Key {
    pub fn new(alg: &str, kid: &str) -> Self {
        let pair = match alg {
            "ES256" => Pair::Es256(EcdsaKeyPair::generate(&signature::ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()),
            "EdDSA" => Pair::EdDsa(Ed25519KeyPair::generate().unwrap()),
            _ => Pair::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()),
        };
        Self { kid: kid.to_owned(), pair }
    }

    pub fn alg(&self) -> &'static str {
        match &self.pair {
            Pair::Es256(_) => "ES256",
            Pair::EdDsa(_) => "EdDSA",
            Pair::Rs256(_) => "RS256",
        }
    }

    pub fn jwk(&self) -> Value {
        let mut jwk = match &self.pair {
            Pair::Es256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)})
            }
            Pair::EdDsa(pair) => json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(pair.public_key())}),
            Pair::Rs256(pair) => {
                let public = pair.public_key();
                let (n, e) = (public.modulus(), public.exponent());
                let number = |number: &[u8]| base64url(number);
                json!({"kty": "RSA", "n": number(n.big_endian_without_leading_zero()), "e": number(e.big_endian_without_leading_zero())})
            }
        };
        jwk["kid"] = self.kid.clone().into();
        jwk["alg"] = self.alg().into();
        jwk["use"] = "sig".into();
        jwk
    }

    pub fn header(&self) -> Value {
        json!({"alg": self.alg(), "typ": "at+jwt", "kid": self.kid})
    }

    /// Signs whatever stands there.
    pub fn sign(&self, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", base64url(header), base64url(payload));
        let signature = match &self.pair {
            Pair::Es256(pair) => pair.sign(&SystemRandom::new(), signed.as_bytes()).unwrap().as_ref().to_vec(),
            Pair::EdDsa(pair) => pair.sign(signed.as_bytes()).as_ref().to_vec(),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let message = signed.as_bytes();
                pair.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
        };
        format!("{signed}.{}", base64url(signature))
    }

    pub fn token(&self, claims: &Value) -> String {
        self.sign(&self.header().to_string(), &claims.to_string())
    }
}

pub struct Issuer {
    pub url: String,
    pub asked: Arc<AtomicUsize>,
    shared: Arc<Shared>,
}

struct Shared {
    url: Mutex<String>,
    keys: Mutex<Vec<Value>>,
    away: AtomicBool,
    asked: Arc<AtomicUsize>,
    heard: Mutex<Vec<Option<String>>>,
    feed: broadcast::Sender<Option<String>>,
    beginning: Mutex<String>,
}

impl Issuer {
    pub async fn start(keys: &[&Key]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let shared = Arc::new(Shared {
            url: Mutex::new(url.clone()),
            keys: Mutex::default(),
            away: AtomicBool::new(false),
            asked: asked.clone(),
            heard: Mutex::default(),
            feed: broadcast::channel(64).0,
            beginning: Mutex::new(
                "id: 1\nevent: snapshot\ndata: {}\n\nevent: heartbeat\ndata: {\"behind\":0}\n\n".into(),
            ),
        });
        let router = Router::new()
            .route("/.well-known/oauth-authorization-server", get(metadata))
            .route("/.well-known/jwks.json", get(jwks))
            .route("/oauth/revocations", get(feed))
            .with_state(shared.clone());
        tokio::spawn(axum::serve(listener, router).into_future());
        let issuer = Self { url, asked, shared };
        issuer.publish(keys);
        issuer
    }

    pub fn publish(&self, keys: &[&Key]) {
        self.publish_as(keys.iter().map(|key| key.jwk()).collect());
    }

    pub fn publish_as(&self, keys: Vec<Value>) {
        *self.shared.keys.lock().unwrap() = keys;
    }

    pub fn call_yourself(&self, url: &str) {
        url.clone_into(&mut self.shared.url.lock().unwrap());
    }

    pub fn go_away(&self, away: bool) {
        self.shared.away.store(away, Ordering::SeqCst);
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// Says something to everyone who listens; `None` ends the feeds.
    pub fn say(&self, text: Option<&str>) {
        let _ = self.shared.feed.send(text.map(ToOwned::to_owned));
    }

    pub fn begin_feeds_with(&self, text: &str) {
        text.clone_into(&mut self.shared.beginning.lock().unwrap());
    }

    /// The `Last-Event-ID` of each who came to listen.
    pub fn heard(&self) -> Vec<Option<String>> {
        self.shared.heard.lock().unwrap().clone()
    }

    pub fn verifier(&self) -> Builder {
        Verifier::new(&self.url)
    }

    pub fn claims(&self) -> Value {
        let now = now();
        let jti = [&(now * 1000).to_be_bytes()[2..], &[0, 0, 0, 7], &[9; 10]].concat();
        json!({
            "iss": self.url, "aud": self.url, "sub": "pgc_a", "client_id": "pgc_a", "jti": base64url(jti),
            "iat": now, "exp": now + 600, "scope": "DLAT access Webhooks", "entity": "northwind", "shop": 7,
        })
    }

    pub fn claims_with(&self, name: &str, value: Value) -> Value {
        let mut claims = self.claims();
        claims[name] = value;
        claims
    }
}

async fn metadata(State(shared): State<Arc<Shared>>) -> Response {
    if shared.away.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let url = shared.url.lock().unwrap().clone();
    json!({"issuer": url, "jwks_uri": format!("{url}/.well-known/jwks.json")}).to_string().into_response()
}

async fn jwks(State(shared): State<Arc<Shared>>) -> Response {
    shared.asked.fetch_add(1, Ordering::SeqCst);
    if shared.away.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let keys = shared.keys.lock().unwrap().clone();
    json!({"keys": keys}).to_string().into_response()
}

async fn feed(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let last = headers.get("last-event-id").map(|id| id.to_str().unwrap().to_owned());
    shared.heard.lock().unwrap().push(last);
    if shared.away.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    assert_eq!(
        headers["authorization"],
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode("id:secret"))
    );
    let (send, receive) = tokio::sync::mpsc::channel::<String>(8);
    let mut told = shared.feed.subscribe();
    let beginning = shared.beginning.lock().unwrap().clone();
    send.send(beginning).await.unwrap();
    tokio::spawn(async move {
        while let Ok(Some(text)) = told.recv().await {
            if send.send(text).await.is_err() {
                return;
            }
        }
    });
    let events = futures_util::stream::unfold(receive, async |mut receive| {
        receive.recv().await.map(|text| (Ok::<_, Infallible>(text), receive))
    });
    Body::from_stream(events).into_response()
}
