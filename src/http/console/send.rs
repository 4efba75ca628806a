//! *Send request*: the real endpoint is called, in the process, with everything around it: throttle, log, lock, counts.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, Request};
use serde_json::Value;

use super::example::BodyType;
use crate::app::App;
use crate::http::busy::Busy;
use crate::http::envelope;
use crate::http::error::Problem;
use crate::http::front::Connected;
use crate::http::origin::Peer;

/// Most bytes of an answer: far more than any has.
const MOST_BYTES: usize = 256 * 1024;

/// What came back.
pub struct Outcome {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as sent.
    pub body: String,
    /// How long it took, in microseconds.
    pub micros: u64,
}

/// A token, taken apart.
pub struct Decoded {
    /// Its header: names and values.
    pub header: Vec<(String, String)>,
    /// Its claims: names and values.
    pub claims: Vec<(String, String)>,
    /// When it ends, in seconds since the epoch.
    pub ends_at: i64,
}

/// Posts `body` to the integration endpoint as if from `address`.
pub async fn send(app: &Arc<App>, address: IpAddr, body_type: BodyType, body: String) -> Result<Outcome, Problem> {
    let (parts, body) = Request::post(Busy::AccessToken.path())
        .header(CONTENT_TYPE, body_type.media_type())
        .header(CONTENT_LENGTH, body.len())
        .body(Body::from(body))
        .map_err(|error| Problem::Internal(error.to_string()))?
        .into_parts();
    let connected = Connected { peer: Peer(SocketAddr::new(address, 0)), certificates: None };
    #[expect(clippy::disallowed_methods, reason = "how long an answer took is measured, not decided upon")]
    let begun = Instant::now();
    let response = Busy::AccessToken.direct(app, &connected, parts, body).await;
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, MOST_BYTES).await.map_err(|error| Problem::Internal(error.to_string()))?;
    Ok(Outcome {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
        micros,
    })
}

impl Outcome {
    /// The id under which the log knows the request.
    pub fn request_id(&self) -> &str {
        self.headers.get(envelope::X_REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or_default()
    }

    /// The fields at fault and what is wrong with each, as the answer says it.
    pub fn faults(&self) -> Vec<(String, String)> {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let errors = body.get("errors").and_then(Value::as_array).cloned().unwrap_or_default();
        let text = |error: &Value, name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        errors.iter().map(|error| (text(error, "field"), text(error, "message"))).collect()
    }

    /// What the answer says of itself, in a sentence.
    pub fn detail(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body.get("detail").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The title of a problem, or the message of a success.
    pub fn title(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let title = body.get("title").or_else(|| body.get("message"));
        title.and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// The token that came back, taken apart.
    pub fn decoded(&self) -> Option<Decoded> {
        let body: Value = serde_json::from_str(&self.body).ok()?;
        let mut parts = body.get("access_token")?.as_str()?.split('.');
        let mut part =
            || -> Option<Value> { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok() };
        let (header, claims) = (part()?, part()?);
        Some(Decoded { header: members(&header), ends_at: claims.get("exp")?.as_i64()?, claims: members(&claims) })
    }
}

fn members(value: &Value) -> Vec<(String, String)> {
    let members = value.as_object().into_iter().flatten();
    members.map(|(name, value)| (name.clone(), super::text::text_of(value))).collect()
}
