//! Business entities and their parameters, as operators manage them.

use serde_json::json;

use super::clock::random;
use super::{App, Error};
use crate::domain::definition::Definition;
use crate::domain::entity::{Change, Entity};
use crate::domain::event::{Action, Actor};
use crate::domain::fault::is_plain;
use crate::domain::id::EntityId;
use crate::domain::parameter::Parameter;
use crate::store::StoreError;

/// How often a change without a stated version is tried again when somebody else was faster.
const TRIES: usize = 5;

impl App {
    /// Makes an entity.
    pub async fn create_entity(&self, actor: &Actor, change: Change) -> Result<Entity, Error> {
        let now = self.now();
        let entity = Entity::create(EntityId::from_random(random()?), now, change).map_err(Error::Invalid)?;
        let detail = json!({"identifier": entity.identifier, "name": entity.name});
        let event = self.event(actor, Action::EntityCreated, Some(&entity.id), entity.id.as_str(), detail);
        match self.store.add_entity(&entity, &event).await {
            Err(StoreError::Duplicate) => Err(Error::Taken("identifier")),
            other => Ok(other.map(|()| entity)?),
        }
    }

    /// Makes an entity from a file with its configuration.
    pub async fn import_entity(
        &self,
        actor: &Actor,
        change: Change,
        definitions: Vec<Definition>,
    ) -> Result<Entity, Error> {
        let now = self.now();
        let entity = Entity::import(EntityId::from_random(random()?), now, change, definitions);
        let entity = entity.map_err(Error::Invalid)?;
        let detail = json!({"identifier": entity.identifier, "name": entity.name});
        let event = self.event(actor, Action::ConfigurationImported, Some(&entity.id), entity.id.as_str(), detail);
        match self.store.add_entity(&entity, &event).await {
            Err(StoreError::Duplicate) => Err(Error::Taken("identifier")),
            other => Ok(other.map(|()| entity)?),
        }
    }

    /// Replaces the configuration of an entity by that of a file; its identifier stays.
    pub async fn import_configuration(
        &self,
        actor: &Actor,
        name: &str,
        change: Change,
        definitions: &[Definition],
    ) -> Result<Entity, Error> {
        let change = Change { identifier: None, ..change };
        let names: Vec<&str> = definitions.iter().map(|definition| definition.name.as_str()).collect();
        let detail = json!({"changed": changed_fields(&change), "parameters": names});
        let make =
            |entity: Entity| entity.configure(self.now(), change.clone(), definitions.to_vec()).map_err(Error::Invalid);
        self.write_entity(actor, name, None, Action::ConfigurationImported, detail, None, make).await
    }

    /// The entity that an operator names by id or by identifier.
    pub async fn find_entity(&self, name: &str) -> Result<Entity, Error> {
        let found = match EntityId::parse(name) {
            Some(id) => self.store.entity(&id).await?,
            None if is_plain(name) => self.store.entity_by_identifier(name).await?,
            None => None,
        };
        found.ok_or(Error::NotFound("entity"))
    }

    /// Changes an entity; only if it is still at `version`, when one is given.
    pub async fn update_entity(
        &self,
        actor: &Actor,
        name: &str,
        version: Option<i64>,
        change: Change,
    ) -> Result<Entity, Error> {
        let detail = json!({"changed": changed_fields(&change), "status": change.status});
        let make = |entity: Entity| entity.change(self.now(), change.clone()).map_err(Error::Invalid);
        self.write_entity(actor, name, version, Action::EntityUpdated, detail, None, make).await
    }

    /// Defines or redefines a parameter.
    pub async fn set_parameter(
        &self,
        actor: &Actor,
        name: &str,
        version: Option<i64>,
        definition: Definition,
    ) -> Result<Entity, Error> {
        let detail = json!({"definition": definition});
        let parameter = Parameter::define(definition).map_err(Error::Invalid)?;
        let subject = parameter.name().to_owned();
        let make = |entity: Entity| entity.with_parameter(self.now(), parameter.clone()).map_err(Error::Invalid);
        self.write_entity(actor, name, version, Action::ParameterSet, detail, Some(&subject), make).await
    }

    /// Removes a parameter.
    pub async fn remove_parameter(
        &self,
        actor: &Actor,
        name: &str,
        version: Option<i64>,
        parameter: &str,
    ) -> Result<Entity, Error> {
        let make = |entity: Entity| entity.without_parameter(self.now(), parameter).ok_or(Error::NotFound("parameter"));
        self.write_entity(actor, name, version, Action::ParameterRemoved, json!({}), Some(parameter), make).await
    }

    #[expect(clippy::too_many_arguments, reason = "what is changed, by whom, and how it is told")]
    async fn write_entity(
        &self,
        actor: &Actor,
        name: &str,
        version: Option<i64>,
        action: Action,
        detail: serde_json::Value,
        subject: Option<&str>,
        make: impl Fn(Entity) -> Result<Entity, Error>,
    ) -> Result<Entity, Error> {
        for _ in 0..TRIES {
            let before = self.find_entity(name).await?;
            if version.is_some_and(|version| version != before.version) {
                return Err(Error::Changed);
            }
            let mut entity = make(before)?;
            let event =
                self.event(actor, action, Some(&entity.id), subject.unwrap_or(entity.id.as_str()), detail.clone());
            match self.store.write_entity(&entity, &event).await {
                Err(StoreError::Conflict) if version.is_none() => {}
                Err(StoreError::Duplicate) => return Err(Error::Taken("identifier")),
                Err(error) => return Err(error.into()),
                Ok(()) => {
                    self.known.forget_entity(&entity.id);
                    entity.version = entity.version.saturating_add(1);
                    return Ok(entity);
                }
            }
        }
        Err(Error::Changed)
    }
}

/// What a change names, each setting by its own name.
fn changed_fields(change: &Change) -> Vec<&'static str> {
    let settings = &change.settings;
    let fields = [
        ("identifier", change.identifier.is_some()),
        ("name", change.name.is_some()),
        ("description", change.description.is_some()),
        ("status", change.status.is_some()),
        ("scopes", change.scopes.is_some()),
        ("token_timeout_minutes", settings.token_timeout_minutes.is_some()),
        ("unknown_parameters", settings.unknown_parameters.is_some()),
        ("account_lock", settings.account_lock.is_some()),
        ("ip_allowlist", settings.ip_allowlist.is_some()),
        ("regenerate_grace_seconds", settings.regenerate_grace_seconds.is_some()),
        ("regenerate_voids_tokens", settings.regenerate_voids_tokens.is_some()),
        ("most_credentials", settings.most_credentials.is_some()),
        ("require_dpop", settings.require_dpop.is_some()),
        ("resources", settings.resources.is_some()),
        ("secret_lifetime_days", settings.secret_lifetime_days.is_some()),
        ("quota", settings.quota.is_some()),
        ("forbid_plain_secrets", settings.forbid_plain_secrets.is_some()),
    ];
    fields.into_iter().filter(|(_, is_changed)| *is_changed).map(|(field, _)| field).collect()
}
