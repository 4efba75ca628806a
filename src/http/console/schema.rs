//! The schema of an entity's token request in words: the rows of its table, as the entity's people and its operators read
//! them.

use super::frame::key;
use super::text::text_of;
use super::words::{Text, Words, escaped};
use crate::domain::definition::{Definition, Kind};
use crate::domain::entity::Entity;

/// A row of the schema.
pub struct Row {
    /// What a request calls it.
    pub name: String,
    /// Its type.
    pub kind: Text,
    /// Whether a request must carry it.
    pub is_required: bool,
    /// Which values it takes.
    pub value: Text,
    /// What the operator says of it, or Passgate of its own two.
    pub description: Text,
    /// What is wrong with the value that was sent.
    pub message: Option<String>,
}

/// The two fields that every request has, and the parameters in their order; `message` says what is wrong with one.
pub fn rows(w: Words, entity: &Entity, message: &impl Fn(&str) -> Option<String>) -> Vec<Row> {
    let fixed = |name: &str, value: Text| Row {
        name: name.to_owned(),
        kind: w.text(kind(Kind::String)),
        is_required: true,
        value,
        description: Text::default(),
        message: message(name),
    };
    let mut rows =
        vec![fixed("client_id", w.text("your-client-id")), fixed("client_secret", w.text("your-client-secret"))];
    rows.extend(entity.parameters.iter().map(|parameter| {
        let definition = parameter.definition();
        Row {
            name: definition.name.clone(),
            kind: w.text(kind(definition.kind)),
            is_required: definition.required,
            value: limits(w, entity, definition),
            description: described(w, definition),
            message: message(&definition.name),
        }
    }));
    rows
}

/// What is said of a parameter: an operator's words as they are, our own as English.
fn described(w: Words, definition: &Definition) -> Text {
    let ours = Definition::from_the_start().into_iter().any(|ours| ours.description == definition.description);
    if ours { w.english(&definition.description) } else { Text::trusted(escaped(&definition.description)) }
}

/// The name of a type.
pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::String => key("type-string"),
        Kind::Integer => key("type-integer"),
        Kind::Number => key("type-number"),
        Kind::Boolean => key("type-boolean"),
        Kind::DateTime => key("type-date-time"),
        Kind::Enum => key("type-enum"),
    }
}

/// The least and the greatest number: "1 to 500".
pub fn range(w: Words, definition: &Definition) -> Option<Text> {
    match (&definition.minimum, &definition.maximum) {
        (Some(least), Some(most)) => Some(w.with("limit-range", [("least", least), ("most", most)])),
        (Some(least), None) => Some(w.with("limit-least", [("least", least)])),
        (None, Some(most)) => Some(w.with("limit-most", [("most", most)])),
        (None, None) => None,
    }
}

/// A parameter's limits and default: "1 to 500. Default: 5".
fn limits(w: Words, entity: &Entity, definition: &Definition) -> Text {
    let values = definition.values.join(", ");
    let sentences = [
        (!values.is_empty()).then(|| w.with("limit-values", [("values", &values)])),
        range(w, definition),
        definition.min_length.map(|least| w.with("limit-min-length", [("least", &least)])),
        definition.max_length.map(|most| w.with("limit-max-length", [("most", &most)])),
        definition.pattern.as_ref().map(|pattern| w.with("limit-pattern", [("pattern", pattern)])),
    ];
    let default = if definition.name == "scope" {
        Some(entity.scopes.all().to_string())
    } else {
        definition.default.as_ref().map(text_of)
    };
    let default = default.map(|default| w.with("limit-default", [("default", &default)]).to_string());
    let parts: Vec<String> =
        sentences.into_iter().flatten().map(|sentence| format!("{sentence}.")).chain(default).collect();
    if parts.is_empty() { w.text("limit-none") } else { Text::trusted(parts.join(" ")) }
}
