//! `kill -9` at random moments under load, of Passgate and of PostgreSQL: after each, everything that was acknowledged is
//! there, nothing is half-written, and the server starts by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt as _};
use tokio::time::{Instant, sleep, timeout};

use super::figures::{Times, below, is_whole, millis, record, tries};
use super::ledger::{Account, half_written};
use super::node::{Door, Installation, free_port};
use super::postgres::Postgres;
use super::writer::{Stopped, Writer};

const WRITERS: usize = 4;
/// Latest moment of a kill after the load has begun, in milliseconds; on PostgreSQL, where changes take longer, the second.
const LONGEST_LIVES: [u64; 2] = [250, 750];
/// One start in so many is killed, too.
const STARTS: u64 = 8;
/// After so many kills everything is looked at again, and not only the entities that have changed since the last one.
const ALL: u32 = 50;
/// So often one installation on SQLite is killed.
const OF_ONE: u32 = 250;
/// Entities looked at at the same time.
const CHECKED_AT_ONCE: usize = 8;

#[derive(Default)]
struct Tally {
    kills: u32,
    of_postgres: u32,
    of_starts: u32,
    unanswered: u32,
    acknowledged: u64,
    happened: u32,
    losses: Vec<String>,
    starts: Times,
    recoveries: Times,
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_a_server_on_sqlite_is_killed() {
    kill(None, tries(10, 1000), ("10-kill-sqlite", "`kill -9` on SQLite")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_a_server_on_postgresql_or_postgresql_is_killed() {
    let postgres = Postgres::start().await;
    kill(Some(postgres), tries(5, 200), ("11-kill-postgresql", "`kill -9` on PostgreSQL")).await;
}

/// Kills Passgate; in the whole run, where there is a PostgreSQL, every fourth time all of its processes instead. With SQLite
/// an installation is killed so often and then another one: what is looked at after each kill grows with it.
async fn kill(mut postgres: Option<Postgres>, kills: u32, part: (&str, &str)) {
    let mut tally = Tally::default();
    while tally.kills < kills {
        let until = if postgres.is_some() { kills } else { kills.min(tally.kills + OF_ONE) };
        kill_one(&mut postgres, &mut tally, until, part).await;
    }
}

/// Kills one installation until so many are counted.
async fn kill_one(postgres: &mut Option<Postgres>, tally: &mut Tally, kills: u32, part: (&str, &str)) {
    let acknowledged_before = tally.acknowledged;
    let installation = Arc::new(Installation::new(postgres.as_ref().map(Postgres::url)));
    let port = free_port();
    let mut node = installation.serve(port).await;
    let operator: Arc<str> = installation.operator_token().into();
    let mut writers: Vec<Writer> = (0..WRITERS).map(|number| Writer::new(&format!("writer-{number}"))).collect();
    while tally.kills < kills {
        let enough = Arc::new(AtomicBool::new(false));
        let load: Vec<_> = writers
            .into_iter()
            .map(|writer| {
                tokio::spawn(load(writer, installation.clone(), node.door.clone(), operator.clone(), enough.clone()))
            })
            .collect();
        sleep(Duration::from_millis(1 + below(LONGEST_LIVES[usize::from(postgres.is_some())]))).await;
        let victim = postgres.as_mut().filter(|_| is_whole() && tally.kills % 4 == 3);
        let is_of_postgres = victim.is_some();
        match victim {
            Some(postgres) => postgres.kill(),
            None => node.kill(),
        }
        enough.store(true, Ordering::Relaxed);
        let ended = timeout(Duration::from_secs(60), join_all(load)).await.expect("every request ends");
        let begun = Instant::now();
        if is_of_postgres {
            tally.of_postgres += 1;
            postgres.as_mut().unwrap().run().await;
            installation.ready(&mut node).await;
            tally.recoveries.add(begun.elapsed());
        } else {
            if below(STARTS) == 0 {
                node = installation.start(port);
                sleep(Duration::from_millis(below(100))).await;
                node.kill();
                tally.of_starts += 1;
            }
            let begun = Instant::now();
            node = installation.serve(port).await;
            tally.starts.add(begun.elapsed());
        }
        tally.kills += 1;
        writers = Vec::new();
        for ended in ended {
            let (mut writer, stopped) = ended.unwrap();
            let (account, Stopped::Lost(change)) = (writer.account.as_mut(), stopped) else {
                writers.push(writer);
                continue;
            };
            tally.unanswered += 1;
            if let (Some(account), Some(change)) = (account, change) {
                match account.settle(&node.door, &operator, change).await {
                    Ok(happened) => tally.happened += u32::from(happened),
                    Err(why) => tally.losses.push(why),
                }
            }
            writers.push(writer);
        }
        let all = tally.kills.is_multiple_of(ALL) || tally.kills == kills;
        let accounts = writers.iter().flat_map(|writer| {
            let archive = writer.archive.iter().filter(|_| all).chain(writer.archive.last());
            archive.chain(&writer.account)
        });
        let door = &node.door;
        let losses = stream::iter(accounts).map(async |account: &Account| account.losses(door).await);
        // All at once would be more than a server has readers for.
        let losses: Vec<Vec<String>> = losses.buffer_unordered(CHECKED_AT_ONCE).collect().await;
        tally.losses.extend(losses.into_iter().flatten());
        tally.losses.extend(half_written(&installation).await);
        if all {
            installation.verify_audit();
            let acknowledged: u64 = writers.iter().map(|writer| writer.acknowledged).sum();
            tally.acknowledged = acknowledged_before + acknowledged;
            told(part, tally);
        }
        assert!(tally.losses.is_empty(), "after kill {}: {:#?}\n{}", tally.kills, tally.losses, installation.log());
    }
    if installation.database_url.is_none() {
        let intact = "SELECT COUNT(*) FROM pragma_integrity_check() WHERE integrity_check <> 'ok'";
        assert_eq!(installation.number(intact).await, 0);
    }
}

async fn load(
    mut writer: Writer,
    installation: Arc<Installation>,
    door: Door,
    operator: Arc<str>,
    enough: Arc<AtomicBool>,
) -> (Writer, Stopped) {
    let stopped = writer.write(&installation, &door, &operator, || enough.load(Ordering::Relaxed)).await;
    (writer, stopped)
}

fn told((part, heading): (&str, &str), tally: &Tally) {
    let mut lines = vec![
        format!(
            "- Kills: {}, of which {} of PostgreSQL; {} of starts besides.",
            tally.kills, tally.of_postgres, tally.of_starts
        ),
        format!("- Changes acknowledged: {}. Lost: {}. Half-written: 0.", tally.acknowledged, tally.losses.len()),
        format!(
            "- Requests whose answer was lost: {}; {} of their changes had happened, whole.",
            tally.unanswered, tally.happened
        ),
        format!(
            "- Start until ready, least / median / greatest: {}; 99th percentile {}.",
            tally.starts.spread(),
            millis(tally.starts.percentile(99))
        ),
    ];
    if tally.recoveries.count() > 0 {
        lines.push(format!(
            "- From the start of PostgreSQL until ready, least / median / greatest: {}.",
            tally.recoveries.spread()
        ));
    }
    record(part, heading, &lines);
}
