//! The durable ledger, by choice (`ledger = "durable"`): each token is written down before its answer goes out. One task
//! writes whatever waits in one commit, and while it does the next ones gather; a token that finds nobody before it is
//! written at once.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{mpsc, oneshot};

use super::{App, Error};
use crate::store::issued_token::{IssuedToken, MOST_AT_ONCE, TokenWriter};
use crate::store::{Store, StoreError};

/// Most tokens that wait to be written; more wait to wait.
const MOST_WAITING: usize = 16 * MOST_AT_ONCE;
/// After so many commits others may write: SQLite has one connection for that.
const MOST_COMMITS: u32 = 16;
const DAY: u64 = 86_400;

/// A token, and who waits for it to be durable.
struct Entry {
    token: IssuedToken,
    is_written: oneshot::Sender<bool>,
}

/// Writes tokens down.
pub struct Ledger(mpsc::Sender<Entry>);

impl Ledger {
    /// Begins to write into `store`, until it is dropped.
    pub fn start(store: Store) -> Self {
        let (entries, waiting) = mpsc::channel(MOST_WAITING);
        tokio::spawn(write(store, waiting));
        Self(entries)
    }

    /// Whether `token` is durable. If not, it may be yet: its answer is withheld.
    async fn has_written(&self, token: IssuedToken) -> bool {
        let (is_written, written) = oneshot::channel();
        self.0.send(Entry { token, is_written }).await.is_ok() && written.await.unwrap_or(false)
    }
}

async fn write(store: Store, mut entries: mpsc::Receiver<Entry>) {
    let mut some = Vec::with_capacity(MOST_AT_ONCE);
    let mut kept = None;
    let mut failing = false;
    while entries.recv_many(&mut some, MOST_AT_ONCE).await > 0 {
        // Whoever is about to ask for the same comes along; if there is nobody, this takes no time.
        tokio::task::yield_now().await;
        while some.len() < MOST_AT_ONCE
            && let Ok(entry) = entries.try_recv()
        {
            some.push(entry);
        }
        // A token whose answer was given up meanwhile, as after an outage, is nobody's.
        some.retain(|entry| !entry.is_written.is_closed());
        if some.is_empty() {
            // Who waits for the next one keeps no connection: SQLite has one that writes.
            kept = None;
            continue;
        }
        let (tokens, waiting): (Vec<_>, Vec<_>) = some.drain(..).map(|entry| (entry.token, entry.is_written)).unzip();
        let written = AssertUnwindSafe(add(&store, &mut kept, &tokens)).catch_unwind().await;
        let is_written = matches!(written, Ok(Ok(())));
        match written {
            Ok(Err(error)) if !failing => tracing::error!(%error, "the ledger cannot be written: no token is issued"),
            Err(_) => tracing::error!("writing the ledger panicked, a defect"),
            Ok(Ok(())) if failing => tracing::info!("the ledger is written again"),
            Ok(_) => {}
        }
        failing = !is_written;
        for waiting in waiting {
            let _ = waiting.send(is_written);
        }
        if failing || entries.is_empty() || kept.as_ref().is_some_and(|(_, commits)| *commits >= MOST_COMMITS) {
            kept = None;
        }
    }
}

/// Writes `tokens` over the connection that is kept, or another one, and counts its commits.
async fn add(store: &Store, kept: &mut Option<(TokenWriter, u32)>, tokens: &[IssuedToken]) -> Result<(), StoreError> {
    let (writer, commits) = match kept {
        Some(kept) => kept,
        None => kept.insert((store.token_writer().await?, 0)),
    };
    *commits = commits.saturating_add(1);
    writer.add(tokens).await
}

impl App {
    /// Writes a token down, if there is a ledger. It is durable when this returns.
    pub(super) async fn write_down(&self, ledger: &Ledger, token: IssuedToken) -> Result<(), Error> {
        self.may_ask_database()?;
        if ledger.has_written(token).await {
            return Ok(());
        }
        self.metrics.database_failed();
        Err(StoreError::NotWritten.into())
    }

    /// Forgets tokens of the ledger that are older than `ledger_retention_days`, if that is set.
    pub async fn purge_ledger(&self) -> Result<(), Error> {
        let days = u64::from(self.config.ledger_retention_days);
        if days > 0 {
            let before = self.now().minus(Duration::from_secs(days.saturating_mul(DAY)));
            self.counted(self.store.purge_issued_tokens(before).await)?;
        }
        Ok(())
    }
}
