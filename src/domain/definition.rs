//! What an operator writes down of a dynamic parameter, and what is wrong with it.

use serde::{Deserialize, Serialize};
use serde_json::{Number, json};

use super::fault::{Fault, FieldFault, is_plain};
use super::parameter::{LARGEST_WHOLE, integer_of, less};
use super::presented::Value;

/// Longest text value, in characters, whatever the definition says.
pub const LONGEST_TEXT: u64 = 1024;
/// Longest name and longest claim name.
pub(super) const LONGEST_NAME: usize = 64;
/// Most values that a list may have.
const MOST_VALUES: usize = 200;

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

/// Everything wrong with a definition that needs no compiled pattern.
pub(super) fn shape_faults(it: &Definition) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, fault: Fault| faults.push(FieldFault::new(field, fault));
    if !is_plain(&it.name) || matches!(it.name.as_str(), "." | "..") {
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
