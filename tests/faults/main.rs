//! What Passgate promises while things break: the real binary, started as a process and killed, over databases that stop,
//! freeze, fill up and come back. `cargo test` tries each fault a few times; `tests/faults/whole` tries them often, and
//! writes the figures into `docs/reliability.md`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    reason = "a test may fail by panicking, and its figures are small"
)]

mod disk;
mod figures;
mod kills;
mod known;
mod ledger;
mod master_key;
mod migrations;
mod node;
mod outages;
mod postgres;
mod proxy;
mod races;
mod spread;
mod writer;
