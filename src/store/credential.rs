//! The tables `credentials` and `secrets`.

use std::time::Duration;

use super::db::{Row, Tx, sql};
use super::event::append;
use super::{Store, StoreError, mac, mac_text, optional_time, time};
use crate::domain::authentication::Authentication;
use crate::domain::credential::{Credential, Owner};
use crate::domain::event::Event;
use crate::domain::id::{ClientId, EntityId, SecretId};
use crate::domain::rotation::reminder;
use crate::domain::secret::{FOREVER, Hint, NewSecret, Secret};
use crate::domain::settings::{AccountLock, MOST_CREDENTIALS};
use crate::domain::time::Timestamp;

/// No token lives longer, however clocks differ.
const LONGEST_TOKEN: Duration = Duration::from_secs(25 * 3600);

/// A credential with what the console and the operator want to know of its use.
#[derive(Clone, Debug)]
pub struct CredentialUse {
    /// The credential.
    pub credential: Credential,
    /// Tokens that it has been issued.
    pub token_count: i64,
    /// When it last got one.
    pub last_used_at: Option<Timestamp>,
    /// From which address.
    pub last_used_address: Option<String>,
}

/// Why a credential was not added.
#[derive(Debug)]
pub enum AddError {
    /// The entity has as many as it may have.
    TooMany,
    /// The store did not do it.
    Store(StoreError),
}

impl From<StoreError> for AddError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Store {
    /// Adds a credential and its secret, unless its entity would then have more than `most` that are not revoked.
    pub async fn add_credential(
        &self,
        credential: &Credential,
        secret: &NewSecret,
        most: u32,
        event: &Event,
    ) -> Result<(), AddError> {
        let mut tx = self.db.begin().await?;
        if let Owner::Entity(entity_id) = &credential.owner {
            let lock = sql("UPDATE entities SET updated_at = updated_at WHERE id = $1").bind(entity_id.as_str());
            if tx.execute(lock).await? == 0 {
                return Err(StoreError::Conflict.into());
            }
            let count = sql("SELECT COUNT(*) AS count FROM credentials WHERE entity_id = $1 AND revoked_at IS NULL")
                .bind(entity_id.as_str());
            let count: i64 = tx.fetch_optional(count).await?.map_or(Ok(0), |row| row.get("count"))?;
            if count >= i64::from(most) {
                return Err(AddError::TooMany);
            }
        }
        let insert = sql("INSERT INTO credentials (client_id, entity_id, name, expires_at, version, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(credential.client_id.as_str())
            .bind(match &credential.owner {
                Owner::Entity(id) => Some(id.to_string()),
                Owner::Api => None,
            })
            .bind(credential.name.as_str())
            .bind(credential.expires_at.map(Timestamp::millis))
            .bind(credential.version)
            .bind(credential.created_at.millis());
        tx.execute(insert).await?;
        add_secret(&mut tx, &credential.client_id, secret).await?;
        append(&mut tx, event).await?;
        Ok(tx.commit().await?)
    }

    /// Adds `secret`, stops every other one at `stops_at` unless it stops earlier, and voids the tokens issued for those
    /// up to `void_before`, and with them all tokens of secrets that have stopped already. [`StoreError::Conflict`] if the
    /// credential is no longer at `version`.
    pub async fn regenerate_secret(
        &self,
        client_id: &ClientId,
        version: i64,
        secret: &NewSecret,
        stops_at: Timestamp,
        void_before: Option<Timestamp>,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        next_version(&mut tx, client_id, version).await?;
        let stop = sql("UPDATE secrets SET stops_at = CASE WHEN stops_at < $1 THEN stops_at ELSE $1 END, tokens_void_before = COALESCE($2, tokens_void_before) WHERE client_id = $3 AND (stops_at IS NULL OR stops_at > $4)")
            .bind(stops_at.millis())
            .bind(void_before.map(Timestamp::millis))
            .bind(client_id.as_str())
            .bind(event.at.millis());
        tx.execute(stop).await?;
        if void_before.is_some() {
            let stopped = sql("UPDATE secrets SET tokens_void_before = $1 WHERE client_id = $2 AND stops_at <= $3")
                .bind(FOREVER.millis())
                .bind(client_id.as_str())
                .bind(event.at.millis());
            tx.execute(stopped).await?;
        }
        add_secret(&mut tx, client_id, secret).await?;
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Revokes a credential for good. [`StoreError::Conflict`] if it is no longer at `version`, when one is given, or is
    /// revoked already.
    pub async fn revoke_credential(
        &self,
        client_id: &ClientId,
        version: Option<i64>,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let update = sql("UPDATE credentials SET revoked_at = $1, version = version + 1 WHERE client_id = $2 AND version = COALESCE($3, version) AND revoked_at IS NULL")
            .bind(event.at.millis())
            .bind(client_id.as_str())
            .bind(version);
        if tx.execute(update).await? == 0 {
            return Err(StoreError::Conflict);
        }
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Lifts the Integration Account Lock. [`StoreError::Conflict`] if the credential is no longer at `version`, when one is
    /// given.
    pub async fn unlock_credential(
        &self,
        client_id: &ClientId,
        version: Option<i64>,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let update = sql("UPDATE credentials SET locked_at = NULL, failed_attempts = 0, version = version + 1 WHERE client_id = $1 AND version = COALESCE($2, version)")
            .bind(client_id.as_str())
            .bind(version);
        if tx.execute(update).await? == 0 {
            return Err(StoreError::Conflict);
        }
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Changes how a credential proves itself. [`StoreError::Conflict`] if it is no longer at `version`, or is revoked.
    pub async fn change_authentication(
        &self,
        client_id: &ClientId,
        version: i64,
        authentication: &Authentication,
        event: &Event,
    ) -> Result<(), StoreError> {
        let text = match authentication {
            Authentication::ClientSecret => None,
            other => Some(serde_json::to_string(other).map_err(|_| StoreError::Corrupt("authentication".to_owned()))?),
        };
        let mut tx = self.db.begin().await?;
        let update = sql("UPDATE credentials SET authentication = $1, version = version + 1 WHERE client_id = $2 AND version = $3 AND revoked_at IS NULL")
            .bind(text)
            .bind(client_id.as_str())
            .bind(version);
        if tx.execute(update).await? == 0 {
            return Err(StoreError::Conflict);
        }
        append(&mut tx, event).await?;
        tx.commit().await
    }

    /// Counts a failed token request. `event` is logged if the Integration Account Lock falls with it.
    pub async fn count_failed_attempt(
        &self,
        client_id: &ClientId,
        lock: AccountLock,
        event: &Event,
    ) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        let count = sql("UPDATE credentials SET failed_attempts = CASE WHEN locked_at IS NULL THEN failed_attempts + 1 ELSE 1 END, locked_at = NULL, last_failed_at = $3 WHERE client_id = $1 AND (locked_at IS NULL OR locked_at <= $2) RETURNING failed_attempts")
            .bind(client_id.as_str())
            .bind(lock.opened_before(event.at).map_or(i64::MIN, Timestamp::millis))
            .bind(event.at.millis());
        let attempts = match tx.fetch_optional(count).await? {
            Some(row) => row.get::<i64>("failed_attempts")?,
            None => return Ok(()),
        };
        if attempts >= i64::from(lock.maximum_attempts) {
            let fall = sql("UPDATE credentials SET locked_at = $1 WHERE client_id = $2")
                .bind(event.at.millis())
                .bind(client_id.as_str());
            tx.execute(fall).await?;
            append(&mut tx, event).await?;
        }
        tx.commit().await
    }

    /// Forgets failed token requests, and a lock that has run out, after one that succeeded.
    pub async fn forget_failed_attempts(&self, client_id: &ClientId) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.execute(
            sql("UPDATE credentials SET failed_attempts = 0, locked_at = NULL, last_failed_at = NULL WHERE client_id = $1")
                .bind(client_id.as_str()),
        )
        .await?;
        tx.commit().await
    }

    /// The credential of this Client Id, with the secrets that have not been stopped at `now`.
    pub async fn credential(&self, client_id: &ClientId, now: Timestamp) -> Result<Option<Credential>, StoreError> {
        Ok(self.credential_use(client_id, now).await?.map(|used| used.credential))
    }

    /// The same, with what is known of its use.
    pub async fn credential_use(
        &self,
        client_id: &ClientId,
        now: Timestamp,
    ) -> Result<Option<CredentialUse>, StoreError> {
        let query = sql("SELECT client_id, entity_id, name, authentication, revoked_at, expires_at, failed_attempts, locked_at, tokens_void_before, version, created_at, token_count, last_used_at, last_used_address FROM credentials WHERE client_id = $1").bind(client_id.as_str());
        match self.db.fetch_optional(query).await? {
            Some(row) => self.with_secrets(&row, now).await.map(Some),
            None => Ok(None),
        }
    }

    /// At most `limit` credentials of `owner` that come after the one made at `after.0` with Client Id `after.1`, the
    /// oldest first.
    pub async fn credentials_after(
        &self,
        owner: &Owner,
        after: (Timestamp, &str),
        limit: i64,
        now: Timestamp,
    ) -> Result<Vec<CredentialUse>, StoreError> {
        let query = match owner {
            Owner::Entity(id) => sql("SELECT client_id, entity_id, name, authentication, revoked_at, expires_at, failed_attempts, locked_at, tokens_void_before, version, created_at, token_count, last_used_at, last_used_address FROM credentials WHERE (created_at, client_id) > ($1, $2) AND entity_id = $4 ORDER BY created_at, client_id LIMIT $3")
                .bind(after.0.millis())
                .bind(after.1)
                .bind(limit)
                .bind(id.as_str()),
            Owner::Api => sql("SELECT client_id, entity_id, name, authentication, revoked_at, expires_at, failed_attempts, locked_at, tokens_void_before, version, created_at, token_count, last_used_at, last_used_address FROM credentials WHERE (created_at, client_id) > ($1, $2) AND entity_id IS NULL ORDER BY created_at, client_id LIMIT $3")
                .bind(after.0.millis())
                .bind(after.1)
                .bind(limit),
        };
        let mut credentials = Vec::new();
        for row in self.db.fetch_all(query).await? {
            credentials.push(self.with_secrets(&row, now).await?);
        }
        Ok(credentials)
    }

    /// The credentials of an entity that are not revoked, the oldest first: as many as it may have at most.
    pub async fn credentials_in_use(&self, id: &EntityId, now: Timestamp) -> Result<Vec<CredentialUse>, StoreError> {
        let query = sql("SELECT client_id, entity_id, name, authentication, revoked_at, expires_at, failed_attempts, locked_at, tokens_void_before, version, created_at, token_count, last_used_at, last_used_address FROM credentials WHERE entity_id = $1 AND revoked_at IS NULL ORDER BY created_at, client_id LIMIT $2")
            .bind(id.as_str())
            .bind(i64::from(MOST_CREDENTIALS));
        let mut credentials = Vec::new();
        for row in self.db.fetch_all(query).await? {
            credentials.push(self.with_secrets(&row, now).await?);
        }
        Ok(credentials)
    }

    /// What was kept of a live secret for showing it again.
    pub async fn sealed_secret(&self, secret_id: &SecretId) -> Result<Option<String>, StoreError> {
        let query = sql("SELECT sealed FROM secrets WHERE id = $1").bind(secret_id.as_str());
        match self.db.fetch_optional(query).await? {
            Some(row) => row.get("sealed"),
            None => Ok(None),
        }
    }

    async fn with_secrets(&self, row: &Row, now: Timestamp) -> Result<CredentialUse, StoreError> {
        let mut used = credential_of(row)?;
        let query = sql("SELECT id, mac, hint, created_at, not_before, expires_at, stops_at, tokens_void_before, last_used_at, last_used_address FROM secrets WHERE client_id = $1 AND (stops_at IS NULL OR stops_at > $2 OR (tokens_void_before IS NOT NULL AND stops_at > $3)) ORDER BY created_at DESC, COALESCE(stops_at, 9223372036854775807) DESC, id")
            .bind(used.credential.client_id.as_str())
            .bind(now.millis()).bind(now.minus(LONGEST_TOKEN).millis());
        used.credential.secrets = self.db.fetch_all(query).await?.iter().map(secret_of).collect::<Result<_, _>>()?;
        Ok(used)
    }
}

/// Moves a credential from `version` to the next one. [`StoreError::Conflict`] if it is not there, or revoked.
pub(super) async fn next_version(tx: &mut Tx, client_id: &ClientId, version: i64) -> Result<(), StoreError> {
    let update = sql(
        "UPDATE credentials SET version = version + 1 WHERE client_id = $1 AND version = $2 AND revoked_at IS NULL",
    )
    .bind(client_id.as_str())
    .bind(version);
    if tx.execute(update).await? == 0 { Err(StoreError::Conflict) } else { Ok(()) }
}

async fn add_secret(tx: &mut Tx, client_id: &ClientId, new: &NewSecret) -> Result<(), StoreError> {
    let Secret { created_at, not_before, expires_at, stops_at, .. } = new.secret;
    // Reminders that are due from the beginning are none.
    let reminded = expires_at.and_then(|end| reminder(end.since(created_at)));
    let insert = sql("INSERT INTO secrets (id, client_id, mac, hint, sealed, created_at, stops_at, made_by, not_before, expires_at, reminded_days, lookup) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
        .bind(new.secret.id.as_str())
        .bind(client_id.as_str())
        .bind(mac_text(&new.secret.mac))
        .bind(new.secret.hint.as_str())
        .bind(new.sealed.clone())
        .bind(created_at.millis())
        .bind(stops_at.map(Timestamp::millis))
        .bind(new.made_by.as_str())
        .bind(not_before.map(Timestamp::millis))
        .bind(expires_at.map(Timestamp::millis))
        .bind(reminded.map(i64::from))
        .bind(mac_text(&new.lookup));
    tx.execute(insert).await.map(|_| ())
}

fn credential_of(row: &Row) -> Result<CredentialUse, StoreError> {
    let client_id: String = row.get("client_id")?;
    let corrupt = || StoreError::Corrupt(format!("credential {client_id}"));
    let owner = match row.get::<Option<String>>("entity_id")? {
        Some(id) => Owner::Entity(EntityId::parse(&id).ok_or_else(corrupt)?),
        None => Owner::Api,
    };
    let authentication = match row.get::<Option<String>>("authentication")? {
        Some(text) => serde_json::from_str(&text).map_err(|_| corrupt())?,
        None => Authentication::ClientSecret,
    };
    let credential = Credential {
        client_id: ClientId::parse(&client_id).ok_or_else(corrupt)?,
        owner,
        name: row.get("name")?,
        authentication,
        revoked_at: optional_time(row, "revoked_at")?,
        expires_at: optional_time(row, "expires_at")?,
        failed_attempts: u32::try_from(row.get::<i64>("failed_attempts")?).map_err(|_| corrupt())?,
        locked_at: optional_time(row, "locked_at")?,
        tokens_void_before: optional_time(row, "tokens_void_before")?,
        secrets: Vec::new(),
        version: row.get("version")?,
        created_at: time(row, "created_at")?,
    };
    Ok(CredentialUse {
        credential,
        token_count: row.get("token_count")?,
        last_used_at: optional_time(row, "last_used_at")?,
        last_used_address: row.get("last_used_address")?,
    })
}

pub(super) fn secret_of(row: &Row) -> Result<Secret, StoreError> {
    let id: String = row.get("id")?;
    let corrupt = || StoreError::Corrupt(format!("secret {id}"));
    let last_used_address: Option<String> = row.get("last_used_address")?;
    Ok(Secret {
        id: SecretId::parse(&id).ok_or_else(corrupt)?,
        mac: mac(row, "mac")?,
        hint: Hint::from(&row.get::<String>("hint")?).map_err(|_| corrupt())?,
        created_at: time(row, "created_at")?,
        not_before: optional_time(row, "not_before")?,
        expires_at: optional_time(row, "expires_at")?,
        stops_at: optional_time(row, "stops_at")?,
        tokens_void_before: optional_time(row, "tokens_void_before")?,
        last_used_at: optional_time(row, "last_used_at")?,
        last_used_address: last_used_address.and_then(|address| address.parse().ok()),
    })
}
