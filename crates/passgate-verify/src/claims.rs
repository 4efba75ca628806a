//! What a token says (RFC 9068 §2.2), judged.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::Refused;

/// What the claims are held against.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) issuer: String,
    pub(crate) audiences: Vec<String>,
    pub(crate) leeway: Duration,
}

/// A token that has been verified. What it says can be relied upon.
#[derive(Clone, Debug)]
pub struct Token(Arc<Verified>);

#[derive(Debug)]
struct Verified {
    client_id: String,
    subject: String,
    jti: String,
    scope: String,
    expires_at: i64,
    issued_at: i64,
    claims: Map<String, Value>,
}

impl Token {
    /// Judges what a token says that one of the issuer's keys has signed (RFC 9068 §4). `now` is in milliseconds since the
    /// epoch.
    pub(crate) fn judge(claims: Map<String, Value>, rules: &Rules, now: i64) -> Result<Self, Refused> {
        let text = |name: &'static str| match claims.get(name) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
            _ => Err(Refused::Claim(name)),
        };
        let time = |name: &'static str| claims.get(name).and_then(Value::as_i64).ok_or(Refused::Claim(name));
        if text("iss")? != rules.issuer {
            return Err(Refused::Issuer);
        }
        let is_ours = |audience: &Value| rules.audiences.iter().any(|ours| audience.as_str() == Some(ours));
        let is_meant = match claims.get("aud") {
            Some(audience @ Value::String(_)) => is_ours(audience),
            Some(Value::Array(audiences)) if audiences.iter().all(Value::is_string) => audiences.iter().any(is_ours),
            _ => return Err(Refused::Claim("aud")),
        };
        if !is_meant {
            return Err(Refused::Audience);
        }
        if claims.contains_key("cnf") {
            return Err(Refused::Bound);
        }
        let (expires_at, issued_at) = (time("exp")?, time("iat")?);
        if expires_at.saturating_mul(1000) <= now {
            return Err(Refused::Ended);
        }
        let leeway = i64::try_from(rules.leeway.as_millis()).unwrap_or(i64::MAX);
        let latest = now.saturating_add(leeway);
        let not_before = if claims.contains_key("nbf") { time("nbf")? } else { issued_at };
        if issued_at.max(not_before).saturating_mul(1000) > latest {
            return Err(Refused::NotYet);
        }
        let scope = if claims.contains_key("scope") { text("scope")? } else { String::new() };
        Ok(Self(Arc::new(Verified {
            client_id: text("client_id")?,
            subject: text("sub")?,
            jti: text("jti")?,
            scope,
            expires_at,
            issued_at,
            claims,
        })))
    }

    /// The Client Id of the credential that it was issued to.
    pub fn client_id(&self) -> &str {
        &self.0.client_id
    }

    /// Its subject: with Passgate the client itself.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The identifier of the business entity that it was issued to.
    pub fn entity(&self) -> Option<&str> {
        self.0.claims.get("entity").and_then(Value::as_str)
    }

    /// Its `jti`.
    pub fn id(&self) -> &str {
        &self.0.jti
    }

    /// The words of its scope.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.0.scope.split(' ').filter(|word| !word.is_empty())
    }

    /// When it was issued.
    pub fn issued_at(&self) -> SystemTime {
        moment(self.0.issued_at)
    }

    /// From when on it is refused.
    pub fn expires_at(&self) -> SystemTime {
        moment(self.0.expires_at)
    }

    /// The claim of this name as a `T`; `None` if there is none, or it is something else.
    pub fn claim<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_value(self.0.claims.get(name)?.clone()).ok()
    }

    /// Every claim.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.0.claims
    }

    /// Refuses the token unless its scope has every word of `scope`.
    pub fn require(&self, scope: &str) -> Result<(), Refused> {
        let has = |word: &str| self.scopes().any(|granted| granted == word);
        if scope.split_ascii_whitespace().all(has) {
            return Ok(());
        }
        Err(Refused::Scope(scope.split_ascii_whitespace().collect::<Vec<_>>().join(" ")))
    }
}

fn moment(seconds: i64) -> SystemTime {
    u64::try_from(seconds)
        .ok()
        .and_then(|seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)))
        .unwrap_or(UNIX_EPOCH)
}
