//! A migration killed half-way: the next start ends what was begun, with every row as it was.

use std::fs;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::migrate::Migrator;
use tokio::time::{Instant, sleep};

use super::figures::{below, head, record, row, tries};
use super::node::{Installation, free_port};
use super::postgres::Postgres;

/// Rows that an installation of the first version may have had, enough for a migration to take its time.
const ROWS: [&str; 4] = [
    "INSERT INTO entities (id, identifier, name, description, status, settings, scopes, parameters, version, created_at, updated_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT 'pge_' || i, 'entity-' || i, 'Entity ' || i, '', 'active', '{}', '[\"DLAT access Webhooks\"]', '[]', 1, i, i FROM n",
    "INSERT INTO credentials (client_id, entity_id, name, version, created_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT 'pgc_' || i, 'pge_' || (1 + i % 500), 'Default', 1, i FROM n",
    "INSERT INTO secrets (id, client_id, mac, hint, sealed, created_at, stops_at) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT 'pgk_' || i, 'pgc_' || (1 + i % 5000), 'mac', 'pgs_abcd', NULL, i, CASE WHEN i % 2 = 0 THEN 1 END FROM n",
    "INSERT INTO events (seq, at, actor, action, entity_id, subject, detail) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) SELECT i, i, 'cli', 'entity.updated', 'pge_' || (1 + i % 500), 'pge_' || (1 + i % 500), '{}' FROM n",
];

const COUNT: &str = "SELECT (SELECT COUNT(*) FROM entities) + (SELECT COUNT(*) FROM credentials) + (SELECT COUNT(*) FROM secrets) + (SELECT COUNT(*) FROM events WHERE action = 'entity.updated')";
const ALL_ROWS: i64 = 500 + 5000 + 10_000 + 10_000;
const APPLIED: &str = "SELECT COUNT(*) FROM _sqlx_migrations WHERE success";

async fn migrator() -> Migrator {
    Migrator::new(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations")).await.unwrap()
}

/// How many migrations there are.
async fn newest() -> i64 {
    migrator().await.iter().map(|migration| migration.version).max().unwrap()
}

/// What is counted over the kills of one database.
#[derive(Default)]
struct Tally {
    kills: u32,
    between: u32,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_of_sqlite_that_is_killed_half_way_is_ended_by_the_next_start() {
    let mut tally = Tally::default();
    for kill in 0..tries(3, 200) {
        let old = 1 + i64::from(kill) % (newest().await - 1);
        let installation = Installation::new(None);
        fs::create_dir(installation.data()).unwrap();
        let file = installation.data().join("passgate.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let options = options.journal_mode(sqlx::sqlite::SqliteJournalMode::Wal);
        let mut connection = options.connect().await.unwrap();
        migrator().await.run_to(old, &mut connection).await.unwrap();
        for rows in ROWS {
            sqlx::query(rows).execute(&mut connection).await.unwrap();
        }
        sqlx::query("UPDATE event_head SET seq = 10000").execute(&mut connection).await.unwrap();
        sqlx::Connection::close(connection).await.unwrap();
        migrate(&installation, old, &mut tally, "SELECT COUNT(*) FROM sqlite_master").await;
    }
    told("50-migration-sqlite", "A migration of SQLite killed half-way", &tally);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_of_postgresql_that_is_killed_half_way_is_ended_by_the_next_start() {
    let postgres = Postgres::start().await;
    let mut tally = Tally::default();
    for kill in 0..tries(2, 100) {
        let old = 1 + i64::from(kill) % (newest().await - 1);
        let admin: sqlx::postgres::PgConnectOptions = postgres.url().parse().unwrap();
        let name = format!("old_{kill}");
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::raw_sql(create).execute(&mut admin.connect().await.unwrap()).await.unwrap();
        let installation = Installation::new(Some(postgres.url().replacen("/postgres?", &format!("/{name}?"), 1)));
        let mut connection = admin.database(&name).connect().await.unwrap();
        migrator().await.run_to(old, &mut connection).await.unwrap();
        for rows in ROWS {
            sqlx::query(rows).execute(&mut connection).await.unwrap();
        }
        sqlx::query("UPDATE event_head SET seq = 10000").execute(&mut connection).await.unwrap();
        let schema = "SELECT (SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = 'public') + (SELECT COUNT(*) FROM pg_indexes WHERE schemaname = 'public')";
        migrate(&installation, old, &mut tally, schema).await;
    }
    told("51-migration-postgresql", "A migration of PostgreSQL killed half-way", &tally);
}

/// Kills a start on an old schema, and starts again.
async fn migrate(installation: &Installation, old: i64, tally: &mut Tally, schema: &'static str) {
    let port = free_port();
    let begun = Instant::now();
    let mut node = installation.start(port);
    // A start has migrated after some 30 to 300 ms; most kills shall come before.
    sleep(Duration::from_millis(below(300))).await;
    while begun.elapsed() < Duration::from_secs(5) && below(4) == 0 {
        sleep(Duration::from_millis(20)).await;
    }
    node.kill();
    tally.kills += 1;
    let applied = installation.number(APPLIED).await;
    tally.between += u32::from(old < applied && applied < newest().await);
    let node = installation.serve(port).await;
    assert_eq!(installation.number(APPLIED).await, newest().await);
    assert_eq!(installation.number(COUNT).await, ALL_ROWS, "every row is still there");
    node.stop().await;
    let fresh = match &installation.database_url {
        None => {
            let fresh = Installation::new(None);
            fresh.serve(port).await.stop().await;
            fresh.number(schema).await
        }
        Some(_) => return,
    };
    assert_eq!(installation.number(schema).await, fresh, "the schema is that of a new installation");
    installation.verify_audit();
}

fn told(part: &str, heading: &str, tally: &Tally) {
    let mut lines = head([
        "kills",
        "of these with some migrations made and others not",
        "starts that failed afterwards",
        "rows lost",
    ]);
    lines.push(row([&tally.kills.to_string(), &tally.between.to_string(), "0", "0"]));
    record(part, heading, &lines);
}
