//! `passgate backup` and `passgate restore`.

use std::path::PathBuf;

use clap::Args;

use super::output::{json, say};
use super::progress::{Counted, Progress};
use super::signals::unless_interrupted;
use super::{Failure, Outcome};
use crate::app::App;
use crate::app::restore::restore;
use crate::config::{Config, Sources};

/// Where to.
#[derive(Args)]
pub struct Backup {
    /// The file to make; only this installation's master key opens it
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Replace a file of that name
    #[arg(long)]
    overwrite: bool,
}

impl Backup {
    pub(super) async fn run(self, app: &App, as_json: bool) -> Outcome {
        let progress = Progress::new("Backing up", Counted::Rows);
        let work = async {
            let made = app.back_up(&self.file, self.overwrite, |done, of| progress.set(done, of)).await;
            made.map_err(Failure::from)
        };
        let made = unless_interrupted(work, || "interrupted; there is no backup".to_owned()).await;
        drop(progress);
        let made = made?;
        if as_json {
            return json(&made);
        }
        let (file, rows, bytes) = (self.file.display(), made.rows, made.bytes);
        let key = match &app.config.master_key {
            Some(_) => "PASSGATE_MASTER_KEY".to_owned(),
            None => app.config.master_key_path().display().to_string(),
        };
        say(&format!("{file} holds everything as of {}: {rows} rows in {bytes} bytes.", made.made_at))?;
        say(&format!("Only the master key opens it; keep a copy of that elsewhere: {key}"))
    }
}

/// Where from.
#[derive(Args)]
pub struct Restore {
    /// A file that passgate backup made
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Restore {
    pub(super) async fn run(self, sources: &Sources, as_json: bool) -> Outcome {
        let config = Config::load(sources)?;
        let progress = Progress::new("Restoring", Counted::Bytes);
        let work = async {
            Box::pin(restore(&config, &self.file, |done, of| progress.set(done, of))).await.map_err(Failure::from)
        };
        let restored = unless_interrupted(work, || "interrupted; nothing was restored".to_owned()).await;
        drop(progress);
        let restored = restored?.keep().await?;
        if as_json {
            return json(&restored);
        }
        say(&format!(
            "{} rows are back as they were at {}, made by passgate {} out of {}.",
            restored.rows, restored.made_at, restored.version, restored.database
        ))?;
        say(
            "What was changed since is not in it, revocations included: do them again, and rotate the signing key if you had rotated it since.",
        )
    }
}
