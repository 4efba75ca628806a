//! Operator tokens: what the admin API and its scripts prove themselves with. Hashed at rest, and always with an end.

use std::time::Duration;

use super::id::OperatorId;
use super::time::Timestamp;

/// Longest life of an operator token: a year.
pub const LONGEST_LIFE: Duration = Duration::from_secs(366 * 24 * 3600);
/// Longest name, in characters.
pub const LONGEST_NAME: usize = 50;

/// An operator token, as remembered.
#[derive(Clone, Debug)]
pub struct OperatorToken {
    /// Names it in events.
    pub id: OperatorId,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Timestamp,
}
