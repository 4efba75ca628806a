//! Signing keys and the states they pass through: Next → Signing → Retiring → Gone. A key is published before it signs,
//! and stays published until the last token that it signed has ended.

use std::time::Duration;

use super::settings::LONGEST_TIMEOUT_MINUTES;
use super::time::Timestamp;

/// How long verifiers may keep the key set, in seconds (`Cache-Control: max-age`).
pub const JWKS_MAX_AGE_SECONDS: u64 = 300;
/// How long a key is published before it signs, in seconds: as long as verifiers may keep a key set without it, and a
/// minute for nodes that publish it a moment later and for clocks that differ.
pub const PUBLISHED_BEFORE_SIGNING_SECONDS: u64 = JWKS_MAX_AGE_SECONDS + 60;
/// How long a key goes on being published after it has stopped signing: the longest token and an hour.
const RETIRING: Duration = Duration::from_secs(LONGEST_TIMEOUT_MINUTES as u64 * 60 + 3600);

/// A signature algorithm (RFC 7518 §3.1, RFC 8037 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits.
    #[serde(rename = "RS256")]
    Rs256,
}

impl Algorithm {
    /// Every algorithm that Passgate signs with.
    pub const ALL: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Rs256];

    /// Its `alg` value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }

    /// The algorithm of this `alg` value; case matters (RFC 7515 §4.1.1).
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text)
    }
}

/// Where a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Published, not signing yet.
    Next,
    /// Signing.
    Signing,
    /// Published for the tokens that it has signed.
    Retiring,
    /// Neither published nor kept.
    Gone,
}

impl State {
    /// The word for it in rows and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Signing => "signing",
            Self::Retiring => "retiring",
            Self::Gone => "gone",
        }
    }

    /// The state that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Next, Self::Signing, Self::Retiring, Self::Gone].into_iter().find(|state| state.as_str() == word)
    }
}

/// What is known of a key without its private half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// Its id: the RFC 7638 thumbprint.
    pub kid: String,
    /// What it signs with.
    pub algorithm: Algorithm,
    /// Where it stands.
    pub state: State,
    /// Since when verifiers can have known it; the epoch for the keys of a new installation.
    pub published_at: Timestamp,
    /// Since when it stands where it stands.
    pub since: Timestamp,
}

impl KeyFacts {
    /// Whether a retiring key has outlived every token that it can have signed.
    pub fn is_spent(&self, now: Timestamp) -> bool {
        self.goes_at().is_some_and(|end| end <= now)
    }

    /// When a retiring key may go.
    pub fn goes_at(&self) -> Option<Timestamp> {
        (self.state == State::Retiring).then(|| self.since.plus(RETIRING))
    }
}

/// Why a rotation is not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RotationRefused {
    /// There is no next key.
    #[error("there is no next key to sign with")]
    NoNextKey,
    /// Verifiers may not have seen the next key yet.
    #[error(
        "the next key was published less than {PUBLISHED_BEFORE_SIGNING_SECONDS} seconds ago, and verifiers may still hold a key set without it; rotate after {0}, or force it and have them answer 401 until then"
    )]
    TooEarly(Timestamp),
}

/// The kid that signs after a rotation at `now`. `forced` rotates even if verifiers may not know that key yet.
pub fn successor(keys: &[KeyFacts], now: Timestamp, forced: bool) -> Result<String, RotationRefused> {
    let next = keys.iter().find(|key| key.state == State::Next).ok_or(RotationRefused::NoNextKey)?;
    let ready = next.published_at.plus(Duration::from_secs(PUBLISHED_BEFORE_SIGNING_SECONDS));
    if now < ready && !forced {
        return Err(RotationRefused::TooEarly(ready));
    }
    Ok(next.kid.clone())
}

/// Whether the key that signs has signed for `period` at `now`, and the next one may take its place without a verifier
/// noticing.
pub fn is_due(keys: &[KeyFacts], now: Timestamp, period: Duration) -> bool {
    let signing = keys.iter().find(|key| key.state == State::Signing);
    signing.is_some_and(|key| key.since.plus(period) <= now) && successor(keys, now, false).is_ok()
}
