//! The crate `passgate-verify` in an API of its own, against the binary: a revoked token is refused within two seconds,
//! and no call for each request reaches Passgate.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a test may fail by panicking, and this one measures and says what it measured"
)]

#[path = "../crates/passgate-verify/examples/axum_api.rs"]
#[expect(dead_code, reason = "the example has a main of its own")]
mod axum_api;

use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use passgate_verify::Verifier;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A process that ends with its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An installation that is served at one address, through a wire that counts who asks for what.
struct Passgate {
    directory: tempfile::TempDir,
    running: Option<Running>,
    at: SocketAddr,
    url: String,
    asked: Arc<AtomicUsize>,
    http: reqwest::Client,
    operator: String,
}

impl Passgate {
    async fn start() -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let at = free.local_addr().unwrap();
        drop(free);
        let asked = Arc::new(AtomicUsize::new(0));
        let url = counting_wire(at, asked.clone()).await;
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let directory = tempfile::tempdir().unwrap();
        let mut passgate = Self { directory, running: None, at, url, asked, http, operator: String::new() };
        passgate.serve().await;
        let made = passgate.cli(&["operator", "token", "--name", "tests"]);
        made["operator_token"].as_str().unwrap().clone_into(&mut passgate.operator);
        passgate
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passgate"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PASSGATE_")) {
            command.env_remove(name);
        }
        command
            .current_dir(self.directory.path())
            .env("PASSGATE_LISTEN", self.at.to_string())
            .env("PASSGATE_PUBLIC_URL", &self.url)
            .env("PASSGATE_LOG_LEVEL", "error")
            .stdin(Stdio::null());
        command
    }

    async fn serve(&mut self) {
        self.running = Some(Running(self.command().arg("serve").spawn().unwrap()));
        let begun = Instant::now();
        let ready = || self.http.get(format!("http://{}/readyz", self.at)).send();
        while !ready().await.is_ok_and(|answer| answer.status() == 200) {
            assert!(begun.elapsed() < Duration::from_secs(30), "it does not serve");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn kill(&mut self) {
        self.running = None;
    }

    fn cli(&self, arguments: &[&str]) -> Value {
        let output = self.command().args(arguments).arg("--json").output().unwrap();
        let (said, complained) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        serde_json::from_str(&said).unwrap_or_else(|_| panic!("{arguments:?}: {said}{complained}"))
    }

    /// Asked directly, so that it is not counted.
    async fn admin(&self, method: Method, path: &str, body: Value) -> Value {
        let request = self.http.request(method, format!("http://{}/admin/v1{path}", self.at));
        let answer = request.bearer_auth(&self.operator).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
        serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default()
    }

    async fn token(&self, credential: &Value) -> String {
        let url = format!("http://{}/api/v1/access-token", self.at);
        let body = json!({"client_id": credential["client_id"], "client_secret": credential["client_secret"]});
        let answer: Value = self.http.post(url).json(&body).send().await.unwrap().json().await.unwrap();
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    async fn revoke(&self, credential: &Value, token: &str) {
        let form = [("token", token)];
        let request = self.http.post(format!("http://{}/oauth/revoke", self.at)).form(&form);
        let (client_id, secret) = (credential["client_id"].as_str().unwrap(), credential["client_secret"].as_str());
        assert_eq!(request.basic_auth(client_id, secret).send().await.unwrap().status(), 200);
    }
}

/// Passes bytes on to `to`, and counts the requests among them.
async fn counting_wire(to: SocketAddr, asked: Arc<AtomicUsize>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let asked = asked.clone();
            tokio::spawn(async move {
                let Ok(far) = TcpStream::connect(to).await else { return };
                let ((mut from, mut back), (mut answers, mut onward)) = (near.into_split(), far.into_split());
                let there = async {
                    let mut bytes = [0; 16 * 1024];
                    while let Ok(read @ 1..) = from.read(&mut bytes).await {
                        let bytes = bytes.get(..read).unwrap();
                        asked.fetch_add(
                            bytes.windows(11).filter(|bytes| bytes == b" HTTP/1.1\r\n").count(),
                            Ordering::SeqCst,
                        );
                        if onward.write_all(bytes).await.is_err() {
                            return;
                        }
                    }
                };
                tokio::select! {
                    () = there => {}
                    _ = tokio::io::copy(&mut answers, &mut back) => {}
                }
            });
        }
    });
    url
}

/// The API of the example, guarded by the verifier.
struct Api {
    url: String,
    http: reqwest::Client,
}

impl Api {
    async fn start(verifier: &Verifier) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/me", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, axum_api::api(verifier.clone())).into_future());
        Self { url, http: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    async fn call(&self, token: &str) -> u16 {
        self.http.get(&self.url).bearer_auth(token).send().await.unwrap().status().as_u16()
    }

    /// How long it takes until the API answers this status.
    async fn until(&self, what: &str, token: &str, status: u16) -> Duration {
        let begun = Instant::now();
        while self.call(token).await != status {
            assert!(begun.elapsed() < Duration::from_secs(15), "{what}: still not {status}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        println!("{what}: {status} after {:?}", begun.elapsed());
        begun.elapsed()
    }
}

const PROMISED: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_makes_a_token_void_is_heard_within_two_seconds_and_nobody_asks_for_each_request() {
    let mut passgate = Passgate::start().await;
    passgate.admin(Method::POST, "/entities", json!({"identifier": "northwind", "name": "Northwind"})).await;
    let generate = || passgate.admin(Method::POST, "/entities/northwind/credentials", json!({"name": "Default"}));
    let (credential, mut other) = (generate().await, generate().await);
    let api = passgate.cli(&["credential", "generate", "--api", "--name", "Orders API"]);
    let verifier = Verifier::new(&passgate.url)
        .revocations(api["client_id"].as_str().unwrap(), api["client_secret"].as_str().unwrap())
        .start()
        .await
        .unwrap();
    let guarded = Api::start(&verifier).await;
    let token = passgate.token(&credential).await;
    let kept = passgate.token(&credential).await;
    assert_eq!(guarded.call(&token).await, 200);

    let before = passgate.asked.load(Ordering::SeqCst);
    for _ in 0..500 {
        assert_eq!(guarded.call(&token).await, 200);
    }
    passgate.revoke(&credential, &token).await;
    assert!(guarded.until("a revoked token", &token, 401).await < PROMISED);
    for _ in 0..500 {
        assert_eq!(guarded.call(&token).await, 401);
    }
    let asked = passgate.asked.load(Ordering::SeqCst).saturating_sub(before);
    println!("1,001 and more calls of the API made {asked} calls of Passgate");
    assert_eq!(asked, 0);
    assert_eq!(guarded.call(&kept).await, 200, "another token of the same client is good");

    passgate.admin(Method::PATCH, "/entities/northwind", json!({"status": "disabled"})).await;
    assert!(guarded.until("an entity disabled", &kept, 401).await < PROMISED);
    passgate.admin(Method::PATCH, "/entities/northwind", json!({"status": "active"})).await;
    assert!(guarded.until("an entity restored", &kept, 200).await < PROMISED);
    assert_eq!(guarded.call(&token).await, 401, "what was revoked by itself stays so");

    let path = format!("/credentials/{}/regenerate", other["client_id"].as_str().unwrap());
    let of_old = passgate.token(&other).await;
    assert_eq!(guarded.call(&of_old).await, 200);
    other = passgate.admin(Method::POST, &path, json!({"grace_seconds": 0, "void_tokens": true})).await;
    assert!(guarded.until("a key regenerated, tokens void", &of_old, 401).await < PROMISED);
    let of_new = passgate.token(&other).await;
    assert_eq!(guarded.call(&of_new).await, 200, "tokens of the new secret are good");
    let regenerated = passgate.admin(Method::POST, &path, json!({"grace_seconds": 0, "void_tokens": false})).await;
    assert_eq!(guarded.call(&of_new).await, 200, "a secret that stops leaves its tokens alone unless told otherwise");

    // While Passgate is away, tokens go on being judged by what is known; what happened meanwhile is heard afterwards.
    passgate.kill();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!((guarded.call(&kept).await, guarded.call(&token).await), (200, 401));
    passgate.cli(&["credential", "revoke", credential["client_id"].as_str().unwrap()]);
    passgate.serve().await;
    guarded.until("a credential revoked while Passgate was away", &kept, 401).await;
    assert_eq!((guarded.call(&token).await, guarded.call(&of_old).await), (401, 401), "a restart forgets nothing");
    assert_eq!(guarded.call(&of_new).await, 200);
    let fresh = passgate.token(&regenerated).await;
    assert_eq!(guarded.call(&fresh).await, 200);
    passgate.revoke(&regenerated, &fresh).await;
    assert!(guarded.until("a token revoked after the restart", &fresh, 401).await < PROMISED);

    // And a verifier that is started only now knows all of it.
    let late = Verifier::new(&passgate.url)
        .revocations(api["client_id"].as_str().unwrap(), api["client_secret"].as_str().unwrap())
        .start()
        .await
        .unwrap();
    let late = Api::start(&late).await;
    let statuses =
        [late.call(&token).await, late.call(&kept).await, late.call(&of_old).await, late.call(&of_new).await];
    assert_eq!(statuses, [401, 401, 401, 200]);
}
