//! The table `token_request_counts`: how many token requests each entity made in each hour, and how they ended.

use std::time::Duration;

use super::db::{Row, Tx, sql};
use super::{Store, StoreError, optional_time, time};
use crate::domain::id::EntityId;
use crate::domain::quota;
use crate::domain::time::Timestamp;

/// How many hours [`Store::activity`] tells of.
pub const ACTIVE_HOURS: usize = 24;
const HOUR_SECONDS: u64 = 3600;

/// Requests of one hour that ended alike, to be added to those counted already.
#[derive(Clone, Debug)]
pub struct NewCount {
    /// Whose.
    pub entity_id: EntityId,
    /// When the hour began.
    pub hour: Timestamp,
    /// The status of their answers.
    pub status: u16,
    /// The code of their answers, empty for a token.
    pub code: &'static str,
    /// How many.
    pub count: u64,
}

/// How long each column of a chart lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// An hour.
    Hour,
    /// A day, in UTC.
    Day,
}

/// The token requests of one span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// When the span began.
    pub begins: Timestamp,
    /// Tokens issued.
    pub issued: i64,
    /// Requests that failed.
    pub failed: i64,
}

/// What an entity has done lately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Which entity.
    pub entity_id: EntityId,
    /// Its requests in each of the last 24 hours, the current one last.
    pub hours: [i64; ACTIVE_HOURS],
    /// The tokens among them.
    pub issued: i64,
    /// The failures among them.
    pub failed: i64,
    /// When it last got a token, ever.
    pub last_issued_at: Option<Timestamp>,
}

/// Adds `counts` up, in the order of their keys, so that two nodes never wait for each other in a circle.
pub(super) async fn add(tx: &mut Tx, counts: &mut [NewCount]) -> Result<(), StoreError> {
    counts.sort_unstable_by(|one, other| {
        (&one.entity_id, one.hour, one.status, one.code).cmp(&(&other.entity_id, other.hour, other.status, other.code))
    });
    for count in counts {
        let add = sql("INSERT INTO token_request_counts (entity_id, hour, status, code, count) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (entity_id, hour, status, code) DO UPDATE SET count = token_request_counts.count + excluded.count")
            .bind(count.entity_id.as_str())
            .bind(count.hour.millis())
            .bind(i64::from(count.status))
            .bind(count.code)
            .bind(i64::try_from(count.count).unwrap_or(i64::MAX));
        tx.execute(add).await?;
    }
    Ok(())
}

impl Store {
    /// The requests of an entity in each span since `since` that has any, the oldest first. A span that `since` falls into
    /// is told of by the hours that begin after it.
    pub async fn token_request_counts(
        &self,
        entity_id: &EntityId,
        span: Span,
        since: Timestamp,
    ) -> Result<Vec<Counted>, StoreError> {
        let millis: i64 = match span {
            Span::Hour => 3_600_000,
            Span::Day => 86_400_000,
        };
        let query = sql("SELECT hour - hour % $3 AS begins, CAST(SUM(CASE WHEN status = 200 THEN count ELSE 0 END) AS BIGINT) AS issued, CAST(SUM(CASE WHEN status = 200 THEN 0 ELSE count END) AS BIGINT) AS failed FROM token_request_counts WHERE entity_id = $1 AND hour >= $2 GROUP BY 1 ORDER BY 1")
            .bind(entity_id.as_str())
            .bind(since.millis())
            .bind(millis);
        self.db.fetch_all(query).await?.iter().map(counted_of).collect()
    }

    /// Tokens that each of these entities got in the hour and in the day (UTC) of `now`; those that got none are left out.
    pub async fn tokens_issued(
        &self,
        entity_ids: &[EntityId],
        now: Timestamp,
    ) -> Result<Vec<(EntityId, [u32; 2])>, StoreError> {
        let day = quota::Span::Day.begins(quota::Span::Day.number(now));
        let query = sql("WITH RECURSIVE wanted (id, rest) AS (SELECT substr($1, 1, 32), substr($1, 33) UNION ALL SELECT substr(rest, 1, 32), substr(rest, 33) FROM wanted WHERE rest <> '') SELECT entity_id, CAST(SUM(CASE WHEN hour = $3 THEN count ELSE 0 END) AS BIGINT) AS in_hour, CAST(SUM(count) AS BIGINT) AS in_day FROM wanted JOIN token_request_counts ON entity_id = id WHERE hour >= $2 AND hour <= $3 AND status = 200 GROUP BY entity_id")
            .bind(entity_ids.iter().map(EntityId::as_str).collect::<String>())
            .bind(day.millis())
            .bind(now.hour().millis());
        let issued = |row: &Row| {
            let count = |column| Ok::<_, StoreError>(u32::try_from(row.get::<i64>(column)?).unwrap_or(u32::MAX));
            let id = EntityId::parse(&row.get::<String>("entity_id")?);
            let id = id.ok_or_else(|| StoreError::Corrupt("entity_id".to_owned()))?;
            Ok((id, [count("in_hour")?, count("in_day")?]))
        };
        self.db.fetch_all(query).await?.iter().map(issued).collect()
    }

    /// What each of these entities has done in the last 24 hours, in their order.
    pub async fn activity(&self, entity_ids: &[EntityId], now: Timestamp) -> Result<Vec<Activity>, StoreError> {
        let wanted = entity_ids.iter().map(EntityId::as_str).collect::<String>();
        let newest = now.hour();
        let oldest = (1..ACTIVE_HOURS).fold(newest, |hour, _| hour.minus(Duration::from_secs(HOUR_SECONDS)));
        // Ids have 32 characters each: the one way to bind a list that both databases read.
        let counts = sql("WITH RECURSIVE wanted (id, rest) AS (SELECT substr($1, 1, 32), substr($1, 33) UNION ALL SELECT substr(rest, 1, 32), substr(rest, 33) FROM wanted WHERE rest <> '') SELECT entity_id, hour AS begins, CAST(SUM(CASE WHEN status = 200 THEN count ELSE 0 END) AS BIGINT) AS issued, CAST(SUM(CASE WHEN status = 200 THEN 0 ELSE count END) AS BIGINT) AS failed FROM wanted JOIN token_request_counts ON entity_id = id WHERE hour >= $2 AND hour <= $3 GROUP BY entity_id, hour")
            .bind(wanted.as_str())
            .bind(oldest.millis())
            .bind(newest.millis());
        let last = sql("WITH RECURSIVE wanted (id, rest) AS (SELECT substr($1, 1, 32), substr($1, 33) UNION ALL SELECT substr(rest, 1, 32), substr(rest, 33) FROM wanted WHERE rest <> '') SELECT entity_id, MAX(last_used_at) AS last_used_at FROM wanted JOIN credentials ON entity_id = id GROUP BY entity_id")
            .bind(wanted.as_str());
        let mut activities: Vec<Activity> = entity_ids.iter().map(idle).collect();
        for row in self.db.fetch_all(counts).await? {
            let Counted { begins, issued, failed } = counted_of(&row)?;
            let Some(activity) = of_entity(&mut activities, &row.get::<String>("entity_id")?) else { continue };
            activity.issued = activity.issued.saturating_add(issued);
            activity.failed = activity.failed.saturating_add(failed);
            let hours = usize::try_from(begins.since(oldest).as_secs() / HOUR_SECONDS).unwrap_or(usize::MAX);
            if let Some(hour) = activity.hours.get_mut(hours) {
                *hour = issued.saturating_add(failed);
            }
        }
        for row in self.db.fetch_all(last).await? {
            let Some(activity) = of_entity(&mut activities, &row.get::<String>("entity_id")?) else { continue };
            activity.last_issued_at = optional_time(&row, "last_used_at")?;
        }
        Ok(activities)
    }

    /// Forgets the counts of hours that began before `before`; says how many.
    pub async fn purge_token_request_counts(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.purge(|| {
            sql("DELETE FROM token_request_counts WHERE (entity_id, hour, status, code) IN (SELECT entity_id, hour, status, code FROM token_request_counts WHERE hour < $1 ORDER BY hour LIMIT $2)")
                .bind(before.millis())
        })
        .await
    }
}

fn idle(entity_id: &EntityId) -> Activity {
    Activity { entity_id: *entity_id, hours: [0; ACTIVE_HOURS], issued: 0, failed: 0, last_issued_at: None }
}

fn of_entity<'a>(activities: &'a mut [Activity], entity_id: &str) -> Option<&'a mut Activity> {
    activities.iter_mut().find(|activity| activity.entity_id.as_str() == entity_id)
}

fn counted_of(row: &Row) -> Result<Counted, StoreError> {
    Ok(Counted { begins: time(row, "begins")?, issued: row.get("issued")?, failed: row.get("failed")? })
}
