//! What a run has shown: legs by server and section, and what they are beside each other. Never one number: the middle of
//! the rounds, with the least and the most.

use serde::{Deserialize, Serialize};

use crate::load::Leg;

/// Everything that one run has measured.
#[derive(Debug, Serialize, Deserialize)]
pub struct Results {
    /// What was typed.
    pub command: String,
    /// On what.
    pub machine: String,
    /// Which commit.
    pub commit: String,
    /// How often each server had its turn.
    pub rounds: usize,
    /// How long each turn was, in seconds.
    pub seconds: f64,
    /// What was asked, of whom.
    pub sections: Vec<Section>,
    /// From the start of the process to the first token, in milliseconds.
    pub cold_starts: Vec<f64>,
    /// What the server held in memory, and when.
    pub memory: Vec<Memory>,
    /// What `fdatasync` takes where the ledgers are, in milliseconds, between their turns; of each, half of the tries take less.
    pub fdatasync: Vec<f64>,
    /// How many credentials were known at most, and what each took in memory, in bytes.
    pub known: Option<(usize, f64)>,
}

/// Some servers, or some ways of asking, that take turns. The first one is what the others are held against.
#[derive(Debug, Serialize, Deserialize)]
pub struct Section {
    /// Names it in `--only`.
    pub name: String,
    /// What it is about.
    pub title: String,
    /// Connections; at a fixed rate, those that take turns are no part of this.
    pub connections: usize,
    /// What was measured of each.
    pub sides: Vec<Side>,
}

/// One server, or one way of asking.
#[derive(Debug, Serialize, Deserialize)]
pub struct Side {
    /// What the tables call it.
    pub name: String,
    /// Its turns.
    pub legs: Vec<Leg>,
}

/// Memory at one moment.
#[derive(Debug, Serialize, Deserialize)]
pub struct Memory {
    /// When.
    pub when: String,
    /// Megabytes.
    pub megabytes: f64,
}

/// The middle of some numbers, the least and the most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// Half of them are less.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The most.
    pub max: f64,
}

impl Range {
    /// Of these numbers; `None` if there are none.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut numbers: Vec<f64> = numbers.into_iter().collect();
        numbers.sort_by(f64::total_cmp);
        let half = numbers.len().div_euclid(2);
        let upper = *numbers.get(half)?;
        let is_even = numbers.len().rem_euclid(2) == 0;
        let lower = if is_even { *numbers.get(half.saturating_sub(1))? } else { upper };
        Some(Self { median: f64::midpoint(lower, upper), min: *numbers.first()?, max: *numbers.last()? })
    }

    /// As text with so many decimals.
    pub fn show(&self, decimals: usize) -> String {
        format!("{:.decimals$} ({:.decimals$}–{:.decimals$})", self.median, self.min, self.max)
    }
}

impl Section {
    /// A side by its name.
    pub fn side(&self, name: &str) -> Option<&Side> {
        self.sides.iter().find(|side| side.name == name)
    }
}

impl Side {
    /// One quantity over the rounds.
    pub fn range(&self, of: impl Fn(&Leg) -> f64) -> Option<Range> {
        Range::of(self.legs.iter().map(of))
    }

    /// One quantity as a multiple of another side's, round by round.
    pub fn ratio(&self, base: &Self, of: impl Fn(&Leg) -> f64) -> Option<Range> {
        Range::of(
            self.legs.iter().zip(&base.legs).filter(|(_, base)| of(base) > 0.0).map(|(leg, base)| of(leg) / of(base)),
        )
    }
}

impl Results {
    /// A section by its name and connections.
    pub fn section(&self, name: &str, connections: usize) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name && section.connections == connections)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_the_middle_and_both_ends() {
        assert_eq!(Range::of([3.0, 1.0, 2.0]), Some(Range { median: 2.0, min: 1.0, max: 3.0 }));
        assert_eq!(Range::of([4.0, 1.0, 2.0, 3.0]), Some(Range { median: 2.5, min: 1.0, max: 4.0 }));
        assert_eq!(Range::of([]), None);
        assert_eq!(Range::of([1.25]).unwrap().show(1), "1.2 (1.2–1.2)");
    }
}
