//! `passgate master-key …`

use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;
use serde::Serialize;

use super::Outcome;
use super::output::{json, say};
use crate::app::App;
use crate::domain::event::Actor;

/// How long running servers are given to take in the fresh key before the old one is forgotten.
const SETTLE: Duration = Duration::from_secs(3);

/// The master key.
#[derive(Subcommand)]
pub enum MasterKey {
    /// Let another master key open the installation too; the one in use goes on until it is retired
    Rotate {
        /// The file with the new key; made, for its owner only, if it is not there
        #[arg(long, value_name = "FILE")]
        new_key_file: PathBuf,
        /// In the place of a new key that was made before and is lost
        #[arg(long)]
        replace: bool,
    },
    /// Let only the new master key open the installation, once the settings of every server name it
    Retire,
    /// Encrypt kept secrets and signing keys with a fresh key, while servers run
    Reseal,
}

/// What was done.
#[derive(Serialize)]
struct Done {
    done: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resealed: Option<usize>,
}

impl MasterKey {
    pub(super) async fn run(self, app: &App, as_json: bool) -> Outcome {
        let (done, resealed, words) = match self {
            Self::Rotate { new_key_file, replace } => {
                app.rotate_master_key(&Actor::Cli, &new_key_file, replace).await?;
                let path = new_key_file.display();
                let words = format!(
                    "The installation opens with the key in {path} too. Put it in place of the old one on every server, restart them, then: passgate master-key retire"
                );
                ("rotated", None, words)
            }
            Self::Retire => {
                app.retire_master_key(&Actor::Cli).await?;
                (
                    "retired",
                    None,
                    "The old master key opens nothing any more. If it has leaked: passgate master-key reseal"
                        .to_owned(),
                )
            }
            Self::Reseal => {
                app.begin_resealing(&Actor::Cli).await?;
                tokio::time::sleep(SETTLE).await;
                let count = app.reseal().await?;
                app.finish_resealing(&Actor::Cli).await?;
                ("resealed", Some(count), format!("{count} secrets and keys are encrypted with a fresh key"))
            }
        };
        if as_json { json(&Done { done, resealed }) } else { say(&words) }
    }
}
