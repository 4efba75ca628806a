//! How many tokens an entity may get in an hour and in a day (UTC), and how far that is used.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// Most tokens that a quota can allow.
pub const MOST_TOKENS: u32 = 1_000_000_000;
/// The shares, in percent, at which the owners of an entity are told.
pub const SHARES: [u32; 3] = [60, 80, 100];
/// Longest wait that a refusal asks for (CONTRACT.md §5.2), even where the quota is free again only later.
pub const LONGEST_WAIT: Duration = Duration::from_secs(900);

/// A quota, set by an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Tokens in an hour (UTC); no limit if `null`.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    #[serde(default)]
    pub tokens_per_hour: Option<u32>,
    /// Tokens in a day (UTC); no limit if `null`.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    #[serde(default)]
    pub tokens_per_day: Option<u32>,
    /// Whether what is over it is only noted, and not refused.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a quota counts by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// An hour, from its full hour (UTC) on.
    Hour,
    /// A day, from midnight (UTC) on.
    Day,
}

impl Span {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Hour, Self::Day];

    /// The word for it in rows, headers and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// How long it lasts, in seconds.
    pub const fn seconds(self) -> u32 {
        match self {
            Self::Hour => 3600,
            Self::Day => 86_400,
        }
    }

    /// The number of the span that `now` falls into, counted from the epoch.
    pub fn number(self, now: Timestamp) -> u32 {
        u32::try_from(now.seconds().div_euclid(i64::from(self.seconds()))).unwrap_or(0)
    }

    /// When the span of this number begins.
    pub fn begins(self, number: u32) -> Timestamp {
        Timestamp::from_millis(i64::from(number).saturating_mul(i64::from(self.seconds())).saturating_mul(1000))
    }
}

impl Quota {
    /// The limit of a span.
    pub const fn limit(&self, span: Span) -> Option<u32> {
        match span {
            Span::Hour => self.tokens_per_hour,
            Span::Day => self.tokens_per_day,
        }
    }

    /// How far the quota is used, if so many tokens were issued in this hour and in this day.
    pub fn standings(&self, [hour, day]: [u32; 2], now: Timestamp) -> Vec<Standing> {
        let standing = |(span, used): (Span, u32)| {
            self.limit(span).map(|limit| Standing { span, number: span.number(now), limit, used })
        };
        [(Span::Hour, hour), (Span::Day, day)].into_iter().filter_map(standing).collect()
    }
}

/// How far the limit of one span is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Of which span,
    pub span: Span,
    /// which one it is,
    pub number: u32,
    /// how many tokens it allows,
    pub limit: u32,
    /// and how many were issued.
    pub used: u32,
}

impl Standing {
    /// Tokens that are left.
    pub const fn remaining(&self) -> u32 {
        self.limit.saturating_sub(self.used)
    }

    /// Tokens over the limit: issued only in a dry run.
    pub const fn over(&self) -> u32 {
        self.used.saturating_sub(self.limit)
    }

    /// How long until the next span begins, in whole seconds, at least one.
    pub fn ends_in(&self, now: Timestamp) -> Duration {
        let end = self.span.begins(self.number.saturating_add(1));
        Duration::from_millis(end.since(now).as_millis().try_into().unwrap_or(u64::MAX)).max(Duration::from_secs(1))
    }

    /// The highest of [`SHARES`] that is reached.
    pub fn share(&self) -> Option<u32> {
        let used = u64::from(self.used).saturating_mul(100);
        let reached = |share: &&u32| used >= u64::from(self.limit).saturating_mul(u64::from(**share));
        SHARES.iter().rev().find(reached).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_reached_exactly_and_spans_begin_in_utc() {
        let standing = |used| Standing { span: Span::Hour, number: 0, limit: 10, used };
        let shares = [5, 6, 7, 8, 9, 10, 50].map(|used| standing(used).share());
        assert_eq!(shares, [None, Some(60), Some(60), Some(80), Some(80), Some(100), Some(100)]);
        let now = Timestamp::from_millis(90_061_000);
        assert_eq!((Span::Day.number(now), Span::Hour.number(now)), (1, 25));
        assert_eq!(Standing { number: 25, ..standing(1) }.ends_in(now), Duration::from_secs(3539));
    }
}
