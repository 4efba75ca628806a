//! What keeps the service running: liveness, readiness, metrics.

use std::sync::Arc;
use std::sync::atomic::Ordering;

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
    /// `ready`, `not ready`, or `draining`: about to stop.
    status: &'static str,
    /// Whether the database answers.
    database: bool,
    /// Whether there is a key to sign with.
    signing_key: bool,
}

/// Say that the process is alive.
#[utoipa::path(get, path = "/healthz", tag = "Operations", operation_id = "healthz", responses((status = 200, description = "It is", body = HealthBody)))]
pub async fn healthz() -> Response {
    private_json(StatusCode::OK, &HealthBody { status: "ok" })
}

/// Say whether requests can be answered.
#[utoipa::path(
    get, path = "/readyz", tag = "Operations", operation_id = "readyz",
    responses((status = 200, description = "They can", body = ReadyBody), (status = 503, description = "They cannot", body = ReadyBody))
)]
pub async fn readyz(State(app): State<Arc<App>>) -> Response {
    let draining = app.draining.load(Ordering::Relaxed);
    let database = app.counted(app.store.ping().await).is_ok();
    let signing_key = app.signer.can_sign();
    let (status, word) = if draining {
        (StatusCode::SERVICE_UNAVAILABLE, "draining")
    } else if database && signing_key {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready")
    };
    private_json(status, &ReadyBody { status: word, database, signing_key })
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
        followed: app.follower.age(app.now()),
    };
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "no-store")], app.metrics.render(now))
        .into_response()
}
