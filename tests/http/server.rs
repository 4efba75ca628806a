//! A real server on a real port with a real database, in one line: SQLite, or a database of its own in the PostgreSQL
//! that `TEST_POSTGRES_URL` names. Its clock stands until a test moves it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use passgate::app::App;
use passgate::app::clock::Clock;
use passgate::config::{Config, Sources};
use passgate::domain::entity::Change;
use passgate::domain::event::Actor;
use passgate::domain::rotation::Term;
use passgate::domain::time::Timestamp;
use passgate::http;
use passgate::http::front::Front;
use passgate::http::tls::Tls;
use passgate::store::Store;
use passgate::store::db::Location;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OnceCell, watch};

/// When every test begins: far enough ahead that stock libraries, which read the real clock, find tokens current.
pub const NOW: i64 = 4_000_000_000_000;

/// What several servers of one installation share.
#[derive(Clone)]
pub struct Place {
    directory: Arc<tempfile::TempDir>,
    database_url: Option<String>,
}

impl Place {
    pub async fn new() -> Self {
        let directory = Arc::new(tempfile::tempdir().unwrap());
        let database_url = match std::env::var("TEST_POSTGRES_URL") {
            Ok(url) => Some(own_database(&url).await),
            Err(_) => {
                std::fs::create_dir(directory.path().join("data")).unwrap();
                std::fs::write(directory.path().join("data/passgate.db"), migrated_file().await).unwrap();
                None
            }
        };
        Self { directory, database_url }
    }

    /// Runs SQL beside the server.
    pub async fn sql(&self, text: &'static str) {
        match &self.database_url {
            Some(url) => {
                let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
                sqlx::raw_sql(text).execute(&mut options.connect().await.unwrap()).await.unwrap();
            }
            None => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.path().join("data/passgate.db"));
                sqlx::raw_sql(text).execute(&mut options.connect().await.unwrap()).await.unwrap();
            }
        }
    }

    /// The number that a query gives.
    pub async fn number(&self, text: &'static str) -> i64 {
        match &self.database_url {
            Some(url) => {
                let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
                sqlx::query_scalar(text).fetch_one(&mut options.connect().await.unwrap()).await.unwrap()
            }
            None => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.path().join("data/passgate.db"));
                sqlx::query_scalar(text).fetch_one(&mut options.connect().await.unwrap()).await.unwrap()
            }
        }
    }

    /// Waits until a query gives true.
    async fn until(&self, text: &'static str) {
        match &self.database_url {
            Some(url) => {
                let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
                let mut connection = options.connect().await.unwrap();
                while !sqlx::query_scalar::<_, bool>(text).fetch_one(&mut connection).await.unwrap() {
                    tokio::task::yield_now().await;
                }
            }
            None => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.path().join("data/passgate.db"));
                let mut connection = options.connect().await.unwrap();
                while !sqlx::query_scalar::<_, bool>(text).fetch_one(&mut connection).await.unwrap() {
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    pub fn database_url(&self) -> Option<&str> {
        self.database_url.as_deref()
    }

    pub fn path(&self) -> &std::path::Path {
        self.directory.path()
    }

    pub fn config(&self, settings: &[(&'static str, &str)]) -> Config {
        let file = self.path().join("empty.toml");
        std::fs::write(&file, "").unwrap();
        let mut flags = vec![
            ("listen", "127.0.0.1:0".to_owned()),
            ("data_dir", self.path().join("data").display().to_string()),
            ("database_connections", "2".to_owned()),
        ];
        flags.extend(self.database_url.clone().map(|url| ("database_url", url)));
        flags.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
        Config::load(&Sources { file: Some(file), flags }).unwrap()
    }
}

/// A copy of a database that is migrated once: to migrate takes longer than most tests do.
async fn own_database(url: &str) -> String {
    static MIGRATED: OnceCell<String> = OnceCell::const_new();
    let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
    let mut connection = options.connect().await.unwrap();
    let mut create = async |template: &str| {
        let random = passgate::app::clock::random::<8>().unwrap();
        let name = format!("test_{}", random.map(|byte| format!("{byte:02x}")).concat());
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE {template}"));
        sqlx::raw_sql(create).execute(&mut connection).await.unwrap();
        name
    };
    let url_of = |name: &str| url.replacen("/postgres?", &format!("/{name}?"), 1);
    let make = async || {
        let name = create("template1").await;
        Store::open(&Location::Postgres(url_of(&name)), 1).await.unwrap().close().await;
        name
    };
    let migrated = MIGRATED.get_or_init(make).await;
    url_of(&create(migrated).await)
}

/// The same for SQLite.
async fn migrated_file() -> &'static [u8] {
    static MIGRATED: OnceCell<Vec<u8>> = OnceCell::const_new();
    let make = async || {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("passgate.db");
        Store::open(&Location::Sqlite(path.clone()), 1).await.unwrap().close().await;
        std::fs::read(path).unwrap()
    };
    MIGRATED.get_or_init(make).await
}

pub struct Server {
    pub app: Arc<App>,
    pub address: SocketAddr,
    pub operator_token: String,
    pub place: Place,
    pub http: reqwest::Client,
    /// How it is spoken to: `http`, unless a test has given it a certificate.
    pub scheme: &'static str,
    stop: watch::Sender<bool>,
}

/// An entity with one credential.
pub struct Customer {
    pub entity: String,
    pub client_id: String,
    pub secret: String,
}

impl Server {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(settings: &[(&'static str, &str)]) -> Self {
        Self::start_in(&Place::new().await, settings).await
    }

    /// Another server of the same installation, or the same one again.
    pub async fn start_in(place: &Place, settings: &[(&'static str, &str)]) -> Self {
        let config = place.config(settings);
        let listener = TcpListener::bind(config.listen).await.unwrap();
        let address = listener.local_addr().unwrap();
        let clock = Clock::set(Timestamp::from_millis(NOW));
        let asks = config.tls_client_certificates == passgate::config::ClientCertificates::Ask;
        let tls = config
            .tls_certificate_file
            .as_ref()
            .zip(config.tls_key_file.as_ref())
            .map(|(certificate, key)| Tls::load(certificate, key, asks).unwrap());
        let app = App::open(config, clock, address).await.unwrap();
        let (stop, stopped) = watch::channel(false);
        passgate::jobs::start(&app, tls.clone(), &stopped);
        // Each job of the installation has had its first turn before a test moves the clock.
        let turns = place.until("SELECT COUNT(*) >= 3 FROM leases");
        tokio::time::timeout(Duration::from_secs(20), turns).await.expect("the jobs do not begin");
        tokio::spawn(http::serve::serve(listener, Front::main(&app), tls, stopped));
        let (_, token) =
            app.create_operator_token(&Actor::Cli, "tests", Duration::from_secs(3600 * 24 * 366)).await.unwrap();
        let http =
            reqwest::Client::builder().timeout(Duration::from_secs(60)).redirect(reqwest::redirect::Policy::none());
        Self {
            app,
            address,
            operator_token: token.expose().to_owned(),
            place: place.clone(),
            http: http.build().unwrap(),
            scheme: "http",
            stop,
        }
    }

    pub async fn customer(&self) -> Customer {
        self.customer_named("northwind").await
    }

    pub async fn customer_named(&self, identifier: &str) -> Customer {
        let change =
            Change { identifier: Some(identifier.to_owned()), name: Some(identifier.to_owned()), ..Change::default() };
        let entity = self.app.create_entity(&Actor::Cli, change).await.unwrap();
        let generated =
            self.app.generate_credential(&Actor::Cli, Some(&entity), "Default", None, Term::default()).await.unwrap();
        Customer {
            entity: identifier.to_owned(),
            client_id: generated.credential.client_id.to_string(),
            secret: generated.secret.expose().to_owned(),
        }
    }

    /// The credential of a platform API.
    pub async fn api(&self) -> Customer {
        let generated =
            self.app.generate_credential(&Actor::Cli, None, "Orders API", None, Term::default()).await.unwrap();
        Customer {
            entity: String::new(),
            client_id: generated.credential.client_id.to_string(),
            secret: generated.secret.expose().to_owned(),
        }
    }

    pub fn advance(&self, seconds: u64) {
        self.app.clock.advance(Duration::from_secs(seconds));
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}://{}{path}", self.scheme, self.address))
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.request(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.request(Method::POST, path)
    }

    pub async fn ask(&self, body: Value) -> Answer {
        Answer::of(self.post("/api/v1/access-token").json(&body).send().await.unwrap()).await
    }

    pub async fn token(&self, customer: &Customer) -> String {
        let answer = self.ask(customer.body()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn whoami(&self, token: &str) -> Answer {
        Answer::of(self.get("/api/v1/whoami").bearer_auth(token).send().await.unwrap()).await
    }

    pub async fn oauth(&self, endpoint: &str, customer: &Customer, form: &[(&str, &str)]) -> Answer {
        let request = self.post(&format!("/oauth/{endpoint}")).basic_auth(&customer.client_id, Some(&customer.secret));
        Answer::of(request.form(form).send().await.unwrap()).await
    }

    pub async fn admin(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.request(method, &format!("/admin/v1{path}")).bearer_auth(&self.operator_token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    pub async fn define(&self, customer: &Customer, definition: Value) {
        let path = format!("/entities/{}/parameters/{}", customer.entity, definition["name"].as_str().unwrap());
        let answer = self.admin(Method::PUT, &path, Some(definition)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    pub async fn change(&self, customer: &Customer, change: Value) {
        let answer = self.admin(Method::PATCH, &format!("/entities/{}", customer.entity), Some(change)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// Sends bytes as they are and reads what comes back until the server closes.
    pub async fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        let _ =
            tokio::time::timeout(Duration::from_secs(40), read).await.expect("the server neither answers nor closes");
        String::from_utf8_lossy(&answer).into_owned()
    }

    pub fn stop(&self) {
        let _ = self.stop.send(true);
    }
}

impl Customer {
    pub fn body(&self) -> Value {
        json!({"client_id": self.client_id, "client_secret": self.secret})
    }

    pub fn body_with(&self, more: Value) -> Value {
        let mut body = self.body();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    }
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
    pub body: Value,
}

impl Answer {
    pub async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status, headers, text, body }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn code(&self) -> &str {
        self.body["code"].as_str().or(self.body["error"].as_str()).unwrap_or_default()
    }

    /// The fields at fault and their codes, in the order of the answer.
    pub fn faults(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.body["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| (text(&error["field"]), text(&error["code"])))
            .collect()
    }

    /// What every problem has (CONTRACT.md §2), whatever went wrong.
    pub fn assert_problem(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("cache-control"), "no-store");
        assert_eq!(self.body["status"], status);
        assert_eq!(self.body["request_id"], self.header("x-request-id"));
        assert!(self.body["type"].as_str().unwrap().ends_with(&format!("/problems/{}", code.replace('_', "-"))));
        assert!(!self.body["title"].as_str().unwrap().is_empty());
        assert!(!self.body["detail"].as_str().unwrap().is_empty());
        assert!(self.body["errors"].is_array());
        assert_eq!(self.status == 401, self.headers.contains_key("www-authenticate"));
        assert_eq!(matches!(self.status, 429 | 503), self.headers.contains_key("retry-after"));
        assert_eq!(self.status == 405, self.headers.contains_key("allow"));
    }
}
