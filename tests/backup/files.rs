//! The file: whom it is for, what it is not written over, and what is refused.

use std::io::Write as _;
use std::path::Path;

use passgate::app::backup;
use passgate::app::clock::{Clock, random, random_secret};
use passgate::store::Store;
use passgate::store::db::Location;
use passgate::vault::{MasterKey, Vault};

use crate::place::{KINDS, Kind, Place, Server, complaint, postgres_connection, terminate, until};

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_backup_is_for_its_owner_is_not_readable_and_takes_no_name_that_is_taken() {
    let place = Place::new(Kind::Sqlite).await;
    Server::start(&place).stop();
    place.told(&["entity", "create", "northwind", "--name", "Northwind Logistics"]);
    let said = place.told(&["backup", "all.backup"]);
    assert!(said.contains("Only the master key opens it; keep a copy of that elsewhere: data/master.key"), "{said}");
    let path = place.directory.path().join("all.backup");
    let bytes = std::fs::read(&path).unwrap();
    for plain in [b"Northwind".as_slice(), b"entities", b"pgc_"] {
        assert!(!bytes.windows(plain.len()).any(|window| window == plain), "{}", String::from_utf8_lossy(plain));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(place.complaint(&["backup", "all.backup"]).contains("there is all.backup already"));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    place.told(&["backup", "all.backup", "--overwrite"]);
    assert_ne!(std::fs::read(&path).unwrap(), bytes, "the key is another one each time");
    assert!(place.complaint(&["backup", "nowhere/all.backup"]).contains("cannot write nowhere/all.backup"));
    assert_eq!(names(place.directory.path()), ["all.backup", "data"]);
}

#[tokio::test]
async fn a_file_that_is_not_whole_or_not_ours_is_refused_before_anything_is_written() {
    let place = Place::new(Kind::Sqlite).await;
    Server::start(&place).stop();
    place.told(&["backup", "all.backup"]);
    let whole = std::fs::read(place.directory.path().join("all.backup")).unwrap();
    let target = Place::with_key_of(&place, Kind::Sqlite).await;
    let refused = |bytes: &[u8]| {
        std::fs::write(target.directory.path().join("odd.backup"), bytes).unwrap();
        let said = target.complaint(&["restore", "odd.backup"]);
        assert_eq!(names(&target.data()), ["master.key"], "{said}");
        said
    };
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    assert!(refused(&flipped).contains("odd.backup is damaged or not complete"));
    assert!(refused(&whole[..whole.len() - 1]).contains("damaged or not complete"));
    assert!(refused(&whole[..70]).contains("damaged or not complete"));
    assert!(refused(&[whole.as_slice(), b"more"].concat()).contains("damaged or not complete"));
    assert!(refused(b"").contains("is not a backup that passgate made"));
    assert!(refused(&std::fs::read(place.data().join("passgate.db")).unwrap()).contains("is not a backup"));
    assert!(target.complaint(&["restore", "nowhere.backup"]).contains("cannot read nowhere.backup"));
    let key = target.data().join("master.key");
    let master = MasterKey::load(&key).unwrap().unwrap();
    let newer = |head: &str| {
        let mut out = master.seal_stream(&random().unwrap(), Vec::new()).unwrap();
        writeln!(out, "{head}").unwrap();
        refused(&out.finish().unwrap())
    };
    let head = r#"{"schema":999999,"version":"99.0.0","made_at":0,"database":"sqlite","tables":0}"#;
    assert!(newer(head).contains("was made by passgate 99.0.0, whose schema (999999) this version does not know"));
    assert!(newer("[]").contains("holds what no version of passgate writes"));
    std::fs::remove_file(&key).unwrap();
    MasterKey::create(&key, random_secret().unwrap()).unwrap();
    assert!(refused(&whole).contains("was made with another master key"));
    std::fs::remove_file(&key).unwrap();
    let said = target.complaint(&["restore", "odd.backup"]);
    assert!(said.contains("the master key data/master.key is missing"), "{said}");
}

#[tokio::test]
async fn a_backup_of_the_oldest_schema_restores_into_this_version() {
    for kind in KINDS {
        let old = Place::new(Kind::Sqlite).await;
        std::fs::create_dir(old.data()).unwrap();
        let master = MasterKey::create(&old.data().join("master.key"), random_secret().unwrap()).unwrap();
        let store = Store::open_at(&Location::Sqlite(old.data().join("passgate.db")), 1).await.unwrap();
        let (_, root) = Vault::create(&master, &random_secret().unwrap(), random().unwrap()).unwrap();
        old.sql(&format!("INSERT INTO vault (id, sealed_root, created_at) VALUES (1, '{root}', 1)")).await;
        old.sql(
            "INSERT INTO entities VALUES ('pge_1', 'old', 'Old', 'From long ago', 'active', '{}', '[]', '[]', 1, 1, 1)",
        )
        .await;
        let file = old.directory.path().join("old.backup");
        let made = backup::write(&store, &master, Clock::system().now(), &file, false, |_, _| ()).await.unwrap();
        assert_eq!((made.schema, made.rows), (1, 3));
        let target = Place::with_key_of(&old, kind).await;
        target.told(&["restore", file.to_str().unwrap()]);
        let fresh = Place::new(kind).await;
        Server::start(&fresh).stop();
        let (content, expected) = (target.content().await, fresh.content().await);
        assert_eq!(content.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "every table of today");
        assert!(content["entities"][0].contains("From long ago"));
        assert!(content["entities"][0].contains("\"tokens_void_before\":null"), "a column that came later");
        target.told(&["audit", "verify"]);
        Server::start(&target).stop();
    }
}

#[tokio::test]
async fn a_backup_that_is_interrupted_leaves_no_file() {
    let place = Place::new(Kind::Postgres).await;
    Server::start(&place).stop();
    let mut held = postgres_connection(place.url.as_ref().unwrap()).await;
    sqlx::raw_sql("BEGIN; LOCK TABLE secrets IN ACCESS EXCLUSIVE MODE").execute(&mut held).await.unwrap();
    let backup = place.command(&["backup", "all.backup"]).spawn().unwrap();
    until(async || {
        sqlx::query_scalar::<_, i64>(
            "SELECT 1::bigint FROM pg_locks WHERE NOT granted AND relation = 'secrets'::regclass",
        )
        .fetch_optional(&mut held)
        .await
        .unwrap()
    })
    .await;
    terminate(&backup);
    let said = complaint(&backup.wait_with_output().unwrap());
    assert!(said.contains("interrupted; there is no backup"), "{said}");
    assert_eq!(names(place.directory.path()), ["data"]);
}

#[tokio::test]
async fn a_restore_that_is_interrupted_leaves_an_empty_database_and_is_done_again() {
    let place = Place::new(Kind::Sqlite).await;
    Server::start(&place).stop();
    place.told(&["backup", "all.backup"]);
    let file = place.directory.path().join("all.backup").display().to_string();
    let target = Place::with_key_of(&place, Kind::Postgres).await;
    // Tables, and somebody who keeps the last of them.
    target.complaint(&["entity", "list"]);
    let mut held = postgres_connection(target.url.as_ref().unwrap()).await;
    sqlx::raw_sql("BEGIN; LOCK TABLE secrets IN SHARE MODE").execute(&mut held).await.unwrap();
    let restore = target.command(&["restore", &file]).spawn().unwrap();
    until(async || {
        sqlx::query_scalar::<_, i64>(
            "SELECT 1::bigint FROM pg_locks WHERE NOT granted AND relation = 'secrets'::regclass",
        )
        .fetch_optional(&mut held)
        .await
        .unwrap()
    })
    .await;
    terminate(&restore);
    let said = complaint(&restore.wait_with_output().unwrap());
    assert!(said.contains("interrupted; nothing was restored"), "{said}");
    sqlx::raw_sql("ROLLBACK").execute(&mut held).await.unwrap();
    let rows: usize = target.content().await.values().map(Vec::len).sum();
    assert_eq!(rows, 1, "but for the head of the event log");
    target.told(&["restore", &file]);
    assert_eq!(target.content().await, place.content().await);
}
