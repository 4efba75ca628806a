//! `POST /oauth/revoke` (RFC 7009): 200 only if the token is void from now on, here and after a restart.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::client_auth;
use super::error::{OAuthError, OAuthErrors};
use super::introspect::RequestBody;
use crate::app::App;
use crate::app::issue::Purpose;
use crate::app::tokens::Standing;
use crate::http::body::Payload;
use crate::http::client_certificate::Shown;
use crate::http::envelope::private_json;
use crate::http::error::Problem;
use crate::http::origin::Origin;

/// Revoke an access token.
///
/// A token that does not stand any more, or never did, is answered 200 as well (RFC 7009 §2.2).
#[utoipa::path(
    post,
    path = "/oauth/revoke",
    tag = "OAuth 2.0",
    operation_id = "oauthRevoke",
    security(("client_secret_basic" = []), ()),
    request_body(content = RequestBody, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "The token is void", body = Object),
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
    let own = |standing: &Standing| proven.entity.as_ref().is_none_or(|entity| entity.id == standing.entity_id);
    // Another entity's token is unknown here, as it is to introspection: nobody learns whether it stands.
    if let Some(standing) = app.standing_token(token).await?.ok().filter(own) {
        if standing.claims.client_id != proven.credential.client_id {
            return Err(OAuthError::InvalidRequest("the token was not issued to this client".to_owned()));
        }
        app.revoke_own_token(&proven.credential.client_id, &standing).await?;
    }
    Ok(private_json(StatusCode::OK, &serde_json::json!({})))
}
