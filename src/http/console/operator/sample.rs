//! An example of a token request of an entity, made from its parameters, and its JSON as a page shows it.

use std::fmt::Write as _;

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::domain::definition::{Definition, Kind};
use crate::domain::entity::Entity;
use crate::domain::parameter::Parameter;
use crate::domain::presented::{self, Fields, Reading};
use crate::http::console::words::{Text, escaped};

/// What stands for the Client Id.
pub const CLIENT_ID: &str = "pgc_…";
/// What stands for the Client Secret.
const CLIENT_SECRET: &str = "pgs_••••••••";

/// Names and values in their order.
pub struct Pairs(pub Vec<(String, Value)>);

impl Serialize for Pairs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// A request of this entity with every parameter that is mandatory or has an example, and the one named `with`.
pub fn example(entity: &Entity, with: &str) -> Pairs {
    let mut pairs = vec![
        ("client_id".to_owned(), Value::from(CLIENT_ID)),
        ("client_secret".to_owned(), Value::from(CLIENT_SECRET)),
    ];
    for parameter in &entity.parameters {
        let definition = parameter.definition();
        let is_shown = definition.required || definition.name == with || definition.example.is_some();
        if definition.name == "scope" {
            pairs.push(("scope".to_owned(), Value::from(&**entity.scopes.all())));
        } else if is_shown && (definition.name != "grant_type" || definition.required || with == "grant_type") {
            pairs.push((definition.name.clone(), value(parameter)));
        }
    }
    Pairs(pairs)
}

/// A value that the parameter takes, as far as one can be made up.
fn value(parameter: &Parameter) -> Value {
    let it = parameter.definition();
    let given = it.example.as_ref().or(it.default.as_ref()).cloned();
    given.unwrap_or_else(|| match it.kind {
        Kind::Enum => it.values.first().map_or(Value::Null, |value| Value::from(value.as_str())),
        Kind::Boolean => Value::Bool(true),
        Kind::DateTime => Value::from("2026-01-31T12:00:00Z"),
        Kind::Integer | Kind::Number => {
            let limit = it.minimum.as_ref().or(it.maximum.as_ref());
            limit.map_or_else(|| Value::from(1), |limit| Value::Number(limit.clone()))
        }
        Kind::String => Value::from(text(it)),
    })
}

/// A text of a length that is taken; whether it has the form of a pattern nobody can promise.
fn text(definition: &Definition) -> String {
    let least = usize::try_from(definition.min_length.unwrap_or(0)).unwrap_or(usize::MAX).max(1);
    let most = usize::try_from(definition.max_length.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    "text".chars().cycle().take(least.max(4).min(most)).collect()
}

/// The request as the server reads it.
pub fn fields(pairs: &[(String, Value)]) -> Fields<'_> {
    let mut reading = Reading::default();
    for (name, value) in pairs {
        let value = match value {
            Value::Null => presented::Value::Null,
            Value::Bool(value) => presented::Value::Boolean(*value),
            Value::Number(number) => presented::Value::Number(number.clone()),
            Value::String(text) => presented::Value::Text(text.into()),
            Value::Array(_) | Value::Object(_) => presented::Value::Nested,
        };
        // More fields than a request may have are more than an entity can define.
        let _ = reading.push(name.into(), value);
    }
    reading.finish().unwrap_or_default()
}

/// JSON in three colours, a line at a time; lines of the name `marked`, and those that name it, stand out.
pub fn code(value: &impl Serialize, marked: &str) -> Text {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut html = String::new();
    for line in text.lines() {
        let bare = line.trim_start();
        let indent = line.len().saturating_sub(bare.len());
        let (key, rest) = match bare.strip_prefix('"').and_then(|bare| bare.split_once("\": ")) {
            Some((key, rest)) => (Some(key), rest),
            None => (None, bare),
        };
        let (value, comma) = rest.strip_suffix(',').map_or((rest, ""), |value| (value, ","));
        let is_marked = key.is_some_and(|key| key == marked || key == "field" && value == format!("\"{marked}\""));
        html.push_str(if is_marked { "<span class=\"l hit\">" } else { "<span class=\"l\">" });
        html.push_str(&" ".repeat(indent));
        if let Some(key) = key {
            let _ = write!(html, "<span class=\"k\">\"{}\"</span><span class=\"p\">:</span> ", escaped(key));
        }
        let class = match value.chars().next() {
            Some('"') => "s",
            Some('{' | '}' | '[' | ']') | None => "p",
            Some(_) => "n",
        };
        let _ = write!(html, "<span class=\"{class}\">{}</span>", escaped(value));
        if !comma.is_empty() {
            html.push_str("<span class=\"p\">,</span>");
        }
        html.push_str("\n</span>");
    }
    Text::trusted(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_escaped_and_the_field_stands_out() {
        let pairs = Pairs(vec![("depot".to_owned(), Value::from("<b>\": &")), ("count".to_owned(), Value::from(5))]);
        let html = code(&pairs, "depot").to_string();
        assert!(html.contains("<span class=\"l hit\">  <span class=\"k\">\"depot\"</span>"), "{html}");
        assert!(html.contains("&lt;b&gt;\\&quot;: &amp;"), "{html}");
        assert!(html.contains("<span class=\"n\">5</span>"), "{html}");
    }
}
