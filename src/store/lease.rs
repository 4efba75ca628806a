//! The table `leases`: which work beside the requests has been taken, so that of several nodes one does it.

use super::db::sql;
use super::{Store, StoreError};
use crate::domain::time::Timestamp;

impl Store {
    /// Takes `work` from `now` until `ends_at`, unless another node has. A lease that ends later than `latest` is of a clock
    /// that was wrong, and counts for nothing.
    pub async fn take_lease(
        &self,
        work: &'static str,
        now: Timestamp,
        ends_at: Timestamp,
        latest: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let take = sql("INSERT INTO leases (work, ends_at) VALUES ($1, $3) ON CONFLICT (work) DO UPDATE SET ends_at = excluded.ends_at WHERE leases.ends_at <= $2 OR leases.ends_at > $4")
            .bind(work)
            .bind(now.millis())
            .bind(ends_at.millis())
            .bind(latest.millis());
        let taken = tx.execute(take).await? > 0;
        tx.commit().await?;
        Ok(taken)
    }
}
