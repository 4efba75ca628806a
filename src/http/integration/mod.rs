//! The contract's own endpoints (CONTRACT.md §2 and §5.18).

pub mod access_token;
pub mod whoami;
