//! Which clients have tokens that are void and may not have ended: what the feed of revocations has to state.

use super::db::{Row, sql};
use super::{Store, StoreError};
use crate::domain::id::{ClientId, EntityId};
use crate::domain::time::Timestamp;

impl Store {
    /// At most `limit` clients after `after`, in the order of their ids, of which something has become void after `since`,
    /// or will become void up to `until`.
    pub async fn voided_clients(
        &self,
        after: &str,
        since: Timestamp,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<ClientId>, StoreError> {
        let query = sql("SELECT client_id FROM credentials WHERE client_id > $1 AND entity_id IS NOT NULL AND (revoked_at > $2 OR tokens_void_before > $2 OR (expires_at > $2 AND expires_at <= $3) OR entity_id IN (SELECT id FROM entities WHERE (status = 'disabled' AND updated_at > $2) OR tokens_void_before > $2) OR client_id IN (SELECT client_id FROM secrets WHERE tokens_void_before IS NOT NULL AND (stops_at IS NULL OR stops_at > $2))) ORDER BY client_id LIMIT $4")
            .bind(after)
            .bind(since.millis())
            .bind(until.millis())
            .bind(limit);
        self.db.fetch_all(query).await?.iter().map(client_of).collect()
    }

    /// At most `limit` clients after `after`, in the order of their ids, that expire after `since` and up to `until`.
    pub async fn expiring_clients(
        &self,
        after: &str,
        since: Timestamp,
        until: Timestamp,
        limit: i64,
    ) -> Result<Vec<ClientId>, StoreError> {
        let query = sql("SELECT client_id FROM credentials WHERE client_id > $1 AND entity_id IS NOT NULL AND expires_at > $2 AND expires_at <= $3 ORDER BY client_id LIMIT $4")
            .bind(after)
            .bind(since.millis())
            .bind(until.millis())
            .bind(limit);
        self.db.fetch_all(query).await?.iter().map(client_of).collect()
    }

    /// At most `limit` clients of an entity after `after`, in the order of their ids.
    pub async fn clients_of(&self, entity_id: &EntityId, after: &str, limit: i64) -> Result<Vec<ClientId>, StoreError> {
        let query = sql(
            "SELECT client_id FROM credentials WHERE entity_id = $1 AND client_id > $2 ORDER BY client_id LIMIT $3",
        )
        .bind(entity_id.as_str())
        .bind(after)
        .bind(limit);
        self.db.fetch_all(query).await?.iter().map(client_of).collect()
    }
}

fn client_of(row: &Row) -> Result<ClientId, StoreError> {
    let id: String = row.get("client_id")?;
    ClientId::parse(&id).ok_or_else(|| StoreError::Corrupt(format!("credential {id}")))
}
