//! `passgate serve`: until SIGINT or SIGTERM.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::signals::Signals;
use super::telemetry::Telemetry;
use super::{Failure, Outcome};
use crate::app::App;
use crate::app::clock::Clock;
use crate::config::{ClientCertificates, Config, Sources};
use crate::http;
use crate::http::tls::Tls;
use crate::jobs;

/// Flags that stand for settings.
#[derive(Args)]
pub struct Serve {
    /// Address and port to serve on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The origin that clients use, such as https://pass.example.com
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
}

impl Serve {
    pub(super) async fn run(self, mut sources: Sources) -> Outcome {
        sources.flags.extend(self.listen.map(|listen| ("listen", listen)));
        sources.flags.extend(self.public_url.map(|url| ("public_url", url)));
        let config = Config::load(&sources)?;
        let telemetry = Telemetry::install(&config)?;
        let server = Server::prepare(config).await?;
        tracing::info!(address = %server.address, public_url = %server.app.issuer, database = server.app.store.name(), "serving");
        server.run().await?;
        telemetry.finish();
        Ok(())
    }
}

/// A server whose port is taken and whose installation is open.
pub struct Server {
    /// Where it is bound.
    pub address: SocketAddr,
    /// The installation.
    pub app: Arc<App>,
    listener: TcpListener,
    metrics: Option<TcpListener>,
    tls: Option<Tls>,
    signals: Signals,
}

impl Server {
    /// Takes the port first, so that a second start touches nothing.
    pub async fn prepare(config: Config) -> Result<Self, Failure> {
        let signals = Signals::catch()?;
        let tls = match (&config.tls_certificate_file, &config.tls_key_file) {
            (Some(certificate), Some(key)) => {
                Some(Tls::load(certificate, key, config.tls_client_certificates == ClientCertificates::Ask)?)
            }
            _ => None,
        };
        let listener = bind(config.listen).await?;
        let metrics = match config.metrics_listen {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        let address = listener.local_addr()?;
        let app = App::open(config, Clock::system(), address).await?;
        Ok(Self { address, app, listener, metrics, tls, signals })
    }

    /// Serves until a signal, then finishes what is in flight and writes what is gathered.
    pub async fn run(self) -> Outcome {
        let (stop, stopped) = watch::channel(false);
        jobs::start(&self.app, self.tls.clone(), &stopped);
        tokio::spawn(async move {
            self.signals.one().await;
            tracing::info!("stopping");
            let _ = stop.send(true);
        });
        let main =
            http::serve::serve(self.listener, http::router(&self.app), self.app.clone(), self.tls, stopped.clone());
        match self.metrics {
            None => main.await,
            Some(listener) => {
                let metrics =
                    http::serve::serve(listener, http::metrics_router(&self.app), self.app.clone(), None, stopped);
                tokio::join!(main, metrics);
            }
        }
        if let Err(error) = jobs::flush(&self.app).await {
            tracing::error!(%error, "the last uses could not be written");
        }
        self.app.store.close().await;
        Ok(())
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("cannot listen on {address}: another program is using this port; choose another with --listen")
                .into()
        }
        _ => format!("cannot listen on {address}: {error}").into(),
    })
}
