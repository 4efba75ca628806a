//! Token requests by the hour or by the day: the numbers of a table, and the same as a chart drawn on the server with
//! attributes and classes only. It is drawn twice, for a wide page and for a narrow one.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::causes;
use super::frame::key;
use super::moments::grouped;
use super::moments::tenths;
use super::words::{Text, Words};
use crate::app::App;
use crate::domain::id::EntityId;
use crate::domain::time::Timestamp;
use crate::http::error::Problem;
use crate::store::request::Failure;
use crate::store::request_count::{Counted, Span};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// How far back a page looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// The hour that it is, and 23 before.
    Day,
    /// Today, and six days before.
    Week,
    /// Today, and 29 days before.
    Month,
}

impl Period {
    /// Every period, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// The period that `word` names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| period.as_str() == word)
    }

    /// The word for it in links.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
        }
    }

    /// What the switch calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => key("period-24h"),
            Self::Week => key("period-7d"),
            Self::Month => key("period-30d"),
        }
    }

    /// How long a column lasts, how long that is, and how many there are.
    const fn columns(self) -> (Span, Duration, u32) {
        match self {
            Self::Day => (Span::Hour, HOUR, 24),
            Self::Week => (Span::Day, DAY, 7),
            Self::Month => (Span::Day, DAY, 30),
        }
    }

    /// When its first column begins (UTC).
    pub fn begins(self, now: Timestamp) -> Timestamp {
        let (_, length, count) = self.columns();
        let since_midnight = Duration::from_millis(now.millis().rem_euclid(86_400_000).unsigned_abs());
        let newest = if self == Self::Day { now.hour() } else { now.minus(since_midnight) };
        newest.minus(length.saturating_mul(count.saturating_sub(1)))
    }
}

/// The token requests of a period, column by column, the oldest first; columns without any are there.
pub struct Columns {
    /// Which period.
    pub period: Period,
    /// Each column.
    pub all: Vec<Counted>,
    /// The column with the most failures, and what most of them have as their cause.
    worst: Option<(Counted, Option<Failure>)>,
}

/// Counts the requests of an entity.
pub async fn columns(app: &App, entity_id: &EntityId, period: Period) -> Result<Columns, Problem> {
    let (span, length, count) = period.columns();
    let begins = period.begins(app.now());
    let counted = app.store.token_request_counts(entity_id, span, begins).await?;
    let column = |position: u32| {
        let begins = begins.plus(length.saturating_mul(position));
        let found = counted.iter().find(|column| column.begins == begins).copied();
        found.unwrap_or(Counted { begins, issued: 0, failed: 0 })
    };
    let all: Vec<Counted> = (0..count).map(column).collect();
    // Of equal columns the last: what is newest matters most.
    let worst = match all.iter().copied().max_by_key(|column| column.failed).filter(|column| column.failed > 0) {
        Some(worst) => {
            let until = worst.begins.plus(length);
            Some((worst, app.store.main_failure(entity_id, worst.begins, until).await?))
        }
        None => None,
    };
    Ok(Columns { period, all, worst })
}

/// All requests of a column.
pub fn total(column: &Counted) -> i64 {
    column.issued.saturating_add(column.failed)
}

impl Columns {
    /// All columns as one.
    pub fn sum(&self) -> Counted {
        let begins = self.all.first().map_or(Timestamp::from_millis(0), |column| column.begins);
        self.all.iter().fold(Counted { begins, issued: 0, failed: 0 }, |sum, column| Counted {
            begins,
            issued: sum.issued.saturating_add(column.issued),
            failed: sum.failed.saturating_add(column.failed),
        })
    }

    /// The most requests of a column.
    pub fn busiest(&self) -> i64 {
        self.all.iter().map(total).max().unwrap_or(0)
    }

    /// What a column is called: its hour or its day.
    pub fn name(&self, w: Words, column: &Counted) -> String {
        if self.period == Period::Day { w.clock(column.begins) } else { short_day(w, column.begins) }
    }

    /// The chart.
    pub fn chart(&self, w: Words) -> Chart {
        let sum = self.sum();
        let (hours, days) = (key("chart-hours"), key("chart-days"));
        let summary = w.plain_with(
            if self.period == Period::Day { hours } else { days },
            [
                ("total", &grouped(total(&sum), w)),
                ("time", &w.moment_text(sum.begins)),
                ("failed", &grouped(sum.failed, w)),
            ],
        );
        Chart { summary, drawings: [draw(self, w, &WIDE), draw(self, w, &NARROW)] }
    }

    fn call(&self, w: Words, is_narrow: bool) -> Option<(usize, String)> {
        let (worst, failure) = self.worst.as_ref()?;
        let cause = failure.as_ref().map_or_else(|| w.plain("short-other"), |it| w.plain(causes::short(it)));
        let message = match (is_narrow, self.period) {
            (true, _) => key("call-narrow"),
            (false, Period::Day) => key("call-hour"),
            (false, Period::Week | Period::Month) => key("call-day"),
        };
        let count = grouped(worst.failed, w);
        let time = self.name(w, worst);
        let text = w.plain_with(message, [("count", &count), ("time", &time), ("cause", &cause)]);
        self.all.iter().rposition(|column| column.begins == worst.begins).map(|position| (position, text))
    }
}

/// The successful among `column`'s requests in percent, rounded down, so that 100.0 means all.
pub fn success(w: Words, column: &Counted) -> Text {
    let per_mille = column.issued.saturating_mul(1000).checked_div(total(column));
    match per_mille {
        Some(rate) => w.with("percent", [("number", &tenths(rate, w))]),
        None => w.text("no-figure"),
    }
}

/// "22 Nov" in UTC.
pub fn short_day(w: Words, time: Timestamp) -> String {
    let Ok(at) = jiff::Timestamp::from_millisecond(time.millis()) else { return time.to_string() };
    let at = at.to_zoned(TimeZone::UTC);
    let month = w.plain_with("month", [("month", &at.month())]);
    w.plain_with("short-day", [("day", &at.day()), ("month", &month)])
}

/// A chart.
pub struct Chart {
    /// What it shows, for those who do not see it.
    pub summary: String,
    /// For wide and for narrow pages.
    pub drawings: [Drawing; 2],
}

/// One drawing of it. Coordinates are written out to a tenth.
pub struct Drawing {
    /// `wide` or `narrow`.
    pub class: &'static str,
    /// Width and height.
    pub size: (f64, f64),
    /// Where the columns begin.
    pub left: f64,
    /// Height and number of each line.
    pub lines: Vec<(String, String, String)>,
    /// Each bar.
    pub bars: Vec<Bar>,
    /// Middle and words under the columns.
    pub ticks: Vec<(String, String)>,
    /// The call-out: its line, where its words begin or end, the words.
    pub call: Option<(String, String, &'static str, String)>,
}

/// A part of a column.
pub struct Bar {
    /// Whether these failed.
    pub is_failed: bool,
    /// Left edge, upper edge, width, height.
    pub at: [String; 4],
}

/// The measures of a drawing.
struct Sheet {
    class: &'static str,
    size: (f64, f64),
    left: f64,
    top: f64,
    base: f64,
    widest: f64,
    /// Columns from one tick to the next, of 24, 7 and 30.
    ticks: [usize; 3],
}

const WIDE: Sheet =
    Sheet { class: "wide", size: (944.0, 190.0), left: 36.0, top: 34.0, base: 164.0, widest: 22.0, ticks: [4, 1, 5] };
const NARROW: Sheet = Sheet {
    class: "narrow",
    size: (358.0, 186.0),
    left: 34.0,
    top: 34.0,
    base: 160.0,
    widest: 22.0,
    ticks: [8, 1, 10],
};
/// Between what succeeded and what failed.
const GAP: f64 = 1.5;

fn draw(columns: &Columns, w: Words, sheet: &Sheet) -> Drawing {
    let is_narrow = sheet.class == NARROW.class;
    let step = step(columns.busiest());
    let scale = (sheet.base - sheet.top) / (2.0 * float(step));
    let slot = (sheet.size.0 - sheet.left) / float(i64::try_from(columns.all.len()).unwrap_or(1));
    let width = (slot * 0.72).min(sheet.widest);
    let middle = |position: usize| sheet.left + slot * (float(i64::try_from(position).unwrap_or(0)) + 0.5);
    let [day, week, month] = sheet.ticks;
    let every = match columns.period {
        Period::Day => day,
        Period::Week => week,
        Period::Month => month,
    };
    let (mut bars, mut ticks, mut tops) = (Vec::new(), Vec::new(), Vec::new());
    for (position, column) in columns.all.iter().enumerate() {
        let mut top = sheet.base;
        for (count, is_failed) in [(column.issued, false), (column.failed, true)] {
            if count > 0 {
                let gap = if top < sheet.base { GAP } else { 0.0 };
                let height = (float(count) * scale).max(1.0);
                top -= gap + height;
                let at = [middle(position) - width / 2.0, top, width, height].map(tenth);
                bars.push(Bar { is_failed, at });
            }
        }
        tops.push(top);
        if position.checked_rem(every) == Some(0) {
            ticks.push((tenth(middle(position)), columns.name(w, column)));
        }
    }
    let line = |number: i64| {
        let y = sheet.base - float(number) * scale;
        (tenth(y), tenth(y + 4.0), grouped(number, w))
    };
    let call = columns.call(w, is_narrow).map(|(position, text)| {
        let (x, top) = (middle(position), tops.get(position).copied().unwrap_or(sheet.top));
        // Words that would leave the drawing go to the other side.
        let (end, words, anchor) =
            if x > sheet.size.0 * 0.5 { (-10, x - 16.0, "end") } else { (10, x + 16.0, "start") };
        (format!("M{} {}V10h{end}", tenth(x), tenth((top - 4.5).max(10.0))), tenth(words), anchor, text)
    });
    Drawing {
        class: sheet.class,
        size: sheet.size,
        left: sheet.left,
        lines: [0, step, step.saturating_mul(2)].map(line).into(),
        bars,
        ticks,
        call,
    }
}

/// The least round number that is at least half of `most`: the first of the two lines.
fn step(most: i64) -> i64 {
    let half = most.saturating_add(1).div_euclid(2).max(1);
    let mut power = 1i64;
    loop {
        for digit in [1, 2, 3, 4, 5, 6, 8] {
            let step = power.saturating_mul(digit);
            if step >= half || step == i64::MAX {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a chart is drawn to a tenth of a pixel")]
fn float(number: i64) -> f64 {
    number as f64
}

fn tenth(number: f64) -> String {
    format!("{number:.1}").trim_end_matches(".0").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_lines_stand_at_round_numbers_over_every_bar() {
        assert_eq!([0, 1, 2, 3, 97, 100, 101, 1318].map(step), [1, 1, 1, 2, 50, 50, 60, 800]);
        assert!(step(i64::MAX) > i64::MAX / 4);
    }

    #[test]
    fn a_period_begins_with_an_hour_or_a_day() {
        let now: Timestamp = "2026-11-22T20:58:14Z".parse().unwrap();
        let begins = Period::ALL.map(|period| period.begins(now).to_string());
        assert_eq!(begins, ["2026-11-21T21:00:00.000Z", "2026-11-16T00:00:00.000Z", "2026-10-24T00:00:00.000Z"]);
    }

    #[test]
    fn all_means_all() {
        let w = Words::default();
        let rate = |issued, failed| success(w, &Counted { begins: Timestamp::from_millis(0), issued, failed });
        assert_eq!(rate(9999, 1).to_string(), "99.9 %");
        assert_eq!(rate(3, 0).to_string(), "100.0 %");
    }
}
