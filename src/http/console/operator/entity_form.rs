//! Creating and changing an entity: what was typed, read, judged, and kept beside what is wrong with it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::entity::{Moment, show_with};
use super::entity_path;
use crate::app::{App, Error};
use crate::domain::entity::{Change, Entity};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::quota::{Quota, Span};
use crate::domain::settings::{self, Settings, UnknownParameters};
use crate::http::admin::read::InPath;
use crate::http::console::faults::Faults;
use crate::http::console::form::Form;
use crate::http::console::frame::{Frame, on_to, page_with};
use crate::http::console::look::Theme;
use crate::http::console::visitor::Operator;
use crate::http::error::Problem;

/// What stands in the fields.
pub struct Typed {
    /// Its identifier.
    pub identifier: String,
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: String,
    /// Its scopes, one a line.
    pub scopes: String,
    /// Its resources, one a line.
    pub resources: String,
    /// Most credentials.
    pub most_credentials: String,
    /// Most days that a new secret lives; empty for ever.
    pub secret_lifetime_days: String,
    /// Whether unknown parameters are ignored.
    pub ignores_unknown: bool,
    /// Most tokens in an hour; empty for no limit.
    pub tokens_per_hour: String,
    /// The same in a day.
    pub tokens_per_day: String,
    /// Whether these limits are only tried out.
    pub is_dry_run: bool,
}

impl Typed {
    /// What an entity has.
    pub fn of(entity: &Entity) -> Self {
        let quota = entity.settings.quota;
        let limit =
            |span| quota.and_then(|quota| quota.limit(span)).map_or_else(String::new, |limit| limit.to_string());
        Self {
            identifier: entity.identifier.clone(),
            name: entity.name.clone(),
            description: entity.description.clone(),
            scopes: entity.scopes.names().join("\n"),
            resources: entity.settings.resources.join("\n"),
            most_credentials: entity.settings.most_credentials.to_string(),
            secret_lifetime_days: entity.settings.secret_lifetime_days.map(|days| days.to_string()).unwrap_or_default(),
            ignores_unknown: entity.settings.unknown_parameters == UnknownParameters::Ignore,
            tokens_per_hour: limit(Span::Hour),
            tokens_per_day: limit(Span::Day),
            is_dry_run: quota.is_some_and(|quota| quota.dry_run),
        }
    }

    /// What a form brought.
    pub fn read(form: &Form) -> Self {
        Self {
            identifier: form.field("identifier").trim().to_owned(),
            name: form.field("name").to_owned(),
            description: form.field("description").replace("\r\n", "\n"),
            scopes: form.field("scopes").replace("\r\n", "\n"),
            resources: form.field("resources").replace("\r\n", "\n"),
            most_credentials: form.field("most_credentials").to_owned(),
            secret_lifetime_days: form.field("secret_lifetime_days").trim().to_owned(),
            ignores_unknown: form.field("unknown_parameters") == "ignore",
            tokens_per_hour: form.field("quota.tokens_per_hour").trim().to_owned(),
            tokens_per_day: form.field("quota.tokens_per_day").trim().to_owned(),
            is_dry_run: form.has("quota_dry_run"),
        }
    }

    /// The change that it asks for. What is no number at all is judged as 0, which is out of the limits.
    pub fn change(&self) -> Change {
        let unknown = if self.ignores_unknown { UnknownParameters::Ignore } else { UnknownParameters::Refuse };
        let limit = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap_or(0));
        let (hour, day) = (limit(&self.tokens_per_hour), limit(&self.tokens_per_day));
        let quota = Quota { tokens_per_hour: hour, tokens_per_day: day, dry_run: self.is_dry_run };
        Change {
            identifier: Some(self.identifier.clone()),
            name: Some(self.name.clone()),
            description: Some(self.description.clone()),
            scopes: Some(lines(&self.scopes)),
            settings: settings::Change {
                most_credentials: Some(self.most_credentials.trim().parse().unwrap_or(0)),
                secret_lifetime_days: Some(
                    Some(&self.secret_lifetime_days)
                        .filter(|days| !days.is_empty())
                        .map(|days| days.parse().unwrap_or(0)),
                ),
                unknown_parameters: Some(unknown),
                resources: Some(lines(&self.resources)),
                quota: Some(Some(quota).filter(|_| hour.or(day).is_some())),
                ..settings::Change::default()
            },
            status: None,
        }
    }
}

/// The lines of a text that are not empty.
pub fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A name that is taken, beside its field.
pub fn taken(field: &str) -> Vec<FieldFault> {
    vec![FieldFault::new(field, Fault::Rule("is taken already".to_owned()))]
}

#[derive(Template)]
#[template(path = "operator/new_entity.html")]
struct NewEntity {
    frame: Frame,
    faults: Faults,
    typed: Typed,
}

/// The form of a new entity.
pub async fn blank(State(app): State<Arc<App>>, operator: Operator) -> Result<Response, Problem> {
    let typed = Typed {
        identifier: String::new(),
        name: String::new(),
        description: String::new(),
        scopes: crate::domain::scope::DEFAULT.to_owned(),
        resources: String::new(),
        most_credentials: Settings::default().most_credentials.to_string(),
        secret_lifetime_days: String::new(),
        ignores_unknown: false,
        tokens_per_hour: String::new(),
        tokens_per_day: String::new(),
        is_dry_run: false,
    };
    ask(&app, &operator, StatusCode::OK, typed, Faults::default()).await
}

/// Makes the entity; its people are invited on its page.
pub async fn create(State(app): State<Arc<App>>, operator: Operator, form: Form) -> Result<Response, Problem> {
    let typed = Typed::read(&form);
    let faults = match app.create_entity(&operator.actor(), typed.change()).await {
        Ok(entity) => return Ok(on_to(&app, &entity_path(&entity), "notice-entity-created")),
        Err(Error::Invalid(faults)) => faults,
        Err(Error::Taken(field)) => taken(field),
        Err(error) => return Err(error.into()),
    };
    ask(&app, &operator, StatusCode::UNPROCESSABLE_ENTITY, typed, Faults(faults)).await
}

async fn ask(
    app: &App,
    operator: &Operator,
    status: StatusCode,
    typed: Typed,
    faults: Faults,
) -> Result<Response, Problem> {
    let frame = Frame::of_operator(app, operator, "entities").await?;
    Ok(page_with(app, operator.0.look, status, &NewEntity { frame, faults, typed }))
}

/// Changes the entity, unless somebody else was faster: then the page shows what was typed, once more.
pub async fn update(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath(name): InPath<String>,
    form: Form,
) -> Result<Response, Problem> {
    let typed = Typed::read(&form);
    let (status, moment) =
        match app.update_entity(&operator.actor(), &name, form.number("version"), typed.change()).await {
            Ok(entity) => return Ok(on_to(&app, &entity_path(&entity), "notice-saved")),
            Err(Error::Invalid(faults)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, Moment { faults: Faults(faults), ..Moment::default() })
            }
            Err(Error::Taken(field)) => {
                (StatusCode::UNPROCESSABLE_ENTITY, Moment { faults: Faults(taken(field)), ..Moment::default() })
            }
            Err(Error::Changed) => (StatusCode::CONFLICT, Moment { was_changed: true, ..Moment::default() }),
            Err(error) => return Err(error.into()),
        };
    let entity = app.find_entity(&name).await?;
    show_with(&app, &operator, &entity, status, Moment { typed: Some(typed), ..moment }).await
}
