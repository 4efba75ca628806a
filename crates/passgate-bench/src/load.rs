//! Load: closed, where each connection waits for its answer before it asks again, and open, where requests come at a fixed
//! rate whether or not the server keeps up and a wait counts from the moment at which the request was due.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::Failure;
use crate::process;
use crate::wire::{Conversation, Endpoint};

/// Longest wait that is told apart from a longer one, in nanoseconds.
const LONGEST: u64 = 60_000_000_000;
/// Whoever sends at a rate looks so often what is due and what was answered. The wait counts, so nothing is hidden.
const PACE: Duration = Duration::from_micros(200);
/// Connections begin in so many parts of a long list.
const SPREAD: usize = 257;
/// Connections that requests at a fixed rate are spread over.
const OPEN_CONNECTIONS: usize = 128;

const WARM: u8 = 0;
const MEASURED: u8 = 1;
const OVER: u8 = 2;

/// What is asked of one server.
#[derive(Clone)]
pub struct Target {
    /// What the tables call it.
    pub name: String,
    /// Where it is.
    pub endpoint: Endpoint,
    /// Its processes.
    pub pids: Vec<u32>,
    /// Its requests, which each connection sends in turn, beginning somewhere else.
    pub requests: Arc<Vec<Vec<u8>>>,
    /// The status that each must be answered with.
    pub expected: u16,
    /// A number of its own if each of its connections, and each leg, comes from another address: the throttle counts failures
    /// by address.
    pub from: Option<u8>,
}

/// How long a leg is.
#[derive(Clone, Copy)]
pub struct Pace {
    /// Before anything is counted.
    pub warm: Duration,
    /// While everything is.
    pub measured: Duration,
}

/// What one leg has shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Leg {
    /// Answers with the expected status.
    pub answers: u64,
    /// Answers with another status.
    pub wrong: u64,
    /// Answers a second.
    pub per_second: f64,
    /// Processor time of the server for each, in microseconds.
    pub cpu_micros: f64,
    /// Half of the answers took less, in milliseconds.
    pub p50: f64,
    /// 99 of 100 did.
    pub p99: f64,
    /// 999 of 1000 did.
    pub p999: f64,
    /// What the server held in memory at the end, in megabytes.
    pub resident: f64,
}

struct Shared {
    phase: AtomicU8,
    wrong: AtomicU64,
    latency: Mutex<Histogram<u64>>,
}

impl Shared {
    fn new() -> Result<Arc<Self>, Failure> {
        let latency = Mutex::new(Histogram::new_with_bounds(1, LONGEST, 3)?);
        Ok(Arc::new(Self { phase: AtomicU8::new(WARM), wrong: AtomicU64::new(0), latency }))
    }

    /// Notes an answer to a request that was due at `due`. Says whether there is more to do.
    fn note(&self, due: Instant, is_right: bool) -> bool {
        match self.phase.load(Ordering::Relaxed) {
            MEASURED if is_right => {
                let nanos = u64::try_from(due.elapsed().as_nanos()).unwrap_or(LONGEST);
                self.latency.lock().unwrap_or_else(PoisonError::into_inner).saturating_record(nanos);
            }
            MEASURED => {
                self.wrong.fetch_add(1, Ordering::Relaxed);
            }
            OVER => return false,
            _ => {}
        }
        true
    }

    /// Lets the leg run, and says what it has shown.
    async fn run(&self, pids: &[u32], pace: Pace) -> Result<Leg, Failure> {
        tokio::time::sleep(pace.warm).await;
        let (begun, before) = (Instant::now(), process::cpu(pids)?);
        self.phase.store(MEASURED, Ordering::Relaxed);
        tokio::time::sleep(pace.measured).await;
        self.phase.store(OVER, Ordering::Relaxed);
        let (seconds, used) = (begun.elapsed().as_secs_f64(), process::cpu(pids)?.saturating_sub(before));
        let latency = self.latency.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = latency.len();
        let wrong = self.wrong.load(Ordering::Relaxed);
        let all = answers.saturating_add(wrong).max(1) as f64;
        let millis = |quantile| latency.value_at_quantile(quantile) as f64 / 1e6;
        Ok(Leg {
            answers,
            wrong,
            per_second: answers as f64 / seconds,
            cpu_micros: used.as_secs_f64() * 1e6 / all,
            p50: millis(0.5),
            p99: millis(0.99),
            p999: millis(0.999),
            resident: process::resident(pids)? as f64 / 1e6,
        })
    }
}

/// The address that connection `number` of leg `leg` comes from.
fn source(target: &Target, leg: u8, number: usize) -> Option<Ipv4Addr> {
    let [.., high, low] = number.to_be_bytes();
    let number = target.from?.saturating_mul(50).saturating_add(leg).saturating_add(1);
    Some(Ipv4Addr::new(127, number, high, low.saturating_add(1)))
}

/// `connections` connections, each of which asks again as soon as it is answered.
pub async fn closed(target: &Target, connections: usize, leg: u8, pace: Pace) -> Result<Leg, Failure> {
    let shared = Shared::new()?;
    let mut talks = JoinSet::new();
    for number in 0..connections {
        let conversation = target.endpoint.connect(source(target, leg, number)).await?;
        talks.spawn(talk(conversation, target.clone(), number, shared.clone()));
    }
    let leg = shared.run(&target.pids, pace).await?;
    while let Some(ended) = talks.join_next().await {
        ended??;
    }
    Ok(leg)
}

/// Sends each request once, over `connections` connections; each must be answered as expected.
pub async fn each_once(target: &Target, connections: usize) -> Result<(), Failure> {
    let mut talks = JoinSet::new();
    for number in 0..connections {
        let (mut with, target) = (target.endpoint.connect(None).await?, target.clone());
        talks.spawn(async move {
            for request in target.requests.iter().skip(number).step_by(connections) {
                let status = with.ask(request).await?.status;
                if status != target.expected {
                    return Err(Failure::from(format!("{}: {status}", target.name)));
                }
            }
            Ok(())
        });
    }
    while let Some(ended) = talks.join_next().await {
        ended??;
    }
    Ok(())
}

async fn talk(mut with: Conversation, target: Target, number: usize, shared: Arc<Shared>) -> Result<(), Failure> {
    // Far enough apart that two connections do not follow each other.
    let apart = target.requests.len().div_euclid(SPREAD).max(7);
    for request in target
        .requests
        .iter()
        .cycle()
        .skip(number.saturating_mul(apart).checked_rem(target.requests.len()).unwrap_or(0))
    {
        let begun = Instant::now();
        let status = with.ask(request).await?.status;
        if !shared.note(begun, status == target.expected) {
            break;
        }
    }
    Ok(())
}

/// `per_second` requests a second, evenly spread, over connections that take turns.
pub async fn open(target: &Target, per_second: f64, leg: u8, pace: Pace) -> Result<Leg, Failure> {
    let shared = Shared::new()?;
    let (leg, ()) = tokio::try_join!(shared.run(&target.pids, pace), at_rate(target, per_second, leg, &shared))?;
    Ok(leg)
}

/// Blocks the thread between looks: so all that is due is sent at once, and all that was answered is read at once. A wake for
/// each request would take the servers' time.
async fn at_rate(target: &Target, per_second: f64, leg: u8, shared: &Arc<Shared>) -> Result<(), Failure> {
    let mut talks = JoinSet::new();
    let mut turns = Vec::with_capacity(OPEN_CONNECTIONS);
    for number in 0..OPEN_CONNECTIONS {
        let conversation = target.endpoint.connect(source(target, leg, number)).await?;
        let (sender, dues) = mpsc::unbounded_channel();
        turns.push(sender);
        talks.spawn(answer_dues(conversation, target.clone(), number, shared.clone(), dues));
    }
    let interval = Duration::from_secs_f64(1.0 / per_second.max(1.0));
    let mut next = Instant::now();
    for turn in turns.iter().cycle() {
        while next > Instant::now() {
            // Sends what is due, and looks what was answered meanwhile.
            tokio::task::yield_now().await;
            std::thread::sleep(PACE);
            tokio::task::yield_now().await;
        }
        if shared.phase.load(Ordering::Relaxed) == OVER || turn.send(next).is_err() {
            break;
        }
        next = next.checked_add(interval).unwrap_or(next);
    }
    drop(turns);
    while let Some(ended) = talks.join_next().await {
        ended??;
    }
    Ok(())
}

async fn answer_dues(
    mut with: Conversation,
    target: Target,
    number: usize,
    shared: Arc<Shared>,
    mut dues: mpsc::UnboundedReceiver<Instant>,
) -> Result<(), Failure> {
    for request in target.requests.iter().cycle().skip(number) {
        let Some(due) = dues.recv().await else { break };
        let status = with.ask(request).await?.status;
        if !shared.note(due, status == target.expected) {
            break;
        }
    }
    Ok(())
}
