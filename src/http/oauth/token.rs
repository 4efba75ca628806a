//! `POST /oauth/token`: the client credentials grant (RFC 6749 §4.4).

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use utoipa::ToSchema;

use super::error::{OAuthError, OAuthErrors};
use super::{client_auth, dpop};
use crate::app::App;
use crate::app::dpop::HEADER;
use crate::app::issue::Purpose;
use crate::app::metrics::Outcome;
use crate::domain::resource;
use crate::domain::token::{self, Door};
use crate::http::body::Payload;
use crate::http::busy::Received;
use crate::http::client_certificate::Shown;
use crate::http::envelope;
use crate::http::error::Problem;
use crate::http::origin::Origin;
use crate::http::quota;

/// The one parameter that may stand more than once (RFC 8707 §2).
const REPEATABLE: &str = "resource";

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
    /// The API that the token is for (RFC 8707 §2), which becomes its `aud`; one that the operator gave this client's
    /// entity.
    #[schema(example = "https://api.example.com/orders", format = "uri", max_length = 200, nullable = false)]
    resource: Option<String>,
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
#[derive(ToSchema)]
#[schema(as = OAuthTokenAnswer)]
pub struct Answer<'a> {
    /// The access token, a signed JWT (RFC 9068).
    access_token: &'a str,
    /// How to use it: `Bearer`; `DPoP` if the request came with a proof (RFC 9449 §5).
    #[schema(example = "Bearer")]
    token_type: &'a str,
    /// Seconds until it ends.
    #[schema(example = 600)]
    expires_in: u64,
    /// What it is for.
    #[schema(example = "DLAT access Webhooks")]
    scope: &'a str,
}

impl Answer<'_> {
    fn response(self) -> Response {
        let Self { access_token, token_type, expires_in, scope } = self;
        envelope::token_answer("{", access_token, token_type, expires_in, scope)
    }
}

/// Issue an access token by the client credentials grant.
///
/// With a proof of possession in the header `DPoP`, the token is bound to the key of the proof (RFC 9449).
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
    app: &Arc<App>,
    Received { origin, shown, headers, .. }: Received,
    payload: Result<Payload, Problem>,
) -> Result<Response, OAuthError> {
    origin.asks_for_token(Door::OAuth);
    let answer = match payload {
        Ok(payload) => issue(app, &origin, shown, &headers, &payload).await,
        Err(problem) => Err(OAuthError::Transport(problem)),
    };
    app.metrics.token(Door::OAuth, answer.as_ref().map_or_else(OAuthError::outcome, |_| Outcome::Issued));
    if headers.contains_key(HEADER) || matches!(answer, Err(OAuthError::InvalidProof(_))) {
        return Ok(dpop::with_nonce(app, answer.into_response()));
    }
    answer
}

async fn issue(
    app: &Arc<App>,
    origin: &Origin,
    shown: Shown,
    headers: &HeaderMap,
    payload: &Payload,
) -> Result<Response, OAuthError> {
    let fields = super::parameters_with(headers, &payload.0, Some(REPEATABLE))
        .inspect_err(|_| client_auth::note(headers, origin))?;
    let proven = client_auth::prove(app, headers, &fields, origin, shown, Purpose::Token).await?;
    match fields.sent("grant_type").and_then(|value| value.as_text()) {
        Some("client_credentials") => {}
        Some(_) => return Err(OAuthError::UnsupportedGrantType),
        None => return Err(OAuthError::InvalidRequest("grant_type is missing".to_owned())),
    }
    let entity =
        proven.entity.as_ref().ok_or_else(|| OAuthError::Unavailable("a token client without an entity".to_owned()))?;
    let grant = token::grant(entity, &fields, Door::OAuth).map_err(|refusal| OAuthError::of_grant(refusal, entity))?;
    let cnf = dpop::confirmation(app, headers, entity)?;
    let token_type = if cnf.is_some() { "DPoP" } else { "Bearer" };
    let asked = fields.all(REPEATABLE).filter_map(|value| value.as_text());
    let audience = resource::audience(&app.audience, &entity.settings.resources, asked)
        .map_err(|why| OAuthError::of_target(why, &app.audience, entity))?;
    let taken = quota::take(app, entity).await.map_err(OAuthError::Transport)?;
    let issued = app.issue(&proven, entity, grant, audience, cnf, origin.address).await?;
    let answer =
        Answer { access_token: &issued.access_token, token_type, expires_in: issued.expires_in, scope: &issued.scope };
    Ok(quota::issued(app, taken, answer.response()))
}
