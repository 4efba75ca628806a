//! Proofs of possession (RFC 9449): read, judged, and taken once. Nonces need no memory, since every node derives the
//! same ones; used proofs are remembered by the node that took them, for as long as they could be accepted again.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;

use super::App;
use crate::domain::dpop::{self, Asked, InvalidProof, Proof, WINDOW_MILLIS};
use crate::domain::secret::SecretMac;
use crate::domain::time::Timestamp;
use crate::signer::proof;

/// A nonce is given out for so long, and accepted for as long again.
const NONCE_MILLIS: i64 = 60_000;
/// Bytes of the MAC that a nonce is.
const NONCE_BYTES: usize = 16;
/// From the first to the last moment at which one proof can be accepted.
const REMEMBERED_MILLIS: i64 = WINDOW_MILLIS * 2;
/// Used proofs are remembered in so many parts, each under its own lock.
const PARTS: u64 = 64;
/// Most proofs that a part remembers in [`REMEMBERED_MILLIS`]: two millions in all, 17,000 in a second.
const MOST_IN_PART: usize = 32_768;

/// The proofs that were used lately, as hashes under a random key.
pub struct Used {
    hasher: RandomState,
    parts: Vec<Mutex<Part>>,
}

/// What was used since `began`, and before that.
#[derive(Default)]
struct Part {
    began: i64,
    current: HashSet<u64>,
    previous: HashSet<u64>,
}

impl Default for Used {
    fn default() -> Self {
        Self { hasher: RandomState::new(), parts: (0..PARTS).map(|_| Mutex::default()).collect() }
    }
}

impl Used {
    /// Takes a proof, once. What cannot be remembered is not taken either.
    fn take(&self, proof: &Proof, now: Timestamp) -> Result<(), InvalidProof> {
        let hash = self.hasher.hash_one((&proof.jkt, &proof.said.jti));
        let part = hash.checked_rem(PARTS).and_then(|part| self.parts.get(usize::try_from(part).ok()?));
        let mut part = part.ok_or(InvalidProof::Unremembered)?.lock().unwrap_or_else(PoisonError::into_inner);
        let age = now.millis().saturating_sub(part.began);
        if age > REMEMBERED_MILLIS {
            part.previous = std::mem::take(&mut part.current);
            if age > REMEMBERED_MILLIS.saturating_mul(2) {
                part.previous = HashSet::new();
            }
            part.began = now.millis();
        }
        if part.previous.contains(&hash) || part.current.contains(&hash) {
            return Err(InvalidProof::Replayed);
        }
        if part.current.len() >= MOST_IN_PART {
            return Err(InvalidProof::Unremembered);
        }
        part.current.insert(hash);
        Ok(())
    }
}

/// Whether a proof must carry a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nonce {
    /// It must, and a current one.
    Demanded,
    /// It need not; one that it carries must be current.
    Judged,
}

impl App {
    /// The nonce to give out now.
    pub fn dpop_nonce(&self) -> String {
        let mac = self.nonce_mac(self.nonce_slot());
        URL_SAFE_NO_PAD.encode(mac.as_bytes().split_at(NONCE_BYTES).0)
    }

    /// The proof that these headers carry, if it is one for this request, and has not been taken before.
    pub fn prove_possession(&self, headers: &HeaderMap, asked: Asked<'_>, nonce: Nonce) -> Result<Proof, InvalidProof> {
        let now = self.now();
        let mut values = headers.get_all(dpop::HEADER).iter();
        let value = values.next().ok_or(InvalidProof::Absent)?;
        if values.next().is_some() {
            return Err(InvalidProof::Repeated);
        }
        let proof = proof::read(value.to_str().map_err(|_| InvalidProof::Malformed)?)?;
        proof.judge(asked, now)?;
        let is_current = match &proof.said.nonce {
            Some(nonce) => self.is_current(nonce),
            None => nonce == Nonce::Judged,
        };
        if !is_current {
            return Err(InvalidProof::Nonce);
        }
        self.used_proofs.take(&proof, now)?;
        Ok(proof)
    }

    /// Whether a nonce is of now or of the slot before; or of the next, from a node whose clock is ahead.
    fn is_current(&self, nonce: &str) -> bool {
        let Ok(presented) = URL_SAFE_NO_PAD.decode(nonce) else { return false };
        let Ok(presented) = <[u8; NONCE_BYTES]>::try_from(presented) else { return false };
        let mut padded = [0; 32];
        padded.iter_mut().zip(presented).for_each(|(byte, value)| *byte = value);
        let presented = SecretMac::from_bytes(padded);
        let slot = self.nonce_slot();
        [-1, 0, 1].into_iter().any(|beside| {
            let mut expected = *self.nonce_mac(slot.saturating_add(beside)).as_bytes();
            expected.iter_mut().skip(NONCE_BYTES).for_each(|byte| *byte = 0);
            presented.matches(&SecretMac::from_bytes(expected))
        })
    }

    fn nonce_slot(&self) -> i64 {
        self.now().millis().div_euclid(NONCE_MILLIS)
    }

    fn nonce_mac(&self, slot: i64) -> SecretMac {
        self.vault.nonces.mac("dpop", &slot.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dpop::Said;

    fn proof(jti: usize) -> Proof {
        let said =
            Said { htm: String::new(), htu: String::new(), iat: 0, jti: jti.to_string(), nonce: None, ath: None };
        Proof { jkt: "key".to_owned(), said }
    }

    #[test]
    fn what_is_remembered_is_bounded_and_forgotten_in_time() {
        let (used, mut now) = (Used::default(), Timestamp::from_millis(4_000_000_000_000));
        let most = MOST_IN_PART * usize::try_from(PARTS).unwrap();
        let mut taken = 0;
        while used.take(&proof(taken), now).is_ok() {
            taken += 1;
        }
        assert!((most / 2..=most).contains(&taken), "{taken}");
        assert_eq!(used.take(&proof(taken), now), Err(InvalidProof::Unremembered));
        now = Timestamp::from_millis(now.millis() + REMEMBERED_MILLIS);
        assert_eq!(used.take(&proof(0), now), Err(InvalidProof::Replayed));
        now = Timestamp::from_millis(now.millis() + 1);
        assert_eq!(used.take(&proof(0), now), Err(InvalidProof::Replayed), "its generation has not ended");
        assert_eq!(used.take(&proof(taken), now), Ok(()));
        now = Timestamp::from_millis(now.millis() + 3 * REMEMBERED_MILLIS);
        assert_eq!(used.take(&proof(0), now), Ok(()));
    }
}
