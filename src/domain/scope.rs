//! Scopes (CONTRACT.md §2, RFC 6749 §3.3): an entity's scopes are names of one or more words; a request asks by words.

use std::sync::Arc;

/// Most scopes that an entity may have.
pub const MOST_SCOPES: usize = 50;
/// Longest name of a scope, in characters.
pub const LONGEST_NAME: usize = 200;
/// Longest scope string, in bytes: of all scopes of an entity together, and so of a request.
pub const LONGEST_TOGETHER: usize = 1000;
/// The scope that a new entity has.
pub const DEFAULT: &str = "DLAT access Webhooks";

/// Why a list of names cannot be an entity's scopes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidScopes {
    /// There must be at least one.
    #[error("needs at least one scope")]
    None,
    /// More than [`MOST_SCOPES`].
    #[error("has more than {MOST_SCOPES} scopes")]
    TooMany,
    /// The name at this position (from 1) is empty, too long, or has a character that RFC 6749 §3.3 forbids.
    #[error(
        "must have at position {0} a name of 1 to {LONGEST_NAME} printable ASCII characters without quotation mark or backslash, its words separated by one space"
    )]
    Name(usize),
    /// All of them together have more than [`LONGEST_TOGETHER`] characters.
    #[error("may have at most {LONGEST_TOGETHER} characters together")]
    TooLong,
    /// Two scopes have the same words.
    #[error("has at position {0} the same words as an earlier one")]
    Duplicate(usize),
}

/// The asked scope is not made of this entity's scopes.
#[derive(Debug, PartialEq, Eq)]
pub struct NotAScope;

/// The scopes of one entity: at least one, in the operator's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes {
    names: Vec<String>,
    all: Arc<str>,
}

impl Scopes {
    /// Takes the names as they are written; each must be words of RFC 6749 §3.3 separated by single spaces.
    pub fn new(names: Vec<String>) -> Result<Self, InvalidScopes> {
        if names.is_empty() {
            return Err(InvalidScopes::None);
        }
        if names.len() > MOST_SCOPES {
            return Err(InvalidScopes::TooMany);
        }
        let mut seen = Vec::with_capacity(names.len());
        for (position, name) in (1..).zip(&names) {
            if name.len() > LONGEST_NAME || !name.split(' ').all(is_scope_token) {
                return Err(InvalidScopes::Name(position));
            }
            let mut words: Vec<&str> = name.split(' ').collect();
            words.sort_unstable();
            words.dedup();
            if seen.contains(&words) {
                return Err(InvalidScopes::Duplicate(position));
            }
            seen.push(words);
        }
        if names.join(" ").len() > LONGEST_TOGETHER {
            return Err(InvalidScopes::TooLong);
        }
        let all = joined_words(names.iter().map(String::as_str));
        Ok(Self { names, all })
    }

    /// The names, in the operator's order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Every word of every scope: what a request gets that asks for none.
    pub fn all(&self) -> &Arc<str> {
        &self.all
    }

    /// The scope string to grant: all for `None`; else `asked` must be exactly the words of one or more scopes, in any
    /// order.
    pub fn grant(&self, asked: Option<&str>) -> Result<Arc<str>, NotAScope> {
        let Some(asked) = asked else {
            return Ok(self.all.clone());
        };
        if *asked == *self.all {
            return Ok(self.all.clone());
        }
        if asked.len() > LONGEST_TOGETHER || !asked.split(' ').all(is_scope_token) {
            return Err(NotAScope);
        }
        let mut words: Vec<&str> = asked.split(' ').collect();
        words.sort_unstable();
        words.dedup();
        let has = |word: &str| words.binary_search(&word).is_ok();
        let granted: Vec<&str> =
            self.names.iter().map(String::as_str).filter(|name| name.split(' ').all(has)).collect();
        let scope = joined_words(granted.iter().copied());
        let mut covered: Vec<&str> = scope.split(' ').collect();
        covered.sort_unstable();
        if covered == words { Ok(scope) } else { Err(NotAScope) }
    }

    /// The title of the contract's 400: it names the valid scope or scopes (CONTRACT.md §2).
    pub fn title(&self) -> String {
        let quoted: Vec<String> = self.names.iter().map(|name| format!("\"{name}\"")).collect();
        match quoted.as_slice() {
            [one] => format!("Current valid scope is {one}"),
            many => format!("Current valid scopes are {}", many.join(", ")),
        }
    }
}

impl Default for Scopes {
    fn default() -> Self {
        Self { names: vec![DEFAULT.to_owned()], all: DEFAULT.into() }
    }
}

/// Each word once, in the order of first appearance.
fn joined_words<'a>(names: impl Iterator<Item = &'a str>) -> Arc<str> {
    let mut words: Vec<&str> = Vec::new();
    for word in names.flat_map(|name| name.split(' ')) {
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(" ").into()
}

/// `scope-token` of RFC 6749 §3.3: 1*( %x21 / %x23-5B / %x5D-7E ).
pub(super) fn is_scope_token(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scopes(names: &[&str]) -> Scopes {
        Scopes::new(names.iter().map(ToString::to_string).collect()).unwrap()
    }

    #[test]
    fn words_are_valid_in_any_order_and_only_all_together() {
        let scopes = scopes(&["DLAT access Webhooks", "orders:read"]);
        for valid in ["DLAT access Webhooks", "Webhooks DLAT access", "orders:read", "access orders:read DLAT Webhooks"]
        {
            assert!(scopes.grant(Some(valid)).is_ok(), "{valid}");
        }
        for invalid in [
            "DLAT",
            "DLAT access",
            "dlat access webhooks",
            "orders:read DLAT",
            " ",
            "orders:read ",
            "orders:read\t",
            "orders:write",
            "DLAT  access Webhooks",
        ] {
            assert_eq!(scopes.grant(Some(invalid)), Err(NotAScope), "{invalid:?}");
        }
        assert_eq!(&*scopes.grant(None).unwrap(), "DLAT access Webhooks orders:read");
    }

    #[test]
    fn the_title_names_every_valid_scope() {
        assert_eq!(Scopes::default().title(), "Current valid scope is \"DLAT access Webhooks\"");
        assert_eq!(scopes(&["a", "b c"]).title(), "Current valid scopes are \"a\", \"b c\"");
    }

    #[test]
    fn names_that_a_scope_string_cannot_carry_are_refused() {
        for bad in ["", " ", "a  b", "a\"b", "a\\b", "é", "a ", &"x".repeat(201)] {
            assert_eq!(Scopes::new(vec![bad.to_owned()]), Err(InvalidScopes::Name(1)), "{bad:?}");
        }
        assert_eq!(Scopes::new(vec!["a b".into(), "b a".into()]), Err(InvalidScopes::Duplicate(2)));
        assert_eq!(Scopes::new(vec![]), Err(InvalidScopes::None));
    }

    proptest! {
        #[test]
        fn what_is_granted_has_exactly_the_asked_words(asked in "[a-c ]{0,12}") {
            let scopes = scopes(&["a", "b c", "a c"]);
            if let Ok(granted) = scopes.grant(Some(&asked)) {
                let mut asked: Vec<&str> = asked.split(' ').collect();
                let mut granted: Vec<&str> = granted.split(' ').collect();
                asked.sort_unstable();
                asked.dedup();
                granted.sort_unstable();
                prop_assert_eq!(asked, granted);
            }
        }
    }
}
