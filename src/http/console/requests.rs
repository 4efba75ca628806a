//! *Requests*: the token requests of an entity, what failures have in common, and what mends them. Every filter and every
//! page is a link.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::causes::{self, Told};
use super::chart::{Chart, Columns, Period, columns, short_day, success, total};
use super::form::Query;
use super::frame::{Frame, key, page};
use super::generate_credentials::credentials;
use super::look::Theme;
use super::moments::grouped;
use super::visitor::Insider;
use super::words::{Text, Words, escaped};
use crate::app::App;
use crate::domain::id::ClientId;
use crate::domain::time::Timestamp;
use crate::domain::token::Door;
use crate::http::error::Problem;
use crate::store::request::{Failure, Filter, TokenRequest};
use crate::store::secret::SecretFacts;

/// Rows of a page.
const ROWS: i64 = 25;
/// Statuses that a token request commonly ends with.
const STATUSES: [u16; 6] = [200, 400, 401, 412, 429, 503];

#[derive(Template)]
#[template(path = "requests.html")]
struct Requests {
    frame: Frame,
    entity: String,
    path: String,
    token_page: String,
    credentials_page: String,
    periods: Vec<(Text, String, bool)>,
    view: View,
}

enum View {
    /// Nothing was ever asked for.
    Nothing { has_credentials: bool },
    /// One request, if it is kept.
    One(Option<Box<One>>),
    /// The log.
    Log(Box<Log>),
}

struct Log {
    period: &'static str,
    figures: [(Text, Text); 4],
    chart: Option<Chart>,
    table: String,
    month: String,
    has_failures: bool,
    groups: Vec<Group>,
    text: String,
    codes: Vec<(String, bool)>,
    secrets: Vec<Secrets>,
    only: Option<(String, Text)>,
    all: String,
    rows: Vec<Row>,
    count: Text,
    is_sample: bool,
    newer: Option<String>,
    older: Option<String>,
}

/// Failures with one cause.
struct Group {
    title: String,
    told: Told,
    count: String,
    first: Text,
    last: Text,
    rows: String,
}

/// The choice of secrets of one credential; it has a name if there are several.
struct Secrets {
    credential: Option<String>,
    options: Vec<(String, String, bool)>,
}

struct Row {
    at: Text,
    is_issued: bool,
    result: Text,
    detail: Text,
    hint: String,
    address: Text,
    millis: String,
    id: String,
    short_id: String,
    href: String,
}

struct One {
    id: String,
    at: Text,
    is_issued: bool,
    title: String,
    told: Option<Told>,
    client_id: String,
    hint: String,
    door: &'static str,
    address: String,
    millis: Text,
}

/// The page.
pub async fn get(State(app): State<Arc<App>>, insider: Insider, query: Query) -> Result<Response, Problem> {
    let w = insider.visitor.look.words;
    let path = insider.path("requests");
    let period = Period::parse(query.value("period")).unwrap_or(Period::Day);
    let view = match query.get("request") {
        Some(id) => View::One(one(&app, &insider, id).await?),
        None => log(&app, &insider, &query, period).await?,
    };
    let other = |other: Period| {
        let link = query.link(&path, &[("period", other.as_str()), ("before", ""), ("after", ""), ("request", "")]);
        (w.text(other.name()), link, other == period)
    };
    let shown = Requests {
        frame: Frame::of_entity(&app, &insider, "requests").await?,
        entity: insider.entity.name.clone(),
        token_page: insider.path("get-access-token"),
        credentials_page: insider.path("generate-credentials"),
        periods: Period::ALL.map(other).into(),
        path,
        view,
    };
    Ok(page(&app, insider.visitor.look, &shown))
}

async fn log(app: &App, insider: &Insider, query: &Query, period: Period) -> Result<View, Problem> {
    let (w, now, entity_id) = (insider.visitor.look.words, app.now(), &insider.entity.id);
    let path = insider.path("requests");
    let counted = columns(app, entity_id, period).await?;
    let sum = counted.sum();
    let all = credentials(app, insider).await?;
    if total(&sum) == 0 && total(&columns(app, entity_id, Period::Month).await?.sum()) == 0 {
        return Ok(View::Nothing { has_credentials: !all.is_empty() });
    }
    let secrets = app.store.secrets_of(entity_id).await?;
    let since = period.begins(now);
    let filter = filter(query, since);
    let facts: Vec<SecretFacts> = secrets.iter().map(|(_, facts)| facts.clone()).collect();
    let failures = app.store.token_failures(entity_id, since).await?;
    let groups = failures.iter().map(|failure| group(insider, failure, &facts, (query, period), now)).collect();
    let names: Vec<(String, String)> =
        all.iter().map(|used| (used.credential.client_id.to_string(), used.credential.name.clone())).collect();
    let (rows, newer, older) = rows(app, insider, query, &filter).await?;
    let count = app.store.count_token_requests(entity_id, &filter).await?;
    let is_whole = filter_is_only_since(&filter);
    let shown = grouped(i64::try_from(rows.len()).unwrap_or(0), w);
    Ok(View::Log(Box::new(Log {
        period: period.as_str(),
        figures: figures(app, insider, &counted).await?,
        chart: (total(&sum) > 0).then(|| counted.chart(w)),
        table: format!("{}#table", Query::default().link(&insider.path("usage"), &[("period", period.as_str())])),
        month: query.link(&path, &[("period", Period::Month.as_str()), ("before", ""), ("after", "")]),
        has_failures: sum.failed > 0,
        groups,
        text: query.value("q").chars().take(64).collect(),
        codes: codes(filter.status),
        secrets: choices(w, query.value("secret"), &names, &secrets, now),
        only: query
            .get("cause")
            .map(|code| (causes::title(insider, code), causes::why(w, code, query.value("reason")))),
        all: Query::default().link(&path, &[("period", period.as_str())]),
        count: w.with("shown-of", [("shown", &shown), ("count", &grouped(count, w))]),
        is_sample: is_whole && count < total(&sum),
        rows: rows.iter().map(|request| row(insider, request, period)).collect(),
        newer,
        older,
    })))
}

/// What the links ask for.
fn filter(query: &Query, since: Timestamp) -> Filter {
    let secret = query.get("secret");
    let cause = query.get("cause");
    Filter {
        since: Some(since),
        until: None,
        status: query.get("code").and_then(|code| code.parse().ok()),
        client_id: secret.and_then(ClientId::parse),
        code: cause.map(str::to_owned),
        // A cause without a reason is one of its own.
        reason: cause.map(|_| query.value("reason").to_owned()),
        secret_hint: secret.filter(|secret| ClientId::parse(secret).is_none()).map(str::to_owned),
        text: query.get("q").map(|text| text.trim().to_owned()),
    }
}

fn filter_is_only_since(filter: &Filter) -> bool {
    let Filter { since: _, until, status, client_id, code, reason, secret_hint, text } = filter;
    let texts = [code, reason, secret_hint, text];
    until.is_none() && status.is_none() && client_id.is_none() && texts.iter().all(|text| text.is_none())
}

/// A page of requests, and the links to those around it.
async fn rows(
    app: &App,
    insider: &Insider,
    query: &Query,
    filter: &Filter,
) -> Result<(Vec<TokenRequest>, Option<String>, Option<String>), Problem> {
    let (store, entity_id, most) = (&app.store, &insider.entity.id, ROWS.saturating_add(1));
    let is_full = |rows: &Vec<TokenRequest>| rows.len() > usize::try_from(ROWS).unwrap_or(usize::MAX);
    let (mut before, after) = (query.get("before").and_then(|id| id.parse().ok()), query.get("after"));
    let mut found = None;
    if let Some(after) = after.and_then(|id| id.parse().ok()) {
        let mut rows = store.token_requests_after(entity_id, filter, after, most).await?;
        // With fewer it is the first page, which is then shown in full.
        if is_full(&rows) {
            rows.remove(0);
            found = Some((rows, true, true));
        }
        before = None;
    }
    let (rows, is_newer, is_older) = match found {
        Some(found) => found,
        None => {
            let mut rows = store.token_requests(entity_id, filter, before, most).await?;
            let is_older = is_full(&rows);
            rows.truncate(usize::try_from(ROWS).unwrap_or(usize::MAX));
            (rows, before.is_some(), is_older)
        }
    };
    let path = insider.path("requests");
    let link = |name: &str, other: &str, row: Option<&TokenRequest>| {
        row.map(|row| format!("{}#all", query.link(&path, &[(name, row.id.to_string().as_str()), (other, "")])))
    };
    let newer = if is_newer { link("after", "before", rows.first()) } else { None };
    let older = if is_older { link("before", "after", rows.last()) } else { None };
    Ok((rows, newer, older))
}

async fn figures(app: &App, insider: &Insider, counted: &Columns) -> Result<[(Text, Text); 4], Problem> {
    let w = insider.visitor.look.words;
    let sum = counted.sum();
    let median = app.store.median_micros(&insider.entity.id, sum.begins).await?;
    let number = |number| Text::trusted(grouped(number, w));
    Ok([
        (w.text("requests"), number(total(&sum))),
        (w.text("succeeded"), success(w, &sum)),
        (w.text("failed"), number(sum.failed)),
        (
            w.text("median-answer"),
            median.map_or_else(|| w.text("no-figure"), |micros| w.with("milliseconds", [("number", &millis(micros))])),
        ),
    ])
}

fn group(
    insider: &Insider,
    failure: &Failure,
    secrets: &[SecretFacts],
    (query, period): (&Query, Period),
    now: Timestamp,
) -> Group {
    let w = insider.visitor.look.words;
    let time = |at: Timestamp| match period {
        Period::Day => Text::trusted(format!("<time datetime=\"{at}\">{}</time>", w.clock(at))),
        Period::Week | Period::Month => w.log_moment(at),
    };
    let changes = [
        ("code", failure.status.to_string()),
        ("cause", failure.code.clone()),
        ("reason", failure.reason.clone()),
        ("secret", String::new()),
        ("q", String::new()),
        ("before", String::new()),
        ("after", String::new()),
    ];
    let changes: Vec<(&str, &str)> = changes.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Group {
        title: format!("{} {}", failure.status, causes::title(insider, &failure.code)),
        told: causes::told(insider, failure, secrets, now),
        count: grouped(failure.count, w),
        first: time(failure.first_at),
        last: time(failure.last_at),
        rows: format!("{}#all", query.link(&insider.path("requests"), &changes)),
    }
}

fn codes(chosen: Option<u16>) -> Vec<(String, bool)> {
    let other = chosen.filter(|status| !STATUSES.contains(status));
    STATUSES.into_iter().chain(other).map(|status| (status.to_string(), chosen == Some(status))).collect()
}

/// The secrets to choose from: those that were live in the time that requests are kept for.
fn choices(
    w: Words,
    chosen: &str,
    names: &[(String, String)],
    secrets: &[(String, SecretFacts)],
    now: Timestamp,
) -> Vec<Secrets> {
    let since = Period::Month.begins(now);
    let option = |value: &str, label: String| (value.to_owned(), label, chosen == value);
    let of_credential = |(client_id, name): &(String, String)| {
        let live = secrets.iter().filter(|(of, facts)| of == client_id && facts.stops_at.is_none_or(|end| end > since));
        let hints = live.map(|(_, facts)| option(&facts.hint, format!("{}…", facts.hint)));
        if names.len() > 1 {
            let all = option(client_id, w.plain_with("secrets-of", [("name", name)]));
            Secrets { credential: Some(name.clone()), options: std::iter::once(all).chain(hints).collect() }
        } else {
            Secrets { credential: None, options: hints.collect() }
        }
    };
    names.iter().map(of_credential).collect()
}

fn row(insider: &Insider, request: &TokenRequest, period: Period) -> Row {
    let w = insider.visitor.look.words;
    let id = &request.request_id;
    let is_issued = request.status == 200;
    let word = if is_issued { key("result-issued") } else { key("result-refused") };
    Row {
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
        millis: millis(request.micros),
        short_id: id.chars().take(12).collect(),
        href: Query::default().link(&insider.path("requests"), &[("request", id)]),
        id: id.clone(),
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
fn millis(micros: i64) -> String {
    if micros < 10_000 {
        format!("{}.{}", micros.div_euclid(1000), micros.rem_euclid(1000).div_euclid(100))
    } else {
        micros.div_euclid(1000).to_string()
    }
}

async fn one(app: &App, insider: &Insider, id: &str) -> Result<Option<Box<One>>, Problem> {
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
    Ok(Some(Box::new(One {
        at: w.log_moment(request.at),
        is_issued,
        title: format!("{} {}", request.status, causes::title(insider, &request.code)),
        told,
        client_id: request.client_id,
        hint: request.secret_hint,
        door: door(request.door),
        address: request.address,
        millis: w.with("milliseconds", [("number", &millis(request.micros))]),
        id: request.request_id,
    })))
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
