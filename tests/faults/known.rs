//! An entity whose clients a server has in memory, asked for tokens and given more clients while something is wrong.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use tokio::time::{Instant, interval, sleep};

use super::figures::Times;
use super::ledger::{Account, Client};
use super::node::{Door, answer};

/// Clients that ask for tokens.
pub const CLIENTS: usize = 8;
/// Each asks so often.
const EVERY: Duration = Duration::from_millis(20);
/// So long after one change the next is tried: an entity has room for a thousand credentials.
const CHANGE: Duration = Duration::from_millis(50);

/// An entity of this name with clients that have been seen once.
pub async fn account(door: &Door, operator: &str, name: &str) -> Account {
    let settings = json!({"token_timeout_minutes": 1440, "most_credentials": 1000});
    let body = json!({"identifier": name, "name": name, "settings": settings});
    let made = answer(door.post("/admin/v1/entities").bearer_auth(operator).json(&body)).await.unwrap();
    assert_eq!(made.status, 201, "{made:?}");
    let mut account = Account { entity: name.to_owned(), is_disabled: false, version: 1, clients: Vec::new() };
    for _ in 0..CLIENTS {
        account.clients.push(generate(door, operator, name).await.unwrap().unwrap());
    }
    // A client that was seen once is in memory.
    assert_eq!(account.losses(door).await, Vec::<String>::new());
    account
}

/// A change, and how it was answered: a credential, or 503.
pub async fn generate(door: &Door, operator: &str, entity: &str) -> Result<Option<Client>, String> {
    let request = door.request(Method::POST, &format!("/admin/v1/entities/{entity}/credentials"));
    match answer(request.bearer_auth(operator).json(&json!({}))).await {
        Some(answer) if answer.status == 201 => Ok(Some(Client::from_answer(&answer))),
        Some(answer) if answer.status == 503 && answer.retry_after => Ok(None),
        other => Err(format!("a change: {other:?}")),
    }
}

/// Asks for tokens until it is over: how long each took, and how many were refused.
pub async fn ask(door: Door, client: Client, over: Arc<AtomicBool>) -> (Times, usize) {
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

/// Makes clients until it is over: how long each took, those made, how many were refused, and what else was answered.
pub async fn change(
    door: Door,
    operator: String,
    entity: String,
    over: Arc<AtomicBool>,
) -> (Times, Vec<Client>, usize, Vec<String>) {
    let (mut times, mut made, mut refused, mut odd) = (Times::default(), Vec::new(), 0, Vec::new());
    while !over.load(Ordering::Relaxed) {
        let begun = Instant::now();
        match generate(&door, &operator, &entity).await {
            Ok(Some(client)) => made.push(client),
            Ok(None) => refused += 1,
            Err(why) => odd.push(why),
        }
        times.add(begun.elapsed());
        sleep(CHANGE).await;
    }
    (times, made, refused, odd)
}

/// How long it takes until a change is made again; at least `most` if it never is.
pub async fn first_change(door: &Door, operator: &str, account: &mut Account, most: Duration) -> Duration {
    let begun = Instant::now();
    while begun.elapsed() < most {
        match generate(door, operator, &account.entity).await {
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
