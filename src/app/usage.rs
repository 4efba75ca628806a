//! What issuing leaves behind, gathered until the next write: how often and when each secret, or other proof, was last used.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::id::{ClientId, SecretId};
use crate::domain::time::Timestamp;
use crate::store::usage::Use;

/// So many locks share the traffic.
const SHARDS: usize = 64;

struct Gathered {
    client_id: ClientId,
    secret_id: Option<SecretId>,
    tokens: u32,
    last_used_at: Timestamp,
    last_used_address: Option<IpAddr>,
}

/// Uses not written yet, by the id of the secret, or of the client if it proved itself without one.
pub struct Usage {
    shards: [Mutex<HashMap<Arc<str>, Gathered>>; SHARDS],
    hasher: RandomState,
}

impl Default for Usage {
    fn default() -> Self {
        Self { shards: std::array::from_fn(|_| Mutex::default()), hasher: RandomState::new() }
    }
}

impl Usage {
    /// Counts a token.
    pub fn count(&self, client_id: &ClientId, secret_id: Option<&SecretId>, address: IpAddr, now: Timestamp) {
        let id = secret_id.map_or(client_id.as_str(), SecretId::as_str);
        let Some(mut gathered) = self.shard(id) else { return };
        match gathered.get_mut(id) {
            Some(used) => {
                used.tokens = used.tokens.saturating_add(1);
                used.last_used_at = now;
                used.last_used_address = Some(address);
            }
            None => {
                let used = Gathered {
                    client_id: client_id.clone(),
                    secret_id: secret_id.cloned(),
                    tokens: 1,
                    last_used_at: now,
                    last_used_address: Some(address),
                };
                gathered.insert(secret_id.map_or_else(|| client_id.shared(), SecretId::shared), used);
            }
        }
    }

    fn shard(&self, id: &str) -> Option<MutexGuard<'_, HashMap<Arc<str>, Gathered>>> {
        let index = usize::try_from(self.hasher.hash_one(id).rem_euclid(SHARDS as u64)).ok()?;
        Some(self.shards.get(index)?.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Everything gathered, which is then forgotten here.
    pub fn take(&self) -> Vec<Use> {
        let mut uses = Vec::new();
        for shard in &self.shards {
            let mut gathered = shard.lock().unwrap_or_else(PoisonError::into_inner);
            uses.extend(gathered.drain().map(|(_, used)| Use {
                client_id: used.client_id,
                secret_id: used.secret_id,
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
            let id = used.secret_id.as_ref().map_or_else(|| used.client_id.shared(), SecretId::shared);
            let Some(mut gathered) = self.shard(&id) else { continue };
            let address = used.last_used_address.parse().ok();
            let newer = gathered.entry(id).or_insert_with(|| Gathered {
                client_id: used.client_id,
                secret_id: used.secret_id,
                tokens: 0,
                last_used_at: used.last_used_at,
                last_used_address: address,
            });
            newer.tokens = newer.tokens.saturating_add(used.tokens);
        }
    }
}
