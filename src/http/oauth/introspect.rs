//! `POST /oauth/introspect` (RFC 7662): what a token says, for those who may know; signed for who asks so (RFC 9701).

use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::client_auth;
use super::error::{OAuthError, OAuthErrors};
use crate::app::issue::Purpose;
use crate::app::{self, App};
use crate::domain::claims::Claims;
use crate::http::body::Payload;
use crate::http::busy::Received;
use crate::http::envelope::{never_stored, private_json};
use crate::http::error::Problem;
use crate::signer::jwt::MediaType;

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
    /// How it is used: `Bearer`, or `DPoP` if it is bound to a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token_type: Option<&'a str>,
    #[serde(flatten)]
    #[schema(ignore)]
    claims: Option<&'a Claims>,
}

/// The media type of a signed answer (RFC 9701 §4).
const SIGNED: &str = "application/token-introspection+jwt";

/// What a signed answer says (RFC 9701 §5). It has neither `sub` nor `exp`, so nobody can take it for an access token.
#[derive(Serialize)]
struct SignedAnswer<'a> {
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    token_introspection: Answer<'a>,
}

/// Say whether a token stands, and what it says.
///
/// A business entity sees its own tokens, a platform API registered by the operator sees all. With
/// `Accept: application/token-introspection+jwt` the answer is a JWT (RFC 9701), its `aud` the Client Id of who asks.
#[utoipa::path(
    post,
    path = "/oauth/introspect",
    tag = "OAuth 2.0",
    operation_id = "oauthIntrospect",
    security(("client_secret_basic" = []), ()),
    request_body(content = RequestBody, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "Whether the token stands", content((Answer = "application/json"), (String = "application/token-introspection+jwt"))),
        OAuthErrors,
    )
)]
pub async fn post(
    app: &Arc<App>,
    Received { origin, shown, headers, .. }: Received,
    payload: Result<Payload, Problem>,
) -> Result<Response, OAuthError> {
    let payload = payload.map_err(OAuthError::Transport)?;
    let fields = super::parameters(&headers, &payload.0)?;
    let proven = client_auth::prove(app, &headers, &fields, &origin, shown, Purpose::Inspection).await?;
    let token = fields.sent("token").and_then(|value| value.as_text());
    let token = token.ok_or_else(|| OAuthError::InvalidRequest("token is missing".to_owned()))?;
    let standing = app.standing_token(token).await?.ok();
    let visible =
        standing.filter(|standing| proven.entity.as_ref().is_none_or(|entity| entity.id == standing.entity_id));
    let answer = Answer {
        active: visible.is_some(),
        token_type: visible.as_ref().map(|standing| token_type(&standing.claims)),
        claims: visible.as_ref().map(|standing| &*standing.claims),
    };
    if !wants_signed(&headers) {
        return Ok(private_json(StatusCode::OK, &answer));
    }
    let signed = SignedAnswer {
        iss: &app.issuer,
        aud: proven.credential.client_id.as_str(),
        iat: app.now().seconds(),
        token_introspection: answer,
    };
    let jwt = app.signer.sign_as(MediaType::Introspection, &signed).map_err(app::Error::from)?;
    let mut response = (StatusCode::OK, jwt).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(SIGNED));
    never_stored(response.headers_mut());
    Ok(response)
}

/// How a token is presented (RFC 9449 §6.2).
fn token_type(claims: &Claims) -> &'static str {
    if claims.cnf.as_ref().is_some_and(|cnf| cnf.jkt.is_some()) { "DPoP" } else { "Bearer" }
}

/// Whether `Accept` names the signed form, and does not like plain JSON better (RFC 9110 §12.5.1).
fn wants_signed(headers: &HeaderMap) -> bool {
    let quality = |media_type: &str| {
        let ranges =
            headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
        ranges.fold(0.0f32, |best, range| {
            let mut parts = range.split(';').map(str::trim);
            if !parts.next().is_some_and(|name| name.eq_ignore_ascii_case(media_type)) {
                return best;
            }
            let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            best.max(weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0)))
        })
    };
    let signed = quality(SIGNED);
    signed > 0.0 && signed >= quality("application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_answer_is_only_for_who_names_it() {
        for (accept, signed) in [
            ("application/token-introspection+jwt", true),
            ("text/plain, Application/Token-Introspection+JWT;q=0.9", true),
            ("application/json;q=0.5, application/token-introspection+jwt", true),
            ("application/json, application/token-introspection+jwt;q=0.5", false),
            ("application/token-introspection+jwt;q=0", false),
            ("application/token-introspection+jwt;q=x", false),
            ("application/*", false),
            ("*/*", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(accept))]);
            assert_eq!(wants_signed(&headers), signed, "{accept}");
        }
        assert!(!wants_signed(&HeaderMap::new()));
    }
}
