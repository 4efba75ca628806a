//! What issuing leaves behind, gathered until the next write: how often and when each secret, or other proof, was last used.

use std::collections::HashMap;
use std::hash::BuildHasher as _;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use quick_cache::DefaultHashBuilder;

use crate::domain::id::{ClientId, SecretId};
use crate::domain::time::Timestamp;
use crate::store::usage::Use;

/// So many locks share the traffic.
const SHARDS: usize = 64;

struct Gathered {
    tokens: u32,
    last_used_at: Timestamp,
    last_used_address: Option<IpAddr>,
}

/// By what was used: a client, by one of its secrets or by another proof. Ids are ours, so nobody makes them collide.
type Uses = HashMap<(ClientId, Option<SecretId>), Gathered, DefaultHashBuilder>;

/// Uses not written yet.
pub struct Usage {
    shards: [Mutex<Uses>; SHARDS],
    hasher: DefaultHashBuilder,
}

impl Default for Usage {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), hasher: DefaultHashBuilder::default() }
    }
}

impl Usage {
    /// Counts a token.
    pub fn count(&self, client_id: &ClientId, secret_id: Option<&SecretId>, address: IpAddr, now: Timestamp) {
        let Some(mut gathered) = self.shard(client_id) else { return };
        let used = gathered.entry((*client_id, secret_id.copied())).or_insert(Gathered {
            tokens: 0,
            last_used_at: now,
            last_used_address: None,
        });
        used.tokens = used.tokens.saturating_add(1);
        used.last_used_at = now;
        used.last_used_address = Some(address);
    }

    fn shard(&self, client_id: &ClientId) -> Option<MutexGuard<'_, Uses>> {
        let index = usize::try_from(self.hasher.hash_one(client_id).rem_euclid(SHARDS as u64)).ok()?;
        Some(self.shards.get(index)?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Everything gathered, which is then forgotten here.
    pub fn take(&self) -> Vec<Use> {
        let mut uses = Vec::new();
        for shard in &self.shards {
            let mut gathered = shard.lock().unwrap_or_else(PoisonError::into_inner);
            uses.extend(gathered.drain().map(|((client_id, secret_id), used)| Use {
                client_id,
                secret_id,
                tokens: used.tokens,
                last_used_at: used.last_used_at,
                last_used_address: used.last_used_address.map(|address| address.to_string()).unwrap_or_default(),
            }));
        }
        uses
    }

    /// Takes back what could not be written.
    pub fn give_back(&self, uses: Vec<Use>) {
        for used in uses {
            let Some(mut gathered) = self.shard(&used.client_id) else { continue };
            let newer = gathered.entry((used.client_id, used.secret_id)).or_insert_with(|| Gathered {
                tokens: 0,
                last_used_at: used.last_used_at,
                last_used_address: used.last_used_address.parse().ok(),
            });
            newer.tokens = newer.tokens.saturating_add(used.tokens);
        }
    }
}
