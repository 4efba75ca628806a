//! The table `entities`.

use std::sync::Arc;

use super::db::{Row, Statement, sql};
use super::event::append;
use super::{Store, StoreError, json, optional_time, time};
use crate::domain::definition::Definition;
use crate::domain::entity::{Entity, Status};
use crate::domain::event::Event;
use crate::domain::id::EntityId;
use crate::domain::parameter::Parameter;
use crate::domain::scope::Scopes;

impl Store {
    /// Adds an entity. [`StoreError::Duplicate`] if its identifier is taken.
    pub async fn add_entity(&self, entity: &Entity, event: &Event) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let insert = sql(
            "INSERT INTO entities (name, description, status, settings, scopes, parameters, identifier, updated_at, id, version, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        );
        tx.execute(bind_columns(insert, entity)?.bind(entity.version).bind(entity.created_at.millis())).await?;
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Writes an entity that was read at `entity.version`; its version is then one more. [`StoreError::Conflict`] if
    /// somebody else wrote it in between, [`StoreError::Duplicate`] if its identifier is taken.
    pub async fn write_entity(&self, entity: &Entity, event: &Event) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let update = sql(
            "UPDATE entities SET name = $1, description = $2, status = $3, settings = $4, scopes = $5, parameters = $6, identifier = $7, updated_at = $8, version = version + 1 WHERE id = $9 AND version = $10",
        );
        if tx.execute(bind_columns(update, entity)?.bind(entity.version)).await? == 0 {
            return Err(StoreError::Conflict);
        }
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// The entity of this id.
    pub async fn entity(&self, id: &EntityId) -> Result<Option<Entity>, StoreError> {
        let query = sql("SELECT id, identifier, name, description, status, settings, scopes, parameters, tokens_void_before, version, created_at, updated_at FROM entities WHERE id = $1").bind(id.as_str());
        self.db.fetch_optional(query).await?.as_ref().map(entity_of).transpose()
    }

    /// The entity of this identifier.
    pub async fn entity_by_identifier(&self, identifier: &str) -> Result<Option<Entity>, StoreError> {
        let query = sql("SELECT id, identifier, name, description, status, settings, scopes, parameters, tokens_void_before, version, created_at, updated_at FROM entities WHERE identifier = $1").bind(identifier);
        self.db.fetch_optional(query).await?.as_ref().map(entity_of).transpose()
    }

    /// At most `limit` entities whose identifiers come after `after`, in that order.
    pub async fn entities_after(&self, after: &str, limit: i64) -> Result<Vec<Entity>, StoreError> {
        let query = sql("SELECT id, identifier, name, description, status, settings, scopes, parameters, tokens_void_before, version, created_at, updated_at FROM entities WHERE identifier > $1 ORDER BY identifier LIMIT $2")
            .bind(after)
            .bind(limit);
        self.db.fetch_all(query).await?.iter().map(entity_of).collect()
    }
}

fn bind_columns(statement: Statement, entity: &Entity) -> Result<Statement, StoreError> {
    let definitions: Vec<&Definition> = entity.parameters.iter().map(Parameter::definition).collect();
    let text = |json: Result<String, serde_json::Error>| json.map_err(|_| StoreError::Corrupt(entity.id.to_string()));
    Ok(statement
        .bind(entity.name.as_str())
        .bind(entity.description.as_str())
        .bind(entity.status.as_str())
        .bind(text(serde_json::to_string(&entity.settings))?)
        .bind(text(serde_json::to_string(entity.scopes.names()))?)
        .bind(text(serde_json::to_string(&definitions))?)
        .bind(entity.identifier.as_str())
        .bind(entity.updated_at.millis())
        .bind(entity.id.as_str()))
}

fn entity_of(row: &Row) -> Result<Entity, StoreError> {
    let id: String = row.get("id")?;
    let corrupt = || StoreError::Corrupt(format!("entity {id}"));
    let definitions: Vec<Definition> = json(row, "parameters")?;
    let shared = Parameter::from_the_start();
    let parameters = if shared.iter().map(Parameter::definition).eq(&definitions) {
        shared
    } else {
        let own = definitions.into_iter().map(Parameter::define).collect::<Result<_, _>>();
        Arc::new(own.map_err(|_| corrupt())?)
    };
    Ok(Entity {
        id: EntityId::parse(&id).ok_or_else(corrupt)?,
        identifier: row.get("identifier")?,
        name: row.get("name")?,
        description: row.get("description")?,
        status: Status::parse(&row.get::<String>("status")?).ok_or_else(corrupt)?,
        settings: json(row, "settings")?,
        scopes: Scopes::new(json(row, "scopes")?).map_err(|_| corrupt())?,
        parameters,
        tokens_void_before: optional_time(row, "tokens_void_before")?,
        version: row.get("version")?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}
