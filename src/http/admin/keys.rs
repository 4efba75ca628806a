//! `/admin/v1/keys`: the signing keys and their states.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::read::{InPath, Json};
use crate::app::App;
use crate::domain::key::{Algorithm, KeyFacts, State as KeyState};
use crate::domain::time::Timestamp;
use crate::http::auth::Operator;
use crate::http::envelope::private_json;
use crate::http::error::{AdminErrors, BodyErrors, ConflictErrors, MissingErrors, Problem, VersionErrors};

/// A signing key.
#[derive(Serialize, ToSchema)]
#[schema(as = Key)]
pub struct KeyBody {
    /// Its id, the RFC 7638 thumbprint.
    kid: String,
    /// What it signs with.
    algorithm: Algorithm,
    /// Where it stands: next, signing, retiring, gone.
    state: KeyState,
    /// Since when it stands there.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
}

impl From<KeyFacts> for KeyBody {
    fn from(key: KeyFacts) -> Self {
        Self { kid: key.kid, algorithm: key.algorithm, state: key.state, since: key.since }
    }
}

/// Every key there has ever been, the oldest first.
#[derive(Serialize, ToSchema)]
#[schema(as = Keys)]
pub struct ListBody {
    items: Vec<KeyBody>,
}

/// How to rotate.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = Rotation)]
#[serde(deny_unknown_fields)]
pub struct RotateBody {
    /// Rotate even if verifiers may not have seen the next key yet.
    #[serde(default)]
    force: bool,
}

/// List the signing keys.
#[utoipa::path(
    get, path = "/admin/v1/keys", tag = "Admin", operation_id = "listKeys",
    security(("operator_token" = [])),
    responses(
        (status = 200, description = "The keys", body = ListBody),
        AdminErrors,
    )
)]
pub async fn list(State(app): State<Arc<App>>, _: Operator) -> Result<Response, Problem> {
    all(&app).await
}

async fn all(app: &App) -> Result<Response, Problem> {
    let items = app.store.all_signing_keys().await?.into_iter().map(|key| key.facts.into()).collect();
    Ok(private_json(StatusCode::OK, &ListBody { items }))
}

/// Rotate: the next key signs, the one that signed retires, another next key is made.
#[utoipa::path(
    post, path = "/admin/v1/keys/rotate", tag = "Admin", operation_id = "rotateKeys",
    security(("operator_token" = [])), request_body = Option<RotateBody>,
    responses(
        (status = 200, description = "The key that signs now", body = KeyBody),
        AdminErrors,
        BodyErrors,
        ConflictErrors,
        VersionErrors,
    )
)]
pub async fn rotate(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    Json(body): Json<RotateBody>,
) -> Result<Response, Problem> {
    let key = app.rotate_keys(&actor, body.force).await?;
    Ok(private_json(StatusCode::OK, &KeyBody::from(key)))
}

/// Withdraw a key at once: tokens that it has signed are not accepted any more, and if it was the one that signs, the next
/// one signs from now on. For a key that has leaked.
#[utoipa::path(
    post, path = "/admin/v1/keys/{kid}/void", tag = "Admin", operation_id = "voidKey",
    security(("operator_token" = [])), params(("kid" = String, Path, description = "The key's id")),
    responses(
        (status = 200, description = "The keys as they are now", body = ListBody),
        AdminErrors,
        MissingErrors,
        ConflictErrors,
    )
)]
pub async fn void(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    InPath(kid): InPath<String>,
) -> Result<Response, Problem> {
    app.void_key(&actor, &kid).await?;
    all(&app).await
}
