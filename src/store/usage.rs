//! What issuing leaves behind in `credentials` and `secrets`: counts and last uses, written many at a time.

use super::db::sql;
use super::{Store, StoreError};
use crate::domain::id::{ClientId, SecretId};
use crate::domain::time::Timestamp;

/// What has happened to one secret of one credential since the last write.
#[derive(Clone, Debug)]
pub struct Use {
    /// The credential.
    pub client_id: ClientId,
    /// The secret that was presented, if it was one.
    pub secret_id: Option<SecretId>,
    /// Tokens issued.
    pub tokens: u32,
    /// When the last one was.
    pub last_used_at: Timestamp,
    /// From which address.
    pub last_used_address: String,
}

impl Store {
    /// Adds `uses` up, all or none. They are written in the order of their Client Ids, so that two nodes never wait for
    /// each other in a circle. A success begins the count of failed attempts before it anew, whichever node has seen which.
    pub async fn add_uses(&self, uses: &mut [Use]) -> Result<(), StoreError> {
        uses.sort_by_key(|one| one.client_id);
        let mut tx = self.db.begin().await?;
        for used in uses {
            let count = sql("UPDATE credentials SET token_count = token_count + $1, last_used_at = $2, last_used_address = $3, failed_attempts = CASE WHEN locked_at IS NULL AND (last_failed_at IS NULL OR last_failed_at < $2) THEN 0 ELSE failed_attempts END WHERE client_id = $4")
                .bind(i64::from(used.tokens))
                .bind(used.last_used_at.millis())
                .bind(used.last_used_address.as_str())
                .bind(used.client_id.as_str());
            tx.execute(count).await?;
            let Some(secret_id) = &used.secret_id else { continue };
            let last = sql("UPDATE secrets SET last_used_at = $1, last_used_address = $2 WHERE id = $3")
                .bind(used.last_used_at.millis())
                .bind(used.last_used_address.as_str())
                .bind(secret_id.as_str());
            tx.execute(last).await?;
        }
        tx.commit().await
    }
}
