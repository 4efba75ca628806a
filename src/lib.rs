//! Passgate: API credentials and access tokens for the business entities of a B2B platform. `ARCHITECTURE.md` has the
//! map; the binary is a thin shell over this library, and the benchmark and the fuzz targets use it too.

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod http;
pub mod jobs;
pub mod signer;
pub mod store;
pub mod vault;
