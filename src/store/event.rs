//! The event log: numbered under one row's lock, so that events become visible in the order of their numbers.

use super::chain::{chained_end, move_end};
use super::db::{Row, Tx, Value, sql};
use super::read_only::{self, ReadOnly};
use super::{Store, StoreError, json, optional_time, time};
use crate::domain::chain::{self, Link};
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

/// What a reading of the log finds.
#[derive(Clone, Debug)]
pub struct News {
    /// Events, the oldest first.
    pub events: Vec<LoggedEvent>,
    /// Why the database may not be written, if it may not.
    pub read_only: Option<ReadOnly>,
}

/// Logs `event` as the last statement of the transaction that it tells of, and chains it to the one before; to be chained
/// later ([`Store::chain_more`]) if that one is not, or if the head was not written by Passgate.
pub(super) async fn append(tx: &mut Tx, event: &Event) -> Result<(), StoreError> {
    let next = sql("UPDATE event_head SET seq = seq + 1 WHERE id = 1 RETURNING seq, chained, hash, seal");
    let next = tx.fetch_optional(next).await?.ok_or_else(|| StoreError::Corrupt("event_head".to_owned()))?;
    let row = chain::Row {
        seq: next.get("seq")?,
        at: event.at.millis(),
        actor: event.actor.to_text(),
        address: event.actor.address().map(|address| address.to_string()),
        action: event.action.as_str().to_owned(),
        entity_id: event.entity_id.as_ref().map(ToString::to_string),
        subject: event.subject.clone(),
        detail: event.detail.to_string(),
        chained_at: None,
    };
    let (end, seal) = chained_end(&next)?;
    let follows = end.seq.saturating_add(1) == row.seq;
    let key = tx.chain_key().filter(|key| follows && key.is_sealed(chain::Sealed::Head, &end, &seal));
    let link = key.as_ref().map(|key| key.link(&end.hash, &row));
    if let (Some(key), Some(link)) = (&key, &link) {
        move_end(tx, key, &chain::Anchor { seq: row.seq, hash: link.hash.clone() }).await?;
    }
    let (previous, hash) = link.map(|link| (link.previous, link.hash)).unzip();
    let insert = sql(
        "INSERT INTO events (seq, at, actor, action, entity_id, subject, detail, address, previous_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(row.seq)
    .bind(row.at)
    .bind(row.actor)
    .bind(row.action)
    .bind(row.entity_id)
    .bind(row.subject)
    .bind(row.detail)
    .bind(row.address)
    .bind(previous)
    .bind(hash);
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

    /// When event `seq` was, if it is there.
    pub async fn event_moment(&self, seq: i64) -> Result<Option<Timestamp>, StoreError> {
        let row = self.db.fetch_optional(sql("SELECT at FROM events WHERE seq = $1").bind(seq)).await?;
        row.map(|row| time(&row, "at")).transpose()
    }

    /// At most `limit` events after number `after`, the oldest first, and whether the database may be written.
    pub async fn news_after(&self, after: i64, limit: i64) -> Result<News, StoreError> {
        let query = sql("SELECT here.state, seq, at, actor, address, action, entity_id, subject, detail FROM (SELECT (SELECT state FROM read_only WHERE id = 1) AS state) AS here LEFT JOIN events ON seq > $1 ORDER BY seq LIMIT $2")
            .bind(after)
            .bind(limit);
        let rows = self.db.fetch_all(query).await?;
        let mut news = News { events: Vec::new(), read_only: None };
        for row in &rows {
            if row.get::<Option<String>>("state")?.is_some() {
                news.read_only = Some(read_only::state_of(row)?);
            }
            if row.get::<Option<i64>>("seq")?.is_some() {
                news.events.push(event_of(row)?);
            }
        }
        Ok(news)
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

    /// At most `limit` events before number `before` that `filter` lets through, the newest first.
    pub async fn events_told(&self, before: i64, filter: &Filter, limit: i64) -> Result<Vec<ToldEvent>, StoreError> {
        // One text for each index that serves.
        let query = match (&filter.entity_id, filter.actions.as_slice()) {
            (Some(id), _) => sql("SELECT v.seq, v.at, v.actor, v.address, v.action, v.entity_id, v.subject, v.detail, v.previous_hash, v.hash, v.chained_at, e.identifier FROM events v LEFT JOIN entities e ON e.id = v.entity_id WHERE v.entity_id = $7 AND v.seq < $1 AND ($2 = '' OR $2 LIKE '%,' || v.action || ',%') AND ($3 = '' OR lower(v.actor) LIKE $3 ESCAPE '\\') AND ($4 = '' OR v.actor LIKE 'person:%' OR v.actor LIKE 'client:%') AND v.at >= $5 AND v.at < $6 ORDER BY v.seq DESC LIMIT $8")
                .bind_all(filter.values(before))
                .bind(id.as_str()),
            (None, [action]) => sql("SELECT v.seq, v.at, v.actor, v.address, v.action, v.entity_id, v.subject, v.detail, v.previous_hash, v.hash, v.chained_at, e.identifier FROM events v LEFT JOIN entities e ON e.id = v.entity_id WHERE v.action = $7 AND v.seq < $1 AND ($2 = '' OR $2 LIKE '%,' || v.action || ',%') AND ($3 = '' OR lower(v.actor) LIKE $3 ESCAPE '\\') AND ($4 = '' OR v.actor LIKE 'person:%' OR v.actor LIKE 'client:%') AND v.at >= $5 AND v.at < $6 ORDER BY v.seq DESC LIMIT $8")
                .bind_all(filter.values(before))
                .bind(action.as_str()),
            (None, _) => sql("SELECT v.seq, v.at, v.actor, v.address, v.action, v.entity_id, v.subject, v.detail, v.previous_hash, v.hash, v.chained_at, e.identifier FROM events v LEFT JOIN entities e ON e.id = v.entity_id WHERE $7 = '' AND v.seq < $1 AND ($2 = '' OR $2 LIKE '%,' || v.action || ',%') AND ($3 = '' OR lower(v.actor) LIKE $3 ESCAPE '\\') AND ($4 = '' OR v.actor LIKE 'person:%' OR v.actor LIKE 'client:%') AND v.at >= $5 AND v.at < $6 ORDER BY v.seq DESC LIMIT $8")
                .bind_all(filter.values(before))
                .bind(""),
        };
        self.db.fetch_all(query.bind(limit)).await?.iter().map(told_of).collect()
    }

    /// The same of one entity after number `after`: those nearest to it, the newest first.
    pub async fn events_told_after(
        &self,
        entity_id: &EntityId,
        after: i64,
        filter: &Filter,
        limit: i64,
    ) -> Result<Vec<ToldEvent>, StoreError> {
        let query = sql("SELECT v.seq, v.at, v.actor, v.address, v.action, v.entity_id, v.subject, v.detail, v.previous_hash, v.hash, v.chained_at, e.identifier FROM events v LEFT JOIN entities e ON e.id = v.entity_id WHERE v.entity_id = $7 AND v.seq > $1 AND ($2 = '' OR $2 LIKE '%,' || v.action || ',%') AND ($3 = '' OR lower(v.actor) LIKE $3 ESCAPE '\\') AND ($4 = '' OR v.actor LIKE 'person:%' OR v.actor LIKE 'client:%') AND v.at >= $5 AND v.at < $6 ORDER BY v.seq LIMIT $8")
            .bind_all(filter.values(after))
            .bind(entity_id.as_str())
            .bind(limit);
        self.db.fetch_all(query).await?.iter().rev().map(told_of).collect()
    }
}

/// Which events are wanted. What is left out filters nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of this entity.
    pub entity_id: Option<String>,
    /// One of these actions; any if there is none.
    pub actions: Vec<Action>,
    /// By an actor whose text holds this, whatever the case of its ASCII letters.
    pub actor: String,
    /// By people of an entity and clients only.
    pub is_of_entity_only: bool,
    /// At this moment or later.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
}

impl Filter {
    /// The values of `$1` to `$6`.
    fn values(&self, number: i64) -> [Value; 6] {
        let pattern: String = self.actor.to_ascii_lowercase().chars().flat_map(escaped).collect();
        [
            number.into(),
            listed(&self.actions).into(),
            if pattern.is_empty() { pattern } else { format!("%{pattern}%") }.into(),
            if self.is_of_entity_only { "only" } else { "" }.into(),
            self.since.map_or(i64::MIN, Timestamp::millis).into(),
            self.until.map_or(i64::MAX, Timestamp::millis).into(),
        ]
    }
}

/// A character of a LIKE pattern that means itself.
fn escaped(c: char) -> impl Iterator<Item = char> {
    matches!(c, '%' | '_' | '\\').then_some('\\').into_iter().chain([c])
}

/// Actions as one text that both databases search: each between commas.
fn listed(actions: &[Action]) -> String {
    let words: String = actions.iter().flat_map(|action| [",", action.as_str()]).collect();
    if words.is_empty() { words } else { words + "," }
}

/// An event with its place in the audit chain, and the identifier of its entity, if that is still there.
#[derive(Clone, Debug)]
pub struct ToldEvent {
    /// The event.
    pub event: LoggedEvent,
    /// The identifier of its entity.
    pub entity: Option<String>,
    /// Its hash and the one before; `None` until it is chained.
    pub link: Option<Link>,
    /// When it was chained, if later than it was written.
    pub chained_at: Option<Timestamp>,
}

fn told_of(row: &Row) -> Result<ToldEvent, StoreError> {
    let (previous, hash) = (row.get::<Option<String>>("previous_hash")?, row.get::<Option<String>>("hash")?);
    Ok(ToldEvent {
        event: event_of(row)?,
        entity: row.get("identifier")?,
        link: previous.zip(hash).map(|(previous, hash)| Link { previous, hash }),
        chained_at: optional_time(row, "chained_at")?,
    })
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
