//! Around every request: its id, its log line, its measurement; around every answer: the id's header, the problem's
//! body, and headers that hold for all.

use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tracing::Instrument as _;

use super::console;
use super::console::look::Look;
use super::error::{Problem, ProblemBody};
use crate::app::App;
use crate::app::clock::random;
use crate::app::issue::{Asker, Shown};
use crate::app::requests::Answered;
use crate::domain::id::ClientId;
use crate::domain::token::Door;

/// The header that carries the request id.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest time that an answer may take: less than after which a connection counts as stalled.
const LONGEST: Duration = Duration::from_secs(20);

/// What the log tells of a request, as far as its handler came to know it.
#[derive(Debug, Default)]
pub struct Facts {
    /// The client's address.
    pub address: OnceLock<IpAddr>,
    /// Which client the caller said it was, proven or not.
    pub client_id: OnceLock<ClientId>,
    /// Where it came in, if it is a token request.
    pub door: OnceLock<Door>,
    /// Which known client it is, and which secret it showed.
    pub asker: OnceLock<Asker>,
}

/// What a handler adds to an answer that is not a problem and yet a failure.
#[derive(Clone, Debug, Default)]
pub struct Cause {
    /// The code that the answer has.
    pub code: &'static str,
    /// Why, for the people of the entity; empty if the code says it all.
    pub reason: String,
    /// Why, for the log.
    pub cause: String,
}

/// Wraps one request.
pub async fn wrap(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    #[expect(clippy::disallowed_methods, reason = "how long a request took is measured, not decided upon")]
    let begun = Instant::now();
    let id: Arc<str> = request_id().into();
    let facts = Arc::new(Facts::default());
    request.extensions_mut().insert(facts.clone());
    let method = request.method().clone();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let path = path.as_ref().map_or("(no such path)", MatchedPath::as_str);
    let page = Look::of_page(request.uri(), request.headers());
    let is_oauth = request.uri().path().starts_with("/oauth/");
    // A span is written and kept for each request, so there is one only if somebody looks at it.
    let span = if app.config.trace_endpoint.is_some() || tracing::enabled!(tracing::Level::DEBUG) {
        tracing::info_span!("request", otel.name = %path, http.request.method = %method, http.route = %path, request_id = %id)
    } else {
        tracing::Span::none()
    };
    let answered = tokio::time::timeout(LONGEST, next.run(request).instrument(span)).await;
    let mut response =
        answered.unwrap_or_else(|_| Problem::Unavailable("no answer in time".to_owned()).into_response());
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(problem) = &problem {
        response = match page {
            Some(look) => console::failure::page(&app, look, problem, &id, response.headers()),
            None => answer(&app, problem, &id, is_oauth, response.headers()),
        };
    }
    let status = response.status();
    finish(&mut response, &id);
    let took = begun.elapsed();
    app.metrics.answered(status.as_u16(), took);
    let cause = match &problem {
        Some(problem) => cause_of(problem, facts.door.get().copied()),
        None => response.extensions_mut().remove::<Cause>().unwrap_or_default(),
    };
    let (status, micros) = (status.as_u16(), u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    let Cause { code, reason, cause } = cause;
    note(&app, &facts, &id, (status, code, reason), micros);
    let (client_id, address) =
        (facts.client_id.get().map(tracing::field::display), facts.address.get().map(tracing::field::display));
    if status >= 500 {
        tracing::error!(request_id = %id, %method, path, status, cause, client_id, address, micros, "failed");
    } else if status >= 400 {
        tracing::info!(request_id = %id, %method, path, status, cause, client_id, address, micros, "refused");
    } else {
        tracing::debug!(request_id = %id, %method, path, status, client_id, address, micros, "answered");
    }
    response
}

/// A problem as the integration endpoint answers it, for the page that shows it.
pub fn example(app: &App, problem: &Problem, id: &str) -> Response {
    let mut response = answer(app, problem, id, false, &HeaderMap::new());
    finish(&mut response, id);
    response
}

/// The headers that every answer has.
pub fn finish(response: &mut Response, id: &str) {
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(X_REQUEST_ID, value);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// What a problem says: its code, and why for the entity and for the log. The standard door has codes of its own.
fn cause_of(problem: &Problem, door: Option<Door>) -> Cause {
    let code = problem.kind().1;
    let cause = problem.cause();
    match (door, problem) {
        (Some(Door::OAuth), _) => Cause { code: problem.oauth_error(), reason: code.to_owned(), cause },
        (_, Problem::InvalidCredentials { .. } | Problem::InvalidArguments(_)) => {
            Cause { code, reason: cause.clone(), cause }
        }
        _ => Cause { code, reason: String::new(), cause },
    }
}

/// Tells the log of token requests what became of one. If its client was not looked up, it is attributed only if that
/// client is in memory: a request that is refused early must not cost a read.
fn note(app: &App, facts: &Facts, id: &Arc<str>, (status, code, reason): (u16, &'static str, String), micros: u64) {
    let (Some(door), Some(address)) = (facts.door.get(), facts.address.get()) else { return };
    if facts.asker.get().is_none()
        && let Some(credential) = facts.client_id.get().and_then(|client_id| app.known.credential(client_id))
    {
        let _ = facts.asker.set(Asker { credential, shown: Shown::Nothing });
    }
    let Some(asker) = facts.asker.get() else { return };
    app.requests.note(&Answered {
        at: app.now(),
        asker,
        door: *door,
        request_id: id,
        status,
        code,
        reason,
        address: *address,
        micros,
    });
}

/// A request id is no secret; if there is no randomness, an empty one says so.
fn request_id() -> String {
    let mut id = String::with_capacity(36);
    id.push_str("req_");
    for byte in random::<16>().unwrap_or_default() {
        let digits = [byte >> 4, byte & 0xF].map(|digit| char::from_digit(u32::from(digit), 16));
        id.extend(digits.into_iter().flatten());
    }
    id
}

/// The problem as an answer, with the headers that the handler or the router had already set (such as `Allow`).
fn answer(app: &App, problem: &Problem, id: &str, is_oauth: bool, bare: &HeaderMap) -> Response {
    let (status, _, title) = problem.kind();
    let body = ProblemBody {
        error: is_oauth.then(|| problem.oauth_error()),
        error_description: is_oauth.then_some(title),
        ..ProblemBody::of(problem, &app.issuer, id)
    };
    let body = serde_json::to_vec(&body).unwrap_or_default();
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.extend(
        bare.iter()
            .filter(|(name, _)| !matches!(name.as_str(), "content-length" | "content-type"))
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    never_stored(headers);
    if let Some(challenge) = problem.challenge() {
        headers.entry(WWW_AUTHENTICATE).or_insert(HeaderValue::from_static(challenge));
    }
    if let Problem::OverQuota { standings, now } = problem {
        super::quota::tell(headers, standings, *now);
    }
    if let Some(seconds) = problem.retry_after() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// What every answer says that may hold something of one client only (RFC 6749 §5.1).
pub fn never_stored(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
}

/// A JSON answer that is never stored.
pub fn private_json<T: serde::Serialize>(status: StatusCode, body: &T) -> Response {
    match serde_json::to_vec(body) {
        Ok(body) => {
            let mut response = (status, body).into_response();
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            never_stored(response.headers_mut());
            response
        }
        Err(error) => Problem::Internal(error.to_string()).into_response(),
    }
}

/// A panic is a defect: logged by its place, never shown, and the process goes on.
pub fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    Problem::Internal("panic".to_owned()).into_response()
}
