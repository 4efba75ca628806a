//! The table `quota_notices`: which shares of which quotas have been told of.

use super::db::sql;
use super::event::append;
use super::{Store, StoreError};
use crate::domain::event::Event;
use crate::domain::id::EntityId;
use crate::domain::time::Timestamp;

impl Store {
    /// Notes that the owners are told of a share, and logs `event`; `false` if somebody has done so already.
    pub async fn add_quota_notice(
        &self,
        entity_id: &EntityId,
        span: &str,
        begins: Timestamp,
        percent: u32,
        event: &Event,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let insert = sql("INSERT INTO quota_notices (entity_id, span, begins, percent) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING")
            .bind(entity_id.as_str())
            .bind(span)
            .bind(begins.millis())
            .bind(i64::from(percent));
        if tx.execute(insert).await? == 0 {
            return Ok(false);
        }
        append(&mut tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Forgets the notices of spans that began before `before`.
    pub async fn purge_quota_notices(&self, before: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.execute(sql("DELETE FROM quota_notices WHERE begins < $1").bind(before.millis())).await?;
        tx.commit().await
    }
}
