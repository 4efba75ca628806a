//! Three nodes over one PostgreSQL, under load: how long it takes until a change that one has answered holds on all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, interval, sleep};

use super::figures::{Times, below, head, is_whole, millis, record, row, tries};
use super::node::{Answer, Door, Installation, answer, free_port};
use super::postgres::Postgres;

const NODES: usize = 3;
/// What 99 in a hundred changes must not exceed.
const PROMISED: Duration = Duration::from_secs(2);
/// Clients that ask each node for tokens all the time, each so often.
const LOAD: usize = 5;
const EVERY: Duration = Duration::from_millis(50);

/// What is changed, and how it is seen to hold on a node.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Secret,
    Entity,
    Token,
    Key,
    Quota,
    Lock,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Secret, Self::Entity, Self::Token, Self::Key, Self::Quota, Self::Lock];

    const fn name(self) -> &'static str {
        match self {
            Self::Secret => "secret regenerated: the old one is refused",
            Self::Entity => "entity disabled: its secret is refused",
            Self::Token => "token revoked: it is refused",
            Self::Key => "signing key rotated: the key set has the next one",
            Self::Quota => "quota set: answers count by it",
            Self::Lock => "account locked by failures: the right secret is refused",
        }
    }
}

struct Client {
    client_id: String,
    secret: String,
}

struct Cluster {
    nodes: Vec<Door>,
    operator: String,
    made: AtomicU64,
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_on_one_of_three_nodes_holds_on_all_within_two_seconds() {
    let postgres = Postgres::start().await;
    let installation = Installation::new(Some(postgres.url()));
    let mut nodes = Vec::new();
    for _ in 0..NODES {
        nodes.push(installation.serve(free_port()).await);
    }
    let doors = nodes.iter().map(|node| node.door.clone()).collect();
    let cluster = Cluster { nodes: doors, operator: installation.operator_token(), made: AtomicU64::new(0) };
    let over = Arc::new(AtomicBool::new(false));
    let begun = Instant::now();
    let mut load = Vec::new();
    for door in &cluster.nodes {
        for _ in 0..LOAD {
            load.push(tokio::spawn(ask(door.clone(), cluster.client(json!({})).await.1, over.clone())));
        }
    }
    let mut lines = head(["change", "tries", "median", "99th percentile", "at most"]);
    let mut late = Vec::new();
    for kind in Kind::ALL {
        let mut times = Times::default();
        for _ in 0..tries(1, 200) {
            times.add(cluster.try_one(kind).await);
        }
        let (median, p99, max) = (times.percentile(50), times.percentile(99), times.max());
        lines.push(row([kind.name(), &times.count().to_string(), &millis(median), &millis(p99), &millis(max)]));
        late.extend((p99 >= PROMISED).then_some((kind, p99)));
    }
    over.store(true, Ordering::Relaxed);
    let took = begun.elapsed();
    let answered = join_all(load).await.into_iter().map(Result::unwrap);
    let (tokens, refused) = answered.fold((0, 0), |sum: (u64, u64), one| (sum.0 + one.0, sum.1 + one.1));
    let rate = tokens as f64 / took.as_secs_f64();
    lines.push(String::new());
    lines.push(format!("Meanwhile the three nodes issued {tokens} tokens, {rate:.0} a second, and refused {refused}."));
    record("80-spread", "Until a change on one of three nodes holds on all", &lines);
    assert!(late.is_empty() && refused == 0, "{late:?}, {refused} refused");
    if is_whole() {
        installation.verify_audit();
    }
}

async fn ask(door: Door, client: Client, over: Arc<AtomicBool>) -> (u64, u64) {
    let (mut issued, mut refused, mut ticks) = (0, 0, interval(EVERY));
    while !over.load(Ordering::Relaxed) {
        ticks.tick().await;
        let is_issued = token(&door, &client).await.is_some_and(|answer| answer.status == 200);
        (issued, refused) = (issued + u64::from(is_issued), refused + u64::from(!is_issued));
    }
    (issued, refused)
}

async fn token(door: &Door, client: &Client) -> Option<Answer> {
    let body = json!({"client_id": client.client_id, "client_secret": client.secret});
    answer(door.post("/api/v1/access-token").json(&body)).await
}

impl Cluster {
    async fn admin(&self, node: usize, method: Method, path: &str, body: Value) -> Answer {
        let request = self.nodes[node].request(method, &format!("/admin/v1{path}"));
        let told = answer(request.bearer_auth(&self.operator).json(&body)).await.unwrap();
        assert!(told.status < 300, "{path}: {told:?}");
        told
    }

    /// An entity with a client.
    async fn client(&self, settings: Value) -> (String, Client) {
        let entity = format!("entity-{}", self.made.fetch_add(1, Ordering::Relaxed));
        let body = json!({"identifier": entity, "name": entity, "settings": settings});
        self.admin(0, Method::POST, "/entities", body).await;
        let made = self.admin(0, Method::POST, &format!("/entities/{entity}/credentials"), json!({})).await.body;
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        (entity, Client { client_id: text("client_id"), secret: text("client_secret") })
    }

    /// Makes a change on one node. From its answer on it is asked on every node whether it holds.
    async fn try_one(&self, kind: Kind) -> Duration {
        let settings = if kind == Kind::Lock { json!({"account_lock": {"maximum_attempts": 1}}) } else { json!({}) };
        let (entity, client) = self.client(settings).await;
        // Every node has the client in memory: there is something to forget.
        let mut issued = String::new();
        for door in &self.nodes {
            let told = token(door, &client).await.unwrap();
            told.body["access_token"].as_str().expect("a token").clone_into(&mut issued);
        }
        let on = usize::try_from(below(NODES as u64)).unwrap();
        let entity = format!("/entities/{entity}");
        let mut kid = String::new();
        match kind {
            Kind::Secret => {
                let path = format!("/credentials/{}/regenerate", client.client_id);
                self.admin(on, Method::POST, &path, json!({})).await;
            }
            Kind::Entity => {
                self.admin(on, Method::PATCH, &entity, json!({"status": "disabled"})).await;
            }
            Kind::Token => {
                self.admin(on, Method::POST, "/tokens/revoke", json!({"token": issued})).await;
            }
            Kind::Key => {
                self.admin(on, Method::POST, "/keys/rotate", json!({"force": true})).await;
                let keys = answer(self.nodes[on].get("/admin/v1/keys").bearer_auth(&self.operator)).await.unwrap().body;
                let keys = keys["items"].as_array().unwrap();
                let next = keys.iter().find(|key| key["state"] == "next").unwrap();
                next["kid"].as_str().unwrap().clone_into(&mut kid);
            }
            Kind::Quota => {
                let quota = json!({"settings": {"quota": {"tokens_per_hour": 1_000_000}}});
                self.admin(on, Method::PATCH, &entity, quota).await;
            }
            Kind::Lock => {
                let guess = Client { client_id: client.client_id.clone(), secret: "pgs_wrong".to_owned() };
                assert_eq!(token(&self.nodes[on], &guess).await.unwrap().status, 401);
            }
        }
        let begun = Instant::now();
        let seen = self.nodes.iter().map(async |door| {
            while !holds(kind, door, &client, &issued, &kid).await {
                assert!(begun.elapsed() < 10 * PROMISED, "{kind:?} never holds");
                sleep(Duration::from_millis(5)).await;
            }
        });
        join_all(seen).await;
        begun.elapsed()
    }
}

async fn holds(kind: Kind, door: &Door, client: &Client, issued: &str, kid: &str) -> bool {
    match kind {
        Kind::Secret | Kind::Entity | Kind::Lock => token(door, client).await.unwrap().status == 401,
        Kind::Token => answer(door.get("/api/v1/whoami").bearer_auth(issued)).await.unwrap().status == 401,
        Kind::Key => {
            let keys = answer(door.get("/.well-known/jwks.json")).await.unwrap().body;
            keys["keys"].as_array().unwrap().iter().any(|key| key["kid"] == kid)
        }
        Kind::Quota => token(door, client).await.unwrap().has_quota,
    }
}
