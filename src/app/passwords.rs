//! Passwords: Argon2id, in threads of their own and only so many at once, so that no flood of attempts takes the machine.

use std::sync::Arc;

use argon2::password_hash::{CustomizedPasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::clock::random;
use super::{App, Error};
use crate::domain::person::LONGEST_PASSWORD;

/// Memory of one hash in KiB, and passes over it: the OWASP Password Storage Cheat Sheet's first choice.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Hashes made at the same time; more wait.
const AT_ONCE: usize = 2;
/// A hash that no password has, verified in the place of one that is not there: both take as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and verifies passwords.
pub struct Passwords {
    turns: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl App {
    /// The hash of a password, as a PHC string.
    pub async fn hash_password(&self, password: &str) -> Result<String, Error> {
        let salt: [u8; 16] = random()?;
        let password = Zeroizing::new(password.to_owned());
        let hashed = self.work(move || {
            let params = Params::new(MEMORY_KIB, PASSES, 1, None).ok()?;
            let hash = Argon2::default().hash_password_customized(
                password.as_bytes(),
                &salt,
                Some(Algorithm::Argon2id.as_ref()),
                Some(Version::V0x13.into()),
                params,
            );
            hash.ok().map(|hash| hash.to_string())
        });
        hashed.await.ok_or_else(|| Error::Refused("the password could not be hashed".to_owned()))
    }

    /// Whether `password` is the one of `hash`. It takes as long if there is no hash.
    pub async fn verify_password(&self, password: &str, hash: Option<&str>) -> bool {
        let is_there = hash.is_some();
        let hash = hash.unwrap_or(NOBODY).to_owned();
        let password = Zeroizing::new(password.chars().take(LONGEST_PASSWORD).collect::<String>());
        let verified =
            self.work(move || Argon2::default().verify_password(password.as_bytes(), hash.as_str()).ok()).await;
        is_there && verified.is_some()
    }

    async fn work<T: Send + 'static>(&self, hash: impl FnOnce() -> Option<T> + Send + 'static) -> Option<T> {
        let turn = self.passwords.turns.clone().acquire_owned().await.ok()?;
        let worked = tokio::task::spawn_blocking(move || {
            let hashed = hash();
            drop(turn);
            hashed
        });
        worked.await.ok().flatten()
    }
}
