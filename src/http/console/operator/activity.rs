//! The audit log of everything, the newest first; filtered by entity, action, actor and time; as a page and as files; and
//! where its chain ends.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::path_of;
use crate::app::{App, Error};
use crate::domain::event::Action;
use crate::domain::time::bound;
use crate::http::admin::events::file;
use crate::http::console::form::Query;
use crate::http::console::frame::{Frame, key, page};
use crate::http::console::look::Theme;
use crate::http::console::text::text_of;
use crate::http::console::visitor::Operator;
use crate::http::console::words::{Text, Words};
use crate::http::error::Problem;
use crate::http::export::Format;
use crate::store::event::{Filter, ToldEvent};

/// Events a page.
const PAGE: usize = 50;
/// Longest detail that a row shows, in characters.
const LONGEST_DETAIL: usize = 300;

#[derive(Template)]
#[template(path = "operator/activity.html")]
struct Activity {
    frame: Frame,
    entity: String,
    is_unknown: bool,
    actions: Vec<(&'static str, Text)>,
    action: &'static str,
    actor: String,
    from: String,
    to: String,
    is_filtered: bool,
    rows: Vec<Row>,
    csv: String,
    json_lines: String,
    newest: Option<String>,
    older: Option<String>,
    anchor: String,
    removed: Option<i64>,
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
struct Asked {
    filter: Filter,
    is_unknown: bool,
}

impl Asked {
    async fn of(app: &App, query: &Query) -> Result<Self, Problem> {
        let (entity_id, is_unknown) = match query.get("entity").map(str::trim) {
            None => (None, false),
            Some(name) => match app.find_entity(name).await {
                Ok(entity) => (Some(entity.id.to_string()), false),
                // No entity has this id, so the log of it is empty.
                Err(Error::NotFound(_)) => (Some(String::new()), true),
                Err(error) => return Err(error.into()),
            },
        };
        let filter = Filter {
            entity_id,
            actions: Action::parse(query.value("action")).into_iter().collect(),
            actor: query.value("actor").trim().chars().take(64).collect(),
            is_of_entity_only: false,
            since: bound(query.value("from"), false).ok(),
            until: bound(query.value("to"), true).ok(),
        };
        Ok(Self { filter, is_unknown })
    }
}

/// The page.
pub async fn get(State(app): State<Arc<App>>, operator: Operator, query: Query) -> Result<Response, Problem> {
    let w = operator.0.look.words;
    let Asked { filter, is_unknown } = Asked::of(&app, &query).await?;
    let before = query.value("before").parse().unwrap_or(i64::MAX);
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX).saturating_add(1);
    let mut events = app.store.events_told(before, &filter, limit).await?;
    let has_more = events.len() > PAGE;
    events.truncate(PAGE);
    let here = "/operator/activity";
    let last = events.last().map(|told| told.event.seq.to_string());
    let ends = app.store.chain_ends().await?;
    let text = |name: &str| query.value(name).chars().take(64).collect();
    let shown = Activity {
        frame: Frame::of_operator(&app, &operator, "activity").await?,
        entity: text("entity"),
        is_unknown,
        actions: Action::ALL.into_iter().map(|action| (action.as_str(), what(w, action))).collect(),
        action: filter.actions.first().map_or("", |action| action.as_str()),
        actor: text("actor"),
        from: text("from"),
        to: text("to"),
        is_filtered: ["entity", "action", "actor", "from", "to"].iter().any(|name| query.get(name).is_some()),
        rows: events.iter().map(|told| row(w, told)).collect(),
        csv: query.link("/operator/activity.csv", &[("before", "")]),
        json_lines: query.link("/operator/activity.jsonl", &[("before", "")]),
        newest: query.get("before").map(|_| query.link(here, &[("before", "")])),
        older: last.filter(|_| has_more).map(|last| query.link(here, &[("before", &last)])),
        anchor: ends.chained.to_string(),
        removed: (ends.removed.seq > 0).then_some(ends.removed.seq),
    };
    Ok(page(&app, operator.0.look, &shown))
}

/// The same events as CSV.
pub async fn download(State(app): State<Arc<App>>, _: Operator, query: Query) -> Result<Response, Problem> {
    let Asked { filter, .. } = Asked::of(&app, &query).await?;
    file(app, filter, Format::Csv).await
}

/// The same events as JSON lines, with their hashes.
pub async fn download_json_lines(State(app): State<Arc<App>>, _: Operator, query: Query) -> Result<Response, Problem> {
    let Asked { filter, .. } = Asked::of(&app, &query).await?;
    file(app, filter, Format::JsonLines).await
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
        serde_json::Value::Array(items) => {
            let items: Vec<String> = items.iter().map(text_of).collect();
            Some(format!("{name}: {}", items.join(" ")))
        }
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
        Action::CredentialTokensVoided => key("event-credential-tokens-voided"),
        Action::EntityTokensVoided => key("event-entity-tokens-voided"),
        Action::AllTokensVoided => key("event-all-tokens-voided"),
        Action::KeyVoided => key("event-key-voided"),
        Action::MasterKeyRotated => key("event-master-key-rotated"),
        Action::MasterKeyRetired => key("event-master-key-retired"),
        Action::SealingKeyRotated => key("event-sealing-key-rotated"),
        Action::KeyCreated => key("event-key-created"),
        Action::KeyRotated => key("op-did-key-rotated"),
        Action::KeyRemoved => key("event-key-removed"),
        Action::OperatorTokenCreated => key("op-did-operator-token-created"),
        Action::OperatorTokenRevoked => key("event-operator-token-revoked"),
        Action::SetupLinkCreated => key("event-setup-link-created"),
        Action::SecretRevealed => key("op-did-secret-revealed"),
        Action::SecretStopped => key("op-did-secret-stopped"),
        Action::SecretEnding => key("op-did-secret-ending"),
        Action::SecretLeaked => key("op-did-secret-leaked"),
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
        Action::QuotaReached => key("op-did-quota-reached"),
        Action::AuthenticationChanged => key("op-did-authentication-changed"),
    })
}
