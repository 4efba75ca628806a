//! The bound on serving from memory: past it a node that cannot ask its database says so everywhere.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::figures::{head, millis, record, row};
use super::known::{account, generate};
use super::ledger::Client;
use super::node::{Answer, Door, Installation, answer, free_port};
use super::postgres::Postgres;
use super::proxy::{Proxy, Way};

const BOUND: Duration = Duration::from_secs(3);
/// How much later than the bound, or than the database's return, it may be seen.
const SLACK: Duration = Duration::from_secs(7);
/// No change waits longer for a silent database: for a connection, then for an answer.
const LONGEST_ANSWER: Duration = Duration::from_secs(12);

#[tokio::test(flavor = "multi_thread")]
async fn past_the_bound_of_an_outage_nothing_is_issued_or_called_valid_until_the_database_answers() {
    let postgres = Postgres::start().await;
    let proxy = Proxy::start(postgres.socket()).await;
    let installation = Installation::new(Some(proxy.url())).with("outage_tolerance_seconds", "3");
    let node = installation.serve(free_port()).await;
    let operator = installation.operator_token();
    let client = account(&node.door, &operator, "northwind").await.clients.remove(0);
    let token = issue(&node.door, &client).await.body["access_token"].as_str().unwrap().to_owned();
    let mut lines = head(["the database is silent, the bound is 3 s", "after"]);
    proxy.set(Way::Swallow);
    let begun = Instant::now();
    let issuing = async {
        while issue(&node.door, &client).await.status == 200 {
            assert!(begun.elapsed() < BOUND + SLACK, "it goes on issuing");
            sleep(Duration::from_millis(20)).await;
        }
        begun.elapsed()
    };
    let changing = async { (generate(&node.door, &operator, "northwind").await.unwrap().is_none(), begun.elapsed()) };
    let (stopped, (is_refused, changed)) = tokio::join!(issuing, changing);
    assert!(is_refused && changed < LONGEST_ANSWER, "a change was answered after {changed:?}");
    assert!(stopped + Duration::from_millis(500) >= BOUND, "it stopped after {stopped:?}");
    let refused = issue(&node.door, &client).await;
    assert!(refused.status == 503 && refused.retry_after, "{refused:?}");
    for path in ["/api/v1/whoami", "/forward-auth"] {
        let asked = answer(node.door.get(path).bearer_auth(&token)).await.unwrap();
        assert_eq!(asked.status, 503, "{path}: {asked:?}");
    }
    assert_eq!(answer(node.door.get("/readyz")).await.unwrap().status, 503);
    proxy.set(Way::Open);
    let begun = Instant::now();
    while issue(&node.door, &client).await.status != 200 {
        assert!(begun.elapsed() < SLACK, "it does not issue again");
        sleep(Duration::from_millis(20)).await;
    }
    lines.push(row(["nothing is issued any more (503), nor called valid", &millis(stopped)]));
    lines.push(row(["after its return tokens are issued again", &millis(begun.elapsed())]));
    assert_eq!(answer(node.door.get("/api/v1/whoami").bearer_auth(&token)).await.unwrap().status, 200);
    record("21-tolerance", "Past the bound", &lines);
}

async fn issue(door: &Door, client: &Client) -> Answer {
    let body = serde_json::json!({"client_id": client.client_id, "client_secret": client.secrets[0].secret});
    answer(door.post("/api/v1/access-token").json(&body)).await.unwrap()
}
