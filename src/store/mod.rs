//! The only SQL, one file a table. Every write is one transaction that includes the row of its event.

pub mod chain;
pub mod copy;
pub mod credential;
pub mod db;
pub mod entity;
pub mod event;
pub mod invitation;
pub mod issued_token;
mod lease;
pub mod listing;
pub mod operator;
pub mod person;
pub mod quota;
pub mod read_only;
pub mod request;
pub mod request_count;
pub mod revocation;
pub mod rotation;
pub mod secret;
pub mod session;
pub mod signing_key;
pub mod usage;
mod used_assertion;
pub mod vault;
pub mod voided;

use crate::domain::time::Timestamp;
use db::{Db, Location, Row, Statement};

/// Most rows that one transaction purges: SQLite has one writer, and others wait for it.
const PURGED_AT_ONCE: i64 = 5_000;

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached or did not answer in time.
    #[error("the database cannot answer: {}", why(.0))]
    Unavailable(sqlx::Error),
    /// What this node knows is too old to go by.
    #[error("this node is behind the database and cannot catch up")]
    Behind,
    /// Somebody else changed the row first, or it is not there any more.
    #[error("the row has been changed by somebody else")]
    Conflict,
    /// Another row has this unique value.
    #[error("another row has this value already")]
    Duplicate,
    /// A token could not be written into the ledger.
    #[error("the token could not be written into the ledger, so it is not given out")]
    NotWritten,
    /// It may not be written.
    #[error("the database is read-only: {0}")]
    ReadOnly(read_only::ReadOnly),
    /// A row holds what no version of Passgate writes.
    #[error("the row {0} cannot be read")]
    Corrupt(String),
    /// The schema could not be brought up to date.
    #[error("the database schema cannot be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
}

fn why(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::PoolTimedOut => {
            "no connection within five seconds; look at host, port and firewall, and at database_connections".to_owned()
        }
        other => other.to_string(),
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(cause) if cause.is_unique_violation() => Self::Duplicate,
            Some(_) | None => Self::Unavailable(error),
        }
    }
}

/// The database, spoken to in words of the domain.
#[derive(Clone, Debug)]
pub struct Store {
    db: Db,
}

impl Store {
    /// Connects to `location` and brings its schema up to date.
    pub async fn open(location: &Location, connections: u32) -> Result<Self, StoreError> {
        Ok(Self { db: Db::open(location, connections, None).await? })
    }

    /// Chains the events that are written from now on.
    pub fn chain_with(&self, key: crate::domain::chain::ChainKey) {
        self.db.chain_with(key);
    }

    /// Deletes by `statement`, whose last value is how many rows at most, until there is none left; says how many there were.
    /// A few at a time, so that nobody who writes waits long.
    async fn purge(&self, statement: impl Fn() -> Statement) -> Result<u64, StoreError> {
        let mut purged = 0u64;
        loop {
            let mut tx = self.db.begin().await?;
            let some = tx.execute(statement().bind(PURGED_AT_ONCE)).await?;
            tx.commit().await?;
            purged = purged.saturating_add(some);
            if some < PURGED_AT_ONCE.cast_unsigned() {
                return Ok(purged);
            }
        }
    }

    /// Closes every connection.
    pub async fn close(&self) {
        self.db.close().await;
    }

    /// Connections open and connections idle.
    pub fn connections(&self) -> (u32, usize) {
        self.db.connections()
    }

    /// `sqlite` or `postgres`.
    pub const fn name(&self) -> &'static str {
        self.db.name()
    }
}

fn time(row: &Row, column: &str) -> Result<Timestamp, StoreError> {
    row.get::<i64>(column).map(Timestamp::from_millis)
}

fn optional_time(row: &Row, column: &str) -> Result<Option<Timestamp>, StoreError> {
    Ok(row.get::<Option<i64>>(column)?.map(Timestamp::from_millis))
}

fn json<T: serde::de::DeserializeOwned>(row: &Row, column: &str) -> Result<T, StoreError> {
    serde_json::from_str(&row.get::<String>(column)?).map_err(|_| StoreError::Corrupt(column.to_owned()))
}

/// The 32 bytes of a MAC that a row keeps in base64.
fn mac(row: &Row, column: &str) -> Result<crate::domain::secret::SecretMac, StoreError> {
    use base64::Engine as _;
    let text = row.get::<String>(column)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok();
    let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
    bytes.map(crate::domain::secret::SecretMac::from_bytes).ok_or_else(|| StoreError::Corrupt(column.to_owned()))
}

fn mac_text(mac: &crate::domain::secret::SecretMac) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(mac.as_bytes())
}
