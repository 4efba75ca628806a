//! Dynamic parameters (CONTRACT.md §2): an operator defines them for each entity; the same definition judges a request
//! and is shown as JSON Schema, so what a page shows is what the server enforces.

use std::sync::{Arc, LazyLock};

use regex::Regex;
use serde::Serialize;
use serde_json::{Map, Number, json};

use super::definition::{Definition, Kind, LONGEST_NAME, LONGEST_TEXT, shape_faults};
use super::fault::{Fault, FieldFault};
use super::presented::Value;
use super::time::Timestamp;

/// Most parameters that an entity may have.
pub const MOST_PARAMETERS: usize = 50;
/// Longest pattern, in bytes.
const LONGEST_PATTERN: usize = 500;
/// Largest integer that JSON readers everywhere keep exactly: 2^53 - 1 (RFC 7493 §2.2).
const LARGEST_INTEGER: i64 = 9_007_199_254_740_991;
/// The same as a number that JSON calls 5.0, and exactly the same.
pub(super) const LARGEST_WHOLE: f64 = 9_007_199_254_740_991.0;
/// Memory that one compiled pattern may take, in bytes.
const PATTERN_MEMORY: usize = 64 * 1024;

/// A parameter whose definition makes sense, ready to judge values.
#[derive(Clone, Debug)]
pub struct Parameter {
    definition: Definition,
    pattern: Option<Regex>,
}

impl Parameter {
    /// Those that every entity has from the start, shared by all that keep them.
    pub fn from_the_start() -> Arc<Vec<Self>> {
        static ALL: LazyLock<Arc<Vec<Parameter>>> =
            LazyLock::new(|| Arc::new(Definition::from_the_start().into_iter().flat_map(Parameter::define).collect()));
        ALL.clone()
    }

    /// Checks a definition. `Err` lists everything that is wrong with it.
    pub fn define(definition: Definition) -> Result<Self, Vec<FieldFault>> {
        let mut faults = shape_faults(&definition);
        let pattern = definition.pattern.as_deref().and_then(|pattern| match compile(pattern) {
            Ok(pattern) => Some(pattern),
            Err(fault) => {
                faults.push(FieldFault::new("pattern", fault));
                None
            }
        });
        let parameter = Self { definition, pattern };
        for (field, value) in [("default", &parameter.definition.default), ("example", &parameter.definition.example)] {
            if let Some(value) = value
                && faults.is_empty()
                && let Err(fault) = parameter.judge(&value.into())
            {
                faults.push(FieldFault::new(field, fault));
            }
        }
        if faults.is_empty() { Ok(parameter) } else { Err(faults) }
    }

    /// The definition that was taken.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// What a request calls it.
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// The claim value for a presented value that was sent (not an empty one), or what is wrong with it.
    pub fn judge(&self, value: &Value<'_>) -> Result<serde_json::Value, Fault> {
        match self.definition.kind {
            Kind::String => self.judge_text(text_of(value, "a string")?).map(Into::into),
            Kind::Enum => {
                let text = text_of(value, "a string")?;
                if self.definition.values.iter().any(|one| one == text) {
                    Ok(text.into())
                } else {
                    Err(Fault::NotInList(self.definition.values.clone()))
                }
            }
            Kind::DateTime => {
                let text = text_of(value, "an RFC 3339 date and time such as 2026-01-31T12:00:00Z")?;
                match text.parse::<Timestamp>() {
                    Ok(_) => Ok(text.into()),
                    Err(_) => Err(Fault::Type("an RFC 3339 date and time such as 2026-01-31T12:00:00Z")),
                }
            }
            Kind::Boolean => match value {
                Value::Boolean(value) => Ok((*value).into()),
                Value::Form(text) if text == "true" => Ok(true.into()),
                Value::Form(text) if text == "false" => Ok(false.into()),
                _ => Err(Fault::Type("true or false")),
            },
            Kind::Integer => {
                let number = integer_of(value).ok_or(Fault::Type("an integer"))?;
                self.judge_range(&Number::from(number))?;
                Ok(number.into())
            }
            Kind::Number => {
                let number = number_of(value).ok_or(Fault::Type("a number"))?;
                self.judge_range(&number)?;
                Ok(serde_json::Value::Number(number))
            }
        }
    }

    fn judge_text<'v>(&self, text: &'v str) -> Result<&'v str, Fault> {
        let length = text.chars().count() as u64;
        let most = self.definition.max_length.unwrap_or(LONGEST_TEXT);
        if length > most {
            return Err(Fault::TooLong(most));
        }
        if let Some(least) = self.definition.min_length
            && length < least
        {
            return Err(Fault::TooShort(least));
        }
        if self.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(text)) {
            return Err(Fault::Pattern);
        }
        Ok(text)
    }

    fn judge_range(&self, number: &Number) -> Result<(), Fault> {
        if let Some(least) = &self.definition.minimum
            && less(number, least)
        {
            return Err(Fault::BelowMinimum(least.to_string()));
        }
        if let Some(most) = &self.definition.maximum
            && less(most, number)
        {
            return Err(Fault::AboveMaximum(most.to_string()));
        }
        Ok(())
    }

    /// The JSON Schema (2020-12) of its values: judges JSON exactly as [`Parameter::judge`] does.
    pub fn schema(&self) -> serde_json::Value {
        let it = &self.definition;
        let mut schema = Map::new();
        match it.kind {
            Kind::String => {
                schema.insert("type".into(), json!("string"));
                schema.insert("maxLength".into(), json!(it.max_length.unwrap_or(LONGEST_TEXT)));
                put(&mut schema, "minLength", it.min_length);
                put(&mut schema, "pattern", it.pattern.as_ref());
            }
            Kind::Enum => {
                schema.insert("type".into(), json!("string"));
                schema.insert("enum".into(), json!(it.values));
            }
            Kind::DateTime => {
                schema.insert("type".into(), json!("string"));
                schema.insert("format".into(), json!("date-time"));
            }
            Kind::Boolean => {
                schema.insert("type".into(), json!("boolean"));
            }
            Kind::Integer => {
                schema.insert("type".into(), json!("integer"));
                put(&mut schema, "minimum", Some(it.minimum.clone().unwrap_or_else(|| (-LARGEST_INTEGER).into())));
                put(&mut schema, "maximum", Some(it.maximum.clone().unwrap_or_else(|| LARGEST_INTEGER.into())));
            }
            Kind::Number => {
                schema.insert("type".into(), json!("number"));
                put(&mut schema, "minimum", it.minimum.as_ref());
                put(&mut schema, "maximum", it.maximum.as_ref());
            }
        }
        put(&mut schema, "default", it.default.as_ref());
        put(&mut schema, "description", Some(&it.description).filter(|text| !text.is_empty()));
        put(&mut schema, "examples", it.example.as_ref().map(|example| [example]));
        schema.into()
    }
}

fn put(schema: &mut Map<String, serde_json::Value>, name: &str, value: Option<impl Serialize>) {
    if let Some(value) = value {
        schema.insert(name.to_owned(), json!(value));
    }
}

fn text_of<'v>(value: &'v Value<'_>, expected: &'static str) -> Result<&'v str, Fault> {
    value.as_text().ok_or(Fault::Type(expected))
}

pub(super) fn integer_of(value: &Value<'_>) -> Option<i64> {
    let number = match value {
        Value::Form(text) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let plain = digits.bytes().all(|b| b.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
            if plain { text.parse().ok()? } else { return None }
        }
        Value::Number(number) => match number.as_i64() {
            Some(number) => number,
            None => whole(number.as_f64()?)?,
        },
        Value::Text(_) | Value::Boolean(_) | Value::Null | Value::Nested => return None,
    };
    (-LARGEST_INTEGER..=LARGEST_INTEGER).contains(&number).then_some(number)
}

/// JSON Schema counts 5.0 as an integer, so it is one here.
#[expect(clippy::cast_possible_truncation, reason = "only whole numbers within ±(2^53 - 1) are cast")]
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= LARGEST_WHOLE).then_some(number as i64)
}

fn number_of(value: &Value<'_>) -> Option<Number> {
    match value {
        Value::Form(text) => match serde_json::from_str(text) {
            Ok(serde_json::Value::Number(number))
                if text.len() <= LONGEST_NAME
                    && !text.starts_with([' ', '\t', '\n', '\r'])
                    && !text.ends_with([' ', '\t', '\n', '\r']) =>
            {
                Some(number)
            }
            _ => None,
        },
        Value::Number(number) => Some(number.clone()),
        Value::Text(_) | Value::Boolean(_) | Value::Null | Value::Nested => None,
    }
}

pub(super) fn less(one: &Number, other: &Number) -> bool {
    match (one.as_i64(), other.as_i64()) {
        (Some(one), Some(other)) => one < other,
        _ => one.as_f64() < other.as_f64(),
    }
}

fn compile(pattern: &str) -> Result<Regex, Fault> {
    if pattern.len() > LONGEST_PATTERN {
        return Err(Fault::TooLong(LONGEST_PATTERN as u64));
    }
    regex::RegexBuilder::new(pattern).size_limit(PATTERN_MEMORY).dfa_size_limit(PATTERN_MEMORY).build().map_err(|_| {
        Fault::Rule(
            "is not a regular expression that Passgate reads (no look-around, no back-references, not too large)"
                .to_owned(),
        )
    })
}
