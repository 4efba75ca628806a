//! Keys in memory: signs access tokens, verifies them, and publishes the key set. Knows nothing of where keys are kept.

pub mod jwt;
pub mod key;
pub mod proof;
mod strict;

use std::sync::{Arc, Weak};

use arc_swap::ArcSwap;
use bytes::Bytes;
use serde::Serialize;

use crate::domain::claims::Claims;
use crate::domain::key::State;
use crate::domain::time::Timestamp;
use jwt::{InvalidToken, MediaType};
use key::Key;

/// There is no key to sign with.
#[derive(Debug, thiserror::Error)]
#[error("there is no signing key")]
pub struct NoSigningKey;

/// The published key set (RFC 7517 §5), ready to send.
#[derive(Debug)]
pub struct KeySet {
    /// The JSON document.
    pub body: Bytes,
    /// Its strong entity tag, quotation marks included.
    pub etag: String,
}

/// Every key in memory, replaced as a whole.
struct KeyRing {
    signing: Option<Arc<Key>>,
    published: Vec<Arc<Key>>,
    key_set: Arc<KeySet>,
}

/// Signs and verifies with whatever keys were installed last.
pub struct Signer {
    ring: ArcSwap<KeyRing>,
}

impl Default for Signer {
    fn default() -> Self {
        Self { ring: ArcSwap::from_pointee(KeyRing::new(Vec::new())) }
    }
}

impl KeyRing {
    fn new(keys: Vec<(State, Key)>) -> Self {
        let keys: Vec<(State, Arc<Key>)> = keys.into_iter().map(|(state, key)| (state, Arc::new(key))).collect();
        let signing = keys.iter().find(|(state, _)| *state == State::Signing).map(|(_, key)| key.clone());
        let published: Vec<Arc<Key>> =
            keys.into_iter().filter(|(state, _)| *state != State::Gone).map(|(_, key)| key).collect();
        let jwks: Vec<&serde_json::Value> = published.iter().map(|key| key.public_jwk()).collect();
        let body = serde_json::json!({ "keys": jwks }).to_string();
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, body.as_bytes());
        let etag = format!("\"{}\"", jwt::base64url(digest.as_ref()));
        Self { signing, published, key_set: Arc::new(KeySet { body: body.into(), etag }) }
    }
}

/// Whether claims are of `issuer` and have not ended at `now`.
pub fn in_force(claims: &Claims, issuer: &str, now: Timestamp) -> Result<(), InvalidToken> {
    if *claims.iss != *issuer {
        return Err(InvalidToken::Issuer);
    }
    if claims.exp.saturating_mul(1000) <= now.millis() {
        return Err(InvalidToken::Ended);
    }
    Ok(())
}

impl Signer {
    /// Replaces all keys.
    pub fn install(&self, keys: Vec<(State, Key)>) {
        self.ring.store(Arc::new(KeyRing::new(keys)));
    }

    /// The access token that says `claims`.
    pub fn sign(&self, claims: &Claims) -> Result<String, NoSigningKey> {
        self.sign_as(MediaType::AccessToken, claims)
    }

    /// A JWT of another kind that says `claims`.
    pub fn sign_as<T: Serialize>(&self, media_type: MediaType, claims: &T) -> Result<String, NoSigningKey> {
        let ring = self.ring.load();
        let key = ring.signing.as_ref().ok_or(NoSigningKey)?;
        jwt::write(key, media_type, claims).map_err(|_| NoSigningKey)
    }

    /// The claims of a token that one of the published keys signed, for whatever issuer, ended or not.
    pub fn read(&self, token: &str) -> Result<Claims, InvalidToken> {
        jwt::read(self.ring.load().published.iter().map(Arc::as_ref), MediaType::AccessToken, token)
    }

    /// Whether there is a key to sign with.
    pub fn can_sign(&self) -> bool {
        self.ring.load().signing.is_some()
    }

    /// The `alg` values of the published keys, the signing one first.
    pub fn algorithms(&self) -> Vec<&'static str> {
        let ring = self.ring.load();
        let mut algorithms: Vec<&'static str> =
            ring.signing.iter().chain(&ring.published).map(|key| key.algorithm().as_str()).collect();
        let mut seen = Vec::new();
        algorithms.retain(|algorithm| {
            !seen.contains(algorithm) && {
                seen.push(*algorithm);
                true
            }
        });
        algorithms
    }

    /// The `kid` of every published key.
    pub fn kids(&self) -> Vec<String> {
        self.ring.load().published.iter().map(|key| key.kid().to_owned()).collect()
    }

    /// The published key set.
    pub fn key_set(&self) -> Arc<KeySet> {
        self.ring.load().key_set.clone()
    }

    /// Whether this is the published key set.
    pub fn publishes(&self, keys: &Weak<KeySet>) -> bool {
        keys.as_ptr() == Arc::as_ptr(&self.ring.load().key_set)
    }
}
