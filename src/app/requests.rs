//! The log of token requests, gathered until the next write: exact counts, and the first few requests of each entity
//! and second. Nobody waits for it, and it never grows beyond its bounds.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quick_cache::DefaultHashBuilder;

use super::issue::{Asker, Shown};
use super::{App, Error};
use crate::domain::credential::Owner;
use crate::domain::id::EntityId;
use crate::domain::secret::Hint;
use crate::domain::time::Timestamp;
use crate::domain::token::Door;
use crate::store::request::{NewRequest, request_id_at};
use crate::store::request_count::NewCount;

/// So many locks share the traffic.
const SHARDS: usize = 64;
/// Most counts that one of them keeps for the next write, and most requests.
const MOST_COUNTS: usize = 2_048;
const MOST_REQUESTS: usize = 512;
/// So many requests of one entity are kept in one second: a flood must not fill the disk.
const ISSUED_A_SECOND: u32 = 5;
const FAILED_A_SECOND: u32 = 20;
/// Longest reason, in characters. It can name every field at fault.
const LONGEST_REASON: usize = 300;
/// Most requests, and most counts, of one transaction: others wait for SQLite's writer.
const WRITTEN_AT_ONCE: usize = 1_000;
/// So long requests are kept,
const KEPT: Duration = Duration::from_secs(30 * 86_400);
/// so many of one entity,
const MOST_KEPT: i64 = 50_000;
/// and so long counts.
const COUNTS_KEPT: Duration = Duration::from_secs(400 * 86_400);

/// A token request that has been answered.
#[derive(Debug)]
pub struct Answered<'a> {
    /// When.
    pub at: Timestamp,
    /// Who asked.
    pub asker: &'a Asker,
    /// Where it came in.
    pub door: Door,
    /// Its id.
    pub request_id: &'a str,
    /// The status of the answer.
    pub status: u16,
    /// The code of the answer, empty for a token.
    pub code: &'static str,
    /// Why, for people.
    pub reason: String,
    /// From where.
    pub address: IpAddr,
    /// How long the answer took, in microseconds.
    pub micros: u64,
}

struct Count {
    hour: Timestamp,
    status: u16,
    code: &'static str,
    count: u64,
}

/// One entity: its counts not written yet, and how many of its requests were kept in the second of the last one.
#[derive(Default)]
struct Gathered {
    counts: Vec<Count>,
    second: i64,
    issued: u32,
    failed: u32,
}

#[derive(Default)]
struct Shard {
    /// Ids are ours, so nobody makes them collide.
    entities: HashMap<EntityId, Gathered, DefaultHashBuilder>,
    /// How many counts all of them have together.
    counts: usize,
    requests: Vec<NewRequest>,
    lost: u64,
}

/// What was taken out, to be written.
#[derive(Default)]
struct Taken {
    counts: Vec<NewCount>,
    requests: Vec<NewRequest>,
    lost: u64,
}

/// Token requests not written yet.
pub struct Requests {
    shards: Vec<Mutex<Shard>>,
    hasher: DefaultHashBuilder,
    /// Tells the requests of one millisecond apart. It begins anywhere, as it does on other nodes.
    number: AtomicU64,
    /// The entities that may have more requests kept than they should.
    grown: Mutex<HashSet<EntityId>>,
}

impl Default for Requests {
    fn default() -> Self {
        Self {
            shards: std::iter::repeat_with(Mutex::default).take(SHARDS).collect(),
            hasher: DefaultHashBuilder::default(),
            number: AtomicU64::new(RandomState::new().hash_one("number")),
            grown: Mutex::default(),
        }
    }
}

impl Requests {
    /// Notes a request, if its client belongs to an entity.
    pub fn note(&self, answered: &Answered<'_>) {
        let Owner::Entity(entity_id) = &answered.asker.credential.owner else { return };
        let Some(mut shard) = self.shard(entity_id) else { return };
        shard.count(entity_id, answered.at.hour(), answered.status, answered.code, 1);
        if shard.has_room(entity_id, answered.at, answered.status) {
            let number = self.number.fetch_add(1, Ordering::Relaxed);
            shard.requests.push(request(answered, entity_id, number));
        }
    }

    fn shard(&self, entity_id: &EntityId) -> Option<MutexGuard<'_, Shard>> {
        let index = usize::try_from(self.hasher.hash_one(entity_id).rem_euclid(SHARDS as u64)).ok()?;
        Some(locked(self.shards.get(index)?))
    }

    /// Everything gathered, which is then forgotten here, but for what the current second still needs.
    fn take(&self, now: Timestamp) -> Taken {
        let mut taken = Taken::default();
        for shard in &self.shards {
            let mut shard = locked(shard);
            taken.requests.append(&mut shard.requests);
            taken.lost = taken.lost.saturating_add(std::mem::take(&mut shard.lost));
            shard.counts = 0;
            shard.entities.retain(|entity_id, gathered| {
                taken.counts.extend(gathered.counts.drain(..).map(|Count { hour, status, code, count }| NewCount {
                    entity_id: *entity_id,
                    hour,
                    status,
                    code,
                    count,
                }));
                gathered.second == now.seconds()
            });
        }
        taken
    }

    /// Takes back what could not be written, as far as there is room.
    fn give_back(&self, taken: Taken) {
        for NewCount { entity_id, hour, status, code, count } in taken.counts {
            let Some(mut shard) = self.shard(&entity_id) else { continue };
            shard.count(&entity_id, hour, status, code, count);
        }
        for request in taken.requests {
            let Some(mut shard) = self.shard(&request.entity_id) else { continue };
            if shard.requests.len() < MOST_REQUESTS {
                shard.requests.push(request);
            }
        }
    }
}

impl Shard {
    fn count(&mut self, entity_id: &EntityId, hour: Timestamp, status: u16, code: &'static str, count: u64) {
        let is_full = self.counts >= MOST_COUNTS;
        let gathered = match self.entities.get_mut(entity_id) {
            Some(gathered) => gathered,
            None if is_full => {
                self.lost = self.lost.saturating_add(count);
                return;
            }
            None => self.entities.entry(*entity_id).or_default(),
        };
        let is_alike = |counted: &&mut Count| counted.hour == hour && counted.status == status && counted.code == code;
        match gathered.counts.iter_mut().find(is_alike) {
            Some(counted) => counted.count = counted.count.saturating_add(count),
            None if is_full => self.lost = self.lost.saturating_add(count),
            None => {
                gathered.counts.push(Count { hour, status, code, count });
                self.counts = self.counts.saturating_add(1);
            }
        }
    }

    /// Whether another request of this entity is to be kept now; if so, it counts towards those of its second.
    fn has_room(&mut self, entity_id: &EntityId, now: Timestamp, status: u16) -> bool {
        let Some(gathered) = self.entities.get_mut(entity_id) else { return false };
        if gathered.second != now.seconds() {
            (gathered.second, gathered.issued, gathered.failed) = (now.seconds(), 0, 0);
        }
        let (kept, most) = match status {
            200 => (&mut gathered.issued, ISSUED_A_SECOND),
            _ => (&mut gathered.failed, FAILED_A_SECOND),
        };
        if *kept >= most || self.requests.len() >= MOST_REQUESTS {
            return false;
        }
        *kept = kept.saturating_add(1);
        true
    }
}

fn request(answered: &Answered<'_>, entity_id: &EntityId, number: u64) -> NewRequest {
    let credential = &answered.asker.credential;
    let (secret_hint, refused) = match &answered.asker.shown {
        Shown::Known(id) => {
            let known = credential.secrets.iter().find(|secret| secret.id == *id);
            (known.map(|secret| secret.hint).unwrap_or_default(), None)
        }
        Shown::Unknown(mac) => (Hint::default(), Some(*mac)),
        Shown::Nothing => (Hint::default(), None),
    };
    NewRequest {
        id: request_id_at(answered.at, number),
        at: answered.at,
        entity_id: *entity_id,
        client_id: credential.client_id,
        door: answered.door,
        request_id: answered.request_id.into(),
        status: answered.status,
        code: answered.code,
        // PostgreSQL takes no NUL; a list of permitted values may hold one.
        reason: answered.reason.chars().filter(|c| !c.is_control()).take(LONGEST_REASON).collect(),
        secret_hint,
        refused,
        address: answered.address,
        micros: answered.micros,
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    /// Writes the token requests gathered so far; what cannot be written is kept for the next time.
    pub async fn write_requests(&self) -> Result<(), Error> {
        let Taken { mut counts, mut requests, lost } = self.requests.take(self.now());
        if lost > 0 {
            tracing::warn!(lost, "token requests are not in the counts of their entities: there were too many to keep");
        }
        while !counts.is_empty() || !requests.is_empty() {
            let mut some_counts = counts.split_off(counts.len().saturating_sub(WRITTEN_AT_ONCE));
            let some_requests = requests.split_off(requests.len().saturating_sub(WRITTEN_AT_ONCE));
            if let Err(error) = self.counted(self.store.add_token_requests(&some_requests, &mut some_counts).await) {
                counts.append(&mut some_counts);
                requests.extend(some_requests);
                self.requests.give_back(Taken { counts, requests, lost: 0 });
                return Err(error.into());
            }
            locked(&self.requests.grown).extend(some_requests.into_iter().map(|request| request.entity_id));
        }
        Ok(())
    }

    /// Forgets token requests and counts that are too old.
    pub async fn purge_requests(&self) -> Result<(), Error> {
        let now = self.now();
        self.counted(self.store.purge_token_requests(now.minus(KEPT)).await)?;
        self.counted(self.store.purge_token_request_counts(now.minus(COUNTS_KEPT).hour()).await)?;
        Ok(())
    }

    /// Forgets token requests of the entities of which this node has written some, where they are too many.
    pub async fn trim_requests(&self) -> Result<(), Error> {
        let grown: Vec<EntityId> = locked(&self.requests.grown).drain().collect();
        for (index, entity_id) in grown.iter().enumerate() {
            if let Err(error) = self.counted(self.store.purge_token_requests_of(entity_id, MOST_KEPT).await) {
                locked(&self.requests.grown).extend(grown.into_iter().skip(index));
                return Err(error.into());
            }
        }
        Ok(())
    }
}
