//! Backups and moves, as an operator makes them: beside a running server, out of and into SQLite and a real PostgreSQL.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test may fail by panicking")]

mod files;
mod moving;
mod place;
mod row_for_row;
