//! `passgate health`: whether the server on this machine is alive, or ready.

use std::time::Duration;

use clap::Args;

use super::Outcome;
use super::output::say;
use crate::app::http_client;
use crate::config::{Config, Sources};

/// What is asked.
#[derive(Args)]
pub struct Health {
    /// Ask whether it is ready to take requests (/readyz) instead of alive (/healthz)
    #[arg(long)]
    ready: bool,
}

impl Health {
    pub(super) async fn run(self, sources: &Sources) -> Outcome {
        let config = Config::load(sources)?;
        let path = if self.ready { "readyz" } else { "healthz" };
        let url = format!("{}/{path}", config.local_url(config.listen));
        // The certificate is made out to the public name, which may lead elsewhere; nothing secret is sent.
        let client = http_client::client(|builder| {
            builder.timeout(Duration::from_secs(5)).no_proxy().tls_danger_accept_invalid_certs(true)
        })?;
        let answer = client.get(&url).send().await.map_err(|_| format!("nothing answers at {url}"))?;
        let status = answer.status();
        if !status.is_success() {
            return Err(format!("{url} answers {status}").into());
        }
        say(&answer.text().await?)
    }
}
