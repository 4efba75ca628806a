//! SIGINT and SIGTERM: a server finishes what is in flight, long work is dropped where it stands and leaves nothing behind.

use super::Failure;

/// What was asked for.
#[derive(PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM, which service managers send.
    Terminate,
    /// SIGINT, which Ctrl-C sends.
    Interrupt,
}

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
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::Terminate,
            _ = self.interrupt.recv() => Signal::Interrupt,
        }
    }

    #[cfg(not(unix))]
    /// From now on they end nothing by themselves.
    pub fn catch() -> std::io::Result<Self> {
        Ok(Self {})
    }

    #[cfg(not(unix))]
    /// Waits for the next one.
    pub async fn next(&mut self) -> Signal {
        let _ = tokio::signal::ctrl_c().await;
        Signal::Interrupt
    }
}

/// Does `work`, or stops it at a signal.
pub async fn unless_interrupted<T>(
    work: impl Future<Output = Result<T, Failure>>,
    says: impl FnOnce() -> String,
) -> Result<T, Failure> {
    let mut signals = Signals::catch()?;
    tokio::select! {
        done = work => done,
        _ = signals.next() => Err(says().into()),
    }
}
