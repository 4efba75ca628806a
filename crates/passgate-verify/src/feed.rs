//! Listening to the feed of revocations: server-sent events, read strictly enough that a broken stream is noticed and
//! opened again.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Response, StatusCode};
use serde::Deserialize;
use tokio::time::Instant;

use crate::clock::now_millis;
use crate::verifier::Inner;
use crate::void::{Statements, Void};

/// Passgate is heard every second; after so long a silence the connection is dead.
const SILENCE: Duration = Duration::from_secs(5);
/// Longest wait for the beginning of a feed.
const BEGINNING: Duration = Duration::from_secs(20);
/// First and longest pause before listening again.
const PAUSES: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(15));
/// Most bytes of one event.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// How often is forgotten what no longer matters.
const FORGET: Duration = Duration::from_secs(60);

/// Why a feed is listened to no longer.
#[derive(Debug, thiserror::Error)]
enum Ended {
    #[error("Passgate cannot be reached: {0}")]
    Away(String),
    #[error("Passgate answers {0}; is this the credential of a registered API?")]
    Refused(StatusCode),
    #[error("nothing was heard for {SILENCE:?}")]
    Silent,
    #[error("Passgate has ended it")]
    Closed,
    #[error("what was heard is not understood")]
    Odd,
    #[error("more is void than can be remembered")]
    TooMuch,
}

#[derive(Deserialize)]
struct Heartbeat {
    behind: u64,
}

/// Listens for ever, again and again.
pub(crate) async fn listen(inner: Arc<Inner>, client_id: String, secret: crate::builder::Secret) {
    let mut listener = Listener { inner, client_id, secret, last: None, snapshot: None, forgot_at: Instant::now() };
    let mut pause = PAUSES.0;
    loop {
        let before = listener.last.clone();
        let Err(ended) = listener.once().await;
        if listener.last != before {
            pause = PAUSES.0;
        }
        match ended {
            Ended::Closed => tracing::debug!(why = %ended, "the feed of revocations is opened again"),
            _ => tracing::warn!(why = %ended, "the feed of revocations is lost and is opened again"),
        }
        tokio::time::sleep(jittered(pause)).await;
        pause = pause.saturating_mul(2).min(PAUSES.1);
    }
}

/// Half of the pause at least, so that many listeners do not come back together.
fn jittered(pause: Duration) -> Duration {
    let share = u32::try_from(now_millis().rem_euclid(256)).unwrap_or(0);
    pause.mul_f64(0.5 + f64::from(share) / 512.0)
}

struct Listener {
    inner: Arc<Inner>,
    client_id: String,
    secret: crate::builder::Secret,
    /// The id of the last event.
    last: Option<String>,
    /// A snapshot of which more is to come.
    snapshot: Option<Void>,
    forgot_at: Instant,
}

impl Listener {
    async fn once(&mut self) -> Result<std::convert::Infallible, Ended> {
        let away = |error: reqwest::Error| Ended::Away(error.without_url().to_string());
        self.snapshot = None;
        let places = self.inner.places().await.map_err(|error| Ended::Away(error.to_string()))?;
        let mut request = self
            .inner
            .http
            .get(places.feed)
            .basic_auth(&self.client_id, Some(&self.secret.0))
            .header("accept", "text/event-stream");
        if let Some(last) = &self.last {
            request = request.header("last-event-id", last);
        }
        let response = tokio::time::timeout(BEGINNING, request.send()).await.map_err(|_| Ended::Silent)?;
        let mut response: Response = response.map_err(away)?;
        if response.status() != StatusCode::OK {
            return Err(Ended::Refused(response.status()));
        }
        let mut heard = Vec::new();
        loop {
            let chunk = tokio::time::timeout(SILENCE, response.chunk()).await.map_err(|_| Ended::Silent)?;
            heard.extend_from_slice(&chunk.map_err(away)?.ok_or(Ended::Closed)?);
            while let Some(end) = heard.windows(2).position(|two| two == b"\n\n") {
                let event: Vec<u8> = heard.drain(..end.saturating_add(2)).collect();
                self.hear(std::str::from_utf8(&event).map_err(|_| Ended::Odd)?)?;
            }
            if heard.len() > MOST_BYTES {
                return Err(Ended::Odd);
            }
        }
    }

    /// Takes in one event. Of kinds that it does not know it takes the id only.
    fn hear(&mut self, event: &str) -> Result<(), Ended> {
        let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let Some(data) = field("data") else { return Ok(()) };
        match field("event") {
            Some("heartbeat") => {
                let Heartbeat { behind } = serde_json::from_str(data).map_err(|_| Ended::Odd)?;
                self.inner.is_current(Instant::now().checked_sub(Duration::from_millis(behind)));
            }
            Some(kind @ ("snapshot" | "change")) => {
                let told: Statements = serde_json::from_str(data).map_err(|_| Ended::Odd)?;
                self.learn(told, kind == "snapshot")?;
            }
            _ => {}
        }
        if let Some(id) = field("id") {
            self.last = Some(id.to_owned());
        }
        self.forget();
        Ok(())
    }

    fn learn(&mut self, told: Statements, is_snapshot: bool) -> Result<(), Ended> {
        let now = now_millis();
        if told.keys_changed || is_snapshot && self.last.is_some() {
            self.inner.fetch_soon();
        }
        let more = told.more;
        if is_snapshot {
            let mut snapshot = self.snapshot.take().unwrap_or_default();
            snapshot.learn(told, now).map_err(|_| Ended::TooMuch)?;
            if more {
                self.snapshot = Some(snapshot);
            } else {
                self.inner.replace_void(snapshot);
            }
            return Ok(());
        }
        self.inner.change_void(|void| void.learn(told, now)).map_err(|_| {
            // What was not remembered has to be told again.
            self.last = None;
            Ended::TooMuch
        })
    }

    fn forget(&mut self) {
        if self.forgot_at.elapsed() >= FORGET {
            self.forgot_at = Instant::now();
            self.inner.change_void(|void| void.forget(now_millis()));
        }
    }
}
