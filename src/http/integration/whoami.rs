//! `GET /api/v1/whoami` (CONTRACT.md §5.18): what a token says, for the first thing that an integrator does with one.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::dpop::HEADER;
use crate::app::tokens::NotAccepted;
use crate::domain::claims::Claims;
use crate::domain::time::Timestamp;
use crate::http::client_certificate::Shown;
use crate::http::envelope::private_json;
use crate::http::error::{Problem, ProblemBody};
use crate::http::oauth::dpop::with_nonce;
use crate::signer::jwt::InvalidToken;

/// What the token says.
#[derive(Serialize, ToSchema)]
#[schema(as = WhoAmI)]
pub struct Answer<'a> {
    /// The identifier of the business entity.
    #[schema(example = "northwind")]
    entity: &'a str,
    /// The Client Id that the token was issued to.
    #[schema(example = "pgc_7HqT2mVx9RkLw4ZcB8nYpD3sQ1aZ")]
    client_id: &'a str,
    /// What the token is for.
    #[schema(example = "DLAT access Webhooks")]
    scope: &'a str,
    /// When it was issued.
    #[schema(value_type = String, format = DateTime)]
    issued_at: Timestamp,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Seconds until then.
    #[schema(example = 600)]
    expires_in: i64,
    /// Every claim of the token.
    #[schema(value_type = Object)]
    claims: &'a Claims,
}

impl<'a> Answer<'a> {
    /// What these claims say at `now`.
    pub fn of(claims: &'a Claims, now: Timestamp) -> Self {
        Self {
            entity: &claims.entity,
            client_id: claims.client_id.as_str(),
            scope: &claims.scope,
            issued_at: claims.jti.issued_at(),
            expires_at: Timestamp::from_millis(claims.exp.saturating_mul(1000)),
            expires_in: claims.exp.saturating_sub(now.seconds()),
            claims,
        }
    }
}

/// Say who an access token is for, what it is for and when it ends.
///
/// A token that is bound to a key is sent as `Authorization: DPoP`, with a proof in the header `DPoP` (RFC 9449 §7.1).
#[utoipa::path(
    get,
    path = "/api/v1/whoami",
    tag = "Integration",
    operation_id = "whoAmI",
    security(("access_token" = [])),
    responses(
        (status = 200, description = "What the token says", body = Answer),
        (status = 401, description = "Invalid token", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Something went wrong.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get(State(app): State<Arc<App>>, shown: Shown, headers: HeaderMap) -> Result<Response, Problem> {
    let url = format!("{}/api/v1/whoami", app.issuer);
    let accepted = app.accept_token("GET", &url, &headers).await?;
    let wants_nonce = headers.contains_key(HEADER) || matches!(accepted, Err(NotAccepted::Proof(_)));
    let answer = match accepted {
        Ok(standing) if shown.may_use(&standing.claims) => {
            private_json(StatusCode::OK, &Answer::of(&standing.claims, app.now()))
        }
        Ok(_) => Problem::InvalidToken(InvalidToken::NotHeld).into_response(),
        Err(why) => Problem::from(why).into_response(),
    };
    Ok(if wants_nonce { with_nonce(&app, answer) } else { answer })
}
