//! How often each fault is tried, and what is written down of it: `FAULTS_WHOLE` says that the whole is wanted, and
//! `FAULTS_FIGURES` names a directory for the figures.

use std::path::PathBuf;
use std::time::Duration;

/// So many tries in `cargo test`, or so many in the whole run.
pub fn tries(quick: u32, whole: u32) -> u32 {
    if is_whole() { whole } else { quick }
}

/// Whether this is the whole run.
pub fn is_whole() -> bool {
    std::env::var_os("FAULTS_WHOLE").is_some()
}

/// Writes a part of the document, if figures are wanted. Parts are put together in the order of their names.
pub fn record(part: &str, heading: &str, lines: &[String]) {
    let Some(directory) = std::env::var_os("FAULTS_FIGURES").map(PathBuf::from) else { return };
    std::fs::create_dir_all(&directory).unwrap();
    let text = format!("### {heading}\n\n{}\n\n", lines.join("\n"));
    std::fs::write(directory.join(format!("{part}.md")), text).unwrap();
}

/// A row of a table.
pub fn row<const N: usize>(cells: [&str; N]) -> String {
    format!("| {} |", cells.join(" | "))
}

/// The first two rows of a table.
pub fn head<const N: usize>(cells: [&str; N]) -> Vec<String> {
    vec![row(cells), row(["---"; N])]
}

/// Times, to be told by their order.
#[derive(Clone, Debug, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time that so many in a hundred do not exceed.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).clamp(1, sorted.len().max(1));
        sorted.get(rank - 1).copied().unwrap_or_default()
    }

    pub fn max(&self) -> Duration {
        self.0.iter().max().copied().unwrap_or_default()
    }

    /// Least, median and greatest.
    pub fn spread(&self) -> String {
        let least = self.0.iter().min().copied().unwrap_or_default();
        format!("{} / {} / {}", millis(least), millis(self.percentile(50)), millis(self.max()))
    }
}

/// A time in milliseconds, as tables have it.
pub fn millis(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1000.0;
    if millis < 100.0 { format!("{millis:.1} ms") } else { format!("{millis:.0} ms") }
}

/// A random number below `below`.
pub fn below(below: u64) -> u64 {
    u64::from_be_bytes(passgate::app::clock::random().unwrap()) % below.max(1)
}
