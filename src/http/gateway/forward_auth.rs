//! `/forward-auth` (CONTRACT.md §5.14): whether a gateway may let a request through. For nginx `auth_request`, Caddy
//! `forward_auth`, Traefik ForwardAuth and Envoy HTTP ext_authz.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::WWW_AUTHENTICATE;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::asked::Asked;
use super::identity;
use crate::app::App;
use crate::app::dpop;
use crate::domain::claims::Claims;
use crate::domain::requirement::Unmet;
use crate::http::busy::Received;
use crate::http::client_certificate::Shown;
use crate::http::envelope::never_stored;
use crate::http::error::{Problem, ProblemBody};
use crate::http::origin::Origin;
use crate::signer::jwt::InvalidToken;

/// Say whether a request with this access token may go through to an API.
///
/// Every method means the same. Nothing required means any valid token. On 200, X-Passgate-Client-Id,
/// X-Passgate-Entity, X-Passgate-Scope and an X-Passgate-Claim-… for each asked claim are always there, empty if there is
/// nothing to tell: copy them over what the client sent. Their values are percent-encoded UTF-8.
#[utoipa::path(
    get,
    path = "/forward-auth",
    tag = "Gateways",
    operation_id = "forwardAuth",
    security(("access_token" = [])),
    params(
        ("scope" = Option<String>, Query, description = "Words that the token's scope must have, all of them; repeat for more", nullable = false),
        ("audience" = Option<String>, Query, description = "The audience that the token must have", nullable = false),
        ("claim" = Option<String>, Query, description = "A claim to answer with as X-Passgate-Claim-…; repeat for more, at most 20", nullable = false),
        ("resource_metadata" = Option<String>, Query, description = "URL of the API's metadata (RFC 9728), for the challenge", nullable = false),
        ("X-Passgate-Require-Scope" = Option<String>, Header, description = "The same as scope; only adds to it", nullable = false),
        ("X-Passgate-Require-Audience" = Option<String>, Header, description = "The same as audience; only adds to it", nullable = false),
        ("X-Passgate-Claim" = Option<String>, Header, description = "Claims to answer with, spaces between", nullable = false),
        ("X-Passgate-Resource-Metadata" = Option<String>, Header, description = "The same as resource_metadata, which wins", nullable = false),
    ),
    responses(
        (status = 200, description = "It may; the headers say who calls", headers(
            ("X-Passgate-Client-Id" = String, description = "The Client Id that the token was issued to"),
            ("X-Passgate-Entity" = String, description = "The identifier of its business entity"),
            ("X-Passgate-Scope" = String, description = "The scope of the token"),
        )),
        (status = 401, description = "No valid token, or one for another audience", body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, description = "The token lacks a word of the scope", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "It cannot be decided now, or what is required cannot be read", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn get(app: &Arc<App>, Received { origin, shown, uri, headers }: Received) -> Response {
    answer(app, &origin, uri.query(), shown, &headers).await
}

/// The same under `/forward-auth/prefix/…`, for a gateway that puts a prefix before the path and query of its client. They
/// are not read: what is required stands in headers alone.
pub async fn prefixed(State(app): State<Arc<App>>, origin: Origin, shown: Shown, headers: HeaderMap) -> Response {
    answer(&app, &origin, None, shown, &headers).await
}

async fn answer(app: &App, origin: &Origin, query: Option<&str>, shown: Shown, headers: &HeaderMap) -> Response {
    let response = match Asked::read(query, headers) {
        Ok(asked) => match decide(app, origin, &asked, shown, headers).await {
            Ok(claims) => allowed(&claims, &asked),
            Err(problem) => refused(problem, &asked),
        },
        Err(why) => {
            Problem::Unavailable(format!("what a gateway asks of a token cannot be read: {why}")).into_response()
        }
    };
    app.metrics.forward_auth(response.status().as_u16());
    response
}

async fn decide(
    app: &App,
    origin: &Origin,
    asked: &Asked<'_>,
    shown: Shown,
    headers: &HeaderMap,
) -> Result<Arc<Claims>, Problem> {
    let (method, url) = if headers.contains_key(dpop::HEADER) { original(origin, headers) } else { Default::default() };
    let claims = app.accept_token(&method, &url, headers).await??.claims;
    if !shown.may_use(&claims) {
        return Err(Problem::InvalidToken(InvalidToken::NotHeld));
    }
    origin.presents(claims.client_id.as_str());
    match asked.requirement.judge(&claims) {
        Ok(()) => Ok(claims),
        // RFC 9068 §4: whatever is wrong with the token itself, its audience too, is "invalid_token".
        Err(Unmet::Audience) => Err(Problem::InvalidToken(InvalidToken::Audience)),
        Err(Unmet::Scope) => Err(Problem::InsufficientScope),
    }
}

/// Method and address of the request that the gateway asks about: a proof of possession must be for these. Only a named
/// proxy is believed; without it no proof fits.
fn original(origin: &Origin, headers: &HeaderMap) -> (String, String) {
    let told = |name: &str| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) if origin.is_proxied => value.to_str().unwrap_or_default(),
            _ => "",
        }
    };
    let [proto, host, uri] = ["x-forwarded-proto", "x-forwarded-host", "x-forwarded-uri"].map(told);
    (told("x-forwarded-method").to_owned(), format!("{proto}://{host}{uri}"))
}

fn allowed(claims: &Claims, asked: &Asked<'_>) -> Response {
    let Ok(mut headers) = identity::headers(claims, asked) else {
        return Problem::Unavailable("a claim is too long for a header".to_owned()).into_response();
    };
    never_stored(&mut headers);
    (StatusCode::OK, headers).into_response()
}

fn refused(problem: Problem, asked: &Asked<'_>) -> Response {
    let error = match &problem {
        Problem::InvalidToken(InvalidToken::Absent) => None,
        Problem::InvalidToken(_) => Some("invalid_token"),
        Problem::InsufficientScope => Some("insufficient_scope"),
        _ => return problem.into_response(),
    };
    let mut response = problem.into_response();
    if let Ok(challenge) = HeaderValue::try_from(asked.challenge(error)) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}
