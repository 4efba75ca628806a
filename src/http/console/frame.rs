//! What stands around every page: the head, the navigation, the notification; and how a page becomes an answer.

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use http::StatusCode;
use http::header::CONTENT_TYPE;

use super::assets::LINKS;
use super::faults::Faults;
use super::guard::HoldsSecret;
use super::icons;
use super::look::{Look, NOTICE_COOKIE, Theme};
use super::notices::{Notice as SecretNotice, notices};
use super::visitor::{Insider, Operator, Visitor, with_cookie};
use super::words::{Language, Text, Words};
use crate::app::App;
use crate::domain::person::Role;
use crate::http::error::Problem;

/// A row of the navigation.
pub struct Item {
    /// Where it leads.
    pub href: String,
    /// Its icon.
    pub icon: &'static str,
    /// Its name.
    pub name: Text,
    /// Whether it is the page shown.
    pub is_current: bool,
}

/// Rows under a heading.
pub struct Group {
    /// The heading, if it has one.
    pub heading: Option<Text>,
    /// The rows.
    pub items: Vec<Item>,
}

/// Where somebody is: an entity, or the installation.
pub struct Place {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Text,
    /// Whether it is the operator's side.
    pub is_operator: bool,
    /// Other places of the same person: name and link.
    pub others: Vec<(String, String)>,
    /// The navigation.
    pub groups: Vec<Group>,
    /// Where the mark leads.
    pub home: String,
}

/// What stands around a page.
pub struct Frame {
    /// Speaks the visitor's language.
    pub w: Words,
    /// The colours.
    pub theme: Theme,
    /// Where the visitor is; `None` at the door.
    pub place: Option<Place>,
    /// What the notification says.
    pub notice: Option<&'static str>,
    /// What the people of the entity must be told of its secrets.
    pub notices: Vec<SecretNotice>,
    /// The entity that an operator looks at as its people see it.
    pub viewed: Option<String>,
    /// The installation's host.
    pub host: String,
    /// The page's own address.
    pub here: String,
}

const ENTITY_PAGES: [(&str, &str); 3] =
    [("generate-credentials", "key"), ("get-access-token", "ticket"), ("token-timeout", "clock")];
const MONITORING: [(&str, &str); 3] = [("requests", "activity"), ("usage", "chart"), ("activity", "list")];
const CUSTOMERS: [(&str, &str); 1] = [("entities", "building")];
const INSTALLATION: [(&str, &str); 5] =
    [("keys", "key"), ("revocation", "ticket"), ("health", "chart"), ("activity", "list"), ("operators", "people")];

/// A row's name: what the navigation calls the page at the end of this path.
fn name(w: Words, page: &str) -> Text {
    match page {
        "generate-credentials" => w.text("generate-credentials"),
        "get-access-token" => w.text("get-access-token"),
        "token-timeout" => w.text("token-timeout"),
        "requests" => w.text("requests"),
        "usage" => w.text("usage"),
        "activity" => w.text("activity"),
        "people" => w.text("people"),
        "entities" => w.text("entities"),
        "keys" => w.text("signing-keys"),
        "revocation" => w.text("revocation"),
        "health" => w.text("health"),
        _ => w.text("operators"),
    }
}

impl Frame {
    /// Around a page for somebody who is not signed in, or for nobody in particular.
    pub fn door(app: &App, look: Look) -> Self {
        let host = app.issuer.split_once("://").map_or(&*app.issuer, |(_, host)| host).to_owned();
        Self {
            w: look.words,
            theme: look.theme,
            place: None,
            notice: look.notice,
            notices: Vec::new(),
            viewed: None,
            host,
            here: "/".to_owned(),
        }
    }

    /// Around a page of an entity. `page` is the end of its path.
    pub async fn of_entity(app: &App, insider: &Insider, page: &str) -> Result<Self, Problem> {
        let visitor = &insider.visitor;
        let w = visitor.look.words;
        let rows = |pages: &[(&'static str, &'static str)]| {
            let row = |(path, icon): &(&'static str, &'static str)| Item {
                href: insider.path(path),
                icon,
                name: name(w, path),
                is_current: *path == page,
            };
            pages.iter().map(row).collect::<Vec<_>>()
        };
        let mut personal = rows(&[("people", "people")]);
        personal.push(account(visitor, page));
        let place = Place {
            name: insider.entity.name.clone(),
            kind: w.text(if insider.entity.status == crate::domain::entity::Status::Active {
                key("active")
            } else {
                key("status-disabled")
            }),
            is_operator: false,
            others: others(app, visitor, Some(&insider.entity.identifier)).await?,
            groups: vec![
                Group { heading: Some(w.text("api-integration")), items: rows(&ENTITY_PAGES) },
                Group { heading: Some(w.text("monitoring")), items: rows(&MONITORING) },
                Group { heading: None, items: personal },
            ],
            home: insider.path("generate-credentials"),
        };
        let viewed = insider.is_viewing.then(|| insider.entity.name.clone());
        Ok(Self {
            place: Some(place),
            notices: notices(app, insider).await?,
            viewed,
            here: insider.path(page),
            ..Self::door(app, visitor.look)
        })
    }

    /// Around a page of the operators. `page` is the part of its path after `/operator/`.
    pub async fn of_operator(app: &App, operator: &Operator, page: &str) -> Result<Self, Problem> {
        let visitor = &operator.0;
        let w = visitor.look.words;
        let rows = |pages: &[(&'static str, &'static str)]| {
            let row = |(path, icon): &(&'static str, &'static str)| Item {
                href: format!("/operator/{path}"),
                icon,
                name: name(w, path),
                is_current: *path == page,
            };
            pages.iter().map(row).collect::<Vec<_>>()
        };
        let door = Self::door(app, visitor.look);
        let place = Place {
            name: door.host.clone(),
            kind: w.text("installation"),
            is_operator: true,
            others: others(app, visitor, None).await?,
            groups: vec![
                Group { heading: Some(w.text("customers")), items: rows(&CUSTOMERS) },
                Group { heading: Some(w.text("installation")), items: rows(&INSTALLATION) },
                Group { heading: None, items: vec![account(visitor, page)] },
            ],
            home: "/operator/entities".to_owned(),
        };
        Ok(Self { place: Some(place), here: format!("/operator/{page}"), ..door })
    }

    /// Around a page that belongs to the person: where it was last, as far as that can be told.
    pub async fn of_person(app: &App, visitor: &Visitor, page: &str) -> Result<Self, Problem> {
        let w = visitor.look.words;
        let door = Self::door(app, visitor.look);
        let others = others(app, visitor, None).await?;
        let items = others.iter().map(|(name, href)| Item {
            href: href.clone(),
            icon: "building",
            name: Text::trusted(super::words::escaped(name)),
            is_current: false,
        });
        let operator = visitor.signed_in.is_operator().then(|| Item {
            href: "/operator/entities".to_owned(),
            icon: "building",
            name: w.text("entities"),
            is_current: false,
        });
        let place = Place {
            name: visitor.signed_in.person.name.clone(),
            kind: w.text("account"),
            is_operator: false,
            groups: vec![
                Group { heading: None, items: operator.into_iter().chain(items).collect() },
                Group { heading: None, items: vec![account(visitor, page)] },
            ],
            others: Vec::new(),
            home: "/".to_owned(),
        };
        Ok(Self { place: Some(place), here: format!("/{page}"), ..door })
    }

    /// An icon.
    pub fn icon(&self, name: &str) -> Text {
        icons::icon(name)
    }

    /// An icon that stands in for another at rest (`rest`) or after a click (`done`).
    pub fn icon_as(&self, name: &str, class: &str) -> Text {
        icons::classed(name, &format!("icon {class}"))
    }

    /// What is wrong with a field, if anything is.
    pub fn fault(&self, faults: &Faults, field: &str) -> Option<Text> {
        faults.of(self.w, field)
    }

    /// The mark.
    pub fn mark(&self) -> Text {
        icons::mark()
    }

    /// The link of the style sheet.
    pub fn style(&self) -> &'static str {
        &LINKS.style
    }

    /// The link of the script.
    pub fn script(&self) -> &'static str {
        &LINKS.script
    }

    /// The link of the mark, for the browser's tab.
    pub fn favicon(&self) -> &'static str {
        &LINKS.mark
    }

    /// Every language, for the switch.
    pub fn languages(&self) -> [Language; 4] {
        Language::ALL
    }

    /// The version of Passgate.
    pub fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}

/// A key that is chosen in the code; the tests of the messages look for it by this word.
pub const fn key(key: &'static str) -> &'static str {
    key
}

fn account(visitor: &Visitor, page: &str) -> Item {
    Item {
        href: "/account".to_owned(),
        icon: "person",
        name: Text::trusted(super::words::escaped(&visitor.signed_in.person.name)),
        is_current: page == "account",
    }
}

/// The entities that a person belongs to, but the one named.
async fn others(app: &App, visitor: &Visitor, but: Option<&str>) -> Result<Vec<(String, String)>, Problem> {
    let mut places = Vec::new();
    for membership in &visitor.signed_in.memberships {
        let Some(id) = &membership.entity_id else {
            if membership.role == Role::Operator && but.is_some() {
                places.push((visitor.look.words.plain("operators"), "/operator/entities".to_owned()));
            }
            continue;
        };
        if let Some(entity) = app.entity(id).await?
            && but != Some(entity.identifier.as_str())
        {
            places.push((entity.name.clone(), format!("/entities/{}/generate-credentials", entity.identifier)));
        }
    }
    Ok(places)
}

/// The page as an answer.
pub fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, [(CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(error) => Problem::Internal(error.to_string()).into_response(),
    }
}

/// The page as the answer of `app`; a notification that came by cookie is told once.
pub fn page(app: &App, look: Look, page: &impl Template) -> Response {
    page_with(app, look, StatusCode::OK, page)
}

/// The same with another status.
pub fn page_with(app: &App, look: Look, status: StatusCode, page: &impl Template) -> Response {
    let response = html(status, page);
    if look.notice.is_some() { with_cookie(app, response, NOTICE_COOKIE, "", Some(0)) } else { response }
}

/// The same for a page that shows a secret, and hides it again after this many seconds even without the script.
pub fn page_with_secret(app: &App, look: Look, page: &impl Template, then: &str) -> Response {
    let mut response = page_with(app, look, StatusCode::OK, page);
    response.extensions_mut().insert(HoldsSecret);
    let refresh = format!("{}; url={then}", HIDDEN_AFTER_SECONDS.saturating_add(5));
    if let Ok(refresh) = http::HeaderValue::try_from(refresh) {
        response.headers_mut().insert("refresh", refresh);
    }
    response
}

/// Seconds after which a shown secret is hidden.
pub const HIDDEN_AFTER_SECONDS: u32 = 30;

/// On to another page, which tells what was done.
pub fn on_to(app: &App, path: &str, notice: &'static str) -> Response {
    with_cookie(app, Redirect::to(path).into_response(), NOTICE_COOKIE, notice, Some(60))
}
