//! PostgreSQL stopped, frozen, cut off, silent and slow: tokens of known clients go on, changes are refused in time, all
//! recovers by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use super::figures::{Times, head, is_whole, millis, record, row};
use super::known::{CLIENTS, account, ask, change, first_change};
use super::ledger::{Account, half_written};
use super::node::{Door, Installation, Node, answer, free_port};
use super::postgres::Postgres;
use super::proxy::{Proxy, Way};

/// No change is answered later, refused or not: five seconds, and what a busy machine takes.
const LONGEST_ANSWER: Duration = Duration::from_secs(7);
/// Where every statement is answered late, a change of many statements is later still; then it is cut off.
const LONGEST_SLOW_ANSWER: Duration = Duration::from_secs(21);
/// `/readyz` says that the database is away after two seconds without it, or when an answer has been waited for.
const LONGEST_READY: Duration = Duration::from_secs(7);
/// After so long the first change is made again.
const LONGEST_RECOVERY: Duration = Duration::from_secs(12);
/// Connections of one node, by its settings.
const CONNECTIONS: u64 = 8;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    Stopped,
    Killed,
    Frozen,
    Cut,
    Terminated,
    Silent,
    Slow,
}

impl Fault {
    const ALL: [Self; 7] =
        [Self::Stopped, Self::Killed, Self::Frozen, Self::Cut, Self::Terminated, Self::Silent, Self::Slow];

    const fn name(self) -> &'static str {
        match self {
            Self::Stopped => "stopped (`pg_ctl stop -m immediate`) and started",
            Self::Killed => "killed (`kill -9` of all processes) and started",
            Self::Frozen => "frozen (SIGSTOP of all processes)",
            Self::Cut => "every connection cut, and each new one",
            Self::Terminated => "every connection ended by `pg_terminate_backend`, ten times a second",
            Self::Silent => "nothing goes through, no connection is closed",
            Self::Slow => "every piece 50 ms later",
        }
    }

    /// Whether the database cannot answer at all.
    const fn is_outage(self) -> bool {
        !matches!(self, Self::Slow | Self::Terminated)
    }
}

/// What was seen of one fault.
#[derive(Default)]
struct Seen {
    tokens: Times,
    tokens_refused: usize,
    changes: Times,
    refused: usize,
    unready_after: Option<Duration>,
    odd: Vec<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn while_postgresql_is_away_tokens_go_on_and_afterwards_everything_does() {
    let mut postgres = Postgres::start().await;
    let proxy = Proxy::start(postgres.socket()).await;
    let installation = Installation::new(Some(proxy.url()));
    let mut node = installation.serve(free_port()).await;
    let operator = installation.operator_token();
    let faults = if is_whole() { Fault::ALL.to_vec() } else { vec![Fault::Cut] };
    let mut lines = head([
        "PostgreSQL is",
        "for",
        "tokens asked for",
        "refused",
        "99th percentile",
        "changes tried",
        "refused (503)",
        "longest answer",
        "`/readyz` said so after",
        "first change after",
        "connections opened in 5 s after it",
        "transactions",
        "lost",
    ]);
    for (number, fault) in faults.into_iter().enumerate() {
        let mut account = account(&node.door, &operator, &format!("outage-{number}")).await;
        let span = Duration::from_secs(if is_whole() { 30 } else { 3 });
        let aftermath = Duration::from_secs(if is_whole() { 5 } else { 1 });
        let seen = endure(fault, span, &mut postgres, &proxy, &node, &operator, &mut account).await;
        let before = (proxy.opened(), Instant::now());
        let first = first_change(&node.door, &operator, &mut account, 4 * LONGEST_RECOVERY).await;
        installation.ready(&mut node).await;
        let earlier = transactions(&postgres).await;
        sleep(aftermath.saturating_sub(before.1.elapsed())).await;
        let opened = proxy.opened() - before.0;
        let transactions = transactions(&postgres).await - earlier;
        let mut losses = account.losses(&node.door).await;
        losses.extend(half_written(&Installation::new(Some(postgres.url()))).await);
        let Seen { tokens, tokens_refused, changes, refused, unready_after, odd } = seen;
        lines.push(row([
            fault.name(),
            &format!("{} s", span.as_secs()),
            &tokens.count().to_string(),
            &tokens_refused.to_string(),
            &millis(tokens.percentile(99)),
            &changes.count().to_string(),
            &refused.to_string(),
            &millis(changes.max()),
            &unready_after.map_or("not".to_owned(), millis),
            &millis(first),
            &opened.to_string(),
            &transactions.to_string(),
            &losses.len().to_string(),
        ]));
        record("20-outages", "PostgreSQL away", &lines);
        assert!(losses.is_empty() && odd.is_empty(), "{fault:?}: {losses:?} {odd:?}");
        assert!(tokens.count() > 20 && tokens_refused == 0, "{fault:?}: {tokens_refused} of {}", tokens.count());
        let longest = if fault == Fault::Slow { LONGEST_SLOW_ANSWER } else { LONGEST_ANSWER };
        assert!(changes.max() < longest, "{fault:?}: a change was answered after {:?}", changes.max());
        assert!(!fault.is_outage() || refused > 0, "{fault:?}: no change was refused");
        let is_told = unready_after.is_some_and(|after| after < LONGEST_READY);
        assert!(!fault.is_outage() || is_told, "{fault:?}: /readyz said so after {unready_after:?}");
        assert!(first < LONGEST_RECOVERY, "{fault:?}: it took {first:?} to recover");
        assert!(opened <= 2 * CONNECTIONS, "{fault:?}: {opened} connections are a stampede");
    }
    installation.verify_audit();
}

/// Lets a fault last for `span`, under load.
async fn endure(
    fault: Fault,
    span: Duration,
    postgres: &mut Postgres,
    proxy: &Proxy,
    node: &Node,
    operator: &str,
    account: &mut Account,
) -> Seen {
    let over = Arc::new(AtomicBool::new(false));
    match fault {
        Fault::Stopped => {
            proxy.set(Way::Refuse);
            postgres.stop();
        }
        Fault::Killed => {
            proxy.set(Way::Refuse);
            postgres.kill();
        }
        Fault::Frozen => postgres.freeze(),
        Fault::Cut => proxy.set(Way::Cut),
        Fault::Silent => proxy.set(Way::Swallow),
        Fault::Slow => proxy.set(Way::Slow(Duration::from_millis(50))),
        Fault::Terminated => {}
    }
    let tokens: Vec<_> = account.clients[..CLIENTS]
        .iter()
        .map(|client| tokio::spawn(ask(node.door.clone(), client.clone(), over.clone())))
        .collect();
    let changes = tokio::spawn(change(node.door.clone(), operator.to_owned(), account.entity.clone(), over.clone()));
    let readiness = tokio::spawn(readiness(node.door.clone(), over.clone()));
    if fault == Fault::Terminated {
        let begun = Instant::now();
        while begun.elapsed() < span {
            terminate(postgres).await;
            sleep(Duration::from_millis(100)).await;
        }
    } else {
        sleep(span).await;
    }
    over.store(true, Ordering::Relaxed);
    let mut seen = Seen::default();
    for asked in join_all(tokens).await {
        let (times, refused) = asked.unwrap();
        seen.tokens.extend(times);
        seen.tokens_refused += refused;
    }
    let (times, made, refused, odd) = changes.await.unwrap();
    (seen.changes, seen.refused, seen.odd) = (times, refused, odd);
    account.clients.extend(made);
    seen.unready_after = readiness.await.unwrap();
    match fault {
        Fault::Stopped | Fault::Killed => postgres.run().await,
        Fault::Frozen => postgres.thaw(),
        _ => {}
    }
    proxy.set(Way::Open);
    seen
}

/// After how long `/readyz` said that the database is away.
async fn readiness(door: Door, over: Arc<AtomicBool>) -> Option<Duration> {
    let begun = Instant::now();
    while !over.load(Ordering::Relaxed) {
        if answer(door.get("/readyz")).await.is_some_and(|answer| answer.body["database"] == false) {
            return Some(begun.elapsed());
        }
        sleep(Duration::from_millis(50)).await;
    }
    None
}

async fn terminate(postgres: &Postgres) {
    let text = "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'passgate'";
    Installation::new(Some(postgres.url())).number(text).await;
}

/// How many transactions the database has seen.
async fn transactions(postgres: &Postgres) -> i64 {
    let text = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'postgres'";
    Installation::new(Some(postgres.url())).number(text).await
}
