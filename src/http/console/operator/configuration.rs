//! The configuration of an entity as a file: what it is and what it has chosen, never a secret. Read strictly.

use serde::{Deserialize, Serialize};

use crate::domain::definition::Definition;
use crate::domain::entity::{Change, Entity};
use crate::domain::parameter::Parameter;
use crate::domain::quota::Quota;
use crate::domain::settings::{self, AccountLock, UnknownParameters};
use crate::http::admin::read::object;

/// The file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// Its identifier. An import into an entity leaves that entity's own.
    pub identifier: String,
    name: String,
    description: String,
    scopes: Vec<String>,
    #[serde(deserialize_with = "object")]
    settings: Settings,
    parameters: Vec<Definition>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    token_timeout_minutes: u32,
    unknown_parameters: UnknownParameters,
    account_lock: Option<AccountLock>,
    ip_allowlist: Vec<String>,
    regenerate_grace_seconds: u32,
    regenerate_voids_tokens: bool,
    most_credentials: u32,
    #[serde(default)]
    require_dpop: bool,
    #[serde(default)]
    resources: Vec<String>,
    #[serde(default)]
    secret_lifetime_days: Option<u32>,
    #[serde(default)]
    quota: Option<Quota>,
    #[serde(default)]
    forbid_plain_secrets: bool,
}

impl From<&Entity> for Configuration {
    fn from(entity: &Entity) -> Self {
        let settings = &entity.settings;
        Self {
            identifier: entity.identifier.clone(),
            name: entity.name.clone(),
            description: entity.description.clone(),
            scopes: entity.scopes.names().to_vec(),
            settings: Settings {
                token_timeout_minutes: settings.token_timeout_minutes,
                unknown_parameters: settings.unknown_parameters,
                account_lock: settings.account_lock,
                ip_allowlist: settings.ip_allowlist.iter().map(ToString::to_string).collect(),
                regenerate_grace_seconds: settings.regenerate_grace_seconds,
                regenerate_voids_tokens: settings.regenerate_voids_tokens,
                most_credentials: settings.most_credentials,
                require_dpop: settings.require_dpop,
                resources: settings.resources.iter().map(ToString::to_string).collect(),
                secret_lifetime_days: settings.secret_lifetime_days,
                quota: settings.quota,
                forbid_plain_secrets: settings.forbid_plain_secrets,
            },
            parameters: entity.parameters.iter().map(Parameter::definition).cloned().collect(),
        }
    }
}

impl Configuration {
    /// Reads a file; says where it is not one, without repeating its values.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let read = object(&mut deserializer).and_then(|file: Self| deserializer.end().map(|()| file));
        read.map_err(|error| {
            let place = format!("Line {}, column {}", error.line(), error.column());
            let why = error.to_string();
            let names_a_field =
                ["unknown field", "missing field", "duplicate field"].iter().any(|it| why.starts_with(it));
            match why.split(" at line ").next().filter(|_| names_a_field) {
                Some(why) => format!("{place}: {why}."),
                None => format!("{place}: this is not the JSON of an exported configuration."),
            }
        })
    }

    /// The change that it is, and the parameters.
    pub fn into_change(self) -> (Change, Vec<Definition>) {
        let settings = settings::Change {
            token_timeout_minutes: Some(self.settings.token_timeout_minutes),
            unknown_parameters: Some(self.settings.unknown_parameters),
            account_lock: Some(self.settings.account_lock),
            ip_allowlist: Some(self.settings.ip_allowlist),
            regenerate_grace_seconds: Some(self.settings.regenerate_grace_seconds),
            regenerate_voids_tokens: Some(self.settings.regenerate_voids_tokens),
            most_credentials: Some(self.settings.most_credentials),
            require_dpop: Some(self.settings.require_dpop),
            resources: Some(self.settings.resources),
            secret_lifetime_days: Some(self.settings.secret_lifetime_days),
            quota: Some(self.settings.quota),
            forbid_plain_secrets: Some(self.settings.forbid_plain_secrets),
        };
        let change = Change {
            identifier: Some(self.identifier),
            name: Some(self.name),
            description: Some(self.description),
            scopes: Some(self.scopes),
            settings,
            status: None,
        };
        (change, self.parameters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_strictly_and_its_values_are_not_repeated() {
        let whole = r#"{"identifier":"a","name":"A","description":"","scopes":["x"],"settings":{"token_timeout_minutes":10,"unknown_parameters":"refuse","account_lock":null,"ip_allowlist":[],"regenerate_grace_seconds":0,"regenerate_voids_tokens":false,"most_credentials":10},"parameters":[]}"#;
        assert!(Configuration::read(whole).is_ok());
        for (odd, named) in [
            (whole.replace("\"name\":\"A\",", ""), "missing field `name`"),
            (whole.replace("\"name\"", "\"nickname\""), "unknown field `nickname`"),
            (whole.replace("10,", "\"pgs_secret\","), "not the JSON"),
            (format!("{whole} x"), "not the JSON"),
            ("[]".to_owned(), "not the JSON"),
        ] {
            let why = Configuration::read(&odd).err().unwrap();
            assert!(why.contains(named), "{why}");
            assert!(!why.contains("pgs_"), "{why}");
        }
    }
}
