//! How many lines the log has of requests that were refused, and of those that failed: enough to see what is wrong, and not so
//! many that whoever makes them fills the disk.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::time::Timestamp;

/// So many lines in a second, of either kind.
const A_SECOND: u32 = 100;

/// Counts the lines of both kinds apart, so that a flood of refusals hides no failure.
#[derive(Debug, Default)]
pub struct Refusals {
    refused: Lines,
    failed: Lines,
}

/// Counts the requests of the current second: its number in the upper half, their number in the lower.
#[derive(Debug, Default)]
struct Lines {
    current: AtomicU64,
    left_out: AtomicU64,
}

impl Refusals {
    /// Whether a request that is answered with `status` at `now` gets a line: 500 and more are failures.
    pub fn may_tell(&self, status: u16, now: Timestamp) -> bool {
        if status >= 500 { self.failed.may_tell(now) } else { self.refused.may_tell(now) }
    }

    /// Tells how many got none since this was last asked.
    pub fn tell_left_out(&self) {
        let [refused, failed] = [&self.refused, &self.failed].map(|lines| lines.left_out.swap(0, Ordering::Relaxed));
        if refused > 0 || failed > 0 {
            tracing::warn!(
                refused,
                failed,
                "more requests were refused or failed than are logged, {A_SECOND} of each in a second; metrics count all"
            );
        }
    }
}

impl Lines {
    fn may_tell(&self, now: Timestamp) -> bool {
        let second = u64::try_from(now.seconds()).unwrap_or(0) << 32;
        let count =
            |before: u64| if before & !u64::from(u32::MAX) == second { before & u64::from(u32::MAX) } else { 0 };
        let next = |before: u64| {
            let counted = count(before);
            (counted < A_SECOND.into()).then(|| second | counted.saturating_add(1))
        };
        let may = self.current.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).is_ok();
        if !may {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_has_so_many_lines_and_the_rest_is_counted() {
        let refusals = Refusals::default();
        let told = |status, second: i64| {
            let now = Timestamp::from_millis(second * 1000);
            (0..250).filter(|_| refusals.may_tell(status, now)).count()
        };
        for status in [401, 503] {
            assert_eq!((told(status, 1_790_000_000), told(status, 1_790_000_001)), (100, 100));
        }
        assert_eq!(refusals.refused.left_out.load(Ordering::Relaxed), 300);
        assert_eq!(refusals.failed.left_out.load(Ordering::Relaxed), 300);
    }
}
