//! Client authentication (RFC 6749 §2.3.1): `client_secret_basic` or `client_secret_post`, never both.

use std::time::Duration;

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::error::OAuthError;
use crate::app::App;
use crate::app::issue::{NotProven, Proven, Purpose};
use crate::domain::credential::Refusal;
use crate::domain::presented::Fields;
use crate::domain::token::{LONGEST_CLIENT_ID, LONGEST_SECRET};
use crate::http::origin::Origin;
use crate::http::parse::basic;

/// An unknown client and a wrong secret are one answer (RFC 6749 §5.2), and so take one time: not less than this. What a look into
/// the database or into memory takes is less.
pub const ALIKE: Duration = Duration::from_millis(20);

/// The methods that the metadata names.
pub const METHODS: [&str; 2] = ["client_secret_basic", "client_secret_post"];

/// The client that a request presents, proven.
pub async fn prove(
    app: &App,
    headers: &HeaderMap,
    fields: &Fields<'_>,
    origin: &Origin,
    purpose: Purpose,
) -> Result<Proven, OAuthError> {
    if fields.sent("client_assertion").is_some() || fields.sent("client_assertion_type").is_some() {
        return Err(OAuthError::InvalidRequest("client_assertion is not a method that this server takes".to_owned()));
    }
    let text = |name| fields.sent(name).and_then(|value| value.as_text());
    let (in_body, secret_in_body) = (text("client_id"), text("client_secret"));
    if let Some(client_id) = in_body {
        origin.presents(client_id);
    }
    let mut authorizations = headers.get_all(AUTHORIZATION).iter();
    let (Some(authorization), more) = (authorizations.next(), authorizations.next()) else {
        let (Some(client_id), Some(secret)) = (in_body, secret_in_body) else {
            let why = "The client must prove itself, by HTTP Basic or with client_id and client_secret in the body.";
            return Err(OAuthError::InvalidClient("no_credentials", why.to_owned()));
        };
        return checked(app, client_id, secret, origin, purpose).await;
    };
    if more.is_some() || secret_in_body.is_some() {
        return Err(OAuthError::InvalidRequest("the client must prove itself in one way only".to_owned()));
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

/// Notes for the log which client the header names, of a request that cannot be read any further.
pub fn note(headers: &HeaderMap, origin: &Origin) {
    if let Some(presented) = headers.get(AUTHORIZATION).and_then(|value| basic::read(value.as_bytes())) {
        origin.presents(&presented.client_id);
    }
}

async fn checked(
    app: &App,
    client_id: &str,
    secret: &str,
    origin: &Origin,
    purpose: Purpose,
) -> Result<Proven, OAuthError> {
    origin.presents(client_id);
    if client_id.len() > LONGEST_CLIENT_ID || secret.len() > LONGEST_SECRET {
        return Err(OAuthError::InvalidClient(
            "over_long",
            "The client is unknown, or its secret is wrong.".to_owned(),
        ));
    }
    let alike = tokio::time::sleep(ALIKE);
    let proven = origin.prove(app, client_id, secret, purpose).await;
    if matches!(proven, Err(NotProven::UnknownClient | NotProven::Refused(Refusal::WrongSecret, _))) {
        alike.await;
    }
    Ok(proven?)
}
