//! The headers `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11 §3 and §4), for a client that has proven
//! itself and whose entity has a quota. Both are lists of structured fields (RFC 9651), the names being the spans.

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::error::Problem;
use crate::app::quotas::Taken;
use crate::app::{App, Error};
use crate::domain::entity::Entity;
use crate::domain::quota::Standing;
use crate::domain::time::Timestamp;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Counts the token that is about to be issued, or refuses it. It counts no more if it is not issued after all.
pub async fn take(app: &App, entity: &Entity) -> Result<Option<Taken>, Problem> {
    app.take_quota(entity).await.map_err(|error| match error {
        Error::OverQuota(standings) => Problem::OverQuota { standings, now: app.now() },
        other => other.into(),
    })
}

/// The answer with the token, and with both headers if there is a quota.
pub fn issued(app: &App, taken: Option<Taken>, mut answer: Response) -> Response {
    if let Some(taken) = taken {
        tell(answer.headers_mut(), &taken.issued(), app.now());
    }
    answer
}

/// Adds both headers.
pub fn tell(headers: &mut HeaderMap, standings: &[Standing], now: Timestamp) {
    let policy = |standing: &Standing| {
        format!("\"{}\";q={};w={}", standing.span.as_str(), standing.limit, standing.span.seconds())
    };
    let limit = |standing: &Standing| {
        let (name, left) = (standing.span.as_str(), standing.remaining());
        format!("\"{name}\";r={left};t={}", standing.ends_in(now).as_secs())
    };
    let joined = |texts: Vec<String>| HeaderValue::try_from(texts.join(", ")).ok();
    for (name, value) in [
        (POLICY, joined(standings.iter().map(policy).collect())),
        (LIMIT, joined(standings.iter().map(limit).collect())),
    ] {
        if let Some(value) = value {
            headers.insert(name, value);
        }
    }
}
