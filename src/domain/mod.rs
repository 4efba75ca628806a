//! The words and decisions of the house: what an entity, a credential, a scope, a parameter, a token and a key are,
//! and what follows from them. No I/O and no async; the time and random bytes are arguments.

pub mod assertion;
pub mod authentication;
pub mod certificate;
pub mod chain;
pub mod claims;
pub mod credential;
pub mod definition;
pub mod dpop;
pub mod entity;
pub mod event;
pub mod fault;
pub mod id;
pub mod key;
pub mod leak;
pub mod network;
pub mod operator;
pub mod parameter;
pub mod person;
pub mod presented;
pub mod public_key;
pub mod quota;
pub mod requirement;
pub mod resource;
pub mod rotation;
pub mod scope;
pub mod secret;
pub mod settings;
pub mod time;
pub mod token;
pub mod voided;
