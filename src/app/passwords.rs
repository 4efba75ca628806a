//! Passwords: Argon2id, in threads of their own, only so many at once and only so many waiting from one address, so that
//! no flood of attempts takes the machine or the queue. The memory that a hash needs is kept for the next one.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::constant_time;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::clock::random;
use super::throttle::{Throttled, network_of};
use super::{App, Error};
use crate::domain::person::LONGEST_PASSWORD;

/// Memory of one hash in KiB, and passes over it: the OWASP Password Storage Cheat Sheet's first choice.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const OUTPUT: usize = 32;
/// Hashes made at the same time; more wait.
const AT_ONCE: usize = 2;
/// Most that wait from one address, or from one IPv6 /64, the one being made included.
const MOST_WAITING: u32 = 4;
/// How long whoever is over that is asked to wait.
const PAUSE: Duration = Duration::from_secs(2);

/// Hashes and verifies passwords.
pub struct Passwords {
    turns: Arc<Semaphore>,
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
    waiting: Mutex<HashMap<u128, u32>>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), memory: Arc::default(), waiting: Mutex::default() }
    }
}

/// A place in the queue of one address.
struct Waiting<'p> {
    passwords: &'p Passwords,
    network: u128,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut waiting = locked(&self.passwords.waiting);
        if let Some(count) = waiting.get_mut(&self.network) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                waiting.remove(&self.network);
            }
        }
    }
}

impl Passwords {
    fn wait(&self, address: IpAddr) -> Result<Waiting<'_>, Throttled> {
        let network = network_of(address);
        let mut waiting = locked(&self.waiting);
        let count = waiting.entry(network).or_default();
        if *count >= MOST_WAITING {
            return Err(Throttled { retry_after: PAUSE });
        }
        *count = count.saturating_add(1);
        Ok(Waiting { passwords: self, network })
    }

    /// Argon2id of `password` under `salt`.
    async fn derive(&self, password: &str, salt: Vec<u8>) -> Option<Zeroizing<[u8; OUTPUT]>> {
        let turn: OwnedSemaphorePermit = self.turns.clone().acquire_owned().await.ok()?;
        let password = Zeroizing::new(password.to_owned());
        let kept = self.memory.clone();
        let derived = tokio::task::spawn_blocking(move || {
            let params = Params::new(MEMORY_KIB, PASSES, 1, Some(OUTPUT)).ok()?;
            let needed = params.block_count();
            let mut memory = locked(&kept).pop().unwrap_or_else(|| vec![Block::default(); needed]);
            let mut output = Zeroizing::new([0; OUTPUT]);
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let done = argon2.hash_password_into_with_memory(password.as_bytes(), &salt, output.as_mut(), &mut memory);
            locked(&kept).push(memory);
            drop(turn);
            done.ok().map(|()| output)
        });
        derived.await.ok().flatten()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl App {
    /// The hash of a password, in the PHC string format.
    pub async fn hash_password(&self, password: &str) -> Result<String, Error> {
        let salt: [u8; 16] = random()?;
        let hash = self.passwords.derive(password, salt.to_vec()).await;
        let hash = hash.ok_or_else(|| Error::Refused("the password could not be hashed".to_owned()))?;
        let (salt, hash) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(hash.as_slice()));
        Ok(format!("{}{salt}${hash}", prefix()))
    }

    /// Whether `password` is the one of `hash`, asked from `address`. It takes as long if there is no hash.
    pub async fn verify_password(
        &self,
        password: &str,
        hash: Option<&str>,
        address: IpAddr,
    ) -> Result<bool, Throttled> {
        let _waiting = self.passwords.wait(address)?;
        let parts = hash.and_then(parse);
        let (salt, expected) = parts.clone().unwrap_or_else(|| (vec![0; 16], vec![0; OUTPUT]));
        let password: Zeroizing<String> = Zeroizing::new(password.chars().take(LONGEST_PASSWORD).collect());
        let derived = self.passwords.derive(&password, salt).await;
        let is_right = derived
            .is_some_and(|derived| constant_time::verify_slices_are_equal(derived.as_slice(), &expected).is_ok());
        Ok(parts.is_some() && is_right)
    }
}

/// What every hash begins with: it names what it was made by.
fn prefix() -> String {
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$")
}

/// Salt and output of a hash that was made so.
fn parse(hash: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let (salt, output) = hash.strip_prefix(&prefix())?.split_once('$')?;
    Some((STANDARD_NO_PAD.decode(salt).ok()?, STANDARD_NO_PAD.decode(output).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_hash_is_read_and_others_are_not() {
        let hash = format!("{}{}${}", prefix(), STANDARD_NO_PAD.encode([7; 16]), STANDARD_NO_PAD.encode([9; OUTPUT]));
        assert_eq!(parse(&hash), Some((vec![7; 16], vec![9; OUTPUT])));
        for odd in ["", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA", "plain", &hash.replace('$', "")] {
            assert_eq!(parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn one_address_keeps_nobody_else_waiting() {
        let passwords = Passwords::default();
        let [here, there] = [IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2])];
        let mut waiting: Vec<Waiting<'_>> = (0..MOST_WAITING).map(|_| passwords.wait(here).ok().unwrap()).collect();
        assert!(passwords.wait(here).is_err() && passwords.wait(there).is_ok());
        waiting.pop();
        assert!(passwords.wait(here).is_ok());
    }

    #[tokio::test]
    async fn the_output_is_argon2id_of_the_password() {
        let passwords = Passwords::default();
        let one = passwords.derive("correct horse", vec![1; 16]).await.unwrap();
        let reference = {
            let params = Params::new(MEMORY_KIB, PASSES, 1, Some(OUTPUT)).unwrap();
            let mut output = [0; OUTPUT];
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            argon2.hash_password_into(b"correct horse", &[1; 16], &mut output).unwrap();
            output
        };
        assert_eq!(*one, reference);
        let again = passwords.derive("correct horse", vec![1; 16]).await.unwrap();
        assert_eq!(*again, reference, "with memory that was used before");
        assert_ne!(*passwords.derive("other horse", vec![1; 16]).await.unwrap(), reference);
    }
}
