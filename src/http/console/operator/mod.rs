//! The operator's side: entities and their parameters, the audit log, signing keys, operators, health. Every handler asks
//! for [`super::visitor::Operator`]; to others none of these paths exists.

pub mod activity;
pub mod configuration;
pub mod draft;
pub mod entities;
pub mod entity;
pub mod entity_form;
pub mod entity_people;
pub mod entity_status;
pub mod health;
pub mod keys;
pub mod link;
pub mod operators;
pub mod parameters;
pub mod preview;
pub mod revocation;
pub mod sparkline;
pub mod standing;
pub mod tokens;
pub mod transfer;

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};

use super::text::form_text;
use super::visitor::Operator;
use crate::app::App;
use crate::domain::entity::Entity;
use crate::http::admin::read::InPath;

/// Every page and form of the operators.
pub fn routes() -> Router<Arc<App>> {
    let entity = Router::new()
        .route("/", get(entity::get).post(entity_form::update))
        .route("/status", get(back).post(entity_status::change))
        .route("/credentials/{client_id}/unlock", post(entity_status::unlock))
        .route("/invitations", get(back).post(entity_people::invite))
        .route("/invitations/{id}/withdraw", post(entity_people::withdraw))
        .route("/people/{id}/role", post(entity_people::change_role))
        .route("/people/{id}/remove", post(entity_people::remove))
        .route("/void-tokens", get(back).post(revocation::void_of_entity))
        .route("/view", post(entity_status::view))
        .route("/export", get(transfer::export))
        .route("/import", get(back).post(transfer::import))
        .route("/parameters", get(parameters::get).post(parameters::save))
        .route("/parameters/remove", post(parameters::remove))
        .route("/parameters/preview", get(preview::saved).post(preview::edited));
    Router::new()
        .route("/operator/entities", get(entities::get))
        .route("/operator/entities/new", get(entity_form::blank).post(entity_form::create))
        .route("/operator/entities/import", get(transfer::blank).post(transfer::create))
        .nest("/operator/entities/{entity}", entity)
        .route("/operator/stop-viewing", post(entity_status::stop_viewing))
        .route("/operator/activity", get(activity::get))
        .route("/operator/activity.csv", get(activity::download))
        .route("/operator/activity.jsonl", get(activity::download_json_lines))
        .route("/operator/keys", get(keys::get))
        .route("/operator/keys/rotate", post(keys::rotate))
        .route("/operator/keys/void", post(keys::void))
        .route("/operator/revocation", get(revocation::get).post(revocation::revoke))
        .route("/operator/revocation/all", post(revocation::void_all))
        .route("/operator/health", get(health::get))
        .route("/operator/operators", get(operators::get))
        .route("/operator/operators/invitations", get(back_to_operators).post(operators::invite))
        .route("/operator/operators/invitations/{id}/withdraw", post(operators::withdraw))
        .route("/operator/operators/{id}/remove", get(back_to_remover).post(operators::remove))
        .route("/operator/operators/tokens", get(back_to_operators).post(tokens::create))
        .route("/operator/operators/tokens/{id}/revoke", post(tokens::revoke))
}

/// Where the page of an entity is. Its identifier may be a word that stands for a page here; its id is none.
pub fn entity_path(entity: &Entity) -> String {
    path_of(&entity.identifier, entity.id.as_str())
}

/// The same for an entity of which only this is known.
pub fn path_of(identifier: &str, id: &str) -> String {
    let name = if matches!(identifier, "new" | "import") { id } else { identifier };
    format!("/operator/entities/{}", form_text(name))
}

/// A form's own address, opened once more: back to the page that the form stands on.
async fn back(_: Operator, InPath(name): InPath<String>) -> Response {
    Redirect::to(&format!("/operator/entities/{}", form_text(&name))).into_response()
}

async fn back_to_operators(_: Operator) -> Response {
    Redirect::to("/operator/operators").into_response()
}

async fn back_to_remover(_: Operator, InPath(_): InPath<String>) -> Response {
    Redirect::to("/operator/operators").into_response()
}
