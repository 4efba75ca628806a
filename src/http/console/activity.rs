//! *Activity*: who did what at an entity, from where and when; as a page and as a file. Who runs the platform stays
//! unnamed here.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::csv;
use super::events::{By, said};
use super::form::Query;
use super::frame::{Frame, key, page};
use super::look::Theme;
use super::paging::Page;
use super::visitor::Insider;
use super::words::{Text, Words};
use crate::app::App;
use crate::domain::event::Action;
use crate::http::error::Problem;
use crate::store::event::LoggedEvent;

/// Rows of a file, and how many of them are read at once.
const MOST_ROWS: usize = 10_000;
const AT_ONCE: i64 = 1000;

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

/// The page.
pub async fn get(State(app): State<Arc<App>>, insider: Insider, query: Query) -> Result<Response, Problem> {
    let w = insider.visitor.look.words;
    let kind = Kind::asked(&query);
    let (store, entity_id, actions) = (&app.store, &insider.entity.id, kind.map_or(&[][..], Kind::actions));
    let listed = Page::read(
        &query,
        |before, most| store.events_of(entity_id, actions, before.unwrap_or(i64::MAX), most),
        |after, most| store.events_of_after(entity_id, actions, after, most),
    );
    let listed = listed.await?;
    let path = insider.path("activity");
    let (newer, older) = listed.links(&query, &path, |event| event.seq);
    let what = kind.map_or("", Kind::as_str);
    let shown = Activity {
        frame: Frame::of_entity(&app, &insider, "activity").await?,
        entity: insider.entity.name.clone(),
        file: Query::default().link(&insider.path("activity.csv"), &[("what", what)]),
        kinds: Kind::ALL.map(|other| (other.as_str(), w.text(other.name()), kind == Some(other))).into(),
        is_filtered: kind.is_some(),
        count: w.with("entries", [("count", &listed.rows.len())]),
        newer,
        older,
        rows: listed.rows.iter().map(|event| row(w, event)).collect(),
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
    let actions = Kind::asked(&query).map_or(&[][..], Kind::actions);
    let heads = [key("when"), key("who"), key("what"), key("detail"), key("from-where")].map(|head| w.plain(head));
    // The mark at the beginning tells spreadsheets that it is UTF-8.
    let mut text = format!("\u{feff}{}", csv::line(&heads));
    let (mut before, mut count) = (i64::MAX, 0usize);
    loop {
        let events = app.store.events_of(&insider.entity.id, actions, before, AT_ONCE).await?;
        for event in &events {
            text.push_str(&csv::line(&cells(w, event)));
        }
        count = count.saturating_add(events.len());
        match events.last() {
            Some(last) if count < MOST_ROWS => before = last.seq,
            _ => break,
        }
    }
    Ok(csv::file(&format!("activity-{}", insider.entity.identifier), text))
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
