//! The disk is full: changes are refused, tokens go on, and once there is room everything does. The log is on it, too.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::figures::{Times, head, is_whole, millis, record, row};
use super::known::{account, ask, change, first_change};
use super::ledger::{Account, half_written};
use super::node::{Installation, Node, free_port};
use super::postgres::Postgres;

/// After so long the first change is made again.
const LONGEST_RECOVERY: Duration = Duration::from_secs(10);

/// What takes the room.
enum Full {
    /// The server's files may not grow: what any account can do to a process of its own.
    Limited(u32),
    /// A file that fills the file system.
    Ballast(PathBuf),
}

impl Full {
    fn limited(node: &Node) -> Self {
        limit(node.pid(), "0");
        Self::Limited(node.pid())
    }

    fn ballast(directory: &Path) -> Self {
        let path = directory.join("ballast");
        let mut file = File::create(&path).unwrap();
        for size in [65_536, 4096, 512, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        Self::Ballast(path)
    }

    fn free(self) {
        match self {
            Self::Limited(pid) => limit(pid, "unlimited"),
            Self::Ballast(path) => std::fs::remove_file(path).unwrap(),
        }
    }
}

fn limit(pid: u32, bytes: &str) {
    let limited = Command::new("prlimit").args(["--pid", &pid.to_string(), &format!("--fsize={bytes}:")]).status();
    assert!(limited.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_room_changes_are_refused_and_tokens_go_on() {
    let mut lines = head([
        "the full disk is",
        "for",
        "tokens asked for",
        "refused",
        "99th percentile",
        "changes tried",
        "refused (503)",
        "longest answer",
        "first change after",
        "lost",
    ]);
    let installation = Installation::new(None);
    let node = installation.serve(free_port()).await;
    let full = |node: &Node| Full::limited(node);
    lines.push(fill(&installation, node, "SQLite, whose files may not grow (RLIMIT_FSIZE)", full).await);
    if is_whole() {
        let installation = Installation::new(None).on_small_disk("24m");
        let node = installation.serve(free_port()).await;
        let full = |_: &Node| Full::ballast(installation.path());
        lines.push(fill(&installation, node, "SQLite and the log, on a full file system", full).await);
        start_when_full(&installation).await;
        let postgres = Postgres::start_on_small_disk("120m").await;
        let installation = Installation::new(Some(postgres.url()));
        let node = installation.serve(free_port()).await;
        let full = |_: &Node| Full::ballast(postgres.path());
        lines.push(fill(&installation, node, "PostgreSQL, on a full file system", full).await);
    }
    record("30-disk", "A full disk", &lines);
}

async fn fill(installation: &Installation, mut node: Node, name: &str, full: impl Fn(&Node) -> Full) -> String {
    let operator = installation.operator_token();
    let mut account: Account = account(&node.door, &operator, "northwind").await;
    let over = Arc::new(AtomicBool::new(false));
    let full = full(&node);
    let tokens: Vec<_> = account
        .clients
        .iter()
        .map(|client| tokio::spawn(ask(node.door.clone(), client.clone(), over.clone())))
        .collect();
    let changes = tokio::spawn(change(node.door.clone(), operator.clone(), account.entity.clone(), over.clone()));
    let span = Duration::from_secs(if is_whole() { 20 } else { 2 });
    sleep(span).await;
    over.store(true, Ordering::Relaxed);
    let (mut times, mut refused) = (Times::default(), 0);
    for asked in join_all(tokens).await {
        let asked = asked.unwrap();
        times.extend(asked.0);
        refused += asked.1;
    }
    let (changes, made, changes_refused, odd) = changes.await.unwrap();
    account.clients.extend(made);
    full.free();
    let begun = Instant::now();
    let first = first_change(&node.door, &operator, &mut account, LONGEST_RECOVERY).await;
    installation.ready(&mut node).await;
    let mut losses = account.losses(&node.door).await;
    losses.extend(half_written(installation).await);
    assert!(losses.is_empty() && odd.is_empty(), "{name}: {losses:?} {odd:?}");
    assert!(refused == 0 && changes_refused > 0, "{name}: {refused} tokens refused, {changes_refused} changes");
    assert!(first < LONGEST_RECOVERY, "{name}: it took {:?} to recover: {}", begun.elapsed(), installation.log());
    intact(installation).await;
    node.stop().await;
    let node = installation.serve(free_port()).await;
    assert_eq!(account.losses(&node.door).await, Vec::<String>::new(), "{name}");
    node.stop().await;
    row([
        name,
        &format!("{} s", span.as_secs()),
        &times.count().to_string(),
        &refused.to_string(),
        &millis(times.percentile(99)),
        &changes.count().to_string(),
        &changes_refused.to_string(),
        &millis(changes.max()),
        &millis(first),
        "0",
    ])
}

async fn intact(installation: &Installation) {
    installation.verify_audit();
    if installation.database_url.is_none() {
        let query = "SELECT COUNT(*) FROM pragma_integrity_check() WHERE integrity_check <> 'ok'";
        assert_eq!(installation.number(query).await, 0);
    }
}

/// A server that was killed, started where there is no room: it serves or says why not, and starts once there is room.
async fn start_when_full(installation: &Installation) {
    let mut node = installation.serve(free_port()).await;
    node.kill();
    let full = Full::ballast(installation.path());
    let said = installation.run(&["audit", "head"]);
    let text = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.status.success() || text.lines().count() == 1, "{text}");
    full.free();
    installation.serve(free_port()).await.stop().await;
    intact(installation).await;
}
