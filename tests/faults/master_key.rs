//! A master key that is damaged, foreign, gone or unreadable: one clear sentence, and nothing is touched.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use tokio::time::timeout;

use super::figures::{head, record, row};
use super::node::{Installation, free_port};
use super::postgres::Postgres;

/// An installation that has been used, and is stopped.
async fn used() -> Installation {
    let installation = Installation::new(None);
    let node = installation.serve(free_port()).await;
    installation.operator_token();
    node.stop().await;
    installation
}

/// Every file of the data directory, with its bytes, but for those by which SQLite coordinates who has it open.
fn files(installation: &Installation) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(installation.data()).unwrap().map(|file| file.unwrap().path());
    let is_of_sqlite = |path: &PathBuf| ["db-wal", "db-shm"].iter().any(|end| path.extension() == Some(end.as_ref()));
    files
        .filter(|path| path.is_file() && !is_of_sqlite(path))
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_with_a_master_key_that_is_not_its_own_refuses_in_one_sentence_and_touches_nothing() {
    let (installation, other) = (used().await, used().await);
    let key = installation.data().join("master.key");
    let own = fs::read_to_string(&key).unwrap();
    let foreign = fs::read(other.data().join("master.key")).unwrap();
    let double = format!("{}\n", own.trim().repeat(2));
    let mut flipped = own.clone().into_bytes();
    flipped[3] = if flipped[3] == b'A' { b'B' } else { b'A' };
    let not_the_one = "is not the one that this database was made with; put the right one back";
    let malformed = "is not 32 bytes in base64";
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("empty", Vec::new(), malformed),
        ("truncated", own.as_bytes()[..20].to_vec(), malformed),
        ("twice as long", double.into_bytes(), malformed),
        ("not text", vec![0xFF, 0xFE, 0, 1, 2], "cannot read the master key"),
        ("longer than any key", vec![b'A'; 5000], malformed),
        ("one bit changed", flipped, not_the_one),
        ("all zeros", b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n".to_vec(), not_the_one),
        ("another installation's", foreign, not_the_one),
    ];
    let mut lines = head(["The master key is", "passgate serve says", "files changed"]);
    for (name, content, says) in cases {
        fs::write(&key, content).unwrap();
        lines.push(refused(&installation, name, says));
    }
    fs::write(&key, &own).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    lines.push(refused(&installation, "readable for others", "can be read by other users; run: chmod 600"));
    fs::remove_file(&key).unwrap();
    lines.push(refused(&installation, "gone", "is missing, and the database cannot be read without it; put it back"));
    assert!(!key.exists(), "no key is made in its place");
    fs::create_dir(&key).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o700)).unwrap();
    lines.push(refused(&installation, "a directory", "cannot read the master key"));
    fs::remove_dir(&key).unwrap();
    fs::write(&key, &own).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    installation.serve(free_port()).await.stop().await;
    installation.verify_audit();
    record("70-master-key", "A damaged or foreign master key", &lines);
}

fn refused(installation: &Installation, name: &str, says: &str) -> String {
    let before = files(installation);
    let mut said = String::new();
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["key", "list"]] {
        let output = installation.run(arguments);
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && text.lines().count() == 1 && text.contains(says), "{name}: {text}");
        said = text.trim().replace(&installation.data().display().to_string(), "…");
    }
    let changed = files(installation).into_iter().filter(|(path, bytes)| before.get(path) != Some(bytes));
    let changed: Vec<String> = changed.map(|(path, _)| path).collect();
    assert!(changed.is_empty(), "{name}: {changed:?}");
    row([name, &format!("`{said}`"), "0"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_master_key_of_somebody_else_is_not_taken_for_missing() {
    let installation = used().await;
    let key = installation.data().join("master.key");
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let output = if is_root {
        // To root everything is readable, so an account without rights starts it, in a directory of its own.
        for path in [installation.path().to_owned(), installation.data()] {
            chown(&path, Some(65534), Some(65534)).unwrap();
        }
        for file in files(&installation).keys().filter(|file| !file.ends_with("master.key")) {
            chown(file, Some(65534), Some(65534)).unwrap();
        }
        let binary = installation.path().join("passgate");
        fs::copy(env!("CARGO_BIN_EXE_passgate"), &binary).unwrap();
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(&binary);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data-dir"]).arg(installation.data());
        command.current_dir(installation.path()).output().unwrap()
    } else {
        fs::set_permissions(&key, fs::Permissions::from_mode(0o000)).unwrap();
        installation.run(&["serve", "--listen", "127.0.0.1:0"])
    };
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && text.lines().count() == 1, "{text}");
    assert!(text.contains("cannot read the master key") && text.contains("ermission denied"), "{text}");
}

/// On PostgreSQL, where the key is the only file.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_that_cannot_write_its_master_key_leaves_nothing_that_stops_the_next() {
    let postgres = Postgres::start().await;
    let installation = Installation::new(Some(postgres.url()));
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$0\" serve --listen 127.0.0.1:0"]);
    command.arg(env!("CARGO_BIN_EXE_passgate")).current_dir(installation.path()).stdout(Stdio::null());
    command.env("PASSGATE_DATABASE_URL", postgres.url()).env("PASSGATE_DATA_DIR", installation.data());
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && text.contains("cannot write the master key"), "{text}");
    let mut node = installation.start(free_port());
    timeout(Duration::from_secs(10), installation.ready(&mut node)).await.expect("it starts");
}
