//! The console: pages for the people of an entity and for operators, server-rendered, complete without the script. One
//! file a page: its template, what it shows, and the forms on it.

pub mod account;
pub mod activity;
pub mod answers;
pub mod assets;
pub mod causes;
pub mod chart;
pub mod client_authentication;
pub mod code;
pub mod csv;
pub mod door;
pub mod events;
pub mod example;
pub mod failure;
pub mod faults;
pub mod form;
pub mod frame;
pub mod generate_credentials;
pub mod get_access_token;
pub mod graces;
pub mod guard;
pub mod icons;
pub mod invitation;
pub mod look;
pub mod members;
pub mod moments;
pub mod notices;
pub mod operator;
pub mod paging;
pub mod pair;
pub mod people;
pub mod request;
pub mod requests;
pub mod responses;
pub mod sample;
pub mod schema;
pub mod send;
pub mod sent;
pub mod step_up;
pub mod take_away;
mod text;
pub mod token_timeout;
pub mod usage;
pub mod values;
pub mod visitor;
pub mod words;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use tower_http::compression::CompressionLayer;

use super::problems;
use crate::app::App;

/// Every page and form.
pub fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/", get(door::home))
        .route("/sign-in", get(door::get).post(door::post))
        .route("/sign-out", post(door::sign_out))
        .route("/preferences", post(door::preferences))
        .route("/forgot", get(door::forgot).post(door::ask_reset))
        .route("/reset/{link}", get(door::reset).post(door::set_password))
        .route("/setup/{link}", get(invitation::setup).post(invitation::set_up))
        .route("/invitation/{link}", get(invitation::get).post(invitation::join))
        .route("/account", get(account::get))
        .route("/account/name", post(account::rename))
        .route("/account/password", post(account::change_password))
        .route("/account/sessions", post(account::end_sessions))
        .route("/entities/{entity}/generate-credentials", get(generate_credentials::get))
        .route("/entities/{entity}/generate-credentials/generate", post(generate_credentials::generate))
        .route("/entities/{entity}/generate-credentials/{client_id}/show", post(generate_credentials::show))
        .route("/entities/{entity}/generate-credentials/{client_id}/regenerate", post(generate_credentials::regenerate))
        .route("/entities/{entity}/generate-credentials/{client_id}/rotation", post(generate_credentials::end_rotation))
        .route("/entities/{entity}/generate-credentials/{client_id}/revoke", post(generate_credentials::revoke))
        .route(
            "/entities/{entity}/generate-credentials/{client_id}/void-tokens",
            post(generate_credentials::void_tokens),
        )
        .route("/entities/{entity}/generate-credentials/{client_id}/unlock", post(generate_credentials::unlock))
        .route(
            "/entities/{entity}/generate-credentials/{client_id}/authentication",
            get(client_authentication::get).post(client_authentication::post),
        )
        .route("/entities/{entity}/get-access-token", get(get_access_token::get).post(get_access_token::send))
        .route("/entities/{entity}/get-access-token/{download}", get(get_access_token::download))
        .route("/entities/{entity}/token-timeout", get(token_timeout::get).post(token_timeout::post))
        .route("/entities/{entity}/token-timeout/unlock", post(token_timeout::unlock))
        .route("/entities/{entity}/requests", get(requests::get))
        .route("/entities/{entity}/usage", get(usage::get))
        .route("/entities/{entity}/activity", get(activity::get))
        .route("/entities/{entity}/activity.csv", get(activity::download))
        .route("/entities/{entity}/activity.jsonl", get(activity::download_json_lines))
        .route("/entities/{entity}/people", get(people::get))
        .route("/entities/{entity}/people/invite", post(people::invite))
        .route("/entities/{entity}/people/invitations/{invitation}/withdraw", post(people::withdraw))
        .route("/entities/{entity}/people/{person}/role", post(people::change_role))
        .route("/entities/{entity}/people/{person}/remove", post(people::remove))
        .merge(operator::routes())
        .route("/problems/{kind}", get(problems::get))
        .route("/assets/{name}", get(assets::get))
        .layer(from_fn_with_state(app.clone(), guard::wrap))
        .layer(CompressionLayer::new().gzip(true).compress_when(guard::is_compressible))
}
