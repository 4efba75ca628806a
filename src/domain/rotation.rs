//! Rotation as a process: when a new secret begins and ends, when its people are reminded, and when an old one may go.

use std::time::Duration;

use super::secret::Secret;
use super::time::Timestamp;

/// Furthest ahead that a secret may begin, in seconds: seven days.
pub const LATEST_BEGIN_SECONDS: u64 = 7 * 24 * 3600;
/// Longest life that an entity may set for its secrets, in days.
pub const LONGEST_LIFE_DAYS: u32 = 3650;
/// So many days before the end of a secret its people are reminded; the nearest first.
pub const REMINDERS: [u32; 3] = [1, 7, 30];
/// An end within this time is near: that of the first reminder.
pub const SOON: Duration = Duration::from_secs(30 * 24 * 3600);

const DAY: Duration = Duration::from_secs(24 * 3600);
/// An old secret counts as silent after a quarter of the overlap, within these bounds.
const LEAST_SILENCE: Duration = Duration::from_secs(3600);
const MOST_SILENCE: Duration = DAY;

/// When a new secret begins and ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Term {
    /// From when on it is accepted; at once if `None`.
    pub not_before: Option<Timestamp>,
    /// From when on it is refused; never if `None`.
    pub expires_at: Option<Timestamp>,
}

/// Why a secret may not have this term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TermRefused {
    /// It would begin more than seven days from now.
    #[error("must be at most 7 days ahead")]
    BeginsTooLate,
    /// It would end before it begins.
    #[error("must be in the future, and after not_before")]
    EndsTooSoon,
    /// It would live longer than the entity lets its secrets live, in days.
    #[error("must be at most {0} days after the secret begins, as this business entity has set")]
    LivesTooLong(u32),
}

impl Term {
    /// The term that was asked for, if a secret made at `now` may have it; without an end of its own it gets the longest
    /// that `most_days` allows. A beginning that is not ahead is none.
    pub fn judge(self, most_days: Option<u32>, now: Timestamp) -> Result<Self, TermRefused> {
        let not_before = self.not_before.filter(|begin| *begin > now);
        let begin = not_before.unwrap_or(now);
        if begin > now.plus(Duration::from_secs(LATEST_BEGIN_SECONDS)) {
            return Err(TermRefused::BeginsTooLate);
        }
        let latest = most_days.map(|days| (days, begin.plus(DAY.saturating_mul(days))));
        let expires_at = match (self.expires_at, latest) {
            (Some(end), _) if end <= begin => return Err(TermRefused::EndsTooSoon),
            (Some(end), Some((days, latest))) if end > latest => return Err(TermRefused::LivesTooLong(days)),
            (Some(end), _) => Some(end),
            (None, latest) => latest.map(|(_, latest)| latest),
        };
        Ok(Self { not_before, expires_at })
    }
}

/// The reminder that belongs to a secret with so long to live: 1, 7 or 30 days. One that was made with less to live than a
/// reminder's days never gets that one.
pub fn reminder(left: Duration) -> Option<u32> {
    REMINDERS.into_iter().find(|days| left <= DAY.saturating_mul(*days))
}

/// Whether the old secret of an overlap may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retirement {
    /// The new one is in use, and the old one has been silent long enough.
    Safe,
    /// The new one has never been used.
    NewUnused,
    /// The new one is in use, and the old one has not been silent for this long yet.
    Wait(Duration),
}

/// Whether `old` may go at `now` in favour of `new`: once the new one has been used, and the old one has been silent for a
/// quarter of the overlap (at least an hour, at most a day), counted from the beginning of the overlap or from its last
/// use, whichever is later.
pub fn retirement(new: &Secret, old: &Secret, now: Timestamp) -> Retirement {
    if new.last_used_at.is_none() || !new.is_live(now) {
        return Retirement::NewUnused;
    }
    let begin = new.begins_at();
    let overlap = old.ends_at().map_or(MOST_SILENCE, |end| end.since(begin).div_f32(4.0));
    let enough = overlap.clamp(LEAST_SILENCE, MOST_SILENCE);
    let silent = now.since(old.last_used_at.map_or(begin, |used| used.max(begin)));
    if silent >= enough { Retirement::Safe } else { Retirement::Wait(enough) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::SecretId;
    use crate::domain::secret::{Hint, SecretMac};

    const HOUR: Duration = Duration::from_secs(3600);

    fn secret(made: Timestamp) -> Secret {
        Secret {
            id: SecretId::from_random([1; 16]),
            mac: SecretMac::from_bytes([0; 32]),
            hint: Hint::from("pgs_aaaa").unwrap(),
            created_at: made,
            not_before: None,
            expires_at: None,
            stops_at: None,
            tokens_void_before: None,
            last_used_at: None,
            last_used_address: None,
        }
    }

    #[test]
    fn a_term_begins_within_a_week_and_ends_after_it_begins() {
        let now = Timestamp::from_millis(1_000_000_000);
        let term = |begin: Option<u32>, end: Option<u32>| Term {
            not_before: begin.map(|days| now.plus(DAY * days)),
            expires_at: end.map(|days| now.plus(DAY * days)),
        };
        assert_eq!(term(None, None).judge(None, now), Ok(Term::default()));
        assert_eq!(term(Some(0), None).judge(None, now), Ok(Term::default()));
        assert_eq!(term(Some(8), None).judge(None, now), Err(TermRefused::BeginsTooLate));
        assert_eq!(term(Some(3), Some(3)).judge(None, now), Err(TermRefused::EndsTooSoon));
        assert_eq!(term(Some(3), None).judge(Some(90), now), Ok(term(Some(3), Some(93))));
        assert_eq!(term(None, Some(91)).judge(Some(90), now), Err(TermRefused::LivesTooLong(90)));
        assert_eq!(term(None, Some(5)).judge(Some(90), now), Ok(term(None, Some(5))));
    }

    #[test]
    fn each_reminder_belongs_to_its_days() {
        assert_eq!(reminder(DAY * 31), None);
        assert_eq!(reminder(DAY * 30), Some(30));
        assert_eq!(reminder(DAY * 7 + HOUR), Some(30));
        assert_eq!(reminder(DAY * 7), Some(7));
        assert_eq!(reminder(DAY), Some(1));
        assert_eq!(reminder(Duration::ZERO), Some(1));
    }

    #[test]
    fn an_old_secret_may_go_when_the_new_one_is_used_and_it_has_been_silent() {
        let begin = Timestamp::from_millis(1_000_000_000_000);
        let (mut new, mut old) = (secret(begin), secret(begin.minus(DAY)));
        old.stops_at = Some(begin.plus(DAY));
        assert_eq!(retirement(&new, &old, begin.plus(HOUR * 20)), Retirement::NewUnused);
        new.last_used_at = Some(begin.plus(HOUR));
        assert_eq!(retirement(&new, &old, begin.plus(HOUR * 5)), Retirement::Wait(HOUR * 6), "a quarter of a day");
        assert_eq!(retirement(&new, &old, begin.plus(HOUR * 6)), Retirement::Safe);
        old.last_used_at = Some(begin.plus(HOUR * 3));
        assert_eq!(retirement(&new, &old, begin.plus(HOUR * 8)), Retirement::Wait(HOUR * 6));
        assert_eq!(retirement(&new, &old, begin.plus(HOUR * 9)), Retirement::Safe);
        old.stops_at = Some(begin.plus(DAY * 7));
        assert_eq!(retirement(&new, &old, begin.plus(HOUR * 9)), Retirement::Wait(DAY));
        old.stops_at = Some(begin.plus(HOUR));
        assert_eq!(retirement(&new, &old, begin.plus(HOUR * 4)), Retirement::Safe, "at least an hour");
        new.not_before = Some(begin.plus(DAY));
        assert_eq!(retirement(&new, &old, begin.plus(HOUR * 4)), Retirement::NewUnused);
    }
}
