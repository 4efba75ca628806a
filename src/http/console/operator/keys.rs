//! Signing keys: where each stands, until when it is published, and the rotation.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};

use crate::app::{App, Error};
use crate::domain::key::{KeyFacts, RotationRefused, State as KeyState, successor};
use crate::domain::time::Timestamp;
use crate::http::console::form::{Form, Query};
use crate::http::console::frame::{Frame, on_to, page};
use crate::http::console::look::Theme;
use crate::http::console::step_up::recent_operator;
use crate::http::console::visitor::Operator;
use crate::http::console::words::{Text, Words};
use crate::http::error::Problem;

#[derive(Template)]
#[template(path = "operator/keys.html")]
struct Keys {
    frame: Frame,
    rows: Vec<Row>,
    jwks: String,
    may_rotate: bool,
    ready: Option<String>,
    is_asked: bool,
    rotation: Text,
    withdrawn: Option<String>,
}

struct Row {
    kid: String,
    algorithm: &'static str,
    state: KeyState,
    since: Text,
    published: Option<Text>,
    until: Option<Text>,
}

/// The page, or with `?dialog=rotate` the question over it.
pub async fn get(State(app): State<Arc<App>>, operator: Operator, query: Query) -> Result<Response, Problem> {
    let (w, now) = (operator.0.look.words, app.now());
    let facts: Vec<KeyFacts> = app.store.all_signing_keys().await?.into_iter().map(|key| key.facts).collect();
    let next = successor(&facts, now, false);
    let ready = match &next {
        Err(RotationRefused::TooEarly(ready)) => Some(w.moment_text(*ready)),
        Err(RotationRefused::NoNextKey) | Ok(_) => None,
    };
    let shown = Keys {
        frame: Frame::of_operator(&app, &operator, "keys").await?,
        rows: facts.iter().rev().map(|key| row(w, key, now)).collect(),
        jwks: format!("{}/.well-known/jwks.json", app.issuer),
        may_rotate: next != Err(RotationRefused::NoNextKey),
        ready,
        is_asked: query.value("dialog") == "rotate",
        rotation: match app.config.signing_key_rotation_days {
            0 => w.text("op-rotated-by-hand"),
            days => w.with("op-rotated-every", [("count", &days)]),
        },
        withdrawn: facts
            .iter()
            .find(|key| key.state != KeyState::Gone && Some(key.kid.as_str()) == query.get("void"))
            .map(|key| key.kid.clone()),
    };
    Ok(page(&app, operator.0.look, &shown))
}

fn row(w: Words, key: &KeyFacts, now: Timestamp) -> Row {
    let is_from_the_start = key.published_at == Timestamp::from_millis(0);
    Row {
        kid: key.kid.clone(),
        algorithm: key.algorithm.as_str(),
        state: key.state,
        since: w.ago(key.since, now),
        published: (!is_from_the_start).then(|| w.moment(key.published_at)),
        until: match key.state {
            KeyState::Retiring => key.goes_at().map(|end| w.moment(end)),
            KeyState::Gone => Some(w.moment(key.since)),
            KeyState::Next | KeyState::Signing => None,
        },
    }
}

/// Rotates. Too early without saying so leads back to the question, which tells why.
pub async fn rotate(State(app): State<Arc<App>>, operator: Operator, form: Form) -> Result<Response, Problem> {
    let path = "/operator/keys";
    if let Err(asked) = recent_operator(&app, &operator, &form, &format!("{path}/rotate"), path).await? {
        return Ok(asked);
    }
    match app.rotate_keys(&operator.actor(), form.has("anyway")).await {
        Ok(_) => Ok(on_to(&app, "/operator/keys", "notice-keys-rotated")),
        Err(Error::Refused(_) | Error::Changed) => Ok(Redirect::to("/operator/keys?dialog=rotate").into_response()),
        Err(error) => Err(error.into()),
    }
}

/// Withdraws a key at once.
pub async fn void(State(app): State<Arc<App>>, operator: Operator, form: Form) -> Result<Response, Problem> {
    let path = "/operator/keys";
    if let Err(asked) = recent_operator(&app, &operator, &form, &format!("{path}/void"), path).await? {
        return Ok(asked);
    }
    app.void_key(&operator.actor(), form.field("kid")).await?;
    Ok(on_to(&app, path, "notice-key-voided"))
}
