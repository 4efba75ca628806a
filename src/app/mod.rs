//! The application: store, signer, vault, caches and limits, built once and shared. Its files hold what more than one
//! caller does (pages, admin API, command line): each step calls the doers in order.

pub mod audit;
pub mod backup;
pub mod clock;
pub mod credentials;
pub mod dpop;
pub mod durations;
pub mod entities;
pub mod feed;
pub mod follow;
pub mod http_client;
pub mod issue;
pub mod keys;
pub mod known;
pub mod leaks;
pub mod ledger;
pub mod mail;
pub mod master_key;
pub mod metrics;
pub mod moving;
pub mod open;
pub mod operators;
pub mod passwords;
pub mod people;
pub mod published_keys;
pub mod quotas;
pub mod refusals;
pub mod requests;
pub mod restore;
pub mod reuse;
pub mod revoked;
pub mod rotation;
pub mod sessions;
pub mod throttle;
pub mod tokens;
pub mod usage;
pub mod verified;
pub mod voiding;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::config::Config;
use crate::domain::certificate::Authorities;
use crate::domain::credential::Credential;
use crate::domain::entity::Entity;
use crate::domain::event::{Action, Actor, Event};
use crate::domain::fault::FieldFault;
use crate::domain::id::{ClientId, EntityId};
use crate::domain::time::Timestamp;
use crate::signer::Signer;
use crate::store::{Store, StoreError};
use crate::vault::Vault;
use clock::Clock;
use dpop::Used;
use feed::Feed;
use follow::Follower;
use known::Known;
use ledger::Ledger;
use mail::Mailer;
use metrics::Metrics;
use passwords::Passwords;
use published_keys::PublishedKeys;
use quotas::Quotas;
use refusals::Refusals;
use requests::Requests;
use reuse::Reuse;
use revoked::Revoked;
use throttle::Throttle;
use usage::Usage;
use verified::Verified;

/// How far clocks of nodes may differ before a lease is not believed.
const CLOCKS_DIFFER: Duration = Duration::from_secs(60);

/// Everything a caller needs to answer a request or a tick.
pub struct App {
    /// The settings.
    pub config: Config,
    /// The issuer of every token: the public URL, exactly.
    pub issuer: Arc<str>,
    /// The audience of a token whose request names no resource.
    pub audience: Arc<str>,
    /// The database.
    pub store: Store,
    /// The signing keys in memory.
    pub signer: Signer,
    /// The keys derived from the master key.
    pub vault: Vault,
    /// Tokens whose signature was verified lately.
    pub verified: Verified,
    /// What this node knows of credentials and entities.
    pub known: Known,
    /// Revoked tokens.
    pub revoked: Revoked,
    /// Proofs of possession that were used lately.
    pub used_proofs: Used,
    /// The authorities for client certificates, if the operator named some.
    pub client_authorities: Option<Authorities>,
    /// Keys that clients publish.
    pub published_keys: PublishedKeys,
    /// Failed attempts.
    pub throttle: Throttle,
    /// Sends mail, if it was told how.
    pub mailer: Mailer,
    /// Hashes and verifies passwords.
    pub passwords: Passwords,
    /// Uses not written yet.
    pub usage: Usage,
    /// Token requests not written yet.
    pub requests: Requests,
    /// Writes each token down, if the operator wants that.
    pub ledger: Option<Ledger>,
    /// Tokens that are given once more, if the operator wants that.
    pub reuse: Option<Reuse>,
    /// Refused requests in the log.
    pub refusals: Refusals,
    /// Tokens of the entities that have a quota.
    pub quotas: Quotas,
    /// Held while what was gathered is written: who has waited for it finds everything in the database.
    pub writing: tokio::sync::Mutex<()>,
    /// Counters.
    pub metrics: Metrics,
    /// The time.
    pub clock: Clock,
    /// How far the event log has been followed.
    pub follower: Follower,
    /// Tells platform APIs what is void.
    pub feed: Feed,
    /// Whether this node is about to stop: it still serves, and asks to be taken out.
    pub draining: AtomicBool,
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// These fields are at fault.
    #[error("{}", crate::domain::fault::summarize(.0))]
    Invalid(Vec<FieldFault>),
    /// Another one has this name already.
    #[error("{0} is taken already")]
    Taken(&'static str),
    /// The thing's state does not allow it.
    #[error("{0}")]
    Refused(String),
    /// It was changed by somebody else since the caller read it.
    #[error("it has been changed by somebody else in the meantime")]
    Changed,
    /// The store did not do it.
    #[error(transparent)]
    Store(StoreError),
    /// Too many attempts have failed.
    #[error("too many attempts have failed; wait {} seconds", .0.retry_after.as_secs())]
    Throttled(throttle::Throttled),
    /// The quota of the entity is used up.
    #[error("the quota is used up")]
    OverQuota(Vec<crate::domain::quota::Standing>),
    /// What was sealed cannot be opened.
    #[error(transparent)]
    Vault(#[from] crate::vault::CannotOpen),
    /// There are no random bytes.
    #[error(transparent)]
    NoRandomness(#[from] clock::NoRandomness),
    /// There is no key to sign with.
    #[error(transparent)]
    NoSigningKey(#[from] crate::signer::NoSigningKey),
    /// A signing key cannot be made or read.
    #[error(transparent)]
    BadKey(#[from] crate::signer::key::BadKey),
}

impl From<throttle::Throttled> for Error {
    fn from(throttled: throttle::Throttled) -> Self {
        Self::Throttled(throttled)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::Changed,
            other => Self::Store(other),
        }
    }
}

impl App {
    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A credential: known, or read once.
    pub async fn credential(&self, client_id: &ClientId) -> Result<Option<Arc<Credential>>, StoreError> {
        self.client(client_id.as_str()).await
    }

    /// The credential that somebody names: known, or read once.
    pub async fn client(&self, client_id: &str) -> Result<Option<Arc<Credential>>, StoreError> {
        let known = self.known.credential(client_id);
        if known.is_some() {
            self.metrics.looked_up(true);
            return Ok(known);
        }
        match ClientId::parse(client_id) {
            // Boxed, so that a request whose client is known carries no room for a read.
            Some(client_id) => Box::pin(self.read_credential(&client_id)).await,
            None => Ok(None),
        }
    }

    async fn read_credential(&self, client_id: &ClientId) -> Result<Option<Arc<Credential>>, StoreError> {
        self.metrics.looked_up(false);
        self.may_ask_database()?;
        let mark = self.known.begin_read();
        let Some(mut credential) = self.counted(self.store.credential(client_id, self.now()).await)? else {
            return Ok(None);
        };
        // Millions may be known: none takes more room than it needs.
        credential.secrets.shrink_to_fit();
        let credential = Arc::new(credential);
        self.known.learn_credential(mark, &credential);
        Ok(Some(credential))
    }

    /// An entity: known, or read once.
    pub async fn entity(&self, id: &EntityId) -> Result<Option<Arc<Entity>>, StoreError> {
        match self.known.entity(id) {
            Some(entity) => Ok(Some(entity)),
            None => Box::pin(self.read_entity(id)).await,
        }
    }

    async fn read_entity(&self, id: &EntityId) -> Result<Option<Arc<Entity>>, StoreError> {
        self.may_ask_database()?;
        let mark = self.known.begin_read();
        let entity = self.counted(self.store.entity(id).await)?.map(Arc::new);
        if let Some(entity) = &entity {
            self.known.learn_entity(mark, entity);
        }
        Ok(entity)
    }

    /// Counts a failure of the store on its way to the caller.
    pub fn counted<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let Err(StoreError::Unavailable(_)) = &result {
            self.metrics.database_failed();
        }
        result
    }

    /// Whether this node is the one that does `work` now, and for `span` no other one: a node that dies meanwhile leaves it
    /// to whoever asks next.
    pub async fn take_turn(&self, work: &'static str, span: Duration) -> Result<bool, StoreError> {
        let now = self.now();
        let latest = now.plus(span).plus(CLOCKS_DIFFER);
        self.counted(self.store.take_lease(work, now, now.plus(span), latest).await)
    }

    /// An event of now.
    fn event(
        &self,
        actor: &Actor,
        action: Action,
        entity_id: Option<&EntityId>,
        subject: &str,
        detail: serde_json::Value,
    ) -> Event {
        Event {
            at: self.now(),
            actor: actor.clone(),
            action,
            entity_id: entity_id.copied(),
            subject: subject.to_owned(),
            detail,
        }
    }
}
