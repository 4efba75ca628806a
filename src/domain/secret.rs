//! Client secrets: 256 random bits, verified by HMAC-SHA-256 in constant time. A secret cannot be printed by accident
//! and is wiped when dropped; what is kept of it is a [`SecretMac`].

use std::fmt;
use std::net::IpAddr;

use arrayvec::ArrayString;
use aws_lc_rs::{constant_time, hmac};
use zeroize::Zeroizing;

use super::id::{self, ClientId, SecretId};
use super::time::Timestamp;

/// The first eight characters of a secret: enough to tell two apart, far too few to guess the rest.
pub type Hint = ArrayString<HINT>;
const HINT: usize = 8;

/// What a client or an operator proves itself with. Shown once at creation, redacted everywhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct PlainSecret(Zeroizing<String>);

impl PlainSecret {
    /// A new client secret (`pgs_…`) from 256 random bits.
    pub fn client(random: &Zeroizing<[u8; 32]>) -> Self {
        Self(Zeroizing::new(id::write("pgs_", random)))
    }

    /// A new operator token (`pgo_…`) from 256 random bits.
    pub fn operator(random: &Zeroizing<[u8; 32]>) -> Self {
        Self(Zeroizing::new(id::write("pgo_", random)))
    }

    /// A new session cookie (`pgb_…`) from 256 random bits.
    pub fn session(random: &Zeroizing<[u8; 32]>) -> Self {
        Self(Zeroizing::new(id::write("pgb_", random)))
    }

    /// What a new link (`pgl_…`) to set up, join or set a password proves itself with, from 256 random bits.
    pub fn link(random: &Zeroizing<[u8; 32]>) -> Self {
        Self(Zeroizing::new(id::write("pgl_", random)))
    }

    /// Whether `text` has the form of a client secret: whatever has not, never was one.
    pub fn is_client(text: &str) -> bool {
        id::is_well_formed(text, "pgs_", 32)
    }

    /// A secret that was kept sealed and has been opened again.
    pub fn reopened(text: Zeroizing<String>) -> Self {
        Self(text)
    }

    /// The text itself, for the one answer that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The first eight characters.
    pub fn hint(&self) -> Hint {
        self.0.get(..HINT).and_then(|first| Hint::from(first).ok()).unwrap_or_default()
    }
}

impl fmt::Debug for PlainSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlainSecret(…)")
    }
}

/// The key under which secrets are remembered. It is not in the database.
pub struct MacKey(hmac::Key);

impl MacKey {
    /// A key from 256 bits.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// What is remembered of `secret` when it belongs to `owner`, an id without NUL.
    pub fn mac(&self, owner: &str, secret: &str) -> SecretMac {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(owner.as_bytes());
        context.update(&[0]);
        context.update(secret.as_bytes());
        let tag = context.sign();
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(tag.as_ref()).for_each(|(byte, tag)| *byte = *tag);
        SecretMac(bytes)
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey(…)")
    }
}

/// The HMAC-SHA-256 of a secret and its owner. Compared in constant time only: it has no `==`.
#[derive(Clone, Copy)]
pub struct SecretMac([u8; 32]);

impl SecretMac {
    /// From the 32 bytes that the store kept.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes to keep.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether both are of the same secret, in time that does not depend on where they differ.
    pub fn matches(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl fmt::Debug for SecretMac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretMac(…)")
    }
}

/// One secret of a credential, as remembered.
#[derive(Clone, Debug)]
pub struct Secret {
    /// Names it in events and answers.
    pub id: SecretId,
    /// What is remembered of its text.
    pub mac: SecretMac,
    /// Its first eight characters.
    pub hint: Hint,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is accepted; at once if `None`.
    pub not_before: Option<Timestamp>,
    /// The end that it was given when it was made: from then on it is refused.
    pub expires_at: Option<Timestamp>,
    /// From when on it is refused because another takes its place or somebody stopped it; `None` for never.
    pub stops_at: Option<Timestamp>,
    /// Tokens issued for it up to this moment are void; [`FOREVER`] for all of them.
    pub tokens_void_before: Option<Timestamp>,
    /// When it last got a token, as far as that has been written.
    pub last_used_at: Option<Timestamp>,
    /// From which address.
    pub last_used_address: Option<IpAddr>,
}

/// The end of time: no token is issued after it.
pub const FOREVER: Timestamp = Timestamp::from_millis(i64::MAX);

impl Secret {
    /// Whether it is accepted at `now`.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.begins_at() <= now && !self.has_ended(now)
    }

    /// Whether it is never accepted again. One that has not begun has not ended.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.ends_at().is_some_and(|end| end <= now)
    }

    /// From when on it is accepted.
    pub fn begins_at(&self) -> Timestamp {
        self.not_before.unwrap_or(self.created_at)
    }

    /// From when on it is refused, for whatever reason comes first; `None` for never.
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.stops_at.into_iter().chain(self.expires_at).min()
    }
}

/// A secret on its way into the store: remembered, and perhaps sealed for the eye icon.
#[derive(Debug)]
pub struct NewSecret {
    /// What is remembered.
    pub secret: Secret,
    /// AES-256-GCM ciphertext in base64, kept when `secrets_reveal = "always"`.
    pub sealed: Option<String>,
    /// What a report of a leak finds it by ([`lookup`]).
    pub lookup: SecretMac,
    /// What people call whoever made it.
    pub made_by: String,
}

/// What is remembered of a secret apart from its owner, under a key for nothing else: whoever reports a leak may have
/// nothing but the secret.
pub fn lookup(key: &MacKey, secret: &str) -> SecretMac {
    key.mac("", secret)
}

/// The text that binds a sealed secret to its row: opening it for another row fails.
pub fn sealing_context(client_id: &ClientId, secret_id: &SecretId) -> String {
    format!("secret:{client_id}:{secret_id}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed_and_its_mac_belongs_to_one_owner() {
        let secret = PlainSecret::client(&Zeroizing::new([9; 32]));
        assert_eq!(format!("{secret:?}"), "PlainSecret(…)");
        assert_eq!(secret.expose().len(), 54);
        let key = MacKey::new(&[1; 32]);
        let mac = key.mac("pgc_a", secret.expose());
        assert!(mac.matches(&key.mac("pgc_a", secret.expose())));
        assert!(!mac.matches(&key.mac("pgc_b", secret.expose())));
        assert!(!mac.matches(&MacKey::new(&[2; 32]).mac("pgc_a", secret.expose())));
    }
}
