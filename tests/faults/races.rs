//! Two nodes regenerate the same secret at once: what was acknowledged is one state, on both, or two in order.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::figures::{Times, head, millis, record, row, tries};
use super::ledger::{Client, half_written};
use super::node::{Answer, Door, Installation, answer, free_port};
use super::postgres::Postgres;

/// Within this time a change holds on every node.
const EVERYWHERE: Duration = Duration::from_secs(2);

/// What both ask for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Asked {
    /// The old secret stops at once, whoever comes first.
    AtOnce,
    /// The same, of the version that both have read.
    OfVersion,
    /// The old secret goes on: there is room for one more.
    WithGrace,
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_on_sqlite_that_regenerate_one_secret_at_once_agree() {
    race(None, tries(8, 300), "40-races-sqlite", "Two processes over one SQLite file regenerate the same secret").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_on_postgresql_that_regenerate_one_secret_at_once_agree() {
    let postgres = Postgres::start().await;
    race(
        Some(postgres.url()),
        tries(8, 300),
        "41-races-postgresql",
        "Two nodes over PostgreSQL regenerate the same secret",
    )
    .await;
}

async fn race(database_url: Option<String>, races: u32, part: &str, heading: &str) {
    let installation = Installation::new(database_url);
    let nodes = [installation.serve(free_port()).await, installation.serve(free_port()).await];
    let operator = installation.operator_token();
    let body = json!({"identifier": "northwind", "name": "northwind"});
    answer(nodes[0].door.post("/admin/v1/entities").bearer_auth(&operator).json(&body)).await.unwrap();
    let made = nodes[0].door.post("/admin/v1/entities/northwind/credentials").bearer_auth(&operator).json(&json!({}));
    let mut client = Client::from_answer(&answer(made).await.unwrap());
    let (mut both, mut one, mut agreed) = (0, 0, Times::default());
    for number in 0..races {
        let asked = [Asked::AtOnce, Asked::OfVersion, Asked::AtOnce, Asked::WithGrace][number as usize % 4];
        let told = tokio::join!(
            regenerate(&nodes[0].door, &operator, &client, asked),
            regenerate(&nodes[1].door, &operator, &client, asked)
        );
        let told = [told.0, told.1];
        let refused = told.iter().filter(|answer| answer.status != 200);
        let expected = if asked == Asked::OfVersion { 412 } else { 409 };
        assert!(refused.clone().all(|answer| answer.status == expected), "{asked:?}: {told:?}");
        let mut done: Vec<(i64, String)> = told
            .iter()
            .filter(|answer| answer.status == 200)
            .map(|answer| {
                (answer.body["version"].as_i64().unwrap(), answer.body["client_secret"].as_str().unwrap().to_owned())
            })
            .collect();
        done.sort_unstable();
        let versions: Vec<i64> = done.iter().map(|(version, _)| *version).collect();
        let in_order: Vec<i64> = (1..=done.len()).map(|more| client.version + i64::try_from(more).unwrap()).collect();
        assert_eq!(versions, in_order, "{asked:?}: {told:?}");
        assert!(done.len() == 1 || (done.len() == 2 && asked == Asked::AtOnce), "{asked:?}: {told:?}");
        (both, one) = (both + u32::from(done.len() == 2), one + u32::from(done.len() == 1));
        let last = done.pop().unwrap().1;
        let begun = Instant::now();
        for node in &nodes {
            until(&node.door, &client, &last, 200, begun).await;
            for (_, overtaken) in &done {
                until(&node.door, &client, overtaken, 401, begun).await;
            }
            let old = if asked == Asked::WithGrace { 200 } else { 401 };
            until(&node.door, &client, &client.secrets[0].secret, old, begun).await;
        }
        agreed.add(begun.elapsed());
        client.version = *versions.last().unwrap();
        client.secrets[0].secret = last;
    }
    let logged = installation.number("SELECT COUNT(*) FROM events WHERE action = 'credential.regenerated'").await;
    assert_eq!(logged, client.version - 1, "each is in the log");
    assert_eq!(half_written(&installation).await, Vec::<String>::new());
    installation.verify_audit();
    let mut lines = head([
        "tries",
        "both done, in order",
        "one done, one refused",
        "states that were not agreed on",
        "agreed on both nodes after, 99th percentile",
        "at most",
    ]);
    let (p99, max) = (millis(agreed.percentile(99)), millis(agreed.max()));
    lines.push(row([&races.to_string(), &both.to_string(), &one.to_string(), "0", &p99, &max]));
    record(part, heading, &lines);
}

async fn regenerate(door: &Door, operator: &str, client: &Client, asked: Asked) -> Answer {
    let mut request =
        door.post(&format!("/admin/v1/credentials/{}/regenerate", client.client_id)).bearer_auth(operator);
    if asked == Asked::OfVersion {
        request = request.header("If-Match", format!("\"{}\"", client.version));
    }
    let grace = if asked == Asked::WithGrace { 3600 } else { 0 };
    answer(request.json(&json!({"grace_seconds": grace}))).await.unwrap()
}

async fn token(door: &Door, client: &Client, secret: &str) -> u16 {
    let body: Value = json!({"client_id": client.client_id, "client_secret": secret});
    answer(door.post("/api/v1/access-token").json(&body)).await.unwrap().status
}

async fn until(door: &Door, client: &Client, secret: &str, expected: u16, begun: Instant) {
    while token(door, client, secret).await != expected {
        assert!(begun.elapsed() < EVERYWHERE, "it is not {expected} after {EVERYWHERE:?}");
        sleep(Duration::from_millis(5)).await;
    }
}
