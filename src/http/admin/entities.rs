//! `/admin/v1/entities`: business entities (CONTRACT.md §4).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::page::{Asked, Page, PageQuery};
use super::read::{IfMatch, InPath, Json, object, tagged};
use crate::app::App;
use crate::domain::entity::{Change, Entity, Status};
use crate::domain::quota::Quota;
use crate::domain::settings::{self, AccountLock, UnknownParameters};
use crate::domain::time::Timestamp;
use crate::http::auth::Operator;
use crate::http::envelope::private_json;
use crate::http::error::{
    AdminErrors, BodyErrors, ConflictErrors, FieldErrors, MissingErrors, PageErrors, Problem, VersionErrors,
};

/// A business entity.
#[derive(Serialize, ToSchema)]
#[schema(as = Entity)]
pub struct EntityBody {
    /// Names it inside Passgate.
    id: String,
    /// Unique name that tokens carry.
    #[schema(example = "northwind")]
    identifier: String,
    /// What people call it.
    #[schema(example = "Northwind Logistics")]
    name: String,
    /// At most 2,000 characters.
    description: String,
    /// Whether its credentials are accepted.
    status: Status,
    /// What its tokens may be for.
    #[schema(example = json!(["DLAT access Webhooks"]))]
    scopes: Vec<String>,
    /// What it may choose.
    settings: SettingsBody,
    /// Tokens issued to it up to this moment are void; `null` if none was ever made void so.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    tokens_void_before: Option<Timestamp>,
    /// Counts its changes; the same number as in the ETag.
    version: i64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// What an entity may choose.
#[derive(Serialize, ToSchema)]
#[schema(as = Settings)]
pub struct SettingsBody {
    /// Lifetime of a token in minutes.
    #[schema(minimum = 1, maximum = 1440, example = 10)]
    token_timeout_minutes: u32,
    /// What becomes of parameters that the entity does not have.
    unknown_parameters: UnknownParameters,
    /// The Integration Account Lock; `null` if it is off.
    #[schema(required = true)]
    account_lock: Option<AccountLock>,
    /// Networks that may ask for tokens; everyone if empty.
    #[schema(example = json!(["203.0.113.0/24"]))]
    ip_allowlist: Vec<String>,
    /// How long the old secret goes on after a regeneration that does not say.
    #[schema(minimum = 0, maximum = 604_800)]
    regenerate_grace_seconds: u32,
    /// Whether a regeneration that does not say voids the tokens already issued.
    regenerate_voids_tokens: bool,
    /// Most credentials that the entity may have at once.
    #[schema(minimum = 1, maximum = 1000)]
    most_credentials: u32,
    /// Whether every token must be bound to a key (DPoP, RFC 9449).
    require_dpop: bool,
    /// The APIs beside the default audience that its tokens may be for (RFC 8707).
    #[schema(value_type = Vec<String>, example = json!(["https://api.example.com/orders"]))]
    resources: Vec<Arc<str>>,
    /// How many days a new secret lives at most, and does unless it is given less; `null` for ever.
    #[schema(minimum = 1, maximum = 3650, required = true)]
    secret_lifetime_days: Option<u32>,
    /// How many tokens it may get, as an operator decides; `null` if as many as it asks for.
    #[schema(required = true)]
    quota: Option<Quota>,
    /// Whether no secret is accepted of any credential: only signed assertions and certificates.
    forbid_plain_secrets: bool,
}

impl From<Entity> for EntityBody {
    fn from(entity: Entity) -> Self {
        let settings = entity.settings;
        Self {
            id: entity.id.to_string(),
            identifier: entity.identifier,
            name: entity.name,
            description: entity.description,
            status: entity.status,
            scopes: entity.scopes.names().to_vec(),
            settings: SettingsBody {
                token_timeout_minutes: settings.token_timeout_minutes,
                unknown_parameters: settings.unknown_parameters,
                account_lock: settings.account_lock,
                ip_allowlist: settings.ip_allowlist.iter().map(ToString::to_string).collect(),
                regenerate_grace_seconds: settings.regenerate_grace_seconds,
                regenerate_voids_tokens: settings.regenerate_voids_tokens,
                most_credentials: settings.most_credentials,
                require_dpop: settings.require_dpop,
                resources: settings.resources,
                secret_lifetime_days: settings.secret_lifetime_days,
                quota: settings.quota,
                forbid_plain_secrets: settings.forbid_plain_secrets,
            },
            tokens_void_before: entity.tokens_void_before,
            version: entity.version,
            created_at: entity.created_at,
            updated_at: entity.updated_at,
        }
    }
}

/// A new entity, or what to change of one; what is left out stays as it is.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = EntityChange)]
#[serde(deny_unknown_fields)]
pub struct ChangeBody {
    /// Unique name that tokens carry: `[A-Za-z0-9_.-]{1,64}`. Mandatory for a new entity.
    #[schema(min_length = 1, max_length = 64, pattern = "^[A-Za-z0-9_.-]+$", example = "northwind", nullable = false)]
    #[serde(default, deserialize_with = "given")]
    identifier: Option<String>,
    /// What people call it. Mandatory for a new entity.
    #[schema(min_length = 1, max_length = 50, example = "Northwind Logistics", nullable = false)]
    #[serde(default, deserialize_with = "given")]
    name: Option<String>,
    /// At most 2,000 characters.
    #[schema(max_length = 2000, nullable = false)]
    #[serde(default, deserialize_with = "given")]
    description: Option<String>,
    /// Whether its credentials are accepted.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "given")]
    status: Option<Status>,
    /// What its tokens may be for; all of them, at least one.
    #[schema(min_items = 1, max_items = 50, example = json!(["DLAT access Webhooks"]), nullable = false)]
    #[serde(default, deserialize_with = "given")]
    scopes: Option<Vec<String>>,
    /// What to change of its settings.
    #[serde(default, deserialize_with = "object")]
    settings: SettingsChange,
}

/// A new entity: a change that says at least its identifier and its name.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a new entity is read as a change; this documents what it must have")]
pub struct NewEntity {
    #[schema(inline = false)]
    #[serde(flatten)]
    change: ChangeBody,
    /// Unique name that tokens carry.
    identifier: String,
    /// What people call it.
    name: String,
}

/// What to change of the settings; what is left out stays as it is.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsChange {
    /// Lifetime of a token in minutes.
    #[schema(minimum = 1, maximum = 1440, nullable = false)]
    #[serde(default, deserialize_with = "given")]
    token_timeout_minutes: Option<u32>,
    /// What becomes of parameters that the entity does not have.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "given")]
    unknown_parameters: Option<UnknownParameters>,
    /// The Integration Account Lock; `null` switches it off.
    #[serde(default, deserialize_with = "given_lock")]
    #[schema(value_type = Option<AccountLock>)]
    account_lock: Option<Option<AccountLock>>,
    /// Addresses or networks that may ask for tokens; everyone if empty.
    #[schema(max_items = 100, nullable = false)]
    #[serde(default, deserialize_with = "given")]
    ip_allowlist: Option<Vec<String>>,
    /// How long the old secret goes on after a regeneration that does not say.
    #[schema(minimum = 0, maximum = 604_800, nullable = false)]
    #[serde(default, deserialize_with = "given")]
    regenerate_grace_seconds: Option<u32>,
    /// Whether a regeneration that does not say voids the tokens already issued.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "given")]
    regenerate_voids_tokens: Option<bool>,
    /// Most credentials that the entity may have at once.
    #[schema(minimum = 1, maximum = 1000, nullable = false)]
    #[serde(default, deserialize_with = "given")]
    most_credentials: Option<u32>,
    /// Whether every token must be bound to a key (DPoP, RFC 9449).
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "given")]
    require_dpop: Option<bool>,
    /// The APIs beside the default audience that its tokens may be for (RFC 8707): absolute URIs without a fragment.
    #[schema(max_items = 20, example = json!(["https://api.example.com/orders"]), nullable = false)]
    #[serde(default, deserialize_with = "given")]
    resources: Option<Vec<String>>,
    /// How many days a new secret lives at most, and does unless it is given less; `null` for ever. Secrets that are there
    /// keep the end that they have.
    #[schema(minimum = 1, maximum = 3650, value_type = Option<u32>)]
    #[serde(default, deserialize_with = "given")]
    secret_lifetime_days: Option<Option<u32>>,
    /// How many tokens it may get; `null` switches the quota off.
    #[serde(default, deserialize_with = "given_quota")]
    #[schema(value_type = Option<Quota>)]
    quota: Option<Option<Quota>>,
    /// Whether no secret is accepted of any credential: only signed assertions and certificates.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "given")]
    forbid_plain_secrets: Option<bool>,
}

/// The same for a lock, which must be an object or `null`.
fn given_lock<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<AccountLock>>, D::Error> {
    #[derive(Deserialize)]
    struct Lock(#[serde(deserialize_with = "object")] AccountLock);
    Option::<Lock>::deserialize(deserializer).map(|lock| Some(lock.map(|Lock(lock)| lock)))
}

/// The same for a quota.
fn given_quota<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Quota>>, D::Error> {
    #[derive(Deserialize)]
    struct Given(#[serde(deserialize_with = "object")] Quota);
    Option::<Given>::deserialize(deserializer).map(|quota| Some(quota.map(|Given(quota)| quota)))
}

/// Takes a field that may be left out, and may not be `null`.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

impl From<ChangeBody> for Change {
    fn from(body: ChangeBody) -> Self {
        Self {
            identifier: body.identifier,
            name: body.name,
            description: body.description,
            status: body.status,
            scopes: body.scopes,
            settings: settings::Change {
                token_timeout_minutes: body.settings.token_timeout_minutes,
                unknown_parameters: body.settings.unknown_parameters,
                account_lock: body.settings.account_lock,
                ip_allowlist: body.settings.ip_allowlist,
                regenerate_grace_seconds: body.settings.regenerate_grace_seconds,
                regenerate_voids_tokens: body.settings.regenerate_voids_tokens,
                most_credentials: body.settings.most_credentials,
                require_dpop: body.settings.require_dpop,
                resources: body.settings.resources,
                secret_lifetime_days: body.settings.secret_lifetime_days,
                quota: body.settings.quota,
                forbid_plain_secrets: body.settings.forbid_plain_secrets,
            },
        }
    }
}

/// List the business entities, by identifier.
#[utoipa::path(
    get, path = "/admin/v1/entities", tag = "Admin", operation_id = "listEntities",
    security(("operator_token" = [])), params(PageQuery),
    responses(
        (status = 200, description = "A page of entities", body = Page<EntityBody>),
        AdminErrors,
        PageErrors,
    )
)]
pub async fn list(State(app): State<Arc<App>>, _: Operator, asked: Asked) -> Result<Response, Problem> {
    let after = asked.cursor::<1>().map_or("", |[identifier]| identifier.as_str());
    let entities = app.store.entities_after(after, asked.fetch()).await?;
    let page = asked.page(&app, entities, |entity| vec![entity.identifier.clone()], EntityBody::from);
    Ok(private_json(StatusCode::OK, &page))
}

/// Create a business entity.
///
/// It begins with the scope "DLAT access Webhooks", the parameters grant_type and scope, and one credential less than
/// it needs: generate that next.
#[utoipa::path(
    post, path = "/admin/v1/entities", tag = "Admin", operation_id = "createEntity",
    security(("operator_token" = [])), request_body = NewEntity,
    responses(
        (status = 201, description = "Created; Location names it", body = EntityBody),
        AdminErrors,
        BodyErrors,
        FieldErrors,
        ConflictErrors,
    )
)]
pub async fn create(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    Json(body): Json<ChangeBody>,
) -> Result<Response, Problem> {
    let entity = app.create_entity(&actor, body.into()).await?;
    let (id, version) = (entity.id, entity.version);
    let mut response = private_json(StatusCode::CREATED, &EntityBody::from(entity));
    if let Ok(location) = HeaderValue::try_from(format!("/admin/v1/entities/{id}")) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(tagged(version, response))
}

/// Show a business entity, by id or identifier.
#[utoipa::path(
    get, path = "/admin/v1/entities/{entity}", tag = "Admin", operation_id = "showEntity",
    security(("operator_token" = [])), params(("entity" = String, Path, description = "Id or identifier")),
    responses(
        (status = 200, description = "The entity", body = EntityBody),
        AdminErrors,
        MissingErrors,
    )
)]
pub async fn show(State(app): State<Arc<App>>, _: Operator, InPath(name): InPath<String>) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    Ok(tagged(entity.version, private_json(StatusCode::OK, &EntityBody::from(entity))))
}

/// Change a business entity. Disabling it takes effect on the next request.
#[utoipa::path(
    patch, path = "/admin/v1/entities/{entity}", tag = "Admin", operation_id = "updateEntity",
    security(("operator_token" = [])),
    params(("entity" = String, Path, description = "Id or identifier"), ("If-Match" = Option<String>, Header, nullable = false, pattern = "^(\\*|\"[0-9]+\")$", description = "The ETag that the change is based on")),
    request_body = ChangeBody,
    responses(
        (status = 200, description = "The entity as it is now", body = EntityBody),
        AdminErrors,
        MissingErrors,
        BodyErrors,
        FieldErrors,
        VersionErrors,
        ConflictErrors,
    )
)]
pub async fn update(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    InPath(name): InPath<String>,
    IfMatch(version): IfMatch,
    Json(body): Json<ChangeBody>,
) -> Result<Response, Problem> {
    let entity = app.update_entity(&actor, &name, version, body.into()).await?;
    Ok(tagged(entity.version, private_json(StatusCode::OK, &EntityBody::from(entity))))
}

/// Show the JSON Schema (2020-12) of an entity's token requests, as the integration endpoint enforces it.
#[utoipa::path(
    get, path = "/admin/v1/entities/{entity}/request-schema", tag = "Admin", operation_id = "showRequestSchema",
    security(("operator_token" = [])), params(("entity" = String, Path, description = "Id or identifier")),
    responses(
        (status = 200, description = "The schema", body = Object),
        AdminErrors,
        MissingErrors,
    )
)]
pub async fn request_schema(
    State(app): State<Arc<App>>,
    _: Operator,
    InPath(name): InPath<String>,
) -> Result<Response, Problem> {
    Ok(private_json(StatusCode::OK, &app.find_entity(&name).await?.request_schema()))
}
