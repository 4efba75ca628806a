//! Export and import of an entity's configuration: into the entity, or as a new one; all of it or nothing.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};

use super::configuration::Configuration;
use super::entity::{Moment, show_with};
use super::entity_path;
use crate::app::{App, Error};
use crate::domain::fault::FieldFault;
use crate::http::admin::read::InPath;
use crate::http::console::form::Form;
use crate::http::console::frame::{Frame, on_to, page_with};
use crate::http::console::look::Theme;
use crate::http::console::step_up::recent_operator;
use crate::http::console::visitor::Operator;
use crate::http::console::words::{Text, sentence};
use crate::http::error::Problem;

/// The file, as a download.
pub async fn export(
    State(app): State<Arc<App>>,
    _: Operator,
    InPath(name): InPath<String>,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    let text = serde_json::to_string_pretty(&Configuration::from(&entity));
    let text = text.map_err(|error| Problem::Internal(error.to_string()))?;
    let mut response = ([(CONTENT_TYPE, "application/json")], text).into_response();
    // An identifier has no character that could end the name.
    if let Ok(disposition) = HeaderValue::try_from(format!("attachment; filename=\"{}.json\"", entity.identifier)) {
        response.headers_mut().insert(CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// Replaces the configuration of the entity; its identifier and its status stay.
pub async fn import(
    State(app): State<Arc<App>>,
    operator: Operator,
    InPath(name): InPath<String>,
    form: Form,
) -> Result<Response, Problem> {
    let entity = app.find_entity(&name).await?;
    let here = entity_path(&entity);
    if let Err(asked) = recent_operator(&app, &operator, &form, &format!("{here}/import"), &here).await? {
        return Ok(asked);
    }
    let text = form.field("configuration");
    let faults = match Configuration::read(text) {
        Ok(file) => {
            let (change, definitions) = file.into_change();
            match app.import_configuration(&operator.actor(), entity.id.as_str(), change, &definitions).await {
                Ok(_) => return Ok(on_to(&app, &entity_path(&entity), "notice-imported")),
                Err(Error::Invalid(faults)) => told(&faults),
                Err(error) => return Err(error.into()),
            }
        }
        Err(why) => vec![why],
    };
    let moment = Moment { configuration: text.to_owned(), configuration_faults: faults, ..Moment::default() };
    show_with(&app, &operator, &entity, StatusCode::UNPROCESSABLE_ENTITY, moment).await
}

#[derive(Template)]
#[template(path = "operator/import.html")]
struct Import {
    frame: Frame,
    configuration: String,
    configuration_faults: Vec<Text>,
}

/// The form of an import as a new entity.
pub async fn blank(State(app): State<Arc<App>>, operator: Operator) -> Result<Response, Problem> {
    ask(&app, &operator, StatusCode::OK, "", &[]).await
}

/// Makes an entity from a file.
pub async fn create(State(app): State<Arc<App>>, operator: Operator, form: Form) -> Result<Response, Problem> {
    let text = form.field("configuration");
    let faults = match Configuration::read(text) {
        Ok(file) => {
            let (change, definitions) = file.into_change();
            match app.import_entity(&operator.actor(), change, definitions).await {
                Ok(entity) => return Ok(on_to(&app, &entity_path(&entity), "notice-imported")),
                Err(Error::Invalid(faults)) => told(&faults),
                Err(error @ Error::Taken(_)) => vec![sentence(&error.to_string())],
                Err(error) => return Err(error.into()),
            }
        }
        Err(why) => vec![why],
    };
    ask(&app, &operator, StatusCode::UNPROCESSABLE_ENTITY, text, &faults).await
}

async fn ask(
    app: &App,
    operator: &Operator,
    status: StatusCode,
    text: &str,
    faults: &[String],
) -> Result<Response, Problem> {
    let w = operator.0.look.words;
    let shown = Import {
        frame: Frame::of_operator(app, operator, "entities").await?,
        configuration: text.to_owned(),
        configuration_faults: faults.iter().map(|fault| w.english(fault)).collect(),
    };
    Ok(page_with(app, operator.0.look, status, &shown))
}

fn told(faults: &[FieldFault]) -> Vec<String> {
    faults.iter().map(|fault| format!("{}.", fault.message())).collect()
}
