//! The single tokens that were revoked and have not ended yet: all of them, in memory.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use crate::domain::claims::TokenId;
use crate::domain::time::Timestamp;

/// Ids of revoked tokens and when they end.
#[derive(Default)]
pub struct Revoked(RwLock<HashMap<TokenId, Timestamp>>);

impl Revoked {
    /// Adds tokens.
    pub fn extend(&self, tokens: impl IntoIterator<Item = (TokenId, Timestamp)>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(tokens);
    }

    /// Whether this token was revoked.
    pub fn contains(&self, jti: &TokenId) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains_key(jti)
    }

    /// Every one of them that has not ended at `now`.
    pub fn all(&self, now: Timestamp) -> Vec<(TokenId, Timestamp)> {
        let tokens = self.0.read().unwrap_or_else(PoisonError::into_inner);
        tokens.iter().filter(|(_, end)| **end > now).map(|(jti, end)| (*jti, *end)).collect()
    }

    /// Forgets tokens that have ended at `now`.
    pub fn purge(&self, now: Timestamp) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|_, end| *end > now);
    }
}
