//! The table `secrets` as the process of rotation looks at it: reminders of an end, what an entity must be told, reports
//! of leaks.

use std::time::Duration;

use super::credential::secret_of;
use super::db::{Row, sql};
use super::event::append;
use super::{Store, StoreError, mac_text, optional_time, time};
use crate::domain::event::Event;
use crate::domain::id::{ClientId, EntityId, SecretId};
use crate::domain::secret::{FOREVER, Secret, SecretMac};
use crate::domain::time::Timestamp;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A secret, and whose it is.
#[derive(Clone, Debug)]
pub struct Held {
    /// Which secret.
    pub id: SecretId,
    /// Its first eight characters.
    pub hint: String,
    /// Of which credential.
    pub client_id: ClientId,
    /// What people call that.
    pub name: String,
    /// Of which entity; `None` for a platform API.
    pub entity_id: Option<EntityId>,
}

/// A secret that its people must be reminded of.
#[derive(Clone, Debug)]
pub struct Ending {
    /// Which.
    pub held: Held,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A secret of an entity, with what a notice about it needs.
#[derive(Clone, Debug)]
pub struct Noticed {
    /// Of which credential.
    pub client_id: String,
    /// What people call that.
    pub name: String,
    /// The version of that.
    pub version: i64,
    /// The secret.
    pub secret: Secret,
    /// When it was reported.
    pub leaked_at: Option<Timestamp>,
}

/// A secret that was kept sealed and cannot be found by itself yet.
#[derive(Clone, Debug)]
pub struct Unfindable {
    /// Which secret.
    pub id: SecretId,
    /// Of which credential.
    pub client_id: ClientId,
    /// What was sealed.
    pub sealed: String,
}

impl Store {
    /// At most `limit` secrets of which a reminder is due: 30, 7 or 1 days before the end, and none that has been sent. A
    /// secret that another one replaces is not among them.
    pub async fn secrets_to_remind(&self, now: Timestamp, limit: i64) -> Result<Vec<Ending>, StoreError> {
        let within = |days: u32| now.plus(DAY.saturating_mul(days)).millis();
        let query = sql("SELECT s.id, s.hint, s.expires_at, c.client_id, c.entity_id, c.name FROM secrets s JOIN credentials c ON c.client_id = s.client_id WHERE s.expires_at > $1 AND s.expires_at <= $2 AND s.stops_at IS NULL AND c.revoked_at IS NULL AND COALESCE(s.reminded_days, 31) > CASE WHEN s.expires_at <= $3 THEN 1 WHEN s.expires_at <= $4 THEN 7 ELSE 30 END ORDER BY s.expires_at, s.client_id LIMIT $5")
            .bind(now.millis())
            .bind(within(30))
            .bind(within(1))
            .bind(within(7))
            .bind(limit);
        let ending = |row: &Row| Ok(Ending { held: held_of(row)?, expires_at: time(row, "expires_at")? });
        self.db.fetch_all(query).await?.iter().map(ending).collect()
    }

    /// Takes the reminder of so many days on: `false` if another node was faster, or the secret has been replaced.
    pub async fn claim_reminder(&self, id: &SecretId, days: u32, event: &Event) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let claim = sql("UPDATE secrets SET reminded_days = $1 WHERE id = $2 AND COALESCE(reminded_days, 31) > $1 AND stops_at IS NULL")
            .bind(i64::from(days))
            .bind(id.as_str());
        if tx.execute(claim).await? == 0 {
            return Ok(false);
        }
        append(&mut tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// The secrets of an entity's credentials that were not stopped before `now`, and those that were reported after
    /// `since`, by credential, the newest first; at most 2,000.
    pub async fn secrets_noticed(
        &self,
        entity_id: &EntityId,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Noticed>, StoreError> {
        let query = sql("SELECT c.client_id, c.name, c.version, s.id, s.mac, s.hint, s.created_at, s.not_before, s.expires_at, s.stops_at, s.tokens_void_before, s.last_used_at, s.last_used_address, s.leaked_at FROM credentials c JOIN secrets s ON s.client_id = c.client_id WHERE c.entity_id = $1 AND c.revoked_at IS NULL AND (s.stops_at IS NULL OR s.stops_at > $2 OR s.leaked_at > $3) ORDER BY c.created_at, c.client_id, s.created_at DESC, COALESCE(s.stops_at, 9223372036854775807) DESC, s.id LIMIT 2000")
            .bind(entity_id.as_str())
            .bind(now.millis())
            .bind(since.millis());
        let noticed = |row: &Row| {
            Ok(Noticed {
                client_id: row.get("client_id")?,
                name: row.get("name")?,
                version: row.get("version")?,
                secret: secret_of(row)?,
                leaked_at: optional_time(row, "leaked_at")?,
            })
        };
        self.db.fetch_all(query).await?.iter().map(noticed).collect()
    }

    /// The secret that a report is of: by itself, or by the Client Id that came with it and the MAC that it has there.
    pub async fn secret_reported(
        &self,
        lookup: &SecretMac,
        of: Option<(&ClientId, &SecretMac)>,
    ) -> Result<Option<Held>, StoreError> {
        let query = sql("SELECT s.id, s.hint, c.client_id, c.entity_id, c.name FROM secrets s JOIN credentials c ON c.client_id = s.client_id WHERE s.lookup = $1 OR (s.client_id = $2 AND s.mac = $3) LIMIT 1")
            .bind(mac_text(lookup))
            .bind(of.map(|(client_id, _)| client_id.to_string()))
            .bind(of.map(|(_, mac)| mac_text(mac)));
        self.db.fetch_optional(query).await?.as_ref().map(held_of).transpose()
    }

    /// Stops a secret that was reported and voids every token of it; `false` if that was done before.
    pub async fn stop_leaked(&self, held: &Held, event: &Event) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let update =
            sql("UPDATE credentials SET version = version + 1 WHERE client_id = $1").bind(held.client_id.as_str());
        tx.execute(update).await?;
        let stop = sql("UPDATE secrets SET leaked_at = $1, stops_at = CASE WHEN stops_at < $1 THEN stops_at ELSE $1 END, tokens_void_before = $2 WHERE id = $3 AND leaked_at IS NULL")
            .bind(event.at.millis())
            .bind(FOREVER.millis())
            .bind(held.id.as_str());
        if tx.execute(stop).await? == 0 {
            return Ok(false);
        }
        append(&mut tx, event).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// At most `limit` sealed secrets after `after` that no report finds by themselves yet.
    pub async fn unfindable_secrets(&self, after: &str, limit: i64) -> Result<Vec<Unfindable>, StoreError> {
        let query = sql("SELECT id, client_id, sealed FROM secrets WHERE lookup IS NULL AND sealed IS NOT NULL AND id > $1 ORDER BY id LIMIT $2")
            .bind(after)
            .bind(limit);
        let unfindable = |row: &Row| {
            let (id, client_id) = ids_of(row)?;
            Ok(Unfindable { id, client_id, sealed: row.get("sealed")? })
        };
        self.db.fetch_all(query).await?.iter().map(unfindable).collect()
    }

    /// Keeps what those secrets are found by.
    pub async fn keep_lookups(&self, lookups: &[(SecretId, SecretMac)]) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        for (id, lookup) in lookups {
            let update = sql("UPDATE secrets SET lookup = $1 WHERE id = $2").bind(mac_text(lookup)).bind(id.as_str());
            tx.execute(update).await?;
        }
        tx.commit().await
    }
}

fn ids_of(row: &Row) -> Result<(SecretId, ClientId), StoreError> {
    let (id, client_id): (String, String) = (row.get("id")?, row.get("client_id")?);
    SecretId::parse(&id)
        .zip(ClientId::parse(&client_id))
        .ok_or_else(|| StoreError::Corrupt(format!("secret {id} of {client_id}")))
}

fn held_of(row: &Row) -> Result<Held, StoreError> {
    let (id, client_id) = ids_of(row)?;
    let entity_id = match row.get::<Option<String>>("entity_id")? {
        Some(text) => Some(EntityId::parse(&text).ok_or_else(|| StoreError::Corrupt(format!("secret {id}")))?),
        None => None,
    };
    Ok(Held { id, hint: row.get("hint")?, client_id, name: row.get("name")?, entity_id })
}
