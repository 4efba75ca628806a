//! `POST /oauth/token`: the client credentials grant (RFC 6749 §4.4).

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
use crate::app::metrics::Outcome;
use crate::domain::token::{self, Door};
use crate::http::body::Payload;
use crate::http::client_certificate::Shown;
use crate::http::envelope::private_json;
use crate::http::error::Problem;
use crate::http::origin::Origin;

/// What a request carries; dynamic parameters are taken too, unknown ones ignored (RFC 6749 §3.2).
#[derive(ToSchema)]
#[schema(as = OAuthTokenRequest)]
#[expect(dead_code, reason = "requests are read field by field; this documents them")]
pub struct RequestBody {
    /// Always `client_credentials`.
    #[schema(example = "client_credentials")]
    grant_type: String,
    /// The scope to ask for; all of the client's if left out.
    #[schema(example = "DLAT access Webhooks", nullable = false)]
    scope: Option<String>,
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

/// A token, issued (RFC 6749 §5.1).
#[derive(Serialize, ToSchema)]
#[schema(as = OAuthTokenAnswer)]
pub struct Answer<'a> {
    /// The access token, a signed JWT (RFC 9068).
    access_token: &'a str,
    /// How to use it.
    #[schema(example = "Bearer")]
    token_type: &'a str,
    /// Seconds until it ends.
    #[schema(example = 600)]
    expires_in: u64,
    /// What it is for.
    #[schema(example = "DLAT access Webhooks")]
    scope: &'a str,
}

/// Issue an access token by the client credentials grant.
#[utoipa::path(
    post,
    path = "/oauth/token",
    tag = "OAuth 2.0",
    operation_id = "oauthToken",
    security(("client_secret_basic" = []), ()),
    request_body(content = RequestBody, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A token", body = Answer),
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
    origin.asks_for_token(Door::OAuth);
    let answer = match payload {
        Ok(payload) => issue(&app, &origin, shown, &headers, &payload).await,
        Err(problem) => Err(OAuthError::Transport(problem)),
    };
    app.metrics.token(Door::OAuth, answer.as_ref().map_or_else(OAuthError::outcome, |_| Outcome::Issued));
    answer
}

async fn issue(
    app: &Arc<App>,
    origin: &Origin,
    shown: Shown,
    headers: &HeaderMap,
    payload: &Payload,
) -> Result<Response, OAuthError> {
    let fields = super::parameters(headers, &payload.0).inspect_err(|_| client_auth::note(headers, origin))?;
    let proven = client_auth::prove(app, headers, &fields, origin, shown, Purpose::Token).await?;
    match fields.sent("grant_type").and_then(|value| value.as_text()) {
        Some("client_credentials") => {}
        Some(_) => return Err(OAuthError::UnsupportedGrantType),
        None => return Err(OAuthError::InvalidRequest("grant_type is missing".to_owned())),
    }
    if fields.sent("resource").is_some_and(|resource| resource.as_text() != Some(&*app.audience)) {
        return Err(OAuthError::InvalidTarget);
    }
    let entity = proven
        .entity
        .as_deref()
        .ok_or_else(|| OAuthError::Unavailable("a token client without an entity".to_owned()))?;
    let grant = token::grant(entity, &fields, Door::OAuth).map_err(|refusal| OAuthError::of_grant(refusal, entity))?;
    let issued = app.issue(&proven, entity, grant, origin.address)?;
    let answer = Answer {
        access_token: &issued.access_token,
        token_type: "Bearer",
        expires_in: issued.expires_in,
        scope: &issued.scope,
    };
    Ok(private_json(StatusCode::OK, &answer))
}
