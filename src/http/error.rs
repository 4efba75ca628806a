//! The one table from what went wrong to what the caller is told: status, code, title, detail (RFC 9457). The body is
//! written by the envelope, which knows the request id.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response as OpenApiResponse, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use crate::app::issue::NotProven;
use crate::app::metrics::Outcome;
use crate::app::throttle::Throttled;
use crate::app::tokens::{NotAccepted, Scheme};
use crate::app::{self, clock};
use crate::domain::dpop::InvalidProof;
use crate::domain::entity::Entity;
use crate::domain::fault::{FieldFault, summarize};
use crate::domain::quota::{LONGEST_WAIT, Standing};
use crate::domain::time::Timestamp;
use crate::domain::token;
use crate::signer::jwt::InvalidToken;
use crate::store::StoreError;
use crate::store::read_only::ReadOnly;

/// How long a caller is asked to wait when the server cannot answer.
const PAUSE: Duration = Duration::from_secs(5);

/// A challenge that ends with the algorithms of [`crate::domain::dpop::ALGORITHMS`] (RFC 9449 §7.1).
macro_rules! challenge {
    ($before:literal) => {
        concat!($before, " algs=\"ES256 EdDSA Ed25519 RS256 PS256\"")
    };
}

/// A request that is answered with a problem (RFC 9457).
#[derive(Clone, Debug)]
pub enum Problem {
    /// 400: the asked scope is not one that this entity has.
    InvalidScope {
        /// The contract's title, which names the valid scopes.
        title: String,
    },
    /// 401: wrong secret, or right and not accepted.
    InvalidCredentials {
        /// For the log and the metrics.
        reason: &'static str,
        /// For the caller.
        hint: String,
    },
    /// 404: no such client id.
    ClientNotFound,
    /// 412: anything wrong with the request's content.
    InvalidArguments(Vec<FieldFault>),
    /// 503: the server cannot answer now. The cause is for the log.
    Unavailable(String),
    /// 503: nothing can be changed now, because the database is being moved or has been.
    ReadOnly(ReadOnly),
    /// 429: too many failed attempts.
    TooManyAttempts(Duration),
    /// 429: the entity's quota is used up.
    OverQuota {
        /// How its limits stand.
        standings: Vec<Standing>,
        /// At this moment.
        now: Timestamp,
    },
    /// 401: no valid access token.
    InvalidToken(InvalidToken),
    /// 401: presented as DPoP, and no valid access token.
    InvalidBoundToken(InvalidToken),
    /// 401: a valid access token, and no proof that the caller has its key (RFC 9449 §7.1).
    InvalidProof(InvalidProof),
    /// 403: a valid access token without a scope that is required.
    InsufficientScope,
    /// 403: the caller is known, and may not.
    Forbidden(&'static str),
    /// 405: the path is there, the method is not.
    MethodNotAllowed,
    /// 413: a body over the limit.
    BodyTooLarge,
    /// 408: a body that did not arrive in time.
    BodyTooSlow,
    /// 400: a body that broke off.
    BodyBroken,
    /// 404: no such path, or no such thing behind it.
    NotFound(&'static str),
    /// 401: the admin API without a valid operator token.
    OperatorTokenNeeded,
    /// 400: a request of the admin API that cannot be read.
    Malformed(String),
    /// 422: fields of the admin API at fault.
    InvalidFields(Vec<FieldFault>),
    /// 409: a name that is taken.
    Taken(&'static str),
    /// 409: the thing's state does not allow it.
    Refused(String),
    /// 412: `If-Match` names another version.
    Changed,
    /// 500: a defect. The cause is for the log.
    Internal(String),
}

/// What every problem says (CONTRACT.md §2).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'p> {
    /// A page that explains this kind of problem.
    #[schema(example = "https://pass.example.com/problems/invalid-arguments", format = "uri")]
    pub r#type: String,
    /// The HTTP status.
    #[schema(example = 412, minimum = 400, maximum = 599)]
    pub status: u16,
    /// The kind of problem in a few words.
    #[schema(example = "Validation errors/Invalid Arguments.")]
    pub title: &'p str,
    /// The kind of problem for programs.
    #[schema(example = "invalid_arguments")]
    pub code: &'p str,
    /// What happened here, and what to do about it.
    #[schema(example = "client_id is missing")]
    pub detail: String,
    /// The same id as in `X-Request-Id` and in the log.
    #[schema(example = "req_3d7e05936b0bf8fbfe4fff04c37d3316")]
    pub request_id: &'p str,
    /// Every field at fault; empty when no field is.
    pub errors: Vec<FieldError>,
    /// At the OAuth door, the error code of RFC 6749 §5.2.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error: Option<&'p str>,
    /// At the OAuth door, a sentence for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub error_description: Option<&'p str>,
}

impl<'p> ProblemBody<'p> {
    /// What the problem says to the caller of this request.
    pub fn of(problem: &'p Problem, issuer: &str, request_id: &'p str) -> Self {
        let (status, code, title) = problem.kind();
        Self {
            r#type: format!("{issuer}/problems/{}", code.replace('_', "-")),
            status: status.as_u16(),
            title,
            code,
            detail: problem.detail(),
            request_id,
            errors: problem.errors(),
            error: None,
            error_description: None,
        }
    }
}

/// One field at fault.
#[derive(Serialize, ToSchema)]
pub struct FieldError {
    /// The field's name, or its position if the name is unusual.
    #[schema(example = "client_id")]
    pub field: String,
    /// What is wrong with it, for programs.
    #[schema(example = "required")]
    pub code: &'static str,
    /// What is wrong with it.
    #[schema(example = "client_id is mandatory")]
    pub message: String,
}

impl From<&FieldFault> for FieldError {
    fn from(fault: &FieldFault) -> Self {
        Self { field: fault.field.clone(), code: fault.fault.code(), message: fault.message() }
    }
}

/// A media type and the schema of what is in it.
pub type Content = (&'static str, &'static str);

/// A problem.
pub const PROBLEM: Content = ("application/problem+json", "Problem");

/// Answers for the OpenAPI document: status, what it may carry, description.
pub fn documented(answers: &[(&str, &[Content], &str)]) -> BTreeMap<String, RefOr<OpenApiResponse>> {
    let named = |(status, contents, description): &(&str, &[Content], &str)| {
        let response =
            contents.iter().fold(ResponseBuilder::new().description(*description), |response, (media_type, schema)| {
                let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(*schema))).build();
                response.content(*media_type, content)
            });
        ((*status).to_owned(), response.build().into())
    };
    answers.iter().map(named).collect()
}

macro_rules! problems {
    ($(#[$doc:meta])* $name:ident { $($status:literal $description:literal)* }) => {
        $(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<OpenApiResponse>> {
                documented(&[$(($status, &[PROBLEM], $description)),*])
            }
        }
    };
}

problems!(
    /// What any endpoint of the admin API may answer.
    AdminErrors {
        "401" "A valid operator token is needed"
        "429" "Too many attempts"
        "503" "The server cannot answer now"
    }
);
problems!(
    /// What one may answer that has something in its path.
    MissingErrors { "404" "There is no such thing" }
);
problems!(
    /// What a list may answer.
    PageErrors { "400" "The query cannot be read" }
);
problems!(
    /// What one may answer that takes a body.
    BodyErrors {
        "400" "The request cannot be read"
        "408" "The body did not arrive in time"
        "413" "Body too large"
    }
);
problems!(
    /// What one may answer that judges fields.
    FieldErrors { "422" "Fields at fault" }
);
problems!(
    /// What one may answer that takes `If-Match`.
    VersionErrors { "412" "If-Match names another version, or somebody else was faster" }
);
problems!(
    /// What one may answer that depends on a state or a unique name.
    ConflictErrors { "409" "Taken already, or not possible in this state" }
);

impl Problem {
    /// The status, the code and the title.
    pub fn kind(&self) -> (StatusCode, &'static str, &str) {
        match self {
            Self::InvalidScope { title } => (StatusCode::BAD_REQUEST, "invalid_scope", title),
            Self::InvalidCredentials { .. } => (StatusCode::UNAUTHORIZED, "invalid_credentials", "Invalid token"),
            Self::ClientNotFound => (StatusCode::NOT_FOUND, "client_not_found", "Client id not found"),
            Self::InvalidArguments(_) => {
                (StatusCode::PRECONDITION_FAILED, "invalid_arguments", "Validation errors/Invalid Arguments.")
            }
            Self::Unavailable(_) | Self::ReadOnly(_) => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Something went wrong.")
            }
            Self::TooManyAttempts(_) => (StatusCode::TOO_MANY_REQUESTS, "too_many_attempts", "Too many attempts"),
            Self::InvalidToken(_) | Self::InvalidBoundToken(_) => {
                (StatusCode::UNAUTHORIZED, "invalid_token", "Invalid token")
            }
            Self::InvalidProof(_) => (StatusCode::UNAUTHORIZED, "invalid_dpop_proof", "Invalid token"),
            Self::InsufficientScope => (StatusCode::FORBIDDEN, "insufficient_scope", "Insufficient scope"),
            Self::OverQuota { .. } => (StatusCode::TOO_MANY_REQUESTS, "over_quota", "Quota used up"),
            Self::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden", "Not allowed"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "Body too large"),
            Self::BodyTooSlow => (StatusCode::REQUEST_TIMEOUT, "body_too_slow", "Body too slow"),
            Self::BodyBroken => (StatusCode::BAD_REQUEST, "body_incomplete", "Body incomplete"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not_found", "Not found"),
            Self::OperatorTokenNeeded => (StatusCode::UNAUTHORIZED, "operator_token_needed", "Operator token needed"),
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, "malformed_request", "Malformed request"),
            Self::InvalidFields(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields", "Invalid fields"),
            Self::Taken(_) => (StatusCode::CONFLICT, "taken", "Taken already"),
            Self::Refused(_) => (StatusCode::CONFLICT, "conflict", "Not possible now"),
            Self::Changed => (StatusCode::PRECONDITION_FAILED, "changed", "Changed in the meantime"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong."),
        }
    }

    /// What the caller is told, in a sentence or two.
    pub fn detail(&self) -> String {
        match self {
            Self::InvalidScope { .. } => "The scope asked for is not one that this business entity has. Ask for the scope that the title names, all of its words, in any order, or leave scope out to get all.".to_owned(),
            Self::InvalidCredentials { hint, .. } => hint.clone(),
            Self::ClientNotFound => "There is no such Client Id. Copy it again from Generate Credentials; it begins with pgc_.".to_owned(),
            Self::InvalidArguments(faults) | Self::InvalidFields(faults) => summarize(faults),
            Self::Unavailable(_) => "The server cannot answer now. Your request was not at fault; try again after the time in Retry-After.".to_owned(),
            Self::ReadOnly(_) => "Nothing can be changed now: the installation is being moved to another database. Your request was not at fault; try again after the time in Retry-After.".to_owned(),
            Self::TooManyAttempts(wait) => format!("Too many attempts have failed. Wait {} seconds before the next one, and check Client Id and Client Secret meanwhile.", wait.as_secs()),
            Self::InvalidToken(InvalidToken::Bound) => "This access token is bound to a key. Send it as Authorization: DPoP and the token, with a proof in the header DPoP (RFC 9449 section 7.1).".to_owned(),
            Self::InvalidBoundToken(_) => "An access token that is bound to a key is needed, as Authorization: DPoP and the token. This one is not bound, malformed, expired or revoked; get another from /oauth/token with a proof in the header DPoP.".to_owned(),
            Self::InvalidProof(why) => format!("The request is not accepted: {}.", why.words()),
            Self::OverQuota { standings, now } => over_quota(standings, *now),
            Self::InvalidToken(_) => "A valid access token is needed, as Authorization: Bearer and the token. This one is missing, malformed, expired or revoked; get another from /api/v1/access-token.".to_owned(),
            Self::InsufficientScope => "The access token does not have the scope that is required here.".to_owned(),
            Self::Forbidden(why) => (*why).to_owned(),
            Self::MethodNotAllowed => "This path does not take this method; the Allow header names those that it takes.".to_owned(),
            Self::BodyTooLarge => format!("The body may have at most {} bytes.", super::body::MOST_BYTES),
            Self::BodyTooSlow => "The body did not arrive in time.".to_owned(),
            Self::BodyBroken => "The body broke off before its end.".to_owned(),
            Self::NotFound(what) => format!("There is no such {what}."),
            Self::OperatorTokenNeeded => "The admin API needs an operator token, as Authorization: Bearer and the token. This one is missing, malformed, ended or revoked; make another with: passgate operator token".to_owned(),
            Self::Malformed(why) | Self::Refused(why) => why.clone(),
            Self::Taken(field) => format!("Another one has this {field} already."),
            Self::Changed => "It has been changed by somebody else since you read it. Read it again, then send your change with the new ETag in If-Match.".to_owned(),
            Self::Internal(_) => "This is a defect of the server. Tell the operator the request id.".to_owned(),
        }
    }

    /// Why, for the log: more than the caller is told.
    pub fn cause(&self) -> String {
        match self {
            Self::InvalidCredentials { reason, .. } => (*reason).to_owned(),
            Self::InvalidArguments(faults) | Self::InvalidFields(faults) => summarize(faults),
            Self::Unavailable(cause) | Self::Internal(cause) | Self::Malformed(cause) | Self::Refused(cause) => {
                cause.clone()
            }
            Self::ReadOnly(why) => StoreError::ReadOnly(*why).to_string(),
            Self::InvalidToken(why) | Self::InvalidBoundToken(why) => why.to_string(),
            Self::InvalidProof(why) => why.words().to_owned(),
            Self::InvalidScope { .. }
            | Self::ClientNotFound
            | Self::TooManyAttempts(_)
            | Self::InsufficientScope
            | Self::OverQuota { .. }
            | Self::Forbidden(_)
            | Self::MethodNotAllowed
            | Self::BodyTooLarge
            | Self::BodyTooSlow
            | Self::BodyBroken
            | Self::NotFound(_)
            | Self::OperatorTokenNeeded
            | Self::Taken(_)
            | Self::Changed => self.kind().1.to_owned(),
        }
    }

    /// The fields at fault.
    pub fn errors(&self) -> Vec<FieldError> {
        match self {
            Self::InvalidArguments(faults) | Self::InvalidFields(faults) => {
                faults.iter().map(FieldError::from).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The value of `WWW-Authenticate` (RFC 9110 §11.6.1). The integration endpoint's scheme opens no log-in box.
    pub fn challenge(&self) -> Option<&'static str> {
        match self {
            Self::InvalidCredentials { .. } => Some("Client-Credentials realm=\"passgate\""),
            Self::InvalidToken(InvalidToken::Absent) => Some(challenge!("Bearer realm=\"passgate\", DPoP")),
            Self::InvalidToken(InvalidToken::Bound) => {
                Some(challenge!("Bearer realm=\"passgate\", error=\"invalid_token\", DPoP"))
            }
            Self::InvalidBoundToken(_) => Some(challenge!("DPoP error=\"invalid_token\",")),
            Self::InvalidProof(InvalidProof::Nonce) => Some(challenge!("DPoP error=\"use_dpop_nonce\",")),
            Self::InvalidProof(_) => Some(challenge!("DPoP error=\"invalid_dpop_proof\",")),
            Self::InvalidToken(_) => Some("Bearer realm=\"passgate\", error=\"invalid_token\""),
            Self::OperatorTokenNeeded => Some("Bearer realm=\"passgate admin\""),
            _ => None,
        }
    }

    /// The value of `Retry-After`, in seconds.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooManyAttempts(wait) => Some(wait.as_secs()),
            Self::OverQuota { standings, now } => Some(wait_of(standings, *now).min(LONGEST_WAIT).as_secs()),
            Self::Unavailable(_) | Self::ReadOnly(_) => Some(PAUSE.as_secs()),
            _ => None,
        }
    }

    /// The error code that the OAuth door adds (RFC 6749 §5.2 and §4.1.2.1).
    pub fn oauth_error(&self) -> &'static str {
        match self.kind().0 {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => "temporarily_unavailable",
            StatusCode::INTERNAL_SERVER_ERROR => "server_error",
            _ => "invalid_request",
        }
    }

    /// A store that did not answer, or holds nonsense.
    pub fn of_store(error: &StoreError) -> Self {
        match error {
            StoreError::ReadOnly(why) => Self::ReadOnly(*why),
            other => Self::Unavailable(other.to_string()),
        }
    }

    /// A proven client of `entity` whose request is refused.
    pub fn of_grant(refusal: token::Refusal, entity: &Entity) -> Self {
        match refusal {
            token::Refusal::Arguments(faults) => Self::InvalidArguments(faults),
            token::Refusal::Scope => Self::InvalidScope { title: entity.scopes.title() },
        }
    }

    /// The outcome that the metrics count.
    pub fn outcome(&self) -> Outcome {
        match self.kind().0 {
            StatusCode::BAD_REQUEST if matches!(self, Self::InvalidScope { .. }) => Outcome::InvalidScope,
            StatusCode::UNAUTHORIZED => Outcome::InvalidCredentials,
            StatusCode::NOT_FOUND => Outcome::ClientNotFound,
            StatusCode::TOO_MANY_REQUESTS if matches!(self, Self::OverQuota { .. }) => Outcome::OverQuota,
            StatusCode::TOO_MANY_REQUESTS => Outcome::Throttled,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::INTERNAL_SERVER_ERROR => Outcome::Unavailable,
            _ => Outcome::InvalidArguments,
        }
    }
}

impl From<NotProven> for Problem {
    fn from(why: NotProven) -> Self {
        match why {
            NotProven::Throttled(throttled) => throttled.into(),
            NotProven::UnknownClient => Self::ClientNotFound,
            NotProven::Refused(refusal, _) => {
                Self::InvalidCredentials { reason: refusal.reason(), hint: refusal.hint() }
            }
            NotProven::Store(error) => Self::of_store(&error),
        }
    }
}

impl From<NotAccepted> for Problem {
    fn from(why: NotAccepted) -> Self {
        match why {
            NotAccepted::Token(Scheme::Bearer, why) => Self::InvalidToken(why),
            NotAccepted::Token(Scheme::Dpop, why) => Self::InvalidBoundToken(why),
            NotAccepted::Proof(InvalidProof::Unremembered) => {
                Self::Unavailable(InvalidProof::Unremembered.words().to_owned())
            }
            NotAccepted::Proof(why) => Self::InvalidProof(why),
        }
    }
}

impl From<Throttled> for Problem {
    fn from(throttled: Throttled) -> Self {
        Self::TooManyAttempts(throttled.retry_after)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::of_store(&error)
    }
}

impl From<clock::NoRandomness> for Problem {
    fn from(error: clock::NoRandomness) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<app::Error> for Problem {
    fn from(error: app::Error) -> Self {
        match error {
            app::Error::NotFound(what) => Self::NotFound(what),
            app::Error::Invalid(faults) => Self::InvalidFields(faults),
            app::Error::Taken(field) => Self::Taken(field),
            app::Error::Refused(why) => Self::Refused(why),
            app::Error::Changed => Self::Changed,
            app::Error::Throttled(throttled) => throttled.into(),
            app::Error::OverQuota(_) => Self::Internal("a quota where none is counted".to_owned()),
            app::Error::Store(error) => Self::of_store(&error),
            app::Error::NoRandomness(_) | app::Error::NoSigningKey(_) => Self::Unavailable(error.to_string()),
            app::Error::Vault(_) | app::Error::BadKey(_) => Self::Internal(error.to_string()),
        }
    }
}

/// The longest of the waits until the limits that are used up are free again.
fn wait_of(standings: &[Standing], now: Timestamp) -> Duration {
    let spent = standings.iter().filter(|standing| standing.remaining() == 0);
    spent.map(|standing| standing.ends_in(now)).max().unwrap_or(LONGEST_WAIT)
}

fn over_quota(standings: &[Standing], now: Timestamp) -> String {
    let spent = standings.iter().filter(|standing| standing.remaining() == 0).max_by_key(|standing| standing.span);
    let (limit, span) = spent.map_or((0, "hour"), |standing| (standing.limit, standing.span.as_str()));
    let wait = wait_of(standings, now).as_secs();
    format!(
        "All {limit} tokens that your business entity may get in this {span} (UTC) have been issued. The next ones are in {wait} seconds. A token can be used until it ends: keep it instead of asking for one for each call, or ask the operator of the platform for more."
    )
}

impl IntoResponse for Problem {
    /// An empty answer that carries the problem to the envelope.
    fn into_response(self) -> Response {
        let mut response = self.kind().0.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
