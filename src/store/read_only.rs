//! The table `read_only`: whether this database is being moved to another one, or has been. Every change looks here first
//! ([`super::db::Db::begin`]).

use super::db::{Row, Statement, sql};
use super::{Store, StoreError};
use crate::domain::time::Timestamp;

/// Why nothing may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOnly {
    /// It is being copied.
    Moving,
    /// It has been: the installation is in another database now.
    Moved,
}

impl std::fmt::Display for ReadOnly {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Moving => {
                "it is being moved to another one; if that was broken off, run passgate migrate again, or with --reopen"
            }
            Self::Moved => "the installation has been moved to another one; let the settings of every server name that",
        })
    }
}

/// Finds out; as part of a transaction, it keeps who moves the database waiting until the end of that.
pub(super) fn query() -> Statement {
    sql("SELECT state FROM read_only WHERE id = 1")
}

pub(super) fn state_of(row: &Row) -> Result<ReadOnly, StoreError> {
    match row.get::<String>("state")?.as_str() {
        "moving" => Ok(ReadOnly::Moving),
        "moved" => Ok(ReadOnly::Moved),
        _ => Err(StoreError::Corrupt("read_only".to_owned())),
    }
}

impl Store {
    /// Whether this database may not be written, and why.
    pub async fn read_only(&self) -> Result<Option<ReadOnly>, StoreError> {
        self.db.fetch_optional(query()).await?.as_ref().map(state_of).transpose()
    }

    /// Lets nothing be written from now on, and waits for what is being written. The mark is that of the move that began at
    /// `since`; one that was broken off, or is still going on, loses it. [`StoreError::ReadOnly`] if it has been moved.
    pub async fn begin_move(&self, since: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin_even_if_read_only().await?;
        tx.wait_for_writers().await?;
        if let Some(why @ ReadOnly::Moved) = tx.fetch_optional(query()).await?.as_ref().map(state_of).transpose()? {
            return Err(StoreError::ReadOnly(why));
        }
        let insert = sql(
            "INSERT INTO read_only (id, state, since) VALUES (1, 'moving', $1) ON CONFLICT (id) DO UPDATE SET since = excluded.since",
        );
        tx.execute(insert.bind(since.millis())).await?;
        tx.commit().await
    }

    /// Notes that the move that began at `since` is over. [`StoreError::Conflict`] if it has lost its mark.
    pub async fn end_move(&self, since: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin_even_if_read_only().await?;
        let end = sql("UPDATE read_only SET state = 'moved' WHERE id = 1 AND state = 'moving' AND since = $1");
        if tx.execute(end.bind(since.millis())).await? == 0 {
            return Err(StoreError::Conflict);
        }
        tx.commit().await
    }

    /// Lets this database be written again, if the move that began at `since` still has its mark.
    pub async fn call_off_move(&self, since: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin_even_if_read_only().await?;
        let call_off = sql("DELETE FROM read_only WHERE id = 1 AND state = 'moving' AND since = $1");
        tx.execute(call_off.bind(since.millis())).await?;
        tx.commit().await
    }

    /// Lets this database be written again; says whether it might not be.
    pub async fn reopen(&self) -> Result<bool, StoreError> {
        let mut tx = self.db.begin_even_if_read_only().await?;
        let was_closed = tx.execute(sql("DELETE FROM read_only WHERE id = 1")).await? > 0;
        tx.commit().await?;
        Ok(was_closed)
    }
}
