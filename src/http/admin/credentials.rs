//! `/admin/v1/credentials`, those of entities and those of platform APIs.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::authentication::AuthenticationBody;
use super::page::{Asked, Page, PageQuery};
use super::read::{IfMatch, InPath, Json, tagged};
use crate::app::App;
use crate::app::credentials::{Generated, RegenerationChoice};
use crate::domain::credential::{Credential, Owner};
use crate::domain::rotation::{Retirement, Term, retirement};
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;
use crate::http::auth::Operator;
use crate::http::envelope::private_json;
use crate::http::error::{
    AdminErrors, BodyErrors, ConflictErrors, FieldErrors, MissingErrors, PageErrors, Problem, VersionErrors,
};
use crate::store::credential::CredentialUse;

/// A credential, without its secrets.
#[derive(Serialize, ToSchema)]
#[schema(as = Credential)]
pub struct CredentialBody {
    /// The Client Id.
    #[schema(example = "pgc_7HqT2mVx9RkLw4ZcB8nYpD3sQ1aZ")]
    client_id: String,
    /// `client` for an entity's, `api` for a platform API's.
    kind: &'static str,
    /// The id of its entity; `null` for a platform API.
    #[schema(required = true)]
    entity_id: Option<String>,
    /// What people call it.
    name: String,
    /// `active`, `locked`, `expired` or `revoked`.
    status: &'static str,
    /// How it proves itself.
    authentication: AuthenticationBody,
    /// From when on it is refused; `null` for never.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    expires_at: Option<Timestamp>,
    /// Consecutive failed token requests, counted while the Integration Account Lock is on.
    failed_attempts: u32,
    /// Its secrets that are accepted now or will be, the newest first.
    secrets: Vec<SecretBody>,
    /// Tokens issued to it up to this moment are void; `null` if none was ever made void so.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    tokens_void_before: Option<Timestamp>,
    /// Counts its changes; the same number as in the ETag.
    version: i64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// One secret of a credential, by its first characters.
#[derive(Serialize, ToSchema)]
#[schema(as = Secret)]
pub struct SecretBody {
    /// Names it in events.
    id: String,
    /// Its first eight characters.
    #[schema(example = "pgs_Zt4k")]
    hint: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// From when on it is accepted; `null` if it was at once.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    not_before: Option<Timestamp>,
    /// The end that it was given; `null` for never.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    expires_at: Option<Timestamp>,
    /// From when on it is refused because another takes its place; `null` for never.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    stops_at: Option<Timestamp>,
    /// When it last got a token; `null` for never.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    last_used_at: Option<Timestamp>,
    /// From which address.
    #[schema(required = true)]
    last_used_address: Option<String>,
    /// Whether it may be stopped before its time: a newer one is in use, and this one has been silent long enough.
    safe_to_retire: bool,
}

/// A credential and its use.
#[derive(Serialize, ToSchema)]
#[schema(as = CredentialUse)]
pub struct UseBody {
    #[serde(flatten)]
    credential: CredentialBody,
    /// Tokens that it has been issued.
    token_count: i64,
    /// When it last got one.
    #[schema(value_type = Option<String>, format = DateTime, required = true)]
    last_used_at: Option<Timestamp>,
    /// From which address.
    #[schema(required = true)]
    last_used_address: Option<String>,
}

/// A credential with the secret that has just been made. It is not shown again by this API.
#[derive(Serialize, ToSchema)]
#[schema(as = GeneratedCredential)]
pub struct GeneratedBody<'a> {
    #[serde(flatten)]
    #[expect(missing_docs, reason = "flattened")]
    pub credential: CredentialBody,
    /// The Client Secret.
    #[schema(example = "pgs_Zt4kLw9QxR2mVb7NcY1sHd5FgJ8aKe3PqT6uWi0oXzC4vB2nM9")]
    pub client_secret: &'a str,
}

/// A new credential.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewCredential)]
#[serde(deny_unknown_fields)]
pub struct NewBody {
    /// What people call it.
    #[serde(default = "default_name")]
    #[schema(min_length = 1, max_length = 50, default = "Default", nullable = false)]
    name: String,
    /// From when on it is refused; never if left out.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// From when on its first secret is refused; if left out, as the entity's settings say.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    secret_expires_at: Option<Timestamp>,
}

impl NewBody {
    fn term(&self) -> Term {
        Term { not_before: None, expires_at: self.secret_expires_at }
    }
}

fn default_name() -> String {
    "Default".to_owned()
}

/// What happens to the old secret and to tokens; what is left out follows the entity's settings.
#[derive(Default, Deserialize, ToSchema)]
#[schema(as = Regeneration)]
#[serde(deny_unknown_fields)]
pub struct RegenerateBody {
    /// Seconds that the old secret goes on after the new one begins; 0 stops it at that moment.
    #[schema(minimum = 0, maximum = 604_800)]
    grace_seconds: Option<u32>,
    /// Whether tokens already issued become void.
    void_tokens: Option<bool>,
    /// From when on the new secret is accepted, at most seven days ahead; at once if left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    not_before: Option<Timestamp>,
    /// From when on the new secret is refused; if left out, as the entity's settings say.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

impl CredentialBody {
    /// As an operator sees it at `now`.
    pub fn new(credential: &Credential, settings: &Settings, now: Timestamp) -> Self {
        let status = if credential.revoked_at.is_some() {
            "revoked"
        } else if credential.standing(now).is_err() {
            "expired"
        } else if credential.locked_at.zip(settings.account_lock).is_some_and(|(at, lock)| lock.holds(at, now)) {
            "locked"
        } else {
            "active"
        };
        let (kind, entity_id) = match &credential.owner {
            Owner::Entity(id) => ("client", Some(id.to_string())),
            Owner::Api => ("api", None),
        };
        let rotation = credential.rotation(now);
        let secret = |secret: &crate::domain::secret::Secret| SecretBody {
            id: secret.id.to_string(),
            hint: secret.hint.to_string(),
            created_at: secret.created_at,
            not_before: secret.not_before,
            expires_at: secret.expires_at,
            stops_at: secret.stops_at,
            last_used_at: secret.last_used_at,
            last_used_address: secret.last_used_address.map(|address| address.to_string()),
            safe_to_retire: rotation
                .is_some_and(|(new, old)| old.id == secret.id && retirement(new, old, now) == Retirement::Safe),
        };
        Self {
            client_id: credential.client_id.to_string(),
            kind,
            entity_id,
            name: credential.name.clone(),
            status,
            authentication: AuthenticationBody::from(&credential.authentication),
            expires_at: credential.expires_at,
            failed_attempts: credential.failed_attempts,
            tokens_void_before: credential.tokens_void_before,
            secrets: credential.unended_secrets(now).map(secret).collect(),
            version: credential.version,
            created_at: credential.created_at,
        }
    }
}

impl CredentialBody {
    /// `active`, `locked`, `expired` or `revoked`.
    pub fn status(&self) -> &'static str {
        self.status
    }
}

impl UseBody {
    /// As an operator sees it at `now`.
    pub fn new(used: &CredentialUse, settings: &Settings, now: Timestamp) -> Self {
        Self {
            credential: CredentialBody::new(&used.credential, settings, now),
            token_count: used.token_count,
            last_used_at: used.last_used_at,
            last_used_address: used.last_used_address.clone(),
        }
    }
}

/// List the credentials of an entity, the oldest first.
#[utoipa::path(
    get, path = "/admin/v1/entities/{entity}/credentials", tag = "Admin", operation_id = "listCredentials",
    security(("operator_token" = [])), params(("entity" = String, Path, description = "Id or identifier"), PageQuery),
    responses(
        (status = 200, description = "A page of credentials", body = Page<UseBody>),
        AdminErrors,
        MissingErrors,
        PageErrors,
    )
)]
pub async fn list(
    State(app): State<Arc<App>>,
    _: Operator,
    InPath(name): InPath<String>,
    asked: Asked,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    list_of(&app, &Owner::Entity(entity.id), &entity.settings, &asked).await
}

/// List the credentials of platform APIs, the oldest first.
#[utoipa::path(
    get, path = "/admin/v1/apis", tag = "Admin", operation_id = "listApis",
    security(("operator_token" = [])), params(PageQuery),
    responses(
        (status = 200, description = "A page of credentials", body = Page<UseBody>),
        AdminErrors,
        PageErrors,
    )
)]
pub async fn list_apis(State(app): State<Arc<App>>, _: Operator, asked: Asked) -> Result<Response, Problem> {
    list_of(&app, &Owner::Api, &Settings::default(), &asked).await
}

async fn list_of(app: &App, owner: &Owner, settings: &Settings, asked: &Asked) -> Result<Response, Problem> {
    let now = app.now();
    let after = asked
        .cursor::<2>()
        .and_then(|[millis, client_id]| Some((Timestamp::from_millis(millis.parse().ok()?), client_id.as_str())));
    let after = after.unwrap_or((Timestamp::from_millis(i64::MIN), ""));
    let credentials = app.store.credentials_after(owner, after, asked.fetch(), now).await?;
    let key = |used: &CredentialUse| {
        vec![used.credential.created_at.millis().to_string(), used.credential.client_id.to_string()]
    };
    let page = asked.page(app, credentials, key, |used| UseBody::new(&used, settings, now));
    Ok(private_json(StatusCode::OK, &page))
}

/// Generate a credential for an entity. Its secret is in the answer.
#[utoipa::path(
    post, path = "/admin/v1/entities/{entity}/credentials", tag = "Admin", operation_id = "generateCredential",
    security(("operator_token" = [])), params(("entity" = String, Path, description = "Id or identifier")), request_body = Option<NewBody>,
    responses(
        (status = 201, description = "Generated; Location names it", body = GeneratedBody),
        AdminErrors,
        MissingErrors,
        BodyErrors,
        FieldErrors,
        ConflictErrors,
    )
)]
pub async fn generate(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    InPath(name): InPath<String>,
    Json(body): Json<NewBody>,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    let generated = app.generate_credential(&actor, Some(&entity), &body.name, body.expires_at, body.term()).await?;
    Ok(created(&app, &generated))
}

/// Register a platform API: its credential may introspect every token, and gets none.
#[utoipa::path(
    post, path = "/admin/v1/apis", tag = "Admin", operation_id = "registerApi",
    security(("operator_token" = [])), request_body = Option<NewBody>,
    responses(
        (status = 201, description = "Generated; Location names it", body = GeneratedBody),
        AdminErrors,
        BodyErrors,
        FieldErrors,
    )
)]
pub async fn generate_api(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    Json(body): Json<NewBody>,
) -> Result<Response, Problem> {
    let generated = app.generate_credential(&actor, None, &body.name, body.expires_at, body.term()).await?;
    Ok(created(&app, &generated))
}

fn created(app: &App, generated: &Generated) -> Response {
    let mut response = with_secret(app, StatusCode::CREATED, generated);
    if let Ok(location) = HeaderValue::try_from(format!("/admin/v1/credentials/{}", generated.credential.client_id)) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

fn with_secret(app: &App, status: StatusCode, generated: &Generated) -> Response {
    let credential = CredentialBody::new(&generated.credential, &generated.settings, app.now());
    let body = GeneratedBody { credential, client_secret: generated.secret.expose() };
    tagged(generated.credential.version, private_json(status, &body))
}

/// Show a credential.
#[utoipa::path(
    get, path = "/admin/v1/credentials/{client_id}", tag = "Admin", operation_id = "showCredential",
    security(("operator_token" = [])), params(("client_id" = String, Path, description = "The Client Id")),
    responses(
        (status = 200, description = "The credential", body = UseBody),
        AdminErrors,
        MissingErrors,
    )
)]
pub async fn show(
    State(app): State<Arc<App>>,
    _: Operator,
    InPath(client_id): InPath<String>,
) -> Result<Response, Problem> {
    shown(&app, &app.find_credential(&client_id).await?).await
}

/// The credential as it is now.
pub async fn shown(app: &App, used: &CredentialUse) -> Result<Response, Problem> {
    let settings = app.settings_of(&used.credential).await?;
    Ok(tagged(used.credential.version, private_json(StatusCode::OK, &UseBody::new(used, &settings, app.now()))))
}

/// Give a credential a new secret. The Client Id stays the same for ever.
#[utoipa::path(
    post, path = "/admin/v1/credentials/{client_id}/regenerate", tag = "Admin", operation_id = "regenerateCredential",
    security(("operator_token" = [])),
    params(("client_id" = String, Path, description = "The Client Id"), ("If-Match" = Option<String>, Header, nullable = false, pattern = "^(\\*|\"[0-9]+\")$", description = "The ETag that the change is based on")),
    request_body = Option<RegenerateBody>,
    responses(
        (status = 200, description = "The credential with its new secret", body = GeneratedBody),
        AdminErrors,
        MissingErrors,
        BodyErrors,
        FieldErrors,
        VersionErrors,
        ConflictErrors,
    )
)]
pub async fn regenerate(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    InPath(client_id): InPath<String>,
    IfMatch(version): IfMatch,
    Json(body): Json<RegenerateBody>,
) -> Result<Response, Problem> {
    let choice = RegenerationChoice {
        grace: body.grace_seconds.map(|seconds| Duration::from_secs(seconds.into())),
        voids_tokens: body.void_tokens,
        term: Term { not_before: body.not_before, expires_at: body.expires_at },
    };
    let generated = app.regenerate_credential(&actor, &client_id, version, choice).await?;
    Ok(with_secret(&app, StatusCode::OK, &generated))
}

/// Revoke a credential for good: its secrets and tokens are refused from the next request on.
#[utoipa::path(
    post, path = "/admin/v1/credentials/{client_id}/revoke", tag = "Admin", operation_id = "revokeCredential",
    security(("operator_token" = [])),
    params(("client_id" = String, Path, description = "The Client Id"), ("If-Match" = Option<String>, Header, nullable = false, pattern = "^(\\*|\"[0-9]+\")$", description = "The ETag that the change is based on")),
    responses(
        (status = 200, description = "The credential as it is now", body = UseBody),
        AdminErrors,
        MissingErrors,
        VersionErrors,
    )
)]
pub async fn revoke(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    InPath(client_id): InPath<String>,
    IfMatch(version): IfMatch,
) -> Result<Response, Problem> {
    shown(&app, &app.revoke_credential(&actor, &client_id, version).await?).await
}

/// Lift the Integration Account Lock of a credential.
#[utoipa::path(
    post, path = "/admin/v1/credentials/{client_id}/unlock", tag = "Admin", operation_id = "unlockCredential",
    security(("operator_token" = [])),
    params(("client_id" = String, Path, description = "The Client Id"), ("If-Match" = Option<String>, Header, nullable = false, pattern = "^(\\*|\"[0-9]+\")$", description = "The ETag that the change is based on")),
    responses(
        (status = 200, description = "The credential as it is now", body = UseBody),
        AdminErrors,
        MissingErrors,
        VersionErrors,
    )
)]
pub async fn unlock(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    InPath(client_id): InPath<String>,
    IfMatch(version): IfMatch,
) -> Result<Response, Problem> {
    shown(&app, &app.unlock_credential(&actor, &client_id, version).await?).await
}
