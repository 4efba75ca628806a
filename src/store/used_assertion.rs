//! The table `used_assertions`: what may not be used again, kept until it would have ended anyway. It is the one place that
//! all nodes share, so that of two that come at the same time, wherever, one is the second.

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::db::sql;
use super::{Store, StoreError};
use crate::domain::id::ClientId;
use crate::domain::time::Timestamp;

impl Store {
    /// Uses up the assertion of `client_id` with this `jti`; `false` if that has been done before.
    pub async fn use_assertion(&self, client_id: &ClientId, jti: &str, ends_at: Timestamp) -> Result<bool, StoreError> {
        let mut digest = Context::new(&SHA256);
        digest.update(client_id.as_str().as_bytes());
        digest.update(&[0]);
        digest.update(jti.as_bytes());
        let mut tx = self.db.begin().await?;
        let insert =
            sql("INSERT INTO used_assertions (digest, expires_at) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING")
                .bind(URL_SAFE_NO_PAD.encode(digest.finish()))
                .bind(ends_at.millis());
        let is_first = tx.execute(insert).await? > 0;
        tx.commit().await?;
        Ok(is_first)
    }

    /// Forgets assertions that ended before `now`.
    pub async fn purge_used_assertions(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.execute(sql("DELETE FROM used_assertions WHERE expires_at <= $1").bind(now.millis())).await?;
        tx.commit().await
    }
}
