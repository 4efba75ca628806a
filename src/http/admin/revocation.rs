//! What makes tokens void before they end: one token, those of a secret, of a credential, of an entity, of everybody.
//! Each is 200 only if it holds from now on, here and after a restart.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::credentials::{UseBody, shown};
use super::entities::EntityBody;
use super::read::{InPath, Json, tagged};
use crate::app::App;
use crate::app::tokens::RevokedToken;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::time::Timestamp;
use crate::http::auth::Operator;
use crate::http::envelope::private_json;
use crate::http::error::{AdminErrors, BodyErrors, FieldErrors, MissingErrors, Problem};

/// A token to revoke: itself, or its `jti`.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = TokenRevocation)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    /// The token.
    #[serde(default)]
    #[schema(nullable = false)]
    token: Option<String>,
    /// Its `jti`, if the token itself is not at hand.
    #[serde(default)]
    #[schema(nullable = false)]
    jti: Option<String>,
    /// Its `exp`, in seconds since the epoch; as long as any token lives if left out.
    #[serde(default)]
    #[schema(nullable = false)]
    exp: Option<i64>,
}

/// A token that is void.
#[derive(Serialize, ToSchema)]
#[schema(as = RevokedToken)]
pub struct RevokedBody {
    /// Its `jti`.
    jti: String,
    /// Until when this is remembered: it has ended by then.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Whether it had ended already, so that there was nothing to do.
    had_ended: bool,
}

impl From<RevokedToken> for RevokedBody {
    fn from(token: RevokedToken) -> Self {
        Self { jti: token.jti.to_string(), expires_at: token.expires_at, had_ended: token.had_ended }
    }
}

/// Which tokens become void.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = Voiding)]
#[serde(deny_unknown_fields)]
pub struct VoidBody {
    /// Those issued up to this moment, which must not be in the future; up to now if left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime, nullable = false)]
    before: Option<Timestamp>,
}

/// Up to which moment all tokens are void.
#[derive(Serialize, ToSchema)]
#[schema(as = AllTokensVoid)]
pub struct AllVoidBody {
    /// Tokens issued up to this moment are void.
    #[schema(value_type = String, format = DateTime)]
    pub tokens_void_before: Timestamp,
}

/// What becomes of the tokens of a secret that is stopped.
#[derive(Deserialize, ToSchema)]
#[schema(as = SecretStop)]
#[serde(deny_unknown_fields)]
pub struct StopBody {
    /// Whether all tokens that it got become void.
    #[serde(default = "yes")]
    #[schema(default = true)]
    void_tokens: bool,
}

fn yes() -> bool {
    true
}

/// Revoke one token, whoever it was issued to.
#[utoipa::path(
    post, path = "/admin/v1/tokens/revoke", tag = "Admin", operation_id = "revokeToken",
    security(("operator_token" = [])), request_body = TokenBody,
    responses(
        (status = 200, description = "The token is void", body = RevokedBody),
        AdminErrors,
        BodyErrors,
        FieldErrors,
    )
)]
pub async fn revoke(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    Json(body): Json<TokenBody>,
) -> Result<Response, Problem> {
    let revoked = match (&body.token, &body.jti) {
        (Some(token), None) if body.exp.is_none() => app.revoke_presented_token(&actor, token).await?,
        (None, Some(jti)) => app.revoke_token_by_id(&actor, jti, body.exp).await?,
        (None, None) => return Err(Problem::InvalidFields(vec![FieldFault::new("token", Fault::Missing)])),
        (Some(_), _) => {
            let why = "cannot stand beside jti or exp: send the token alone, or its jti".to_owned();
            return Err(Problem::InvalidFields(vec![FieldFault::new("token", Fault::Rule(why))]));
        }
    };
    Ok(private_json(StatusCode::OK, &RevokedBody::from(revoked)))
}

/// Void the tokens of everybody that were issued up to a moment.
#[utoipa::path(
    post, path = "/admin/v1/tokens/void", tag = "Admin", operation_id = "voidAllTokens",
    security(("operator_token" = [])), request_body = Option<VoidBody>,
    responses(
        (status = 200, description = "They are void", body = AllVoidBody),
        AdminErrors,
        BodyErrors,
        FieldErrors,
    )
)]
pub async fn void_all(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    Json(body): Json<VoidBody>,
) -> Result<Response, Problem> {
    let tokens_void_before = app.void_all_tokens(&actor, body.before).await?;
    Ok(private_json(StatusCode::OK, &AllVoidBody { tokens_void_before }))
}

/// Void the tokens of an entity that were issued up to a moment. Its credentials go on getting others.
#[utoipa::path(
    post, path = "/admin/v1/entities/{entity}/void-tokens", tag = "Admin", operation_id = "voidTokensOfEntity",
    security(("operator_token" = [])), params(("entity" = String, Path, description = "Id or identifier")),
    request_body = Option<VoidBody>,
    responses(
        (status = 200, description = "The entity as it is now", body = EntityBody),
        AdminErrors,
        MissingErrors,
        BodyErrors,
        FieldErrors,
    )
)]
pub async fn void_of_entity(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    InPath(name): InPath<String>,
    Json(body): Json<VoidBody>,
) -> Result<Response, Problem> {
    let entity = app.void_tokens_of_entity(&actor, &name, body.before).await?;
    Ok(tagged(entity.version, private_json(StatusCode::OK, &EntityBody::from(entity))))
}

/// Void the tokens of a credential that were issued up to a moment. It goes on getting others.
#[utoipa::path(
    post, path = "/admin/v1/credentials/{client_id}/void-tokens", tag = "Admin", operation_id = "voidTokensOfCredential",
    security(("operator_token" = [])), params(("client_id" = String, Path, description = "The Client Id")),
    request_body = Option<VoidBody>,
    responses(
        (status = 200, description = "The credential as it is now", body = UseBody),
        AdminErrors,
        MissingErrors,
        BodyErrors,
        FieldErrors,
    )
)]
pub async fn void_of_credential(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    InPath(client_id): InPath<String>,
    Json(body): Json<VoidBody>,
) -> Result<Response, Problem> {
    shown(&app, &app.void_tokens_of_credential(&actor, &client_id, body.before).await?).await
}

/// Stop one secret at once, and void the tokens that it got. One that has stopped already keeps its end.
#[utoipa::path(
    post, path = "/admin/v1/credentials/{client_id}/secrets/{secret_id}/stop", tag = "Admin", operation_id = "stopSecret",
    security(("operator_token" = [])),
    params(("client_id" = String, Path, description = "The Client Id"), ("secret_id" = String, Path, description = "The secret's id")),
    request_body = Option<StopBody>,
    responses(
        (status = 200, description = "The credential as it is now", body = UseBody),
        AdminErrors,
        MissingErrors,
        BodyErrors,
    )
)]
pub async fn stop_secret(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    InPath((client_id, secret_id)): InPath<(String, String)>,
    Json(body): Json<StopBody>,
) -> Result<Response, Problem> {
    shown(&app, &app.stop_secret(&actor, &client_id, &secret_id, body.void_tokens).await?).await
}
