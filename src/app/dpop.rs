//! Proofs of possession (RFC 9449): read, judged, and taken once. Nonces need no memory, since every node derives the
//! same ones; used proofs are remembered by the node that took them, for as long as they could be accepted again.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, HeaderName};

use super::App;
use crate::domain::dpop::{Asked, InvalidProof, Proof, WINDOW_MILLIS};
use crate::domain::id::EntityId;
use crate::domain::secret::SecretMac;
use crate::domain::time::Timestamp;
use crate::signer::proof;

/// The request header that carries a proof (RFC 9449 §4.1).
pub const HEADER: HeaderName = HeaderName::from_static("dpop");
/// A nonce is given out for so long, and accepted for as long again.
const NONCE_MILLIS: i64 = 60_000;
/// Bytes of the MAC that a nonce is.
const NONCE_BYTES: usize = 16;
/// From the first to the last moment at which one proof can be accepted.
const REMEMBERED_MILLIS: i64 = WINDOW_MILLIS * 2;
/// Used proofs are remembered in so many parts, each under its own lock.
const PARTS: u64 = 64;
/// Most proofs that a part remembers in [`REMEMBERED_MILLIS`]: two millions in all, 17,000 in a second. One entity gets at most
/// as much as it leaves free: half of it alone.
const MOST_IN_PART: usize = 32_768;

/// The proofs that were used lately, as hashes under a random key.
pub struct Used {
    hasher: RandomState,
    parts: Vec<Mutex<Part>>,
    most_in_part: usize,
}

/// What was used since `began`, and before that.
#[derive(Default)]
struct Part {
    began: i64,
    current: HashSet<u64>,
    previous: HashSet<u64>,
    /// How many of `current` are of each entity.
    shares: HashMap<EntityId, usize>,
}

impl Default for Used {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            parts: (0..PARTS).map(|_| Mutex::default()).collect(),
            most_in_part: MOST_IN_PART,
        }
    }
}

impl Used {
    /// Takes a proof of an entity, once. What cannot be remembered is not taken either, and nothing is forgotten for it.
    fn take(&self, proof: &Proof, entity: &EntityId, now: Timestamp) -> Result<(), InvalidProof> {
        let hash = self.hasher.hash_one((&proof.jkt, &proof.said.jti));
        let part = hash.checked_rem(PARTS).and_then(|part| self.parts.get(usize::try_from(part).ok()?));
        let mut part = part.ok_or(InvalidProof::Unremembered)?.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was ahead has been set right: what it remembered is kept a little longer, and not until it was right.
        part.began = part.began.min(now.millis());
        let age = now.millis().saturating_sub(part.began);
        if age > REMEMBERED_MILLIS {
            part.previous = std::mem::take(&mut part.current);
            part.shares = HashMap::new();
            if age > REMEMBERED_MILLIS.saturating_mul(2) {
                part.previous = HashSet::new();
            }
            part.began = now.millis();
        }
        if part.previous.contains(&hash) || part.current.contains(&hash) {
            return Err(InvalidProof::Replayed);
        }
        let free = self.most_in_part.saturating_sub(part.current.len());
        let share = part.shares.get(entity).copied().unwrap_or_default();
        if share >= free {
            return Err(InvalidProof::Unremembered);
        }
        part.current.insert(hash);
        part.shares.insert(*entity, share.saturating_add(1));
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

    /// The proof that these headers carry, if it is one for this request, and has not been taken before. It is remembered in
    /// the share of `entity`, whose client asks.
    pub fn prove_possession(
        &self,
        headers: &HeaderMap,
        entity: &EntityId,
        asked: Asked<'_>,
        nonce: Nonce,
    ) -> Result<Proof, InvalidProof> {
        let now = self.now();
        let mut values = headers.get_all(HEADER).iter();
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
        self.used_proofs.take(&proof, entity, now)?;
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

    fn entity(number: u8) -> EntityId {
        EntityId::from_random([number; 16])
    }

    fn proof(jti: usize) -> Proof {
        let said =
            Said { htm: String::new(), htu: String::new(), iat: 0, jti: jti.to_string(), nonce: None, ath: None };
        Proof { jkt: "key".to_owned(), said }
    }

    /// A memory with less room than a server has, and how many proofs it has room for.
    fn small() -> (Used, usize) {
        let used = Used { most_in_part: 1024, ..Used::default() };
        let most = used.parts.len().saturating_mul(used.most_in_part);
        (used, most)
    }

    /// How many further proofs of this entity are taken, which are numbered from `first`.
    fn taken(used: &Used, number: u8, first: usize, now: Timestamp) -> usize {
        let entity = entity(number);
        (first..usize::MAX).take_while(|jti| used.take(&proof(*jti), &entity, now).is_ok()).count()
    }

    #[test]
    fn what_is_remembered_is_bounded_and_forgotten_in_time() {
        let (used, most) = small();
        let (mut now, one) = (Timestamp::from_millis(4_000_000_000_000), entity(1));
        let taken = taken(&used, 1, 0, now);
        assert!((most / 4..=most / 2).contains(&taken), "{taken}");
        assert_eq!(used.take(&proof(taken), &one, now), Err(InvalidProof::Unremembered));
        now = Timestamp::from_millis(now.millis() + REMEMBERED_MILLIS);
        assert_eq!(used.take(&proof(0), &one, now), Err(InvalidProof::Replayed));
        now = Timestamp::from_millis(now.millis() + 1);
        assert_eq!(used.take(&proof(0), &one, now), Err(InvalidProof::Replayed), "its generation has not ended");
        assert_eq!(used.take(&proof(taken), &one, now), Ok(()));
        now = Timestamp::from_millis(now.millis() + 3 * REMEMBERED_MILLIS);
        assert_eq!(used.take(&proof(0), &one, now), Ok(()));
    }

    #[test]
    fn a_clock_that_was_ahead_fills_no_memory_for_ever() {
        let (used, _) = small();
        let now = 4_000_000_000_000;
        let full = taken(&used, 1, 0, Timestamp::from_millis(now + 86_400_000));
        assert_eq!(used.take(&proof(0), &entity(1), Timestamp::from_millis(now)), Err(InvalidProof::Replayed));
        assert_eq!(taken(&used, 1, full, Timestamp::from_millis(now)), 0);
        assert!(taken(&used, 1, full, Timestamp::from_millis(now + REMEMBERED_MILLIS + 1)) > 0);
    }

    #[test]
    fn whoever_takes_all_it_can_leaves_the_others_their_share_and_has_nothing_forgotten() {
        let ((used, most), now) = (small(), Timestamp::from_millis(4_000_000_000_000));
        let mut first = 1;
        assert_eq!(used.take(&proof(0), &entity(9), now), Ok(()));
        // The more of them there are, the smaller the share that is left to the next: half, a quarter, an eighth.
        for (number, at_least) in [(1, most / 4), (2, most / 8), (3, most / 16)] {
            let taken = taken(&used, number, first, now);
            assert!(taken >= at_least, "{number}: {taken}");
            first += taken + 1;
        }
        for jti in first..first + 1000 {
            assert_eq!(used.take(&proof(jti), &entity(9), now), Ok(()), "a quiet one goes on");
        }
        assert_eq!(used.take(&proof(0), &entity(9), now), Err(InvalidProof::Replayed), "and its first is remembered");
    }
}
