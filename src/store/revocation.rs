//! The table `revoked_tokens`: single tokens, kept until they would have ended anyway.

use super::db::{Row, sql};
use super::event::append;
use super::{Store, StoreError, time};
use crate::domain::claims::TokenId;
use crate::domain::event::Event;
use crate::domain::time::Timestamp;

impl Store {
    /// Revokes a token; revoking it again changes nothing.
    pub async fn revoke_token(&self, jti: &TokenId, expires_at: Timestamp, event: &Event) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let insert = sql(
            "INSERT INTO revoked_tokens (jti, revoked_at, expires_at) VALUES ($1, $2, $3) ON CONFLICT (jti) DO NOTHING",
        )
        .bind(jti.to_string())
        .bind(event.at.millis())
        .bind(expires_at.millis());
        if tx.execute(insert).await? > 0 {
            append(&mut tx, event).await?;
        }
        tx.commit().await
    }

    /// Every revoked token that has not ended at `now`, and when it ends.
    pub async fn revoked_tokens(&self, now: Timestamp) -> Result<Vec<(TokenId, Timestamp)>, StoreError> {
        let query = sql("SELECT jti, expires_at FROM revoked_tokens WHERE expires_at > $1").bind(now.millis());
        self.db.fetch_all(query).await?.iter().map(revoked_of).collect()
    }

    /// When a revoked token ends; `None` if this one is not revoked.
    pub async fn revoked_token(&self, jti: &TokenId) -> Result<Option<Timestamp>, StoreError> {
        let query = sql("SELECT jti, expires_at FROM revoked_tokens WHERE jti = $1").bind(jti.to_string());
        Ok(self.db.fetch_optional(query).await?.as_ref().map(revoked_of).transpose()?.map(|(_, end)| end))
    }

    /// Forgets revoked tokens that ended before `now`; says how many.
    pub async fn purge_revoked_tokens(&self, now: Timestamp) -> Result<u64, StoreError> {
        let mut tx = self.db.begin().await?;
        let purged = tx.execute(sql("DELETE FROM revoked_tokens WHERE expires_at <= $1").bind(now.millis())).await?;
        tx.commit().await?;
        Ok(purged)
    }
}

fn revoked_of(row: &Row) -> Result<(TokenId, Timestamp), StoreError> {
    let jti: String = row.get("jti")?;
    let id = TokenId::parse(&jti).ok_or_else(|| StoreError::Corrupt(format!("revoked token {jti}")))?;
    Ok((id, time(row, "expires_at")?))
}
