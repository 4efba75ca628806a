//! The audit log of everything, the newest first; filtered by entity and by action; as a page and as CSV.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::path_of;
use crate::app::{App, Error};
use crate::domain::event::Action;
use crate::http::console::csv;
use crate::http::console::form::Query;
use crate::http::console::frame::{Frame, key, page};
use crate::http::console::look::Theme;
use crate::http::console::visitor::Operator;
use crate::http::console::words::{Text, Words};
use crate::http::error::Problem;
use crate::store::event::{LoggedEvent, ToldEvent};

/// Events a page.
const PAGE: usize = 50;
/// Most events of a download, the newest.
const MOST_LINES: usize = 10_000;
/// Events read at once for a download.
const BATCH: i64 = 500;
/// Longest detail that a row shows, in characters.
const LONGEST_DETAIL: usize = 300;

#[derive(Template)]
#[template(path = "operator/activity.html")]
struct Activity {
    frame: Frame,
    entity: String,
    is_unknown: bool,
    actions: Vec<(&'static str, Text)>,
    action: String,
    is_filtered: bool,
    rows: Vec<Row>,
    csv: String,
    newest: Option<String>,
    older: Option<String>,
}

struct Row {
    at: Text,
    who: String,
    kind: Option<Text>,
    what: Text,
    subject: String,
    detail: String,
    entity: Option<(String, String)>,
    address: Option<String>,
}

/// What the log is filtered by.
struct Filter {
    entity_id: Option<String>,
    action: Option<&'static str>,
    is_unknown: bool,
}

impl Filter {
    async fn of(app: &App, query: &Query) -> Result<Self, Problem> {
        let action = Action::ALL.into_iter().map(Action::as_str).find(|action| *action == query.value("action"));
        let (entity_id, is_unknown) = match query.get("entity").map(str::trim) {
            None => (None, false),
            Some(name) => match app.find_entity(name).await {
                Ok(entity) => (Some(entity.id.to_string()), false),
                Err(Error::NotFound(_)) => (None, true),
                Err(error) => return Err(error.into()),
            },
        };
        Ok(Self { entity_id, action, is_unknown })
    }

    async fn events(&self, app: &App, before: i64, limit: i64) -> Result<Vec<ToldEvent>, Problem> {
        if self.is_unknown {
            return Ok(Vec::new());
        }
        Ok(app.store.events_told(before, self.entity_id.as_deref(), self.action, limit).await?)
    }
}

/// The page.
pub async fn get(State(app): State<Arc<App>>, operator: Operator, query: Query) -> Result<Response, Problem> {
    let w = operator.0.look.words;
    let filter = Filter::of(&app, &query).await?;
    let before = query.value("before").parse().unwrap_or(i64::MAX);
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut events = filter.events(&app, before, limit).await?;
    let has_more = events.len() > PAGE;
    events.truncate(PAGE);
    let here = "/operator/activity";
    let last = events.last().map(|told| told.event.seq.to_string());
    let shown = Activity {
        frame: Frame::of_operator(&app, &operator, "activity").await?,
        entity: query.value("entity").chars().take(64).collect(),
        is_unknown: filter.is_unknown,
        actions: Action::ALL.into_iter().map(|action| (action.as_str(), what(w, action))).collect(),
        action: filter.action.unwrap_or_default().to_owned(),
        is_filtered: filter.action.is_some() || filter.entity_id.is_some() || filter.is_unknown,
        rows: events.iter().map(|told| row(w, told)).collect(),
        csv: query.link("/operator/activity.csv", &[("before", "")]),
        newest: query.get("before").map(|_| query.link(here, &[("before", "")])),
        older: last.filter(|_| has_more).map(|last| query.link(here, &[("before", &last)])),
    };
    Ok(page(&app, operator.0.look, &shown))
}

/// The same events as CSV, at most 10,000, the newest first.
pub async fn download(State(app): State<Arc<App>>, _: Operator, query: Query) -> Result<Response, Problem> {
    let filter = Filter::of(&app, &query).await?;
    let mut text = csv::line(&["time", "actor", "address", "action", "entity", "subject", "detail"]);
    let (mut before, mut lines) = (i64::MAX, 0usize);
    while lines < MOST_LINES {
        let events = filter.events(&app, before, BATCH).await?;
        let Some(last) = events.last() else { break };
        before = last.event.seq;
        lines = lines.saturating_add(events.len());
        for told in &events {
            let LoggedEvent { at, actor, address, action, entity_id, subject, detail, .. } = &told.event;
            let entity = told.entity.as_deref().or(entity_id.as_deref()).unwrap_or_default();
            let address = address.as_deref().unwrap_or_default();
            text.push_str(&csv::line(&[&at.to_string(), actor, address, action, entity, subject, &detail.to_string()]));
        }
    }
    Ok(csv::file("passgate-activity", text))
}

fn row(w: Words, told: &ToldEvent) -> Row {
    let event = &told.event;
    let (who, kind) = actor(w, &event.actor);
    let path = |identifier: &String| path_of(identifier, event.entity_id.as_deref().unwrap_or_default());
    Row {
        at: w.log_moment(event.at),
        who,
        kind,
        what: Action::parse(&event.action)
            .map_or_else(|| w.with("op-did-something", [("action", &event.action)]), |action| what(w, action)),
        subject: event.subject.clone(),
        detail: detail(&event.detail),
        entity: told.entity.as_ref().map(|identifier| (identifier.clone(), path(identifier))),
        address: event.address.clone(),
    }
}

/// Who it was and what kind of actor, from the text that the log keeps.
fn actor(w: Words, text: &str) -> (String, Option<Text>) {
    match text.split_once(':') {
        Some(("operator", name)) => (name.to_owned(), Some(w.text("role-operator"))),
        Some(("person", name)) => (name.to_owned(), None),
        Some(("client", name)) => (name.to_owned(), Some(w.text("op-actor-client"))),
        _ if text == "cli" => (w.plain("op-actor-cli"), None),
        _ if text == "system" => ("Passgate".to_owned(), Some(w.text("op-actor-system"))),
        _ => (text.to_owned(), None),
    }
}

/// "role: viewer, email: a@b.c": what the log keeps beside the action, without its nested parts.
fn detail(detail: &serde_json::Value) -> String {
    let told = |(name, value): (&String, &serde_json::Value)| match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(format!("{name}: {text}")),
        other => Some(format!("{name}: {other}")),
    };
    let all: Vec<String> = detail.as_object().into_iter().flatten().filter_map(told).collect();
    let all = all.join(", ");
    if all.chars().count() > LONGEST_DETAIL { all.chars().take(LONGEST_DETAIL).chain(['…']).collect() } else { all }
}

/// What was done.
fn what(w: Words, action: Action) -> Text {
    w.text(match action {
        Action::EntityCreated => key("op-did-entity-created"),
        Action::EntityUpdated => key("op-did-entity-updated"),
        Action::ConfigurationImported => key("event-configuration-imported"),
        Action::ParameterSet => key("op-did-parameter-set"),
        Action::ParameterRemoved => key("op-did-parameter-removed"),
        Action::CredentialGenerated => key("op-did-credential-generated"),
        Action::CredentialRegenerated => key("op-did-credential-regenerated"),
        Action::CredentialRevoked => key("op-did-credential-revoked"),
        Action::CredentialLocked => key("op-did-credential-locked"),
        Action::CredentialUnlocked => key("op-did-credential-unlocked"),
        Action::TokenRevoked => key("event-token-revoked"),
        Action::KeyCreated => key("event-key-created"),
        Action::KeyRotated => key("op-did-key-rotated"),
        Action::KeyRemoved => key("event-key-removed"),
        Action::OperatorTokenCreated => key("op-did-operator-token-created"),
        Action::OperatorTokenRevoked => key("event-operator-token-revoked"),
        Action::SetupLinkCreated => key("event-setup-link-created"),
        Action::SecretRevealed => key("op-did-secret-revealed"),
        Action::SecretStopped => key("op-did-secret-stopped"),
        Action::RotationCancelled => key("op-did-rotation-cancelled"),
        Action::PersonInvited => key("op-did-person-invited"),
        Action::InvitationWithdrawn => key("op-did-invitation-withdrawn"),
        Action::PersonJoined => key("event-person-joined"),
        Action::RoleChanged => key("op-did-role-changed"),
        Action::PersonRemoved => key("op-did-person-removed"),
        Action::PasswordChanged => key("op-did-password-changed"),
        Action::SignedIn => key("event-signed-in"),
        Action::SessionsEnded => key("op-did-sessions-ended"),
        Action::EntityViewed => key("op-did-entity-viewed"),
        Action::AuthenticationChanged => key("op-did-authentication-changed"),
    })
}
