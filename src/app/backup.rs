//! A backup: the whole installation as it is at one moment, in one encrypted file. Here is how it is written and what is in
//! it; [`super::restore`] reads it.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::App;
use super::clock::random;
use super::open::master_key;
use crate::domain::time::Timestamp;
use crate::store::copy::{NotCopied, Snapshot, Tally};
use crate::store::{Store, StoreError};
use crate::vault::{MasterKey, MasterKeyError};

/// What the first line of a backup says. Lines that are objects stand around those that are rows.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Head {
    /// The version of the schema.
    pub(super) schema: i64,
    /// The version of passgate.
    pub(super) version: String,
    /// When, in milliseconds.
    pub(super) made_at: i64,
    /// Out of which database.
    pub(super) database: String,
    /// How many tables follow.
    pub(super) tables: usize,
}

/// What comes before the rows of a table.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Begin {
    /// Its name.
    pub(super) table: String,
    /// Its columns, in the order of the values in a row.
    pub(super) columns: Vec<String>,
}

/// What comes behind the rows of a table.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct End {
    /// How many they are.
    pub(super) rows: u64,
    /// What they come to, in hexadecimal.
    pub(super) sum: String,
}

impl From<Tally> for End {
    fn from(tally: Tally) -> Self {
        Self { rows: tally.rows, sum: format!("{:032x}", tally.sum) }
    }
}

/// What a backup holds.
#[derive(Debug, Serialize)]
pub struct Contents {
    /// Out of which database: `sqlite` or `postgres`.
    pub database: String,
    /// The version of passgate that made it.
    pub version: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// The version of the schema.
    pub schema: i64,
    /// How many rows there are, in all tables.
    pub rows: u64,
    /// How long the file is.
    pub bytes: u64,
}

/// Why there is no backup.
#[derive(Debug, thiserror::Error)]
pub enum NoBackup {
    /// There is a file of that name.
    #[error("there is {0} already; choose another name, or add --overwrite")]
    Exists(PathBuf),
    /// It cannot be written.
    #[error("cannot write {path}: {cause}")]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The database cannot be read.
    #[error(transparent)]
    NotCopied(#[from] NotCopied),
    /// There is no master key any more.
    #[error("the master key is missing")]
    NoMasterKey,
    /// Nor can it be read.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// There are no random bytes.
    #[error(transparent)]
    NoRandomness(#[from] super::clock::NoRandomness),
}

impl From<StoreError> for NoBackup {
    fn from(error: StoreError) -> Self {
        Self::NotCopied(error.into())
    }
}

impl App {
    /// Writes a backup to `path`: see [`write`].
    pub async fn back_up(
        &self,
        path: &Path,
        overwrite: bool,
        progress: impl FnMut(u64, u64),
    ) -> Result<Contents, NoBackup> {
        let master = master_key(&self.config)?.ok_or(NoBackup::NoMasterKey)?;
        write(&self.store, &master, self.now(), path, overwrite, progress).await
    }
}

/// Writes a backup to `path`, for its owner only, encrypted under a key that comes from `master`. It takes that name only
/// when it is complete and on disk. `progress` hears how many rows are written, and of how many.
pub async fn write(
    store: &Store,
    master: &MasterKey,
    now: Timestamp,
    path: &Path,
    overwrite: bool,
    progress: impl FnMut(u64, u64),
) -> Result<Contents, NoBackup> {
    let unwritable = |cause| NoBackup::Unwritable { path: path.to_owned(), cause };
    if !overwrite && path.try_exists().map_err(unwritable)? {
        return Err(NoBackup::Exists(path.to_owned()));
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut snapshot = store.snapshot().await?;
    // For its owner only, and gone again if this is not completed.
    let file = tempfile::Builder::new().prefix(".passgate-backup-").tempfile_in(directory).map_err(unwritable)?;
    let mut out = master.seal_stream(&random()?, std::io::BufWriter::new(file)).map_err(unwritable)?;
    let head = Head {
        schema: snapshot.schema,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        made_at: now.millis(),
        database: store.name().to_owned(),
        tables: snapshot.tables.len(),
    };
    line(&mut out, &head).map_err(unwritable)?;
    let rows = write_tables(&mut snapshot, &mut out, unwritable, progress).await?;
    let finish = || {
        let file = out.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        let bytes = file.as_file().metadata()?.len();
        let named = if overwrite { file.persist(path) } else { file.persist_noclobber(path) };
        named.map_err(|error| error.error)?;
        std::fs::File::open(directory)?.sync_all()?;
        Ok::<u64, std::io::Error>(bytes)
    };
    match finish() {
        Ok(bytes) => Ok(Contents::of(head, rows, bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(NoBackup::Exists(path.to_owned())),
        Err(error) => Err(unwritable(error)),
    }
}

impl Contents {
    pub(super) fn of(head: Head, rows: u64, bytes: u64) -> Self {
        let Head { schema, version, made_at, database, .. } = head;
        Self { database, version, made_at: Timestamp::from_millis(made_at), schema, rows, bytes }
    }
}

async fn write_tables(
    snapshot: &mut Snapshot,
    out: &mut impl Write,
    unwritable: impl Fn(std::io::Error) -> NoBackup + Copy,
    mut progress: impl FnMut(u64, u64),
) -> Result<u64, NoBackup> {
    let (all, mut written) = (snapshot.count().await?, 0u64);
    for table in snapshot.tables.clone() {
        let columns = table.columns.iter().map(|column| column.name.clone()).collect();
        line(out, &Begin { table: table.name.clone(), columns }).map_err(unwritable)?;
        let tally = snapshot.rows(&table, async |row: &str| {
            written = written.saturating_add(1);
            progress(written, all);
            out.write_all(row.as_bytes()).and_then(|()| out.write_all(b"\n")).map_err(unwritable)
        });
        let tally = tally.await?;
        line(out, &End::from(tally)).map_err(unwritable)?;
    }
    Ok(written)
}

fn line(out: &mut impl Write, value: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
