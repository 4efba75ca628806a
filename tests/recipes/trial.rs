//! A recipe of `docs/how-to/verify-tokens.md`, tried as printed: against a running Passgate, and against an issuer that signs
//! what Passgate never would, so that each refusal has one reason only.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::running::Server;

/// The address that stands in the document.
const PRINTED: &str = "https://pass.example.com";

/// How a language's code is put where it can be run, and run.
pub struct Runner<'r> {
    /// The name of its code blocks.
    pub language: &'r str,
    /// Puts the code and a driver into their place, and compiles them if they must be.
    pub place: &'r dyn Fn(&str),
    /// Starts the driver. It gets a token and a scope for each line that it prints: the client's id for a good token,
    /// `scope` for one that lacks a scope, and `refused` for any other.
    pub command: &'r dyn Fn() -> Command,
}

pub fn in_crate(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs what only prepares, and shows what it said if it fails.
pub fn succeed(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().expect("it is installed: see tests/recipes/prepare");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

impl Runner<'_> {
    /// The code, as the document has it, for the issuer at `url`.
    fn recipe(&self, url: &str) -> String {
        let document = std::fs::read_to_string(in_crate("docs/how-to/verify-tokens.md")).unwrap();
        let (_, code) = document.split_once(&format!("\n```{}\n", self.language)).unwrap();
        let (code, _) = code.split_once("\n```\n").unwrap();
        assert!(code.contains(PRINTED));
        code.replace(PRINTED, url)
    }

    fn said(&self, cases: &[(&str, String, &str)]) -> Vec<String> {
        let mut command = (self.command)();
        for (_, token, scope) in cases {
            command.arg(token).arg(scope);
        }
        let output = command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1").stdin(Stdio::null()).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said: Vec<_> = String::from_utf8(output.stdout).unwrap().lines().map(ToOwned::to_owned).collect();
        assert_eq!(said.len(), cases.len(), "{said:?}");
        said
    }

    /// It takes what is good and nothing else, of Passgate and of another issuer.
    pub async fn is_tried(&self) {
        let (server, http) = (Server::start(), reqwest::Client::builder().no_proxy().build().unwrap());
        (self.place)(&self.recipe(&server.made.base_url));
        let good = token(&server, &http).await;
        let client_id = server.made.client_id.as_str();
        let mut cases = vec![("", good.clone(), ""), ("", good.clone(), "access Webhooks")];
        cases.push(("", good.clone(), "access orders"));
        cases.extend(changed(&good));
        let said = self.said(&cases);
        assert_eq!(said[..3], [client_id, client_id, "scope"]);
        for ((why, ..), said) in cases.iter().zip(&said).skip(3) {
            assert_eq!(said, "refused", "{}: {why}", self.language);
        }

        let issuer = Issuer::start(part(&good, 1)["iat"].as_i64().unwrap());
        (self.place)(&self.recipe(&issuer.url));
        let mut cases = issuer.odd();
        cases.insert(0, ("", issuer.signed(&json!({}), &json!({})), "orders:read"));
        let said = self.said(&cases);
        assert_eq!(said[0], "pgc_client");
        for ((why, ..), said) in cases.iter().zip(&said).skip(1) {
            assert_eq!(said, "refused", "{}: {why}", self.language);
        }
    }
}

async fn token(server: &Server, http: &reqwest::Client) -> String {
    let body = json!({"client_id": server.made.client_id, "client_secret": server.made.client_secret});
    let answer: Value =
        http.post(server.url("/api/v1/access-token")).json(&body).send().await.unwrap().json().await.unwrap();
    answer["access_token"].as_str().unwrap().to_owned()
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn part(token: &str, number: usize) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(number).unwrap()).unwrap()).unwrap()
}

/// `value` with what `change` names; what is null there goes.
fn with(mut value: Value, change: &Value) -> Value {
    let members = value.as_object_mut().unwrap();
    members.extend(change.as_object().unwrap().clone());
    members.retain(|_, member| !member.is_null());
    value
}

/// A token of Passgate that somebody has changed without its key.
fn changed(token: &str) -> Vec<(&'static str, String, &'static str)> {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let header_with = |change: &Value| encode(with(part(token, 0), change).to_string());
    let claims_with = |change: &Value| encode(with(part(token, 1), change).to_string());
    let cases = [
        ("no signature", format!("{signed}.")),
        ("alg none", format!("{}.{payload}.", header_with(&json!({"alg": "none"})))),
        ("an unknown kid", format!("{}.{payload}.{signature}", header_with(&json!({"kid": "x"})))),
        ("a longer life", format!("{header}.{}.{signature}", claims_with(&json!({"exp": 4_000_000_000_u64})))),
        ("more scope", format!("{header}.{}.{signature}", claims_with(&json!({"scope": "everything"})))),
        ("nothing", String::new()),
    ];
    cases.map(|(why, token)| (why, token, "")).into()
}

/// An issuer that signs whatever it is told.
struct Issuer {
    key: EcdsaKeyPair,
    url: String,
    now: i64,
}

impl Issuer {
    fn start(now: i64) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let point = key.public_key().as_ref();
        let (x, y) = (encode(&point[1..33]), encode(&point[33..]));
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "k", "use": "sig", "alg": "ES256"});
        let body = json!({"keys": [jwk]}).to_string();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, mut head, mut byte) = (stream.unwrap(), Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
                    head.extend(byte);
                }
                let begin = format!("Content-Type: application/json\r\nContent-Length: {}", body.len());
                let _ = write!(stream, "HTTP/1.1 200 OK\r\n{begin}\r\nConnection: close\r\n\r\n{body}");
            }
        });
        Self { key, url, now }
    }

    /// Header and claims of a good token, changed.
    fn message(&self, header: &Value, claims: &Value) -> String {
        let good = json!({
            "iss": self.url, "aud": self.url, "sub": "pgc_client", "client_id": "pgc_client", "jti": "id",
            "iat": self.now, "exp": self.now + 600, "scope": "orders:read",
        });
        let header = with(json!({"typ": "at+jwt", "alg": "ES256", "kid": "k"}), header);
        format!("{}.{}", encode(header.to_string()), encode(with(good, claims).to_string()))
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        let message = self.message(header, claims);
        let signature = self.key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", encode(signature.as_ref()))
    }

    /// What must be refused though the issuer's own key has signed it, but for the last three.
    fn odd(&self) -> Vec<(&'static str, String, &'static str)> {
        let nothing = json!({});
        let header = |change: Value| self.signed(&change, &nothing);
        let claims = |change: Value| self.signed(&nothing, &change);
        let symmetric = self.message(&json!({"alg": "HS256"}), &nothing);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.key.public_key().as_ref()), symmetric.as_bytes());
        let other = Self {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            url: self.url.clone(),
            ..*self
        };
        let cases = [
            ("typ JWT", header(json!({"typ": "JWT"}))),
            ("typ dpop+jwt", header(json!({"typ": "dpop+jwt"}))),
            ("no typ", header(json!({"typ": null}))),
            ("alg ES384", header(json!({"alg": "ES384"}))),
            ("alg RS256", header(json!({"alg": "RS256"}))),
            ("crit", header(json!({"crit": ["x"], "x": 1}))),
            ("another kid", header(json!({"kid": "x"}))),
            ("another issuer", claims(json!({"iss": "https://elsewhere.example"}))),
            ("no issuer", claims(json!({"iss": null}))),
            ("another audience", claims(json!({"aud": "https://elsewhere.example"}))),
            ("no audience", claims(json!({"aud": null}))),
            ("ended", claims(json!({"exp": self.now - 1}))),
            ("no end", claims(json!({"exp": null}))),
            ("an end that is no number", claims(json!({"exp": "never"}))),
            ("no iat", claims(json!({"iat": null}))),
            ("no sub", claims(json!({"sub": null}))),
            ("no jti", claims(json!({"jti": null}))),
            ("no client_id", claims(json!({"client_id": null}))),
            ("bound to a key", claims(json!({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}))),
            ("alg none", format!("{}.", self.message(&json!({"alg": "none"}), &nothing))),
            ("alg HS256 by the public key", format!("{symmetric}.{}", encode(tag))),
            ("by another key", other.signed(&nothing, &nothing)),
        ];
        cases.map(|(why, token)| (why, token, "")).into()
    }
}
