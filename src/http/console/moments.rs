//! Times and spans in the visitor's language: exact, in UTC, with the relative one only where the exact one is at hand.

use std::time::Duration;

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::words::{Text, Words};
use crate::domain::time::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

fn civil(time: Timestamp) -> Option<Zoned> {
    jiff::Timestamp::from_millisecond(time.millis()).ok().map(|time| time.to_zoned(TimeZone::UTC))
}

fn element(time: Timestamp, shown: &str, title: Option<&str>) -> Text {
    let title = title.map(|title| format!(" title=\"{title}\"")).unwrap_or_default();
    Text::trusted(format!("<time datetime=\"{time}\"{title}>{shown}</time>"))
}

impl Words {
    /// "3 Nov 2026".
    pub fn day(self, time: Timestamp) -> String {
        let Some(at) = civil(time) else { return time.to_string() };
        let month = self.plain_with("month", [("month", &at.month())]);
        self.plain_with("day", [("day", &at.day()), ("month", &month), ("year", &at.year().to_string())])
    }

    /// "3 Nov 2026, 09:12 UTC", as plain text.
    pub fn moment_text(self, time: Timestamp) -> String {
        let Some(at) = civil(time) else { return time.to_string() };
        let clock = format!("{:02}:{:02}", at.hour(), at.minute());
        self.plain_with("moment", [("day", &self.day(time)), ("clock", &clock)])
    }

    /// The same for a page.
    pub fn moment(self, time: Timestamp) -> Text {
        element(time, &self.moment_text(time), None)
    }

    /// "09:12" in UTC.
    pub fn clock(self, time: Timestamp) -> String {
        civil(time).map_or_else(|| time.to_string(), |at| format!("{:02}:{:02}", at.hour(), at.minute()))
    }

    /// "3 Nov 09:12:31" in UTC, for a log.
    pub fn log_moment(self, time: Timestamp) -> Text {
        let Some(at) = civil(time) else { return element(time, &time.to_string(), None) };
        let month = self.plain_with("month", [("month", &at.month())]);
        let clock = format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second());
        let shown = self.plain_with("log-moment", [("day", &at.day()), ("month", &month), ("clock", &clock)]);
        element(time, &shown, Some(&self.moment_text(time)))
    }

    /// "2 minutes ago" within a day, with the exact time a hover away; the exact time before that.
    pub fn ago(self, time: Timestamp, now: Timestamp) -> Text {
        let span = now.since(time);
        if span.as_secs() >= DAY {
            return self.moment(time);
        }
        let shown = if span.as_secs() < 2 {
            self.plain("just-now")
        } else {
            self.plain_with("ago", [("span", &self.span(span))])
        };
        element(time, &shown, Some(&self.moment_text(time)))
    }

    /// "10 minutes": the largest unit in which the span is at least one, rounded down.
    pub fn span(self, span: Duration) -> String {
        let seconds = span.as_secs();
        match seconds {
            ..MINUTE => self.plain_with("seconds", [("count", &seconds)]),
            MINUTE..HOUR => self.plain_with("minutes", [("count", &seconds.div_euclid(MINUTE))]),
            HOUR..DAY => self.plain_with("hours", [("count", &seconds.div_euclid(HOUR))]),
            _ => self.plain_with("days", [("count", &seconds.div_euclid(DAY))]),
        }
    }

    /// A token's lifetime as it was chosen: whole hours, else minutes.
    pub fn minutes(self, minutes: u32) -> String {
        if minutes >= 60 && minutes.is_multiple_of(60) {
            self.plain_with("hours", [("count", &(minutes / 60))])
        } else {
            self.plain_with("minutes", [("count", &minutes)])
        }
    }
}

/// 981 as "98.1", with the decimal sign of the language.
pub fn tenths(number: i64, words: Words) -> String {
    let sign =
        if matches!(words.0, super::words::Language::French | super::words::Language::Spanish) { ',' } else { '.' };
    format!("{}{sign}{}", number.div_euclid(10), number.rem_euclid(10))
}

/// 1258 as "1,258", with a thin space where a comma means another thing.
pub fn grouped(number: i64, words: Words) -> String {
    let separator = if matches!(words.0, super::words::Language::French | super::words::Language::Spanish) {
        '\u{202f}'
    } else {
        ','
    };
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && digits.len().saturating_sub(position) % 3 == 0 {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::console::words::Language;

    #[test]
    fn times_are_told_in_the_visitors_language() {
        let time = Timestamp::from_millis(1_762_161_120_000);
        assert_eq!(Words(Language::English).moment_text(time), "3 Nov 2025, 09:12 UTC");
        assert_eq!(Words(Language::Japanese).day(time), "2025年11月3日");
        let later = time.plus(Duration::from_secs(125));
        assert!(Words(Language::English).ago(time, later).to_string().contains(">2 minutes ago<"));
        assert_eq!(Words(Language::English).minutes(1440), "24 hours");
        assert_eq!(Words(Language::English).minutes(90), "90 minutes");
        assert_eq!(tenths(981, Words(Language::English)), "98.1");
        assert_eq!(tenths(5, Words(Language::French)), "0,5");
        assert_eq!(grouped(1_234_567, Words(Language::English)), "1,234,567");
    }
}
