//! A recent password, for showing a secret and for replacing it: asked for on the way, and the form goes on as it was.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use super::faults::Faults;
use super::form::Form;
use super::frame::{Frame, html};
use super::look::Theme;
use super::visitor::{Insider, Operator, Visitor};
use crate::app::App;
use crate::app::sessions::wrong_password;
use crate::http::error::Problem;

/// The page that asks for the password.
#[derive(Template)]
#[template(path = "step_up.html")]
struct StepUp {
    frame: Frame,
    faults: Faults,
    action: String,
    back: String,
    email: String,
    fields: Vec<(String, String)>,
}

/// Goes on if the password was given recently, or stands in the form and is right. `Err` is the page that asks for it;
/// it sends the same form again to `action`, or leads back to `back`.
pub async fn recent(
    app: &App,
    insider: &Insider,
    form: &Form,
    action: String,
    back: String,
) -> Result<Result<(), Response>, Problem> {
    match prove(app, &insider.visitor, form).await? {
        None => Ok(Ok(())),
        Some(faults) => {
            let frame = Frame::of_entity(app, insider, "generate-credentials").await?;
            Ok(Err(ask(frame, faults, &insider.visitor, form, action, back)))
        }
    }
}

/// The same for an operator.
pub async fn recent_operator(
    app: &App,
    operator: &Operator,
    form: &Form,
    action: &str,
    back: &str,
) -> Result<Result<(), Response>, Problem> {
    match prove(app, &operator.0, form).await? {
        None => Ok(Ok(())),
        Some(faults) => {
            let frame = Frame::of_operator(app, operator, "operators").await?;
            Ok(Err(ask(frame, faults, &operator.0, form, action.to_owned(), back.to_owned())))
        }
    }
}

/// `None` if the password is known; otherwise what is wrong with the one in the form, if there was one.
async fn prove(app: &App, visitor: &Visitor, form: &Form) -> Result<Option<Faults>, Problem> {
    if visitor.signed_in.session.is_recent(app.now()) {
        return Ok(None);
    }
    let password = form.field("password");
    if password.is_empty() {
        return Ok(Some(Faults::default()));
    }
    if app.prove_again(&visitor.signed_in, password, visitor.browser.address).await? {
        return Ok(None);
    }
    Ok(Some(Faults(vec![wrong_password("password")])))
}

fn ask(frame: Frame, faults: Faults, visitor: &Visitor, form: &Form, action: String, back: String) -> Response {
    let page = StepUp {
        frame,
        faults,
        action,
        back,
        email: visitor.signed_in.person.email.clone(),
        fields: form.others(&["password", "username", "client_secret"]),
    };
    html(StatusCode::UNAUTHORIZED, &page)
}
