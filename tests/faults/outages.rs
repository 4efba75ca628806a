//! PostgreSQL stopped, frozen, cut off, silent and slow: tokens of known clients go on, changes are refused in time, all
//! recovers by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use tokio::time::{Instant, interval, sleep};

use super::figures::{Times, head, is_whole, millis, record, row};
use super::ledger::{Account, Client, half_written};
use super::node::{Door, Installation, Node, answer, free_port};
use super::postgres::Postgres;
use super::proxy::{Proxy, Way};

const CLIENTS: usize = 8;
/// Each client asks for a token so often.
const EVERY: Duration = Duration::from_millis(20);
/// No change is answered later, refused or not: five seconds, and what a busy machine takes.
const LONGEST_ANSWER: Duration = Duration::from_secs(7);
/// Where every statement is answered late, a change of many statements is later still; then it is cut off.
const LONGEST_SLOW_ANSWER: Duration = Duration::from_secs(21);
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
    unready: (usize, usize),
    odd: Vec<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn while_postgresql_is_away_tokens_go_on_and_afterwards_everything_does() {
    let mut postgres = Postgres::start().await;
    let proxy = Proxy::start(postgres.socket()).await;
    let installation = Installation::new(Some(proxy.url()));
    let mut node = installation.serve(free_port()).await;
    let operator = installation.operator_token();
    let mut account = account(&node, &operator).await;
    let faults = if is_whole() { Fault::ALL.to_vec() } else { vec![Fault::Cut, Fault::Silent] };
    let mut lines = head([
        "PostgreSQL is",
        "for",
        "tokens asked for",
        "refused",
        "99th percentile",
        "changes tried",
        "refused (503)",
        "longest answer",
        "`/readyz` said so",
        "first change after",
        "connections opened in 5 s after it",
        "transactions",
        "lost",
    ]);
    for fault in faults {
        let span = Duration::from_secs(if is_whole() { 30 } else { 1 });
        let aftermath = Duration::from_secs(if is_whole() { 5 } else { 1 });
        let seen = endure(fault, span, &mut postgres, &proxy, &node, &operator, &mut account).await;
        let before = (proxy.opened(), Instant::now());
        let first = recovered(&node, &operator, &mut account).await;
        installation.ready(&mut node).await;
        let earlier = transactions(&postgres).await;
        sleep(aftermath.saturating_sub(before.1.elapsed())).await;
        let opened = proxy.opened() - before.0;
        let transactions = transactions(&postgres).await - earlier;
        let mut losses = account.losses(&node.door).await;
        losses.extend(half_written(&Installation::new(Some(postgres.url()))).await);
        let Seen { tokens, tokens_refused, changes, refused, unready, odd } = seen;
        lines.push(row([
            fault.name(),
            &format!("{} s", span.as_secs()),
            &tokens.count().to_string(),
            &tokens_refused.to_string(),
            &millis(tokens.percentile(99)),
            &changes.count().to_string(),
            &refused.to_string(),
            &millis(changes.max()),
            &format!("{} of {}", unready.0, unready.1),
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
        assert!(!fault.is_outage() || (refused > 0 && unready.0 > 0), "{fault:?}: nobody was told");
        assert!(first < LONGEST_RECOVERY, "{fault:?}: it took {first:?} to recover");
        assert!(opened <= 2 * CONNECTIONS, "{fault:?}: {opened} connections are a stampede");
    }
    installation.verify_audit();
}

async fn account(node: &Node, operator: &str) -> Account {
    let body = json!({"identifier": "northwind", "name": "northwind", "settings": {"token_timeout_minutes": 1440, "most_credentials": 1000}});
    let made = answer(node.door.post("/admin/v1/entities").bearer_auth(operator).json(&body)).await.unwrap();
    assert_eq!(made.status, 201, "{made:?}");
    let mut account = Account { entity: "northwind".to_owned(), is_disabled: false, version: 1, clients: Vec::new() };
    for _ in 0..CLIENTS {
        account.clients.push(generate(&node.door, operator).await.unwrap().unwrap());
    }
    // A client that was seen once is in memory.
    assert_eq!(account.losses(&node.door).await, Vec::<String>::new());
    account
}

/// A change, and how it was answered: a credential, or 503.
async fn generate(door: &Door, operator: &str) -> Result<Option<Client>, String> {
    let request = door.request(Method::POST, "/admin/v1/entities/northwind/credentials");
    match answer(request.bearer_auth(operator).json(&json!({}))).await {
        Some(answer) if answer.status == 201 => Ok(Some(Client::from_answer(&answer))),
        Some(answer) if answer.status == 503 && answer.retry_after => Ok(None),
        other => Err(format!("a change: {other:?}")),
    }
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
    let changes = tokio::spawn(change(node.door.clone(), operator.to_owned(), over.clone()));
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
    seen.unready = readiness.await.unwrap();
    match fault {
        Fault::Stopped | Fault::Killed => postgres.run().await,
        Fault::Frozen => postgres.thaw(),
        _ => {}
    }
    proxy.set(Way::Open);
    seen
}

async fn ask(door: Door, client: Client, over: Arc<AtomicBool>) -> (Times, usize) {
    let (mut times, mut refused, mut ticks) = (Times::default(), 0, interval(EVERY));
    let body = json!({"client_id": client.client_id, "client_secret": client.secrets[0].secret});
    while !over.load(Ordering::Relaxed) {
        ticks.tick().await;
        let begun = Instant::now();
        let asked = answer(door.post("/api/v1/access-token").json(&body)).await;
        times.add(begun.elapsed());
        refused += usize::from(asked.is_none_or(|answer| answer.status != 200));
    }
    (times, refused)
}

async fn change(door: Door, operator: String, over: Arc<AtomicBool>) -> (Times, Vec<Client>, usize, Vec<String>) {
    let (mut times, mut made, mut refused, mut odd) = (Times::default(), Vec::new(), 0, Vec::new());
    while !over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        match generate(&door, &operator).await {
            Ok(Some(client)) => made.push(client),
            Ok(None) => refused += 1,
            Err(why) => odd.push(why),
        }
        times.add(begun.elapsed());
        sleep(EVERY).await;
    }
    (times, made, refused, odd)
}

/// How often `/readyz` was not 200, of how many times.
async fn readiness(door: Door, over: Arc<AtomicBool>) -> (usize, usize) {
    let (mut unready, mut asked) = (0, 0);
    while !over.load(Ordering::Relaxed) {
        asked += 1;
        unready += usize::from(answer(door.get("/readyz")).await.is_none_or(|answer| answer.status == 503));
        sleep(Duration::from_millis(100)).await;
    }
    (unready, asked)
}

/// How long it takes until a change is made again. Several ask, as many do who have waited.
async fn recovered(node: &Node, operator: &str, account: &mut Account) -> Duration {
    let begun = Instant::now();
    while begun.elapsed() < 4 * LONGEST_RECOVERY {
        match generate(&node.door, operator).await {
            Ok(Some(client)) => {
                account.clients.push(client);
                return begun.elapsed();
            }
            Ok(None) => sleep(EVERY).await,
            Err(why) => panic!("{why}"),
        }
    }
    begun.elapsed()
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
