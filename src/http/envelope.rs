//! Around every request: its id, its log line, its measurement; around every answer: the id's header, the problem's
//! body, and headers that hold for all.

use std::hash::{BuildHasher as _, RandomState};
use std::io::Write as _;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use tracing::Instrument as _;

use super::console;
use super::console::look::Look;
use super::error::{Problem, ProblemBody};
use super::patience::within;
use crate::app::App;
use crate::app::issue::{Asker, Shown};
use crate::app::requests::Answered;
use crate::domain::id::ClientId;
use crate::domain::token::Door;

/// The header that carries the request id.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longest time that an answer may take: less than after which a connection counts as stalled.
const LONGEST: Duration = Duration::from_secs(20);

/// Room for an answer with a token, and for the headers that it goes out with.
const LIKELY_BYTES: usize = 1024;
const LIKELY_HEADERS: usize = 6;

/// What the log tells of a request, as far as its handler came to know it.
#[derive(Debug, Default)]
pub struct Facts {
    /// The client's address.
    pub address: OnceLock<IpAddr>,
    /// Which client the caller said it was, if that is not known.
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

/// What is to be known of a request before it is answered.
pub struct Head<'r> {
    /// Its method, if that is one of the usual ones: any other is the client's own, and as long as it likes.
    pub method: &'static str,
    /// The path as the router knows it, so that nothing of a client's own is in it.
    pub path: &'r str,
    /// Whether it came to the standard door, whose failures have names of their own (RFC 6749 §5.2).
    pub is_oauth: bool,
    /// How the visitor wants to see a failure, if this is a request for a page.
    pub page: Option<Look>,
}

/// The name of a usual method; `_OTHER` for another, as OpenTelemetry calls it.
pub fn method_of(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        "OPTIONS" => "OPTIONS",
        _ => "_OTHER",
    }
}

/// Whether a path belongs to the standard door.
pub fn is_oauth(path: &str) -> bool {
    path.starts_with("/oauth/")
}

/// Wraps one request to the router.
pub async fn wrap(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let facts = Arc::new(Facts::default());
    request.extensions_mut().insert(facts.clone());
    let path = request.extensions().get::<MatchedPath>().cloned();
    let head = Head {
        method: method_of(request.method()),
        path: path.as_ref().map_or("(no such path)", MatchedPath::as_str),
        is_oauth: is_oauth(request.uri().path()),
        page: Look::of_page(request.uri(), request.headers()),
    };
    around(&app, &facts, head, pin!(next.run(request))).await
}

/// Wraps `answer` to a request of which it notes `facts`.
pub async fn around(
    app: &Arc<App>,
    facts: &Facts,
    Head { method, path, is_oauth, page }: Head<'_>,
    answered: Pin<&mut impl Future<Output = Response>>,
) -> Response {
    #[expect(clippy::disallowed_methods, reason = "how long a request took is measured, not decided upon")]
    let begun = Instant::now();
    let id = RequestId::new();
    // A span is written and kept for each request, so there is one only if somebody looks at it.
    let answered = AssertUnwindSafe(answered).catch_unwind();
    let answered = if app.config.trace_endpoint.is_some() || tracing::enabled!(tracing::Level::DEBUG) {
        let span = tracing::info_span!("request", otel.name = %path, http.request.method = method, http.route = %path, request_id = %id);
        within(LONGEST, answered.instrument(span)).await
    } else {
        within(LONGEST, answered).await
    };
    let mut response = match answered {
        Some(Ok(response)) => response,
        // A panic is a defect: logged by its place, never shown, and the process goes on.
        Some(Err(_)) => Problem::Internal("panic".to_owned()).into_response(),
        None => Problem::Unavailable("no answer in time".to_owned()).into_response(),
    };
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(problem) = &problem {
        response = match page {
            Some(look) => console::failure::page(app, look, problem, id.as_str(), response.headers()),
            None => answer(app, problem, id.as_str(), is_oauth, response.headers()),
        };
    }
    let status = response.status();
    finish(&mut response, id.as_str());
    let took = begun.elapsed();
    app.metrics.answered(status.as_u16(), took);
    let cause = match &problem {
        Some(problem) => cause_of(problem, facts.door.get().copied()),
        None => response.extensions_mut().remove::<Cause>().unwrap_or_default(),
    };
    let (status, micros) = (status.as_u16(), u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
    let Cause { code, reason, cause } = cause;
    note(app, facts, id.as_str(), (status, code, reason), micros);
    let asker = facts.asker.get().map(|asker| &asker.credential.client_id);
    let client_id = asker.or(facts.client_id.get()).map(tracing::field::display);
    let address = facts.address.get().map(tracing::field::display);
    if status < 400 {
        tracing::debug!(request_id = %id, method, path, status, client_id, address, micros, "answered");
    } else if !app.refusals.may_tell(status, app.now()) {
    } else if status >= 500 {
        tracing::error!(request_id = %id, method, path, status, cause, client_id, address, micros, "failed");
    } else {
        tracing::info!(request_id = %id, method, path, status, cause, client_id, address, micros, "refused");
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
fn note(app: &App, facts: &Facts, id: &str, (status, code, reason): (u16, &'static str, String), micros: u64) {
    let (Some(door), Some(address)) = (facts.door.get(), facts.address.get()) else { return };
    if facts.asker.get().is_none()
        && let Some(credential) = facts.client_id.get().and_then(|client_id| app.known.credential(client_id.as_str()))
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

/// Names one request: 128 bits that nobody else has, in hexadecimal. It is no secret.
struct RequestId([u8; LENGTH]);

/// Characters of a request id.
const LENGTH: usize = 36;
const DIGITS: &[u8; 16] = b"0123456789abcdef";

impl RequestId {
    /// The next one: a count, hashed under keys that this process has drawn.
    fn new() -> Self {
        static KEYS: LazyLock<[RandomState; 2]> = LazyLock::new(Default::default);
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let bits = KEYS.iter().fold(0, |bits, keys| bits << 64 | u128::from(keys.hash_one(count)));
        let mut id = *b"req_00000000000000000000000000000000";
        let (digits, _) = id.split_at_mut(4).1.as_chunks_mut();
        let digit = |number| DIGITS.get(usize::from(number)).copied().unwrap_or(b'0');
        for (pair, byte) in digits.iter_mut().zip(bits.to_be_bytes()) {
            *pair = [byte >> 4, byte & 0xF].map(digit);
        }
        Self(id)
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
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
    let mut json = Vec::with_capacity(LIKELY_BYTES);
    match serde_json::to_writer(&mut json, body) {
        Ok(()) => private(status, json),
        Err(error) => Problem::Internal(error.to_string()).into_response(),
    }
}

/// The answer with a token (RFC 6749 §5.1): an object that begins with `before`. No character of a token is ever escaped
/// (RFC 7515 §2), so it is copied without looking for one.
pub fn token_answer(before: &str, access_token: &str, token_type: &str, expires_in: u64, scope: &str) -> Response {
    let mut json = Vec::with_capacity(LIKELY_BYTES);
    for part in [before, r#""access_token":""#, access_token, r#"","token_type":""#, token_type, r#"","expires_in":"#] {
        json.extend_from_slice(part.as_bytes());
    }
    let written = write!(json, r#"{expires_in},"scope":"#).map_err(serde_json::Error::io);
    match written.and_then(|()| serde_json::to_writer(&mut json, scope)) {
        Ok(()) => {
            json.push(b'}');
            private(StatusCode::OK, json)
        }
        Err(error) => Problem::Internal(error.to_string()).into_response(),
    }
}

fn private(status: StatusCode, json: Vec<u8>) -> Response {
    let mut response = Response::new(json.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.reserve(LIKELY_HEADERS);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    never_stored(headers);
    response
}
