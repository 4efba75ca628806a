//! How long an old secret goes on: the choices, and what they are called.

use std::time::Duration;

use super::visitor::Insider;
use super::words::Words;
use crate::domain::time::Timestamp;

/// What Regenerate key offers, in seconds.
pub const GRACES: [u32; 5] = [0, 3600, 24 * 3600, 72 * 3600, 7 * 24 * 3600];

/// A choice of how long the old secret goes on.
pub struct Grace {
    /// In seconds.
    pub seconds: u32,
    /// In words.
    pub name: String,
    /// When the old secret would stop.
    pub end: String,
    /// Whether it is what the entity has set.
    pub is_default: bool,
}

impl Grace {
    /// Every choice, and what the entity has set among them.
    pub fn all(insider: &Insider, now: Timestamp) -> Vec<Self> {
        let (w, default) = (insider.visitor.look.words, insider.entity.settings.regenerate_grace_seconds);
        let mut all = GRACES.to_vec();
        all.push(default);
        all.sort_unstable();
        all.dedup();
        let choice = |seconds: u32| {
            let span = Duration::from_secs(u64::from(seconds));
            let end = now.plus(span);
            Self {
                seconds,
                name: grace_name(w, seconds),
                end: match seconds {
                    0 => w.plain("stops-now"),
                    1..86_400 => w.clock(end),
                    _ => w.day(end),
                },
                is_default: seconds == default,
            }
        };
        all.into_iter().map(choice).collect()
    }
}

/// "24 hours", "72 hours", "7 days": as the contract counts them.
pub fn grace_name(w: Words, seconds: u32) -> String {
    match seconds {
        0 => w.plain("grace-none"),
        ..604_800 if seconds.is_multiple_of(3600) => w.plain_with("hours", [("count", &(seconds / 3600))]),
        _ => w.span(Duration::from_secs(u64::from(seconds))),
    }
}
