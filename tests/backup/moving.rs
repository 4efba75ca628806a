//! `passgate migrate`: the old database closed, everything in the new one, and servers that go on meanwhile.

use std::process::Child;

use serde_json::Value;

use crate::place::{Kind, Place, Server, complaint, postgres_connection, terminate, until};

const DIRECTIONS: [(Kind, Kind); 2] = [(Kind::Sqlite, Kind::Postgres), (Kind::Postgres, Kind::Sqlite)];

/// A move out of PostgreSQL that stands still in the middle, because somebody holds a table that no job of the server touches.
struct Halted {
    source: Place,
    target: Place,
    server: Server,
    held: sqlx::PgConnection,
    migrate: Child,
}

async fn halted() -> Halted {
    let source = Place::new(Kind::Postgres).await;
    let server = Server::start(&source);
    let target = Place::with_key_of(&source, Kind::Sqlite).await;
    let mut held = postgres_connection(source.url.as_ref().unwrap()).await;
    sqlx::raw_sql("BEGIN; LOCK TABLE people IN ACCESS EXCLUSIVE MODE").execute(&mut held).await.unwrap();
    let migrate = source.command(&["migrate", "--to", &target.name()]).spawn().unwrap();
    waits_for(&mut held, "people").await;
    Halted { source, target, server, held, migrate }
}

async fn waits_for(connection: &mut sqlx::PgConnection, table: &'static str) {
    until(async || {
        let query = "SELECT 1::bigint FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE NOT l.granted AND c.relname = $1 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        sqlx::query_scalar::<_, i64>(query).bind(table).fetch_optional(&mut *connection).await.unwrap()
    })
    .await;
}

#[tokio::test]
async fn an_installation_moves_while_its_server_issues_tokens_and_the_old_database_is_closed() {
    for (from, to) in DIRECTIONS {
        let source = Place::new(from).await;
        let server = Server::start(&source);
        let before = server.token().await;
        let target = Place::with_key_of(&source, to).await;
        let told = source.told(&["migrate", "--to", &target.name(), "--json"]);
        let told: Value = serde_json::from_str(&told).unwrap();
        let (old, new) = (source.content().await, target.content().await);
        assert_eq!(old, new, "{from:?} to {to:?}");
        assert_eq!(told["rows"], new.values().map(Vec::len).sum::<usize>());
        let refused = server.create_entity("late").await;
        assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().unwrap()), (503, "5"));
        let problem: Value = refused.json().await.unwrap();
        assert_eq!(problem["code"], "unavailable");
        assert!(problem["detail"].as_str().unwrap().contains("is being moved to another database"), "{problem}");
        assert!(server.stands(&server.token().await, &target), "a token that the old server issued");
        assert!(server.stands(&before, &target));
        let said = source.complaint(&["entity", "create", "late", "--name", "Late"]);
        assert!(said.contains("has been moved to another one"), "{said}");
        let said = source.complaint(&["migrate", "--to", &target.name()]);
        assert!(said.contains("has been moved out of"), "{said}");
        let said = source.complaint(&["serve", "--listen", "127.0.0.1:0"]);
        assert!(said.contains("has been moved out of the database"), "{said}");
        let doctor = source.run(&["doctor", "--json"]);
        assert!(!doctor.status.success() && String::from_utf8_lossy(&doctor.stdout).contains("\"read_only\""));
        target.told(&["entity", "create", "late", "--name", "Late"]);
        assert!(target.told(&["audit", "verify"]).contains("is intact from the first event on"));
        assert_eq!(source.content().await, old, "nothing was written there any more");
        // What a node of the old database knows grows old, as if the database were away.
        let age = until(async || {
            let metrics = server.http.get(format!("{}/metrics", server.text("base_url"))).send().await.unwrap();
            let metrics = metrics.text().await.unwrap();
            let age = metrics.lines().find_map(|line| line.strip_prefix("passgate_event_follow_age_seconds "))?;
            age.parse::<f64>().ok().filter(|age| *age > 1.0)
        });
        assert!(age.await > 1.0);
        let mut reopen = source.command(&["migrate", "--reopen"]);
        assert!(reopen.output().unwrap().status.success());
        assert_eq!(server.create_entity("late").await.status(), 201, "who thinks again can go back");
    }
}

#[tokio::test]
async fn while_it_is_copied_tokens_are_issued_and_changes_wait_and_an_interruption_undoes_it() {
    let Halted { source, target, server, mut held, migrate } = halted().await;
    let refused = server.create_entity("late").await;
    assert_eq!((refused.status().as_u16(), refused.headers().contains_key("retry-after")), (503, true));
    server.token().await;
    let said = source.complaint(&["entity", "create", "late", "--name", "Late"]);
    assert!(said.contains("it is being moved to another one"), "{said}");
    terminate(&migrate);
    let said = complaint(&migrate.wait_with_output().unwrap());
    assert!(said.contains("interrupted; nothing was moved"), "{said}");
    sqlx::raw_sql("ROLLBACK").execute(&mut held).await.unwrap();
    assert_eq!(server.create_entity("late").await.status(), 201);
    assert!(target.complaint(&["entity", "list"]).contains("there is no installation"));
    // What was gathered while nothing could be written is written now.
    until(async || {
        let uses = "SELECT 1::bigint FROM credentials WHERE token_count = 1";
        sqlx::query_scalar::<_, i64>(uses).fetch_optional(&mut held).await.unwrap()
    })
    .await;
    source.told(&["migrate", "--to", &target.name()]);
}

#[tokio::test]
async fn a_move_that_was_killed_keeps_the_old_database_closed_until_it_is_done_again_or_called_off() {
    let Halted { source, target, server, mut held, mut migrate } = halted().await;
    migrate.kill().unwrap();
    migrate.wait().unwrap();
    sqlx::raw_sql("ROLLBACK").execute(&mut held).await.unwrap();
    assert_eq!(server.create_entity("late").await.status(), 503);
    assert!(source.told(&["migrate", "--reopen"]).contains("can be written again"));
    assert_eq!(server.create_entity("late").await.status(), 201);
    source.told(&["migrate", "--to", &target.name()]);
    // Killed between the end of the copy and the mark.
    source.sql("UPDATE read_only SET state = 'moving'").await;
    source.told(&["migrate", "--to", &target.name()]);
    assert_eq!(source.content().await, target.content().await);
    assert!(source.complaint(&["entity", "create", "later", "--name", "Later"]).contains("has been moved"));
}

#[tokio::test]
async fn a_change_that_has_begun_is_moved_and_one_that_comes_later_is_refused() {
    let source = Place::new(Kind::Postgres).await;
    Server::start(&source).stop();
    let target = Place::with_key_of(&source, Kind::Sqlite).await;
    let url = source.url.as_ref().unwrap();
    let (mut writer, mut watch) = (postgres_connection(url).await, postgres_connection(url).await);
    // As every change begins.
    let looked =
        "BEGIN; SELECT state FROM read_only WHERE id = 1; INSERT INTO tokens_void (id, void_before) VALUES (1, 7)";
    sqlx::raw_sql(looked).execute(&mut writer).await.unwrap();
    let migrate = source.command(&["migrate", "--to", &target.name()]).spawn().unwrap();
    waits_for(&mut watch, "read_only").await;
    sqlx::raw_sql("COMMIT").execute(&mut writer).await.unwrap();
    assert!(migrate.wait_with_output().unwrap().status.success());
    assert_eq!(target.content().await["tokens_void"].len(), 1);
    source.told(&["migrate", "--reopen"]);
    let marks = "BEGIN; LOCK TABLE read_only IN ACCESS EXCLUSIVE MODE; INSERT INTO read_only (id, state, since) VALUES (1, 'moving', 1)";
    sqlx::raw_sql(marks).execute(&mut writer).await.unwrap();
    let change = source.command(&["entity", "create", "late", "--name", "Late"]).spawn().unwrap();
    waits_for(&mut watch, "read_only").await;
    sqlx::raw_sql("COMMIT").execute(&mut writer).await.unwrap();
    let said = complaint(&change.wait_with_output().unwrap());
    assert!(said.contains("it is being moved"), "{said}");
}

#[tokio::test]
async fn what_cannot_be_moved_is_said_in_one_sentence() {
    let source = Place::new(Kind::Sqlite).await;
    Server::start(&source).stop();
    let full = Place::with_key_of(&source, Kind::Postgres).await;
    Server::start(&full).stop();
    let says = |arguments: &[&str]| source.complaint(&[&["migrate"], arguments].concat());
    assert!(says(&["--to", &full.name()]).contains("in PostgreSQL is not empty"));
    assert!(says(&["--to", "data"]).contains("both ends are the same database"));
    assert!(says(&["--from", "nowhere", "--to", "data2"]).contains("there is no installation in the database nowhere"));
    assert!(says(&["--to", "mysql://u:hunter2@h/x"]).contains("begins with postgres://"));
    let away = says(&["--to", "postgres://u:hunter2@127.0.0.1:1/x"]);
    assert!(away.contains("cannot open the database in PostgreSQL") && !away.contains("hunter2"), "{away}");
    source.told(&["entity", "create", "still", "--name", "Still open"]);
}
