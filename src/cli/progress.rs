//! How far long work is, for whoever looks at a terminal; in a pipe nothing of it is written.

use std::cell::Cell;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// So much must have been done since the bar was last told of it: telling it is dearer than copying a row.
const STEP: u64 = 1000;

/// A bar on standard error, gone when it is dropped.
pub struct Progress {
    bar: ProgressBar,
    told: Cell<u64>,
}

impl Progress {
    /// A bar for work that is called `what`, counted in rows or in bytes.
    pub fn new(what: &str, counted: Counted) -> Self {
        let bar = ProgressBar::new(0);
        let template = match counted {
            Counted::Rows => "{msg} {wide_bar} {human_pos} of {human_len}, {eta} left",
            Counted::Bytes => "{msg} {wide_bar} {percent} %, {eta} left",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, told: Cell::new(0) }
    }

    /// So much of so much is done.
    pub fn set(&self, done: u64, of: u64) {
        if done < of && done.abs_diff(self.told.get()) < STEP {
            return;
        }
        self.told.set(done);
        self.bar.set_length(of);
        self.bar.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// What work is counted in.
#[derive(Clone, Copy)]
pub enum Counted {
    /// Rows.
    Rows,
    /// Bytes of a file.
    Bytes,
}
