//! `passgate config …`

use clap::Subcommand;

use super::Outcome;
use super::output::{json, say};
use crate::config::{Config, Sources, shown};
use crate::http::tls::Tls;

/// The settings.
#[derive(Subcommand)]
pub enum Settings {
    /// Say whether the settings are valid
    Check,
    /// Show every setting with its value; secrets are redacted
    Show,
}

impl Settings {
    pub(super) fn run(self, sources: &Sources, as_json: bool) -> Outcome {
        match self {
            Self::Check => {
                let config = Config::load(sources)?;
                if let (Some(certificate), Some(key)) = (&config.tls_certificate_file, &config.tls_key_file) {
                    Tls::load(certificate, key, false)?;
                }
                say("The settings are valid.")
            }
            Self::Show if as_json => {
                let values = shown(sources)?.into_iter().map(|(setting, value)| (setting.name, value));
                json(&values.collect::<std::collections::BTreeMap<_, _>>())
            }
            Self::Show => shown(sources)?.into_iter().try_for_each(|(setting, value)| {
                let value = value.map_or_else(|| "(not set)".to_owned(), |value| value.to_string());
                say(&format!("# {}\n{} = {value}\n", setting.meaning, setting.name))
            }),
        }
    }
}
