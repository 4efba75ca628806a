//! A million credentials in a hundred thousand entities, and years of what was gathered about them: how it starts, issues,
//! lists and purges. `cargo test` makes a thousandth of it.

use std::time::Duration;

use passgate::app::App;
use passgate::app::clock::{Clock, random, random_secret};
use passgate::config::{Config, Sources};
use passgate::domain::chain::{Anchor, Row, Sealed};
use passgate::domain::event::Action;
use passgate::domain::id::{ClientId, EntityId, SecretId};
use passgate::domain::secret::{PlainSecret, SecretMac, lookup};
use reqwest::Method;
use serde_json::json;
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use tokio::time::{Instant, sleep};

use super::figures::{Times, below, head, is_whole, millis, record, row, tries};
use super::node::{Door, Installation, answer, free_port};
use super::postgres::Postgres;

/// Credentials of each entity.
const EACH: usize = 10;
/// Rows written at once.
const BATCH: usize = 500;
/// Of these clients the secrets are known to the test.
const SAMPLE: u32 = 2_000;
/// What people wait for gladly.
const INTERACTIVE: Duration = Duration::from_secs(1);

struct Client {
    client_id: ClientId,
    secret: PlainSecret,
}

enum Connection {
    Sqlite(sqlx::SqliteConnection),
    Postgres(sqlx::PgConnection),
}

impl Connection {
    async fn open(installation: &Installation) -> Self {
        match &installation.database_url {
            Some(url) => {
                let options: sqlx::postgres::PgConnectOptions = url.parse().unwrap();
                Self::Postgres(options.connect().await.unwrap())
            }
            None => {
                let file = installation.data().join("passgate.db");
                Self::Sqlite(sqlx::sqlite::SqliteConnectOptions::new().filename(file).connect().await.unwrap())
            }
        }
    }

    async fn run(&mut self, text: String) {
        let query = sqlx::raw_sql(AssertSqlSafe(text));
        match self {
            Self::Sqlite(connection) => query.execute(connection).await.map(|_| ()),
            Self::Postgres(connection) => query.execute(connection).await.map(|_| ()),
        }
        .unwrap();
    }
}

/// The keys of the installation, to make secrets that are right.
async fn keys(installation: &Installation) -> std::sync::Arc<App> {
    let file = installation.path().join("empty.toml");
    std::fs::write(&file, "").unwrap();
    let mut flags = vec![("data_dir", installation.data().display().to_string())];
    flags.extend(installation.database_url.clone().map(|url| ("database_url", url)));
    let config = Config::load(&Sources { file: Some(file), flags }).unwrap();
    App::open_existing(config, Clock::system(), "127.0.0.1:1".parse().unwrap()).await.unwrap()
}

/// As a row has it.
fn text(mac: &SecretMac) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(mac.as_bytes())
}

/// So many entities with their credentials beside the one that is called `template`; gives some of them.
async fn grow(installation: &Installation, entities: usize) -> Vec<Client> {
    let app = keys(installation).await;
    let mut connection = Connection::open(installation).await;
    connection.run("BEGIN".to_owned()).await;
    let mut sample = Vec::new();
    let every = (entities * EACH).div_ceil(tries(100, SAMPLE) as usize);
    for first in (0..entities).step_by(BATCH) {
        let (mut rows, mut credentials, mut secrets) = (Vec::new(), Vec::new(), Vec::new());
        for number in first..(first + BATCH).min(entities) {
            let id = EntityId::from_random(random().unwrap());
            rows.push(format!("('{id}', 'customer-{number}', 'Customer {number} Ltd')"));
            for each in 0..EACH {
                let client = Client {
                    client_id: ClientId::from_random(random().unwrap()),
                    secret: PlainSecret::client(&random_secret().unwrap()),
                };
                let (client_id, plain) = (&client.client_id, client.secret.expose());
                let secret_id = SecretId::from_random(random().unwrap());
                let mac = text(&app.vault.secrets.mac(client_id.as_str(), plain));
                let lookup = text(&lookup(&app.vault.lookups, plain));
                credentials.push(format!("('{client_id}', '{id}', 'System {each}', 1, 1)"));
                secrets.push(format!(
                    "('{}', '{client_id}', '{mac}', '{}', 1, 'growth', '{lookup}')",
                    secret_id.as_str(),
                    client.secret.hint()
                ));
                if (number * EACH + each).is_multiple_of(every) {
                    sample.push(client);
                }
            }
        }
        connection.run(format!("INSERT INTO entities (id, identifier, name, description, status, settings, scopes, parameters, version, created_at, updated_at) SELECT new.column1, new.column2, new.column3, '', 'active', settings, scopes, parameters, 1, 1, 1 FROM (VALUES {}) AS new, entities WHERE identifier = 'template'", rows.join(", "))).await;
        for credentials in credentials.chunks(BATCH) {
            connection
                .run(format!(
                    "INSERT INTO credentials (client_id, entity_id, name, version, created_at) VALUES {}",
                    credentials.join(", ")
                ))
                .await;
        }
        for secrets in secrets.chunks(BATCH) {
            connection
                .run(format!(
                    "INSERT INTO secrets (id, client_id, mac, hint, created_at, made_by, lookup) VALUES {}",
                    secrets.join(", ")
                ))
                .await;
        }
    }
    connection.run("COMMIT".to_owned()).await;
    connection.run("ANALYZE".to_owned()).await;
    app.store.close().await;
    sample
}

/// Token requests, counts of them and revoked tokens from long ago.
async fn grow_old(installation: &Installation, rows: usize) {
    let mut connection = Connection::open(installation).await;
    let numbers =
        format!("WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows})");
    for insert in [
        "INSERT INTO token_requests (id, at, entity_id, client_id, door, request_id, status, code, reason, secret_hint, address, micros) SELECT n, 1, 'pge_old', 'pgc_old', 'oauth', 'req_old', 200, '', '', '', '203.0.113.1', 100 FROM numbers",
        "INSERT INTO token_request_counts (entity_id, hour, status, code, count) SELECT 'pge_old', n, 200, '', 1 FROM numbers",
        "INSERT INTO revoked_tokens (jti, revoked_at, expires_at) SELECT 'old-' || n, 1, 1 FROM numbers",
    ] {
        connection.run(format!("{numbers} {insert}")).await;
    }
}

/// Events from long ago, before those that are there: the whole log is chained anew.
async fn grow_old_events(installation: &Installation, rows: i64) {
    let app = keys(installation).await;
    let young = app.store.news_after(0, i64::MAX).await.unwrap().events;
    app.store.close().await;
    let old = (1..=rows).map(|seq| Row {
        seq,
        at: 1,
        actor: "client:pgc_old".to_owned(),
        address: Some("203.0.113.1".to_owned()),
        action: Action::TokenRevoked.as_str().to_owned(),
        entity_id: Some("pge_old".to_owned()),
        subject: format!("old-{seq}"),
        detail: "{}".to_owned(),
        chained_at: None,
    });
    let young = young.into_iter().map(|event| Row {
        seq: event.seq + rows,
        at: event.at.millis(),
        actor: event.actor,
        address: event.address,
        action: event.action,
        entity_id: event.entity_id,
        subject: event.subject,
        detail: event.detail.to_string(),
        chained_at: None,
    });
    let mut log = old.chain(young).peekable();
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let optional = |text: Option<&str>| text.map_or_else(|| "NULL".to_owned(), quoted);
    let key = &app.vault.audit;
    let mut end = Anchor::beginning();
    let mut connection = Connection::open(installation).await;
    connection.run("BEGIN; DELETE FROM events".to_owned()).await;
    while log.peek().is_some() {
        let mut values = Vec::new();
        for row in log.by_ref().take(BATCH) {
            let link = key.link(&end.hash, &row);
            values.push(format!(
                "({}, {}, {}, {}, {}, {}, {}, {}, '{}', '{}')",
                row.seq,
                row.at,
                quoted(&row.actor),
                optional(row.address.as_deref()),
                quoted(&row.action),
                optional(row.entity_id.as_deref()),
                quoted(&row.subject),
                quoted(&row.detail),
                link.previous,
                link.hash
            ));
            end = Anchor { seq: row.seq, hash: link.hash };
        }
        connection.run(format!("INSERT INTO events (seq, at, actor, address, action, entity_id, subject, detail, previous_hash, hash) VALUES {}", values.join(", "))).await;
    }
    let (seq, seal) = (end.seq, key.seal(Sealed::Head, &end));
    let hash = end.hash;
    connection
        .run(format!("UPDATE event_head SET seq = {seq}, chained = {seq}, hash = '{hash}', seal = '{seal}'; COMMIT"))
        .await;
    installation.verify_audit();
}

fn resident(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
}

async fn token(door: &Door, client: &Client) -> Duration {
    let body = json!({"client_id": client.client_id, "client_secret": client.secret.expose()});
    let begun = Instant::now();
    let asked = answer(door.post("/api/v1/access-token").json(&body)).await.unwrap();
    assert_eq!(asked.status, 200, "{asked:?}");
    begun.elapsed()
}

async fn timed(request: reqwest::RequestBuilder, expected: u16) -> Duration {
    let begun = Instant::now();
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    assert_eq!(status, expected, "{}", text.chars().take(500).collect::<String>());
    begun.elapsed()
}

/// An operator in a browser: its cookie.
async fn sign_in(installation: &Installation, door: &Door) -> String {
    let link = installation.json(&["operator", "setup-link"])["setup_url"].as_str().unwrap().to_owned();
    let path = format!("/setup/{}", link.rsplit('/').next().unwrap());
    let form = [("name", "Robin"), ("email", "robin@example.com"), ("password", "correct horse battery")];
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let url = door.post(&path).build().unwrap().url().clone();
    let joined = browser.post(url).header("sec-fetch-site", "same-origin").form(&form).send().await.unwrap();
    let cookie = joined.headers()["set-cookie"].to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn growth_with_sqlite() {
    let (lines, purge) = measure(Installation::new(None)).await;
    record("60-growth-sqlite", "Growth: SQLite", &lines);
    record("61-growth-sqlite-purge", "Growth: SQLite, while old rows are purged", &purge);
}

#[tokio::test]
async fn growth_with_postgresql() {
    let postgres = Postgres::start().await;
    let (lines, purge) = measure(Installation::new(Some(postgres.url()))).await;
    record("62-growth-postgresql", "Growth: PostgreSQL", &lines);
    record("63-growth-postgresql-purge", "Growth: PostgreSQL, while old rows are purged", &purge);
}

async fn measure(installation: Installation) -> (Vec<String>, Vec<String>) {
    let installation = installation.with("audit_retention_days", "400");
    let entities = tries(100, 100_000) as usize;
    let port = free_port();
    installation.serve(port).await.stop().await;
    installation.json(&["entity", "create", "template", "--name", "Template"]);
    let operator = installation.operator_token();
    let begun = Instant::now();
    let clients = grow(&installation, entities).await;
    let grown = begun.elapsed();

    let mut node = installation.start(port);
    let started = installation.ready(&mut node).await;
    let door = node.door.clone();
    let idle = resident(node.pid());
    let (mut first, mut later) = (Times::default(), Times::default());
    for client in &clients {
        first.add(token(&door, client).await);
    }
    for client in &clients {
        later.add(token(&door, client).await);
    }
    let known = (resident(node.pid()) - idle) * 1024.0 / clients.len() as f64;
    let admin = |path: &str| door.get(path).bearer_auth(&operator);
    let cookie = sign_in(&installation, &door).await;
    let page = |path: &str| door.get(path).header("cookie", &cookie);
    let someone = &clients[clients.len() / 2];
    let name = format!("Customer%20{}%20", entities / 2);
    let pages = [
        ("admin API: first 100 entities", timed(admin("/admin/v1/entities?limit=100"), 200).await),
        ("admin API: an entity", timed(admin(&format!("/admin/v1/entities/customer-{}", entities / 2)), 200).await),
        ("console: entities", timed(page("/operator/entities"), 200).await),
        ("console: entities by name", timed(page(&format!("/operator/entities?q={name}")), 200).await),
        ("console: entities, nothing found", timed(page("/operator/entities?q=nobody-is-called-so"), 200).await),
        (
            "console: entities by Client Id",
            timed(page(&format!("/operator/entities?q={}", someone.client_id)), 200).await,
        ),
        ("console: entities with secrets that end", timed(page("/operator/entities?status=ending"), 200).await),
        ("console: health", timed(page("/operator/health"), 200).await),
        ("console: audit log", timed(page("/operator/activity"), 200).await),
    ];
    let mut lines = head(["What", "Figure"]);
    lines.extend([
        row(["entities, credentials", &format!("{entities}, {}", entities * EACH)]),
        row(["written in", &format!("{:.0} s", grown.as_secs_f64())]),
        row(["start until ready", &millis(started)]),
        row(["resident memory after the start", &format!("{idle:.1} MB")]),
        row(["first token of a client, least / median / greatest", &first.spread()]),
        row(["the same, 99 in a hundred", &millis(first.percentile(99))]),
        row(["later token, least / median / greatest", &later.spread()]),
        row([
            &format!("more resident memory after tokens for {} clients, each", clients.len()),
            &format!("{known:.1} KB"),
        ]),
    ]);
    lines.extend(pages.iter().map(|(what, took)| row([what, &millis(*took)])));
    for (what, took) in pages {
        assert!(took < INTERACTIVE, "{what}: {took:?}");
    }
    node.stop().await;
    (lines, purged(&installation, port, &operator, &clients).await)
}

/// A start with old rows: the purge begins at once, and tokens and changes are asked for until it is over.
async fn purged(installation: &Installation, port: u16, operator: &str, clients: &[Client]) -> Vec<String> {
    const ROWS: &str = "SELECT CAST((SELECT COUNT(*) FROM token_requests WHERE client_id = 'pgc_old') + (SELECT COUNT(*) FROM token_request_counts WHERE entity_id = 'pge_old') + (SELECT COUNT(*) FROM revoked_tokens WHERE expires_at = 1) AS BIGINT)";
    const EVENTS: &str = "SELECT COUNT(*) FROM (SELECT 1 FROM events WHERE entity_id = 'pge_old' LIMIT 1) AS old";
    let old = tries(3_000, 1_000_000);
    grow_old(installation, old as usize).await;
    grow_old_events(installation, i64::from(old)).await;
    // Of whoever purged last, the lease has not ended yet.
    Connection::open(installation).await.run("DELETE FROM leases".to_owned()).await;
    let node = installation.serve(port).await;
    let rows = meanwhile(installation, &node.door, operator, clients, ROWS).await;
    let events = meanwhile(installation, &node.door, operator, clients, EVENTS).await;
    node.stop().await;
    installation.verify_audit();
    let mut lines = head(["What", "requests, counts, revoked tokens", "then events"]);
    let both = |what: &str, figure: &dyn Fn(&Meanwhile) -> String| row([what, &figure(&rows), &figure(&events)]);
    lines.extend([
        row(["old rows", &(old * 3).to_string(), &old.to_string()]),
        both("purged in", &|one| format!("{:.1} s", one.took.as_secs_f64())),
        both("tokens meanwhile", &|one| one.tokens.count().to_string()),
        both("a token, least / median / greatest", &|one| one.tokens.spread()),
        both("the same, 99 in a hundred", &|one| millis(one.tokens.percentile(99))),
        both("changes meanwhile", &|one| one.changes.count().to_string()),
        both("a change, least / median / greatest", &|one| one.changes.spread()),
    ]);
    lines
}

struct Meanwhile {
    took: Duration,
    tokens: Times,
    changes: Times,
}

/// Asks for tokens and makes changes until the query says that nothing is left.
async fn meanwhile(
    installation: &Installation,
    door: &Door,
    operator: &str,
    clients: &[Client],
    left: &'static str,
) -> Meanwhile {
    let (mut tokens, mut changes, begun) = (Times::default(), Times::default(), Instant::now());
    let most = if is_whole() { Duration::from_secs(600) } else { Duration::from_secs(60) };
    let mut looked_at = Instant::now();
    loop {
        tokens.add(token(door, &clients[usize::try_from(below(clients.len() as u64)).unwrap()]).await);
        if looked_at.elapsed() > Duration::from_millis(500) {
            let change = door.request(Method::PATCH, "/admin/v1/entities/template").bearer_auth(operator);
            changes.add(timed(change.json(&json!({"description": format!("{}", changes.count())})), 200).await);
            if installation.number(left).await == 0 {
                return Meanwhile { took: begun.elapsed(), tokens, changes };
            }
            looked_at = Instant::now();
        }
        assert!(begun.elapsed() < most, "the purge does not end: {}", installation.log());
        sleep(Duration::from_millis(1)).await;
    }
}
