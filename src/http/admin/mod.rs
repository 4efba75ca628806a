//! The admin API under `/admin/v1`: what operators and their scripts manage entities with.

pub mod authentication;
pub mod credentials;
pub mod entities;
pub mod events;
pub mod keys;
pub mod ledger;
pub mod page;
pub mod parameters;
pub mod read;
pub mod revocation;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post, put};

use crate::app::App;

/// The routes of this room.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/v1/entities", get(entities::list).post(entities::create))
        .route("/admin/v1/entities/{entity}", get(entities::show).patch(entities::update))
        .route("/admin/v1/entities/{entity}/request-schema", get(entities::request_schema))
        .route("/admin/v1/entities/{entity}/parameters", get(parameters::list))
        .route("/admin/v1/entities/{entity}/parameters/{parameter}", put(parameters::set).delete(parameters::remove))
        .route("/admin/v1/entities/{entity}/credentials", get(credentials::list).post(credentials::generate))
        .route("/admin/v1/apis", get(credentials::list_apis).post(credentials::generate_api))
        .route("/admin/v1/credentials/{client_id}", get(credentials::show))
        .route("/admin/v1/credentials/{client_id}/regenerate", post(credentials::regenerate))
        .route("/admin/v1/credentials/{client_id}/revoke", post(credentials::revoke))
        .route("/admin/v1/credentials/{client_id}/authentication", put(authentication::change))
        .route("/admin/v1/credentials/{client_id}/unlock", post(credentials::unlock))
        .route("/admin/v1/credentials/{client_id}/void-tokens", post(revocation::void_of_credential))
        .route("/admin/v1/credentials/{client_id}/secrets/{secret_id}/stop", post(revocation::stop_secret))
        .route("/admin/v1/entities/{entity}/void-tokens", post(revocation::void_of_entity))
        .route("/admin/v1/tokens", get(ledger::list))
        .route("/admin/v1/tokens/void", post(revocation::void_all))
        .route("/admin/v1/tokens/revoke", post(revocation::revoke))
        .route("/admin/v1/keys", get(keys::list))
        .route("/admin/v1/keys/rotate", post(keys::rotate))
        .route("/admin/v1/keys/{kid}/void", post(keys::void))
        .route("/admin/v1/events", get(events::list))
        .route("/admin/v1/events/export", get(events::download))
        .route("/admin/v1/audit/head", get(events::head))
}
