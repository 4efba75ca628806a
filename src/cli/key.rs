//! `passgate key …`

use clap::Subcommand;

use super::Outcome;
use super::output::{json, table};
use crate::app::App;
use crate::domain::event::Actor;
use crate::http::admin::keys::KeyBody;

/// Signing keys.
#[derive(Subcommand)]
pub enum Key {
    /// List the keys and their states
    List,
    /// Let the next key sign; the one that signed retires, another next key is made
    Rotate {
        /// Even if verifiers may not have seen the next key yet
        #[arg(long)]
        force: bool,
    },
    /// Withdraw a key that has leaked, and every token that it has signed, at once
    Void {
        /// The key's id: see passgate key list
        #[arg(allow_hyphen_values = true)]
        kid: String,
    },
}

impl Key {
    pub(super) async fn run(self, app: &App, as_json: bool) -> Outcome {
        match self {
            Self::List => {}
            Self::Rotate { force } => {
                app.rotate_keys(&Actor::Cli, force).await?;
            }
            Self::Void { kid } => app.void_key(&Actor::Cli, &kid).await?,
        }
        let keys = app.store.all_signing_keys().await?;
        if as_json {
            return json(&keys.into_iter().map(|key| KeyBody::from(key.facts)).collect::<Vec<_>>());
        }
        let row = |key: &crate::store::signing_key::StoredKey| {
            let facts = &key.facts;
            [
                facts.kid.clone(),
                facts.algorithm.as_str().to_owned(),
                facts.state.as_str().to_owned(),
                facts.since.to_string(),
            ]
        };
        table(["KID", "ALGORITHM", "STATE", "SINCE"], &keys.iter().map(row).collect::<Vec<_>>())
    }
}
