//! `/admin/v1/entities/{entity}/parameters`: the dynamic parameters of an entity (CONTRACT.md §2).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::read::{IfMatch, InPath, Json, tagged};
use crate::app::App;
use crate::domain::definition::Definition;
use crate::domain::entity::Entity;
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::parameter::Parameter;
use crate::http::auth::Operator;
use crate::http::envelope::private_json;
use crate::http::error::{AdminErrors, BodyErrors, FieldErrors, MissingErrors, Problem, VersionErrors};

/// Every parameter of an entity, in its order.
#[derive(Serialize, ToSchema)]
#[schema(as = Parameters)]
pub struct ListBody {
    /// The definitions.
    items: Vec<Definition>,
}

impl From<&Entity> for ListBody {
    fn from(entity: &Entity) -> Self {
        Self { items: entity.parameters.iter().map(Parameter::definition).cloned().collect() }
    }
}

/// List the parameters of an entity.
#[utoipa::path(
    get, path = "/admin/v1/entities/{entity}/parameters", tag = "Admin", operation_id = "listParameters",
    security(("operator_token" = [])), params(("entity" = String, Path, description = "Id or identifier")),
    responses(
        (status = 200, description = "The parameters", body = ListBody),
        AdminErrors,
        MissingErrors,
    )
)]
pub async fn list(State(app): State<Arc<App>>, _: Operator, InPath(name): InPath<String>) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    Ok(tagged(entity.version, private_json(StatusCode::OK, &ListBody::from(&entity))))
}

/// Define or redefine a parameter.
#[utoipa::path(
    put, path = "/admin/v1/entities/{entity}/parameters/{parameter}", tag = "Admin", operation_id = "setParameter",
    security(("operator_token" = [])),
    params(
        ("entity" = String, Path, description = "Id or identifier"),
        ("parameter" = String, Path, description = "The same as name in the body"),
        ("If-Match" = Option<String>, Header, nullable = false, pattern = "^(\\*|\"[0-9]+\")$", description = "The ETag of the entity that the change is based on"),
    ),
    request_body = Definition,
    responses(
        (status = 200, description = "Every parameter as it is now", body = ListBody),
        AdminErrors,
        MissingErrors,
        BodyErrors,
        FieldErrors,
        VersionErrors,
    )
)]
pub async fn set(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    InPath((name, parameter)): InPath<(String, String)>,
    IfMatch(version): IfMatch,
    Json(definition): Json<Definition>,
) -> Result<Response, Problem> {
    if definition.name != parameter {
        let why = "must be the same as in the path".to_owned();
        return Err(Problem::InvalidFields(vec![FieldFault::new("name", Fault::Rule(why))]));
    }
    let entity = app.set_parameter(&actor, &name, version, definition).await?;
    Ok(tagged(entity.version, private_json(StatusCode::OK, &ListBody::from(&entity))))
}

/// Remove a parameter.
#[utoipa::path(
    delete, path = "/admin/v1/entities/{entity}/parameters/{parameter}", tag = "Admin", operation_id = "removeParameter",
    security(("operator_token" = [])),
    params(
        ("entity" = String, Path, description = "Id or identifier"),
        ("parameter" = String, Path, description = "Its name"),
        ("If-Match" = Option<String>, Header, nullable = false, pattern = "^(\\*|\"[0-9]+\")$", description = "The ETag of the entity that the change is based on"),
    ),
    responses(
        (status = 200, description = "Every parameter that is left", body = ListBody),
        AdminErrors,
        MissingErrors,
        VersionErrors,
    )
)]
pub async fn remove(
    State(app): State<Arc<App>>,
    Operator(actor): Operator,
    InPath((name, parameter)): InPath<(String, String)>,
    IfMatch(version): IfMatch,
) -> Result<Response, Problem> {
    let entity = app.remove_parameter(&actor, &name, version, &parameter).await?;
    Ok(tagged(entity.version, private_json(StatusCode::OK, &ListBody::from(&entity))))
}
