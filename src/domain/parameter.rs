//! Dynamic parameters (CONTRACT.md §2): an operator defines them for each entity; the same definition judges a request
//! and is shown as JSON Schema, so what a page shows is what the server enforces.

use regex::Regex;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, json};

use super::fault::{Fault, FieldFault};
use super::presented::Value;
use super::time::Timestamp;

/// Most parameters that an entity may have.
pub const MOST_PARAMETERS: usize = 50;
/// Longest text value, in characters, whatever the definition says.
pub const LONGEST_TEXT: u64 = 1024;
/// Longest pattern, in bytes.
const LONGEST_PATTERN: usize = 500;
/// Longest name and longest claim name.
const LONGEST_NAME: usize = 64;
/// Most values that a list may have.
const MOST_VALUES: usize = 200;
/// Largest integer that JSON readers everywhere keep exactly: 2^53 - 1 (RFC 7493 §2.2).
const LARGEST_INTEGER: i64 = 9_007_199_254_740_991;
/// The same as a number that JSON calls 5.0, and exactly the same.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_991.0;
/// Memory that one compiled pattern may take, in bytes.
const PATTERN_MEMORY: usize = 64 * 1024;

/// Claims that Passgate itself writes or that RFC 7519, RFC 7662, RFC 7800 and RFC 9068 give a meaning; no parameter may
/// be one.
pub const REGISTERED_CLAIMS: [&str; 14] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "client_id",
    "scope",
    "cnf",
    "entity",
    "active",
    "token_type",
    "username",
];

/// Names that mean something to the protocol itself.
const RESERVED_NAMES: [&str; 5] =
    ["client_id", "client_secret", "client_assertion", "client_assertion_type", "resource"];

/// What type a parameter has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ParameterType)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Any text within its limits.
    String,
    /// A whole number of at most 2^53 - 1.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An RFC 3339 date and time.
    DateTime,
    /// One of `values`.
    Enum,
}

/// A parameter as an operator writes it down. It may be nonsense until [`Parameter::define`] has taken it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = Parameter)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// What a request calls it: `[A-Za-z0-9_.-]{1,64}`.
    #[schema(pattern = "^[A-Za-z0-9_.-]{1,64}$", example = "depot")]
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Whether a request must carry it.
    #[serde(default)]
    pub required: bool,
    /// What it is when a request does not carry it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// Text must match this somewhere (a regular expression without look-around; anchor it with `^…$`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 500, nullable = false)]
    pub pattern: Option<String>,
    /// Fewest characters of a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 1024, nullable = false)]
    pub min_length: Option<u64>,
    /// Most characters of a text; at most 1,024, which is also the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1024, nullable = false)]
    pub max_length: Option<u64>,
    /// Least number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, minimum = -9_007_199_254_740_991.0, maximum = 9_007_199_254_740_991.0)]
    pub minimum: Option<Number>,
    /// Greatest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, minimum = -9_007_199_254_740_991.0, maximum = 9_007_199_254_740_991.0)]
    pub maximum: Option<Number>,
    /// What an `enum` may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 200)]
    pub values: Vec<String>,
    /// What it is for, at most 2,000 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schema(max_length = 2000)]
    pub description: String,
    /// A value to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<serde_json::Value>,
    /// The token claim that carries the value to the platform's APIs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[A-Za-z0-9_.:/-]{1,64}$", nullable = false)]
    pub claim: Option<String>,
}

impl Definition {
    /// A definition that says nothing but a name and a type.
    pub fn new(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            required: false,
            default: None,
            pattern: None,
            min_length: None,
            max_length: None,
            minimum: None,
            maximum: None,
            values: Vec::new(),
            description: String::new(),
            example: None,
            claim: None,
        }
    }

    /// The two that every new entity has: `grant_type` and `scope`.
    pub fn from_the_start() -> [Self; 2] {
        let grant_type = Self {
            values: vec!["client_credentials".to_owned()],
            description: "The OAuth 2.0 grant; only client_credentials.".to_owned(),
            example: Some(json!("client_credentials")),
            ..Self::new("grant_type", Kind::Enum)
        };
        let scope = Self {
            description: "The scope to ask for; all scopes of the business entity if left out.".to_owned(),
            ..Self::new("scope", Kind::String)
        };
        [grant_type, scope]
    }
}

/// A parameter whose definition makes sense, ready to judge values.
#[derive(Clone, Debug)]
pub struct Parameter {
    definition: Definition,
    pattern: Option<Regex>,
}

impl Parameter {
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
                && let Err(fault) = parameter.judge(&presented(value))
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

/// A stored value as if a request had carried it as JSON.
fn presented(value: &serde_json::Value) -> Value<'_> {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Boolean(*value),
        serde_json::Value::Number(number) => Value::Number(number.clone()),
        serde_json::Value::String(text) => Value::Text(text.into()),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => Value::Nested,
    }
}

fn text_of<'v>(value: &'v Value<'_>, expected: &'static str) -> Result<&'v str, Fault> {
    value.as_text().ok_or(Fault::Type(expected))
}

fn integer_of(value: &Value<'_>) -> Option<i64> {
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

fn less(one: &Number, other: &Number) -> bool {
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

/// Everything wrong with a definition that needs no compiled pattern.
fn shape_faults(it: &Definition) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, fault: Fault| faults.push(FieldFault::new(field, fault));
    if !super::fault::is_plain(&it.name) || matches!(it.name.as_str(), "." | "..") {
        fault("name", Fault::Rule("must be 1 to 64 of the characters A-Z a-z 0-9 _ . -".to_owned()));
    }
    if RESERVED_NAMES.contains(&it.name.as_str()) {
        fault("name", Fault::Rule("is a word of the protocol itself".to_owned()));
    }
    if let Some(claim) = &it.claim {
        let plain = (1..=LONGEST_NAME).contains(&claim.len())
            && claim.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:/-".contains(&b));
        if !plain {
            fault("claim", Fault::Rule("must be 1 to 64 of the characters A-Z a-z 0-9 _ . : / -".to_owned()));
        }
        if REGISTERED_CLAIMS.contains(&claim.as_str()) {
            fault("claim", Fault::Rule("is a claim that every token already has or that RFC 7519 reserves".to_owned()));
        }
    }
    if it.description.chars().count() > 2000 {
        fault("description", Fault::TooLong(2000));
    }
    let only_for = |kinds: &str| Fault::Rule(format!("is only for parameters of type {kinds}"));
    if it.kind != Kind::String {
        for (field, is_set) in [
            ("pattern", it.pattern.is_some()),
            ("min_length", it.min_length.is_some()),
            ("max_length", it.max_length.is_some()),
        ] {
            if is_set {
                fault(field, only_for("string"));
            }
        }
    }
    if !matches!(it.kind, Kind::Integer | Kind::Number) {
        for (field, is_set) in [("minimum", it.minimum.is_some()), ("maximum", it.maximum.is_some())] {
            if is_set {
                fault(field, only_for("integer or number"));
            }
        }
    }
    if it.kind == Kind::Number {
        for (field, limit) in [("minimum", &it.minimum), ("maximum", &it.maximum)] {
            if limit.as_ref().is_some_and(|limit| limit.as_f64().is_none_or(|limit| limit.abs() > LARGEST_WHOLE)) {
                fault(field, Fault::Rule("must be at most 9007199254740991 either way".to_owned()));
            }
        }
    }
    if it.kind == Kind::Integer {
        for (field, limit) in [("minimum", &it.minimum), ("maximum", &it.maximum)] {
            if let Some(limit) = limit
                && integer_of(&Value::Number(limit.clone())).is_none()
            {
                fault(field, Fault::Type("an integer of at most 9007199254740991"));
            }
        }
    }
    if it.kind == Kind::Enum {
        let fits = |value: &String| !value.is_empty() && value.chars().count() as u64 <= LONGEST_TEXT;
        if it.values.is_empty() || it.values.len() > MOST_VALUES || !it.values.iter().all(fits) {
            fault("values", Fault::Rule(format!("must be 1 to {MOST_VALUES} texts of 1 to {LONGEST_TEXT} characters")));
        }
        let mut sorted: Vec<&String> = it.values.iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.len() != it.values.len() {
            fault("values", Fault::Rule("has the same value twice".to_owned()));
        }
    } else if !it.values.is_empty() {
        fault("values", only_for("enum"));
    }
    if it.max_length.is_some_and(|most| most == 0 || most > LONGEST_TEXT) {
        fault("max_length", Fault::Rule(format!("must be 1 to {LONGEST_TEXT}")));
    }
    if it.min_length.unwrap_or(0) > it.max_length.unwrap_or(LONGEST_TEXT) {
        fault("min_length", Fault::Rule("must not be more than max_length".to_owned()));
    }
    if let (Some(least), Some(most)) = (&it.minimum, &it.maximum)
        && less(most, least)
    {
        fault("minimum", Fault::Rule("must not be more than maximum".to_owned()));
    }
    if it.required && it.default.is_some() {
        fault("default", Fault::Rule("is only for parameters that are not required".to_owned()));
    }
    if it.name == "grant_type" && (it.kind != Kind::Enum || it.values != ["client_credentials"] || it.claim.is_some()) {
        fault("name", Fault::Rule("grant_type must stay an enum of client_credentials without a claim".to_owned()));
    }
    if it.name == "scope" && (it.kind != Kind::String || it.claim.is_some() || it.default.is_some()) {
        fault("name", Fault::Rule("scope must stay a string without claim or default".to_owned()));
    }
    faults
}
