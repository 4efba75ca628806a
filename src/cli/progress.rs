//! How far long work is, for whoever looks at a terminal; in a pipe nothing of it is written.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar on standard error, gone when it is dropped.
pub struct Progress(ProgressBar);

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
        Self(bar)
    }

    /// So much of so much is done.
    pub fn set(&self, done: u64, of: u64) {
        self.0.set_length(of);
        self.0.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
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
