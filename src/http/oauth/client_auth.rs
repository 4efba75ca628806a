//! Client authentication (RFC 6749 §2.3.1, RFC 7523 §2.2, RFC 8705 §2): a secret, a signed assertion or a certificate, and
//! never two of them.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use tokio::time::Instant;

use super::error::{OAuthError, UNPROVEN};
use crate::app::App;
use crate::app::issue::{NotProven, Proven, Purpose, Showing};
use crate::domain::assertion::ASSERTION_TYPE;
use crate::domain::presented::Fields;
use crate::domain::token::{LONGEST_CLIENT_ID, LONGEST_SECRET};
use crate::http::client_certificate::Shown;
use crate::http::origin::Origin;
use crate::http::parse::{assertion, basic};

/// An unknown client and a wrong secret are one answer (RFC 6749 §5.2), and so take one time: not less than this. What a look into
/// the database or into memory takes is less.
pub const ALIKE: Duration = Duration::from_millis(20);

/// The methods that the metadata names, as far as this installation can do them.
pub fn methods(app: &App) -> Vec<&'static str> {
    let mut methods = vec!["client_secret_basic", "client_secret_post", "private_key_jwt"];
    if app.client_authorities.is_some() {
        methods.push("tls_client_auth");
    }
    if app.config.takes_client_certificates() {
        methods.push("self_signed_tls_client_auth");
    }
    methods
}

/// The client that a request presents, proven.
pub async fn prove(
    app: &Arc<App>,
    headers: &HeaderMap,
    fields: &Fields<'_>,
    origin: &Origin,
    shown: Shown,
    purpose: Purpose,
) -> Result<Proven, OAuthError> {
    let proven = proven_by(app, headers, fields, origin, shown, purpose).await;
    if proven.is_err()
        && let Some(client_id) = fields.sent("client_id").and_then(|value| value.as_text())
    {
        origin.presents(client_id);
    }
    proven
}

async fn proven_by(
    app: &Arc<App>,
    headers: &HeaderMap,
    fields: &Fields<'_>,
    origin: &Origin,
    shown: Shown,
    purpose: Purpose,
) -> Result<Proven, OAuthError> {
    let text = |name| fields.sent(name).and_then(|value| value.as_text());
    let (in_body, secret_in_body) = (text("client_id"), text("client_secret"));
    let mut authorizations = headers.get_all(AUTHORIZATION).iter();
    let (authorization, more) = (authorizations.next(), authorizations.next());
    let one_way = || OAuthError::InvalidRequest("the client must prove itself in one way only".to_owned());
    if let Some(kind) = text("client_assertion_type").or_else(|| text("client_assertion").map(|_| "")) {
        if authorization.is_some() || secret_in_body.is_some() {
            return Err(one_way());
        }
        let Some(assertion) = text("client_assertion").filter(|_| kind == ASSERTION_TYPE) else {
            let why = format!("client_assertion must come with client_assertion_type {ASSERTION_TYPE}");
            return Err(OAuthError::InvalidRequest(why));
        };
        return by_assertion(app, assertion, in_body, origin, purpose).await;
    }
    let Some(authorization) = authorization else {
        return match (in_body, secret_in_body) {
            (Some(client_id), Some(secret)) => checked(app, client_id, secret, origin, purpose).await,
            (Some(client_id), None) => by_certificate(app, client_id, shown, origin, purpose).await,
            (None, _) => Err(nothing_shown()),
        };
    };
    if more.is_some() || secret_in_body.is_some() {
        return Err(one_way());
    }
    let Some(presented) = basic::read(authorization.as_bytes()) else {
        let why = "The Authorization header must be Basic, with the form-encoded client id and secret in base64 (RFC 6749 section 2.3.1).";
        return Err(OAuthError::InvalidClient("malformed_authorization", why.to_owned()));
    };
    if in_body.is_some_and(|client_id| client_id != presented.client_id) {
        return Err(OAuthError::InvalidRequest(
            "client_id differs from the one in the Authorization header".to_owned(),
        ));
    }
    checked(app, &presented.client_id, &presented.client_secret, origin, purpose).await
}

fn nothing_shown() -> OAuthError {
    let why = "The client must prove itself: by HTTP Basic, with client_id and client_secret in the body, with client_assertion, or by a certificate with client_id in the body.";
    OAuthError::InvalidClient("no_credentials", why.to_owned())
}

async fn by_assertion(
    app: &Arc<App>,
    text: &str,
    in_body: Option<&str>,
    origin: &Origin,
    purpose: Purpose,
) -> Result<Proven, OAuthError> {
    let Some(assertion) = assertion::read(text) else {
        let why = "client_assertion is not a JWT that is taken: signed with ES256, EdDSA, RS256 or PS256, iss and sub the client id, exp in whole seconds, no name twice, nothing critical";
        return Err(OAuthError::InvalidClient("malformed_assertion", why.to_owned()));
    };
    if in_body.is_some_and(|client_id| client_id != assertion.client_id) {
        return Err(OAuthError::InvalidRequest("client_id differs from the one in client_assertion".to_owned()));
    }
    alike(pin!(origin.prove(app, &assertion.client_id, Showing::Assertion(&assertion), purpose))).await
}

async fn by_certificate(
    app: &Arc<App>,
    client_id: &str,
    shown: Shown,
    origin: &Origin,
    purpose: Purpose,
) -> Result<Proven, OAuthError> {
    let Some(certificate) = shown.certificate() else { return Err(nothing_shown()) };
    if client_id.len() > LONGEST_CLIENT_ID {
        return Err(OAuthError::InvalidClient("over_long", UNPROVEN.to_owned()));
    }
    alike(pin!(origin.prove(app, client_id, Showing::Certificate(&certificate), purpose))).await
}

/// Notes for the log which client the header names, of a request that cannot be read any further.
pub fn note(headers: &HeaderMap, origin: &Origin) {
    if let Some(presented) = headers.get(AUTHORIZATION).and_then(|value| basic::read(value.as_bytes())) {
        origin.presents(&presented.client_id);
    }
}

async fn checked(
    app: &Arc<App>,
    client_id: &str,
    secret: &str,
    origin: &Origin,
    purpose: Purpose,
) -> Result<Proven, OAuthError> {
    if client_id.len() > LONGEST_CLIENT_ID || secret.len() > LONGEST_SECRET {
        origin.presents(client_id);
        return Err(OAuthError::InvalidClient("over_long", UNPROVEN.to_owned()));
    }
    alike(pin!(origin.prove(app, client_id, Showing::Secret(secret), purpose))).await
}

/// Who has proven nothing learns nothing from the time either: see [`ALIKE`].
async fn alike(proving: Pin<&mut impl Future<Output = Result<Proven, NotProven>>>) -> Result<Proven, OAuthError> {
    let begun = Instant::now();
    let proven = proving.await;
    let is_unproven = match &proven {
        Err(NotProven::UnknownClient) => true,
        Err(NotProven::Refused(refusal, _)) => refusal.is_unproven(),
        Ok(_) | Err(NotProven::Throttled(_) | NotProven::Store(_)) => false,
    };
    if is_unproven {
        tokio::time::sleep_until(begun.checked_add(ALIKE).unwrap_or(begun)).await;
    }
    Ok(proven?)
}
