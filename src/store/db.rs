//! Knows that there are two databases, and is the only file that does: one statement type, one row type, one
//! transaction type. SQLite has one writer (WAL, `synchronous=FULL`) and a few readers; PostgreSQL has one pool.

mod copy;
pub mod schema;

use std::fs::TryLockError;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{ConnectOptions as _, Connection as _, Postgres, Row as _, Sqlite};

use super::StoreError;
use crate::domain::chain::ChainKey;

/// How long a request waits for a connection or for SQLite's writer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same for each statement on PostgreSQL, in milliseconds.
const PATIENCE_MILLIS: &str = "5000";
/// After so long it is not PostgreSQL that takes its time: it has stopped, or the network does not carry anything.
const SILENCE: Duration = Duration::from_secs(6);
/// How much SQLite's writer keeps of the file, in KiB, below zero as SQLite wants it. What it writes are new rows and single old
/// ones: its default, twice this, fills in a minute and serves nobody.
const WRITER_PAGES: &str = "-1000";

/// Where the data is.
#[derive(Clone, Debug)]
pub enum Location {
    /// An embedded database in this file.
    Sqlite(PathBuf),
    /// A `postgres://…` URL. It may hold a password.
    Postgres(String),
}

/// A database, connected.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
    chain: Arc<OnceLock<ChainKey>>,
}

/// Its connections.
#[derive(Clone, Debug)]
enum Pools {
    /// One writer, several readers.
    Sqlite {
        /// A pool of one.
        write: SqlitePool,
        /// Read-only connections.
        read: SqlitePool,
    },
    /// Connections for everything.
    Postgres(PgPool),
}

/// One literal SQL text and the values for its `$1`, `$2` … in order.
pub struct Statement {
    sql: &'static str,
    /// The same with `?`, if each value stands once and in order.
    in_order: Option<&'static str>,
    values: Vec<Value>,
}

/// A value for a statement.
pub enum Value {
    /// For a TEXT column.
    Text(Option<String>),
    /// For a BIGINT column.
    Int(Option<i64>),
}

/// A statement without values yet.
pub fn sql(text: &'static str) -> Statement {
    Statement { sql: text, in_order: None, values: Vec::new() }
}

/// The same for hundreds of values, each of which stands once and in order: SQLite looks for the number of each `$1` in a list
/// of all, and needs none for `?`, as which they stand in `in_order`.
pub fn sql_in_order(text: &'static str, in_order: &'static str) -> Statement {
    Statement { sql: text, in_order: Some(in_order), values: Vec::new() }
}

impl Statement {
    /// Adds the next value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Adds the next values.
    #[must_use]
    pub fn bind_all(mut self, values: impl IntoIterator<Item = Value>) -> Self {
        self.values.extend(values);
        self
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Int(number)
    }
}

/// A row of either database.
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Row {
    /// The value of a column.
    pub fn get<T>(&self, column: &str) -> Result<T, StoreError>
    where
        T: for<'r> sqlx::Decode<'r, Sqlite>
            + sqlx::Type<Sqlite>
            + for<'r> sqlx::Decode<'r, Postgres>
            + sqlx::Type<Postgres>,
    {
        match self {
            Self::Sqlite(row) => row.try_get(column).map_err(StoreError::from),
            Self::Postgres(row) => row.try_get(column).map_err(StoreError::from),
        }
    }
}

/// A transaction that may write. Dropped without [`Tx::commit`], it leaves nothing behind.
pub struct Tx {
    inner: Inner,
    chain: Arc<OnceLock<ChainKey>>,
}

enum Inner {
    /// Holds SQLite's writer.
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    /// READ COMMITTED.
    Postgres(sqlx::Transaction<'static, Postgres>),
}

macro_rules! bound {
    ($statement:expr) => {
        $statement.values.into_iter().fold(sqlx::query($statement.sql), |query, value| match value {
            Value::Text(text) => query.bind(text),
            Value::Int(number) => query.bind(number),
        })
    };
}

impl Db {
    fn of(pools: Pools) -> Self {
        Self { pools, chain: Arc::default() }
    }

    /// Chains the events of every transaction from now on with `key`; the first one stays.
    pub fn chain_with(&self, key: ChainKey) {
        let _ = self.chain.set(key);
    }

    /// The key of the audit chain, once it is known.
    pub fn chain_key(&self) -> Option<&ChainKey> {
        self.chain.get()
    }

    /// Connects, making the SQLite file if there is none, and brings the schema up to date, or up to version `schema` only.
    pub async fn open(location: &Location, connections: u32, schema: Option<i64>) -> Result<Self, StoreError> {
        let schema = schema.unwrap_or(i64::MAX);
        match location {
            Location::Sqlite(path) => {
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(PATIENCE)
                    .disable_statement_logging();
                let lock = lock_file(path).await?;
                private_file(path)?;
                let write = SqlitePoolOptions::new()
                    .max_connections(1)
                    .acquire_timeout(PATIENCE)
                    .test_before_acquire(false)
                    // Where the disk is full SQLite rolls back by itself, and sqlx takes the transaction for open ever after.
                    .before_acquire(|writer, _| Box::pin(async move { Ok(!writer.is_in_transaction()) }))
                    .connect_with(options.clone().pragma("cache_size", WRITER_PAGES))
                    .await?;
                migrator().run_to(schema, &write).await?;
                drop(lock);
                let read = SqlitePoolOptions::new()
                    .max_connections(connections)
                    .acquire_timeout(PATIENCE)
                    .test_before_acquire(false)
                    .connect_lazy_with(options.read_only(true).create_if_missing(false));
                Ok(Self::of(Pools::Sqlite { write, read }))
            }
            Location::Postgres(url) => {
                let options = PgConnectOptions::from_str(url)?
                    .application_name("passgate")
                    .options([("statement_timeout", PATIENCE_MILLIS), ("lock_timeout", PATIENCE_MILLIS)])
                    .disable_statement_logging();
                let pool = PgPoolOptions::new()
                    .max_connections(connections)
                    .acquire_timeout(PATIENCE)
                    // A connection on which nothing comes back is closed, and not waited for as long as TCP would.
                    .after_release(|connection, _| Box::pin(async { heard(connection.ping()).await.map(|()| true) }))
                    .connect_with(options)
                    .await?;
                migrator().run_to(schema, &pool).await?;
                Ok(Self::of(Pools::Postgres(pool)))
            }
        }
    }

    /// Every row of a query that only reads.
    pub async fn fetch_all(&self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        Ok(match &self.pools {
            Pools::Sqlite { read, .. } => {
                bound!(statement).fetch_all(read).await?.into_iter().map(Row::Sqlite).collect()
            }
            Pools::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                let rows = heard(bound!(statement).fetch_all(&mut *connection)).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row of a query that only reads.
    pub async fn fetch_optional(&self, statement: Statement) -> Result<Option<Row>, StoreError> {
        Ok(match &self.pools {
            Pools::Sqlite { read, .. } => bound!(statement).fetch_optional(read).await?.map(Row::Sqlite),
            Pools::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                heard(bound!(statement).fetch_optional(&mut *connection)).await?.map(Row::Postgres)
            }
        })
    }

    /// A connection for statements that are transactions of their own.
    pub(super) async fn writer(&self) -> Result<Writer, StoreError> {
        Ok(match &self.pools {
            Pools::Sqlite { write, .. } => Writer::Sqlite(write.acquire().await?),
            Pools::Postgres(pool) => Writer::Postgres(pool.acquire().await?),
        })
    }

    /// Begins a transaction that may write. [`StoreError::ReadOnly`] while the database may not be written; who moves it
    /// waits for every transaction that has looked.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let mut tx = self.begin_even_if_read_only().await?;
        match tx.fetch_optional(super::read_only::query()).await? {
            Some(row) => Err(StoreError::ReadOnly(super::read_only::state_of(&row)?)),
            None => Ok(tx),
        }
    }

    /// The same for who moves the database.
    pub(super) async fn begin_even_if_read_only(&self) -> Result<Tx, StoreError> {
        let inner = match &self.pools {
            Pools::Sqlite { write, .. } => Inner::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => Inner::Postgres(heard(pool.begin()).await?),
        };
        Ok(Tx { inner, chain: self.chain.clone() })
    }

    /// Closes every connection, so that SQLite folds its log into the file.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// Connections open and connections idle.
    pub fn connections(&self) -> (u32, usize) {
        match &self.pools {
            Pools::Sqlite { write, read } => {
                (write.size().saturating_add(read.size()), write.num_idle().saturating_add(read.num_idle()))
            }
            Pools::Postgres(pool) => (pool.size(), pool.num_idle()),
        }
    }

    /// Which of the two it is.
    pub const fn name(&self) -> &'static str {
        match &self.pools {
            Pools::Sqlite { .. } => "sqlite",
            Pools::Postgres(_) => "postgres",
        }
    }
}

/// A connection, kept for many statements: taking one and giving it back are a trip to the database each. With SQLite it is
/// the only one that writes, so nobody keeps it long.
pub(super) enum Writer {
    /// The writer.
    Sqlite(PoolConnection<Sqlite>),
    /// One of many.
    Postgres(PoolConnection<Postgres>),
}

impl Writer {
    /// Runs a statement that is a transaction of its own, and looks by itself whether the database may be written; says how
    /// many rows it touched.
    pub(super) async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite(connection) => {
                let statement = Statement { sql: statement.in_order.unwrap_or(statement.sql), ..statement };
                bound!(statement).execute(&mut **connection).await?.rows_affected()
            }
            Self::Postgres(connection) => heard(bound!(statement).execute(&mut **connection)).await?.rows_affected(),
        })
    }
}

impl Tx {
    /// The key of the audit chain, once it is known.
    pub fn chain_key(&self) -> Option<ChainKey> {
        self.chain.get().cloned()
    }

    /// Runs a statement; says how many rows it touched.
    pub async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => bound!(statement).execute(&mut **tx).await?.rows_affected(),
            Inner::Postgres(tx) => heard(bound!(statement).execute(&mut **tx)).await?.rows_affected(),
        })
    }

    /// The first row that a statement gives.
    pub async fn fetch_optional(&mut self, statement: Statement) -> Result<Option<Row>, StoreError> {
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => bound!(statement).fetch_optional(&mut **tx).await?.map(Row::Sqlite),
            Inner::Postgres(tx) => heard(bound!(statement).fetch_optional(&mut **tx)).await?.map(Row::Postgres),
        })
    }

    /// Every row that a statement gives.
    pub async fn fetch_all(&mut self, statement: Statement) -> Result<Vec<Row>, StoreError> {
        Ok(match &mut self.inner {
            Inner::Sqlite(tx) => bound!(statement).fetch_all(&mut **tx).await?.into_iter().map(Row::Sqlite).collect(),
            Inner::Postgres(tx) => {
                heard(bound!(statement).fetch_all(&mut **tx)).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// Makes everything durable.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.inner {
            Inner::Sqlite(tx) => tx.commit().await?,
            Inner::Postgres(tx) => heard(tx.commit()).await?,
        }
        Ok(())
    }
}

/// What PostgreSQL answers, unless it is silent: then it may have done what it was asked, or may do it yet.
fn heard<'a, T>(
    asked: impl Future<Output = Result<T, sqlx::Error>> + Send + 'a,
) -> impl Future<Output = Result<T, sqlx::Error>> + Send {
    let silent = || sqlx::Error::Io(std::io::Error::from(std::io::ErrorKind::TimedOut));
    // Boxed, so that a request that needs no database carries no room for asking one.
    let asked = Box::pin(asked);
    async move { tokio::time::timeout(SILENCE, asked).await.unwrap_or_else(|_| Err(silent())) }
}

/// An older binary runs on a newer schema: migrations only grow.
fn migrator() -> sqlx::migrate::Migrator {
    let mut migrator = sqlx::migrate!("./migrations");
    migrator.set_ignore_missing(true);
    migrator
}

/// Held while SQLite is migrated: PostgreSQL takes an advisory lock for that, SQLite has none.
async fn lock_file(database: &std::path::Path) -> Result<std::fs::File, StoreError> {
    let unavailable = |cause| StoreError::Unavailable(sqlx::Error::Io(cause));
    let file = private_file(&database.with_extension("lock"))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::Error(cause)) => return Err(unavailable(cause)),
        Err(TryLockError::WouldBlock) => {}
    }
    tracing::info!("waiting for another process, which has the database to itself");
    // On a thread of its own, so that whoever started this can stop waiting.
    let locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await;
    locked.map_err(std::io::Error::other).flatten().map_err(unavailable)
}

/// Makes a file for its owner only, if there is none. SQLite would make the database for everybody; its log takes the same
/// mode.
fn private_file(path: &std::path::Path) -> Result<std::fs::File, StoreError> {
    let mut options = std::fs::File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path).map_err(|cause| StoreError::Unavailable(sqlx::Error::Io(cause)))
}
