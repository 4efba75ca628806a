//! A parameter as it stands in the fields of the editor, perhaps half written, and the definition that it becomes.

use serde_json::{Number, Value};

use super::entity_form::lines;
use crate::domain::definition::{Definition, Kind};
use crate::domain::fault::{Fault, FieldFault};
use crate::domain::parameter::Parameter;

/// Every type, in the order of the choice, with its word in forms and on the wire.
pub const KINDS: [(Kind, &str); 6] = [
    (Kind::String, "string"),
    (Kind::Integer, "integer"),
    (Kind::Number, "number"),
    (Kind::Boolean, "boolean"),
    (Kind::DateTime, "date-time"),
    (Kind::Enum, "enum"),
];

/// The fields of the editor, each as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// See [`Definition::name`]; so are the others.
    pub name: String,
    /// The word of its type.
    pub kind: String,
    /// Whether a request must carry it.
    pub required: bool,
    /// The default.
    pub default: String,
    /// The regular expression.
    pub pattern: String,
    /// Fewest characters.
    pub min_length: String,
    /// Most characters.
    pub max_length: String,
    /// Least number.
    pub minimum: String,
    /// Greatest number.
    pub maximum: String,
    /// Allowed values, one a line.
    pub values: String,
    /// The description.
    pub description: String,
    /// The example.
    pub example: String,
    /// The token claim.
    pub claim: String,
}

impl Draft {
    /// What a form or a query brought.
    pub fn read<'f>(field: impl Fn(&str) -> &'f str) -> Self {
        let text = |name: &str| field(name).trim().to_owned();
        Self {
            name: text("name"),
            kind: text("type"),
            required: !field("required").is_empty(),
            default: text("default"),
            pattern: text("pattern"),
            min_length: text("min_length"),
            max_length: text("max_length"),
            minimum: text("minimum"),
            maximum: text("maximum"),
            values: field("values").replace("\r\n", "\n"),
            description: text("description"),
            example: text("example"),
            claim: text("claim"),
        }
    }

    /// The fields of a definition.
    pub fn of(definition: &Definition) -> Self {
        let shown = |value: &Option<Value>| match value {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        let limit = |limit: &Option<Number>| limit.as_ref().map(ToString::to_string).unwrap_or_default();
        Self {
            name: definition.name.clone(),
            kind: kind_word(definition.kind).to_owned(),
            required: definition.required,
            default: shown(&definition.default),
            pattern: definition.pattern.clone().unwrap_or_default(),
            min_length: number(definition.min_length),
            max_length: number(definition.max_length),
            minimum: limit(&definition.minimum),
            maximum: limit(&definition.maximum),
            values: definition.values.join("\n"),
            description: definition.description.clone(),
            example: shown(&definition.example),
            claim: definition.claim.clone().unwrap_or_default(),
        }
    }

    /// The definition, judged as the server judges it. `Err` lists every field at fault.
    pub fn define(&self) -> Result<Parameter, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let kind = KINDS.into_iter().find(|(_, word)| *word == self.kind).map(|(kind, _)| kind);
        if kind.is_none() {
            faults.push(FieldFault::new("type", Fault::Rule("is not one of the list".to_owned())));
        }
        let kind = kind.unwrap_or(Kind::String);
        let definition = Definition {
            required: self.required,
            default: value(kind, &self.default),
            pattern: text(&self.pattern),
            min_length: number("min_length", &self.min_length, "a whole number", &mut faults),
            max_length: number("max_length", &self.max_length, "a whole number", &mut faults),
            minimum: number("minimum", &self.minimum, "a number", &mut faults),
            maximum: number("maximum", &self.maximum, "a number", &mut faults),
            values: lines(&self.values),
            description: self.description.clone(),
            example: value(kind, &self.example),
            claim: text(&self.claim),
            ..Definition::new(&self.name, kind)
        };
        match Parameter::define(definition) {
            Ok(parameter) if faults.is_empty() => Ok(parameter),
            Ok(_) => Err(faults),
            Err(more) => {
                faults.extend(more);
                Err(faults)
            }
        }
    }
}

/// What was typed as a number, if anything was.
fn number<T: std::str::FromStr>(
    field: &str,
    typed: &str,
    expected: &'static str,
    faults: &mut Vec<FieldFault>,
) -> Option<T> {
    if typed.is_empty() {
        return None;
    }
    let number = typed.parse().ok();
    if number.is_none() {
        faults.push(FieldFault::new(field, Fault::Type(expected)));
    }
    number
}

/// The word of a type.
fn kind_word(kind: Kind) -> &'static str {
    KINDS.into_iter().find(|(known, _)| *known == kind).map_or("string", |(_, word)| word)
}

fn text(typed: &str) -> Option<String> {
    Some(typed.to_owned()).filter(|text| !text.is_empty())
}

/// What was typed as a value of this type; text where it is none, for the definition to find fault with.
fn value(kind: Kind, typed: &str) -> Option<Value> {
    let typed = text(typed)?;
    let read = match kind {
        Kind::Integer | Kind::Number => typed.parse::<Number>().ok().map(Value::Number),
        Kind::Boolean => typed.parse().ok().map(Value::Bool),
        Kind::String | Kind::DateTime | Kind::Enum => None,
    };
    Some(read.unwrap_or(Value::String(typed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(fields: &[(&str, &'static str)]) -> Draft {
        Draft::read(|name| fields.iter().find(|(field, _)| *field == name).map_or("", |(_, text)| text))
    }

    #[test]
    fn what_is_typed_becomes_a_definition_and_back() {
        let typed = draft(&[
            ("name", "max_events"),
            ("type", "integer"),
            ("minimum", "1"),
            ("maximum", "500"),
            ("default", "100"),
            ("claim", "dlat_max"),
        ]);
        let parameter = typed.define().unwrap();
        assert_eq!(parameter.definition().default, Some(100.into()));
        let again = Draft::of(parameter.definition()).define().unwrap();
        assert_eq!(again.definition(), parameter.definition());
    }

    #[test]
    fn every_field_at_fault_is_named() {
        let typed =
            draft(&[("name", "a b"), ("type", "integer"), ("minimum", "x"), ("min_length", "-1"), ("claim", "iss")]);
        let faults = typed.define().unwrap_err();
        let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        for field in ["name", "minimum", "min_length", "claim"] {
            assert!(fields.contains(&field), "{field} of {fields:?}");
        }
        assert!(draft(&[("name", "x"), ("type", "boolean"), ("example", "yes")]).define().is_err());
        assert!(draft(&[("name", "x"), ("type", "nothing")]).define().is_err());
    }
}
