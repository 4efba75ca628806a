//! The audit chain in the tables `events` and `event_head`: its head, its rows in order, what is chained later, and what
//! is removed because of its age.

use super::db::{Row, Tx, sql};
use super::{Store, StoreError};
use crate::domain::chain::{self, Anchor, Broken, Fault, Later, Link, Sealed, Walk};
use crate::domain::time::Timestamp;

/// Rows read, chained or removed at once: others wait for the lock of the head.
const BATCH: i64 = 500;

/// The ends of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The number of the last event.
    pub seq: i64,
    /// The last event that is chained.
    pub chained: Anchor,
    /// The last event that was removed because of its age; the log is held from the next number on.
    pub removed: Anchor,
    /// What Passgate wrote of the first, if it did.
    seal: String,
    /// And of the second.
    removed_seal: String,
}

/// What [`Store::verify_chain`] found to be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Where it began: before the first event, after those that were removed, or at an anchor.
    pub from: Anchor,
    /// The last event that is right.
    pub to: Anchor,
    /// Events at the end that are not chained yet.
    pub waiting: i64,
    /// Events that were chained later than they were written.
    pub later: Vec<Later>,
}

/// Why a chain is not found right.
#[derive(Debug, thiserror::Error)]
pub enum NotVerified {
    /// It is broken.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The anchor is of an event that was removed because of its age.
    #[error("event {0} has been removed because of its age; take a newer anchor")]
    AnchorRemoved(i64),
    /// The store cannot tell.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The last chained event and its seal, from a row of `event_head`.
pub(super) fn chained_end(row: &Row) -> Result<(Anchor, String), StoreError> {
    Ok((anchor(row.get("chained")?, row.get("hash")?), row.get("seal")?))
}

/// Makes `end` the last chained event.
pub(super) async fn move_end(tx: &mut Tx, key: &chain::ChainKey, end: &Anchor) -> Result<(), StoreError> {
    let update = sql("UPDATE event_head SET chained = $1, hash = $2, seal = $3 WHERE id = 1")
        .bind(end.seq)
        .bind(end.hash.as_str())
        .bind(key.seal(Sealed::Head, end));
    tx.execute(update).await.map(|_| ())
}

fn anchor(seq: i64, hash: String) -> Anchor {
    if seq == 0 && hash.is_empty() { Anchor::beginning() } else { Anchor { seq, hash } }
}

fn ends_of(row: &Row) -> Result<Ends, StoreError> {
    let (chained, seal) = chained_end(row)?;
    Ok(Ends {
        seq: row.get("seq")?,
        chained,
        removed: anchor(row.get("removed")?, row.get("removed_hash")?),
        seal,
        removed_seal: row.get("removed_seal")?,
    })
}

fn row_of(row: &Row) -> Result<(chain::Row, Option<Link>), StoreError> {
    let (previous, hash) = (row.get::<Option<String>>("previous_hash")?, row.get::<Option<String>>("hash")?);
    let link = previous.zip(hash).map(|(previous, hash)| Link { previous, hash });
    let row = chain::Row {
        seq: row.get("seq")?,
        at: row.get("at")?,
        actor: row.get("actor")?,
        address: row.get("address")?,
        action: row.get("action")?,
        entity_id: row.get("entity_id")?,
        subject: row.get("subject")?,
        detail: row.get("detail")?,
        chained_at: row.get("chained_at")?,
    };
    Ok((row, link))
}

/// The ends, with the lock that every change takes: nothing is logged until the end of the transaction.
async fn locked_ends(tx: &mut Tx) -> Result<Ends, StoreError> {
    let lock = sql(
        "UPDATE event_head SET seq = seq WHERE id = 1 RETURNING seq, chained, hash, seal, removed, removed_hash, removed_seal",
    );
    let row = tx.fetch_optional(lock).await?.ok_or_else(|| StoreError::Corrupt("event_head".to_owned()))?;
    ends_of(&row)
}

async fn rows_after(tx: &mut Tx, after: i64) -> Result<Vec<(chain::Row, Option<Link>)>, StoreError> {
    let query = sql("SELECT seq, at, actor, address, action, entity_id, subject, detail, previous_hash, hash, chained_at FROM events WHERE seq > $1 ORDER BY seq LIMIT $2")
        .bind(after)
        .bind(BATCH);
    tx.fetch_all(query).await?.iter().map(row_of).collect()
}

impl Store {
    /// The ends of the log.
    pub async fn chain_ends(&self) -> Result<Ends, StoreError> {
        let query =
            sql("SELECT seq, chained, hash, seal, removed, removed_hash, removed_seal FROM event_head WHERE id = 1");
        match self.db.fetch_optional(query).await? {
            Some(row) => ends_of(&row),
            None => Err(StoreError::Corrupt("event_head".to_owned())),
        }
    }

    /// Chains some of the events that were written without a hash: before there was a chain, or by an older version that
    /// runs beside this one. Says whether more are waiting.
    pub async fn chain_more(&self, now: Timestamp) -> Result<Result<bool, Broken>, StoreError> {
        let ends = self.chain_ends().await?;
        let Some(key) = self.db.chain_key().filter(|_| ends.chained.seq < ends.seq) else { return Ok(Ok(false)) };
        let mut tx = self.db.begin().await?;
        let ends = locked_ends(&mut tx).await?;
        if !key.is_sealed(Sealed::Head, &ends.chained, &ends.seal) {
            return Ok(Err(Broken { seq: ends.chained.seq, fault: Fault::Head }));
        }
        let mut end = ends.chained.clone();
        for (mut row, link) in rows_after(&mut tx, end.seq).await? {
            if row.seq != end.seq.saturating_add(1) {
                return Ok(Err(Broken { seq: end.seq.saturating_add(1), fault: Fault::Missing }));
            }
            if link.is_some() {
                return Ok(Err(Broken { seq: row.seq, fault: Fault::Head }));
            }
            row.chained_at = Some(now.millis());
            let link = key.link(&end.hash, &row);
            let update = sql("UPDATE events SET previous_hash = $1, hash = $2, chained_at = $3 WHERE seq = $4")
                .bind(link.previous)
                .bind(link.hash.as_str())
                .bind(now.millis())
                .bind(row.seq);
            tx.execute(update).await?;
            end = Anchor { seq: row.seq, hash: link.hash };
        }
        move_end(&mut tx, key, &end).await?;
        tx.commit().await?;
        Ok(Ok(end.seq < ends.seq && end != ends.chained))
    }

    /// Verifies every event that is held, or those after `anchor`, and tells `progress` as it goes what is right, and the number to come to.
    pub async fn verify_chain(
        &self,
        from: Option<&Anchor>,
        mut progress: impl FnMut(&Anchor, i64),
    ) -> Result<Verified, NotVerified> {
        let key = self.db.chain_key().ok_or_else(|| StoreError::Corrupt("no key".to_owned()))?;
        let ends = self.chain_ends().await?;
        let broken = |seq, fault| Err(NotVerified::Broken(Broken { seq, fault }));
        if !key.is_sealed(Sealed::Removed, &ends.removed, &ends.removed_seal) {
            return broken(ends.removed.seq, Fault::Checkpoint);
        }
        let begin = match from {
            Some(anchor) if anchor.seq < ends.removed.seq => return Err(NotVerified::AnchorRemoved(anchor.seq)),
            Some(anchor) if *anchor != ends.removed => {
                match self.chain_rows(anchor.seq.saturating_sub(1), anchor.seq).await?.first() {
                    Some((row, Some(link))) if link.hash == anchor.hash && key.link(&link.previous, row) == *link => {}
                    Some(_) => return broken(anchor.seq, Fault::NotTheAnchor),
                    None => return broken(anchor.seq, Fault::Missing),
                }
                anchor.clone()
            }
            Some(_) | None => ends.removed.clone(),
        };
        let mut walk = Walk::after(begin.clone());
        while walk.at.seq < ends.chained.seq {
            let rows = self.chain_rows(walk.at.seq, ends.chained.seq).await?;
            if rows.is_empty() {
                return broken(walk.at.seq.saturating_add(1), Fault::Missing);
            }
            for (row, link) in rows {
                walk.take(key, &row, link.as_ref())?;
            }
            progress(&walk.at, ends.chained.seq);
        }
        if walk.at != ends.chained || !key.is_sealed(Sealed::Head, &ends.chained, &ends.seal) {
            return broken(walk.at.seq, Fault::Head);
        }
        // Those at the end without a hash yet: all of them there, none with one, and none beyond the head.
        let mut at = walk.at.seq;
        while at < ends.seq {
            let rows = self.chain_rows(at, ends.seq).await?;
            let Some((last, _)) = rows.last() else { return broken(at.saturating_add(1), Fault::Missing) };
            let last = last.seq;
            for (row, _) in rows {
                at = at.saturating_add(1);
                if row.seq != at {
                    return broken(at, Fault::Missing);
                }
            }
            at = last;
        }
        let oldest = self.db.fetch_optional(sql("SELECT seq FROM events ORDER BY seq LIMIT 1")).await?;
        if let Some(row) = oldest {
            let oldest = row.get::<i64>("seq")?;
            if oldest <= ends.removed.seq {
                return broken(oldest, Fault::Inserted);
            }
        }
        let last = self.newest_number().await?;
        if last > self.chain_ends().await?.seq {
            return broken(ends.seq.saturating_add(1), Fault::Inserted);
        }
        Ok(Verified { from: begin, waiting: ends.seq.saturating_sub(walk.at.seq), to: walk.at, later: walk.later })
    }

    /// Removes some of the events before `before`, oldest first, and leaves a sealed note of the last one. The last event
    /// of all always stays, so that whoever follows the log sees that some are gone. Says whether there may be more.
    pub async fn remove_events(&self, before: Timestamp) -> Result<Result<bool, Broken>, StoreError> {
        let Some(key) = self.db.chain_key() else { return Ok(Ok(false)) };
        // From the first one that is there: PostgreSQL would step over each of those that were removed before.
        let oldest = sql("SELECT at FROM events WHERE seq > $1 ORDER BY seq LIMIT 1");
        match self.db.fetch_optional(oldest.bind(self.chain_ends().await?.removed.seq)).await? {
            Some(row) if row.get::<i64>("at")? < before.millis() => {}
            Some(_) | None => return Ok(Ok(false)),
        }
        let mut tx = self.db.begin().await?;
        let ends = locked_ends(&mut tx).await?;
        if !key.is_sealed(Sealed::Removed, &ends.removed, &ends.removed_seal) {
            return Ok(Err(Broken { seq: ends.removed.seq, fault: Fault::Checkpoint }));
        }
        let mut walk = Walk::after(ends.removed.clone());
        for (row, link) in rows_after(&mut tx, ends.removed.seq).await? {
            if row.at >= before.millis() || row.seq > ends.chained.seq || row.seq >= ends.seq {
                break;
            }
            // A row that is not right is evidence, and stays.
            if let Err(broken) = walk.take(key, &row, link.as_ref()) {
                return Ok(Err(broken));
            }
        }
        if walk.at == ends.removed {
            return Ok(Ok(false));
        }
        let note = sql("UPDATE event_head SET removed = $1, removed_hash = $2, removed_seal = $3 WHERE id = 1")
            .bind(walk.at.seq)
            .bind(walk.at.hash.as_str())
            .bind(key.seal(Sealed::Removed, &walk.at));
        tx.execute(note).await?;
        let delete = sql("DELETE FROM events WHERE seq > $1 AND seq <= $2").bind(ends.removed.seq).bind(walk.at.seq);
        tx.execute(delete).await?;
        tx.commit().await?;
        Ok(Ok(walk.at.seq.saturating_sub(ends.removed.seq) >= BATCH))
    }

    /// Some rows after number `after`, up to number `to`, in order.
    async fn chain_rows(&self, after: i64, to: i64) -> Result<Vec<(chain::Row, Option<Link>)>, StoreError> {
        let query = sql("SELECT seq, at, actor, address, action, entity_id, subject, detail, previous_hash, hash, chained_at FROM events WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3")
            .bind(after)
            .bind(to)
            .bind(BATCH);
        self.db.fetch_all(query).await?.iter().map(row_of).collect()
    }

    async fn newest_number(&self) -> Result<i64, StoreError> {
        let newest = self.db.fetch_optional(sql("SELECT COALESCE(MAX(seq), 0) AS seq FROM events")).await?;
        newest.map_or(Ok(0), |row| row.get("seq"))
    }
}
