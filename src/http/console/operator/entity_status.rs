//! Disabling and restoring an entity, lifting a lock, and looking at it as its people see it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;

use super::entity::{Moment, show_with};
use super::entity_path;
use crate::app::App;
use crate::domain::credential::Owner;
use crate::domain::entity::{Change, Status};
use crate::domain::fault::{Fault, FieldFault};
use crate::http::admin::read::InPath;
use crate::http::console::faults::Faults;
use crate::http::console::form::Form;
use crate::http::console::frame::on_to;
use crate::http::console::visitor::Operator;
use crate::http::error::Problem;

/// Disables the entity, if its identifier was written to confirm that; or restores it.
pub async fn change(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath(name): InPath<String>,
    form: Form,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    let status = Status::parse(form.field("status"))
        .ok_or_else(|| Problem::Malformed("The form does not say which status is meant.".to_owned()))?;
    if status == Status::Disabled && form.field("confirm").trim() != entity.identifier {
        let why = "is not the identifier of this business entity".to_owned();
        let faults = Faults(vec![FieldFault::new("confirm", Fault::Rule(why))]);
        let moment = Moment { asks_to_disable: true, faults, ..Moment::default() };
        return show_with(&app, &operator, &entity, StatusCode::UNPROCESSABLE_ENTITY, moment).await;
    }
    let change = Change { status: Some(status), ..Change::default() };
    app.update_entity(&operator.actor(), entity.id.as_str(), None, change).await?;
    let notice = match status {
        Status::Active => "notice-entity-restored",
        Status::Disabled => "notice-entity-disabled",
    };
    Ok(on_to(&app, &entity_path(&entity), notice))
}

/// Lifts the Integration Account Lock of one of its credentials.
pub async fn unlock(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath((name, client_id)): InPath<(String, String)>,
    _: Form,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    let used = app.find_credential(&client_id).await?;
    if used.credential.owner != Owner::Entity(entity.id) {
        return Err(Problem::NotFound("credential"));
    }
    app.unlock_credential(&operator.actor(), &client_id, None).await?;
    Ok(on_to(&app, &entity_path(&entity), "notice-unlocked"))
}

/// Goes to the entity's own pages; the log has an entry of it.
pub async fn view(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath(name): InPath<String>,
    _: Form,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    app.view_entity(&operator.0.signed_in, &entity, operator.0.browser.address).await?;
    Ok(Redirect::to(&format!("/entities/{}/generate-credentials", entity.identifier)).into_response())
}

/// Comes back.
pub async fn stop_viewing(State(app): State<Arc<App>>, operator: Operator, _: Form) -> Result<Response, Problem> {
    app.store.view_entity(&operator.0.signed_in.session.id, None, None).await?;
    Ok(Redirect::to("/operator/entities").into_response())
}
