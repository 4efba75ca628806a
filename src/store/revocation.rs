//! The table `revoked_tokens`: single tokens, kept until they would have ended anyway. And the moments up to which the
//! tokens of a credential, of an entity or of everybody (`tokens_void`) are void.

use super::db::{Row, sql};
use super::event::append;
use super::{Store, StoreError, time};
use crate::domain::claims::TokenId;
use crate::domain::event::Event;
use crate::domain::id::{ClientId, EntityId};
use crate::domain::time::Timestamp;

impl Store {
    /// Revokes a token, on behalf of `client_id` if its client asked for it; revoking it again changes nothing, unless that is
    /// to be remembered longer.
    pub async fn revoke_token(
        &self,
        jti: &TokenId,
        expires_at: Timestamp,
        client_id: Option<&ClientId>,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let insert = sql(
            "INSERT INTO revoked_tokens (jti, revoked_at, expires_at, client_id) VALUES ($1, $2, $3, $4) ON CONFLICT (jti) DO UPDATE SET expires_at = excluded.expires_at WHERE revoked_tokens.expires_at < excluded.expires_at",
        )
        .bind(jti.to_string())
        .bind(event.at.millis())
        .bind(expires_at.millis())
        .bind(client_id.map(ToString::to_string));
        if tx.execute(insert).await? > 0 {
            append(&mut tx, event).await?;
        }
        tx.commit().await
    }

    /// Whether a client has revoked `most` tokens, or more, that have not ended at `now`.
    pub async fn has_revoked(&self, client_id: &ClientId, most: i64, now: Timestamp) -> Result<bool, StoreError> {
        let query = sql("SELECT jti FROM revoked_tokens WHERE client_id = $1 AND expires_at > $2 LIMIT 1 OFFSET $3")
            .bind(client_id.as_str())
            .bind(now.millis())
            .bind(most.saturating_sub(1));
        Ok(self.db.fetch_optional(query).await?.is_some())
    }

    /// At most `limit` revoked tokens that have not ended at `now`, and when each ends: those that end last.
    pub async fn revoked_tokens(&self, now: Timestamp, limit: i64) -> Result<Vec<(TokenId, Timestamp)>, StoreError> {
        let query =
            sql("SELECT jti, expires_at FROM revoked_tokens WHERE expires_at > $1 ORDER BY expires_at DESC LIMIT $2")
                .bind(now.millis())
                .bind(limit);
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

    /// Voids the tokens of a credential issued up to `before`. The moment never goes back.
    pub async fn void_tokens_of_credential(
        &self,
        client_id: &ClientId,
        before: Timestamp,
        event: &Event,
    ) -> Result<(), StoreError> {
        let update = sql("UPDATE credentials SET tokens_void_before = CASE WHEN tokens_void_before > $1 THEN tokens_void_before ELSE $1 END, version = version + 1 WHERE client_id = $2")
            .bind(before.millis())
            .bind(client_id.as_str());
        self.void(update, event).await
    }

    /// The same for an entity.
    pub async fn void_tokens_of_entity(
        &self,
        id: &EntityId,
        before: Timestamp,
        event: &Event,
    ) -> Result<(), StoreError> {
        let update = sql("UPDATE entities SET tokens_void_before = CASE WHEN tokens_void_before > $1 THEN tokens_void_before ELSE $1 END, version = version + 1 WHERE id = $2")
            .bind(before.millis())
            .bind(id.as_str());
        self.void(update, event).await
    }

    /// The same for everybody.
    pub async fn void_all_tokens(&self, before: Timestamp, event: &Event) -> Result<(), StoreError> {
        let upsert = sql("INSERT INTO tokens_void (id, void_before) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET void_before = CASE WHEN tokens_void.void_before > excluded.void_before THEN tokens_void.void_before ELSE excluded.void_before END")
            .bind(before.millis());
        self.void(upsert, event).await
    }

    async fn void(&self, change: super::db::Statement, event: &Event) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        if tx.execute(change).await? == 0 {
            return Err(StoreError::Conflict);
        }
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Up to which moment all tokens are void, if that was ever said.
    pub async fn all_void_before(&self) -> Result<Option<Timestamp>, StoreError> {
        let row = self.db.fetch_optional(sql("SELECT void_before FROM tokens_void WHERE id = 1")).await?;
        row.map(|row| time(&row, "void_before")).transpose()
    }
}

fn revoked_of(row: &Row) -> Result<(TokenId, Timestamp), StoreError> {
    let jti: String = row.get("jti")?;
    let id = TokenId::parse(&jti).ok_or_else(|| StoreError::Corrupt(format!("revoked token {jti}")))?;
    Ok((id, time(row, "expires_at")?))
}
