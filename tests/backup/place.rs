//! Installations for these tests: the binary beside a data directory or a database of its own in a real PostgreSQL, and
//! what is in them, read without Passgate.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

/// Every row of every table, as JSON, in an order of their own.
pub type Content = BTreeMap<String, Vec<String>>;

/// The PostgreSQL that `tests/postgres` starts, for the time of this process.
struct Postgres {
    url: String,
    /// It stops when its standard input is closed.
    _child: Child,
}

fn postgres() -> &'static Postgres {
    static POSTGRES: OnceLock<Postgres> = OnceLock::new();
    POSTGRES.get_or_init(|| {
        let script =
            "quietly() { \"$@\" >/dev/null; }; . tests/postgres >&2; echo \"$postgres_url\"; read -r _ || true";
        let mut child = Command::new("bash")
            .args(["-euc", script])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        assert!(url.starts_with("postgres://"), "PostgreSQL does not start: {url}");
        Postgres { url: url.trim().to_owned(), _child: child }
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

pub const KINDS: [Kind; 2] = [Kind::Sqlite, Kind::Postgres];

/// A data directory, and a database: in it, or in PostgreSQL.
pub struct Place {
    pub directory: tempfile::TempDir,
    pub url: Option<String>,
}

impl Place {
    pub async fn new(kind: Kind) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = match kind {
            Kind::Sqlite => None,
            Kind::Postgres => Some(own_database().await),
        };
        Self { directory, url }
    }

    /// One that opens with the master key of `other`.
    pub async fn with_key_of(other: &Self, kind: Kind) -> Self {
        let place = Self::new(kind).await;
        std::fs::create_dir(place.data()).unwrap();
        std::fs::copy(other.data().join("master.key"), place.data().join("master.key")).unwrap();
        place
    }

    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// How `passgate migrate` calls it.
    pub fn name(&self) -> String {
        self.url.clone().unwrap_or_else(|| self.data().display().to_string())
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_passgate"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PASSGATE_")) {
            command.env_remove(name);
        }
        command.args(arguments).current_dir(self.directory.path()).stdin(Stdio::null()).stderr(Stdio::piped());
        command.env("PASSGATE_DATA_DIR", "data");
        if let Some(url) = &self.url {
            command.env("PASSGATE_DATABASE_URL", url);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// What a command says that must succeed.
    pub fn told(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a command says that must fail: one sentence.
    pub fn complaint(&self, arguments: &[&str]) -> String {
        complaint(&self.run(arguments))
    }

    /// Runs SQL beside Passgate.
    pub async fn sql(&self, text: &str) {
        let text = sqlx::AssertSqlSafe(text.to_owned());
        match &self.url {
            Some(url) => {
                let mut connection = postgres_connection(url).await;
                sqlx::raw_sql(text).execute(&mut connection).await.unwrap();
            }
            None => {
                let mut connection = sqlite_connection(&self.data()).await;
                sqlx::raw_sql(text).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }

    /// Everything that an installation consists of, as both databases can say it.
    pub async fn content(&self) -> Content {
        let mut content = Content::new();
        match &self.url {
            Some(url) => {
                let mut connection = postgres_connection(url).await;
                let names = "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'";
                let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut connection).await.unwrap();
                for name in names {
                    let rows = sqlx::AssertSqlSafe(format!("SELECT row_to_json(t)::text FROM \"{name}\" t"));
                    content.insert(name, sqlx::query_scalar(rows).fetch_all(&mut connection).await.unwrap());
                }
            }
            None => {
                let mut connection = sqlite_connection(&self.data()).await;
                let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
                let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut connection).await.unwrap();
                for name in names.into_iter().filter(|name| name != "_sqlx_migrations") {
                    let columns = sqlx::AssertSqlSafe(format!("SELECT name FROM pragma_table_info('{name}')"));
                    let columns = sqlx::query(columns).fetch_all(&mut connection).await.unwrap();
                    let columns: Vec<String> = columns.iter().map(|row| row.get("name")).collect();
                    let pairs: Vec<String> = columns.iter().map(|name| format!("'{name}', \"{name}\"")).collect();
                    let rows = format!("SELECT json_object({}) FROM \"{name}\"", pairs.join(", "));
                    let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(rows)).fetch_all(&mut connection).await.unwrap();
                    content.insert(name, rows);
                }
                connection.close().await.unwrap();
            }
        }
        // What is about one database, and not about what is in it.
        content.remove("_sqlx_migrations");
        content.remove("read_only");
        for rows in content.values_mut() {
            for row in rows.iter_mut() {
                let sorted: BTreeMap<String, Value> = serde_json::from_str(row).unwrap();
                *row = serde_json::to_string(&sorted).unwrap();
            }
            rows.sort();
        }
        content
    }
}

pub fn complaint(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

async fn own_database() -> String {
    let name = format!("test_{}", passgate::app::clock::random::<8>().unwrap().map(|b| format!("{b:02x}")).concat());
    let mut connection = postgres_connection(&postgres().url).await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&mut connection).await.unwrap();
    postgres().url.replacen("/postgres?", &format!("/{name}?"), 1)
}

pub async fn postgres_connection(url: &str) -> sqlx::PgConnection {
    let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
    options.connect().await.unwrap()
}

async fn sqlite_connection(data: &Path) -> sqlx::SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(data.join("passgate.db"));
    options.connect().await.unwrap()
}

/// A server that serves a demo installation.
pub struct Server {
    child: Child,
    made: Value,
    pub http: reqwest::Client,
}

impl Server {
    pub fn start(place: &Place) -> Self {
        let mut child = place
            .command(&["quickstart", "--json", "--listen", "127.0.0.1:0"])
            .stderr(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let made: Value = serde_json::from_str(&line).unwrap();
        Self { child, made, http: reqwest::Client::new() }
    }

    pub fn text(&self, name: &str) -> &str {
        self.made[name].as_str().unwrap()
    }

    /// A change, as a script of the operator makes it.
    pub async fn create_entity(&self, identifier: &str) -> reqwest::Response {
        let body = serde_json::json!({"identifier": identifier, "name": identifier});
        let request = self.http.post(format!("{}/admin/v1/entities", self.text("base_url")));
        request.bearer_auth(self.text("admin_token")).json(&body).send().await.unwrap()
    }

    pub async fn token(&self) -> String {
        let body =
            serde_json::json!({"client_id": self.text("client_id"), "client_secret": self.text("client_secret")});
        let request = self.http.post(format!("{}/api/v1/access-token", self.text("base_url"))).json(&body);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json::<Value>().await.unwrap()["access_token"].as_str().unwrap().to_owned()
    }

    /// Whether a command at `place` finds that a token of this server stands.
    pub fn stands(&self, token: &str, place: &Place) -> bool {
        let mut command = place.command(&["token", "verify", token]);
        command.env("PASSGATE_PUBLIC_URL", self.text("base_url")).output().unwrap().status.success()
    }

    pub fn stop(mut self) {
        terminate(&self.child);
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// As Ctrl-C or a service manager does it.
pub fn terminate(child: &Child) {
    let stopped = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(stopped.success());
}

/// What becomes of something that another process does in its own time.
pub async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..1500 {
        if let Some(seen) = look().await {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it does not come to pass within half a minute");
}
