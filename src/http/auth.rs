//! Who may: a permission is an extractor.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::error::Problem;
use super::origin::Origin;
use crate::app::App;
use crate::domain::event::Actor;
use crate::signer::jwt::InvalidToken;

/// The token of `Authorization: Bearer` (RFC 6750 §2.1), not verified yet. Anything else is 401 "Invalid token".
pub struct BearerToken(pub String);

impl FromRequestParts<Arc<App>> for BearerToken {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Problem> {
        bearer(&parts.headers).map(|token| Self(token.to_owned())).ok_or_else(|| {
            let is_absent = !parts.headers.contains_key(AUTHORIZATION);
            Problem::InvalidToken(if is_absent { InvalidToken::Absent } else { InvalidToken::Malformed })
        })
    }
}

/// An operator, proven by an operator token.
pub struct Operator(pub Actor);

impl FromRequestParts<Arc<App>> for Operator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let Origin { address, .. } = Origin::from_request_parts(parts, app).await?;
        let now = app.now();
        let key = app.throttle.operator(address);
        let presented = bearer(&parts.headers).ok_or(Problem::OperatorTokenNeeded)?;
        if let Some(operator) = app.operator(presented).await? {
            return Ok(Self(Actor::Operator(operator.name, address)));
        }
        app.throttle.check(key, now)?;
        app.throttle.fail(key, now);
        Err(Problem::OperatorTokenNeeded)
    }
}

/// The token of the only `Authorization` header, if its scheme is Bearer and it has the characters of a token.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    let is_token = !token.is_empty() && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b));
    (scheme.eq_ignore_ascii_case("bearer") && is_token).then_some(token)
}
