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

    /// At most `limit` secrets that are kept for showing, after the one of this id: Client Id, id, and as sealed.
    pub async fn sealed_secrets_after(
        &self,
        after: &str,
        limit: i64,
    ) -> Result<Vec<(ClientId, SecretId, String)>, StoreError> {
        let query =
            sql("SELECT client_id, id, sealed FROM secrets WHERE sealed IS NOT NULL AND id > $1 ORDER BY id LIMIT $2")
                .bind(after)
                .bind(limit);
        let sealed_of = |row: &Row| {
            let id: String = row.get("id")?;
            let ids = ClientId::parse(&row.get::<String>("client_id")?).zip(SecretId::parse(&id));
            let (client_id, id) = ids.ok_or_else(|| StoreError::Corrupt(format!("secret {id}")))?;
            Ok((client_id, id, row.get("sealed")?))
        };
        self.db.fetch_all(query).await?.iter().map(sealed_of).collect()
    }

    /// Puts what is sealed anew in the place of what was sealed before: id, old and new. One that was changed meanwhile stays.
    pub async fn reseal_secrets(&self, resealed: &[(SecretId, String, String)]) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        for (id, old, new) in resealed {
            let update = sql("UPDATE secrets SET sealed = $1 WHERE id = $2 AND sealed = $3")
                .bind(new.as_str())
                .bind(id.as_str())
                .bind(old.as_str());
            tx.execute(update).await?;
        }
        tx.commit().await
    }

    /// The first characters of one secret of a credential; `None` if it has no such secret.
    pub async fn secret_hint(&self, client_id: &ClientId, id: &SecretId) -> Result<Option<String>, StoreError> {
        let query =
            sql("SELECT hint FROM secrets WHERE client_id = $1 AND id = $2").bind(client_id.as_str()).bind(id.as_str());
        self.db.fetch_optional(query).await?.map(|row| row.get("hint")).transpose()
    }

    /// Stops one secret now, unless it has stopped already, and voids its tokens up to `void_before`.
    pub async fn stop_secret(
        &self,
        client_id: &ClientId,
        secret_id: &SecretId,
        void_before: Option<Timestamp>,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let stop = sql("UPDATE secrets SET stops_at = CASE WHEN stops_at < $1 THEN stops_at ELSE $1 END, tokens_void_before = COALESCE($2, tokens_void_before) WHERE client_id = $3 AND id = $4")
            .bind(event.at.millis())
            .bind(void_before.map(Timestamp::millis))
            .bind(client_id.as_str())
            .bind(secret_id.as_str());
        tx.execute(stop).await?;
        let count = sql("UPDATE credentials SET version = version + 1 WHERE client_id = $1").bind(client_id.as_str());
        tx.execute(count).await?;
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
