//! A backup, put into an empty database of either kind: read through and verified before anything is written, then written
//! in one transaction, then brought up to date.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use super::backup::{Begin, Contents, End, Head};
use super::open::{OpenError, location, master_key, prepare_directory};
use crate::config::Config;
use crate::store::copy::{Load, NotCopied, Tally};
use crate::store::db::Location;
use crate::store::db::schema::{self, Table};
use crate::store::{Store, StoreError};
use crate::vault::stream::{Damaged, NotOpened, Opening};
use crate::vault::{MasterKey, MasterKeyError};

/// So many rows are read before an interruption is looked for.
const BREATH: u64 = 1000;

/// Why nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum NotRestored {
    /// There is no master key.
    #[error("the master key {0} is missing: put the one there that the installation had when the backup was made")]
    NoMasterKey(String),
    /// It cannot be read.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// The file cannot be opened.
    #[error("{path} {why}")]
    NotOpened {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: NotOpened,
    },
    /// The file is not as it was written.
    #[error("{path} {why}")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Where.
        why: Damaged,
    },
    /// The system does not read on.
    #[error("cannot read {path}: {cause}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// What the file says makes no sense here.
    #[error("{0} holds what no version of passgate writes")]
    Nonsense(PathBuf),
    /// It is of a version to come.
    #[error(
        "{path} was made by passgate {version}, whose schema ({schema}) this version does not know; restore it with that one"
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// By which version.
        version: String,
        /// Of which schema.
        schema: i64,
    },
    /// The database cannot be filled.
    #[error(transparent)]
    NotCopied(#[from] NotCopied),
    /// The database cannot be opened.
    #[error(transparent)]
    NotReady(#[from] OpenError),
}

impl From<StoreError> for NotRestored {
    fn from(error: StoreError) -> Self {
        Self::NotCopied(error.into())
    }
}

/// A database that holds a backup, but not for good.
pub struct Restored {
    load: Load,
    store: Store,
    location: Location,
    place: String,
    contents: Contents,
}

/// Reads the backup in `path` into the database that `config` describes, without keeping it yet. `progress` hears how much
/// of how much is done, in bytes of the file read.
pub async fn restore(
    config: &Config,
    path: &Path,
    mut progress: impl FnMut(u64, u64),
) -> Result<Restored, NotRestored> {
    let place = config.master_key_path().display().to_string();
    let master = master_key(config)?.ok_or(NotRestored::NoMasterKey(place))?;
    let bytes = std::fs::metadata(path).map_err(|cause| unreadable(path, cause))?.len();
    let twice = bytes.saturating_mul(2);
    let rows = read_through(&master, path, |at| progress(at, twice)).await?;
    let mut backup = Backup::open(&master, path)?;
    let schema = backup.head.schema;
    let (location, place) = location(config);
    if config.database_url.is_none() {
        prepare_directory(&config.data_dir)?;
    }
    let database = |cause| OpenError::Database { place: place.clone(), cause };
    let store = Store::open_at(&location, schema).await.map_err(database)?;
    let mut load = store.load(&place, schema).await?;
    for table in load.tables.clone() {
        fill(&mut backup, &mut load, &table, |at| progress(bytes.saturating_add(at), twice)).await?;
    }
    backup.ends()?;
    Ok(Restored { load, store, location, place, contents: Contents::of(backup.head, rows, bytes) })
}

impl Restored {
    /// Keeps it, and brings it up to date: what an older version made is what every start of this one makes of it.
    pub async fn keep(self) -> Result<Contents, NotRestored> {
        let Self { load, store, location, place, contents } = self;
        load.commit().await?;
        store.close().await;
        let opened = Store::open(&location, 1).await.map_err(|cause| OpenError::Database { place, cause })?;
        opened.close().await;
        Ok(contents)
    }
}

/// Verifies the whole file; says how many rows it has.
async fn read_through(master: &MasterKey, path: &Path, mut progress: impl FnMut(u64)) -> Result<u64, NotRestored> {
    let mut backup = Backup::open(master, path)?;
    let mut rows = 0u64;
    for _ in 0..backup.head.tables {
        backup.begins()?;
        let mut tally = Tally::default();
        while let Some(row) = backup.row()? {
            tally.add(row);
            if tally.rows.is_multiple_of(BREATH) {
                progress(backup.position());
                tokio::task::yield_now().await;
            }
        }
        backup.comes_to(tally)?;
        rows = rows.saturating_add(tally.rows);
    }
    backup.ends()?;
    Ok(rows)
}

async fn fill(
    backup: &mut Backup,
    load: &mut Load,
    table: &Table,
    mut progress: impl FnMut(u64),
) -> Result<(), NotRestored> {
    let begin = backup.begins()?;
    let columns = table.columns.iter().map(|column| &column.name);
    if begin.table != table.name || !begin.columns.iter().eq(columns) {
        return Err(NotRestored::Nonsense(backup.path.clone()));
    }
    let mut tally = Tally::default();
    while let Some(row) = backup.row()? {
        tally.add(row);
        load.add(table, row).await?;
        progress(backup.position());
    }
    backup.comes_to(tally)?;
    Ok(load.end(table, tally, || ()).await?)
}

fn unreadable(path: &Path, cause: std::io::Error) -> NotRestored {
    NotRestored::Unreadable { path: path.to_owned(), cause }
}

/// A backup, being read.
struct Backup {
    path: PathBuf,
    lines: BufReader<Opening<File>>,
    line: String,
    head: Head,
}

impl Backup {
    fn open(master: &MasterKey, path: &Path) -> Result<Self, NotRestored> {
        let file = File::open(path).map_err(|cause| unreadable(path, cause))?;
        let opening = master.open_stream(file);
        let opening = opening.map_err(|why| NotRestored::NotOpened { path: path.to_owned(), why })?;
        let head = Head { schema: 0, version: String::new(), made_at: 0, database: String::new(), tables: 0 };
        let mut backup = Self { path: path.to_owned(), lines: BufReader::new(opening), line: String::new(), head };
        backup.next()?;
        backup.head = backup.parsed()?;
        if !schema::is_known(backup.head.schema) {
            let Head { schema, version, .. } = backup.head;
            return Err(NotRestored::Newer { path: backup.path, version, schema });
        }
        Ok(backup)
    }

    fn position(&self) -> u64 {
        self.lines.get_ref().position()
    }

    fn next(&mut self) -> Result<(), NotRestored> {
        self.line.clear();
        match self.lines.read_line(&mut self.line) {
            Ok(_) => Ok(()),
            Err(cause) => Err(match cause.downcast::<Damaged>() {
                Ok(why) => NotRestored::Damaged { path: self.path.clone(), why },
                Err(cause) => unreadable(&self.path, cause),
            }),
        }
    }

    fn nonsense(&self) -> NotRestored {
        NotRestored::Nonsense(self.path.clone())
    }

    fn parsed<T: serde::de::DeserializeOwned>(&self) -> Result<T, NotRestored> {
        serde_json::from_str(&self.line).map_err(|_| self.nonsense())
    }

    /// What comes before the rows of the next table.
    fn begins(&mut self) -> Result<Begin, NotRestored> {
        self.next()?;
        self.parsed()
    }

    /// The next row; `None` behind the last of its table.
    fn row(&mut self) -> Result<Option<&str>, NotRestored> {
        self.next()?;
        let line = self.line.trim_end_matches('\n');
        Ok(if line.starts_with('[') { Some(line) } else { None })
    }

    /// Whether the table whose rows were read came to `tally`.
    fn comes_to(&self, tally: Tally) -> Result<(), NotRestored> {
        let End { rows, sum } = self.parsed()?;
        let end = End::from(tally);
        if (rows, sum) == (end.rows, end.sum) { Ok(()) } else { Err(self.nonsense()) }
    }

    /// Whether this is the end.
    fn ends(&mut self) -> Result<(), NotRestored> {
        self.next()?;
        if self.line.is_empty() { Ok(()) } else { Err(self.nonsense()) }
    }
}
