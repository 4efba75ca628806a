//! The person's own page: name, password, language, theme, sessions.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::faults::Faults;
use super::form::Form;
use super::frame::{Frame, on_to, page, page_with};
use super::look::Theme;
use super::visitor::Visitor;
use super::words::Text;
use crate::app::{App, Error};
use crate::domain::id::SessionId;
use crate::domain::person;
use crate::http::error::Problem;

#[derive(Template)]
#[template(path = "account.html")]
struct Account {
    frame: Frame,
    faults: Faults,
    email: String,
    name: String,
    is_nowhere: bool,
    themes: [(Theme, String); 3],
    sessions: Vec<Row>,
}

struct Row {
    id: String,
    agent: String,
    address: String,
    since: Text,
    seen: Text,
    is_this: bool,
}

/// The page.
pub async fn get(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    Ok(page(&app, visitor.look, &build(&app, &visitor, Faults::default()).await?))
}

/// Changes the name.
pub async fn rename(State(app): State<Arc<App>>, visitor: Visitor, form: Form) -> Result<Response, Problem> {
    match person::name(form.field("name")) {
        Ok(name) => {
            app.store.rename_person(&visitor.signed_in.person.id, &name).await?;
            Ok(on_to(&app, "/account", "notice-name-changed"))
        }
        Err(fault) => refused(&app, &visitor, vec![fault]).await,
    }
}

/// Changes the password; the person's other sessions end.
pub async fn change_password(State(app): State<Arc<App>>, visitor: Visitor, form: Form) -> Result<Response, Problem> {
    let (present, password) = (form.field("present_password"), form.field("password"));
    match app.change_password(&visitor.signed_in, present, password, visitor.browser.address).await {
        Ok(()) => Ok(on_to(&app, "/account", "notice-password-changed")),
        Err(Error::Invalid(faults)) => refused(&app, &visitor, faults).await,
        Err(error) => Err(error.into()),
    }
}

/// Ends one session of the person, or all others.
pub async fn end_sessions(State(app): State<Arc<App>>, visitor: Visitor, form: Form) -> Result<Response, Problem> {
    let signed_in = &visitor.signed_in;
    if form.field("session") == "others" {
        app.end_other_sessions(signed_in, visitor.browser.address).await?;
    } else if let Some(id) = SessionId::parse(form.field("session")) {
        app.store.end_session(&id, &signed_in.person.id).await?;
    }
    Ok(on_to(&app, "/account", "notice-sessions-ended"))
}

async fn refused(
    app: &App,
    visitor: &Visitor,
    faults: Vec<crate::domain::fault::FieldFault>,
) -> Result<Response, Problem> {
    let shown = build(app, visitor, Faults(faults)).await?;
    Ok(page_with(app, visitor.look, StatusCode::UNPROCESSABLE_ENTITY, &shown))
}

async fn build(app: &App, visitor: &Visitor, faults: Faults) -> Result<Account, Problem> {
    let (w, now, signed_in) = (visitor.look.words, app.now(), &visitor.signed_in);
    let sessions = app.store.sessions(&signed_in.person.id).await?;
    let row = |session: &person::Session| Row {
        id: session.id.to_string(),
        agent: browser(&session.agent),
        address: session.address.clone(),
        since: w.moment(session.created_at),
        seen: w.ago(session.seen_at, now),
        is_this: session.id == signed_in.session.id,
    };
    Ok(Account {
        frame: Frame::of_person(app, visitor, "account").await?,
        faults,
        email: signed_in.person.email.clone(),
        name: signed_in.person.name.clone(),
        is_nowhere: signed_in.memberships.is_empty(),
        themes: [
            (Theme::System, w.plain("theme-system")),
            (Theme::Light, w.plain("theme-light")),
            (Theme::Dark, w.plain("theme-dark")),
        ],
        sessions: sessions.iter().filter(|session| session.is_live(now)).map(row).collect(),
    })
}

/// What people call a browser, from what it calls itself.
fn browser(agent: &str) -> String {
    let named = [("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let systems =
        [("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("Mac OS", "macOS"), ("Linux", "Linux")];
    let find =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (find(&named), find(&systems)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        _ => agent.chars().take(60).collect(),
    }
}
