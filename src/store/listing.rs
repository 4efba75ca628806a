//! Entities as an operator lists them: by name, a page at a time, with what is known of their credentials. No query here
//! reads more than an index and one page of rows.

use super::db::{Row, Statement, sql};
use super::{Store, StoreError, json, optional_time};
use crate::domain::entity::Status;
use crate::domain::id::{ClientId, EntityId};
use crate::domain::rotation::SOON;
use crate::domain::settings::Settings;
use crate::domain::time::Timestamp;

/// Which entities are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All of them.
    All,
    /// Those whose credentials are accepted.
    Active,
    /// Those of which a credential has met the Integration Account Lock, whether it still holds or not.
    Locked,
    /// Those with a secret that goes on for a while beside a newer one.
    Rotating,
    /// Those with a secret that ends within 30 days or has ended, and that nothing replaces.
    Ending,
    /// Those whose credentials are refused.
    Disabled,
    /// Those that have no credential yet.
    Invited,
}

/// A row of the list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Which entity.
    pub id: EntityId,
    /// Its identifier.
    pub identifier: String,
    /// Its name.
    pub name: String,
    /// The name as the list is sorted by it; the page after this row begins after it.
    pub sorted_as: String,
    /// Whether its credentials are accepted.
    pub status: Status,
    /// What it has chosen.
    pub settings: Settings,
}

/// What is known of the credentials of an entity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// Credentials that are not revoked.
    pub credentials: i64,
    /// When the Integration Account Lock last fell on one of them.
    pub locked_at: Option<Timestamp>,
    /// When the next of its old secrets stops.
    pub old_stops_at: Option<Timestamp>,
    /// When the next of its secrets ends that nothing replaces, or when the first has ended.
    pub ends_at: Option<Timestamp>,
    /// When the oldest of its secrets without an end was made.
    pub secret_made_at: Option<Timestamp>,
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Entities whose credentials are accepted.
    pub active: i64,
    /// Entities whose credentials are refused.
    pub disabled: i64,
    /// Entities with a secret that goes on beside a newer one.
    pub rotating: i64,
    /// Entities with a secret that ends within 30 days or has ended, and that nothing replaces.
    pub ending: i64,
    /// Entities on one of whose credentials the Integration Account Lock has fallen.
    pub locked: i64,
    /// Credentials, revoked ones too.
    pub credentials: i64,
}

macro_rules! listed {
    ($which:literal) => {
        // The inner query reads an index alone, however long the rows are.
        sql(concat!(
            "SELECT id, identifier, name, lower(name) AS sorted_as, status, settings FROM entities WHERE id IN (SELECT e.id FROM entities e WHERE lower(e.name) >= $1 AND (lower(e.name) > $1 OR e.id > $2) AND (lower(e.name) LIKE lower($3) ESCAPE '!' OR lower(e.identifier) LIKE lower($3) ESCAPE '!')",
            $which,
            " ORDER BY lower(e.name), e.id LIMIT $4) ORDER BY lower(name), id"
        ))
    };
}

impl Store {
    /// At most `limit` entities that come after `after` (sorted name and id) and whose name or identifier has `text` in
    /// it, in upper or lower case.
    pub async fn entities_listed(
        &self,
        which: Which,
        text: &str,
        after: (&str, &str),
        limit: i64,
        now: Timestamp,
    ) -> Result<Vec<Listed>, StoreError> {
        let base = |statement: Statement| {
            statement.bind(after.0).bind(after.1).bind(format!("%{}%", escaped(text))).bind(limit)
        };
        let query = match which {
            Which::All => base(listed!("")),
            Which::Active => base(listed!(" AND e.status = 'active'")),
            Which::Disabled => base(listed!(" AND e.status = 'disabled'")),
            Which::Locked => {
                base(listed!(" AND e.id IN (SELECT entity_id FROM credentials WHERE locked_at IS NOT NULL)"))
            }
            Which::Rotating => base(listed!(
                " AND e.id IN (SELECT c.entity_id FROM secrets s JOIN credentials c ON c.client_id = s.client_id WHERE s.stops_at > $5 AND c.revoked_at IS NULL)"
            ))
            .bind(now.millis()),
            Which::Ending => base(listed!(
                " AND e.id IN (SELECT c.entity_id FROM secrets s JOIN credentials c ON c.client_id = s.client_id WHERE s.expires_at <= $5 AND s.stops_at IS NULL AND c.revoked_at IS NULL)"
            ))
            .bind(soon(now)),
            Which::Invited => base(listed!(
                " AND NOT EXISTS (SELECT 1 FROM credentials c WHERE c.entity_id = e.id AND c.revoked_at IS NULL)"
            )),
        };
        self.db.fetch_all(query).await?.iter().map(listed_of).collect()
    }

    /// The entity that owns this credential.
    pub async fn entity_listed_of(&self, client_id: &ClientId) -> Result<Option<Listed>, StoreError> {
        let query = sql("SELECT e.id, e.identifier, e.name, lower(e.name) AS sorted_as, e.status, e.settings FROM credentials c JOIN entities e ON e.id = c.entity_id WHERE c.client_id = $1").bind(client_id.as_str());
        self.db.fetch_optional(query).await?.as_ref().map(listed_of).transpose()
    }

    /// What each of these entities holds, in their order.
    pub async fn holdings(&self, entity_ids: &[EntityId], now: Timestamp) -> Result<Vec<Holding>, StoreError> {
        // Ids have 32 characters each: the one way to bind a list that both databases read.
        let wanted = entity_ids.iter().map(EntityId::as_str).collect::<String>();
        let query = sql("WITH RECURSIVE wanted (id, rest) AS (SELECT substr($1, 1, 32), substr($1, 33) UNION ALL SELECT substr(rest, 1, 32), substr(rest, 33) FROM wanted WHERE rest <> '') SELECT c.entity_id, COUNT(DISTINCT c.client_id) AS credentials, MAX(c.locked_at) AS locked_at, MIN(s.stops_at) AS old_stops_at, MIN(CASE WHEN s.stops_at IS NULL THEN s.expires_at END) AS ends_at, MIN(CASE WHEN s.stops_at IS NULL THEN s.created_at END) AS secret_made_at FROM wanted JOIN credentials c ON c.entity_id = wanted.id LEFT JOIN secrets s ON s.client_id = c.client_id AND (s.stops_at IS NULL OR s.stops_at > $2) WHERE c.revoked_at IS NULL GROUP BY c.entity_id")
            .bind(wanted.as_str())
            .bind(now.millis());
        let mut holdings = vec![Holding::default(); entity_ids.len()];
        for row in self.db.fetch_all(query).await? {
            let id: String = row.get("entity_id")?;
            let position = entity_ids.iter().position(|wanted| wanted.as_str() == id);
            if let Some(holding) = position.and_then(|position| holdings.get_mut(position)) {
                *holding = Holding {
                    credentials: row.get("credentials")?,
                    locked_at: optional_time(&row, "locked_at")?,
                    old_stops_at: optional_time(&row, "old_stops_at")?,
                    ends_at: optional_time(&row, "ends_at")?,
                    secret_made_at: optional_time(&row, "secret_made_at")?,
                };
            }
        }
        Ok(holdings)
    }

    /// How many entities and credentials there are.
    pub async fn totals(&self, now: Timestamp) -> Result<Totals, StoreError> {
        let query = sql("SELECT (SELECT COUNT(*) FROM entities WHERE status = 'active') AS active, (SELECT COUNT(*) FROM entities WHERE status = 'disabled') AS disabled, (SELECT COUNT(DISTINCT c.entity_id) FROM secrets s JOIN credentials c ON c.client_id = s.client_id WHERE s.stops_at > $1 AND c.revoked_at IS NULL) AS rotating, (SELECT COUNT(DISTINCT c.entity_id) FROM secrets s JOIN credentials c ON c.client_id = s.client_id WHERE s.expires_at <= $2 AND s.stops_at IS NULL AND c.revoked_at IS NULL) AS ending, (SELECT COUNT(DISTINCT entity_id) FROM credentials WHERE locked_at IS NOT NULL) AS locked, (SELECT COUNT(*) FROM credentials) AS credentials").bind(now.millis()).bind(soon(now));
        match self.db.fetch_optional(query).await? {
            Some(row) => Ok(Totals {
                active: row.get("active")?,
                disabled: row.get("disabled")?,
                rotating: row.get("rotating")?,
                ending: row.get("ending")?,
                locked: row.get("locked")?,
                credentials: row.get("credentials")?,
            }),
            None => Ok(Totals::default()),
        }
    }
}

/// Up to when an end is near: 30 days, as the first reminder.
fn soon(now: Timestamp) -> i64 {
    now.plus(SOON).millis()
}

/// Text in which LIKE finds nothing but itself.
fn escaped(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

fn listed_of(row: &Row) -> Result<Listed, StoreError> {
    let id: String = row.get("id")?;
    let corrupt = || StoreError::Corrupt(format!("entity {id}"));
    Ok(Listed {
        id: EntityId::parse(&id).ok_or_else(corrupt)?,
        identifier: row.get("identifier")?,
        name: row.get("name")?,
        sorted_as: row.get("sorted_as")?,
        status: Status::parse(&row.get::<String>("status")?).ok_or_else(corrupt)?,
        settings: json(row, "settings")?,
    })
}
