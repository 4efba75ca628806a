//! The tables `operator_tokens` and `setup_links`.

use super::db::{Row, Statement, sql};
use super::event::append;
use super::{Store, StoreError, mac_text, time};
use crate::domain::event::Event;
use crate::domain::id::OperatorId;
use crate::domain::operator::OperatorToken;
use crate::domain::secret::SecretMac;
use crate::domain::time::Timestamp;

impl Store {
    /// Adds an operator token.
    pub async fn add_operator_token(
        &self,
        token: &OperatorToken,
        mac: &SecretMac,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.execute(insert(token, mac)).await?;
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// The operator token of this MAC. The MAC is keyed, so how long the index takes tells nothing of the token.
    pub async fn operator_token(&self, mac: &SecretMac) -> Result<Option<OperatorToken>, StoreError> {
        let query =
            sql("SELECT id, name, created_at, expires_at FROM operator_tokens WHERE mac = $1").bind(mac_text(mac));
        self.db.fetch_optional(query).await?.as_ref().map(token_of).transpose()
    }

    /// Every operator token, the oldest first.
    pub async fn operator_tokens(&self) -> Result<Vec<OperatorToken>, StoreError> {
        let query = sql("SELECT id, name, created_at, expires_at FROM operator_tokens ORDER BY created_at, id");
        self.db.fetch_all(query).await?.iter().map(token_of).collect()
    }

    /// Removes an operator token. [`StoreError::Conflict`] if there is none of this id.
    pub async fn remove_operator_token(&self, id: &OperatorId, event: &Event) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        if tx.execute(sql("DELETE FROM operator_tokens WHERE id = $1").bind(id.as_str())).await? == 0 {
            return Err(StoreError::Conflict);
        }
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Adds a set-up link, which takes the place of any other.
    pub async fn add_setup_link(
        &self,
        mac: &SecretMac,
        expires_at: Timestamp,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.execute(sql("DELETE FROM setup_links")).await?;
        let insert = sql("INSERT INTO setup_links (mac, created_at, expires_at) VALUES ($1, $2, $3)")
            .bind(mac_text(mac))
            .bind(event.at.millis())
            .bind(expires_at.millis());
        tx.execute(insert).await?;
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Whether a set-up link of this MAC is there and good at `now`.
    pub async fn has_setup_link(&self, mac: &SecretMac, now: Timestamp) -> Result<bool, StoreError> {
        let query = sql("SELECT mac FROM setup_links WHERE mac = $1 AND expires_at > $2")
            .bind(mac_text(mac))
            .bind(now.millis());
        Ok(self.db.fetch_optional(query).await?.is_some())
    }
}

fn insert(token: &OperatorToken, mac: &SecretMac) -> Statement {
    sql("INSERT INTO operator_tokens (id, name, mac, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(token.id.as_str())
        .bind(token.name.as_str())
        .bind(mac_text(mac))
        .bind(token.created_at.millis())
        .bind(token.expires_at.millis())
}

fn token_of(row: &Row) -> Result<OperatorToken, StoreError> {
    let id: String = row.get("id")?;
    Ok(OperatorToken {
        id: OperatorId::parse(&id).ok_or_else(|| StoreError::Corrupt(format!("operator token {id}")))?,
        name: row.get("name")?,
        created_at: time(row, "created_at")?,
        expires_at: time(row, "expires_at")?,
    })
}
