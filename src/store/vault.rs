//! The table `vault`: the sealed root that only the master key opens.

use super::db::sql;
use super::{Store, StoreError};
use crate::domain::time::Timestamp;

impl Store {
    /// The sealed root; `None` in a new installation.
    pub async fn sealed_root(&self) -> Result<Option<String>, StoreError> {
        match self.db.fetch_optional(sql("SELECT sealed_root FROM vault WHERE id = 1")).await? {
            Some(row) => row.get("sealed_root").map(Some),
            None => Ok(None),
        }
    }

    /// Keeps the sealed root of a new installation, unless another node has just kept its own.
    pub async fn keep_sealed_root(&self, sealed_root: &str, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let insert =
            sql("INSERT INTO vault (id, sealed_root, created_at) VALUES (1, $1, $2) ON CONFLICT (id) DO NOTHING")
                .bind(sealed_root)
                .bind(now.millis());
        tx.execute(insert).await?;
        tx.commit().await
    }
}
