#![doc = include_str!("../README.md")]

#[cfg(feature = "axum")]
mod axum;
mod builder;
mod claims;
mod clock;
mod feed;
mod fetch;
mod json;
mod jwks;
mod jwt;
mod refused;
#[cfg(feature = "tower")]
mod tower;
mod verifier;
mod void;

pub use builder::Builder;
pub use claims::Token;
pub use jwks::Algorithm;
pub use refused::Refused;
#[cfg(feature = "tower")]
pub use tower::{Guarded, RequireToken};
pub use verifier::Verifier;

/// Why a verifier does not start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting is impossible.
    #[error("the verifier cannot be started: {0}")]
    Settings(String),
    /// What answers is not the issuer that was named.
    #[error("this is not the Passgate that was named: {0}")]
    Unexpected(String),
    /// Passgate does not answer.
    #[error("Passgate does not answer: {0}")]
    Away(String),
}
