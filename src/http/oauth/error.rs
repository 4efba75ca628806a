//! Errors of the OAuth door (RFC 6749 §5.2, RFC 7009 §2.2.1, RFC 7662 §2.3).

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::openapi::{RefOr, Response as OpenApiResponse};
use utoipa::{IntoResponses, ToSchema};

use crate::app;
use crate::app::issue::NotProven;
use crate::app::metrics::Outcome;
use crate::domain::dpop::InvalidProof;
use crate::domain::entity::Entity;
use crate::domain::fault::summarize;
use crate::domain::resource::NotATarget;
use crate::domain::token;
use crate::http::envelope::{Cause, private_json};
use crate::http::error::{Content, PROBLEM, Problem, documented};
use crate::store::StoreError;

/// Why a request at the OAuth door is refused.
#[derive(Debug)]
pub enum OAuthError {
    /// 400: it is malformed, or a parameter is at fault.
    InvalidRequest(String),
    /// 401: the client has not proven itself. The first text is for the log.
    InvalidClient(&'static str, String),
    /// 400: the proof of possession is missing or not accepted (RFC 9449 §5 and §8).
    InvalidProof(InvalidProof),
    /// 403: the client has proven itself, and may not do this.
    UnauthorizedClient,
    /// 400: not `client_credentials`.
    UnsupportedGrantType,
    /// 400: the asked scope is not one that the entity has.
    InvalidScope(String),
    /// 400: a resource that no token is for (RFC 8707 §2).
    InvalidTarget(String),
    /// 503: the server cannot answer now. The cause is for the log.
    Unavailable(String),
    /// 429, 413 and the like, which are problems at this door too (CONTRACT.md §5.5).
    Transport(Problem),
}

/// What somebody is told who has not proven to be the client: the same whether there is one or not.
pub const UNPROVEN: &str = "The client is unknown, or its secret is wrong.";

/// What an error says.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = OAuthError)]
pub struct ErrorBody {
    /// The code of RFC 6749 §5.2.
    #[schema(example = "invalid_client")]
    pub error: String,
    /// A sentence for people.
    #[schema(example = "The client secret is not the one of this client.")]
    pub error_description: String,
}

/// The errors that the endpoints of this door may answer with, for the OpenAPI document.
pub struct OAuthErrors;

impl IntoResponses for OAuthErrors {
    fn responses() -> BTreeMap<String, RefOr<OpenApiResponse>> {
        const JSON: Content = ("application/json", "OAuthError");
        documented(&[
            ("400", &[JSON, PROBLEM], "The request is malformed, or asks for what cannot be had"),
            ("401", &[JSON], "The client has not proven itself"),
            ("408", &[PROBLEM], "The body did not arrive in time"),
            ("413", &[PROBLEM], "Body too large"),
            ("429", &[PROBLEM], "Too many attempts"),
            ("503", &[JSON, PROBLEM], "The server cannot answer now, and has done nothing"),
        ])
    }
}

impl OAuthError {
    fn parts(&self) -> (StatusCode, &'static str, &str) {
        match self {
            Self::InvalidRequest(why) => (StatusCode::BAD_REQUEST, "invalid_request", why),
            Self::InvalidClient(_, why) => (StatusCode::UNAUTHORIZED, "invalid_client", why),
            Self::InvalidProof(why) => (StatusCode::BAD_REQUEST, why.code(), why.words()),
            Self::UnauthorizedClient => {
                (StatusCode::FORBIDDEN, "unauthorized_client", "This is for APIs that the operator has registered.")
            }
            Self::UnsupportedGrantType => {
                (StatusCode::BAD_REQUEST, "unsupported_grant_type", "The only grant type is client_credentials.")
            }
            Self::InvalidScope(why) => (StatusCode::BAD_REQUEST, "invalid_scope", why),
            Self::InvalidTarget(why) => (StatusCode::BAD_REQUEST, "invalid_target", why),
            Self::Unavailable(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "The server cannot answer now. Try again after the time in Retry-After.",
            ),
            Self::Transport(problem) => (problem.kind().0, problem.oauth_error(), problem.kind().2),
        }
    }

    /// A refusal of a proven client's request.
    pub fn of_grant(refusal: token::Refusal, entity: &Entity) -> Self {
        match refusal {
            token::Refusal::Arguments(faults) => Self::InvalidRequest(summarize(&faults)),
            token::Refusal::Scope => Self::InvalidScope(entity.scopes.title()),
        }
    }

    /// A proven client of `entity` asks for a resource that its tokens cannot be for.
    pub fn of_target(why: NotATarget, default: &str, entity: &Entity) -> Self {
        Self::InvalidTarget(match why {
            NotATarget::Several => {
                "A token is for one resource. Ask for a token of its own for each of them.".to_owned()
            }
            NotATarget::Unknown => {
                let known: Vec<&str> =
                    std::iter::once(default).chain(entity.settings.resources.iter().map(AsRef::as_ref)).collect();
                format!("No token is issued for this resource. Current valid resources are: {}", known.join(" "))
            }
        })
    }

    /// The outcome that the metrics count.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::InvalidRequest(_) | Self::InvalidProof(_) | Self::UnsupportedGrantType | Self::InvalidTarget(_) => {
                Outcome::InvalidArguments
            }
            Self::InvalidClient(..) | Self::UnauthorizedClient => Outcome::InvalidCredentials,
            Self::InvalidScope(_) => Outcome::InvalidScope,
            Self::Unavailable(_) => Outcome::Unavailable,
            Self::Transport(problem) => problem.outcome(),
        }
    }
}

impl From<NotProven> for OAuthError {
    fn from(why: NotProven) -> Self {
        match why {
            NotProven::Throttled(throttled) => Self::Transport(throttled.into()),
            NotProven::UnknownClient => Self::InvalidClient("unknown_client", UNPROVEN.to_owned()),
            NotProven::Refused(refusal, _) if refusal.is_unproven() => {
                Self::InvalidClient(refusal.reason(), UNPROVEN.to_owned())
            }
            NotProven::Refused(refusal, _) => Self::InvalidClient(refusal.reason(), refusal.hint()),
            NotProven::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for OAuthError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<app::Error> for OAuthError {
    fn from(error: app::Error) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let (status, error, why) = self.parts();
        let body = ErrorBody { error: error.to_owned(), error_description: permitted(why) };
        let (reason, cause) = match self {
            Self::Transport(problem) => return problem.into_response(),
            Self::InvalidClient(reason, _) => (reason.to_owned(), format!("{error}: {reason}")),
            Self::Unavailable(cause) => (String::new(), cause),
            Self::InvalidRequest(why) => (why, format!("{error}: {}", body.error_description)),
            Self::InvalidProof(why) => (why.words().to_owned(), format!("{error}: {}", why.words())),
            Self::UnauthorizedClient | Self::UnsupportedGrantType | Self::InvalidScope(_) | Self::InvalidTarget(_) => {
                (String::new(), format!("{error}: {}", body.error_description))
            }
        };
        let mut response = private_json(status, &body);
        response.extensions_mut().insert(Cause { code: error, reason, cause });
        if status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"passgate\", charset=\"UTF-8\""));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

/// The text in the characters that RFC 6749 §5.2 permits: %x20-21 / %x23-5B / %x5D-7E.
fn permitted(text: &str) -> String {
    let permitted = |c: char| matches!(c, ' '..='!' | '#'..='[' | ']'..='~');
    text.chars().filter(|c| *c != '"').map(|c| if permitted(c) { c } else { '?' }).collect()
}
