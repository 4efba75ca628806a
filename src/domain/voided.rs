//! What is void of the tokens that a client was issued: the one decision that introspection asks and that the feed of
//! revocations states, so that neither can say what the other does not.

use super::claims::TokenId;
use super::credential::Credential;
use super::entity::{Entity, Status};
use super::secret::FOREVER;
use super::time::Timestamp;

/// What is void of a client's tokens, whole: nothing of it depends on what was said before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Voided {
    /// Every one is: the entity is disabled, or the credential was revoked.
    pub entirely: bool,
    /// From when on every one is: the credential expires.
    pub expires_at: Option<Timestamp>,
    /// Those issued before this moment are.
    pub not_before: Option<Timestamp>,
    /// Those of these secrets are.
    pub secrets: Vec<VoidedSecret>,
}

/// What is void of the tokens of one secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoidedSecret {
    /// The secret's tag, which its tokens carry in their `jti`.
    pub tag: u32,
    /// Those issued before this moment are void; `None` if every one is.
    pub not_before: Option<Timestamp>,
}

/// The first moment at which a token stands, if those up to this one are void.
pub fn just_after(until: Timestamp) -> Timestamp {
    Timestamp::from_millis(until.millis().saturating_add(1))
}

impl Voided {
    /// What is void of the tokens of `credential`, which is one of `entity`.
    pub fn of(entity: &Entity, credential: &Credential) -> Self {
        let secret =
            |tag, until: Timestamp| VoidedSecret { tag, not_before: (until != FOREVER).then(|| just_after(until)) };
        Self {
            entirely: entity.status == Status::Disabled || credential.revoked_at.is_some(),
            expires_at: credential.expires_at,
            not_before: credential.tokens_void_before.max(entity.tokens_void_before).map(just_after),
            secrets: credential
                .secrets
                .iter()
                .filter_map(|known| known.tokens_void_before.map(|until| secret(known.id.tag(), until)))
                .collect(),
        }
    }

    /// Whether the token of this id is among them at `now`.
    pub fn covers(&self, jti: &TokenId, now: Timestamp) -> bool {
        let issued_before = |moment: Timestamp| jti.issued_at() < moment;
        self.entirely
            || self.expires_at.is_some_and(|end| end <= now)
            || self.not_before.is_some_and(issued_before)
            || self
                .secrets
                .iter()
                .any(|secret| secret.tag == jti.secret_tag() && secret.not_before.is_none_or(issued_before))
    }
}
