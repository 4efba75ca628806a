//! A whole installation, out of one database and into another, table by table and row by row. A copy is committed only if
//! what has arrived is what was there.

use aws_lc_rs::digest::{SHA256, digest};

use super::db::schema::{self, Table};
use super::db::{Db, Location, Tx};
use super::{Store, StoreError};

/// Rows are inserted together up to so many bytes.
const TOGETHER: usize = 512 * 1024;

/// How many rows a table has, and a sum over their hashes, in which their order does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub rows: u64,
    /// The sum.
    pub sum: u128,
}

impl Tally {
    /// Adds a row.
    pub fn add(&mut self, row: &str) {
        let hash = digest(&SHA256, row.as_bytes());
        let half = hash.as_ref().first_chunk::<16>().copied().unwrap_or_default();
        self.rows = self.rows.saturating_add(1);
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(half));
    }
}

/// Why a copy was not made.
#[derive(Debug, thiserror::Error)]
pub enum NotCopied {
    /// The store cannot.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is there is of a newer version.
    #[error(
        "a newer version of passgate has been at work in the database: its schema is {0}, this one knows {1}; use that version"
    )]
    Newer(i64, i64),
    /// There is something where the copy is to go.
    #[error("the database {0} is not empty: it holds an installation, or what is left of one; name an empty one")]
    NotEmpty(String),
    /// Where the copy is to go has tables of another version.
    #[error("the database {0} has tables of another version than the backup; name one without tables")]
    OtherTables(String),
    /// What arrived is not what was there.
    #[error("table {0} has not arrived as it was; nothing was kept")]
    Differs(String),
}

/// A database, seen as it was at one moment.
pub struct Snapshot {
    tx: Tx,
    /// The version of its schema.
    pub schema: i64,
    /// Its tables.
    pub tables: Vec<Table>,
}

impl Store {
    /// Connects to a database for a copy of version `schema`.
    pub async fn open_at(location: &Location, schema: i64) -> Result<Self, StoreError> {
        Ok(Self { db: Db::open(location, 2, Some(schema)).await? })
    }

    /// Sees the database as it is now, whatever is written from now on.
    pub async fn snapshot(&self) -> Result<Snapshot, NotCopied> {
        let mut tx = self.db.begin_snapshot().await?;
        let (found, known) = (tx.schema().await?, schema::newest());
        if found > known {
            return Err(NotCopied::Newer(found, known));
        }
        Ok(Snapshot { tx, schema: found, tables: schema::tables(found).await? })
    }

    /// Begins to fill this database, called `place`, which must be empty and of version `schema`.
    pub async fn load(&self, place: &str, schema: i64) -> Result<Load, NotCopied> {
        let mut tx = self.db.begin_load().await?;
        if tx.schema().await? != schema {
            return Err(NotCopied::OtherTables(place.to_owned()));
        }
        let tables = schema::tables(schema).await?;
        for table in &tables {
            if !tx.is_new(table).await? {
                return Err(NotCopied::NotEmpty(place.to_owned()));
            }
        }
        for table in tables.iter().rev() {
            tx.clear(table).await?;
        }
        Ok(Load { tx, tables, waiting: String::new() })
    }
}

impl Snapshot {
    /// How many rows there are.
    pub async fn count(&mut self) -> Result<u64, StoreError> {
        let mut count = 0u64;
        for table in &self.tables {
            count = count.saturating_add(u64::try_from(self.tx.count(table).await?).unwrap_or_default());
        }
        Ok(count)
    }

    /// Hands every row of a table to `take`; says what they come to.
    pub async fn rows<E: From<StoreError>>(
        &mut self,
        table: &Table,
        take: impl AsyncFnMut(&str) -> Result<(), E>,
    ) -> Result<Tally, E> {
        tally(&mut self.tx, table, take).await
    }
}

async fn tally<E: From<StoreError>>(
    tx: &mut Tx,
    table: &Table,
    mut take: impl AsyncFnMut(&str) -> Result<(), E>,
) -> Result<Tally, E> {
    let mut tally = Tally::default();
    tx.rows(table, async |row: &str| {
        tally.add(row);
        take(row).await
    })
    .await?;
    Ok(tally)
}

/// A database that is being filled, in one transaction. Dropped before [`Load::commit`], it is as empty as before.
pub struct Load {
    tx: Tx,
    /// Its tables.
    pub tables: Vec<Table>,
    /// The beginning of a JSON array of rows.
    waiting: String,
}

impl Load {
    /// Adds a row.
    pub async fn add(&mut self, table: &Table, row: &str) -> Result<(), StoreError> {
        self.waiting.push(if self.waiting.is_empty() { '[' } else { ',' });
        self.waiting.push_str(row);
        if self.waiting.len() >= TOGETHER { self.insert(table).await } else { Ok(()) }
    }

    async fn insert(&mut self, table: &Table) -> Result<(), StoreError> {
        self.waiting.push(']');
        let inserted = self.tx.insert(table, &self.waiting).await;
        self.waiting.clear();
        inserted
    }

    /// Ends a table, which must have come to `expected`: reads it back. `progress` hears of each row.
    pub async fn end(&mut self, table: &Table, expected: Tally, mut progress: impl FnMut()) -> Result<(), NotCopied> {
        if !self.waiting.is_empty() {
            self.insert(table).await?;
        }
        let arrived = tally(&mut self.tx, table, async |_: &str| {
            progress();
            Ok::<(), StoreError>(())
        });
        if arrived.await? == expected { Ok(()) } else { Err(NotCopied::Differs(table.name.clone())) }
    }

    /// Makes all of it durable.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().await
    }
}
