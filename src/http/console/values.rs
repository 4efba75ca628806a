//! The values of a request that may be changed before it is sent: as fields of the page, and as they were typed.

use serde_json::Value;

use super::example::Example;
use super::form::Form;
use super::text::text_of;
use crate::app::App;
use crate::domain::credential::Credential;
use crate::domain::definition::{Definition, Kind};
use crate::domain::entity::Entity;
use crate::domain::parameter::Parameter;

/// A value that may be changed before sending.
pub struct Input {
    /// The parameter.
    pub name: String,
    /// What is sent.
    pub value: String,
    /// What it may be, if that is a list.
    pub values: Vec<String>,
    /// Whether it cannot be left out.
    pub is_required: bool,
    /// What is wrong with it.
    pub message: Option<String>,
}

impl Input {
    /// The field of a parameter, with its value of the example.
    pub fn of(example: &Example, parameter: &Parameter, message: Option<String>) -> Self {
        let definition = parameter.definition();
        let value = example.fields.iter().find(|(name, _)| name == parameter.name()).map(|(_, value)| text_of(value));
        Self {
            name: parameter.name().to_owned(),
            value: value.unwrap_or_default(),
            values: definition.values.clone(),
            is_required: definition.required,
            message,
        }
    }
}

/// The example with what somebody typed in the place of its values. An empty value is left out.
pub fn example_of(app: &App, entity: &Entity, credential: &Credential, form: Option<&Form>) -> Example {
    let post_url = format!("{}/api/v1/access-token", app.issuer);
    let mut example = Example::of(entity, credential.client_id.as_str(), &post_url);
    if let Some(form) = form {
        let typed = |parameter: &Parameter| {
            let text = form.field(&format!("value.{}", parameter.name()));
            let is_there = form.has(&format!("value.{}", parameter.name()));
            match (is_there, text.is_empty()) {
                (true, true) => None,
                (true, false) => Some((parameter.name().to_owned(), typed_value(parameter.definition(), text))),
                (false, _) => example.fields.iter().find(|(name, _)| name == parameter.name()).cloned(),
            }
        };
        let fields = entity.parameters.iter().filter_map(typed).collect();
        example.fields = fields;
        example.needs_value.clear();
    }
    example
}

/// What was typed, in the type that the parameter has if it can be read as that; else as text, which the server refuses.
fn typed_value(definition: &Definition, text: &str) -> Value {
    let read = || match definition.kind {
        Kind::Integer | Kind::Number | Kind::Boolean => serde_json::from_str::<Value>(text.trim()).ok(),
        Kind::String | Kind::DateTime | Kind::Enum => None,
    };
    read().filter(|value| value.is_number() || value.is_boolean()).unwrap_or_else(|| text.into())
}
