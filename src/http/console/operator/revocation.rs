//! Stopping tokens before they end: one that is pasted, those of an entity, those of everybody. A pasted token stands in
//! the form's body only, and in no answer.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::entity_path;
use crate::app::{App, Error};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::time::Timestamp;
use crate::http::admin::read::InPath;
use crate::http::console::faults::Faults;
use crate::http::console::form::{Form, Query};
use crate::http::console::frame::{Frame, on_to, page_with};
use crate::http::console::look::Theme;
use crate::http::console::step_up::recent_operator;
use crate::http::console::visitor::Operator;
use crate::http::error::Problem;

const HERE: &str = "/operator/revocation";

#[derive(Template)]
#[template(path = "operator/revocation.html")]
struct Revocation {
    frame: Frame,
    faults: Faults,
    void_before: Option<String>,
    before: String,
    is_asked: bool,
}

/// The page, or with `?dialog=all` the question over it.
pub async fn get(State(app): State<Arc<App>>, operator: Operator, query: Query) -> Result<Response, Problem> {
    let is_asked = query.value("dialog") == "all";
    show(&app, &operator, StatusCode::OK, Faults::default(), String::new(), is_asked).await
}

async fn show(
    app: &App,
    operator: &Operator,
    status: StatusCode,
    faults: Faults,
    before: String,
    is_asked: bool,
) -> Result<Response, Problem> {
    let shown = Revocation {
        frame: Frame::of_operator(app, operator, "revocation").await?,
        faults,
        void_before: app.revoked.all_void_before().map(|at| operator.0.look.words.moment_text(at)),
        before,
        is_asked,
    };
    Ok(page_with(app, operator.0.look, status, &shown))
}

/// Revokes a token that was pasted.
pub async fn revoke(State(app): State<Arc<App>>, operator: Operator, form: Form) -> Result<Response, Problem> {
    let token = form.field("token").trim();
    let faults = if token.is_empty() {
        vec![FieldFault::new("token", Fault::Empty)]
    } else {
        match app.revoke_presented_token(&operator.actor(), token).await {
            Ok(revoked) if revoked.had_ended => return Ok(on_to(&app, HERE, "notice-access-token-ended")),
            Ok(_) => return Ok(on_to(&app, HERE, "notice-access-token-revoked")),
            Err(Error::Invalid(faults)) => faults,
            Err(error) => return Err(error.into()),
        }
    };
    show(&app, &operator, StatusCode::UNPROCESSABLE_ENTITY, Faults(faults), String::new(), false).await
}

/// Stops the tokens of everybody.
pub async fn void_all(State(app): State<Arc<App>>, operator: Operator, form: Form) -> Result<Response, Problem> {
    let typed = form.field("before").trim();
    let before = if typed.is_empty() { Ok(None) } else { typed.parse::<Timestamp>().map(Some) };
    if let Err(asked) = recent_operator(&app, &operator, &form, &format!("{HERE}/all"), HERE).await? {
        return Ok(asked);
    }
    let faults = match before {
        Err(why) => vec![FieldFault::new("before", Fault::Rule(format!("is {why}")))],
        Ok(before) => match app.void_all_tokens(&operator.actor(), before).await {
            Ok(_) => return Ok(on_to(&app, HERE, "notice-tokens-voided")),
            Err(Error::Invalid(faults)) => faults,
            Err(error) => return Err(error.into()),
        },
    };
    show(&app, &operator, StatusCode::UNPROCESSABLE_ENTITY, Faults(faults), typed.to_owned(), true).await
}

/// Stops the tokens of an entity.
pub async fn void_of_entity(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath(name): InPath<String>,
    form: Form,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    let path = entity_path(&entity);
    if let Err(asked) = recent_operator(&app, &operator, &form, &format!("{path}/void-tokens"), &path).await? {
        return Ok(asked);
    }
    app.void_tokens_of_entity(&operator.actor(), entity.id.as_str(), None).await?;
    Ok(on_to(&app, &path, "notice-tokens-voided"))
}
