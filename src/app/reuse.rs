//! Token reuse, by choice (`token_reuse_percent`): a client that asks for the very same token again while the last one is
//! young gets that one again, unless anything has changed since. For fleets that ask before each call.

use std::net::IpAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde_json::{Map, Value};

use super::App;
use super::issue::{Proof, Proven};
use crate::domain::claims::{Claims, Confirmation, TokenId};
use crate::domain::credential::Credential;
use crate::domain::entity::Entity;
use crate::domain::id::ClientId;
use crate::domain::time::Timestamp;
use crate::domain::token;
use crate::signer::KeySet;

/// Most bytes of tokens that are kept, about.
const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// How many tokens that may be.
const LIKELY: usize = 16_384;
/// What each takes beside its text and its claims, which are no longer than that.
const BESIDE: u64 = 700;

/// Everything that a token depends on and a request decides: who asks, by which proof, and for what.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Asked {
    /// The client.
    pub client_id: ClientId,
    /// The secret, or what else it has shown.
    pub proof: Proof,
    /// The granted scope.
    pub scope: Arc<str>,
    /// The audience.
    pub audience: Arc<str>,
    /// The claims that its parameters became.
    pub claims: Map<String, Value>,
    /// The keys that the token is bound to.
    pub cnf: Option<Confirmation>,
    /// Where the request comes from, if there is a ledger: it tells who got a token from where.
    pub address: Option<IpAddr>,
}

/// A token that was issued, and what it was issued by. Each change makes another credential, entity or key set; those that
/// are no longer known are not kept for its sake.
struct Entry {
    access_token: Arc<str>,
    jti: TokenId,
    ends_at: i64,
    reused_until: Timestamp,
    credential: Weak<Credential>,
    entity: Weak<Entity>,
    keys: Weak<KeySet>,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Asked, Arc<Entry>> for Bytes {
    fn weight(&self, _: &Asked, entry: &Arc<Entry>) -> u64 {
        u64::try_from(entry.access_token.len()).unwrap_or(u64::MAX).saturating_mul(2).saturating_add(BESIDE)
    }
}

/// Tokens that may be given once more.
pub struct Reuse {
    tokens: Cache<Asked, Arc<Entry>, Bytes>,
    percent: u32,
}

impl Reuse {
    /// Gives a token again in the first `percent` of its life; `None` if that is nothing.
    pub fn new(percent: u32) -> Option<Self> {
        (percent > 0).then(|| Self { tokens: Cache::with_weighter(LIKELY, MOST_BYTES, Bytes), percent })
    }

    /// Keeps a token for those who ask for the same. `keys` were the published ones before it was signed.
    pub fn keep(
        &self,
        asked: Asked,
        (proven, entity): (&Proven, &Arc<Entity>),
        (claims, access_token): (&Claims, &Arc<str>),
        keys: &Arc<KeySet>,
    ) {
        let lifetime = u64::try_from(claims.exp.saturating_sub(claims.iat)).unwrap_or(0);
        let span = Duration::from_millis(lifetime.saturating_mul(10).saturating_mul(self.percent.into()));
        let entry = Entry {
            access_token: access_token.clone(),
            jti: claims.jti,
            ends_at: claims.exp,
            reused_until: claims.jti.issued_at().plus(span),
            credential: Arc::downgrade(&proven.credential),
            entity: Arc::downgrade(entity),
            keys: Arc::downgrade(keys),
        };
        self.tokens.insert(asked, Arc::new(entry));
    }
}

impl App {
    /// The token that was issued for the same not long ago, and the seconds until it ends, if it stands and nothing has
    /// changed since.
    pub(super) fn reused(
        &self,
        reuse: &Reuse,
        asked: &Asked,
        proven: &Proven,
        entity: &Arc<Entity>,
        now: Timestamp,
    ) -> Option<(Arc<str>, u64)> {
        let entry = reuse.tokens.get(asked)?;
        // What a `Weak` points to is in its place for as long as it is there, dropped or not.
        let is_as_it_was = entry.credential.as_ptr() == Arc::as_ptr(&proven.credential)
            && entry.entity.as_ptr() == Arc::as_ptr(entity)
            && self.signer.publishes(&entry.keys);
        let stands = now < entry.reused_until
            && now >= entry.jti.issued_at()
            && self.revoked.contains(&entry.jti, now) == Some(false)
            && token::stands(entity, &proven.credential, &entry.jti, self.revoked.all_void_before(), now);
        let left = u64::try_from(entry.ends_at.saturating_sub(now.seconds())).ok()?;
        (is_as_it_was && stands).then(|| (entry.access_token.clone(), left))
    }
}
