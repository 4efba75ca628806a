//! A credential: a Client Id that never changes, and at most two live secrets. Decides whether a presented secret is
//! the right one and whether it is accepted now.

use std::net::IpAddr;
use std::time::Duration;

use super::assertion;
use super::authentication::Authentication;
use super::entity::{Entity, Status};
use super::id::{ClientId, EntityId};
use super::secret::{FOREVER, Secret, SecretMac};
use super::settings::LONGEST_GRACE_SECONDS;
use super::time::Timestamp;

/// Most secrets of a credential that are accepted at the same time.
pub const MOST_LIVE_SECRETS: usize = 2;
/// Longest name, in characters.
pub const LONGEST_NAME: usize = 50;

/// Whose credential it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A business entity's: it gets tokens.
    Entity(EntityId),
    /// A platform API's, registered by the operator: it may introspect every token (CONTRACT.md §5.13).
    Api,
}

/// A credential and those of its secrets that are live or will be.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The Client Id.
    pub client_id: ClientId,
    /// Whose it is.
    pub owner: Owner,
    /// What people call it, 1 to 50 characters.
    pub name: String,
    /// How it proves itself.
    pub authentication: Authentication,
    /// When it was revoked for good.
    pub revoked_at: Option<Timestamp>,
    /// From when on it is refused.
    pub expires_at: Option<Timestamp>,
    /// Consecutive failed token requests, counted while the Integration Account Lock is on.
    pub failed_attempts: u32,
    /// When the Integration Account Lock fell.
    pub locked_at: Option<Timestamp>,
    /// Tokens issued to it up to this moment are void.
    pub tokens_void_before: Option<Timestamp>,
    /// Its secrets, the newest first: those that are live, and those whose void tokens may not have ended.
    pub secrets: Vec<Secret>,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Why a credential is not accepted. Those of [`Refusal::is_unproven`] are for somebody who has proven nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No live secret matches.
    WrongSecret,
    /// The secret is right, and is accepted from this moment on.
    NotYet(Timestamp),
    /// The secret is right, and came to its end at this moment.
    SecretExpired(Timestamp),
    /// No registered key has signed the assertion, or the credential does not prove itself by one.
    WrongAssertion,
    /// The certificate is not the registered one, or the credential does not prove itself by one.
    WrongCertificate,
    /// The secret is right, and the credential proves itself in another way, or the entity forbids secrets.
    SecretNotAccepted,
    /// The signature of the assertion is right, and what it says is not accepted.
    Assertion(assertion::Refused),
    /// The secret is right, and the entity is disabled.
    EntityDisabled,
    /// The secret is right, and the credential was revoked.
    Revoked,
    /// The secret is right, and the credential has expired.
    Expired,
    /// The secret is right, and the Integration Account Lock has fallen.
    Locked,
    /// The secret is right, and the address is not on the allowlist.
    Address(IpAddr),
}

impl Refusal {
    /// The word for logs and metrics.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::WrongSecret => "wrong_secret",
            Self::NotYet(_) => "secret_not_yet",
            Self::SecretExpired(_) => "secret_expired",
            Self::WrongAssertion => "wrong_assertion",
            Self::WrongCertificate => "wrong_certificate",
            Self::SecretNotAccepted => "secret_not_accepted",
            Self::Assertion(why) => why.reason(),
            Self::EntityDisabled => "entity_disabled",
            Self::Revoked => "credential_revoked",
            Self::Expired => "credential_expired",
            Self::Locked => "account_locked",
            Self::Address(_) => "address_not_allowed",
        }
    }

    /// Whether whoever is refused has proven nothing, and is to learn nothing.
    pub const fn is_unproven(self) -> bool {
        matches!(self, Self::WrongSecret | Self::WrongAssertion | Self::WrongCertificate)
    }

    /// What to tell the caller.
    pub fn hint(self) -> String {
        match self {
            Self::WrongAssertion | Self::WrongCertificate => "The proof is not the one that this Client Id is registered with.".to_owned(),
            Self::SecretNotAccepted => "The Client Secret is right, but secrets are not accepted of this credential: it proves itself by a signed assertion or a certificate, or its business entity has forbidden secrets. See Client authentication on Generate Credentials.".to_owned(),
            Self::Assertion(why) => why.hint().to_owned(),
            Self::WrongSecret => "The Client Secret is not the one of this Client Id. Copy it again from Generate Credentials; after Regenerate key only the new one is accepted.".to_owned(),
            Self::NotYet(begin) => format!("The Client Secret is right, and is accepted from {begin} on. Use the previous one until then."),
            Self::SecretExpired(end) => format!("The Client Secret is right, but it ended at {end}. Regenerate the key on Generate Credentials."),
            Self::EntityDisabled => "The Client Secret or other proof is right, but this business entity is disabled. Ask the operator of the platform.".to_owned(),
            Self::Revoked => "The Client Secret or other proof is right, but this credential has been revoked. Use another credential.".to_owned(),
            Self::Expired => "The Client Secret or other proof is right, but this credential has expired. Use another credential.".to_owned(),
            Self::Locked => "The Client Secret or other proof is right, but this integration account is locked after too many failed attempts. Unlock it on Token Timeout, or ask the operator of the platform.".to_owned(),
            Self::Address(address) => format!("The Client Secret or other proof is right, but the address {address} is not on the allowlist of this business entity. Add it on Token Timeout."),
        }
    }
}

impl Credential {
    /// The secret that `presented` is the MAC of, unless it was stopped; it may not have begun, or have come to its end.
    /// Every such secret is compared, found or not.
    pub fn proven_secret(&self, presented: &SecretMac, now: Timestamp) -> Option<&Secret> {
        self.secrets
            .iter()
            .filter(|secret| secret.stops_at.is_none_or(|end| now < end))
            .fold(None, |found, secret| if presented.matches(&secret.mac) { Some(secret) } else { found })
    }

    /// The secrets that are accepted at `now`.
    pub fn live_secrets(&self, now: Timestamp) -> impl Iterator<Item = &Secret> {
        self.secrets.iter().filter(move |secret| secret.is_live(now))
    }

    /// The secrets that are accepted at `now` or will be, the newest first.
    pub fn unended_secrets(&self, now: Timestamp) -> impl Iterator<Item = &Secret> {
        self.secrets.iter().filter(move |secret| !secret.has_ended(now))
    }

    /// The two secrets of a rotation, if there is one: the new one, and the old one that goes on for a while.
    pub fn rotation(&self, now: Timestamp) -> Option<(&Secret, &Secret)> {
        let mut unended = self.unended_secrets(now);
        unended.next().zip(unended.next())
    }

    /// Whether it stands at all: neither revoked nor expired.
    pub fn standing(&self, now: Timestamp) -> Result<(), Refusal> {
        if self.revoked_at.is_some() {
            Err(Refusal::Revoked)
        } else if self.expires_at.is_some_and(|end| end <= now) {
            Err(Refusal::Expired)
        } else {
            Ok(())
        }
    }
}

/// Whether a secret that was proven is accepted at `now`: it may not have begun, or have come to its end.
pub fn in_time(secret: &Secret, now: Timestamp) -> Result<(), Refusal> {
    match (secret.not_before, secret.expires_at) {
        (_, Some(end)) if end <= now => Err(Refusal::SecretExpired(end)),
        (Some(begin), _) if now < begin => Err(Refusal::NotYet(begin)),
        _ => Ok(()),
    }
}

/// Whether a client that has proven itself is accepted from `address` now (CONTRACT.md §2: status, address and secret; the
/// proof, which comes first, decides what the answer may tell). A platform API has no entity.
pub fn accept(
    credential: &Credential,
    entity: Option<&Entity>,
    address: IpAddr,
    now: Timestamp,
) -> Result<(), Refusal> {
    credential.standing(now)?;
    let Some(entity) = entity else { return Ok(()) };
    if entity.status == Status::Disabled {
        return Err(Refusal::EntityDisabled);
    }
    if let (Some(lock), Some(locked_at)) = (entity.settings.account_lock, credential.locked_at)
        && lock.holds(locked_at, now)
    {
        return Err(Refusal::Locked);
    }
    if !entity.settings.allows(address) {
        return Err(Refusal::Address(address));
    }
    Ok(())
}

/// Whether secrets are a proof for this credential at all.
pub fn accept_secret(credential: &Credential, entity: Option<&Entity>) -> Result<(), Refusal> {
    let is_forbidden = entity.is_some_and(|entity| entity.settings.forbid_plain_secrets);
    if is_forbidden || credential.authentication != Authentication::ClientSecret {
        Err(Refusal::SecretNotAccepted)
    } else {
        Ok(())
    }
}

/// What becomes of the secrets that a regeneration replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Regeneration {
    /// How long they go on after the new one has begun, at most seven days; zero stops them at that moment.
    pub grace: Duration,
    /// Whether tokens already issued to this credential become void.
    pub voids_tokens: bool,
}

/// Why a regeneration is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegenerationRefused {
    /// More than seven days of grace.
    #[error("the old secret can go on for at most {LONGEST_GRACE_SECONDS} seconds (7 days)")]
    GraceTooLong,
    /// Two secrets are live already, or one is and another will be, so none may stay beside the new one.
    #[error("two secrets are live already: wait until the old one stops, or stop both now with a grace period of 0")]
    TwoLive,
    /// It was revoked for good.
    #[error("the credential is revoked")]
    Revoked,
}

impl Regeneration {
    /// Up to when tokens of secrets that stop at `stops_at` are void, if they are: for ever when they stop at once, so
    /// that no token slips through that another node issues meanwhile.
    pub fn void_before(self, stops_at: Timestamp, now: Timestamp) -> Option<Timestamp> {
        self.voids_tokens.then_some(if stops_at <= now { FOREVER } else { now })
    }

    /// When the replaced secrets stop, if this regeneration may be made at `now` with a secret that begins at `begin`.
    pub fn stops_at(
        self,
        credential: &Credential,
        begin: Timestamp,
        now: Timestamp,
    ) -> Result<Timestamp, RegenerationRefused> {
        if credential.revoked_at.is_some() {
            return Err(RegenerationRefused::Revoked);
        }
        if self.grace > Duration::from_secs(u64::from(LONGEST_GRACE_SECONDS)) {
            return Err(RegenerationRefused::GraceTooLong);
        }
        let stops_at = begin.plus(self.grace);
        if stops_at > now && credential.unended_secrets(now).count() >= MOST_LIVE_SECRETS {
            return Err(RegenerationRefused::TwoLive);
        }
        Ok(stops_at)
    }
}
