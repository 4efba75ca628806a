//! `/admin/v1/events`: who changed what, and when.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::response::Response;
use http::StatusCode;
use http::request::Parts;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::page::{Asked, Page, PageQuery};
use crate::app::{App, Error};
use crate::domain::chain::Anchor;
use crate::domain::event::Action;
use crate::domain::time::{Timestamp, bound};
use crate::http::auth::Operator;
use crate::http::console::csv;
use crate::http::envelope::private_json;
use crate::http::error::{AdminErrors, MissingErrors, PageErrors, Problem};
use crate::http::export::{self, Format, json_line};
use crate::store::chain::Ends;
use crate::store::event::{Filter, ToldEvent};

/// A change.
#[derive(Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventBody {
    /// Its number, from 1, without gaps.
    seq: i64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// By whom: `cli`, `system`, `operator:` or `person:` and a name, `client:` and a Client Id.
    actor: String,
    /// From which address; `null` if not over the network.
    #[schema(required = true)]
    address: Option<String>,
    /// What.
    #[schema(example = "credential.regenerated")]
    action: String,
    /// Of which entity.
    #[schema(required = true)]
    entity_id: Option<String>,
    /// The id of the thing changed.
    subject: String,
    /// Details for people. Never a secret.
    detail: serde_json::Map<String, serde_json::Value>,
    /// When it was chained, if that was later than it was written; `null` otherwise.
    #[schema(required = true, value_type = Option<String>, format = DateTime)]
    chained_at: Option<Timestamp>,
    /// The hash of the event before; `null` until it is chained.
    #[schema(required = true)]
    previous_hash: Option<String>,
    /// Its own hash: HMAC-SHA-256 over its columns and the previous hash; `null` until it is chained.
    #[schema(required = true)]
    hash: Option<String>,
}

impl From<ToldEvent> for EventBody {
    fn from(told: ToldEvent) -> Self {
        let event = told.event;
        let detail = match event.detail {
            serde_json::Value::Object(detail) => detail,
            _ => serde_json::Map::new(),
        };
        let (previous_hash, hash) = told.link.map(|link| (link.previous, link.hash)).unzip();
        Self {
            seq: event.seq,
            at: event.at,
            actor: event.actor,
            address: event.address,
            action: event.action,
            entity_id: event.entity_id,
            subject: event.subject,
            detail,
            chained_at: told.chained_at,
            previous_hash,
            hash,
        }
    }
}

/// Which changes are asked for.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "the query is read name by name; this documents it")]
pub struct FilterQuery {
    /// Of this entity: id or identifier.
    entity: Option<String>,
    /// What was done, such as `credential.regenerated`.
    action: Option<String>,
    /// By an actor whose text holds this, whatever the case of its letters.
    actor: Option<String>,
    /// From this moment on: a date and time, or a date (UTC).
    from: Option<String>,
    /// Before this moment, or up to the end of this date (UTC).
    to: Option<String>,
}

/// The page of changes that a request asks for.
pub struct AskedEvents {
    asked: Asked,
    filter: Filter,
    format: Option<Format>,
}

impl FromRequestParts<Arc<App>> for AskedEvents {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let (mut filter, mut entity, mut format) = (Filter::default(), None, None);
        let malformed = |why: &str| Problem::Malformed(why.to_owned());
        let is_export = parts.uri.path().ends_with("/export");
        let asked = Asked::read(parts, app, |name, text| {
            let time = |is_end| bound(text, is_end).map_err(|error| Problem::Malformed(format!("{name} is {error}.")));
            match name {
                "entity" => entity = Some(text.to_owned()),
                "action" => {
                    filter.actions = vec![Action::parse(text).ok_or_else(|| malformed("There is no such action."))?];
                }
                "actor" => text.clone_into(&mut filter.actor),
                "from" => filter.since = Some(time(false)?),
                "to" => filter.until = Some(time(true)?),
                "format" if is_export => {
                    format = Some(Format::parse(text).ok_or_else(|| malformed("format must be jsonl or csv."))?);
                }
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        if filter.actor.contains('\0') {
            return Err(malformed("actor cannot hold a NUL."));
        }
        if let Some(name) = entity {
            filter.entity_id = Some(match app.find_entity(&name).await {
                Ok(entity) => entity.id.to_string(),
                Err(Error::NotFound(what)) => return Err(Problem::NotFound(what)),
                Err(error) => return Err(error.into()),
            });
        }
        Ok(Self { asked, filter, format })
    }
}

/// List the changes, the newest first.
#[utoipa::path(
    get, path = "/admin/v1/events", tag = "Admin", operation_id = "listEvents",
    security(("operator_token" = [])), params(PageQuery, FilterQuery),
    responses(
        (status = 200, description = "A page of changes", body = Page<EventBody>),
        AdminErrors,
        PageErrors,
        MissingErrors,
    )
)]
pub async fn list(
    State(app): State<Arc<App>>,
    _: Operator,
    AskedEvents { asked, filter, .. }: AskedEvents,
) -> Result<Response, Problem> {
    let before = asked.cursor::<1>().and_then(|[seq]| seq.parse().ok()).unwrap_or(i64::MAX);
    let events = app.store.events_told(before, &filter, asked.fetch()).await?;
    let key = |told: &ToldEvent| vec![told.event.seq.to_string()];
    Ok(private_json(StatusCode::OK, &asked.page(&app, events, key, EventBody::from)))
}

/// The columns of the CSV.
pub const COLUMNS: [&str; 7] = ["time", "actor", "address", "action", "entity", "subject", "detail"];

/// A line of it.
pub fn csv_line(told: &ToldEvent) -> String {
    let event = &told.event;
    let entity = told.entity.as_deref().or(event.entity_id.as_deref()).unwrap_or_default();
    let (at, detail) = (event.at.to_string(), event.detail.to_string());
    let address = event.address.as_deref().unwrap_or_default();
    csv::line(&[&at, &event.actor, address, &event.action, entity, &event.subject, &detail])
}

/// Every change as a file, the newest first.
#[utoipa::path(
    get, path = "/admin/v1/events/export", tag = "Admin", operation_id = "exportEvents",
    security(("operator_token" = [])), params(FilterQuery, ("format" = Option<String>, Query, nullable = false, pattern = "^(jsonl|csv)$", description = "JSON lines if left out")),
    responses(
        (status = 200, description = "One change a line: as JSON with its hashes, or as comma-separated values", content((String = "application/jsonl"), (String = "text/csv"))),
        AdminErrors,
        PageErrors,
        MissingErrors,
    )
)]
pub async fn download(
    State(app): State<Arc<App>>,
    _: Operator,
    AskedEvents { filter, format, .. }: AskedEvents,
) -> Result<Response, Problem> {
    file(app, filter, format.unwrap_or(Format::JsonLines)).await
}

/// The events as operators see them, as a file.
pub async fn file(app: Arc<App>, filter: Filter, format: Format) -> Result<Response, Problem> {
    const NAME: &str = "passgate-activity";
    match format {
        Format::JsonLines => {
            let line = |told: &ToldEvent| json_line(&EventBody::from(told.clone()));
            export::events(app, filter, (NAME, format, String::new()), line).await
        }
        Format::Csv => export::events(app, filter, (NAME, format, csv::line(&COLUMNS)), csv_line).await,
    }
}

/// Where the audit chain ends.
#[derive(Serialize, ToSchema)]
#[schema(as = AuditHead)]
pub struct HeadBody {
    /// The number of the last event.
    last_seq: i64,
    /// The number of the last event that is chained; the same, but for events of an older version in the last second.
    seq: i64,
    /// Its hash.
    hash: String,
    /// Both as `seq:hash`, to be kept outside and given to `passgate audit verify --from-anchor`.
    anchor: String,
    /// Up to this number, events have been removed because of their age; 0 if none was.
    removed_to: i64,
}

impl From<&Ends> for HeadBody {
    fn from(ends: &Ends) -> Self {
        let Anchor { seq, hash } = ends.chained.clone();
        let anchor = ends.chained.to_string();
        Self { last_seq: ends.seq, seq, hash, anchor, removed_to: ends.removed.seq }
    }
}

/// Show where the audit chain ends.
///
/// Keep the anchor somewhere that who administers this installation cannot change: it proves later that nothing before
/// it was changed.
#[utoipa::path(
    get, path = "/admin/v1/audit/head", tag = "Admin", operation_id = "showAuditHead",
    security(("operator_token" = [])),
    responses((status = 200, description = "The last event and its hash", body = HeadBody), AdminErrors)
)]
pub async fn head(State(app): State<Arc<App>>, _: Operator) -> Result<Response, Problem> {
    Ok(private_json(StatusCode::OK, &HeadBody::from(&app.store.chain_ends().await?)))
}
