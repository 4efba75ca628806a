//! The event log: numbered under one row's lock, so that events become visible in the order of their numbers.

use super::db::{Row, Tx, sql};
use super::{Store, StoreError, json, time};
use crate::domain::event::{Action, Event};
use crate::domain::id::EntityId;
use crate::domain::time::Timestamp;

/// An event as logged.
#[derive(Clone, Debug)]
pub struct LoggedEvent {
    /// Its number, from 1, without gaps.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub actor: String,
    /// From where, if over the network.
    pub address: Option<String>,
    /// What; see [`crate::domain::event::Action::as_str`].
    pub action: String,
    /// Of which entity.
    pub entity_id: Option<String>,
    /// The id of the thing changed.
    pub subject: String,
    /// Details for people.
    pub detail: serde_json::Value,
}

/// Logs `event` as the last statement of the transaction that it tells of.
pub(super) async fn append(tx: &mut Tx, event: &Event) -> Result<(), StoreError> {
    let head = sql("UPDATE event_head SET seq = seq + 1 WHERE id = 1 RETURNING seq");
    let head = tx.fetch_optional(head).await?.ok_or_else(|| StoreError::Corrupt("event_head".to_owned()))?;
    let insert = sql(
        "INSERT INTO events (seq, at, actor, action, entity_id, subject, detail, address) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(head.get::<i64>("seq")?)
    .bind(event.at.millis())
    .bind(event.actor.to_text())
    .bind(event.action.as_str())
    .bind(event.entity_id.as_ref().map(ToString::to_string))
    .bind(event.subject.as_str())
    .bind(event.detail.to_string())
    .bind(event.actor.address().map(|address| address.to_string()));
    tx.execute(insert).await.map(|_| ())
}

impl Store {
    /// Logs an event that changes nothing, such as a secret being shown.
    pub async fn log_event(&self, event: &Event) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// The number of the last event.
    pub async fn last_event(&self) -> Result<i64, StoreError> {
        match self.db.fetch_optional(sql("SELECT seq FROM event_head WHERE id = 1")).await? {
            Some(row) => row.get("seq"),
            None => Err(StoreError::Corrupt("event_head".to_owned())),
        }
    }

    /// At most `limit` events after number `after`, the oldest first.
    pub async fn events_after(&self, after: i64, limit: i64) -> Result<Vec<LoggedEvent>, StoreError> {
        let query = sql("SELECT seq, at, actor, address, action, entity_id, subject, detail FROM events WHERE seq > $1 ORDER BY seq LIMIT $2")
            .bind(after)
            .bind(limit);
        self.db.fetch_all(query).await?.iter().map(event_of).collect()
    }

    /// At most `limit` events before number `before`, the newest first; of one entity, if one is named.
    pub async fn events_before(
        &self,
        before: i64,
        entity_id: Option<&str>,
        limit: i64,
    ) -> Result<Vec<LoggedEvent>, StoreError> {
        let query = match entity_id {
            None => sql("SELECT seq, at, actor, address, action, entity_id, subject, detail FROM events WHERE seq < $1 ORDER BY seq DESC LIMIT $2").bind(before).bind(limit),
            Some(id) => sql("SELECT seq, at, actor, address, action, entity_id, subject, detail FROM events WHERE seq < $1 AND entity_id = $2 ORDER BY seq DESC LIMIT $3")
                .bind(before)
                .bind(id)
                .bind(limit),
        };
        self.db.fetch_all(query).await?.iter().map(event_of).collect()
    }

    /// At most `limit` events of an entity before number `before`, the newest first; of these actions, if any is named.
    pub async fn events_of(
        &self,
        entity_id: &EntityId,
        actions: &[Action],
        before: i64,
        limit: i64,
    ) -> Result<Vec<LoggedEvent>, StoreError> {
        let query = sql("SELECT seq, at, actor, address, action, entity_id, subject, detail FROM events WHERE entity_id = $1 AND seq < $2 AND ($3 = '' OR $3 LIKE '%,' || action || ',%') ORDER BY seq DESC LIMIT $4")
            .bind(entity_id.as_str())
            .bind(before)
            .bind(listed(actions))
            .bind(limit);
        self.db.fetch_all(query).await?.iter().map(event_of).collect()
    }

    /// The same after number `after`: those nearest to it, the newest first.
    pub async fn events_of_after(
        &self,
        entity_id: &EntityId,
        actions: &[Action],
        after: i64,
        limit: i64,
    ) -> Result<Vec<LoggedEvent>, StoreError> {
        let query = sql("SELECT seq, at, actor, address, action, entity_id, subject, detail FROM events WHERE entity_id = $1 AND seq > $2 AND ($3 = '' OR $3 LIKE '%,' || action || ',%') ORDER BY seq LIMIT $4")
            .bind(entity_id.as_str())
            .bind(after)
            .bind(listed(actions))
            .bind(limit);
        self.db.fetch_all(query).await?.iter().rev().map(event_of).collect()
    }
}

/// Actions as one text that both databases search: each between commas.
fn listed(actions: &[Action]) -> String {
    let words: String = actions.iter().flat_map(|action| [",", action.as_str()]).collect();
    if words.is_empty() { words } else { words + "," }
}

/// An event with the identifier of its entity, if that is still there.
#[derive(Clone, Debug)]
pub struct ToldEvent {
    /// The event.
    pub event: LoggedEvent,
    /// The identifier of its entity.
    pub entity: Option<String>,
}

impl Store {
    /// At most `limit` events before number `before`, the newest first; only those of `entity_id` and of `action`, where
    /// one is named.
    pub async fn events_told(
        &self,
        before: i64,
        entity_id: Option<&str>,
        action: Option<&str>,
        limit: i64,
    ) -> Result<Vec<ToldEvent>, StoreError> {
        let query = match (entity_id, action) {
            (None, None) => sql("SELECT v.seq, v.at, v.actor, v.address, v.action, v.entity_id, v.subject, v.detail, e.identifier FROM events v LEFT JOIN entities e ON e.id = v.entity_id WHERE v.seq < $1 ORDER BY v.seq DESC LIMIT $2").bind(before).bind(limit),
            (Some(id), None) => sql("SELECT v.seq, v.at, v.actor, v.address, v.action, v.entity_id, v.subject, v.detail, e.identifier FROM events v LEFT JOIN entities e ON e.id = v.entity_id WHERE v.seq < $1 AND v.entity_id = $2 ORDER BY v.seq DESC LIMIT $3").bind(before).bind(id).bind(limit),
            (None, Some(action)) => sql("SELECT v.seq, v.at, v.actor, v.address, v.action, v.entity_id, v.subject, v.detail, e.identifier FROM events v LEFT JOIN entities e ON e.id = v.entity_id WHERE v.seq < $1 AND v.action = $2 ORDER BY v.seq DESC LIMIT $3").bind(before).bind(action).bind(limit),
            (Some(id), Some(action)) => sql("SELECT v.seq, v.at, v.actor, v.address, v.action, v.entity_id, v.subject, v.detail, e.identifier FROM events v LEFT JOIN entities e ON e.id = v.entity_id WHERE v.seq < $1 AND v.entity_id = $2 AND v.action = $3 ORDER BY v.seq DESC LIMIT $4").bind(before).bind(id).bind(action).bind(limit),
        };
        let told = |row: &Row| Ok(ToldEvent { event: event_of(row)?, entity: row.get("identifier")? });
        self.db.fetch_all(query).await?.iter().map(told).collect()
    }
}

fn event_of(row: &Row) -> Result<LoggedEvent, StoreError> {
    Ok(LoggedEvent {
        seq: row.get("seq")?,
        at: time(row, "at")?,
        actor: row.get("actor")?,
        address: row.get("address")?,
        action: row.get("action")?,
        entity_id: row.get("entity_id")?,
        subject: row.get("subject")?,
        detail: json(row, "detail")?,
    })
}
