//! The table `secrets` as people look at it: what was there, and which one goes on.

use super::credential::next_version;
use super::db::{Row, sql};
use super::event::append;
use super::{Store, StoreError, optional_time, time};
use crate::domain::event::Event;
use crate::domain::id::{ClientId, EntityId, SecretId};
use crate::domain::time::Timestamp;

/// A secret as a table of a page tells of it.
#[derive(Clone, Debug)]
pub struct SecretFacts {
    /// Its first eight characters.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom, as far as that was kept.
    pub made_by: Option<String>,
    /// From when on it is accepted; at once if `None`.
    pub not_before: Option<Timestamp>,
    /// The end that it was given when it was made.
    pub expires_at: Option<Timestamp>,
    /// From when on it is refused because another takes its place or somebody stopped it.
    pub stops_at: Option<Timestamp>,
    /// When somebody reported that it leaked.
    pub leaked_at: Option<Timestamp>,
    /// When it last got a token.
    pub last_used_at: Option<Timestamp>,
    /// From which address.
    pub last_used_address: Option<String>,
}

impl SecretFacts {
    /// From when on it is refused, for whatever reason comes first.
    pub fn ends_at(&self) -> Option<Timestamp> {
        self.stops_at.into_iter().chain(self.expires_at).min()
    }
}

impl Store {
    /// The secrets of a credential that were live after `since`, the newest first, at most 50.
    pub async fn secret_history(&self, client_id: &ClientId, since: Timestamp) -> Result<Vec<SecretFacts>, StoreError> {
        let query = sql("SELECT hint, created_at, made_by, not_before, expires_at, stops_at, leaked_at, last_used_at, last_used_address FROM secrets WHERE client_id = $1 AND (stops_at IS NULL OR stops_at > $2) AND (expires_at IS NULL OR expires_at > $2) ORDER BY created_at DESC, COALESCE(stops_at, 9223372036854775807) DESC, id LIMIT 50")
            .bind(client_id.as_str())
            .bind(since.millis());
        self.db.fetch_all(query).await?.iter().map(facts_of).collect()
    }

    /// The secrets of an entity's credentials, each with the Client Id that it is for, the newest first, at most 500.
    pub async fn secrets_of(&self, entity_id: &EntityId) -> Result<Vec<(String, SecretFacts)>, StoreError> {
        let query = sql("SELECT c.client_id, s.hint, s.created_at, s.made_by, s.not_before, s.expires_at, s.stops_at, s.leaked_at, s.last_used_at, s.last_used_address FROM credentials c JOIN secrets s ON s.client_id = c.client_id WHERE c.entity_id = $1 ORDER BY s.created_at DESC, s.id LIMIT 500")
            .bind(entity_id.as_str());
        self.db.fetch_all(query).await?.iter().map(|row| Ok((row.get("client_id")?, facts_of(row)?))).collect()
    }

    /// Lets one secret go on to its own end, if it has one, and stops every other one now. [`StoreError::Conflict`] if the credential is
    /// no longer at `version`.
    pub async fn keep_secret(
        &self,
        client_id: &ClientId,
        version: i64,
        kept: &SecretId,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        next_version(&mut tx, client_id, version).await?;
        let stop = sql("UPDATE secrets SET stops_at = $1 WHERE client_id = $2 AND id <> $3 AND (stops_at IS NULL OR stops_at > $1)")
            .bind(event.at.millis())
            .bind(client_id.as_str())
            .bind(kept.as_str());
        tx.execute(stop).await?;
        let keep = sql("UPDATE secrets SET stops_at = NULL WHERE client_id = $1 AND id = $2 AND stops_at > $3")
            .bind(client_id.as_str())
            .bind(kept.as_str())
            .bind(event.at.millis());
        tx.execute(keep).await?;
        append(&mut tx, event).await?;
        tx.commit().await
    }
}

fn facts_of(row: &Row) -> Result<SecretFacts, StoreError> {
    Ok(SecretFacts {
        hint: row.get("hint")?,
        created_at: time(row, "created_at")?,
        made_by: row.get("made_by")?,
        not_before: optional_time(row, "not_before")?,
        expires_at: optional_time(row, "expires_at")?,
        stops_at: optional_time(row, "stops_at")?,
        leaked_at: optional_time(row, "leaked_at")?,
        last_used_at: optional_time(row, "last_used_at")?,
        last_used_address: row.get("last_used_address")?,
    })
}
