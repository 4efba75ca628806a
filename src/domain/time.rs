//! A point in time, to the millisecond. The domain never reads a clock: `now` is always an argument.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Milliseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 on every wire.
///
/// Counted from the earliest there is and never zero, so that an `Option` of it takes no more room: millions are in memory.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(NonZeroU64);

/// Where the epoch is in that count.
const EPOCH: u64 = 1 << 63;

impl Timestamp {
    /// From milliseconds since the epoch; the very least counts as the one after it.
    pub const fn from_millis(millis: i64) -> Self {
        match NonZeroU64::new(millis.cast_unsigned() ^ EPOCH) {
            Some(count) => Self(count),
            None => Self(NonZeroU64::MIN),
        }
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        (self.0.get() ^ EPOCH).cast_signed()
    }

    /// Whole seconds since the epoch, rounded down: a NumericDate (RFC 7519 §2).
    pub const fn seconds(self) -> i64 {
        self.millis().div_euclid(1000)
    }

    /// When the hour (UTC) of this moment began.
    #[must_use]
    pub const fn hour(self) -> Self {
        let millis = self.millis();
        Self::from_millis(millis.saturating_sub(millis.rem_euclid(3_600_000)))
    }

    /// This moment and `span` later; stops at the end of time instead of wrapping.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self::from_millis(self.millis().saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This moment and `span` earlier; stops at the beginning of time instead of wrapping.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self::from_millis(self.millis().saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long from `earlier` to this moment; zero when `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.get().saturating_sub(earlier.0.get()))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timestamp").field(&self.millis()).finish()
    }
}

/// Reads where a range of time begins, or where it ends if `is_end`: a date and time, or a date (UTC), all of which
/// belongs to the range.
pub fn bound(text: &str, is_end: bool) -> Result<Timestamp, NotATimestamp> {
    if !matches_shape(text, "0000-00-00") {
        return text.parse();
    }
    let day: Timestamp = format!("{text}T00:00:00Z").parse()?;
    Ok(if is_end { day.plus(Duration::from_secs(86_400)) } else { day })
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.millis()) {
            Ok(time) => write!(f, "{time:.3}"),
            Err(_) => write!(f, "{} ms", self.millis()),
        }
    }
}

/// The text is not an RFC 3339 date and time.
#[derive(Debug, thiserror::Error)]
#[error("not an RFC 3339 date and time such as 2026-01-31T12:00:00Z")]
pub struct NotATimestamp;

impl FromStr for Timestamp {
    type Err = NotATimestamp;

    fn from_str(text: &str) -> Result<Self, NotATimestamp> {
        if !is_rfc3339(text) {
            return Err(NotATimestamp);
        }
        match text.parse::<jiff::Timestamp>() {
            Ok(time) => Ok(Self::from_millis(time.as_millisecond())),
            // The last hours of the year 9999 in some zones, which people write for "never", are beyond jiff's end.
            Err(_) if is_last_day(text) => Ok(Self::from_millis(jiff::Timestamp::MAX.as_millisecond())),
            Err(_) => Err(NotATimestamp),
        }
    }
}

fn is_last_day(text: &str) -> bool {
    text.starts_with("9999-12-3") && text.get(..19).is_some_and(|civil| civil.parse::<jiff::civil::DateTime>().is_ok())
}

/// Whether `text` has the shape of RFC 3339 §5.6 `date-time`; jiff alone takes more of ISO 8601 than that.
fn is_rfc3339(text: &str) -> bool {
    let Some((date, rest)) = text.split_once(['T', 't']) else {
        return false;
    };
    let (clock, offset_is_right) = match rest.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, true),
        None => match rest.rsplit_once(['+', '-']) {
            Some((clock, offset)) => (clock, matches_shape(offset, "00:00")),
            None => return false,
        },
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    offset_is_right
        && matches_shape(date, "0000-00-00")
        && matches_shape(clock, "00:00:00")
        && !fraction.is_empty()
        && fraction.bytes().all(|b| b.is_ascii_digit())
}

fn matches_shape(text: &str, shape: &str) -> bool {
    text.len() == shape.len()
        && text.bytes().zip(shape.bytes()).all(|(b, s)| if s == b'0' { b.is_ascii_digit() } else { b == s })
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_in_order_and_none_takes_no_more_room_than_one() {
        let all = [i64::MIN + 1, -1, 0, 1, i64::MAX];
        let moments = all.map(Timestamp::from_millis);
        assert_eq!(moments.map(Timestamp::millis), all);
        assert!(moments.is_sorted() && Timestamp::from_millis(i64::MIN) == moments[0]);
        assert_eq!(size_of::<Option<Timestamp>>(), size_of::<Timestamp>());
    }

    #[test]
    fn only_rfc_3339_is_a_date_time() {
        for good in [
            "2026-01-31T12:00:00Z",
            "2026-01-31t12:00:00.25+02:00",
            "2026-01-31T12:00:00-05:30",
            "9999-12-31T23:59:59Z",
        ] {
            assert!(good.parse::<Timestamp>().is_ok(), "{good}");
        }
        for bad in [
            "9999-12-32T00:00:00Z",
            "9999-12-31T25:00:00Z",
            "2026-01-31",
            "2026-01-31T12:00Z",
            "2026-02-31T12:00:00Z",
            "2026-01-31T12:00:00",
            "20260131T120000Z",
            "2026-01-31 12:00:00Z",
            "2026-01-31T12:00:00.Z",
            "2026-01-31T12:00:00+02",
        ] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
    }

    #[test]
    fn time_is_written_in_utc_with_milliseconds() {
        assert_eq!(Timestamp::from_millis(1_700_000_000_005).to_string(), "2023-11-14T22:13:20.005Z");
    }
}
