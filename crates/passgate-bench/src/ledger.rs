//! The ceiling's ledger: one row a token, as few as can be, many in one commit. And what a commit costs the disk.

use std::fs::File;
use std::io::Write as _;
use std::net::IpAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::Failure;

/// Most rows of a commit.
const MOST: usize = 256;

/// What is written of a token: as much as Passgate writes.
pub struct Row {
    /// Its id.
    pub jti: String,
    /// Whose it is.
    pub client_id: String,
    /// The client's entity.
    pub entity: String,
    /// When it was issued, and when it ends.
    pub times: [u64; 2],
    /// From where it was asked for.
    pub address: IpAddr,
    /// What it is for.
    pub scope: &'static str,
}

struct Entry {
    row: Row,
    written: oneshot::Sender<()>,
}

/// Writes rows.
pub struct Ledger(mpsc::Sender<Entry>);

impl Ledger {
    /// Into this file.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let database = Connection::open(path)?;
        database.pragma_update(None, "journal_mode", "wal")?;
        database.pragma_update(None, "synchronous", "full")?;
        database.execute_batch("CREATE TABLE ledger (jti TEXT, client_id TEXT, entity TEXT, issued_at INTEGER, expires_at INTEGER, address TEXT, scope TEXT)")?;
        let (rows, waiting) = mpsc::channel(4096);
        std::thread::spawn(move || write(&database, waiting));
        Ok(Self(rows))
    }

    /// One row. It is durable when this returns.
    pub async fn write(&self, row: Row) -> Result<(), Failure> {
        let (written, is_written) = oneshot::channel();
        self.0.send(Entry { row, written }).await.map_err(|_| "the ledger has ended")?;
        Ok(is_written.await?)
    }
}

fn write(database: &Connection, mut rows: mpsc::Receiver<Entry>) -> Result<(), rusqlite::Error> {
    let mut insert = database.prepare("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?)")?;
    let mut some = Vec::with_capacity(MOST);
    while rows.blocking_recv_many(&mut some, MOST) > 0 {
        database.execute_batch("BEGIN IMMEDIATE")?;
        for Entry { row, .. } in &some {
            let [at, end] = row.times.map(u64::cast_signed);
            insert.execute((&row.jti, &row.client_id, &row.entity, at, end, row.address.to_string(), row.scope))?;
        }
        database.execute_batch("COMMIT")?;
        for entry in some.drain(..) {
            let _ = entry.written.send(());
        }
    }
    Ok(())
}

/// How long `fdatasync` takes for four kilobytes at the end of a file in `directory`: half of the tries take less.
pub fn fdatasync(directory: &Path) -> Result<Duration, Failure> {
    let mut file = File::create(directory.join("fdatasync"))?;
    let mut tries = Vec::new();
    for _ in 0..300 {
        file.write_all(&[7; 4096])?;
        let begun = Instant::now();
        file.sync_data()?;
        tries.push(begun.elapsed());
    }
    tries.sort_unstable();
    Ok(tries.get(tries.len().div_euclid(2)).copied().unwrap_or_default())
}
