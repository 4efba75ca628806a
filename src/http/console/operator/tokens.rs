//! Operator tokens, with which programs use the admin API: made, shown once, revoked.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::operators::{Moment, show_with};
use crate::app::{App, Error};
use crate::domain::fault::{Fault, FieldFault};
use crate::http::admin::read::InPath;
use crate::http::console::faults::Faults;
use crate::http::console::form::Form;
use crate::http::console::frame::on_to;
use crate::http::console::step_up::recent_operator;
use crate::http::console::visitor::Operator;
use crate::http::error::Problem;

const MOST_DAYS: u64 = 366;

/// Makes a token and shows it, once.
pub async fn create(State(app): State<Arc<App>>, operator: Operator, form: Form) -> Result<Response, Problem> {
    if let Err(asked) =
        recent_operator(&app, &operator, &form, "/operator/operators/tokens", "/operator/operators").await?
    {
        return Ok(asked);
    }
    let (name, typed) = (form.field("name"), form.field("days"));
    let days = typed.trim().parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
    let days_fault = days
        .is_none()
        .then(|| FieldFault::new("days", Fault::Rule(format!("must be a whole number from 1 to {MOST_DAYS}"))));
    let life = Duration::from_secs(days.unwrap_or(0).saturating_mul(24 * 3600));
    // A life of nothing is refused, so that the name is judged and no token made.
    let faults = match app.create_operator_token(&operator.actor(), name, life).await {
        Ok((_, secret)) => {
            let moment = Moment { secret: Some(secret), ..Moment::default() };
            return show_with(&app, &operator, StatusCode::OK, moment).await;
        }
        Err(Error::Invalid(faults)) => faults,
        Err(error) => return Err(error.into()),
    };
    let faults = faults.into_iter().filter(|fault| fault.field == "name").chain(days_fault).collect();
    let moment = Moment {
        faults: Faults(faults),
        name: name.chars().take(100).collect(),
        days: Some(typed.chars().take(20).collect()),
        ..Moment::default()
    };
    show_with(&app, &operator, StatusCode::UNPROCESSABLE_ENTITY, moment).await
}

/// Revokes a token.
pub async fn revoke(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath(id): InPath<String>,
    _: Form,
) -> Result<Response, Problem> {
    app.revoke_operator_token(&operator.actor(), &id).await?;
    Ok(on_to(&app, "/operator/operators", "notice-token-revoked"))
}
