//! The list of business entities: searched by name, identifier or Client Id, filtered by how they stand, 25 a page.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::path_of;
use super::sparkline::sparkline;
use super::standing::{Day, Made, Standing, day, made};
use crate::app::App;
use crate::domain::id::{ClientId, EntityId};
use crate::http::console::form::Query;
use crate::http::console::frame::{Frame, page};
use crate::http::console::look::Theme;
use crate::http::console::moments::grouped;
use crate::http::console::visitor::Operator;
use crate::http::console::words::{Text, Words};
use crate::http::error::Problem;
use crate::store::listing::{Listed, Totals, Which};

/// Entities a page.
const PAGE: usize = 25;
/// Longest search, in characters.
const LONGEST_SEARCH: usize = 100;
/// The tabs and their words in the query.
const TABS: [(Which, &str); 7] = [
    (Which::All, ""),
    (Which::Active, "active"),
    (Which::Rotating, "rotating"),
    (Which::Ending, "ending"),
    (Which::Locked, "locked"),
    (Which::Disabled, "disabled"),
    (Which::Invited, "invited"),
];

#[derive(Template)]
#[template(path = "operator/entities.html")]
struct Entities {
    frame: Frame,
    tabs: Vec<Tab>,
    status: &'static str,
    search: String,
    rows: Vec<Row>,
    has_any: bool,
    first: Option<String>,
    next: Option<String>,
}

struct Tab {
    name: Text,
    href: String,
    count: Option<String>,
    is_current: bool,
}

struct Row {
    href: String,
    name: String,
    identifier: String,
    standing: Standing,
    stops: String,
    last: Option<Text>,
    line: Option<Text>,
    day: Day,
    made: Option<Made>,
}

/// The page.
pub async fn get(State(app): State<Arc<App>>, operator: Operator, query: Query) -> Result<Response, Problem> {
    let (w, now) = (operator.0.look.words, app.now());
    let asked = query.value("status");
    let (which, status) = TABS.into_iter().find(|(_, word)| *word == asked).unwrap_or((Which::All, ""));
    let search: String = query.value("q").trim().chars().take(LONGEST_SEARCH).collect();
    let totals = app.store.totals(now).await?;
    let mut listed = match ClientId::parse(&search) {
        Some(client_id) => app.store.entity_listed_of(&client_id).await?.into_iter().collect(),
        None => {
            let after = (query.value("after"), query.value("id"));
            let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
            app.store.entities_listed(which, &search, after, limit, now).await?
        }
    };
    let has_more = listed.len() > PAGE;
    listed.truncate(PAGE);
    let here = "/operator/entities";
    let next = listed
        .last()
        .filter(|_| has_more)
        .map(|last| query.link(here, &[("after", &last.sorted_as), ("id", last.id.as_str())]));
    let shown = Entities {
        frame: Frame::of_operator(&app, &operator, "entities").await?,
        tabs: tabs(w, &totals, which, &query),
        status,
        rows: rows(&app, w, &listed, which).await?,
        has_any: totals.active.saturating_add(totals.disabled) > 0,
        first: query.get("after").map(|_| query.link(here, &[("after", ""), ("id", "")])),
        next,
        search,
    };
    Ok(page(&app, operator.0.look, &shown))
}

fn tabs(w: Words, totals: &Totals, which: Which, query: &Query) -> Vec<Tab> {
    let tab = |(tab, word): (Which, &str)| {
        let (name, count) = match tab {
            Which::All => (w.text("op-all"), Some(totals.active.saturating_add(totals.disabled))),
            Which::Active => (w.text("active"), Some(totals.active)),
            Which::Rotating => (w.text("rotating"), Some(totals.rotating)),
            Which::Ending => (w.text("op-ending"), Some(totals.ending)),
            Which::Locked => (w.text("op-locked"), Some(totals.locked)),
            Which::Disabled => (w.text("status-disabled"), Some(totals.disabled)),
            // Counting those would read every entity.
            Which::Invited => (w.text("op-without-credentials"), None),
        };
        Tab {
            name,
            href: query.link("/operator/entities", &[("status", word), ("after", ""), ("id", "")]),
            count: count.map(|count| grouped(count, w)),
            is_current: tab == which,
        }
    };
    TABS.into_iter().map(tab).collect()
}

async fn rows(app: &App, w: Words, listed: &[Listed], which: Which) -> Result<Vec<Row>, Problem> {
    if listed.is_empty() {
        return Ok(Vec::new());
    }
    let now = app.now();
    let ids: Vec<EntityId> = listed.iter().map(|entity| entity.id).collect();
    let holdings = app.store.holdings(&ids, now).await?;
    let activities = app.store.activity(&ids, now).await?;
    let all = listed.iter().zip(&holdings).zip(&activities);
    let row = |((entity, holding), activity): ((&Listed, _), &crate::store::request_count::Activity)| {
        let holding: &crate::store::listing::Holding = holding;
        let standing = Standing::of(entity.status, entity.settings.account_lock, holding, now);
        Row {
            href: path_of(&entity.identifier, entity.id.as_str()),
            name: entity.name.clone(),
            identifier: entity.identifier.clone(),
            standing,
            stops: standing.until().map(|end| w.moment_text(end)).unwrap_or_default(),
            last: activity.last_issued_at.map(|at| w.ago(at, now)),
            line: sparkline(&activity.hours),
            day: day(w, activity.issued, activity.failed),
            made: holding.secret_made_at.map(|at| made(w, at, now)),
        }
    };
    // A lock that has opened by itself still stands in its row until the next request.
    Ok(all.map(row).filter(|row| which != Which::Locked || row.standing == Standing::Locked).collect())
}
