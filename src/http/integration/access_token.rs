//! `POST /api/v1/access-token` (CONTRACT.md §2): Client Id and Client Secret for an access token.

use std::sync::Arc;

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::app::issue::{Purpose, Showing};
use crate::app::metrics::Outcome;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::presented::Fields;
use crate::domain::token::{self, Door, LONGEST_CLIENT_ID, LONGEST_SECRET};
use crate::http::body::Payload;
use crate::http::busy::Received;
use crate::http::envelope;
use crate::http::error::{Problem, ProblemBody};
use crate::http::origin::Origin;
use crate::http::parse;
use crate::http::quota;

/// Told to a proven client of an entity that takes no token that is not bound to a key.
const DPOP_REQUIRED: &str = "The Client Secret is right, but this business entity takes only tokens that are bound to a key (DPoP), and this endpoint issues none. Ask /oauth/token with a proof in the header DPoP, or switch the requirement off on Token Timeout.";

/// What a request carries beside the parameters that the operator defined for its entity.
#[derive(ToSchema)]
#[schema(as = AccessTokenRequest)]
#[expect(dead_code, reason = "requests are read field by field; this documents them")]
pub struct RequestBody {
    /// The Client Id from Generate Credentials.
    #[schema(example = "pgc_7HqT2mVx9RkLw4ZcB8nYpD3sQ1aZ", min_length = 1, max_length = 128)]
    client_id: String,
    /// The Client Secret from Generate Credentials.
    #[schema(example = "pgs_Zt4kLw9QxR2mVb7NcY1sHd5FgJ8aKe3PqT6uWi0oXzC4vB2nM9", min_length = 1, max_length = 256)]
    client_secret: String,
    /// The OAuth 2.0 grant; optional.
    #[schema(example = "client_credentials", pattern = "^(client_credentials)?$", nullable = false)]
    grant_type: Option<String>,
    /// The scope to ask for; all scopes of the business entity if left out.
    #[schema(example = "DLAT access Webhooks", max_length = 1024, nullable = false)]
    scope: Option<String>,
}

/// How every [`Answer`] begins.
const BEFORE_TOKEN: &str = r#"{"status":200,"message":"Successfully done","#;

/// A token, issued.
#[derive(Serialize, ToSchema)]
#[schema(as = AccessTokenAnswer)]
pub struct Answer<'a> {
    /// Always 200.
    #[schema(example = 200)]
    status: u16,
    /// Always the same words.
    #[schema(example = "Successfully done")]
    message: &'a str,
    /// The access token, a signed JWT (RFC 9068).
    #[schema(example = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJpc3MiOiJodHRwcyJ9.c2lnbmF0dXJl")]
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

impl<'a> Answer<'a> {
    /// The answer that carries this token.
    pub fn of(access_token: &'a str, expires_in: u64, scope: &'a str) -> Self {
        Self { status: 200, message: "Successfully done", access_token, token_type: "Bearer", expires_in, scope }
    }

    fn response(self) -> Response {
        let Self { status: _, message: _, access_token, token_type, expires_in, scope } = self;
        envelope::token_answer(BEFORE_TOKEN, access_token, token_type, expires_in, scope)
    }
}

/// Exchange a Client Id and Client Secret for an access token.
///
/// JSON, form and multipart mean the same. Further fields are the dynamic parameters of the business entity.
#[utoipa::path(
    post,
    path = "/api/v1/access-token",
    tag = "Integration",
    operation_id = "getAccessToken",
    request_body(content(
        (RequestBody = "application/json"),
        (RequestBody = "application/x-www-form-urlencoded"),
        (RequestBody = "multipart/form-data"),
    )),
    responses(
        (status = 200, description = "Successfully done", body = Answer),
        (status = 400, description = "The scope is not one that this entity has", body = ProblemBody, content_type = "application/problem+json"),
        (status = 401, description = "Invalid token", body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, description = "Client id not found", body = ProblemBody, content_type = "application/problem+json"),
        (status = 408, description = "Body too slow", body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "Validation errors/Invalid Arguments.", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "Body too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many attempts", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Something went wrong.", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn post(app: &Arc<App>, received: &Received, payload: Result<Payload, Problem>) -> Result<Response, Problem> {
    received.origin.asks_for_token(Door::Integration);
    let answer = match payload {
        Ok(payload) => issue(app, received, &payload).await,
        Err(Problem::BodyBroken) => Err(Problem::InvalidArguments(vec![broken_off()])),
        Err(problem) => Err(problem),
    };
    app.metrics.token(Door::Integration, answer.as_ref().map_or_else(Problem::outcome, |_| Outcome::Issued));
    answer
}

async fn issue(
    app: &Arc<App>,
    Received { origin, headers, .. }: &Received,
    payload: &Payload,
) -> Result<Response, Problem> {
    let fields = parse::fields(headers, &payload.0).await.map_err(Problem::InvalidArguments)?;
    let (client_id, secret) = credentials(&fields, origin)?;
    let proven = origin.prove(app, client_id, Showing::Secret(secret), Purpose::Token).await?;
    let entity = proven.entity.as_ref().ok_or(Problem::ClientNotFound)?;
    if entity.settings.require_dpop {
        return Err(Problem::InvalidCredentials { reason: "dpop_required", hint: DPOP_REQUIRED.to_owned() });
    }
    let grant =
        token::grant(entity, &fields, Door::Integration).map_err(|refusal| Problem::of_grant(refusal, entity))?;
    let taken = quota::take(app, entity).await?;
    let issued = app.issue(&proven, entity, grant, app.audience.clone(), None, origin.address).await?;
    let answer = Answer::of(&issued.access_token, issued.expires_in, &issued.scope);
    Ok(quota::issued(app, taken, answer.response()))
}

/// To this endpoint a body that breaks off is content that cannot be read (CONTRACT.md §2).
fn broken_off() -> FieldFault {
    FieldFault::new("body", Fault::Malformed("broke off before its end".to_owned()))
}

/// The two mandatory fields; both faults if both are at fault.
fn credentials<'f>(fields: &'f Fields<'_>, origin: &Origin) -> Result<(&'f str, &'f str), Problem> {
    let client_id = fields.mandatory("client_id", LONGEST_CLIENT_ID);
    let secret = fields.mandatory("client_secret", LONGEST_SECRET);
    match (client_id, secret) {
        (Ok(client_id), Ok(secret)) => Ok((client_id, secret)),
        (client_id, secret) => {
            if let Ok(client_id) = client_id {
                origin.presents(client_id);
            }
            Err(Problem::InvalidArguments(client_id.err().into_iter().chain(secret.err()).collect()))
        }
    }
}
