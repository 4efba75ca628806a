//! `GET /.well-known/jwks.json`: the published keys (RFC 7517 §5).

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::key::JWKS_MAX_AGE_SECONDS;
use crate::http::error::Problem;

/// A key set.
#[derive(Serialize, ToSchema)]
#[schema(as = JsonWebKeySet)]
pub struct Answer {
    /// Public keys, each with `kid`, `alg` and `use`.
    keys: Vec<serde_json::Map<String, serde_json::Value>>,
}

/// Publish the keys that verify tokens.
#[utoipa::path(
    get,
    path = "/.well-known/jwks.json",
    tag = "OAuth 2.0",
    operation_id = "jwks",
    responses((status = 200, description = "The keys", body = Answer), (status = 304, description = "They are as you know them"))
)]
pub async fn get(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let key_set = app.signer.key_set();
    let etag = HeaderValue::from_str(&key_set.etag).map_err(|error| Problem::Internal(error.to_string()))?;
    let known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let is_known = known.map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == key_set.etag);
    let caching = [
        (ETAG, etag),
        (
            CACHE_CONTROL,
            HeaderValue::try_from(format!("public, max-age={JWKS_MAX_AGE_SECONDS}"))
                .unwrap_or(HeaderValue::from_static("no-cache")),
        ),
    ];
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    Ok((caching, [(CONTENT_TYPE, HeaderValue::from_static("application/json"))], key_set.body.clone()).into_response())
}
