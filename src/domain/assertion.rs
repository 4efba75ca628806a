//! A client's assertion (RFC 7523 §3, OpenID Connect Core §9), read and not yet believed; and whether what it says is
//! accepted once its signature is known to be right.

use super::public_key::{PublicKey, SigningAlgorithm};
use super::time::Timestamp;

/// The only `client_assertion_type` (RFC 7523 §2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Longest assertion that is looked at, in bytes.
pub const LONGEST_ASSERTION: usize = 8 * 1024;
/// Furthest ahead that an assertion may end, in seconds.
pub const LONGEST_LIFE_SECONDS: i64 = 300;
/// Longest `jti`, in bytes.
pub const LONGEST_JTI: usize = 256;
/// So many seconds may a client's clock be ahead.
const LEEWAY_SECONDS: i64 = 30;

/// What an assertion says.
#[derive(Clone, Debug, PartialEq)]
pub struct Assertion<'a> {
    /// What it is signed with, as its header says; the key has the last word.
    pub algorithm: SigningAlgorithm,
    /// Which key it is signed with.
    pub kid: Option<String>,
    /// Header and claims as they were signed.
    pub signed: &'a str,
    /// The signature.
    pub signature: Vec<u8>,
    /// `iss` and `sub`, which are the same.
    pub client_id: String,
    /// `aud`, if it is one string.
    pub audience: Option<String>,
    /// `exp`, in seconds since the epoch.
    pub expires_at: Option<i64>,
    /// `iat`, the same.
    pub issued_at: Option<i64>,
    /// `nbf`, the same.
    pub not_before: Option<i64>,
    /// `jti`.
    pub id: Option<String>,
}

/// Why an assertion with the right signature is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// `aud` is not exactly the issuer, as one string.
    Audience,
    /// `exp` or `jti` is missing, or `jti` too long.
    Incomplete,
    /// It has ended.
    Ended,
    /// It ends too far ahead.
    TooLong,
    /// It does not hold yet.
    NotYet,
    /// Its `jti` has been used.
    Replayed,
}

impl Refused {
    /// The word for logs and metrics.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Audience => "assertion_audience",
            Self::Incomplete => "assertion_incomplete",
            Self::Ended => "assertion_ended",
            Self::TooLong => "assertion_too_long",
            Self::NotYet => "assertion_not_yet",
            Self::Replayed => "assertion_replayed",
        }
    }

    /// What to tell the caller.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Audience => {
                "The signature is right, but aud must be exactly the issuer of the metadata, one string: not a list, and not the URL of an endpoint."
            }
            Self::Incomplete => "The signature is right, but the assertion needs exp and a jti of 1 to 256 characters.",
            Self::Ended => "The signature is right, but the assertion has ended. Make one for each request.",
            Self::TooLong => {
                "The signature is right, but exp must be at most 300 seconds ahead. Make one for each request."
            }
            Self::NotYet => "The signature is right, but iat or nbf is in the future. Set the clock of the client.",
            Self::Replayed => {
                "The signature is right, but an assertion with this jti has been used already. Make one for each request."
            }
        }
    }
}

impl Assertion<'_> {
    /// Whether one of `keys` has signed it: the one that it names, or any if it names none.
    pub fn is_signed_by(&self, keys: &[PublicKey]) -> bool {
        keys.iter()
            .filter(|key| self.kid.as_deref().is_none_or(|kid| kid == key.kid()))
            .any(|key| key.verifies(self.algorithm, self.signed.as_bytes(), &self.signature))
    }

    /// Its `jti` and its end, in seconds since the epoch, if what it says is accepted by `issuer` at `now`.
    pub fn judge(&self, issuer: &str, now: Timestamp) -> Result<(&str, i64), Refused> {
        let now = now.seconds();
        if self.audience.as_deref() != Some(issuer) {
            return Err(Refused::Audience);
        }
        let (Some(end), Some(id)) = (self.expires_at, self.id.as_deref()) else { return Err(Refused::Incomplete) };
        if id.is_empty() || id.len() > LONGEST_JTI {
            return Err(Refused::Incomplete);
        }
        if end <= now {
            return Err(Refused::Ended);
        }
        if end > now.saturating_add(LONGEST_LIFE_SECONDS) {
            return Err(Refused::TooLong);
        }
        let ahead = |at: Option<i64>| at.is_some_and(|at| at > now.saturating_add(LEEWAY_SECONDS));
        if ahead(self.issued_at) || ahead(self.not_before) {
            return Err(Refused::NotYet);
        }
        Ok((id, end))
    }
}
