//! A business entity (CONTRACT.md §4): a customer company, or a department of one.

use std::sync::Arc;

use super::definition::Definition;
use super::fault::{Fault, FieldFault, is_plain};
use super::id::EntityId;
use super::parameter::{MOST_PARAMETERS, Parameter};
use super::scope::Scopes;
use super::settings::{self, Settings};
use super::time::Timestamp;

/// Longest name, in characters.
pub const LONGEST_NAME: usize = 50;
/// Longest description, in characters.
pub const LONGEST_DESCRIPTION: usize = 2000;

/// Whether an entity's credentials are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// They are.
    Active,
    /// None is, and no token of the entity is valid.
    Disabled,
}

impl Status {
    /// The word for it in rows and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    /// The status that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "active" => Some(Self::Active),
            "disabled" => Some(Self::Disabled),
            _ => None,
        }
    }
}

/// A business entity, valid in every part.
#[derive(Clone, Debug)]
pub struct Entity {
    /// Names it inside Passgate.
    pub id: EntityId,
    /// Unique name that people and tokens carry: `[A-Za-z0-9_.-]{1,64}`.
    pub identifier: String,
    /// 1 to 50 characters.
    pub name: String,
    /// At most 2,000 characters.
    pub description: String,
    /// Whether its credentials are accepted.
    pub status: Status,
    /// What it may choose.
    pub settings: Settings,
    /// What its tokens may be for.
    pub scopes: Scopes,
    /// What its token requests may carry, in the operator's order. Most entities share one list, that of the beginning.
    pub parameters: Arc<Vec<Parameter>>,
    /// Tokens issued to any of its credentials up to this moment are void.
    pub tokens_void_before: Option<Timestamp>,
    /// Counts its changes, from 1.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// What to change of an entity: every `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// See [`Entity::identifier`].
    pub identifier: Option<String>,
    /// See [`Entity::name`].
    pub name: Option<String>,
    /// See [`Entity::description`].
    pub description: Option<String>,
    /// See [`Entity::status`].
    pub status: Option<Status>,
    /// See [`Entity::settings`].
    pub settings: settings::Change,
    /// See [`Entity::scopes`].
    pub scopes: Option<Vec<String>>,
}

impl Entity {
    /// A new entity with the default scope, `grant_type` and `scope`. `Err` lists every field at fault.
    pub fn create(id: EntityId, now: Timestamp, change: Change) -> Result<Self, Vec<FieldFault>> {
        let entity = Self { parameters: Parameter::from_the_start(), ..Self::unnamed(id, now) };
        let missing = |field: &str, is_set: bool| (!is_set).then(|| FieldFault::new(field, Fault::Missing));
        let mut faults: Vec<FieldFault> =
            [missing("identifier", change.identifier.is_some()), missing("name", change.name.is_some())]
                .into_iter()
                .flatten()
                .collect();
        match entity.change(now, change) {
            Ok(entity) if faults.is_empty() => Ok(entity),
            Ok(_) => Err(faults),
            Err(more) => {
                faults.extend(more);
                Err(faults)
            }
        }
    }

    /// A new entity with this configuration; what `change` leaves out counts as empty. `Err` lists every field at fault.
    pub fn import(
        id: EntityId,
        now: Timestamp,
        change: Change,
        definitions: Vec<Definition>,
    ) -> Result<Self, Vec<FieldFault>> {
        let identifier = Some(change.identifier.unwrap_or_default());
        let name = Some(change.name.unwrap_or_default());
        Self::unnamed(id, now).configure(now, Change { identifier, name, ..change }, definitions)
    }

    fn unnamed(id: EntityId, now: Timestamp) -> Self {
        Self {
            id,
            identifier: String::new(),
            name: String::new(),
            description: String::new(),
            status: Status::Active,
            settings: Settings::default(),
            scopes: Scopes::default(),
            parameters: Arc::default(),
            tokens_void_before: None,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// The entity with `change` made. `Err` lists every field at fault.
    pub fn change(mut self, now: Timestamp, change: Change) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Vec::new();
        if let Some(identifier) = change.identifier {
            let is_odd = matches!(identifier.as_str(), "." | "..") || identifier.starts_with(EntityId::PREFIX);
            if !is_plain(&identifier) || is_odd {
                let why =
                    "must be 1 to 64 of the characters A-Z a-z 0-9 _ . -, and neither dots alone nor begin with pge_"
                        .to_owned();
                faults.push(FieldFault::new("identifier", Fault::Rule(why)));
            }
            self.identifier = identifier;
        }
        if let Some(name) = change.name {
            let name = name.trim().to_owned();
            if name.is_empty() {
                faults.push(FieldFault::new("name", Fault::Empty));
            }
            faults.extend(text_fault("name", &name, LONGEST_NAME));
            if name.contains(['\n', '\r', '\t']) {
                let why = "must be one line".to_owned();
                faults.push(FieldFault::new("name", Fault::Rule(why)));
            }
            self.name = name;
        }
        if let Some(description) = change.description {
            faults.extend(text_fault("description", &description, LONGEST_DESCRIPTION));
            self.description = description;
        }
        match self.settings.clone().change(change.settings) {
            Ok(settings) => self.settings = settings,
            Err(more) => faults.extend(more),
        }
        if let Some(scopes) = change.scopes {
            match Scopes::new(scopes) {
                Ok(scopes) => self.scopes = scopes,
                Err(why) => faults.push(FieldFault::new("scopes", Fault::Rule(why.to_string()))),
            }
        }
        self.status = change.status.unwrap_or(self.status);
        self.updated_at = now;
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    /// The entity with `parameter` in the place of the one of the same name, or added at the end.
    pub fn with_parameter(mut self, now: Timestamp, parameter: Parameter) -> Result<Self, Vec<FieldFault>> {
        let others = self.parameters.iter().filter(|other| other.name() != parameter.name());
        let claim = parameter.definition().claim.as_ref();
        if claim.is_some() && others.clone().any(|other| other.definition().claim.as_ref() == claim) {
            let why = "is already the claim of another parameter".to_owned();
            return Err(vec![FieldFault::new("claim", Fault::Rule(why))]);
        }
        if others.count() >= MOST_PARAMETERS {
            let why = format!("would be one more than the {MOST_PARAMETERS} parameters that an entity may have");
            return Err(vec![FieldFault::new("name", Fault::Rule(why))]);
        }
        let parameters = Arc::make_mut(&mut self.parameters);
        match parameters.iter_mut().find(|other| other.name() == parameter.name()) {
            Some(place) => *place = parameter,
            None => parameters.push(parameter),
        }
        self.updated_at = now;
        Ok(self)
    }

    /// The entity with `change` made and these parameters in the place of its own: all of it, or `Err` with every field at
    /// fault.
    pub fn configure(
        self,
        now: Timestamp,
        change: Change,
        definitions: Vec<Definition>,
    ) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let mut entity = match self.clone().change(now, change) {
            Ok(changed) => changed,
            Err(more) => {
                faults.extend(more);
                self
            }
        };
        entity.parameters = Arc::default();
        for (position, definition) in definitions.into_iter().enumerate() {
            let placed = |more: Vec<FieldFault>| {
                more.into_iter()
                    .map(move |fault| FieldFault::new(format!("parameters[{position}].{}", fault.field), fault.fault))
            };
            let parameter = match Parameter::define(definition) {
                Ok(parameter) => parameter,
                Err(more) => {
                    faults.extend(placed(more));
                    continue;
                }
            };
            if entity.parameters.iter().any(|other| other.name() == parameter.name()) {
                let fault = FieldFault::new("name", Fault::Rule("is the name of an earlier parameter".to_owned()));
                faults.extend(placed(vec![fault]));
                continue;
            }
            match entity.clone().with_parameter(now, parameter) {
                Ok(with) => entity = with,
                Err(more) => faults.extend(placed(more)),
            }
        }
        if faults.is_empty() { Ok(entity) } else { Err(faults) }
    }

    /// The entity without the parameter of this name; `None` if it has none such.
    pub fn without_parameter(mut self, now: Timestamp, name: &str) -> Option<Self> {
        let position = self.parameters.iter().position(|parameter| parameter.name() == name)?;
        Arc::make_mut(&mut self.parameters).remove(position);
        self.updated_at = now;
        Some(self)
    }

    /// The JSON Schema (2020-12) of its token request at the integration endpoint.
    pub fn request_schema(&self) -> serde_json::Value {
        let credential = |description: &str, longest: usize| serde_json::json!({"type": "string", "minLength": 1, "maxLength": longest, "description": description});
        let mut properties = serde_json::Map::new();
        properties.insert(
            "client_id".into(),
            credential("The Client Id from Generate Credentials.", super::token::LONGEST_CLIENT_ID),
        );
        properties.insert(
            "client_secret".into(),
            credential("The Client Secret from Generate Credentials.", super::token::LONGEST_SECRET),
        );
        let mut required = vec!["client_id", "client_secret"];
        for parameter in self.parameters.iter() {
            properties.insert(parameter.name().to_owned(), parameter.schema());
            if parameter.definition().required {
                required.push(parameter.name());
            }
        }
        let takes_unknown = self.settings.unknown_parameters == settings::UnknownParameters::Ignore;
        serde_json::json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": takes_unknown,
        })
    }
}

/// A text that is too long or has control characters other than a line's end.
fn text_fault(field: &'static str, text: &str, longest: usize) -> Option<FieldFault> {
    if text.chars().count() > longest {
        return Some(FieldFault::new(field, Fault::TooLong(longest as u64)));
    }
    let odd = text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    odd.then(|| FieldFault::new(field, Fault::Rule("must not have control characters".to_owned())))
}
