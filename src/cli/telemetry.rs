//! Logs to standard error, traces to an OTLP collector if one is configured.

use std::io::IsTerminal as _;
use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use super::Failure;
use crate::app::http_client;
use crate::config::{Config, LogFormat};

/// How long the collector of traces may take.
const COLLECTOR: Duration = Duration::from_secs(10);

/// Flushes traces when it is told to, at the end.
pub struct Telemetry(Option<SdkTracerProvider>);

impl Telemetry {
    /// Installs logging and tracing for the whole process.
    pub fn install(config: &Config) -> Result<Self, Failure> {
        let filter = EnvFilter::try_new(&config.log_level)?.add_directive("sqlx::postgres::notice=warn".parse()?);
        let lines =
            tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
        let lines = match config.log_format {
            LogFormat::Human => lines.boxed(),
            LogFormat::Json => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed(),
        };
        let provider = config.trace_endpoint.as_ref().map(|endpoint| provider(endpoint)).transpose()?;
        let traces = provider.as_ref().map(|provider| {
            tracing_opentelemetry::layer()
                .with_tracer(provider.tracer("passgate"))
                .with_filter(tracing_subscriber::filter::LevelFilter::INFO)
        });
        tracing_subscriber::registry().with(traces).with(lines.with_filter(filter)).try_init()?;
        Ok(Self(provider))
    }

    /// Sends what has not been sent yet.
    pub fn finish(self) {
        if let Some(provider) = self.0
            && let Err(error) = provider.shutdown()
        {
            super::output::complain(&format!("passgate: the last traces could not be sent: {error}"));
        }
    }
}

fn provider(endpoint: &str) -> Result<SdkTracerProvider, Failure> {
    // A client that waits cannot be made where others are being waited for.
    let client = std::thread::spawn(|| http_client::blocking_client(COLLECTOR)).join();
    let client = client.map_err(|_| "no client for traces could be made")??;
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_http().with_http_client(client);
    let exporter = exporter.with_endpoint(endpoint).build()?;
    let resource = opentelemetry_sdk::Resource::builder().with_service_name("passgate").build();
    Ok(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build())
}
