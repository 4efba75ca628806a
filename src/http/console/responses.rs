//! The *Responses* of Get Access Token (CONTRACT.md §1): each code with its body and headers, written by what writes the
//! real ones, with its cause and its remedy; and the one that really came back.

use axum::body::to_bytes;
use http::StatusCode;

use super::answers::{REQUEST_ID, TOKEN};
use super::code;
use super::send::Outcome;
use super::words::Text;
use crate::app::App;
use crate::domain::credential::Refusal;
use crate::domain::entity::Entity;
use crate::domain::fault::{Fault, FieldFault};
use crate::http::envelope;
use crate::http::error::Problem;
use crate::http::integration::access_token::Answer;
use crate::http::problems::explained;

/// The code that is selected by default.
pub const FIRST: u16 = 200;
/// Most bytes of an answer.
const MOST_BYTES: usize = 64 * 1024;

/// One code of the page.
pub struct Panel {
    /// The status.
    pub status: u16,
    /// The contract's title, or the answer's own.
    pub title: String,
    /// The body, byte for byte.
    pub body: String,
    /// The body for the page.
    pub shown: Text,
    /// Every header, as sent.
    pub headers: Vec<(String, String)>,
    /// When it comes; empty for a success.
    pub cause: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
    /// Whether it is the one shown.
    pub is_selected: bool,
    /// Whether it really came back.
    pub is_received: bool,
}

/// The six codes of the contract; the one of `outcome` in its place, or added at the end.
pub async fn panels(
    app: &App,
    entity: &Entity,
    selected: u16,
    outcome: Option<&Outcome>,
) -> Result<Vec<Panel>, Problem> {
    let lifetime = entity.settings.token_lifetime().as_secs();
    let issued = envelope::private_json(StatusCode::OK, &Answer::of(TOKEN, lifetime, entity.scopes.all()));
    let mut panels = vec![panel(200, "", "Successfully done".to_owned(), issued).await?];
    let hint = Refusal::WrongSecret.hint();
    for problem in [
        Problem::InvalidScope { title: entity.scopes.title() },
        Problem::InvalidCredentials { reason: Refusal::WrongSecret.reason(), hint },
        Problem::ClientNotFound,
        Problem::InvalidArguments(vec![FieldFault::new("client_secret", Fault::Missing)]),
        Problem::Unavailable(String::new()),
    ] {
        let (status, code, title) = problem.kind();
        let (status, title) = (status.as_u16(), title.to_owned());
        panels.push(panel(status, code, title, envelope::example(app, &problem, REQUEST_ID)).await?);
    }
    if let Some(outcome) = outcome {
        let received = received(outcome);
        match panels.iter_mut().find(|panel| panel.status == outcome.status) {
            Some(place) => *place = Panel { cause: place.cause, remedy: place.remedy, ..received },
            None => panels.push(received),
        }
    }
    let selected = if panels.iter().any(|panel| panel.status == selected) { selected } else { FIRST };
    for panel in &mut panels {
        panel.is_selected = panel.status == selected;
    }
    Ok(panels)
}

async fn panel(
    status: u16,
    code: &str,
    title: String,
    mut response: axum::response::Response,
) -> Result<Panel, Problem> {
    envelope::finish(&mut response, REQUEST_ID);
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, MOST_BYTES).await.map_err(|error| Problem::Internal(error.to_string()))?;
    let body = String::from_utf8_lossy(&body).into_owned();
    let (cause, remedy) = explained(code);
    let shown = code::json(&body, &[]);
    let headers = listed(&parts.headers);
    Ok(Panel { status, title, shown, body, headers, cause, remedy, is_selected: false, is_received: false })
}

fn received(outcome: &Outcome) -> Panel {
    let fields: Vec<String> = outcome.faults().into_iter().map(|(field, _)| field).collect();
    let code = serde_json::from_str::<serde_json::Value>(&outcome.body).unwrap_or_default();
    let (cause, remedy) = explained(code.get("code").and_then(serde_json::Value::as_str).unwrap_or_default());
    Panel {
        status: outcome.status,
        title: outcome.title(),
        body: outcome.body.clone(),
        shown: code::json(&outcome.body, &fields),
        headers: listed(&outcome.headers),
        cause,
        remedy,
        is_selected: false,
        is_received: true,
    }
}

/// The headers as a client sees them, but for those that only the connection needs.
fn listed(headers: &http::HeaderMap) -> Vec<(String, String)> {
    let spelled = |name: &str| {
        let words = name.split('-').map(|word| {
            let mut letters = word.chars();
            let first = letters.next().map(|letter| letter.to_ascii_uppercase());
            first.into_iter().chain(letters).collect::<String>()
        });
        words.collect::<Vec<_>>().join("-").replace("Www-", "WWW-")
    };
    let kept = headers.iter().filter(|(name, _)| name.as_str() != "content-length");
    kept.map(|(name, value)| (spelled(name.as_str()), value.to_str().unwrap_or_default().to_owned())).collect()
}
