//! `POST /oauth/introspect` (RFC 7662): what a token says, for those who may know.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::client_auth;
use super::error::{OAuthError, OAuthErrors};
use crate::app::App;
use crate::app::issue::Purpose;
use crate::domain::claims::Claims;
use crate::http::body::Payload;
use crate::http::client_certificate::Shown;
use crate::http::envelope::private_json;
use crate::http::error::Problem;
use crate::http::origin::Origin;

/// What a request carries.
#[derive(ToSchema)]
#[schema(as = TokenInspection)]
#[expect(dead_code, reason = "requests are read field by field; this documents them")]
pub struct RequestBody {
    /// The token.
    token: String,
    /// What kind of token it is. There is one kind only, so it changes nothing.
    #[schema(example = "access_token", nullable = false)]
    token_type_hint: Option<String>,
    /// With `client_secret_post`.
    #[schema(max_length = 128, nullable = false)]
    client_id: Option<String>,
    /// With `client_secret_post`.
    #[schema(max_length = 256, nullable = false)]
    client_secret: Option<String>,
    /// With `private_key_jwt`: always `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`.
    #[schema(nullable = false)]
    client_assertion_type: Option<String>,
    /// With `private_key_jwt`: the signed assertion (RFC 7523 §2.2).
    #[schema(max_length = 8192, nullable = false)]
    client_assertion: Option<String>,
}

/// Whether the token stands, and if it does, every claim of it (RFC 7662 §2.2).
#[derive(Serialize, ToSchema)]
#[schema(as = Introspection)]
pub struct Answer<'a> {
    /// Whether it stands now.
    active: bool,
    /// How it is used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token_type: Option<&'a str>,
    #[serde(flatten)]
    #[schema(ignore)]
    claims: Option<&'a Claims>,
}

/// Say whether a token stands, and what it says.
///
/// A business entity sees its own tokens, a platform API registered by the operator sees all.
#[utoipa::path(
    post,
    path = "/oauth/introspect",
    tag = "OAuth 2.0",
    operation_id = "oauthIntrospect",
    security(("client_secret_basic" = []), ()),
    request_body(content = RequestBody, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Whether the token stands", body = Answer),
        OAuthErrors,
    )
)]
pub async fn post(
    State(app): State<Arc<App>>,
    origin: Origin,
    shown: Shown,
    headers: HeaderMap,
    payload: Result<Payload, Problem>,
) -> Result<Response, OAuthError> {
    let payload = payload.map_err(OAuthError::Transport)?;
    let fields = super::parameters(&headers, &payload.0)?;
    let proven = client_auth::prove(&app, &headers, &fields, &origin, shown, Purpose::Inspection).await?;
    let token = fields.sent("token").and_then(|value| value.as_text());
    let token = token.ok_or_else(|| OAuthError::InvalidRequest("token is missing".to_owned()))?;
    let standing = app.standing_token(token).await?.ok();
    let visible =
        standing.filter(|standing| proven.entity.as_ref().is_none_or(|entity| entity.id == standing.entity_id));
    let answer = Answer {
        active: visible.is_some(),
        token_type: visible.as_ref().map(|_| "Bearer"),
        claims: visible.as_ref().map(|standing| &standing.claims),
    };
    Ok(private_json(StatusCode::OK, &answer))
}
