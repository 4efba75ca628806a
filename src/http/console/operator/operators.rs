//! Who runs the platform: operators, invitations to become one, and the tokens of the admin API.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::link::Link;
use crate::app::{App, Error};
use crate::domain::operator::OperatorToken;
use crate::domain::person::Role;
use crate::domain::secret::PlainSecret;
use crate::http::admin::read::InPath;
use crate::http::console::faults::Faults;
use crate::http::console::form::Form;
use crate::http::console::frame::{Frame, HIDDEN_AFTER_SECONDS, on_to, page_with, page_with_secret};
use crate::http::console::guard::HoldsSecret;
use crate::http::console::look::Theme;
use crate::http::console::members::{InvitationRow, PersonRow, members};
use crate::http::console::step_up::recent_operator;
use crate::http::console::visitor::Operator;
use crate::http::console::words::{Text, sentence};
use crate::http::error::Problem;

const HERE: &str = "/operator/operators";

#[derive(Template)]
#[template(path = "operator/operators.html")]
struct Operators {
    frame: Frame,
    faults: Faults,
    people: Vec<PersonRow>,
    waiting: Vec<InvitationRow>,
    link: Option<Link>,
    refused: Option<Text>,
    email: String,
    tokens: Vec<TokenRow>,
    name: String,
    days: String,
    secret: Option<String>,
    hidden_after: u32,
}

struct TokenRow {
    id: String,
    name: String,
    created: Text,
    ends: Text,
    has_ended: bool,
}

/// What a handler adds to the page.
#[derive(Default)]
pub struct Moment {
    /// What is wrong with what was typed.
    pub faults: Faults,
    /// An invitation's link, to be passed on.
    pub link: Option<Link>,
    /// Why something was not done: the key of a message.
    pub refused: Option<Text>,
    /// The address that was typed.
    pub email: String,
    /// The name of a token that was typed.
    pub name: String,
    /// The days that were typed.
    pub days: Option<String>,
    /// A token that has just been made.
    pub secret: Option<PlainSecret>,
}

/// The page.
pub async fn get(State(app): State<Arc<App>>, operator: Operator) -> Result<Response, Problem> {
    show_with(&app, &operator, StatusCode::OK, Moment::default()).await
}

/// Invites somebody to run the platform, perhaps once more. Without mail the link is shown, once and only here.
pub async fn invite(State(app): State<Arc<App>>, operator: Operator, form: Form) -> Result<Response, Problem> {
    if let Err(asked) = recent_operator(&app, &operator, &form, &format!("{HERE}/invitations"), HERE).await? {
        return Ok(asked);
    }
    let email = form.field("email");
    let typed: String = email.chars().take(254).collect();
    match app.invite(&operator.actor(), None, email, Role::Operator).await {
        Ok(invited) if invited.mailed == Some(true) => Ok(on_to(&app, HERE, "notice-invited")),
        Ok(invited) => {
            let moment = Moment { link: Some(Link::of(invited)), ..Moment::default() };
            let mut response = show_with(&app, &operator, StatusCode::OK, moment).await?;
            response.extensions_mut().insert(HoldsSecret);
            Ok(response)
        }
        Err(Error::Invalid(faults)) => {
            let moment = Moment { faults: Faults(faults), email: typed, ..Moment::default() };
            show_with(&app, &operator, StatusCode::UNPROCESSABLE_ENTITY, moment).await
        }
        Err(Error::Refused(why)) => {
            let refused = Some(operator.0.look.words.english(&sentence(&why)));
            let moment = Moment { refused, email: typed, ..Moment::default() };
            show_with(&app, &operator, StatusCode::CONFLICT, moment).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Takes an invitation back.
pub async fn withdraw(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath(id): InPath<String>,
    _: Form,
) -> Result<Response, Problem> {
    app.withdraw_invitation(&operator.actor(), None, &id).await?;
    Ok(on_to(&app, HERE, "notice-withdrawn"))
}

/// Removes an operator, unless there would be none left.
pub async fn remove(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath(id): InPath<String>,
    _: Form,
) -> Result<Response, Problem> {
    match app.remove_member(&operator.actor(), None, &id).await {
        Ok(()) => Ok(on_to(&app, HERE, "notice-removed")),
        Err(Error::Refused(_)) => {
            let refused = Some(operator.0.look.words.text("op-last-operator"));
            show_with(&app, &operator, StatusCode::CONFLICT, Moment { refused, ..Moment::default() }).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The page with what a handler adds to it.
pub async fn show_with(
    app: &App,
    operator: &Operator,
    status: StatusCode,
    moment: Moment,
) -> Result<Response, Problem> {
    let (w, now) = (operator.0.look.words, app.now());
    let (people, waiting) = members(app, &operator.0, None).await?;
    let token = |token: OperatorToken| TokenRow {
        id: token.id.to_string(),
        name: token.name,
        created: w.moment(token.created_at),
        ends: w.moment(token.expires_at),
        has_ended: token.expires_at <= now,
    };
    let shown = Operators {
        frame: Frame::of_operator(app, operator, "operators").await?,
        faults: moment.faults,
        people,
        waiting,
        link: moment.link,
        refused: moment.refused,
        email: moment.email,
        tokens: app.store.operator_tokens().await?.into_iter().map(token).collect(),
        name: moment.name,
        days: moment.days.unwrap_or_else(|| "90".to_owned()),
        secret: moment.secret.map(|secret| secret.expose().to_owned()),
        hidden_after: HIDDEN_AFTER_SECONDS,
    };
    if shown.secret.is_some() {
        return Ok(page_with_secret(app, operator.0.look, &shown, HERE));
    }
    Ok(page_with(app, operator.0.look, status, &shown))
}
