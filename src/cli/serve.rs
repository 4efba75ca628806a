//! `passgate serve`: until SIGINT or SIGTERM. On SIGTERM a node over PostgreSQL drains before it stops; a second signal
//! ends everything at once. What does not serve yet ends at the first.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::signals::{Signal, Signals};
use super::telemetry::Telemetry;
use super::{Failure, Outcome};
use crate::app::App;
use crate::app::clock::Clock;
use crate::config::{ClientCertificates, Config, Sources};
use crate::http;
use crate::http::front::Front;
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
        let Some(server) = Server::prepare(config).await? else { return Ok(()) };
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
    /// Takes the port first, so that a second start touches nothing. `None` if a signal comes before all is open.
    pub async fn prepare(config: Config) -> Result<Option<Self>, Failure> {
        let mut signals = Signals::catch()?;
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
        let app = tokio::select! {
            app = App::open(config, Clock::system(), address) => app?,
            _ = signals.next() => {
                tell_manager(Moment::Stopping);
                tracing::info!("stopped before it served");
                return Ok(None);
            }
        };
        Ok(Some(Self { address, app, listener, metrics, tls, signals }))
    }

    /// Serves until a signal, then finishes what is in flight and writes what is gathered.
    pub async fn run(self) -> Outcome {
        let (stop, stopped) = watch::channel(false);
        let Self { app, listener, metrics, tls, signals, .. } = self;
        // The jobs go on until the last request is answered: some wait for what they read.
        let (end, ended) = watch::channel(false);
        jobs::start(&app, tls.clone(), &ended);
        let main = http::serve::serve(listener, Front::main(&app), tls, stopped.clone());
        let metrics = metrics.map(|listener| http::serve::serve(listener, Front::metrics(&app), None, stopped));
        let finished = async {
            tokio::join!(main, futures_util::future::OptionFuture::from(metrics));
            drop(end);
            if let Err(error) = jobs::flush(&app).await {
                tracing::error!(%error, "the last uses could not be written");
            }
            app.store.close().await;
        };
        tell_manager(Moment::Ready);
        tokio::select! {
            () = finished => Ok(()),
            () = ended_at_once(signals, &app, stop) => {
                Err("ended at once by a second signal: requests in flight were cut off, the last uses not written".into())
            }
        }
    }
}

/// Passes the first signal on, after the time for draining; ends at the second.
async fn ended_at_once(mut signals: Signals, app: &App, stop: watch::Sender<bool>) {
    let first = signals.next().await;
    tell_manager(Moment::Stopping);
    let seconds = if app.config.database_url.is_some() { app.config.drain_seconds } else { 0 };
    // Who presses Ctrl-C is not a load balancer.
    if first == Signal::Terminate && seconds > 0 {
        tracing::info!(seconds, "draining");
        app.draining.store(true, Ordering::Relaxed);
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(seconds.into())) => {}
            _ = signals.next() => return,
        }
    }
    tracing::info!("stopping");
    let _ = stop.send(true);
    signals.next().await;
}

/// What a service manager is told.
#[derive(Clone, Copy)]
enum Moment {
    Ready,
    Stopping,
}

#[cfg(unix)]
fn tell_manager(moment: Moment) {
    let state = match moment {
        Moment::Ready => sd_notify::NotifyState::Ready,
        Moment::Stopping => sd_notify::NotifyState::Stopping,
    };
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}

#[cfg(not(unix))]
fn tell_manager(_: Moment) {}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("cannot listen on {address}: another program is using this port; choose another with --listen")
                .into()
        }
        _ => format!("cannot listen on {address}: {error}").into(),
    })
}
