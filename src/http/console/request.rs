//! A token request as *Requests* shows it: as a row of the log, and alone.

use super::causes::{self, Told};
use super::chart::{Period, short_day};
use super::form::Query;
use super::frame::key;
use super::moments::tenths;
use super::visitor::Insider;
use super::words::{Text, Words, escaped};
use crate::app::App;
use crate::domain::time::Timestamp;
use crate::domain::token::Door;
use crate::http::error::Problem;
use crate::store::request::{Failure, Filter, TokenRequest};
use crate::store::secret::SecretFacts;

/// A request in the log.
pub struct Row {
    /// When.
    pub at: Text,
    /// Whether it got a token.
    pub is_issued: bool,
    /// Its status in words.
    pub result: Text,
    /// Where it was sent, or why it failed.
    pub detail: Text,
    /// What the secret begins with.
    pub hint: String,
    /// From where.
    pub address: Text,
    /// How long the answer took.
    pub millis: String,
    /// Its id.
    pub id: String,
    /// The beginning of it.
    pub short_id: String,
    /// The page of it alone.
    pub href: String,
}

/// A request alone.
pub struct One {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Text,
    /// Whether it got a token.
    pub is_issued: bool,
    /// Its status and what that means.
    pub title: String,
    /// Why it failed, and what mends it.
    pub told: Option<Told>,
    /// Who asked.
    pub client_id: String,
    /// What the secret begins with.
    pub hint: String,
    /// Where it was sent.
    pub door: &'static str,
    /// From where.
    pub address: String,
    /// How long the answer took.
    pub millis: Text,
}

impl Row {
    /// The row of a request.
    pub fn of(insider: &Insider, request: &TokenRequest, period: Period) -> Self {
        let w = insider.visitor.look.words;
        let id = &request.request_id;
        let is_issued = request.status == 200;
        let word = if is_issued { key("result-issued") } else { key("result-refused") };
        Self {
            at: row_time(w, request.at, period),
            is_issued,
            result: w.with(word, [("status", &request.status)]),
            detail: if is_issued {
                Text::trusted(door(request.door).to_owned())
            } else {
                causes::why(w, &request.code, &request.reason)
            },
            hint: request.secret_hint.clone(),
            // An address of IPv6 may be broken between its parts.
            address: Text::trusted(escaped(&request.address).replace(':', ":<wbr>")),
            millis: millis(w, request.micros),
            short_id: id.chars().take(12).collect(),
            href: Query::default().link(&insider.path("requests"), &[("request", id)]),
            id: id.clone(),
        }
    }
}

impl One {
    /// The request of this id, if it is kept.
    pub async fn find(app: &App, insider: &Insider, id: &str) -> Result<Option<Self>, Problem> {
        let (w, entity_id) = (insider.visitor.look.words, &insider.entity.id);
        let filter = Filter { text: Some(id.to_owned()), ..Filter::default() };
        let found = app.store.token_requests(entity_id, &filter, None, 1).await?;
        // The text may be an address, too: that is no request.
        let Some(request) = found.into_iter().find(|request| request.request_id == id) else { return Ok(None) };
        let is_issued = request.status == 200;
        let told = if is_issued {
            None
        } else {
            let facts: Vec<SecretFacts> =
                app.store.secrets_of(entity_id).await?.into_iter().map(|(_, facts)| facts).collect();
            Some(causes::told(insider, &alone(&request), &facts, app.now()))
        };
        Ok(Some(Self {
            at: w.log_moment(request.at),
            is_issued,
            title: format!("{} {}", request.status, causes::title(insider, &request.code)),
            told,
            client_id: request.client_id,
            hint: request.secret_hint,
            door: door(request.door),
            address: request.address,
            millis: w.with("milliseconds", [("number", &millis(w, request.micros))]),
            id: request.request_id,
        }))
    }
}

/// "20:58:14", or "22 Nov 20:58:14" where that says more; it does not break.
fn row_time(w: Words, at: Timestamp, period: Period) -> Text {
    let seconds = at.seconds().rem_euclid(86_400);
    let (hours, minutes) = (seconds.div_euclid(3600), seconds.rem_euclid(3600).div_euclid(60));
    let clock = format!("{hours:02}:{minutes:02}:{:02}", seconds.rem_euclid(60));
    let shown = match period {
        Period::Day => clock,
        Period::Week | Period::Month => format!("{} {clock}", short_day(w, at)).replace(' ', "\u{a0}"),
    };
    Text::trusted(format!("<time datetime=\"{at}\" title=\"{}\">{shown}</time>", w.moment_text(at)))
}

const fn door(door: Door) -> &'static str {
    match door {
        Door::Integration => "/api/v1/access-token",
        Door::OAuth => "/oauth/token",
    }
}

/// Milliseconds, with one decimal where that says something.
pub fn millis(w: Words, micros: i64) -> String {
    if micros < 10_000 { tenths(micros.div_euclid(100), w) } else { micros.div_euclid(1000).to_string() }
}

/// A request as the only one of its cause.
fn alone(request: &TokenRequest) -> Failure {
    Failure {
        status: request.status,
        code: request.code.clone(),
        reason: request.reason.clone(),
        count: 1,
        first_at: request.at,
        last_at: request.at,
        addresses: 1,
        example_address: request.address.clone(),
        example_secret_hint: request.secret_hint.clone(),
    }
}
