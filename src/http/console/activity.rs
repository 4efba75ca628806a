//! *Activity*: who did what at an entity, from where and when; as a page and as a file. Who runs the platform stays
//! unnamed here.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;

use super::csv;
use super::events::{By, said};
use super::form::Query;
use super::frame::{Frame, key, page};
use super::look::Theme;
use super::paging::Page;
use super::visitor::Insider;
use super::words::{Text, Words};
use crate::app::App;
use crate::domain::entity::Entity;
use crate::domain::event::Action;
use crate::domain::time::{Timestamp, bound};
use crate::http::error::Problem;
use crate::http::export::{self, Format, json_line};
use crate::store::event::{Filter, LoggedEvent, ToldEvent};

/// What can be looked at alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Secrets,
    Settings,
    People,
    SignIns,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Secrets, Self::Settings, Self::People, Self::SignIns];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::Settings => "settings",
            Self::People => "people",
            Self::SignIns => "sign-ins",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Secrets => key("kind-secrets"),
            Self::Settings => key("kind-settings"),
            Self::People => key("people"),
            Self::SignIns => key("kind-sign-ins"),
        }
    }

    const fn actions(self) -> &'static [Action] {
        match self {
            Self::Secrets => &[
                Action::CredentialGenerated,
                Action::CredentialRegenerated,
                Action::CredentialRevoked,
                Action::CredentialLocked,
                Action::CredentialUnlocked,
                Action::SecretRevealed,
                Action::SecretStopped,
                Action::SecretEnding,
                Action::SecretLeaked,
                Action::RotationCancelled,
                Action::TokenRevoked,
                Action::CredentialTokensVoided,
                Action::EntityTokensVoided,
                Action::QuotaReached,
            ],
            Self::Settings => {
                &[Action::EntityCreated, Action::EntityUpdated, Action::ParameterSet, Action::ParameterRemoved]
            }
            Self::People => &[
                Action::PersonInvited,
                Action::InvitationWithdrawn,
                Action::PersonJoined,
                Action::RoleChanged,
                Action::PersonRemoved,
            ],
            Self::SignIns => &[Action::SignedIn, Action::PasswordChanged, Action::SessionsEnded, Action::EntityViewed],
        }
    }

    fn asked(query: &Query) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == query.value("what"))
    }
}

#[derive(Template)]
#[template(path = "activity.html")]
struct Activity {
    frame: Frame,
    entity: String,
    path: String,
    file: String,
    json_lines: String,
    typed: Typed,
    kinds: Vec<(&'static str, Text, bool)>,
    is_filtered: bool,
    rows: Vec<Row>,
    count: Text,
    newer: Option<String>,
    older: Option<String>,
}

struct Row {
    who: Text,
    who_more: Option<Text>,
    what: Text,
    more: Vec<Text>,
    at: Text,
    address: Option<String>,
    no_address: Text,
}

/// What the page is filtered by beside the kind, as typed.
struct Typed {
    who: String,
    from: String,
    to: String,
}

impl Typed {
    fn of(query: &Query) -> Self {
        let text = |name: &str| query.value(name).trim().chars().take(64).collect();
        Self { who: text("who"), from: text("from"), to: text("to") }
    }
}

/// What the query asks for. Who runs the platform cannot be looked for here, since they stay unnamed; what is no day
/// filters nothing.
fn filter(entity: &Entity, query: &Query) -> Filter {
    let Typed { who, from, to } = Typed::of(query);
    Filter {
        entity_id: Some(entity.id.to_string()),
        actions: Kind::asked(query).map_or(&[][..], Kind::actions).to_vec(),
        is_of_entity_only: !who.is_empty(),
        actor: who,
        since: bound(&from, false).ok(),
        until: bound(&to, true).ok(),
    }
}

/// The page.
pub async fn get(State(app): State<Arc<App>>, insider: Insider, query: Query) -> Result<Response, Problem> {
    let w = insider.visitor.look.words;
    let kind = Kind::asked(&query);
    let (store, entity_id, filter) = (&app.store, &insider.entity.id, &filter(&insider.entity, &query));
    let listed = Page::read(
        &query,
        |before, most| store.events_told(before.unwrap_or(i64::MAX), filter, most),
        |after, most| store.events_told_after(entity_id, after, filter, most),
    );
    let listed = listed.await?;
    let path = insider.path("activity");
    let (newer, older) = listed.links(&query, &path, |told| told.event.seq);
    let file = |name: &str| query.link(&insider.path(name), &[("before", ""), ("after", "")]);
    let shown = Activity {
        frame: Frame::of_entity(&app, &insider, "activity").await?,
        entity: insider.entity.name.clone(),
        file: file("activity.csv"),
        json_lines: file("activity.jsonl"),
        typed: Typed::of(&query),
        kinds: Kind::ALL.map(|other| (other.as_str(), w.text(other.name()), kind == Some(other))).into(),
        is_filtered: kind.is_some() || ["who", "from", "to"].iter().any(|name| query.get(name).is_some()),
        count: w.with("entries", [("count", &listed.rows.len())]),
        newer,
        older,
        rows: listed.rows.iter().map(|told| row(w, &told.event)).collect(),
        path,
    };
    Ok(page(&app, insider.visitor.look, &shown))
}

fn row(w: Words, event: &LoggedEvent) -> Row {
    let by = By::of(&event.actor);
    let (who, who_more) = match &by {
        By::Operator => (w.text("operator-of-platform"), None),
        By::Passgate => (Text::trusted("Passgate".to_owned()), Some(w.text("by-itself"))),
        By::Person(name, email) => (plain(name), (!email.is_empty()).then(|| plain(email))),
        By::Client(client_id) => (w.text("one-of-the-systems"), Some(plain(client_id))),
    };
    let said = said(w, event);
    Row {
        who,
        who_more,
        what: said.what.text(w),
        more: said.more.iter().map(|sentence| sentence.text(w)).collect(),
        at: w.moment(event.at),
        address: address(&by, event),
        no_address: w.text(if by == By::Operator { key("not-shown") } else { key("no-address") }),
    }
}

fn plain(text: &str) -> Text {
    Text::trusted(super::words::escaped(text))
}

/// From where; of those who run the platform nothing is told.
fn address(by: &By, event: &LoggedEvent) -> Option<String> {
    if *by == By::Operator { None } else { event.address.clone() }
}

/// The same as a file, the newest first.
pub async fn download(State(app): State<Arc<App>>, insider: Insider, query: Query) -> Result<Response, Problem> {
    let w = insider.visitor.look.words;
    let heads = [key("when"), key("who"), key("what"), key("detail"), key("from-where")].map(|head| w.plain(head));
    // The mark at the beginning tells spreadsheets that it is UTF-8.
    let head = format!("\u{feff}{}", csv::line(&heads));
    let name = format!("activity-{}", insider.entity.identifier);
    let line = move |told: &ToldEvent| csv::line(&cells(w, &told.event));
    export::events(app, filter(&insider.entity, &query), (&name, Format::Csv, head), line).await
}

/// The same as JSON lines, for programs.
pub async fn download_json_lines(
    State(app): State<Arc<App>>,
    insider: Insider,
    query: Query,
) -> Result<Response, Problem> {
    let name = format!("activity-{}", insider.entity.identifier);
    let line = |told: &ToldEvent| json_line(&Line::of(told));
    export::events(app, filter(&insider.entity, &query), (&name, Format::JsonLines, String::new()), line).await
}

/// An event as the people of its entity may have it. The hashes are keyed: they give away nothing of other events.
#[derive(Serialize)]
struct Line<'e> {
    seq: i64,
    at: Timestamp,
    actor: &'e str,
    address: Option<String>,
    action: &'e str,
    subject: &'e str,
    detail: &'e serde_json::Value,
    chained_at: Option<Timestamp>,
    previous_hash: Option<&'e str>,
    hash: Option<&'e str>,
}

impl<'e> Line<'e> {
    fn of(told: &'e ToldEvent) -> Self {
        let event = &told.event;
        let by = By::of(&event.actor);
        Self {
            seq: event.seq,
            at: event.at,
            actor: if by == By::Operator { "operator" } else { &event.actor },
            address: address(&by, event),
            action: &event.action,
            subject: &event.subject,
            detail: &event.detail,
            chained_at: told.chained_at,
            previous_hash: told.link.as_ref().map(|link| link.previous.as_str()),
            hash: told.link.as_ref().map(|link| link.hash.as_str()),
        }
    }
}

fn cells(w: Words, event: &LoggedEvent) -> [String; 5] {
    let by = By::of(&event.actor);
    let said = said(w, event);
    let who = match &by {
        By::Operator => w.plain("operator-of-platform"),
        By::Passgate => "Passgate".to_owned(),
        By::Person(name, email) => format!("{name} <{email}>"),
        By::Client(client_id) => client_id.clone(),
    };
    let more: Vec<String> = said.more.iter().map(|sentence| sentence.plain(w)).collect();
    [event.at.to_string(), who, said.what.plain(w), more.join("; "), address(&by, event).unwrap_or_default()]
}
