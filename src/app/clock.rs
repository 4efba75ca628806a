//! The only place that reads the clock or asks the system for randomness.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use crate::domain::time::Timestamp;

/// Tells the time.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock, and when it was asked first.
    System(Instant),
    /// A clock that stands until a test moves it.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn system() -> Self {
        Self::System(Instant::now())
    }

    /// A clock that stands at `now`.
    pub fn set(now: Timestamp) -> Self {
        Self::Set(Arc::new(AtomicI64::new(now.millis())))
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System(_) => system_now(),
            Self::Set(millis) => Timestamp::from_millis(millis.load(Ordering::Relaxed)),
        }
    }

    /// Time that goes forward only, whatever is done to the machine's clock: to tell how long ago something was.
    pub fn uptime(&self) -> Duration {
        match self {
            Self::System(begun) => begun.elapsed(),
            Self::Set(millis) => Duration::from_millis(u64::try_from(millis.load(Ordering::Relaxed)).unwrap_or(0)),
        }
    }

    /// Moves a clock that was set; the machine's own stays.
    pub fn advance(&self, span: Duration) {
        if let Self::Set(millis) = self {
            let step = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
            millis.fetch_add(step, Ordering::Relaxed);
        }
    }

    /// Moves a clock that was set to an earlier moment, as a clock is that was ahead; the machine's own stays.
    pub fn set_back(&self, span: Duration) {
        if let Self::Set(millis) = self {
            let step = i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
            millis.fetch_sub(step, Ordering::Relaxed);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
fn system_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the system gave no random bytes")]
pub struct NoRandomness;

/// Random bytes for ids and nonces.
#[expect(clippy::disallowed_methods, reason = "the one place that asks for randomness")]
pub fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// Random bytes for secrets, wiped when dropped.
pub fn random_secret() -> Result<Zeroizing<[u8; 32]>, NoRandomness> {
    random().map(Zeroizing::new)
}
