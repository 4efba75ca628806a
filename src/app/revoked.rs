//! What was revoked, in memory: single tokens until they would have ended anyway, as many as may be kept, and the moment
//! up to which all tokens are void. Of tokens beyond that many the store has to be asked.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{PoisonError, RwLock};

use crate::domain::claims::TokenId;
use crate::domain::time::Timestamp;

/// Ids of revoked tokens and when they end.
pub struct Revoked {
    tokens: RwLock<Tokens>,
    most: usize,
    all_void_before: AtomicI64,
}

#[derive(Default)]
struct Tokens {
    ends: HashMap<TokenId, Timestamp>,
    /// When the last of those has ended for which there was no room.
    others_end: Option<Timestamp>,
}

impl Revoked {
    /// Keeps at most `most` tokens.
    pub fn new(most: usize) -> Self {
        Self { tokens: RwLock::default(), most, all_void_before: AtomicI64::new(i64::MIN) }
    }

    /// How many rows of the store fill the memory and tell whether there are more.
    pub fn rows(&self) -> i64 {
        i64::try_from(self.most).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// Adds tokens.
    pub fn extend(&self, tokens: impl IntoIterator<Item = (TokenId, Timestamp)>) {
        let mut held = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        for (jti, end) in tokens {
            if let Some(known) = held.ends.get_mut(&jti) {
                *known = end.max(*known);
            } else if held.ends.len() < self.most {
                held.ends.insert(jti, end);
            } else {
                held.others_end = held.others_end.max(Some(end));
            }
        }
    }

    /// Whether this token was revoked; `None` if only the store can tell.
    pub fn contains(&self, jti: &TokenId, now: Timestamp) -> Option<bool> {
        let held = self.tokens.read().unwrap_or_else(PoisonError::into_inner);
        match held.ends.contains_key(jti) {
            false if held.others_end.is_some_and(|end| now < end) => None,
            known => Some(known),
        }
    }

    /// Every one of them that has not ended at `now`; `None` if there was no room for some.
    pub fn all(&self, now: Timestamp) -> Option<Vec<(TokenId, Timestamp)>> {
        let held = self.tokens.read().unwrap_or_else(PoisonError::into_inner);
        let is_whole = held.others_end.is_none_or(|end| end <= now);
        is_whole.then(|| held.ends.iter().filter(|(_, end)| **end > now).map(|(jti, end)| (*jti, *end)).collect())
    }

    /// Forgets tokens that have ended at `now`.
    pub fn purge(&self, now: Timestamp) {
        let mut held = self.tokens.write().unwrap_or_else(PoisonError::into_inner);
        held.ends.retain(|_, end| *end > now);
        held.others_end = held.others_end.filter(|end| *end > now);
    }

    /// How many tokens are in memory.
    pub fn len(&self) -> usize {
        self.tokens.read().unwrap_or_else(PoisonError::into_inner).ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Voids all tokens issued up to this moment, which never goes back.
    pub fn void_all(&self, before: Timestamp) {
        self.all_void_before.fetch_max(before.millis(), Ordering::SeqCst);
    }

    /// Up to which moment all tokens are void.
    pub fn all_void_before(&self) -> Option<Timestamp> {
        let millis = self.all_void_before.load(Ordering::SeqCst);
        (millis != i64::MIN).then(|| Timestamp::from_millis(millis))
    }
}
