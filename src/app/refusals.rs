//! How many lines the log has of refused requests: enough to see what is wrong, and not so many that whoever is refused fills
//! the disk.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::time::Timestamp;

/// So many lines in a second.
const A_SECOND: u32 = 100;

/// Counts refused requests of the current second: its number in the upper half, their number in the lower.
#[derive(Debug, Default)]
pub struct Refusals {
    current: AtomicU64,
    left_out: AtomicU64,
}

impl Refusals {
    /// Whether another one at `now` gets a line.
    pub fn may_tell(&self, now: Timestamp) -> bool {
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

    /// Tells how many got none since this was last asked.
    pub fn tell_left_out(&self) {
        let left_out = self.left_out.swap(0, Ordering::Relaxed);
        if left_out > 0 {
            tracing::warn!(
                left_out,
                "more requests were refused than are logged, {A_SECOND} in a second; metrics count all"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_second_has_so_many_lines_and_the_rest_is_counted() {
        let refusals = Refusals::default();
        let told = |second: i64| {
            let now = Timestamp::from_millis(second * 1000);
            (0..250).filter(|_| refusals.may_tell(now)).count()
        };
        assert_eq!((told(1_790_000_000), told(1_790_000_001)), (100, 100));
        assert_eq!(refusals.left_out.load(Ordering::Relaxed), 300);
    }
}
