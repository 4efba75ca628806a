//! The decision about a token request, after the client has proven itself: parameters, then scope (CONTRACT.md §2).
//! And the decision whether a token still stands.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::claims::TokenId;
use super::credential::Credential;
use super::entity::Entity;
use super::fault::{Fault, FieldFault};
use super::presented::Fields;
use super::scope::NotAScope;
use super::settings::{LONGEST_TIMEOUT_MINUTES, UnknownParameters};
use super::time::Timestamp;
use super::voided::Voided;

/// Longest `client_id` that is looked at, in bytes.
pub const LONGEST_CLIENT_ID: usize = 128;
/// Longest `client_secret` that is looked at, in bytes.
pub const LONGEST_SECRET: usize = 256;

/// Most bytes that the mapped claims of one token may have together: a token must fit into a header.
const MOST_CLAIM_BYTES: usize = 4096;

/// Which door a request came through: they differ in what they do with fields that are not parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// `POST /api/v1/access-token`: unknown fields are refused unless the entity ignores them.
    Integration,
    /// The OAuth 2.0 token endpoint: unknown fields are ignored (RFC 6749 §3.2), and `grant_type` and `scope` are the
    /// protocol's own.
    OAuth,
}

impl Door {
    /// The word for metrics and the log of token requests.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Integration => "integration",
            Self::OAuth => "oauth",
        }
    }

    /// The door of this word.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Integration, Self::OAuth].into_iter().find(|door| door.as_str() == text)
    }
}

/// What a token is made of, decided; its audience is decided by [`super::resource::audience`].
#[derive(Clone, Debug)]
pub struct Grant {
    /// The granted scope string.
    pub scope: Arc<str>,
    /// The claims that the parameters are mapped onto.
    pub claims: Map<String, Value>,
    /// How long the token lives.
    pub lifetime: Duration,
}

/// Why a proven client gets no token.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// These fields are at fault, all of them.
    Arguments(Vec<FieldFault>),
    /// The asked scope is not one that the entity has.
    Scope,
}

/// Judges every field of a request of `entity`, then the scope.
pub fn grant(entity: &Entity, fields: &Fields<'_>, door: Door) -> Result<Grant, Refusal> {
    let mut faults = Vec::new();
    let mut claims = Map::new();
    let mut claim_bytes = 0usize;
    let judges = |name: &str| door == Door::Integration || !matches!(name, "grant_type" | "scope");
    for parameter in entity.parameters.iter().filter(|parameter| judges(parameter.name())) {
        let definition = parameter.definition();
        let judged = match fields.sent(parameter.name()) {
            Some(value) => parameter.judge(value).map(Some),
            None if definition.required => Err(Fault::Missing),
            None => Ok(definition.default.clone()),
        };
        match (judged, &definition.claim) {
            (Ok(Some(value)), Some(claim)) => {
                claim_bytes = claim_bytes.saturating_add(claim.len()).saturating_add(value.to_string().len());
                if claim_bytes > MOST_CLAIM_BYTES {
                    let why = format!(
                        "does not fit into the token, whose parameters may have {MOST_CLAIM_BYTES} bytes together"
                    );
                    faults.push(FieldFault::new(parameter.name(), Fault::Rule(why)));
                }
                claims.insert(claim.clone(), value);
            }
            (Ok(_), _) => {}
            (Err(fault), _) => faults.push(FieldFault::new(parameter.name(), fault)),
        }
    }
    if door == Door::Integration && entity.settings.unknown_parameters == UnknownParameters::Refuse {
        let is_known = |name: &str| {
            matches!(name, "client_id" | "client_secret") || entity.parameters.iter().any(|known| known.name() == name)
        };
        let unknown = fields.iter().filter(|field| !field.value.is_empty() && !is_known(&field.name));
        faults.extend(unknown.map(|field| FieldFault::presented(&field.name, field.position, Fault::Unknown)));
    }
    if !faults.is_empty() {
        return Err(Refusal::Arguments(faults));
    }
    let takes_scope = door == Door::OAuth || entity.parameters.iter().any(|parameter| parameter.name() == "scope");
    let asked = if takes_scope { fields.sent("scope").and_then(|value| value.as_text()) } else { None };
    let scope = entity.scopes.grant(asked).map_err(|NotAScope| Refusal::Scope)?;
    Ok(Grant { scope, claims, lifetime: entity.settings.token_lifetime() })
}

/// Whether a token that the signer has verified still stands: its entity is active, its credential neither revoked nor
/// expired, and it was not issued up to a moment before which the tokens of its secret, its credential, its entity or of
/// everybody (`all_void_before`) are void.
pub fn stands(
    entity: &Entity,
    credential: &Credential,
    jti: &TokenId,
    all_void_before: Option<Timestamp>,
    now: Timestamp,
) -> bool {
    all_void_before.is_none_or(|until| until < jti.issued_at()) && !Voided::of(entity, credential).covers(jti, now)
}

/// Why a moment is not one up to which tokens can be made void.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must not be in the future: tokens that are not issued yet cannot be void; leave it out for now")]
pub struct NotYet;

/// Up to which moment tokens become void when `asked` is wished for at `now`. Never after `now`: a client that asks for a
/// token after the voiding gets one that stands.
pub fn void_before(asked: Option<Timestamp>, now: Timestamp) -> Result<Timestamp, NotYet> {
    match asked {
        Some(moment) if moment > now => Err(NotYet),
        Some(moment) => Ok(moment),
        None => Ok(now),
    }
}

/// How far the clock of a node that issued a token may be ahead of this one's.
const CLOCKS_DIFFER: Duration = Duration::from_secs(3600);

/// When the token of this id has ended at the latest, as its `exp` says if that is known; `None` if no node can have
/// issued it yet, or never with this `exp`.
pub fn ends_by(jti: &TokenId, exp: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    if jti.issued_at() > now.plus(CLOCKS_DIFFER) || exp.is_some_and(|exp| exp <= jti.issued_at()) {
        return None;
    }
    let latest = jti.issued_at().plus(Duration::from_secs(u64::from(LONGEST_TIMEOUT_MINUTES).saturating_mul(60)));
    Some(exp.map_or(latest, |exp| exp.min(latest)))
}
