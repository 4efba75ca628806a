//! SIGINT and SIGTERM: a server finishes what is in flight, long work is dropped where it stands and leaves nothing behind.

use super::Failure;

/// SIGINT and SIGTERM, caught from the moment that this is made.
pub struct Signals {
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
}

impl Signals {
    #[cfg(unix)]
    /// From now on they end nothing by themselves.
    pub fn catch() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    #[cfg(unix)]
    /// Waits for the next one.
    pub async fn one(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    #[cfg(not(unix))]
    /// From now on they end nothing by themselves.
    pub fn catch() -> std::io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    /// Waits for the next one.
    pub async fn one(self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

/// Does `work`, or stops it at a signal.
pub async fn unless_interrupted<T>(
    work: impl Future<Output = Result<T, Failure>>,
    says: impl FnOnce() -> String,
) -> Result<T, Failure> {
    let signals = Signals::catch()?;
    tokio::select! {
        done = work => done,
        () = signals.one() => Err(says().into()),
    }
}
