//! What gateways ask before they let a request through to an API (CONTRACT.md §5.14), and what they publish for it.

pub mod asked;
pub mod forward_auth;
pub mod identity;
pub mod protected_resource;
