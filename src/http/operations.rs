//! What keeps the service running: liveness, readiness, metrics.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::Operator;
use super::envelope::private_json;
use super::error::Problem;
use super::origin::Origin;
use crate::app::App;
use crate::app::metrics::Now;

/// The process is alive.
#[derive(Serialize, ToSchema)]
#[schema(as = Health)]
pub struct HealthBody {
    /// Always `ok`.
    status: &'static str,
}

/// Whether each thing that a token needs is there.
#[derive(Serialize, ToSchema)]
#[schema(as = Readiness)]
pub struct ReadyBody {
    /// `ready`; `degraded` while the database is away and this node answers from memory; or `not ready`.
    status: &'static str,
    /// Whether the database answers.
    database: bool,
    /// Whether there is a key to sign with.
    signing_key: bool,
    /// How old what this node knows of others' changes is, in seconds; past `outage_tolerance_seconds` it is not ready.
    age_seconds: u64,
}

/// Say that the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "Operations", operation_id = "healthz", responses((status = 200, description = "It is", body = HealthBody)))]
pub async fn healthz() -> Response {
    private_json(StatusCode::OK, &HealthBody { status: "ok" })
}

/// Say whether requests can be answered.
///
/// While the database is away, tokens of clients that this node knows are issued and verified from memory for
/// `outage_tolerance_seconds`: `degraded`, and still 200, so that no load balancer takes every node out at once.
#[utoipa::path(
    get, path = "/readyz", tag = "Operations", operation_id = "readyz",
    responses((status = 200, description = "They can", body = ReadyBody), (status = 503, description = "They cannot", body = ReadyBody))
)]
pub async fn readyz(State(app): State<Arc<App>>) -> Response {
    let database = app.has_database().await;
    let signing_key = app.signer.can_sign();
    let age = app.knowledge_age();
    let (status, word) = match (signing_key, database) {
        (true, true) => (StatusCode::OK, "ready"),
        (true, false) if age <= app.outage_tolerance() => (StatusCode::OK, "degraded"),
        (true | false, false) | (false, true) => (StatusCode::SERVICE_UNAVAILABLE, "not ready"),
    };
    private_json(status, &ReadyBody { status: word, database, signing_key, age_seconds: age.as_secs() })
}

/// Counters, for a scraper on this machine or an operator: they tell how many clients there are.
pub async fn local_metrics(
    app: State<Arc<App>>,
    Origin { address, .. }: Origin,
    headers: HeaderMap,
    operator: Result<Operator, Problem>,
) -> Result<Response, Problem> {
    let is_local =
        address.is_loopback() && !headers.contains_key("x-forwarded-for") && !headers.contains_key("forwarded");
    if !is_local {
        operator?;
    }
    Ok(metrics(app).await)
}

/// Counters in the OpenMetrics text format.
pub async fn metrics(State(app): State<Arc<App>>) -> Response {
    let now = Now {
        known_credentials: app.known.len(),
        database: app.store.connections(),
        has_database: !app.follower.is_failing(),
        followed: app.knowledge_age(),
    };
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-store")], app.metrics.render(now))
        .into_response()
}
