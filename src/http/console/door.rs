//! The door: sign in, sign out, a forgotten password, the choice of language and theme.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use http::header::REFERER;
use http::{HeaderMap, HeaderValue};

use super::failure::Plain;
use super::faults::Faults;
use super::form::{Form, Query};
use super::frame::{Frame, key, page, page_with};
use super::look::{LANGUAGE_COOKIE, Look, THEME_COOKIE, Theme};
use super::visitor::{Guest, Visitor, is_https, next_path, session_cookie, with_cookie};
use super::words::Language;
use crate::app::{App, Error};
use crate::domain::secret::PlainSecret;
use crate::http::admin::read::InPath;
use crate::http::error::Problem;

/// A year, for the cookies of language and theme.
const YEAR: u32 = 365 * 24 * 3600;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignIn {
    frame: Frame,
    faults: Faults,
    email: String,
    next: String,
    is_wrong: bool,
    has_ended: bool,
}

#[derive(Template)]
#[template(path = "forgot.html")]
struct Forgot {
    frame: Frame,
    faults: Faults,
    email: String,
    has_mail: bool,
    is_sent: bool,
}

/// A page on which somebody chooses a password, or gives the one that is there.
#[derive(Template)]
#[template(path = "join.html")]
pub struct Join {
    /// What stands around it.
    pub frame: Frame,
    /// What was wrong.
    pub faults: Faults,
    /// The title.
    pub title: String,
    /// What the page is for.
    pub explained: String,
    /// The address, where it is known; otherwise it is asked for.
    pub email: Option<String>,
    /// What was typed as the address.
    pub typed_email: String,
    /// Whether the name is asked for.
    pub asks_name: bool,
    /// What was typed as the name.
    pub name: String,
    /// What the button says.
    pub button: String,
}

/// `/`: on to where the visitor belongs.
pub async fn home(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    if visitor.signed_in.is_operator() {
        return Ok(Redirect::to("/operator/entities").into_response());
    }
    for membership in &visitor.signed_in.memberships {
        if let Some(id) = &membership.entity_id
            && let Some(entity) = app.entity(id).await?
        {
            let path = format!("/entities/{}/generate-credentials", entity.identifier);
            return Ok(Redirect::to(&path).into_response());
        }
    }
    Ok(Redirect::to("/account").into_response())
}

/// The sign-in page.
pub async fn get(State(app): State<Arc<App>>, guest: Guest, query: Query) -> Response {
    let shown = SignIn {
        frame: Frame::door(&app, guest.look),
        faults: Faults::default(),
        email: String::new(),
        next: next_path(query.value("next")).to_owned(),
        is_wrong: false,
        has_ended: query.get("ended").is_some(),
    };
    page(&app, guest.look, &shown)
}

/// Signs somebody in. An unknown address and a wrong password get the same answer after the same time.
pub async fn post(State(app): State<Arc<App>>, guest: Guest, form: Form) -> Result<Response, Problem> {
    let next = next_path(form.field("next"));
    match app.sign_in(form.field("email"), form.field("password"), &guest.browser).await? {
        Some(cookie) => {
            if let Some(before) = guest.session.as_deref()
                && let Some(before) = app.signed_in(before).await?
            {
                app.store.end_session(&before.session.id, &before.person.id).await?;
            }
            Ok(begun(&app, next, &cookie))
        }
        None => {
            let shown = SignIn {
                frame: Frame::door(&app, guest.look),
                faults: Faults::default(),
                email: form.field("email").chars().take(254).collect(),
                next: next.to_owned(),
                is_wrong: true,
                has_ended: false,
            };
            Ok(page_with(&app, guest.look, StatusCode::UNAUTHORIZED, &shown))
        }
    }
}

/// On to `path` with a session that has just begun.
pub fn begun(app: &App, path: &str, cookie: &PlainSecret) -> Response {
    with_cookie(app, Redirect::to(path).into_response(), session_cookie(app), cookie.expose(), None)
}

/// Signs somebody out; the browser forgets what it kept of the pages.
pub async fn sign_out(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    app.store.end_session(&visitor.signed_in.session.id, &visitor.signed_in.person.id).await?;
    let mut response = with_cookie(&app, Redirect::to("/sign-in").into_response(), session_cookie(&app), "", Some(0));
    if is_https(&app) {
        response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    }
    Ok(response)
}

/// Remembers a language or a theme, and goes back.
pub async fn preferences(State(app): State<Arc<App>>, headers: HeaderMap, form: Form) -> Response {
    let referrer = headers.get(REFERER).and_then(|referrer| referrer.to_str().ok()).unwrap_or_default();
    let path = referrer.split_once("://").and_then(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)));
    let mut response = Redirect::to(next_path(path.unwrap_or("/"))).into_response();
    if let Some(language) = Language::of_tag(form.field("language")) {
        response = with_cookie(&app, response, LANGUAGE_COOKIE, language.tag(), Some(YEAR));
    }
    if let Some(theme) = Theme::parse(form.field("theme")) {
        response = with_cookie(&app, response, THEME_COOKIE, theme.as_str(), Some(YEAR));
    }
    response
}

/// Asks for the address of a forgotten password.
pub async fn forgot(State(app): State<Arc<App>>, look: Look) -> Response {
    page(&app, look, &forgotten(&app, look, Faults::default(), "", false))
}

/// Mails a link, if there is such an account; the answer is the same if there is none.
pub async fn ask_reset(State(app): State<Arc<App>>, guest: Guest, form: Form) -> Result<Response, Problem> {
    let email = form.field("email");
    let (faults, status) = match app.request_password_reset(email, guest.browser.address) {
        Ok(()) => (Faults::default(), StatusCode::OK),
        Err(Error::Invalid(faults)) => (Faults(faults), StatusCode::UNPROCESSABLE_ENTITY),
        Err(error) => return Err(error.into()),
    };
    let is_sent = faults.is_empty();
    Ok(page_with(&app, guest.look, status, &forgotten(&app, guest.look, faults, email, is_sent)))
}

fn forgotten(app: &App, look: Look, faults: Faults, email: &str, is_sent: bool) -> Forgot {
    Forgot {
        frame: Frame::door(app, look),
        faults,
        email: email.chars().take(254).collect(),
        has_mail: app.mailer.is_set(),
        is_sent,
    }
}

/// The page behind a link to set a password.
pub async fn reset(
    State(app): State<Arc<App>>,
    guest: Guest,
    InPath(link): InPath<String>,
) -> Result<Response, Problem> {
    guessed(&app, &guest)?;
    match app.password_reset(&link).await? {
        Some(person) => Ok(page(&app, guest.look, &new_password(&app, guest.look, &person.email, Faults::default()))),
        None => Ok(spent(&app, &guest, key("link-explained-reset"))),
    }
}

/// Sets the password and signs the person in.
pub async fn set_password(
    State(app): State<Arc<App>>,
    guest: Guest,
    InPath(link): InPath<String>,
    form: Form,
) -> Result<Response, Problem> {
    guessed(&app, &guest)?;
    match app.reset_password(&link, form.field("password"), &guest.browser).await {
        Ok(cookie) => Ok(begun(&app, "/", &cookie)),
        Err(Error::NotFound(_)) => Ok(spent(&app, &guest, key("link-explained-reset"))),
        Err(Error::Invalid(faults)) => {
            let shown = new_password(&app, guest.look, form.field("username"), Faults(faults));
            Ok(page_with(&app, guest.look, StatusCode::UNPROCESSABLE_ENTITY, &shown))
        }
        Err(error) => Err(error.into()),
    }
}

fn new_password(app: &App, look: Look, email: &str, faults: Faults) -> Join {
    let w = look.words;
    Join {
        frame: Frame::door(app, look),
        faults,
        title: w.plain("new-password"),
        explained: w.plain_with("new-password-for", [("email", &email)]),
        email: Some(email.to_owned()),
        typed_email: String::new(),
        asks_name: false,
        name: String::new(),
        button: w.plain("set-password"),
    }
}

/// Goes on unless too many links have been guessed from this address.
pub fn guessed(app: &App, guest: &Guest) -> Result<(), Problem> {
    let key = app.throttle.people(guest.browser.address);
    app.throttle.check_unknown(key, app.now()).map_err(Problem::from)
}

/// The page of a link that is not good, or not any more; guesses are counted.
pub fn spent(app: &App, guest: &Guest, explained: &str) -> Response {
    app.throttle.fail(app.throttle.people(guest.browser.address), app.now());
    let w = guest.look.words;
    let shown = Plain {
        frame: Frame::door(app, guest.look),
        title: w.plain("link-not-valid"),
        paragraphs: vec![w.text(explained)],
        request_id: None,
    };
    page_with(app, guest.look, StatusCode::NOT_FOUND, &shown)
}
