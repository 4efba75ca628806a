//! An installation and the `passgate` processes on it: served, asked, killed.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use sqlx::ConnectOptions as _;
use tokio::time::{Instant, sleep, timeout};

/// A start that takes longer has failed.
const LONGEST_START: Duration = Duration::from_secs(20);

/// A directory with its settings, and where its database is.
pub struct Installation {
    _disk: Option<Disk>,
    directory: tempfile::TempDir,
    /// `postgres://…`, or nothing for SQLite.
    pub database_url: Option<String>,
    settings: Vec<(String, String)>,
}

/// A small file system in memory, which only root can make; gone with the value.
pub struct Disk(PathBuf);

impl Disk {
    pub fn mount(path: &Path, size: &str) -> Self {
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(path).status();
        assert!(mounted.unwrap().success(), "only root can make a small disk: run the whole as root");
        Self(path.to_owned())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// A server process.
pub struct Node {
    child: Child,
    pub door: Door,
}

/// Where a server is spoken to.
#[derive(Clone)]
pub struct Door {
    url: String,
    http: reqwest::Client,
}

/// An answer that was received in full.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub retry_after: bool,
    /// Whether it says how much is left of a quota.
    pub has_quota: bool,
    pub body: Value,
}

impl Installation {
    pub fn new(database_url: Option<String>) -> Self {
        let installation =
            Self { _disk: None, directory: tempfile::tempdir().unwrap(), database_url, settings: Vec::new() };
        // Tries after a fault ask for what must be refused more often than guessers may.
        let installation = installation.with("throttle_burst", "1000").with("throttle_refill_seconds", "1");
        installation.with("log_level", "warn").with("database_connections", "8")
    }

    #[must_use]
    pub fn with(mut self, setting: &str, value: &str) -> Self {
        self.settings.push((format!("PASSGATE_{}", setting.to_ascii_uppercase()), value.to_owned()));
        self
    }

    /// The same on a file system of its own.
    #[must_use]
    pub fn on_small_disk(self, size: &str) -> Self {
        Self { _disk: Some(Disk::mount(self.path(), size)), ..self }
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    /// The binary with these arguments, ended with the thread that starts it.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("setpriv");
        // Where files may not grow, writing shall fail, as it does on a full disk, and not end the process.
        command.args(["--pdeathsig", "KILL", "sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\""]);
        command.arg(env!("CARGO_BIN_EXE_passgate")).args(arguments);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PASSGATE_")) {
            command.env_remove(name);
        }
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.env("PASSGATE_DATA_DIR", self.data());
        command.envs(self.database_url.iter().map(|url| ("PASSGATE_DATABASE_URL", url)));
        command.current_dir(self.path()).stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).output().unwrap()
    }

    /// What a command that must succeed prints.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub fn operator_token(&self) -> String {
        self.json(&["operator", "token"])["operator_token"].as_str().unwrap().to_owned()
    }

    /// Starts a server, without waiting for it.
    pub fn start(&self, port: u16) -> Node {
        let log = std::fs::File::options().create(true).append(true).open(self.path().join("log")).unwrap();
        let address = format!("127.0.0.1:{port}");
        let command = &mut self.command(&["serve", "--listen", &address, "--public-url", "http://passgate.test"]);
        Node::spawn(command.stderr(log), port)
    }

    /// Starts a server and waits until it is ready.
    pub async fn serve(&self, port: u16) -> Node {
        let mut node = self.start(port);
        self.ready(&mut node).await;
        node
    }

    /// How long it takes from now on until the server is ready.
    pub async fn ready(&self, node: &mut Node) -> Duration {
        let begun = Instant::now();
        while !node.door.get("/readyz").send().await.is_ok_and(|answer| answer.status() == 200) {
            let ended = node.child.try_wait().unwrap();
            assert!(ended.is_none() && begun.elapsed() < LONGEST_START, "it does not start: {}", self.log());
            sleep(Duration::from_millis(2)).await;
        }
        begun.elapsed()
    }

    /// The end of what the servers have logged.
    pub fn log(&self) -> String {
        let log = std::fs::read_to_string(self.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// The number that a query gives, asked beside the servers.
    pub async fn number(&self, text: &'static str) -> i64 {
        match &self.database_url {
            Some(url) => {
                let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
                sqlx::query_scalar(text).fetch_one(&mut options.connect().await.unwrap()).await.unwrap()
            }
            None => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.data().join("passgate.db"));
                let mut connection = options.busy_timeout(Duration::from_secs(20)).connect().await.unwrap();
                sqlx::query_scalar(text).fetch_one(&mut connection).await.unwrap()
            }
        }
    }

    /// The audit chain, verified by the command for it.
    pub fn verify_audit(&self) {
        let verified = self.run(&["audit", "verify"]);
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
    }
}

impl Node {
    pub fn spawn(command: &mut Command, port: u16) -> Self {
        let http = reqwest::Client::builder().timeout(Duration::from_secs(40)).build().unwrap();
        Self { child: command.spawn().unwrap(), door: Door { url: format!("http://127.0.0.1:{port}"), http } }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// As a service manager stops it.
    pub async fn stop(mut self) {
        signal("TERM", self.pid());
        let ended = async {
            while self.child.try_wait().unwrap().is_none() {
                sleep(Duration::from_millis(5)).await;
            }
        };
        timeout(Duration::from_secs(40), ended).await.expect("it stops");
    }
}

impl Door {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The answer, if there is a whole one.
pub async fn answer(request: RequestBuilder) -> Option<Answer> {
    let response = request.send().await.ok()?;
    let (status, headers) = (response.status().as_u16(), response.headers());
    let (retry_after, has_quota) = (headers.contains_key("retry-after"), headers.contains_key("ratelimit"));
    let text = response.text().await.ok()?;
    Some(Answer { status, retry_after, has_quota, body: serde_json::from_str(&text).unwrap_or(Value::Null) })
}

pub fn signal(name: &str, pid: u32) {
    let _ = Command::new("kill").args(["-s", name, &pid.to_string()]).stderr(Stdio::null()).status();
}

/// A port that nobody listens on, and from which no connection goes out by itself.
pub fn free_port() -> u16 {
    loop {
        let port = 20_000 + u16::try_from(super::figures::below(12_000)).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
