//! Who may open the pages of an entity, managed by an operator: invite, send again, withdraw, change a role, remove.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::entity::{Moment, show_with};
use super::entity_path;
use super::link::Link;
use crate::app::{App, Error};
use crate::domain::person::Role;
use crate::http::admin::read::InPath;
use crate::http::console::faults::Faults;
use crate::http::console::form::Form;
use crate::http::console::frame::on_to;
use crate::http::console::guard::HoldsSecret;
use crate::http::console::step_up::recent_operator;
use crate::http::console::visitor::Operator;
use crate::http::error::Problem;

/// Invites somebody, perhaps once more. Without mail the link is shown, once and only here.
pub async fn invite(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath(name): InPath<String>,
    form: Form,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    let here = entity_path(&entity);
    if let Err(asked) = recent_operator(&app, &operator, &form, &format!("{here}/invitations"), &here).await? {
        return Ok(asked);
    }
    let email = form.field("email");
    let role = Role::parse(form.field("role")).filter(|role| Role::OF_ENTITY.contains(role)).unwrap_or(Role::Viewer);
    let typed = |moment: Moment| Moment { email: email.chars().take(254).collect(), role: Some(role), ..moment };
    match app.invite(&operator.actor(), Some(&entity), email, role).await {
        Ok(invited) if invited.mailed == Some(true) => Ok(on_to(&app, &entity_path(&entity), "notice-invited")),
        Ok(invited) => {
            let moment = Moment { link: Some(Link::of(invited)), ..Moment::default() };
            let mut response = show_with(&app, &operator, &entity, StatusCode::OK, moment).await?;
            response.extensions_mut().insert(HoldsSecret);
            Ok(response)
        }
        Err(Error::Invalid(faults)) => {
            let moment = typed(Moment { faults: Faults(faults), ..Moment::default() });
            show_with(&app, &operator, &entity, StatusCode::UNPROCESSABLE_ENTITY, moment).await
        }
        Err(Error::Refused(why)) => {
            let moment = typed(Moment { refused: Some(why), ..Moment::default() });
            show_with(&app, &operator, &entity, StatusCode::CONFLICT, moment).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes an invitation back.
pub async fn withdraw(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath((name, id)): InPath<(String, String)>,
    _: Form,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    app.withdraw_invitation(&operator.actor(), Some(&entity.id), &id).await?;
    Ok(on_to(&app, &entity_path(&entity), "notice-withdrawn"))
}

/// Gives somebody another role.
pub async fn change_role(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath((name, id)): InPath<(String, String)>,
    form: Form,
) -> Result<Response, Problem> {
    let role = Role::parse(form.field("role")).ok_or(Problem::NotFound("role"))?;
    let entity = app.find_entity(&name).await?;
    let here = entity_path(&entity);
    if let Err(asked) = recent_operator(&app, &operator, &form, &format!("{here}/people/{id}/role"), &here).await? {
        return Ok(asked);
    }
    let changed = app.change_role(&operator.actor(), Some(&entity.id), &id, role).await;
    done(&app, &operator, &name, changed, "notice-role-changed").await
}

/// Removes somebody.
pub async fn remove(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath((name, id)): InPath<(String, String)>,
    _: Form,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    let removed = app.remove_member(&operator.actor(), Some(&entity.id), &id).await;
    done(&app, &operator, &name, removed, "notice-removed").await
}

async fn done(
    app: &App,
    operator: &Operator,
    name: &str,
    changed: Result<(), Error>,
    notice: &'static str,
) -> Result<Response, Problem> {
    let entity = app.find_entity(name).await?;
    match changed {
        Ok(()) => Ok(on_to(app, &entity_path(&entity), notice)),
        Err(Error::Refused(why)) => {
            let moment = Moment { refused: Some(why), ..Moment::default() };
            show_with(app, operator, &entity, StatusCode::CONFLICT, moment).await
        }
        Err(error) => Err(error.into()),
    }
}
