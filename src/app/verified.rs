//! Tokens whose signature was verified lately: a gateway shows the same one again and again. Remembered is what never
//! changes of a token, under a hash of all of it, and only as long as the keys are those that it was verified with.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::domain::claims::Claims;
use crate::signer::KeySet;

/// Most bytes of tokens that are remembered; what they say takes about as much again. Those seldom shown are forgotten first.
const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// How many tokens that may be.
const LIKELY: usize = 10_000;

/// Tokens with a good signature.
pub struct Verified {
    tokens: Cache<Name, Entry, Bytes>,
}

/// The SHA-256 of a token, signature and all. The token itself is not kept.
type Name = [u8; 32];

#[derive(Clone)]
struct Entry {
    claims: Arc<Claims>,
    keys: Arc<KeySet>,
    bytes: u32,
}

/// Weighs a token by its length.
#[derive(Clone)]
struct Bytes;

impl Weighter<Name, Entry> for Bytes {
    fn weight(&self, _: &Name, entry: &Entry) -> u64 {
        entry.bytes.into()
    }
}

impl Default for Verified {
    fn default() -> Self {
        Self { tokens: Cache::with_weighter(LIKELY, MOST_BYTES, Bytes) }
    }
}

impl Verified {
    /// What `token` says, if one of `keys` is known to have signed it; else what `read` finds. A token that it refuses
    /// leaves nothing behind. `keys` must have been taken before.
    pub fn claims<E>(
        &self,
        token: &str,
        keys: Arc<KeySet>,
        read: impl FnOnce() -> Result<Claims, E>,
    ) -> Result<Arc<Claims>, E> {
        let mut name = Name::default();
        name.iter_mut().zip(digest(&SHA256, token.as_bytes()).as_ref()).for_each(|(byte, of)| *byte = *of);
        if let Some(entry) = self.tokens.get(&name)
            && Arc::ptr_eq(&entry.keys, &keys)
        {
            return Ok(entry.claims);
        }
        let claims = Arc::new(read()?);
        let bytes = u32::try_from(token.len()).unwrap_or(u32::MAX);
        self.tokens.insert(name, Entry { claims: claims.clone(), keys, bytes });
        Ok(claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::claims::TokenId;
    use crate::domain::id::ClientId;
    use crate::domain::time::Timestamp;
    use crate::signer::Signer;

    fn claims() -> Claims {
        let text: Arc<str> = "x".into();
        let client_id = ClientId::from_random([0; 16]);
        Claims {
            iss: text.clone(),
            sub: client_id,
            aud: text.clone(),
            exp: 1,
            iat: 0,
            jti: TokenId::new(Timestamp::from_millis(0), 0, [0; 10]),
            client_id,
            scope: text.clone(),
            entity: text,
            cnf: None,
            mapped: serde_json::Map::new(),
        }
    }

    #[test]
    fn a_token_is_verified_once_for_each_set_of_keys_and_a_bad_one_each_time() {
        let (verified, signer) = (Verified::default(), Signer::default());
        let read = |token: &str, outcome: Result<Claims, ()>| {
            let mut was_read = false;
            let claims = verified.claims(token, signer.key_set(), || {
                was_read = true;
                outcome
            });
            (was_read, claims.is_ok())
        };
        assert_eq!(read("bad", Err(())), (true, false));
        assert_eq!(read("bad", Err(())), (true, false));
        assert_eq!(read("good", Ok(claims())), (true, true));
        assert_eq!(read("good", Err(())), (false, true));
        assert_eq!(read("good.", Err(())), (true, false));
        signer.install(Vec::new());
        assert_eq!(read("good", Err(())), (true, false));
    }
}
