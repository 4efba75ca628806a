//! An installation, moved from one database to another: the old one is closed for changes, all of it is copied in one
//! transaction and compared, and the old one stays closed. Servers go on issuing tokens from what they have in memory.

use std::path::Path;

use super::open::{OpenError, location, prepare_directory};
use crate::config::Config;
use crate::domain::time::Timestamp;
use crate::store::copy::{Load, NotCopied, Snapshot};
use crate::store::read_only::ReadOnly;
use crate::store::{Store, StoreError};

/// Why an installation was not moved.
#[derive(Debug, thiserror::Error)]
pub enum NotMoved {
    /// A database cannot be opened.
    #[error(transparent)]
    NotReady(#[from] OpenError),
    /// It cannot be copied.
    #[error(transparent)]
    NotCopied(#[from] NotCopied),
    /// There is nothing to be moved.
    #[error("there is no installation in the database {0}")]
    NothingThere(String),
    /// It has been moved.
    #[error(
        "the installation has been moved out of the database {0} already; to write there again all the same, add --reopen"
    )]
    MovedAlready(String),
    /// Both ends are one.
    #[error("both ends are the same database")]
    SameDatabase,
}

impl From<StoreError> for NotMoved {
    fn from(error: StoreError) -> Self {
        Self::NotCopied(error.into())
    }
}

/// A database and what messages call it.
struct End {
    store: Store,
    place: String,
}

/// A move that is about to be made.
pub struct Move {
    from: End,
    to: End,
    /// A move before this one was broken off when everything had arrived.
    has_arrived: bool,
    since: Timestamp,
}

/// A copy that is complete, but not for good.
pub struct Copied {
    load: Option<Load>,
    /// How many rows it has.
    pub rows: u64,
}

async fn open(config: &Config) -> Result<End, NotMoved> {
    let (location, place) = location(config);
    let store = Store::open(&location, config.database_connections).await;
    Ok(End { store: store.map_err(|cause| OpenError::Database { place: place.clone(), cause })?, place })
}

/// Opens the database that `config` describes, in which there must be an installation.
async fn open_existing(config: &Config) -> Result<End, NotMoved> {
    let file = config.data_dir.join("passgate.db");
    if config.database_url.is_none() && !file.exists() {
        return Err(NotMoved::NothingThere(file.display().to_string()));
    }
    let end = open(config).await?;
    if end.store.sealed_roots().await?.is_none() {
        return Err(NotMoved::NothingThere(end.place));
    }
    Ok(end)
}

/// Lets the database that `config` describes be written again; says whether it might not be.
pub async fn reopen(config: &Config) -> Result<bool, NotMoved> {
    let end = open_existing(config).await?;
    let was_closed = end.store.reopen().await?;
    end.store.close().await;
    Ok(was_closed)
}

fn is_same(from: &Config, to: &Config) -> bool {
    let file = |directory: &Path| directory.join("passgate.db").canonicalize().ok();
    match (&from.database_url, &to.database_url) {
        (Some(from), Some(to)) => from == to,
        (None, None) => file(&from.data_dir).is_some_and(|from| Some(from) == file(&to.data_dir)),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

impl Move {
    /// Opens both databases. Nothing changes in the first; in the second there may be tables, but no installation.
    pub async fn prepare(from: &Config, to: &Config, since: Timestamp) -> Result<Self, NotMoved> {
        if is_same(from, to) {
            return Err(NotMoved::SameDatabase);
        }
        let from = open_existing(from).await?;
        let state = from.store.read_only().await?;
        if state == Some(ReadOnly::Moved) {
            return Err(NotMoved::MovedAlready(from.place));
        }
        if to.database_url.is_none() {
            prepare_directory(&to.data_dir)?;
        }
        let to = open(to).await?;
        // The mark is never copied: where there is one, it is that of the first database, by another name.
        if to.store.read_only().await?.is_some() {
            return Err(NotMoved::SameDatabase);
        }
        let schema = from.store.snapshot().await?.schema;
        let has_arrived = match to.store.load(&to.place, schema).await {
            Ok(_) => false,
            Err(NotCopied::NotEmpty(_)) if state == Some(ReadOnly::Moving) && are_alike(&from, &to).await? => true,
            Err(error) => return Err(error.into()),
        };
        Ok(Self { from, to, has_arrived, since })
    }

    /// Closes the first database for changes and copies it into the second. `progress` hears how many rows of how many are
    /// written or compared. What is not kept afterwards is to be called off.
    pub async fn copy(&self, mut progress: impl FnMut(u64, u64)) -> Result<Copied, NotMoved> {
        self.from.store.begin_move(self.since).await?;
        let mut snapshot = self.from.store.snapshot().await?;
        let rows = snapshot.count().await?;
        if self.has_arrived {
            return Ok(Copied { load: None, rows });
        }
        let mut load = self.to.store.load(&self.to.place, snapshot.schema).await?;
        let (mut done, all) = (0u64, rows.saturating_mul(2));
        let mut step = || {
            done = done.saturating_add(1);
            progress(done, all);
        };
        for table in snapshot.tables.clone() {
            let tally = snapshot.rows(&table, async |row: &str| {
                step();
                load.add(&table, row).await
            });
            let tally = tally.await?;
            load.end(&table, tally, &mut step).await?;
        }
        Ok(Copied { load: Some(load), rows })
    }

    /// Keeps the copy, and leaves a mark in the first database, by which servers that still use it know.
    pub async fn keep(self, copied: Copied) -> Result<(), NotMoved> {
        if let Some(load) = copied.load {
            load.commit().await?;
        }
        self.from.store.end_move(self.since).await?;
        self.from.store.close().await;
        self.to.store.close().await;
        Ok(())
    }

    /// Lets the first database be written again. What was stopped in the middle may still wait for somebody there, so nothing
    /// waits for it.
    pub async fn call_off(self) -> Result<(), NotMoved> {
        self.from.store.call_off_move(self.since).await?;
        Ok(())
    }
}

async fn are_alike(from: &End, to: &End) -> Result<bool, NotMoved> {
    let (mut from, mut to) = (from.store.snapshot().await?, to.store.snapshot().await?);
    for table in from.tables.clone() {
        if tally(&mut from, &table).await? != tally(&mut to, &table).await? {
            return Ok(false);
        }
    }
    Ok(from.schema == to.schema)
}

async fn tally(
    snapshot: &mut Snapshot,
    table: &crate::store::db::schema::Table,
) -> Result<crate::store::copy::Tally, StoreError> {
    snapshot.rows(table, async |_: &str| Ok::<(), StoreError>(())).await
}
