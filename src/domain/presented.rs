//! What a caller sent, before anyone has judged it. JSON values keep their type; a form's values are all text, and what
//! type was meant is decided by the parameter's definition.

use std::borrow::Cow;

use super::fault::{Fault, FieldFault};

/// Most fields that a request may carry.
pub const MOST_FIELDS: usize = 100;

/// One value, borrowed from the body where it can be.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// A form's text, of whatever type was meant.
    Form(Cow<'a, str>),
    /// A JSON string.
    Text(Cow<'a, str>),
    /// A JSON number.
    Number(serde_json::Number),
    /// A JSON boolean.
    Boolean(bool),
    /// JSON `null`.
    Null,
    /// A JSON array or object: no field takes one, so what is in it is not kept.
    Nested,
}

impl Value<'_> {
    /// Whether it counts as not sent (RFC 6749 §3.1: parameters without a value are treated as omitted).
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Form(text) | Self::Text(text) if text.is_empty())
    }

    /// The text, if it is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Form(text) | Self::Text(text) => Some(text),
            Self::Number(_) | Self::Boolean(_) | Self::Null | Self::Nested => None,
        }
    }
}

/// A stored value as if a request had carried it as JSON.
impl<'a> From<&'a serde_json::Value> for Value<'a> {
    fn from(value: &'a serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Boolean(*value),
            serde_json::Value::Number(number) => Self::Number(number.clone()),
            serde_json::Value::String(text) => Self::Text(text.into()),
            serde_json::Value::Array(_) | serde_json::Value::Object(_) => Self::Nested,
        }
    }
}

/// A field and its position in the request, counted from 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Field<'a> {
    /// Its name, as sent.
    pub name: Cow<'a, str>,
    /// Its value, as sent.
    pub value: Value<'a>,
    /// Where it stands, from 1.
    pub position: usize,
}

/// All fields of a request; no name stands twice but the one that [`Reading::repeating`] let.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields<'a>(Vec<Field<'a>>);

/// Fields as they are read, and what is wrong with the list itself.
#[derive(Debug, Default)]
pub struct Reading<'a> {
    fields: Fields<'a>,
    faults: Vec<FieldFault>,
    position: usize,
    repeatable: Option<&'static str>,
}

impl<'a> Reading<'a> {
    /// Reads fields of which this one may stand more than once.
    pub fn repeating(repeatable: Option<&'static str>) -> Self {
        Self { repeatable, ..Self::default() }
    }

    /// Adds a field. `Err` if there is one too many, so that reading may stop.
    pub fn push(&mut self, name: Cow<'a, str>, value: Value<'a>) -> Result<(), FieldFault> {
        self.position = self.position.saturating_add(1);
        if self.position > MOST_FIELDS {
            let why = format!("has more than {MOST_FIELDS} fields");
            return Err(FieldFault::new("body", Fault::Malformed(why)));
        }
        if self.repeatable != Some(&*name) && self.fields.get(&name).is_some() {
            let fault = FieldFault::presented(&name, self.position, Fault::Duplicate);
            if !self.faults.contains(&fault) {
                self.faults.push(fault);
            }
        } else {
            self.fields.0.push(Field { name, value, position: self.position });
        }
        Ok(())
    }

    /// All fields, unless some stand more than once: `Err` lists those.
    pub fn finish(self) -> Result<Fields<'a>, Vec<FieldFault>> {
        if self.faults.is_empty() { Ok(self.fields) } else { Err(self.faults) }
    }
}

impl<'a> Fields<'a> {
    /// The field of this name, as sent.
    pub fn get(&self, name: &str) -> Option<&Value<'a>> {
        self.0.iter().find(|field| field.name == name).map(|field| &field.value)
    }

    /// The field of this name, unless it counts as not sent.
    pub fn sent(&self, name: &str) -> Option<&Value<'a>> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// Every field of this name that does not count as not sent.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Value<'a>> {
        self.0.iter().filter(move |field| field.name == name && !field.value.is_empty()).map(|field| &field.value)
    }

    /// Every field in the order sent.
    pub fn iter(&self) -> impl Iterator<Item = &Field<'a>> {
        self.0.iter()
    }

    /// The text of a mandatory field of at most `longest` characters (bytes are counted: ids and secrets are ASCII).
    pub fn mandatory(&self, name: &'static str, longest: usize) -> Result<&str, FieldFault> {
        let fault = match self.get(name) {
            None => Fault::Missing,
            Some(value) => match value.as_text() {
                None => Fault::Type("a string"),
                Some("") => Fault::Empty,
                Some(text) if text.len() > longest => Fault::TooLong(longest as u64),
                Some(text) => return Ok(text),
            },
        };
        Err(FieldFault::new(name, fault))
    }
}
