//! `POST /leak-report`: whoever has found a Client Secret stops it by presenting it. The answer is the same for every
//! secret, and takes the same time, so that nobody learns anything by asking.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::Payload;
use super::envelope::private_json;
use super::error::{Problem, ProblemBody};
use super::origin::Origin;
use super::parse;
use crate::app::App;
use crate::domain::token::LONGEST_SECRET;

/// No answer comes sooner: longer than it takes to stop a secret.
const AT_LEAST: Duration = Duration::from_millis(250);

/// A secret that somebody has found.
#[derive(ToSchema)]
#[schema(as = LeakReport)]
#[expect(dead_code, reason = "requests are read field by field; this documents them")]
pub struct RequestBody {
    /// The secret itself: having it is the proof.
    #[schema(example = "pgs_Zt4kLw9QxR2mVb7NcY1sHd5FgJ8aKe3PqT6uWi0oXzC4vB2nM9", min_length = 1, max_length = 256)]
    client_secret: String,
    /// The Client Id, if it was found too.
    #[schema(example = "pgc_7HqT2mVx9RkLw4ZcB8nYpD3sQ1aZ", nullable = false)]
    client_id: Option<String>,
    /// Where it was found, such as a URL; the first 200 characters are passed on to its owners.
    #[schema(example = "https://git.example.com/shop/blob/main/config.yml", nullable = false)]
    r#where: Option<String>,
}

/// The report was taken.
#[derive(Serialize, ToSchema)]
#[schema(as = LeakReportTaken)]
pub struct Answer {
    /// Always the same words.
    message: &'static str,
}

/// Report a leaked Client Secret, without an account.
///
/// If the secret is good, it is stopped at once, the tokens issued for it become void, and its owners are told. The
/// answer does not say whether it was.
#[utoipa::path(
    post,
    path = "/leak-report",
    tag = "Integration",
    operation_id = "reportLeak",
    request_body(content(
        (RequestBody = "application/json"),
        (RequestBody = "application/x-www-form-urlencoded"),
    )),
    responses(
        (status = 200, description = "Taken; the secret does not work any more, if it ever did", body = Answer),
        (status = 408, description = "Body too slow", body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, description = "client_secret is missing, or the content cannot be read", body = ProblemBody, content_type = "application/problem+json"),
        (status = 413, description = "Body too large", body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, description = "Too many reports from this address", body = ProblemBody, content_type = "application/problem+json"),
        (status = 503, description = "Try again: nothing was stopped", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub async fn post(
    State(app): State<Arc<App>>,
    origin: Origin,
    headers: HeaderMap,
    payload: Payload,
) -> Result<Response, Problem> {
    let fields = parse::fields(&headers, &payload.0).await.map_err(Problem::InvalidArguments)?;
    let secret =
        fields.mandatory("client_secret", LONGEST_SECRET).map_err(|fault| Problem::InvalidArguments(vec![fault]))?;
    let text = |name| fields.sent(name).and_then(|value| value.as_text());
    let reported = app.report_leak(secret, text("client_id"), text("where").unwrap_or_default(), origin.address);
    let (reported, ()) = tokio::join!(reported, tokio::time::sleep(AT_LEAST));
    if let Some(leak) = reported? {
        let app = app.clone();
        tokio::spawn(async move { app.tell_of_leak(&leak).await });
    }
    let message = "Thank you. If this is a Client Secret of this installation, it does not work any more, and its owners are told.";
    Ok(private_json(StatusCode::OK, &Answer { message }))
}
