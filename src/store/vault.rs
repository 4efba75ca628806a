//! The table `vault`: the sealed roots that only the master key opens; while that is rotated, also under the one to come.

use super::db::sql;
use super::event::append;
use super::{Store, StoreError};
use crate::domain::event::Event;
use crate::domain::time::Timestamp;

/// The roots as kept.
#[derive(Clone, Debug)]
pub struct SealedRoots {
    /// Sealed under the master key.
    pub current: String,
    /// The same, sealed under the one that is to take its place.
    pub next: Option<String>,
}

impl Store {
    /// The sealed roots; `None` in a new installation.
    pub async fn sealed_roots(&self) -> Result<Option<SealedRoots>, StoreError> {
        let query = sql("SELECT sealed_root, next_sealed_root FROM vault WHERE id = 1");
        match self.db.fetch_optional(query).await? {
            Some(row) => Ok(Some(SealedRoots { current: row.get("sealed_root")?, next: row.get("next_sealed_root")? })),
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

    /// Puts `new` in the place of `old`. [`StoreError::Conflict`] if the roots are no longer `old`.
    pub async fn replace_sealed_roots(
        &self,
        old: &SealedRoots,
        new: &SealedRoots,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let update = sql("UPDATE vault SET sealed_root = $1, next_sealed_root = $2 WHERE id = 1 AND sealed_root = $3 AND COALESCE(next_sealed_root, '') = $4")
            .bind(new.current.as_str())
            .bind(new.next.clone())
            .bind(old.current.as_str())
            .bind(old.next.as_deref().unwrap_or_default());
        if tx.execute(update).await? == 0 {
            return Err(StoreError::Conflict);
        }
        append(&mut tx, event).await?;
        tx.commit().await
    }
}
