//! What this node knows of credentials and entities: read once from the store, forgotten when an event tells of a
//! change. A read that began before a change never stays after it.

use std::borrow::Borrow;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::sync::Cache;

use crate::domain::credential::Credential;
use crate::domain::entity::Entity;
use crate::domain::id::{ClientId, EntityId};

/// A credential as its own key, so that its Client Id is kept once.
struct ByClientId(Arc<Credential>);

impl Borrow<str> for ByClientId {
    fn borrow(&self) -> &str {
        self.0.client_id.as_str()
    }
}

impl Hash for ByClientId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.client_id.hash(state);
    }
}

impl PartialEq for ByClientId {
    fn eq(&self, other: &Self) -> bool {
        self.0.client_id == other.0.client_id
    }
}

impl Eq for ByClientId {}

/// Credentials and entities in memory.
pub struct Known {
    credentials: Cache<ByClientId, Arc<Credential>>,
    entities: Cache<EntityId, Arc<Entity>>,
    changes: AtomicU64,
}

/// A promise to have begun reading before later changes.
#[derive(Clone, Copy)]
pub struct ReadMark(u64);

impl Known {
    /// Keeps at most `most` credentials, and as many entities.
    pub fn new(most: usize) -> Self {
        Self { credentials: Cache::new(most), entities: Cache::new(most), changes: AtomicU64::new(0) }
    }

    /// A known credential, by its Client Id, or what somebody says that it is.
    pub fn credential(&self, client_id: &str) -> Option<Arc<Credential>> {
        self.credentials.get(client_id)
    }

    /// A known entity.
    pub fn entity(&self, id: &EntityId) -> Option<Arc<Entity>> {
        self.entities.get(id)
    }

    /// To be taken before the store is read for [`Known::learn_credential`] or [`Known::learn_entity`].
    pub fn begin_read(&self) -> ReadMark {
        ReadMark(self.changes.load(Ordering::SeqCst))
    }

    /// Remembers what was read, unless something has changed since.
    pub fn learn_credential(&self, mark: ReadMark, credential: &Arc<Credential>) {
        self.credentials.insert(ByClientId(credential.clone()), credential.clone());
        if self.changes.load(Ordering::SeqCst) != mark.0 {
            self.credentials.remove(credential.client_id.as_str());
        }
    }

    /// Remembers what was read, unless something has changed since.
    pub fn learn_entity(&self, mark: ReadMark, entity: &Arc<Entity>) {
        self.entities.insert(entity.id, entity.clone());
        if self.changes.load(Ordering::SeqCst) != mark.0 {
            self.entities.remove(&entity.id);
        }
    }

    /// Forgets a credential that has changed.
    pub fn forget_credential(&self, client_id: &ClientId) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.credentials.remove(client_id.as_str());
    }

    /// Forgets an entity that has changed.
    pub fn forget_entity(&self, id: &EntityId) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.entities.remove(id);
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        self.changes.fetch_add(1, Ordering::SeqCst);
        self.credentials.clear();
        self.entities.clear();
    }

    /// How many credentials are known.
    pub fn len(&self) -> usize {
        self.credentials.len()
    }

    /// Whether no credential is known.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
