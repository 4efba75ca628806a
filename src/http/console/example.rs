//! The example request of an entity: what the page shows, and what every sample and download is made from. Its values
//! are taken from the definitions that judge requests, so the server accepts it as it stands.

use serde_json::Value;

use super::text::{form_text, json_text, text_of};
use crate::domain::definition::Kind;
use crate::domain::entity::Entity;
use crate::domain::parameter::Parameter;
use crate::domain::presented::{self, Fields, Reading};
use crate::domain::token::{self, Door, Grant, Refusal};

/// What stands in the place of the secret.
pub const MASK: &str = "pgs_••••••••";
/// Texts that a pattern may happen to take.
const GUESSES: [&str; 12] = [
    "example",
    "EXAMPLE",
    "Example",
    "A",
    "1",
    "123",
    "123456",
    "A-1",
    "AB-12",
    "user@example.com",
    "2026-01-31",
    "3d7e0593-6b0b-4f8f-be4f-ff04c37d3316",
];
/// Most characters of a made-up text that its limits do not ask for.
const LONGEST_GUESS: usize = 36;

/// A request that gets a token, without its secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Where it goes.
    pub post_url: String,
    /// Who asks.
    pub client_id: String,
    /// What comes after `client_id` and `client_secret`, in the operator's order.
    pub fields: Vec<(String, Value)>,
    /// The fields whose value nobody could make up: the reader must.
    pub needs_value: Vec<String>,
}

/// How a request body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyType {
    /// `application/json`
    Json,
    /// `application/x-www-form-urlencoded`
    Form,
}

impl BodyType {
    /// Both, the default first.
    pub const ALL: [Self; 2] = [Self::Json, Self::Form];

    /// The word for it in URLs.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Form => "form",
        }
    }

    /// The name that people read.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Form => "Form data",
        }
    }

    /// What `Content-Type` says.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Form => "application/x-www-form-urlencoded",
        }
    }

    /// The body type of this slug.
    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.slug() == slug)
    }
}

impl Example {
    /// The example of an entity: its scope, and every parameter that is required, has an example or has a default.
    pub fn of(entity: &Entity, client_id: &str, post_url: &str) -> Self {
        Self::with(entity, "", client_id, post_url)
    }

    /// The same, and the parameter `named` whatever it is.
    pub fn with(entity: &Entity, named: &str, client_id: &str, post_url: &str) -> Self {
        let is_needed = |parameter: &Parameter| parameter.definition().required || parameter.name() == named;
        let example = |all: bool| {
            let mut example = Self {
                post_url: post_url.to_owned(),
                client_id: client_id.to_owned(),
                fields: Vec::new(),
                needs_value: Vec::new(),
            };
            for parameter in entity.parameters.iter().filter(|parameter| all || is_needed(parameter)) {
                example.add(entity, parameter, is_needed(parameter));
            }
            example
        };
        // Optional values may be too long together for the claims of one token.
        let complete = example(true);
        let is_granted = complete.grant(entity).is_some();
        if is_granted || !complete.needs_value.is_empty() { complete } else { example(false) }
    }

    fn add(&mut self, entity: &Entity, parameter: &Parameter, is_needed: bool) {
        let definition = parameter.definition();
        let value = match parameter.name() {
            "scope" => scope(entity, parameter),
            "grant_type" if !is_needed => return,
            _ => [&definition.example, &definition.default]
                .into_iter()
                .flatten()
                .find_map(|value| judged(parameter, value))
                .or_else(|| if is_needed { made_up(parameter) } else { None }),
        };
        match value {
            Some(value) => self.fields.push((parameter.name().to_owned(), value)),
            None if is_needed => {
                self.fields.push((parameter.name().to_owned(), placeholder(parameter).into()));
                self.needs_value.push(parameter.name().to_owned());
            }
            None => {}
        }
    }

    /// What the entity grants for it; nothing if a value is still needed.
    pub fn grant(&self, entity: &Entity) -> Option<Grant> {
        self.decide(entity)?.ok()
    }

    /// What the entity grants or refuses; `None` of fields that no request can carry.
    pub fn decide(&self, entity: &Entity) -> Option<Result<Grant, Refusal>> {
        Some(token::grant(entity, &presented(&self.fields)?, Door::Integration))
    }

    /// Every field with its value; the secret has none.
    pub(super) fn entries(&self, body_type: BodyType) -> Vec<(&str, Option<Value>)> {
        let client_id = ("client_id", Some(Value::from(self.client_id.as_str())));
        let fields = self.fields.iter().map(|(name, value)| {
            let value = match body_type {
                BodyType::Json => value.clone(),
                BodyType::Form => text_of(value).into(),
            };
            (name.as_str(), Some(value))
        });
        [client_id, ("client_secret", None)].into_iter().chain(fields).collect()
    }

    /// The body to show, with `mask` as it stands in the place of the secret.
    pub fn shown(&self, body_type: BodyType, mask: &str) -> String {
        match body_type {
            BodyType::Json => self.json(mask),
            BodyType::Form => self.form_around(mask),
        }
    }

    /// The body as JSON, a field a line.
    pub fn json(&self, secret: &str) -> String {
        self.json_by(|_, value| json_text(value.unwrap_or(&secret.into())))
    }

    /// The body as a form. `secret` is encoded like every value.
    pub fn form(&self, secret: &str) -> String {
        self.form_around(&form_text(secret))
    }

    /// The body as JSON, each value as `write` writes it by its name; the secret has none.
    pub(super) fn json_by(&self, write: impl Fn(&str, Option<&Value>) -> String) -> String {
        let entries = self.entries(BodyType::Json);
        object(entries.iter().map(|(name, value)| (*name, write(name, value.as_ref()))))
    }

    /// The body as a form around a secret that is encoded, or a name for one.
    pub(super) fn form_around(&self, secret: &str) -> String {
        let pair = |(name, value): (&str, Option<Value>)| {
            let value = value.map_or_else(|| secret.to_owned(), |value| form_text(&text_of(&value)));
            format!("{}={value}", form_text(name))
        };
        self.entries(BodyType::Form).into_iter().map(pair).collect::<Vec<_>>().join("&")
    }
}

/// A JSON object of members in their order, one a line.
pub(super) fn object<'n>(members: impl IntoIterator<Item = (&'n str, String)>) -> String {
    let line = |(name, value): (&str, String)| format!("  \"{name}\": {value}");
    let lines: Vec<String> = members.into_iter().map(line).collect();
    format!("{{\n{}\n}}", lines.join(",\n"))
}

/// The fields as a request carries them in JSON.
fn presented(fields: &[(String, Value)]) -> Option<Fields<'_>> {
    let mut reading = Reading::default();
    for (name, value) in fields {
        reading.push(name.into(), value.into()).ok()?;
    }
    reading.finish().ok()
}

/// The value as the server keeps it, which a form can carry too; `None` if it is refused or counts as not sent.
fn judged(parameter: &Parameter, value: &Value) -> Option<Value> {
    let value = presented::Value::from(value);
    if value.is_empty() { None } else { parameter.judge(&value).ok() }
}

/// All scopes, else its own example, else the first scope that its definition takes.
fn scope(entity: &Entity, parameter: &Parameter) -> Option<Value> {
    let all = Value::from(&**entity.scopes.all());
    let names = entity.scopes.names().iter().map(|name| Value::from(name.as_str()));
    std::iter::once(all)
        .chain(parameter.definition().example.clone())
        .chain(names)
        .filter(|value| entity.scopes.grant(value.as_str()).is_ok())
        .find_map(|value| judged(parameter, &value))
}

/// A value of its type within its limits.
fn made_up(parameter: &Parameter) -> Option<Value> {
    let it = parameter.definition();
    let limits = || it.minimum.iter().chain(&it.maximum).cloned().map(Value::Number);
    let guesses: Vec<Value> = match it.kind {
        Kind::String => {
            let text = placeholder(parameter);
            GUESSES.into_iter().map(Value::from).chain([text.into()]).collect()
        }
        Kind::Enum => it.values.iter().map(|value| value.as_str().into()).collect(),
        Kind::DateTime => vec!["2026-01-31T12:00:00Z".into()],
        Kind::Boolean => vec![true.into()],
        Kind::Integer | Kind::Number => std::iter::once(1.into()).chain(limits()).collect(),
    };
    guesses.iter().find_map(|guess| judged(parameter, guess))
}

/// A text of a length within its limits, whatever its pattern.
fn placeholder(parameter: &Parameter) -> String {
    let it = parameter.definition();
    let characters = |count: Option<u64>| count.and_then(|count| usize::try_from(count).ok());
    let least = characters(it.min_length).unwrap_or(0).max(1);
    let most = characters(it.max_length).unwrap_or(LONGEST_GUESS).max(least);
    let wanted = least.max(7).min(most);
    "example".chars().chain(std::iter::repeat('x')).take(wanted).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::definition::Definition;
    use crate::domain::entity::Change;
    use crate::domain::id::EntityId;
    use crate::domain::time::Timestamp;
    use crate::http::console::text::is_odd;
    use crate::http::parse::{form, json};
    use proptest::prelude::*;
    use serde_json::json;

    /// A text with everything that ends a string somewhere.
    pub(crate) const TRICKY: &str = "a'b\"c\\d$HOME `id` $(id) #{1} ${2} {{x}} %41 &=+;\n\tEND\r\u{0}\u{7f} \\u0022 é Б ‘’ 日本 😀 \u{202e}*/ <?php ?> -- #";

    pub(crate) fn entity(definitions: Vec<Value>) -> Entity {
        let now = Timestamp::from_millis(0);
        let (identifier, name) = (Some("northwind".to_owned()), Some("Northwind | \"Logistics\" <b>".to_owned()));
        let change = Change { identifier, name, ..Change::default() };
        let entity = Entity::create(EntityId::from_random([7; 16]), now, change).unwrap();
        definitions.into_iter().fold(entity, |entity, definition| {
            let definition: Definition = serde_json::from_value(definition).unwrap();
            entity.with_parameter(now, Parameter::define(definition).unwrap()).unwrap()
        })
    }

    pub(crate) fn tricky() -> Entity {
        entity(vec![
            json!({"name": "note", "type": "string", "default": TRICKY, "claim": "note"}),
            json!({"name": "max_events", "type": "integer", "required": true, "minimum": 1, "maximum": 500, "example": 5.0}),
            json!({"name": "share", "type": "number", "default": -2.5e-7}),
            json!({"name": "dry-run", "type": "boolean", "default": false}),
            json!({"name": "Note", "type": "enum", "values": ["it's", "b"], "required": true}),
            json!({"name": "__proto__", "type": "integer", "default": 9_007_199_254_740_991_i64}),
            json!({"name": "hidden", "type": "string"}),
        ])
    }

    pub(crate) fn example() -> Example {
        Example::of(&tricky(), "pgc_7HqT2mVx9RkLw4ZcB8nYpD3s", "https://pass.example.com/api/v1/access-token")
    }

    #[test]
    fn it_has_the_scope_and_what_is_required_or_has_a_value() {
        let fields: Vec<(String, Value)> = [
            ("scope", json!("DLAT access Webhooks")),
            ("note", json!(TRICKY)),
            ("max_events", json!(5)),
            ("share", json!(-2.5e-7)),
            ("dry-run", json!(false)),
            ("Note", json!("it's")),
            ("__proto__", json!(9_007_199_254_740_991_i64)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec();
        assert_eq!(example().fields, fields);
        assert!(example().needs_value.is_empty());
    }

    #[test]
    fn it_has_what_is_named_in_any_case() {
        let named = |name: &str| Example::with(&tricky(), name, "pgc_1", "https://pass.example.com/").fields;
        assert_eq!(named("note"), example().fields);
        assert!(named("hidden").contains(&("hidden".into(), "example".into())));
        assert!(named("grant_type").contains(&("grant_type".into(), "client_credentials".into())));
    }

    #[test]
    fn what_nobody_can_make_up_is_said() {
        let entity = entity(vec![
            json!({"name": "easy", "type": "string", "required": true, "pattern": "^[A-Z]{2}-[0-9]{2}$"}),
            json!({"name": "hard", "type": "string", "required": true, "pattern": "^Z{9}$", "min_length": 9}),
        ]);
        let example = Example::of(&entity, "pgc_1", "https://pass.example.com/");
        assert_eq!(example.needs_value, ["hard"]);
        assert_eq!(example.fields.last().unwrap().1, "examplexx");
        assert!(example.fields.contains(&("easy".into(), "AB-12".into())));
    }

    #[test]
    fn optional_values_that_do_not_fit_into_a_token_are_left_out() {
        let long = |n: u32| json!({"name": format!("p{n}"), "type": "string", "example": "x".repeat(1024), "claim": format!("c{n}")});
        let entity = entity((0..5).map(long).collect());
        let example = Example::of(&entity, "pgc_1", "https://pass.example.com/");
        assert!(example.fields.is_empty() && example.grant(&entity).is_some());
    }

    #[test]
    fn both_bodies_say_the_same() {
        let example = example();
        let (json, form) = (example.json("s \"&"), example.form("s \"&"));
        let (json, form) = (json::fields(json.as_bytes()).unwrap(), form::fields(form.as_bytes()).unwrap());
        assert_eq!(json.get("client_secret").unwrap().as_text(), Some("s \"&"));
        assert_eq!(form.get("client_secret").unwrap().as_text(), Some("s \"&"));
        for fields in [json, form] {
            assert!(token::grant(&tricky(), &fields, Door::Integration).is_ok());
            assert_eq!(fields.get("note").unwrap().as_text(), Some(TRICKY));
        }
        assert!(!example.json("").lines().any(|line| line.chars().any(is_odd)));
    }

    fn definition() -> impl Strategy<Value = Value> {
        let text = (0..20_u64, 1..30_u64, proptest::option::of(".{0,12}")).prop_map(|(least, more, example)| {
            let most = least.saturating_add(more);
            let fits = example.filter(|text| (least..=most).contains(&(text.chars().count() as u64)));
            json!({"type": "string", "min_length": least, "max_length": most, "example": fits})
        });
        let number = ("integer|number", -1000..1000_i64, 0..1000_i64).prop_map(
            |(kind, least, more)| json!({"type": kind, "minimum": least, "maximum": least.saturating_add(more)}),
        );
        let fraction = (-1e9..1e9_f64).prop_map(|least| json!({"type": "number", "minimum": least, "maximum": least}));
        let list = proptest::collection::btree_set(".{1,9}", 1..4)
            .prop_map(|values| json!({"type": "enum", "values": values}));
        let simple = prop_oneof![Just(json!({"type": "boolean"})), Just(json!({"type": "date-time"}))];
        (prop_oneof![text, number, fraction, list, simple], any::<bool>()).prop_map(|(mut definition, required)| {
            definition["required"] = required.into();
            definition
        })
    }

    proptest! {
        #[test]
        fn an_entity_grants_its_own_example(definitions in proptest::collection::vec(definition(), 0..8)) {
            let named = |(n, mut definition): (usize, Value)| {
                definition["name"] = format!("p{n}").into();
                definition
            };
            let entity = entity(definitions.into_iter().enumerate().map(named).collect());
            let example = Example::of(&entity, "pgc_1", "https://pass.example.com/");
            prop_assert!(example.needs_value.is_empty() && example.grant(&entity).is_some());
            for parameter in entity.parameters.iter() {
                let is_there = example.fields.iter().any(|(name, _)| name == parameter.name());
                prop_assert!(is_there || !parameter.definition().required);
            }
            let body = example.form("x");
            let mut reading = Reading::default();
            for field in form::fields(body.as_bytes()).unwrap().iter() {
                reading.push(field.name.clone(), field.value.clone()).unwrap();
            }
            prop_assert!(token::grant(&entity, &reading.finish().unwrap(), Door::Integration).is_ok());
        }
    }
}
