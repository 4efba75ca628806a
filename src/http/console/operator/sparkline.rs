//! The requests of the last hours as a line: drawn here, with attributes only, so that no style stands in the page.

use crate::http::console::words::Text;
use crate::store::request_count::ACTIVE_HOURS;

const LEFT: f64 = 2.0;
const RIGHT: f64 = 79.0;
const TOP: f64 = 5.0;
const BOTTOM: f64 = 18.0;

/// The line; nothing when there was no request.
pub fn sparkline(hours: &[i64; ACTIVE_HOURS]) -> Option<Text> {
    let number = |hour: i64| f64::from(u32::try_from(hour).unwrap_or(u32::MAX));
    let most = hours.iter().copied().max().filter(|most| *most > 0).map(number)?;
    let step = (RIGHT - LEFT) / f64::from(u32::try_from(hours.len().saturating_sub(1)).unwrap_or(1));
    let height = |hour: i64| BOTTOM - (BOTTOM - TOP) * number(hour) / most;
    let points =
        (0u32..).zip(hours).map(|(at, hour)| format!("{:.1} {:.1}", LEFT + step * f64::from(at), height(*hour)));
    let path = points.collect::<Vec<_>>().join("L");
    let last = height(hours.last().copied().unwrap_or_default());
    Some(Text::trusted(format!(
        r#"<svg class="spark" aria-hidden="true" viewBox="0 0 84 22"><path d="M{path}"/><circle cx="{RIGHT}" cy="{last:.1}" r="2.25"/></svg>"#
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_day_has_no_line_and_the_busiest_hour_is_on_top() {
        assert!(sparkline(&[0; ACTIVE_HOURS]).is_none());
        let mut hours = [0; ACTIVE_HOURS];
        hours[23] = 9;
        let drawn = sparkline(&hours).unwrap().to_string();
        assert!(drawn.contains("M2.0 18.0L"));
        assert!(drawn.contains("cy=\"5.0\""));
    }
}
