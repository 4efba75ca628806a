//! The throttle on failed attempts (CONTRACT.md §2 and §5.2): keyed by client and address together, so that no failure
//! from elsewhere, and none of a neighbour behind the same address, ever stops the right client.

use std::convert::Infallible;
use std::hash::{BuildHasher as _, RandomState};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use quick_cache::sync::Cache;

use crate::domain::time::Timestamp;

/// Longest wait that an answer asks for.
pub const LONGEST_WAIT: Duration = Duration::from_secs(900);
/// Most keys remembered; those that have failed once are forgotten before those that fail again and again.
const MOST_KEYS: usize = 100_000;
/// Guesses of unknown client ids that one address may make are so many times the burst of one client.
const UNKNOWN_FACTOR: i64 = 5;

/// Too many attempts have failed; how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttled {
    /// Until the next attempt is allowed: one second to 15 minutes.
    pub retry_after: Duration,
}

/// Whose attempts are counted together. A hash under a random key, so that nobody can aim for another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key(Kind, u64);

/// Attempts of programs and of people are remembered apart, so that a flood of one never makes the other forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Program,
    Person,
}

/// Remembers failed attempts as GCRA: per key, the moment at which its burst would be whole again.
pub struct Throttle {
    programs: Cache<Key, Arc<AtomicI64>>,
    people: Cache<Key, Arc<AtomicI64>>,
    hasher: RandomState,
    burst: i64,
    refill_millis: i64,
}

impl Throttle {
    /// Allows `burst` failures at once, and one more every `refill_seconds`.
    pub fn new(burst: u32, refill_seconds: u32) -> Self {
        let refill_millis = i64::from(refill_seconds).saturating_mul(1000);
        let cache = || Cache::new(MOST_KEYS);
        Self { programs: cache(), people: cache(), hasher: RandomState::new(), burst: burst.into(), refill_millis }
    }

    /// The key of attempts as `client` from `address`.
    pub fn client(&self, client: &str, address: IpAddr) -> Key {
        Key(Kind::Program, self.hasher.hash_one(("client", client, network_of(address))))
    }

    /// The key of attempts to be an operator from `address`.
    pub fn operator(&self, address: IpAddr) -> Key {
        Key(Kind::Program, self.hasher.hash_one(("operator", network_of(address))))
    }

    /// The key of attempts to sign in with this e-mail address from `address`.
    pub fn person(&self, email: &str, address: IpAddr) -> Key {
        Key(Kind::Person, self.hasher.hash_one(("person", email, network_of(address))))
    }

    /// The key of attempts to sign in with whatever e-mail address, or to guess a link, from `address`.
    pub fn people(&self, address: IpAddr) -> Key {
        Key(Kind::Person, self.hasher.hash_one(("people", network_of(address))))
    }

    /// The key of reports of leaked secrets from `address`.
    pub fn reports(&self, address: IpAddr) -> Key {
        Key(Kind::Program, self.hasher.hash_one(("reports", network_of(address))))
    }

    /// The key of guesses of unknown client ids from `address`. It stops further guesses only, never a known client.
    pub fn unknown(&self, address: IpAddr) -> Key {
        Key(Kind::Program, self.hasher.hash_one(("unknown", network_of(address))))
    }

    /// Whether attempts of this client key may go on.
    pub fn check(&self, key: Key, now: Timestamp) -> Result<(), Throttled> {
        self.check_within(key, self.burst, now)
    }

    /// Whether guesses of this [`Throttle::unknown`] or [`Throttle::reports`] key may go on.
    pub fn check_unknown(&self, key: Key, now: Timestamp) -> Result<(), Throttled> {
        self.check_within(key, self.burst.saturating_mul(UNKNOWN_FACTOR), now)
    }

    fn check_within(&self, key: Key, burst: i64, now: Timestamp) -> Result<(), Throttled> {
        let Some(whole_again) = self.of(key).get(&key) else {
            return Ok(());
        };
        // Nobody owes more than a whole burst: what does was counted by a clock that was ahead.
        let most = now.millis().saturating_add(burst.saturating_mul(self.refill_millis));
        let debt = whole_again.fetch_min(most, Ordering::Relaxed).min(most).saturating_sub(now.millis());
        let too_much = debt.saturating_sub(burst.saturating_sub(1).saturating_mul(self.refill_millis));
        if too_much <= 0 {
            return Ok(());
        }
        let wait = Duration::from_secs(u64::try_from(too_much).unwrap_or(0).div_ceil(1000));
        Err(Throttled { retry_after: wait.clamp(Duration::from_secs(1), LONGEST_WAIT) })
    }

    /// Counts a failure.
    pub fn fail(&self, key: Key, now: Timestamp) {
        let whole = || Ok::<_, Infallible>(Arc::new(AtomicI64::new(now.millis())));
        let Ok(whole_again) = self.of(key).get_or_insert_with(&key, whole);
        let owe = |before: i64| Some(before.max(now.millis()).saturating_add(self.refill_millis));
        let _ = whole_again.fetch_update(Ordering::Relaxed, Ordering::Relaxed, owe);
    }

    /// Forgets the failures of a client that has proven itself.
    pub fn succeed(&self, key: Key) {
        let remembered = self.of(key);
        if remembered.contains_key(&key) {
            remembered.remove(&key);
        }
    }

    /// Takes one failure back that was counted before its outcome was known.
    pub fn forgive(&self, key: Key) {
        if let Some(whole_again) = self.of(key).get(&key) {
            whole_again.fetch_sub(self.refill_millis, Ordering::Relaxed);
        }
    }

    fn of(&self, key: Key) -> &Cache<Key, Arc<AtomicI64>> {
        match key.0 {
            Kind::Program => &self.programs,
            Kind::Person => &self.people,
        }
    }
}

/// An IPv4 address, or the /64 of an IPv6 one, which a single customer usually has to itself.
pub(super) fn network_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits() >> 64 << 64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_stop_one_client_at_one_address_and_heal_with_time() {
        let throttle = Throttle::new(3, 10);
        let (here, there) = (IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let key = throttle.client("a", here);
        let mut now = Timestamp::from_millis(1_000_000);
        for _ in 0..3 {
            assert_eq!(throttle.check(key, now), Ok(()));
            throttle.fail(key, now);
        }
        assert_eq!(throttle.check(key, now), Err(Throttled { retry_after: Duration::from_secs(10) }));
        assert_eq!(throttle.check(throttle.client("a", there), now), Ok(()));
        assert_eq!(throttle.check(throttle.client("b", here), now), Ok(()));
        assert_eq!(throttle.check_unknown(throttle.unknown(here), now), Ok(()));
        now = now.plus(Duration::from_secs(10));
        assert_eq!(throttle.check(key, now), Ok(()));
        throttle.fail(key, now);
        assert!(throttle.check(key, now).is_err());
        throttle.succeed(key);
        assert_eq!(throttle.check(key, now), Ok(()));
    }

    #[test]
    fn no_wait_is_longer_than_fifteen_minutes() {
        let throttle = Throttle::new(1, 900);
        let key = throttle.client("a", IpAddr::from([192, 0, 2, 1]));
        let now = Timestamp::from_millis(0);
        for _ in 0..50 {
            throttle.fail(key, now);
        }
        assert_eq!(throttle.check(key, now), Err(Throttled { retry_after: LONGEST_WAIT }));
    }
}
