//! *Usage*: how often the systems of an entity asked for a token, as a chart and as a table of the same numbers.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::chart::{Chart, Columns, Period, columns, short_day, success, total};
use super::form::Query;
use super::frame::{Frame, key, page};
use super::look::Theme;
use super::moments::grouped;
use super::pair::credentials;
use super::visitor::Insider;
use super::words::{Text, Words};
use crate::app::App;
use crate::domain::entity::Entity;
use crate::domain::quota::{Span, Standing};
use crate::http::error::Problem;
use crate::store::request_count::Counted;

#[derive(Template)]
#[template(path = "usage.html")]
struct Usage {
    frame: Frame,
    entity: String,
    token_page: String,
    credentials_page: String,
    periods: Vec<(Text, String, bool)>,
    /// Whether there are no requests in any period.
    is_nothing: bool,
    quotas: Vec<QuotaLine>,
    has_credentials: bool,
    figures: [(Text, Text); 4],
    chart: Option<Chart>,
    month: String,
    first_column: Text,
    rows: Vec<Row>,
    sum: Row,
}

/// How a limit of the quota stands.
pub struct QuotaLine {
    /// In a sentence.
    pub text: Text,
    /// Whether much of it is used, and what follows from that.
    pub notice: Option<Text>,
}

/// A line of the table.
struct Row {
    name: Text,
    requests: String,
    issued: String,
    failed: String,
    success: Text,
}

/// The page.
pub async fn get(State(app): State<Arc<App>>, insider: Insider, query: Query) -> Result<Response, Problem> {
    let (w, entity_id) = (insider.visitor.look.words, &insider.entity.id);
    let period = Period::parse(query.value("period")).unwrap_or(Period::Month);
    let counted = columns(&app, entity_id, period).await?;
    let sum = counted.sum();
    let is_quiet = total(&sum) == 0;
    let is_nothing = is_quiet && total(&columns(&app, entity_id, Period::Month).await?.sum()) == 0;
    let path = insider.path("usage");
    let link = |period: Period| Query::default().link(&path, &[("period", period.as_str())]);
    let is_day = period == Period::Day;
    let shown = Usage {
        frame: Frame::of_entity(&app, &insider, "usage").await?,
        entity: insider.entity.name.clone(),
        token_page: insider.path("get-access-token"),
        credentials_page: insider.path("generate-credentials"),
        periods: Period::ALL.map(|other| (w.text(other.name()), link(other), other == period)).into(),
        is_nothing,
        quotas: quota_lines(&app, w, &insider.entity).await?,
        has_credentials: is_nothing && !credentials(&app, &insider).await?.is_empty(),
        figures: figures(w, &counted),
        chart: (!is_quiet).then(|| counted.chart(w)),
        month: link(Period::Month),
        first_column: w.text(if is_day { key("hour-utc") } else { key("day-utc") }),
        rows: counted.all.iter().rev().map(|column| row(w, name(w, &counted, column), column)).collect(),
        sum: row(w, w.text(period.name()), &sum),
    };
    Ok(page(&app, insider.visitor.look, &shown))
}

/// How the quota of an entity stands; nothing if it has none.
pub async fn quota_lines(app: &App, w: Words, entity: &Entity) -> Result<Vec<QuotaLine>, Problem> {
    let is_dry = entity.settings.quota.is_some_and(|quota| quota.dry_run);
    let line = |standing: Standing| {
        let (used, limit) = (grouped(standing.used.into(), w), grouped(standing.limit.into(), w));
        let told = match standing.span {
            Span::Hour => key("quota-hour"),
            Span::Day => key("quota-day"),
        };
        let then = match (standing.remaining(), is_dry) {
            (_, true) => key("quota-dry-run"),
            (0, false) => key("quota-spent"),
            (_, false) => key("quota-soon"),
        };
        let text = w.with(told, [("used", &used), ("limit", &limit)]);
        QuotaLine { text, notice: standing.share().map(|_| w.text(then)) }
    };
    Ok(app.quota_standings(entity).await?.into_iter().map(line).collect())
}

fn figures(w: Words, counted: &Columns) -> [(Text, Text); 4] {
    let sum = counted.sum();
    let number = |number| Text::trusted(grouped(number, w));
    let busiest = if counted.period == Period::Day { key("busiest-hour") } else { key("busiest-day") };
    [
        (w.text("requests"), number(total(&sum))),
        (w.text("tokens-issued"), number(sum.issued)),
        (w.text("success-rate"), success(w, &sum)),
        (w.text(busiest), number(counted.busiest())),
    ]
}

/// The hour or the day, exactly.
fn name(w: Words, counted: &Columns, column: &Counted) -> Text {
    let begins = column.begins;
    match counted.period {
        Period::Day => {
            let (day, clock) = (short_day(w, begins), w.clock(begins));
            Text::trusted(format!("<time datetime=\"{begins}\">{day} {clock}</time>"))
        }
        Period::Week | Period::Month => {
            Text::trusted(format!("<time datetime=\"{begins}\">{}</time>", short_day(w, begins)))
        }
    }
}

fn row(w: Words, name: Text, column: &Counted) -> Row {
    Row {
        name,
        requests: grouped(total(column), w),
        issued: grouped(column.issued, w),
        failed: grouped(column.failed, w),
        success: success(w, column),
    }
}
