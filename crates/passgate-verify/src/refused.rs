//! Why a call is refused, and how RFC 6750 §3 says so.

use http::header::{CACHE_CONTROL, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};

/// Why a call is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// There is no `Authorization: Bearer`.
    #[error("an access token is needed")]
    NoToken,
    /// There is more than one `Authorization`, or it is not one token.
    #[error("the Authorization header is not one access token")]
    BadRequest,
    /// It is not a JWT, or too long, or its JSON is not strict.
    #[error("the access token is malformed")]
    Malformed,
    /// Its header is not that of an access token by an algorithm that is taken.
    #[error("the access token has a header that is not accepted")]
    Header,
    /// No key of the issuer has its `kid`.
    #[error("the access token is signed with an unknown key")]
    UnknownKey,
    /// Its signature is wrong.
    #[error("the signature of the access token is wrong")]
    Signature,
    /// This claim is missing, or of a wrong type.
    #[error("the claim {0} of the access token is missing or has a wrong type")]
    Claim(&'static str),
    /// It is somebody else's.
    #[error("the access token has another issuer")]
    Issuer,
    /// It is for another API.
    #[error("the access token is for another audience")]
    Audience,
    /// It has ended.
    #[error("the access token has expired")]
    Ended,
    /// It is not valid yet.
    #[error("the access token is not valid yet")]
    NotYet,
    /// It is bound to a key or a certificate (`cnf`, RFC 7800), and came as if it were not.
    #[error("the access token is bound to a key, and is no bearer token")]
    Bound,
    /// It was revoked, or its credential or entity no longer stands.
    #[error("the access token has been revoked")]
    Revoked,
    /// It is good, and its scope lacks one of these words.
    #[error("the access token lacks a scope")]
    Scope(String),
    /// Whether it is good cannot be told now: there are no keys yet, or too long ago was heard what is revoked.
    #[error("whether the access token is good cannot be told now")]
    Unavailable,
}

impl Refused {
    /// 401, 403, 400 or 503.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Scope(_) => StatusCode::FORBIDDEN,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNAUTHORIZED,
        }
    }

    /// The value of `WWW-Authenticate`; `None` with 503. It repeats nothing of the token.
    pub fn challenge(&self) -> Option<String> {
        let error = match self {
            Self::NoToken => return Some("Bearer".to_owned()),
            Self::Unavailable => return None,
            Self::BadRequest => "invalid_request",
            Self::Scope(_) => "insufficient_scope",
            _ => "invalid_token",
        };
        let scope = match self {
            // What RFC 6749 §3.3 does not allow in a scope would break out of the quotation marks.
            Self::Scope(scope) if scope.chars().all(|c| matches!(c, ' '..='!' | '#'..='[' | ']'..='~')) => {
                format!(", scope=\"{scope}\"")
            }
            _ => String::new(),
        };
        Some(format!("Bearer error=\"{error}\", error_description=\"{self}\"{scope}"))
    }

    /// The answer, without a body.
    pub fn response<B: Default>(&self) -> Response<B> {
        let mut response = Response::new(B::default());
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge().and_then(|challenge| HeaderValue::try_from(challenge).ok()) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if *self == Self::Unavailable {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
