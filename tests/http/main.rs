//! What Passgate does, seen through HTTP. One file a room; each test is a sentence about behaviour.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value,
    reason = "a test may fail by panicking, and its name says what it is"
)]

mod admin;
mod audit;
mod clock;
mod console;
mod console_monitor;
mod console_operator;
mod dpop;
mod feed;
mod gateways;
mod guards;
mod hostile;
mod integration;
mod keys;
mod ledger;
mod lifecycle;
mod mail;
mod mtls;
mod oauth;
mod operations;
mod order;
mod outage;
mod parameters;
mod private_key_jwt;
mod quotas;
mod requests;
mod reuse;
mod revocation;
mod rotation;
mod server;
mod sign_in;
mod visitor;
