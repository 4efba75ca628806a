//! How an entity stands, in one word: what an operator looks for in the list.

use crate::domain::entity::Status;
use crate::domain::rotation::SOON;
use crate::domain::settings::AccountLock;
use crate::domain::time::Timestamp;
use crate::http::console::moments::{grouped, tenths as decimal};
use crate::http::console::words::{Text, Words};
use crate::store::listing::Holding;

/// Days after which a secret counts as old.
const OLD_DAYS: u64 = 180;
const DAY_SECONDS: u64 = 24 * 3600;

/// How an entity stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Its credentials are accepted.
    Active,
    /// One of its credentials is locked.
    Locked,
    /// An old secret goes on beside a new one until then.
    Rotating(Timestamp),
    /// A secret that nothing replaces ends then, or has ended.
    Ending(Timestamp),
    /// Its credentials are refused.
    Disabled,
    /// It has no credential yet.
    Invited,
}

impl Standing {
    /// The weightiest of what is so.
    pub fn of(status: Status, lock: Option<AccountLock>, holding: &Holding, now: Timestamp) -> Self {
        let is_locked = lock.zip(holding.locked_at).is_some_and(|(lock, at)| lock.holds(at, now));
        match (status, holding.old_stops_at) {
            (Status::Disabled, _) => Self::Disabled,
            _ if is_locked => Self::Locked,
            _ if holding.credentials == 0 => Self::Invited,
            (Status::Active, Some(end)) => Self::Rotating(end),
            (Status::Active, None) => match holding.ends_at.filter(|end| end.since(now) <= SOON) {
                Some(end) => Self::Ending(end),
                None => Self::Active,
            },
        }
    }
}

impl Standing {
    /// When something of it ends.
    pub fn until(self) -> Option<Timestamp> {
        match self {
            Self::Rotating(end) | Self::Ending(end) => Some(end),
            Self::Active | Self::Locked | Self::Disabled | Self::Invited => None,
        }
    }
}

/// When the secret of an entity was made: the day, how long ago, and whether that is long.
pub struct Made {
    /// "3 Nov 2026".
    pub day: String,
    /// "19 days ago".
    pub ago: String,
    /// Whether it should be replaced.
    pub is_old: bool,
}

/// The age of a secret.
pub fn made(w: Words, at: Timestamp, now: Timestamp) -> Made {
    let age = now.since(at);
    let span = w.span(age);
    Made {
        day: w.day(at),
        ago: w.plain_with("ago", [("span", &span)]),
        is_old: age.as_secs() > OLD_DAYS.saturating_mul(DAY_SECONDS),
    }
}

/// The requests of a day: how many, and what share failed.
pub struct Day {
    /// "1,258".
    pub requests: String,
    /// "2.5 %"; `None` without a request.
    pub failed: Option<Text>,
    /// Whether at least half of them failed.
    pub is_bad: bool,
}

/// The requests of a day.
pub fn day(w: Words, issued: i64, failed: i64) -> Day {
    let requests = issued.saturating_add(failed);
    let tenths = failed.saturating_mul(1000).checked_div(requests);
    let share = tenths.map(|tenths| match tenths {
        1000 => "100".to_owned(),
        _ => decimal(tenths, w),
    });
    Day {
        requests: grouped(requests, w),
        // It does not break.
        failed: share.map(|share| Text::trusted(w.plain_with("percent", [("number", &share)]).replace(' ', "\u{a0}"))),
        is_bad: tenths.is_some_and(|tenths| tenths >= 500),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weightiest_word_is_told() {
        let now = Timestamp::from_millis(1_000_000_000);
        let lock = AccountLock { maximum_attempts: 5, unlock_after_minutes: None };
        let idle = Holding::default();
        let locked = Holding { credentials: 1, locked_at: Some(now), ..Holding::default() };
        let rotating = Holding { credentials: 1, old_stops_at: Some(now), ..Holding::default() };
        assert_eq!(Standing::of(Status::Disabled, Some(lock), &locked, now), Standing::Disabled);
        assert_eq!(Standing::of(Status::Active, Some(lock), &locked, now), Standing::Locked);
        assert_eq!(Standing::of(Status::Active, None, &locked, now), Standing::Active, "the lock is off");
        assert_eq!(Standing::of(Status::Active, None, &rotating, now), Standing::Rotating(now));
        let ending = |millis| Holding {
            credentials: 1,
            ends_at: Some(now.plus(std::time::Duration::from_millis(millis))),
            ..Holding::default()
        };
        let month = 30 * DAY_SECONDS * 1000;
        let (near, far) = (ending(month), ending(month + 1));
        assert!(matches!(Standing::of(Status::Active, None, &near, now), Standing::Ending(_)));
        assert_eq!(Standing::of(Status::Active, None, &far, now), Standing::Active);
        assert_eq!(Standing::of(Status::Active, None, &idle, now), Standing::Invited);
    }

    #[test]
    fn a_share_of_nothing_is_none() {
        assert!(day(Words::default(), 0, 0).failed.is_none());
        assert!(day(Words::default(), 0, 7).is_bad);
        assert_eq!(day(Words::default(), 975, 25).failed.unwrap().to_string(), "2.5\u{a0}%");
    }
}
