//! The standard door: OAuth 2.0, one RFC endpoint a file.

pub mod client_auth;
pub mod dpop;
pub mod error;
pub mod introspect;
pub mod jwks;
pub mod metadata;
pub mod revocations;
pub mod revoke;
pub mod token;

use axum::body::Bytes;
use http::HeaderMap;

use crate::domain::fault::summarize;
use crate::domain::presented::Fields;
use crate::http::parse::form;
use crate::http::parse::media_type::{self, MediaType};
use error::OAuthError;

/// The parameters of a request: a form and nothing else, no parameter twice (RFC 6749 §3.2).
fn parameters<'b>(headers: &HeaderMap, body: &'b Bytes) -> Result<Fields<'b>, OAuthError> {
    parameters_with(headers, body, None)
}

/// The same, but `repeatable` may stand more than once.
fn parameters_with<'b>(
    headers: &HeaderMap,
    body: &'b Bytes,
    repeatable: Option<&'static str>,
) -> Result<Fields<'b>, OAuthError> {
    let is_form =
        headers.contains_key(http::header::CONTENT_TYPE) && matches!(media_type::of(headers), Ok(MediaType::Form));
    if !is_form {
        return Err(OAuthError::InvalidRequest("Content-Type must be application/x-www-form-urlencoded".to_owned()));
    }
    form::fields_with(body, repeatable).map_err(|faults| OAuthError::InvalidRequest(summarize(&faults)))
}
