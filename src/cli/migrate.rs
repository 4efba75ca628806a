//! `passgate migrate`: an installation moves to another database while its servers go on issuing tokens.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::output::{argument_or_stdin, json, say};
use super::progress::{Counted, Progress};
use super::signals::unless_interrupted;
use super::{Failure, Outcome};
use crate::app::clock::Clock;
use crate::app::moving::{Copied, Move, reopen};
use crate::config::{Config, Sources};

/// From where, and to where.
#[derive(Args)]
pub struct Migrate {
    /// The database to move from: a data directory, a postgres:// URL, or - for a URL on standard input [default: the one in
    /// the settings]
    #[arg(long, value_name = "DIR|URL")]
    from: Option<String>,
    /// The empty database to move to: a data directory, a postgres:// URL, or - for a URL on standard input
    #[arg(long, value_name = "DIR|URL", required_unless_present = "reopen", conflicts_with = "reopen")]
    to: Option<String>,
    /// Let the database of --from be written again, after a move that was broken off or is not wanted any more
    #[arg(long)]
    reopen: bool,
}

/// What was done.
#[derive(Serialize)]
struct Moved {
    rows: u64,
    read_only_millis: u128,
}

impl Migrate {
    pub(super) async fn run(self, sources: &Sources, as_json: bool) -> Outcome {
        let settings = Config::load(sources)?;
        if matches!((&self.from, &self.to), (Some(from), Some(to)) if from == "-" && to == "-") {
            return Err("only one of --from and --to can be read from standard input".into());
        }
        let from = match &self.from {
            Some(text) => elsewhere(&settings, text)?,
            None => settings.clone(),
        };
        let Some(to) = &self.to else {
            let was_closed = reopen(&from).await?;
            return say(if was_closed { "It can be written again." } else { "It could be written all the time." });
        };
        let to = elsewhere(&settings, to)?;
        let clock = Clock::system();
        let moving = Move::prepare(&from, &to, clock.now()).await?;
        let begun = clock.uptime();
        let progress = Progress::new("Moving", Counted::Rows);
        let work = async {
            let copied = moving.copy(|done, of| progress.set(done, of)).await;
            copied.map_err(Failure::from)
        };
        let copied = unless_interrupted(work, || "interrupted; nothing was moved".to_owned()).await;
        let copied = match copied {
            Ok(copied) => copied,
            Err(why) => {
                moving.call_off().await?;
                return Err(why);
            }
        };
        let Copied { rows, .. } = copied;
        moving.keep(copied).await?;
        drop(progress);
        let read_only = clock.uptime().saturating_sub(begun);
        if as_json {
            return json(&Moved { rows, read_only_millis: read_only.as_millis() });
        }
        say(&format!(
            "{rows} rows moved and compared. Changes were refused for {:.1} seconds.",
            read_only.as_secs_f64()
        ))?;
        say(
            "The old database takes no change any more. Let the settings of every server name the new one now, and restart them.",
        )
    }
}

/// The settings with another database.
fn elsewhere(settings: &Config, text: &str) -> Result<Config, Failure> {
    let text = argument_or_stdin(text)?;
    let mut config = settings.clone();
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        config.database_url = Some(text);
    } else if text.contains("://") {
        return Err("a database is a data directory or begins with postgres://".into());
    } else {
        config.database_url = None;
        config.data_dir = PathBuf::from(text);
    }
    Ok(config)
}
