//! The libraries that integrators use, against a running server: the oauth2 and jsonwebtoken crates; Authlib, PyJWT,
//! joserfc and openapi-spec-validator; openid-client, oauth4webapi and jose. `tests/clients/prepare` fetches the ones
//! that are not crates; without them these tests fail.
#![expect(clippy::expect_used, clippy::panic, reason = "a test may fail by panicking")]

mod running;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{Command, Stdio};
use std::time::Duration;

use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, TokenData, Validation};
use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicTokenResponse, BasicTokenType};
use oauth2::{
    AsyncHttpClient, AuthType, ClientId, ClientSecret, HttpRequest, HttpResponse, RequestTokenError, Scope,
    TokenResponse as _, TokenUrl,
};
use running::{Made, Server};
use serde::Deserialize;
use serde_json::Value;

const SCOPE: [&str; 3] = ["DLAT", "access", "Webhooks"];
const AUTH_TYPES: [AuthType; 2] = [AuthType::BasicAuth, AuthType::RequestBody];

/// The HTTP client that the oauth2 crate asks for.
struct Http(reqwest::Client);

impl Http {
    fn new() -> Self {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(20))
            .build();
        Self(client.expect("a plain client can be made"))
    }

    async fn json<T: serde::de::DeserializeOwned>(&self, url: &str) -> T {
        let answer = self.0.get(url).send().await.and_then(reqwest::Response::error_for_status);
        answer.expect("it answers 200").json().await.expect("it is the document that was asked for")
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, reqwest::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let answer = self.0.execute(request.try_into()?).await?;
            let (status, headers) = (answer.status(), answer.headers().clone());
            let mut response = HttpResponse::new(answer.bytes().await?.to_vec());
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok(response)
        })
    }
}

/// Where the authorization server says everything is (RFC 8414).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    token_endpoint: TokenUrl,
    jwks_uri: String,
}

async fn discover(server: &Server, http: &Http) -> Metadata {
    let metadata: Metadata = http.json(&server.url("/.well-known/oauth-authorization-server")).await;
    assert_eq!(metadata.issuer, server.made.base_url);
    metadata
}

type TokenAnswer = Result<
    BasicTokenResponse,
    RequestTokenError<reqwest::Error, oauth2::StandardErrorResponse<BasicErrorResponseType>>,
>;

async fn ask(
    made: &Made,
    secret: &str,
    at: &Metadata,
    auth_type: &AuthType,
    scope: &[&str],
    http: &Http,
) -> TokenAnswer {
    BasicClient::new(ClientId::new(made.client_id.clone()))
        .set_client_secret(ClientSecret::new(secret.to_owned()))
        .set_auth_type(auth_type.clone())
        .set_token_uri(at.token_endpoint.clone())
        .exchange_client_credentials()
        .add_scopes(scope.iter().map(|word| Scope::new((*word).to_owned())))
        .request_async(http)
        .await
}

fn refusal(answer: TokenAnswer) -> BasicErrorResponseType {
    match answer {
        Err(RequestTokenError::ServerResponse(refusal)) => {
            assert!(refusal.error_description().is_some_and(|description| !description.is_empty()));
            refusal.error().clone()
        }
        Err(error) => panic!("the answer cannot be read: {error}"),
        Ok(_) => panic!("a token is issued"),
    }
}

fn verified(token: &str, keys: &JwkSet, rules: &Validation) -> jsonwebtoken::errors::Result<TokenData<Value>> {
    let header = jsonwebtoken::decode_header(token)?;
    let kid = header.kid.expect("the header names the key");
    let key = keys.find(&kid).expect("the key is published");
    jsonwebtoken::decode(token, &DecodingKey::from_jwk(key)?, rules)
}

#[tokio::test]
async fn the_oauth2_crate_gets_a_token_that_jsonwebtoken_verifies() {
    let (server, http) = (Server::start(), Http::new());
    let made = &server.made;
    let metadata = discover(&server, &http).await;
    let keys: JwkSet = http.json(&metadata.jwks_uri).await;
    let mut rules = Validation::new(Algorithm::ES256);
    rules.leeway = 0;
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    rules.set_issuer(&[&metadata.issuer]);
    rules.set_audience(&[&metadata.issuer]);

    for auth_type in AUTH_TYPES {
        for scope in [SCOPE.as_slice(), &["Webhooks", "DLAT", "access"], &[]] {
            let answer = ask(made, &made.client_secret, &metadata, &auth_type, scope, &http).await.unwrap();
            assert_eq!(answer.token_type(), &BasicTokenType::Bearer);
            assert_eq!(answer.expires_in(), Some(Duration::from_secs(600)));
            let granted: Vec<&str> = answer.scopes().unwrap().iter().map(|scope| scope.as_str()).collect();
            assert_eq!(granted, SCOPE);

            let token = answer.access_token().secret();
            let TokenData { header, claims, .. } = verified(token, &keys, &rules).unwrap();
            assert_eq!(header.typ.as_deref(), Some("at+jwt"));
            assert_eq!(claims["sub"], *made.client_id);
            assert_eq!(claims["client_id"], *made.client_id);
            assert_eq!(claims["scope"], SCOPE.join(" "));
            assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 600);

            let refused = |changed: &dyn Fn(&mut Validation)| {
                let mut rules = rules.clone();
                changed(&mut rules);
                verified(token, &keys, &rules).unwrap_err().into_kind()
            };
            let elsewhere = "https://elsewhere.example";
            assert_eq!(refused(&|rules| rules.set_issuer(&[elsewhere])), ErrorKind::InvalidIssuer);
            assert_eq!(refused(&|rules| rules.set_audience(&[elsewhere])), ErrorKind::InvalidAudience);
            let soon = |rules: &mut Validation| rules.reject_tokens_expiring_in_less_than = 601;
            assert_eq!(refused(&soon), ErrorKind::ExpiredSignature);
        }
    }
}

#[tokio::test]
async fn the_oauth2_crate_reads_why_it_is_refused() {
    let (server, http) = (Server::start(), Http::new());
    let made = &server.made;
    let metadata = discover(&server, &http).await;
    for auth_type in AUTH_TYPES {
        for scope in [["DLAT"].as_slice(), &["orders:read"], &["DLAT", "access", "Webhooks", "orders:read"]] {
            let answer = ask(made, &made.client_secret, &metadata, &auth_type, scope, &http).await;
            assert_eq!(refusal(answer), BasicErrorResponseType::InvalidScope);
        }
        let answer = ask(made, "pgs_guessed", &metadata, &auth_type, &SCOPE, &http).await;
        assert_eq!(refusal(answer), BasicErrorResponseType::InvalidClient);
    }
}

#[test]
fn authlib_pyjwt_joserfc_and_the_openapi_validator_are_content() {
    let python = match std::env::var_os("PASSGATE_TEST_PYTHON") {
        Some(python) => PathBuf::from(python),
        None => in_crate("target/clients/python/bin/python"),
    };
    assert_content(Command::new(&python).arg(in_crate("tests/clients/python/client.py")), "Python");
}

#[test]
fn openid_client_oauth4webapi_and_jose_are_content() {
    let directory = in_crate("target/clients/node");
    assert!(directory.join("node_modules").is_dir(), "the JavaScript libraries are missing; run ./check");
    // A module is looked for beside the script that imports it.
    std::fs::copy(in_crate("tests/clients/node/client.mjs"), directory.join("client.mjs")).unwrap();
    assert_content(Command::new("node").arg("client.mjs").current_dir(directory), "Node.js");
}

#[test]
fn oauth4webapi_is_content_with_tokens_that_are_bound_to_a_key() {
    let directory = in_crate("target/clients/node");
    std::fs::copy(in_crate("tests/clients/node/dpop.mjs"), directory.join("dpop.mjs")).unwrap();
    assert_content(Command::new("node").arg("dpop.mjs").current_dir(directory), "Node.js");
}

#[test]
fn the_client_of_the_how_to_on_dpop_runs_as_it_stands_there() {
    let how_to = std::fs::read_to_string(in_crate("docs/how-to/bind-tokens-with-dpop.md")).unwrap();
    let code = how_to.split("```js\n").nth(1).and_then(|rest| rest.split("```").next()).expect("it has a client");
    let directory = in_crate("target/clients/node");
    std::fs::write(directory.join("how_to_dpop.mjs"), code).unwrap();
    let server = Server::start();
    let mut node = Command::new("node");
    node.arg("how_to_dpop.mjs").current_dir(directory).env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
    node.env("PASSGATE_URL", &server.made.base_url);
    node.env("CLIENT_ID", &server.made.client_id).env("CLIENT_SECRET", &server.made.client_secret);
    let output = node.output().unwrap_or_else(|error| panic!("Node.js cannot be run ({error}); run ./check"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(said, "dpop\ndemo\n", "{}", String::from_utf8_lossy(&output.stderr));
}

fn in_crate(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs a script against a server of its own; the script reads what quickstart printed.
fn assert_content(script: &mut Command, interpreter: &str) {
    let server = Server::start();
    let spawned = script
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = spawned.unwrap_or_else(|error| panic!("{interpreter} cannot be run ({error}); run ./check"));
    // A script that has already given up says why when it is waited for.
    let _ = child.stdin.take().expect("its input is piped").write_all(server.line.as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let said = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&said));
}
