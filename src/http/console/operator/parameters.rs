//! The editor of an entity's dynamic parameters (CONTRACT.md §2), with what its people will see beside it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::draft::{Draft, KINDS};
use super::entity_form::taken;
use super::entity_path;
use crate::app::{App, Error};
use crate::domain::definition::Definition;
use crate::domain::entity::Entity;
use crate::domain::fault::FieldFault;
use crate::domain::parameter::Parameter;
use crate::domain::settings::UnknownParameters;
use crate::http::admin::read::InPath;
use crate::http::console::faults::Faults;
use crate::http::console::form::{Form, Query};
use crate::http::console::frame::{Frame, key, on_to, page_with};
use crate::http::console::look::Theme;
use crate::http::console::schema;
use crate::http::console::text::form_text;
use crate::http::console::visitor::Operator;
use crate::http::console::words::{Text, Words};
use crate::http::error::Problem;

#[derive(Template)]
#[template(path = "operator/parameters.html")]
struct Parameters {
    frame: Frame,
    faults: Faults,
    name: String,
    up: String,
    path: String,
    version: i64,
    rows: Vec<Row>,
    ignores_unknown: bool,
    open: Option<Open>,
    kinds: Vec<(&'static str, String)>,
    preview: String,
    was_changed: bool,
    removing: Option<String>,
}

struct Row {
    name: String,
    told: Text,
    edit: String,
    is_open: bool,
}

/// The parameter whose fields are shown.
struct Open {
    draft: Draft,
    /// The name under which it is saved; `None` for a new one.
    was: Option<String>,
}

/// What is shown beside the list.
#[derive(Default)]
struct Moment {
    open: Option<Open>,
    faults: Vec<FieldFault>,
    was_changed: bool,
    removing: Option<String>,
}

/// The page: the list, or with `?edit=name` or `?add` the fields of one.
pub async fn get(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath(name): InPath<String>,
    query: Query,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    let named = |name: &str| entity.parameters.iter().find(|parameter| parameter.name() == name);
    let edited = query.get("edit").and_then(named);
    let open = match edited {
        Some(parameter) => {
            Some(Open { draft: Draft::of(parameter.definition()), was: Some(parameter.name().to_owned()) })
        }
        None => {
            query.has("add").then(|| Open { draft: Draft { kind: "string".to_owned(), ..Draft::default() }, was: None })
        }
    };
    let removing = query.get("remove").and_then(named).map(|parameter| parameter.name().to_owned());
    show(&app, &operator, &entity, StatusCode::OK, Moment { open, removing, ..Moment::default() }).await
}

/// Saves one parameter.
pub async fn save(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath(name): InPath<String>,
    form: Form,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    let mut draft = Draft::read(|field| form.field(field));
    let was = Some(form.field("was").to_owned()).filter(|was| !was.is_empty());
    if let Some(was) = &was {
        draft.name.clone_from(was);
    }
    let is_taken = was.is_none() && entity.parameters.iter().any(|parameter| parameter.name() == draft.name);
    let saved = match draft.define() {
        Ok(_) if is_taken => Err(Error::Invalid(taken("name"))),
        Ok(parameter) => {
            let definition = parameter.definition().clone();
            app.set_parameter(&operator.actor(), entity.id.as_str(), form.number("version"), definition).await
        }
        Err(faults) => Err(Error::Invalid(faults)),
    };
    let open = Some(Open { draft, was });
    match saved {
        Ok(entity) => Ok(on_to(&app, &format!("{}/parameters", entity_path(&entity)), "notice-parameter-saved")),
        Err(Error::Invalid(faults)) => {
            let moment = Moment { open, faults, ..Moment::default() };
            show(&app, &operator, &entity, StatusCode::UNPROCESSABLE_ENTITY, moment).await
        }
        Err(Error::Changed) => {
            let moment = Moment { open, was_changed: true, ..Moment::default() };
            show(&app, &operator, &entity, StatusCode::CONFLICT, moment).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Removes one parameter.
pub async fn remove(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath(name): InPath<String>,
    form: Form,
) -> Result<Response, Problem> {
    let entity = app.remove_parameter(&operator.actor(), &name, None, form.field("parameter")).await?;
    Ok(on_to(&app, &format!("{}/parameters", entity_path(&entity)), "notice-parameter-removed"))
}

async fn show(
    app: &App,
    operator: &Operator,
    entity: &Entity,
    status: StatusCode,
    moment: Moment,
) -> Result<Response, Problem> {
    let w = operator.0.look.words;
    let path = format!("{}/parameters", entity_path(entity));
    let was = moment.open.as_ref().and_then(|open| open.was.as_deref());
    let row = |parameter: &Parameter| Row {
        name: parameter.name().to_owned(),
        told: told(w, parameter.definition()),
        edit: format!("{path}?edit={}", form_text(parameter.name())),
        is_open: was == Some(parameter.name()),
    };
    let preview =
        was.map_or_else(|| format!("{path}/preview"), |was| format!("{path}/preview?edit={}", form_text(was)));
    let shown = Parameters {
        frame: Frame::of_operator(app, operator, "entities").await?,
        faults: Faults(moment.faults),
        name: entity.name.clone(),
        up: entity_path(entity),
        version: entity.version,
        rows: entity.parameters.iter().map(row).collect(),
        ignores_unknown: entity.settings.unknown_parameters == UnknownParameters::Ignore,
        kinds: KINDS.into_iter().map(|(kind, word)| (word, w.plain(schema::kind(kind)))).collect(),
        preview,
        was_changed: moment.was_changed,
        removing: moment.removing,
        open: moment.open,
        path,
    };
    Ok(page_with(app, operator.0.look, status, &shown))
}

/// "integer, 1 to 500, optional".
fn told(w: Words, definition: &Definition) -> Text {
    let needed = w.text(if definition.required { key("mandatory") } else { key("optional") });
    let parts = [Some(w.text(schema::kind(definition.kind))), schema::range(w, definition), Some(needed)];
    let parts: Vec<String> = parts.into_iter().flatten().map(|part| part.to_string()).collect();
    Text::trusted(parts.join(", "))
}
