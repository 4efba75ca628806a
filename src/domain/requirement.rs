//! What a gateway requires of a token before it lets a request through (CONTRACT.md §5.14).

use std::borrow::Cow;

use super::claims::Claims;
use super::scope::{LONGEST_TOGETHER, is_scope_token};

/// Everything that is required; nothing required is met by any token. More of it never lets more through.
#[derive(Debug, Default)]
pub struct Requirement<'r> {
    /// Scope strings: the token must have every word of every one.
    pub scopes: Vec<Cow<'r, str>>,
    /// Audiences: each must be the one that the token has.
    pub audiences: Vec<Cow<'r, str>>,
}

/// Why a token that stands does not meet a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// It is for another API.
    Audience,
    /// It lacks a word of the scope.
    Scope,
}

impl Requirement<'_> {
    /// Whether a token that says `claims` meets all of it; the audience is judged first.
    pub fn judge(&self, claims: &Claims) -> Result<(), Unmet> {
        if self.audiences.iter().any(|audience| **audience != *claims.aud) {
            return Err(Unmet::Audience);
        }
        let mut granted: Vec<&str> = claims.scope.split(' ').collect();
        granted.sort_unstable();
        if self.words().all(|word| granted.binary_search(&word).is_ok()) { Ok(()) } else { Err(Unmet::Scope) }
    }

    /// The required scope as a challenge names it (RFC 6750 §3); `None` if nothing could have it.
    pub fn scope(&self) -> Option<String> {
        let mut words: Vec<&str> = Vec::new();
        let mut length = 0usize;
        for word in self.words() {
            length = length.saturating_add(word.len());
            if length > LONGEST_TOGETHER || !is_scope_token(word) {
                return None;
            }
            if !words.contains(&word) {
                words.push(word);
            }
        }
        (!words.is_empty()).then(|| words.join(" "))
    }

    fn words(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().flat_map(|scope| scope.split(' ')).filter(|word| !word.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_never_carries_what_no_scope_can_have() {
        let scope = |text: &'static str| Requirement { scopes: vec![text.into()], audiences: vec![] }.scope();
        assert_eq!(scope("b a  b").as_deref(), Some("b a"));
        assert_eq!(scope(""), None);
        for odd in ["a\"b", "a\\b", "a\u{e9}", "a\tb", "a\u{7f}"] {
            assert_eq!(scope(odd), None, "{odd:?}");
        }
        assert_eq!(Requirement { scopes: vec!["x".repeat(1001).into()], audiences: vec![] }.scope(), None);
    }
}
