//! The ceiling: what a token costs when a server does nothing but what it cannot leave out. A bare axum handler that reads
//! the form, finds the client in a hash map, compares a hash, and signs as many claims with the same library.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    UnparsedPublicKey,
};
use aws_lc_rs::{constant_time, digest};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::serve::{Listener, ListenerExt as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Args;
use http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::ledger::{Ledger, Row};
use crate::{Algorithm, Failure};

/// How the ceiling is started.
#[derive(Args)]
pub struct Ceiling {
    /// What it signs with
    #[arg(long)]
    algorithm: Algorithm,
    /// The clients that it knows, as JSON
    #[arg(long)]
    clients: PathBuf,
    /// The issuer that its tokens name: as long as that of the server beside it
    #[arg(long)]
    issuer: String,
    /// SQLite file into which each token is written before its answer, many in one commit
    #[arg(long)]
    ledger: Option<PathBuf>,
    /// PEM certificate, to serve HTTPS
    #[arg(long, requires = "key")]
    certificate: Option<PathBuf>,
    /// PEM private key of the certificate
    #[arg(long)]
    key: Option<PathBuf>,
}

/// One client, as the file of clients has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Client {
    /// Its Client Id.
    pub client_id: String,
    /// Its Client Secret.
    pub client_secret: String,
    /// The identifier of its entity.
    pub entity: String,
}

enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

struct Bare {
    issuer: String,
    header: String,
    pair: Pair,
    random: SystemRandom,
    clients: HashMap<String, ([u8; 32], String)>,
    ledger: Option<Ledger>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    exp: u64,
    iat: u64,
    jti: String,
    client_id: &'a str,
    scope: &'a str,
    entity: &'a str,
}

#[derive(Serialize)]
struct Answer<'a> {
    access_token: &'a str,
    token_type: &'a str,
    expires_in: u64,
    scope: &'a str,
}

#[derive(Deserialize)]
struct Verified {
    exp: u64,
}

const SCOPE: &str = "DLAT access Webhooks";
const LIFETIME: u64 = 600;

impl Ceiling {
    /// Serves until it is ended, and says first where.
    pub fn run(self) -> Result<(), Failure> {
        tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(self.serve())
    }

    async fn serve(self) -> Result<(), Failure> {
        let clients: Vec<Client> = serde_json::from_slice(&fs::read(&self.clients)?)?;
        let clients = clients.into_iter().map(|client| {
            let Client { client_id, client_secret, entity } = client;
            Ok((client_id, (hash(&client_secret)?, entity)))
        });
        let random = SystemRandom::new();
        let pair = match self.algorithm {
            Algorithm::Es256 => Pair::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?),
            Algorithm::EdDsa => Pair::EdDsa(Ed25519KeyPair::generate()?),
        };
        // A kid is a SHA-256 in base64url.
        let kid = "k".repeat(43);
        let header = format!(r#"{{"alg":"{}","typ":"at+jwt","kid":"{kid}"}}"#, self.algorithm.as_str());
        let bare = Bare {
            issuer: self.issuer,
            header: URL_SAFE_NO_PAD.encode(header),
            pair,
            random,
            clients: clients.collect::<Result<_, Failure>>()?,
            ledger: self.ledger.map(|path| Ledger::open(&path)).transpose()?,
        };
        let router = Router::new()
            .route("/token", post(token))
            .route("/opaque", post(opaque))
            .route("/verify", get(verify))
            .with_state(Arc::new(bare));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        crate::say(&listener.local_addr()?.to_string())?;
        match self.certificate.zip(self.key) {
            None => {
                let listener = listener.tap_io(|stream| {
                    let _ = stream.set_nodelay(true);
                });
                axum::serve(listener, router).await?;
            }
            Some((certificate, key)) => {
                let certificates = CertificateDer::pem_file_iter(certificate)?.collect::<Result<_, _>>()?;
                let config = ServerConfig::builder()
                    .with_no_client_auth()
                    .with_single_cert(certificates, PrivateKeyDer::from_pem_file(key)?)?;
                axum::serve(Tls { listener, acceptor: TlsAcceptor::from(Arc::new(config)) }, router).await?;
            }
        }
        Ok(())
    }
}

fn hash(secret: &str) -> Result<[u8; 32], Failure> {
    Ok(digest::digest(&digest::SHA256, secret.as_bytes()).as_ref().try_into()?)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

async fn token(State(bare): State<Arc<Bare>>, body: Bytes) -> Response {
    answer(issue(&bare, &body).await)
}

/// A token that says nothing, for comparison with one that is not signed anew.
async fn opaque(State(bare): State<Arc<Bare>>, body: Bytes) -> Response {
    let token = proven(&bare, &body).and_then(|proven| {
        let mut token = [0; 32];
        aws_lc_rs::rand::fill(&mut token)?;
        proven.map(|_| answer_with(&URL_SAFE_NO_PAD.encode(token))).transpose()
    });
    answer(token)
}

fn answer(issued: Result<Option<Vec<u8>>, Failure>) -> Response {
    match issued {
        Ok(Some(answer)) => ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], answer).into_response(),
        Ok(None) => StatusCode::UNAUTHORIZED.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn answer_with(access_token: &str) -> Result<Vec<u8>, Failure> {
    Ok(serde_json::to_vec(&Answer { access_token, token_type: "Bearer", expires_in: LIFETIME, scope: SCOPE })?)
}

/// The client that the form names and proves, and its entity.
fn proven<'b>(bare: &'b Bare, body: &'b [u8]) -> Result<Option<(Cow<'b, str>, &'b str)>, Failure> {
    let (mut client_id, mut secret) = (None, None);
    for (name, value) in form_urlencoded::parse(body) {
        match &*name {
            "client_id" => client_id = Some(value),
            "client_secret" => secret = Some(value),
            _ => {}
        }
    }
    let Some((client_id, secret)) = client_id.zip(secret) else { return Ok(None) };
    let Some((known, entity)) = bare.clients.get(&*client_id) else { return Ok(None) };
    if constant_time::verify_slices_are_equal(known, &hash(&secret)?).is_err() {
        return Ok(None);
    }
    Ok(Some((client_id, entity)))
}

async fn issue(bare: &Bare, body: &[u8]) -> Result<Option<Vec<u8>>, Failure> {
    let Some((client_id, entity)) = proven(bare, body)? else { return Ok(None) };
    let mut jti = [0; 20];
    aws_lc_rs::rand::fill(&mut jti)?;
    let iat = now();
    let claims = Claims {
        iss: &bare.issuer,
        sub: &client_id,
        aud: &bare.issuer,
        exp: iat.saturating_add(LIFETIME),
        iat,
        jti: URL_SAFE_NO_PAD.encode(jti),
        client_id: &client_id,
        scope: SCOPE,
        entity,
    };
    let mut token = String::with_capacity(1024);
    token.push_str(&bare.header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(serde_json::to_vec(&claims)?, &mut token);
    let signature = match &bare.pair {
        Pair::Es256(pair) => pair.sign(&bare.random, token.as_bytes())?,
        Pair::EdDsa(pair) => pair.sign(token.as_bytes()),
    };
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut token);
    if let Some(ledger) = &bare.ledger {
        let row = Row {
            jti: claims.jti,
            client_id: client_id.to_string(),
            entity: entity.to_owned(),
            times: [iat, claims.exp],
            address: Ipv4Addr::LOCALHOST.into(),
            scope: SCOPE,
        };
        ledger.write(row).await?;
    }
    answer_with(&token).map(Some)
}

async fn verify(State(bare): State<Arc<Bare>>, headers: HeaderMap) -> StatusCode {
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match token.and_then(|token| verified(&bare, token)) {
        Some(Verified { exp }) if exp > now() => StatusCode::OK,
        _ => StatusCode::UNAUTHORIZED,
    }
}

fn verified(bare: &Bare, token: &str) -> Option<Verified> {
    let Pair::Es256(pair) = &bare.pair else { return None };
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, payload) = signed.split_once('.')?;
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref());
    if header != bare.header || key.verify(signed.as_bytes(), &signature).is_err() {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// Accepts connections by TLS.
struct Tls {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            let Ok((stream, peer)) = self.listener.accept().await else { continue };
            let _ = stream.set_nodelay(true);
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, peer);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
