//! `/invitation/{link}` and `/setup/{link}`: the two links with which somebody becomes somebody here. Opening one uses
//! nothing up, so a mail scanner cannot spoil it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::door::{Join, begun, guessed, spent};
use super::faults::Faults;
use super::form::Form;
use super::frame::{Frame, key, page, page_with};
use super::look::Look;
use super::visitor::Guest;
use crate::app::{App, Error};
use crate::domain::person::Invitation;
use crate::http::admin::read::InPath;
use crate::http::error::Problem;

/// Shows what the set-up link is good for.
pub async fn setup(
    State(app): State<Arc<App>>,
    guest: Guest,
    InPath(link): InPath<String>,
) -> Result<Response, Problem> {
    guessed(&app, &guest)?;
    if !app.has_setup_link(&link).await? {
        return Ok(spent(&app, &guest, key("link-explained-setup")));
    }
    Ok(page(&app, guest.look, &first_operator(&app, guest.look, Faults::default(), "", "")))
}

/// Makes the first operator and signs them in.
pub async fn set_up(
    State(app): State<Arc<App>>,
    guest: Guest,
    InPath(link): InPath<String>,
    form: Form,
) -> Result<Response, Problem> {
    guessed(&app, &guest)?;
    // Without the link nobody gets as far as a password being hashed.
    if !app.has_setup_link(&link).await? {
        return Ok(spent(&app, &guest, key("link-explained-setup")));
    }
    let (email, name) = (form.field("email"), form.field("name"));
    match app.set_up_operator(&link, email, name, form.field("password"), &guest.browser).await {
        Ok(cookie) => Ok(begun(&app, "/operator/entities", &cookie)),
        Err(Error::NotFound(_)) => Ok(spent(&app, &guest, key("link-explained-setup"))),
        Err(Error::Invalid(faults)) => {
            let shown = first_operator(&app, guest.look, Faults(faults), email, name);
            Ok(page_with(&app, guest.look, StatusCode::UNPROCESSABLE_ENTITY, &shown))
        }
        Err(error) => Err(error.into()),
    }
}

fn first_operator(app: &App, look: Look, faults: Faults, email: &str, name: &str) -> Join {
    let w = look.words;
    Join {
        frame: Frame::door(app, look),
        faults,
        title: w.plain("set-up-passgate"),
        explained: w.plain("set-up-explained"),
        email: None,
        typed_email: email.chars().take(254).collect(),
        asks_name: true,
        name: name.chars().take(50).collect(),
        button: w.plain("become-operator"),
    }
}

/// Shows what the invitation is good for.
pub async fn get(State(app): State<Arc<App>>, guest: Guest, InPath(link): InPath<String>) -> Result<Response, Problem> {
    guessed(&app, &guest)?;
    match app.invitation(&link).await? {
        Some(invitation) => {
            let shown = joining(&app, guest.look, &invitation, Faults::default(), "").await?;
            Ok(page(&app, guest.look, &shown))
        }
        None => Ok(spent(&app, &guest, key("link-explained-invitation"))),
    }
}

/// Takes the invitation and signs the person in.
pub async fn join(
    State(app): State<Arc<App>>,
    guest: Guest,
    InPath(link): InPath<String>,
    form: Form,
) -> Result<Response, Problem> {
    guessed(&app, &guest)?;
    let Some(invitation) = app.invitation(&link).await? else {
        return Ok(spent(&app, &guest, key("link-explained-invitation")));
    };
    match app.join(&link, form.field("name"), form.field("password"), &guest.browser).await {
        Ok(cookie) => {
            let entity = match &invitation.entity_id {
                Some(id) => app.entity(id).await?,
                None => None,
            };
            let path = entity.map(|entity| format!("/entities/{}/generate-credentials", entity.identifier));
            Ok(begun(&app, path.as_deref().unwrap_or("/"), &cookie))
        }
        Err(Error::NotFound(_)) => Ok(spent(&app, &guest, key("link-explained-invitation"))),
        Err(Error::Invalid(faults)) => {
            let faults = Faults(faults);
            let shown = joining(&app, guest.look, &invitation, faults, form.field("name")).await?;
            Ok(page_with(&app, guest.look, StatusCode::UNPROCESSABLE_ENTITY, &shown))
        }
        Err(error) => Err(error.into()),
    }
}

/// The page is the same whether the address has an account or not: who holds the link may not be its owner.
async fn joining(app: &App, look: Look, invitation: &Invitation, faults: Faults, name: &str) -> Result<Join, Problem> {
    let w = look.words;
    let place = match &invitation.entity_id {
        Some(id) => app.entity(id).await?.ok_or(Problem::NotFound("page"))?.name.clone(),
        None => w.plain("operators-of-passgate"),
    };
    Ok(Join {
        frame: Frame::door(app, look),
        faults,
        title: w.plain_with("join", [("place", &place)]),
        explained: w.plain_with("join-explained", [("email", &invitation.email)]),
        email: Some(invitation.email.clone()),
        typed_email: String::new(),
        asks_name: true,
        name: name.chars().take(50).collect(),
        button: w.plain("set-password"),
    })
}
