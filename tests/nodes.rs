//! Three nodes behind nginx, as `examples/three-nodes/run` starts them: any of them answers anything, a change on one holds
//! on all, one after the other can be restarted without a request failing, and they run beside a newer version.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panicking")]

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, StatusCode, header};
use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// What a change may take to hold everywhere.
const EVERYWHERE: Duration = Duration::from_secs(2);
/// What anything else may take on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(40);

struct Nodes {
    script: Child,
    settings: PathBuf,
    ports: Vec<u16>,
    http: Client,
    operator_token: String,
}

/// A credential.
struct Customer {
    client_id: String,
    secret: String,
}

impl Customer {
    fn body(&self) -> Value {
        json!({"client_id": self.client_id, "client_secret": self.secret})
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.script.id().to_string()).status();
        let _ = self.script.wait();
    }
}

/// A command without the settings of whoever runs the tests.
fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PASSGATE_")) {
        command.env_remove(name);
    }
    command.current_dir(env!("CARGO_MANIFEST_DIR")).stdin(Stdio::null());
    command
}

/// A port that no other test of this process gets and that the system gives to nobody who names none.
fn free_port() -> u16 {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let first = 10_000_u16.saturating_add(u16::try_from(std::process::id() % 20_000).unwrap());
    loop {
        let port = (first..32_000).cycle().nth(NEXT.fetch_add(1, Ordering::Relaxed)).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

async fn pause() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}

impl Nodes {
    fn start() -> Self {
        let ports: Vec<u16> = (0..4).map(|_| free_port()).collect();
        let mut script = command(Path::new("examples/three-nodes/run"))
            .args(ports.iter().map(u16::to_string))
            .env("PASSGATE", env!("CARGO_BIN_EXE_passgate"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(script.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        // What else it says must find a reader.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        let settings = line.trim().strip_prefix("Settings: ").map(PathBuf::from);
        let http = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE);
        let mut nodes = Self {
            script,
            settings: settings.unwrap_or_default(),
            ports,
            http: http.build().unwrap(),
            operator_token: String::new(),
        };
        let token = nodes.passgate(&["operator", "token", "--name", "test", "--expires-in", "1d"]);
        token["operator_token"].as_str().unwrap().clone_into(&mut nodes.operator_token);
        nodes
    }

    /// The command line, as one more node that lives for one command.
    fn passgate(&self, arguments: &[&str]) -> Value {
        let mut command = command(Path::new(env!("CARGO_BIN_EXE_passgate")));
        let output = command.arg("--config").arg(&self.settings).arg("--json").args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn customer(&self, entity: &str) -> Customer {
        self.passgate(&["entity", "create", entity, "--name", entity]);
        let made = self.passgate(&["credential", "generate", entity]);
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        Customer { client_id: text("client_id"), secret: text("client_secret") }
    }

    /// nginx is 0, the nodes are 1 to 3.
    fn url(&self, node: usize, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.ports[node])
    }

    async fn ask(&self, node: usize, customer: &Customer) -> (StatusCode, Value) {
        let answer =
            self.http.post(self.url(node, "/api/v1/access-token")).json(&customer.body()).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn token(&self, node: usize, customer: &Customer) -> String {
        let (status, body) = self.ask(node, customer).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }

    async fn whoami(&self, node: usize, token: &str) -> u16 {
        let answer = self.http.get(self.url(node, "/api/v1/whoami")).bearer_auth(token).send().await.unwrap();
        answer.status().as_u16()
    }

    async fn admin(&self, node: usize, method: Method, path: &str, body: Value) -> Value {
        let request = self.http.request(method, self.url(node, &format!("/admin/v1{path}")));
        let answer = request.bearer_auth(&self.operator_token).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer.json().await.unwrap()
    }

    /// A form of a page, as nginx would pass it to this node.
    fn form(&self, node: usize, path: &str) -> RequestBuilder {
        let form = self.http.post(self.url(node, path)).header(header::ORIGIN, self.url(0, ""));
        form.header(header::HOST, format!("127.0.0.1:{}", self.ports[0]))
    }

    fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.settings.with_file_name(name)).unwrap_or_default()
    }

    fn process(&self, node: usize) -> String {
        self.file(&format!("node{node}.pid")).trim().to_owned()
    }
}

/// Waits until something holds; says how long it took.
async fn until(what: &str, longest: Duration, mut holds: impl AsyncFnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < longest, "after {longest:?}, not yet: {what}");
        pause().await;
    }
    begun.elapsed()
}

#[tokio::test]
async fn any_node_answers_anything_and_a_change_on_one_holds_on_all() {
    let nodes = Nodes::start();
    let mut customer = nodes.customer("northwind");

    // A token of one is a token of all.
    let token = nodes.token(1, &customer).await;
    for node in 0..4 {
        assert_eq!(nodes.whoami(node, &token).await, 200, "{node}");
    }
    let issuer = nodes.http.get(nodes.url(2, "/.well-known/oauth-authorization-server")).send().await.unwrap();
    let metadata: Value = issuer.json().await.unwrap();
    assert_eq!(metadata["issuer"], nodes.url(0, ""));

    // So is a session.
    let link = nodes.passgate(&["operator", "setup-link"])["setup_url"].as_str().unwrap().to_owned();
    let path = link.strip_prefix(&nodes.url(0, "")).unwrap().to_owned();
    let form = [("name", "Robin"), ("email", "robin@example.com"), ("password", "correct horse battery")];
    let joined = nodes.form(1, &path).form(&form).send().await.unwrap();
    assert_eq!(joined.status(), 303);
    let cookie = joined.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
    let page = async |node: usize| {
        let page = nodes.http.get(nodes.url(node, "/operator/entities")).header(header::COOKIE, &cookie);
        page.send().await.unwrap().status().as_u16()
    };
    for node in 0..4 {
        assert_eq!(page(node).await, 200, "{node}");
    }
    let out = nodes.form(3, "/sign-out").header(header::COOKIE, &cookie).send().await.unwrap();
    assert_eq!(out.status(), 303);
    for node in 0..4 {
        assert_eq!(page(node).await, 303, "{node}");
    }

    // A secret regenerated at the second: the new one is good everywhere at once, the old one nowhere after a moment.
    for node in 1..4 {
        nodes.token(node, &customer).await;
    }
    let path = format!("/credentials/{}/regenerate", customer.client_id);
    let made = nodes.admin(2, Method::POST, &path, json!({})).await;
    let new = made["client_secret"].as_str().unwrap().to_owned();
    let old = Customer { client_id: customer.client_id.clone(), secret: std::mem::replace(&mut customer.secret, new) };
    for node in 1..4 {
        nodes.token(node, &customer).await;
        until("the old secret is refused", EVERYWHERE, async || nodes.ask(node, &old).await.0 == 401).await;
    }

    // An entity disabled at the third, and what a key rotated at the first signs.
    nodes.admin(1, Method::POST, "/keys/rotate", json!({"force": true})).await;
    let signed = nodes.token(1, &customer).await;
    for node in 2..4 {
        until("the new key is known", EVERYWHERE, async || nodes.whoami(node, &signed).await == 200).await;
    }
    nodes.admin(3, Method::PATCH, "/entities/northwind", json!({"status": "disabled"})).await;
    for node in 1..4 {
        until("the token is refused", EVERYWHERE, async || nodes.whoami(node, &signed).await == 401).await;
        assert_eq!(nodes.ask(node, &customer).await.0, 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_one_request_fails_while_every_node_is_restarted_under_load() {
    let nodes = Arc::new(Nodes::start());
    let customer = Arc::new(nodes.customer("northwind"));
    let (issued, ends) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let load: Vec<_> = (0..8)
        .map(|_| {
            let (nodes, customer, issued, ends) = (nodes.clone(), customer.clone(), issued.clone(), ends.clone());
            tokio::spawn(async move {
                while !ends.load(Ordering::SeqCst) {
                    nodes.token(0, &customer).await;
                    issued.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();

    for node in 1..4 {
        let before = nodes.process(node);
        let mut slow = TcpStream::connect(("127.0.0.1", nodes.ports[node])).await.unwrap();
        let body = customer.body().to_string();
        let head = format!("POST /api/v1/access-token HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len());
        let (first, last) = body.split_at(20);
        slow.write_all(format!("{head}{first}").as_bytes()).await.unwrap();

        // It says at once that it wants no more, and serves whoever comes all the same.
        assert!(Command::new("kill").arg(&before).status().unwrap().success());
        until("it says that it drains", PATIENCE, async || {
            let answer = nodes.http.get(nodes.url(node, "/readyz")).send().await.unwrap();
            answer.status() == 503 && answer.json::<Value>().await.unwrap()["status"] == "draining"
        })
        .await;
        let request = nodes.http.post(nodes.url(node, "/api/v1/access-token")).json(&customer.body());
        let answer = request.send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()[header::CONNECTION].as_bytes()), (200, &b"close"[..]));
        issued.fetch_add(1, Ordering::SeqCst);

        // Then it takes no connection any more, and finishes what it has begun.
        until("it takes no connection", PATIENCE, async || {
            TcpStream::connect(("127.0.0.1", nodes.ports[node])).await.is_err()
        })
        .await;
        slow.write_all(last.as_bytes()).await.unwrap();
        let mut answer = String::new();
        slow.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        issued.fetch_add(1, Ordering::SeqCst);

        until("it is there again", PATIENCE, async || {
            let answer = nodes.http.get(nodes.url(node, "/readyz")).send().await;
            nodes.process(node) != before && answer.is_ok_and(|answer| answer.status() == 200)
        })
        .await;
        let log = nodes.file(&format!("node{node}.log"));
        assert_eq!(log.matches("ended with").count(), log.matches("ended with 0").count(), "{log}");
        assert!(log.contains("ended with 0"), "{log}");
    }
    ends.store(true, Ordering::SeqCst);
    for worker in load {
        worker.await.unwrap();
    }

    // Every use was written before its node ended, or within a second.
    let issued = issued.load(Ordering::SeqCst);
    assert!(issued > 100, "{issued}");
    let path = format!("/credentials/{}", customer.client_id);
    let mut counted = Value::Null;
    until("every token is counted", PATIENCE, async || {
        counted = nodes.admin(1, Method::GET, &path, Value::Null).await["token_count"].take();
        counted == issued
    })
    .await;
}

/// What a later version leaves in the database: a migration that this one does not know, more columns, and an event of a
/// kind that is not there yet.
const NEWER: &str = "
    DO $$ DECLARE it TEXT; BEGIN
        FOR it IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_sqlx_migrations' LOOP
            EXECUTE format('ALTER TABLE %I ADD COLUMN of_tomorrow BIGINT NOT NULL DEFAULT 1', it);
        END LOOP;
    END $$;
    INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        VALUES (9999, 'of tomorrow', TRUE, '\\x00', 0);
    UPDATE event_head SET seq = seq + 1;
    INSERT INTO events (seq, at, actor, action, subject, detail)
        SELECT seq, 0, 'system', 'tomorrow.dawned', '', '{}' FROM event_head;
";

#[tokio::test]
async fn nodes_go_on_and_start_beside_a_newer_version() {
    let nodes = Nodes::start();
    let before = nodes.customer("before");
    let settings = nodes.file("passgate.toml");
    let url = settings.lines().find_map(|line| line.strip_prefix("database_url = ")).unwrap().trim_matches('"');
    let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
    sqlx::raw_sql(NEWER).execute(&mut options.connect().await.unwrap()).await.unwrap();

    let process = nodes.process(1);
    assert!(Command::new("kill").arg(&process).status().unwrap().success());
    until("it has started anew", PATIENCE, async || {
        let answer = nodes.http.get(nodes.url(1, "/readyz")).send().await;
        nodes.process(1) != process && answer.is_ok_and(|answer| answer.status() == 200)
    })
    .await;

    let after = nodes.customer("after");
    for node in 1..4 {
        let token = nodes.token(node, &before).await;
        nodes.admin(node, Method::POST, "/tokens/revoke", json!({"token": token})).await;
        for other in 1..4 {
            until("the revocation holds", EVERYWHERE, async || nodes.whoami(other, &token).await == 401).await;
        }
        let token = nodes.token(node, &after).await;
        let path = format!("/credentials/{}/void-tokens", after.client_id);
        nodes.admin(node, Method::POST, &path, Value::Null).await;
        assert_eq!(nodes.whoami(node, &token).await, 401);
    }
    nodes.passgate(&["audit", "verify"]);
}
