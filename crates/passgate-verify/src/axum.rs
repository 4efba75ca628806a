//! An [axum](https://docs.rs/axum) extractor: a handler that takes a [`Token`] is called with a good one or not at all.

use axum_core::extract::{FromRef, FromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::request::Parts;

use crate::{Refused, Token, Verifier};

/// Takes the token that a layer has verified already, or verifies it. The router's state must have the [`Verifier`].
impl<S> FromRequestParts<S> for Token
where
    Verifier: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refused> {
        match parts.extensions.get::<Self>() {
            Some(token) => Ok(token.clone()),
            None => Verifier::from_ref(state).verify_headers(&parts.headers).await,
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        self.response()
    }
}
