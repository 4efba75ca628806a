//! The table `signing_keys`.

use super::db::{Row, sql};
use super::event::append;
use super::{Store, StoreError, json, time};
use crate::domain::event::Event;
use crate::domain::key::{Algorithm, KeyFacts, State};

/// A signing key as kept: its private half sealed.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// What may be known of it.
    pub facts: KeyFacts,
    /// Its private half, sealed; `None` once it is gone.
    pub sealed_private: Option<String>,
    /// Its public half (RFC 7517).
    pub public_jwk: serde_json::Value,
}

impl Store {
    /// Every key that is not gone.
    pub async fn signing_keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        let query = sql(
            "SELECT kid, algorithm, state, sealed_private, public_jwk, published_at, since FROM signing_keys WHERE state <> 'gone' ORDER BY created_at, kid",
        );
        self.db.fetch_all(query).await?.iter().map(key_of).collect()
    }

    /// Every key there has ever been, the oldest first.
    pub async fn all_signing_keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        let query = sql(
            "SELECT kid, algorithm, state, sealed_private, public_jwk, published_at, since FROM signing_keys ORDER BY created_at, kid",
        );
        self.db.fetch_all(query).await?.iter().map(key_of).collect()
    }

    /// Adds a key. [`StoreError::Duplicate`] if another node has just added one for the same state.
    pub async fn add_signing_key(&self, key: &StoredKey, event: &Event) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.execute(insert(key)).await?;
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Makes `successor` sign, lets the key that signed retire, and adds `next`. [`StoreError::Conflict`] if
    /// `successor` is no longer the next key.
    pub async fn rotate_signing_key(&self, successor: &str, next: &StoredKey, event: &Event) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let now = event.at.millis();
        let retire = sql("UPDATE signing_keys SET state = 'retiring', since = $1 WHERE state = 'signing'").bind(now);
        tx.execute(retire).await?;
        let promote = sql("UPDATE signing_keys SET state = 'signing', since = $1 WHERE kid = $2 AND state = 'next'")
            .bind(now)
            .bind(successor);
        if tx.execute(promote).await? == 0 {
            return Err(StoreError::Conflict);
        }
        tx.execute(insert(next)).await?;
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Puts `next` in the place of a next key that has never signed.
    pub async fn replace_next_key(&self, old: &str, next: &StoredKey, event: &Event) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let drop = sql("UPDATE signing_keys SET state = 'gone', since = $1, sealed_private = NULL WHERE kid = $2 AND state = 'next'")
            .bind(event.at.millis())
            .bind(old);
        if tx.execute(drop).await? == 0 {
            return Err(StoreError::Conflict);
        }
        tx.execute(insert(next)).await?;
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Puts a private half that is sealed anew in the place of the one sealed before, unless that was changed meanwhile.
    pub async fn reseal_signing_key(&self, kid: &str, old: &str, new: &str) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let update = sql("UPDATE signing_keys SET sealed_private = $1 WHERE kid = $2 AND sealed_private = $3")
            .bind(new)
            .bind(kid)
            .bind(old);
        tx.execute(update).await?;
        tx.commit().await
    }

    /// Withdraws a key that stands as `key` says; makes `promoted` sign, if one is named, and adds `added`.
    /// [`StoreError::Conflict`] if either stands elsewhere by now.
    pub async fn void_signing_key(
        &self,
        key: &KeyFacts,
        promoted: Option<&str>,
        added: &[StoredKey],
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let withdraw = sql(
            "UPDATE signing_keys SET state = 'gone', since = $1, sealed_private = NULL WHERE kid = $2 AND state = $3",
        )
        .bind(event.at.millis())
        .bind(key.kid.as_str())
        .bind(key.state.as_str());
        if tx.execute(withdraw).await? == 0 {
            return Err(StoreError::Conflict);
        }
        if let Some(kid) = promoted {
            let promote =
                sql("UPDATE signing_keys SET state = 'signing', since = $1 WHERE kid = $2 AND state = 'next'")
                    .bind(event.at.millis())
                    .bind(kid);
            if tx.execute(promote).await? == 0 {
                return Err(StoreError::Conflict);
            }
        }
        for key in added {
            tx.execute(insert(key)).await.map_err(|error| match error {
                StoreError::Duplicate => StoreError::Conflict,
                other => other,
            })?;
        }
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Lets a retiring key go: its private half is deleted, and it is published no longer.
    pub async fn remove_signing_key(&self, kid: &str, event: &Event) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let remove = sql("UPDATE signing_keys SET state = 'gone', since = $1, sealed_private = NULL WHERE kid = $2 AND state = 'retiring'")
            .bind(event.at.millis())
            .bind(kid);
        if tx.execute(remove).await? == 0 {
            return Err(StoreError::Conflict);
        }
        append(&mut tx, event).await?;
        tx.commit().await
    }
}

fn insert(key: &StoredKey) -> super::db::Statement {
    sql("INSERT INTO signing_keys (kid, algorithm, state, sealed_private, public_jwk, created_at, published_at, since) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
        .bind(key.facts.kid.as_str())
        .bind(key.facts.algorithm.as_str())
        .bind(key.facts.state.as_str())
        .bind(key.sealed_private.clone())
        .bind(key.public_jwk.to_string())
        .bind(key.facts.since.millis())
        .bind(key.facts.published_at.millis())
        .bind(key.facts.since.millis())
}

fn key_of(row: &Row) -> Result<StoredKey, StoreError> {
    let kid: String = row.get("kid")?;
    let corrupt = || StoreError::Corrupt(format!("signing key {kid}"));
    let facts = KeyFacts {
        algorithm: Algorithm::parse(&row.get::<String>("algorithm")?).ok_or_else(corrupt)?,
        state: State::parse(&row.get::<String>("state")?).ok_or_else(corrupt)?,
        published_at: time(row, "published_at")?,
        since: time(row, "since")?,
        kid: kid.clone(),
    };
    Ok(StoredKey { facts, sealed_private: row.get("sealed_private")?, public_jwk: json(row, "public_jwk")? })
}
