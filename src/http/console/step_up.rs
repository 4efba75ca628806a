//! A recent password, for showing a secret and for replacing it: asked for on the way, and the form goes on as it was.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use super::faults::Faults;
use super::form::Form;
use super::frame::{Frame, html};
use super::look::Theme;
use super::visitor::Insider;
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
    let signed_in = &insider.visitor.signed_in;
    if signed_in.session.is_recent(app.now()) {
        return Ok(Ok(()));
    }
    let password = form.field("password");
    let mut faults = Faults::default();
    if !password.is_empty() {
        if app.prove_again(signed_in, password, insider.visitor.browser.address).await? {
            return Ok(Ok(()));
        }
        faults = Faults(vec![wrong_password("password")]);
    }
    let page = StepUp {
        frame: Frame::of_entity(app, insider, "generate-credentials").await?,
        faults,
        action,
        back,
        email: signed_in.person.email.clone(),
        fields: form.others(&["password", "username", "client_secret"]),
    };
    Ok(Err(html(StatusCode::UNAUTHORIZED, &page)))
}
