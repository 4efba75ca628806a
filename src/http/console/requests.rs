//! *Requests*: the token requests of an entity, what failures have in common, and what mends them. Every filter and every
//! page is a link.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::causes::{self, Told};
use super::chart::{Chart, Columns, Period, columns, success, total};
use super::form::Query;
use super::frame::{Frame, page};
use super::look::Theme;
use super::moments::grouped;
use super::paging::Page;
use super::pair::credentials;
use super::request::{One, Row, millis};
use super::visitor::Insider;
use super::words::{Text, Words};
use crate::app::App;
use crate::domain::id::ClientId;
use crate::domain::time::Timestamp;
use crate::http::error::Problem;
use crate::store::request::{Failure, Filter};
use crate::store::secret::SecretFacts;

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

/// The page.
pub async fn get(State(app): State<Arc<App>>, insider: Insider, query: Query) -> Result<Response, Problem> {
    let w = insider.visitor.look.words;
    let path = insider.path("requests");
    let period = Period::parse(query.value("period")).unwrap_or(Period::Day);
    let view = match query.get("request") {
        Some(id) => View::One(One::find(&app, &insider, id).await?.map(Box::new)),
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
    let facts: Vec<SecretFacts> = secrets.iter().map(|(_, facts)| facts.clone()).collect();
    let failures = app.store.token_failures(entity_id, since).await?;
    let groups = failures.iter().map(|failure| group(insider, failure, &facts, (query, period), now)).collect();
    let names: Vec<(String, String)> =
        all.iter().map(|used| (used.credential.client_id.to_string(), used.credential.name.clone())).collect();
    let (store, filter) = (&app.store, &filter(query, since));
    let page = Page::read(
        query,
        |before, most| store.token_requests(entity_id, filter, before, most),
        |after, most| store.token_requests_after(entity_id, filter, after, most),
    );
    let page = page.await?;
    let (newer, older) = page.links(query, &path, |request| request.id);
    let list = |link: String| format!("{link}#all");
    let count = app.store.count_token_requests(entity_id, filter).await?;
    let is_whole = filter_is_only_since(filter);
    let shown = grouped(i64::try_from(page.rows.len()).unwrap_or(0), w);
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
        rows: page.rows.iter().map(|request| Row::of(insider, request, period)).collect(),
        newer: newer.map(list),
        older: older.map(list),
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
            median
                .map_or_else(|| w.text("no-figure"), |micros| w.with("milliseconds", [("number", &millis(w, micros))])),
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
        let live =
            secrets.iter().filter(|(of, facts)| of == client_id && facts.ends_at().is_none_or(|end| end > since));
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
