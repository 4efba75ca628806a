//! `/admin/v1/events`: who changed what, and when.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::page::{Asked, Page, PageQuery};
use crate::app::App;
use crate::domain::time::Timestamp;
use crate::http::auth::Operator;
use crate::http::envelope::private_json;
use crate::http::error::{AdminErrors, PageErrors, Problem};
use crate::store::event::LoggedEvent;

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
}

impl From<LoggedEvent> for EventBody {
    fn from(event: LoggedEvent) -> Self {
        let detail = match event.detail {
            serde_json::Value::Object(detail) => detail,
            _ => serde_json::Map::new(),
        };
        Self {
            seq: event.seq,
            at: event.at,
            actor: event.actor,
            address: event.address,
            action: event.action,
            entity_id: event.entity_id,
            subject: event.subject,
            detail,
        }
    }
}

/// List the changes, the newest first.
#[utoipa::path(
    get, path = "/admin/v1/events", tag = "Admin", operation_id = "listEvents",
    security(("operator_token" = [])), params(PageQuery),
    responses(
        (status = 200, description = "A page of changes", body = Page<EventBody>),
        AdminErrors,
        PageErrors,
    )
)]
pub async fn list(State(app): State<Arc<App>>, _: Operator, asked: Asked) -> Result<Response, Problem> {
    let before = asked.cursor::<1>().and_then(|[seq]| seq.parse().ok()).unwrap_or(i64::MAX);
    let events = app.store.events_before(before, None, asked.fetch()).await?;
    Ok(private_json(StatusCode::OK, &asked.page(&app, events, |event| vec![event.seq.to_string()], EventBody::from)))
}
