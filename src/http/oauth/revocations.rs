//! `GET /oauth/revocations`: what is void, as server-sent events, for platform APIs that check tokens themselves.
//! Tokens of an API's verifier are refused within moments of their revocation, without a call for each request.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Interval, MissedTickBehavior};
use utoipa::ToSchema;

use super::client_auth;
use super::error::{OAuthError, OAuthErrors};
use crate::app::App;
use crate::app::feed::{Beginning, LONGEST_FEED, Listener, Mark, Statements, Told};
use crate::app::issue::{Proven, Purpose};
use crate::domain::claims::TokenId;
use crate::domain::credential::accept_secret;
use crate::domain::id::{ClientId, SecretId};
use crate::domain::presented::Fields;
use crate::domain::time::Timestamp;
use crate::domain::voided::{Voided, VoidedSecret};
use crate::http::client_certificate::Shown;
use crate::http::origin::Origin;

/// A listener hears at least this often that it is heard, and how far behind this node is.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// Most clients, and most tokens, of one event.
const PART: usize = 500;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells nginx to pass on every event as it comes.
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The data of an event `snapshot` (all that is void; what was told before is to be forgotten) or `change`.
#[derive(Default, Serialize, ToSchema)]
#[schema(as = Revocations)]
pub struct Answer<'a> {
    /// More of the snapshot follows in the next event; only the last one has an `id`.
    #[serde(skip_serializing_if = "is_false")]
    more: bool,
    /// Every token issued before this moment is void, in milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    not_before: Option<i64>,
    /// The key set has changed: fetch it again.
    #[serde(skip_serializing_if = "is_false")]
    keys_changed: bool,
    /// The `kid`s of the whole key set, if it has changed and in every snapshot: tokens of another key are void, whatever
    /// a cache of the key set says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    kids: Option<&'a [String]>,
    /// Clients, each with its whole state: what was told of one before is to be forgotten.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    clients: Vec<Client<'a>>,
    /// Single tokens.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tokens: Vec<Token<'a>>,
}

/// What is void of a client's tokens; nothing if there is only its id.
#[derive(Serialize, ToSchema)]
#[schema(as = RevokedClient)]
struct Client<'a> {
    #[schema(value_type = String)]
    client_id: &'a ClientId,
    /// Every one.
    #[serde(skip_serializing_if = "is_false")]
    void: bool,
    /// Every one from this moment on, in milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expires_at: Option<i64>,
    /// Those issued before this moment, in milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    not_before: Option<i64>,
    /// Those of these secrets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<Secret>,
}

/// What is void of the tokens of one secret.
#[derive(Serialize, ToSchema)]
#[schema(as = RevokedSecret)]
struct Secret {
    /// Bytes 7 to 10 of the `jti` of its tokens, decoded from base64url, as a number.
    tag: u32,
    /// Those issued before this moment, in milliseconds since the epoch: bytes 1 to 6 of the `jti`. Every one if it is
    /// absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    not_before: Option<i64>,
}

/// A token that was revoked by itself.
#[derive(Serialize, ToSchema)]
#[schema(as = RevokedTokenId)]
struct Token<'a> {
    #[schema(value_type = String)]
    jti: &'a TokenId,
    /// When it ends, in seconds since the epoch; it may be forgotten then.
    exp: i64,
}

/// The data of an event `heartbeat`.
#[derive(Serialize)]
struct Heartbeat {
    /// For how many milliseconds this node has not heard of what others have changed.
    behind: u128,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// Tell a platform API what is void, as it happens.
///
/// For credentials of APIs that the operator has registered. Server-sent events: `snapshot` first, or, with the
/// `Last-Event-ID` of what was heard last, a `change` with what was missed; then `change` as it happens, and `heartbeat` every
/// second. How to use it is in `docs/how-to/verify-tokens.md`.
#[utoipa::path(
    get,
    path = "/oauth/revocations",
    tag = "OAuth 2.0",
    operation_id = "oauthRevocations",
    security(("client_secret_basic" = [])),
    params(("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was heard")),
    responses(
        (status = 200, description = "Events without an end", body = Answer, content_type = "text/event-stream"),
        (status = 403, description = "The client is not a registered API", body = super::error::ErrorBody),
        OAuthErrors,
    )
)]
pub async fn get(
    State(app): State<Arc<App>>,
    origin: Origin,
    shown: Shown,
    headers: HeaderMap,
) -> Result<Response, OAuthError> {
    let proven = client_auth::prove(&app, &headers, &Fields::default(), &origin, shown, Purpose::Inspection).await?;
    if proven.entity.is_some() {
        return Err(OAuthError::UnauthorizedClient);
    }
    let last = headers.get(LAST_EVENT_ID).and_then(|id| Mark::parse(id.to_str().ok()?));
    let listener = app.feed.listen().ok_or_else(|| OAuthError::Unavailable("every feed is taken".to_owned()))?;
    let (seq, unsent) = match app.begin_feed(last).await? {
        Beginning::Everything(mark, statements) => (mark.seq, Unsent::new("snapshot", mark, statements)),
        Beginning::Since(mark, statements) => (mark.seq, Unsent::new("change", mark, Arc::new(statements))),
    };
    let mut heartbeat = tokio::time::interval(HEARTBEAT);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let begun = app.now();
    let session = Session { app, proven, listener, seq, unsent: Some(unsent), heartbeat, begun };
    let events = futures_util::stream::unfold(session, |mut session| async {
        session.next().await.map(|event| (Ok::<_, Infallible>(event), session))
    });
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")),
        (X_ACCEL_BUFFERING, HeaderValue::from_static("no")),
    ];
    Ok((headers, Body::from_stream(events)).into_response())
}

/// One feed, as long as somebody reads it.
struct Session {
    app: Arc<App>,
    proven: Proven,
    listener: Listener,
    /// The last event that was told.
    seq: i64,
    unsent: Option<Unsent>,
    heartbeat: Interval,
    begun: Timestamp,
}

impl Session {
    /// The next event to send; `None` at the end of the feed.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(unsent) = &mut self.unsent {
                match unsent.next() {
                    Some(event) => return Some(event),
                    None => self.unsent = None,
                }
            }
            tokio::select! {
                told = self.listener.told.recv() => match told {
                    Ok(Told::Change(mark, _)) if mark.seq <= self.seq => {}
                    Ok(Told::Change(mark, statements)) => {
                        self.seq = mark.seq;
                        self.unsent = Some(Unsent::new("change", mark, statements));
                    }
                    Ok(Told::Anew) | Err(RecvError::Lagged(_)) => {
                        let (mark, statements) = self.app.state_everything().await.ok()?;
                        self.seq = mark.seq;
                        self.unsent = Some(Unsent::new("snapshot", mark, statements));
                    }
                    Err(RecvError::Closed) => return None,
                },
                _ = self.heartbeat.tick() => {
                    if !self.may_go_on().await {
                        return None;
                    }
                    let behind = self.app.knowledge_age().as_millis();
                    return event("heartbeat", None, &Heartbeat { behind });
                }
            }
        }
    }

    /// Whether the listener is still who it was. While the store cannot tell, it is.
    async fn may_go_on(&self) -> bool {
        let now = self.app.now();
        let stands = match self.app.credential(&self.proven.credential.client_id).await {
            Ok(Some(credential)) => {
                let holds = |id: &SecretId| {
                    accept_secret(&credential, None).is_ok()
                        && credential.live_secrets(now).any(|secret| secret.id == *id)
                };
                credential.standing(now).is_ok()
                    && credential.authentication == self.proven.credential.authentication
                    && self.proven.proof.secret_id().is_none_or(holds)
            }
            Ok(None) => false,
            Err(_) => true,
        };
        stands && now.since(self.begun) < LONGEST_FEED
    }
}

/// Statements on their way out, a part at a time.
struct Unsent {
    kind: &'static str,
    mark: Mark,
    statements: Arc<Statements>,
    part: usize,
    is_done: bool,
}

impl Unsent {
    fn new(kind: &'static str, mark: Mark, statements: Arc<Statements>) -> Self {
        Self { kind, mark, statements, part: 0, is_done: false }
    }

    fn next(&mut self) -> Option<Bytes> {
        if self.is_done {
            return None;
        }
        let skipped = self.part.saturating_mul(PART);
        self.part = self.part.saturating_add(1);
        let Statements { not_before, clients, tokens, kids } = &*self.statements;
        let more = clients.len().max(tokens.len()) > skipped.saturating_add(PART);
        self.is_done = !more;
        let answer = Answer {
            more,
            not_before: not_before.map(Timestamp::millis),
            keys_changed: kids.is_some() && self.kind == "change",
            kids: kids.as_deref(),
            clients: clients.iter().skip(skipped).take(PART).map(client).collect(),
            tokens: tokens
                .iter()
                .skip(skipped)
                .take(PART)
                .map(|(jti, end)| Token { jti, exp: end.seconds() })
                .collect(),
        };
        event(self.kind, (!more).then_some(self.mark), &answer)
    }
}

fn client((client_id, voided): &(ClientId, Voided)) -> Client<'_> {
    let secret = |VoidedSecret { tag, not_before }: &VoidedSecret| Secret {
        tag: *tag,
        not_before: not_before.map(Timestamp::millis),
    };
    Client {
        client_id,
        void: voided.entirely,
        expires_at: voided.expires_at.map(Timestamp::millis),
        not_before: voided.not_before.map(Timestamp::millis),
        secrets: voided.secrets.iter().map(secret).collect(),
    }
}

/// An event as it stands on the wire; `None` if it cannot be written, which ends the feed.
fn event<T: Serialize>(kind: &str, id: Option<Mark>, data: &T) -> Option<Bytes> {
    let data = serde_json::to_string(data).ok()?;
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    Some(format!("{id}event: {kind}\ndata: {data}\n\n").into())
}
