//! Resources (RFC 8707 §2): the names by which the platform's APIs are known, and which of them a token is for.

use std::sync::Arc;

/// Most resources that an entity may have.
pub const MOST_RESOURCES: usize = 20;
/// Longest resource, in bytes.
pub const LONGEST_RESOURCE: usize = 200;

/// Why there is no token for what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotATarget {
    /// More than one resource: a token has one audience.
    Several,
    /// A resource that the entity may not call.
    Unknown,
}

/// Whether `text` is an absolute URI without a fragment (RFC 3986 §4.3) of at most [`LONGEST_RESOURCE`] bytes.
pub fn is_resource(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let is_authority = rest.strip_prefix("//").is_none_or(|rest| !rest.is_empty() && !rest.starts_with(['/', '?']));
    let is_plain = rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&b));
    let is_escaped = rest.split('%').skip(1).all(|after| {
        let mut digits = after.bytes();
        (0..2).all(|_| digits.next().is_some_and(|b| b.is_ascii_hexdigit()))
    });
    text.len() <= LONGEST_RESOURCE && is_scheme && !rest.is_empty() && is_authority && is_plain && is_escaped
}

/// Whether `text` is a resource that can be fetched: a URL of `https` or `http`.
pub fn is_url(text: &str) -> bool {
    is_resource(text) && (text.starts_with("https://") || text.starts_with("http://"))
}

/// The audience of a token whose request names the resources `asked`, each by its letters (RFC 8707 §2). `default` is
/// the audience when none is asked, and may be asked for by everyone.
pub fn audience<'r>(
    default: &Arc<str>,
    resources: &[Arc<str>],
    mut asked: impl Iterator<Item = &'r str>,
) -> Result<Arc<str>, NotATarget> {
    let Some(one) = asked.next() else {
        return Ok(default.clone());
    };
    if asked.any(|other| other != one) {
        return Err(NotATarget::Several);
    }
    let known = std::iter::once(default).chain(resources).find(|known| ***known == *one);
    known.cloned().ok_or(NotATarget::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_an_absolute_uri_without_a_fragment() {
        for resource in [
            "https://api.example.com",
            "https://api.example.com/orders?v=1",
            "urn:dlat:orders",
            "http://[::1]:8080/a%20b",
        ] {
            assert!(is_resource(resource), "{resource}");
        }
        for other in [
            "",
            "orders",
            "/orders",
            ":x",
            "https:",
            "https://",
            "https:///orders",
            "1a:b",
            "https://a/#b",
            "https://a/b c",
            "https://a/\"",
            "https://a/%4",
            "https://a/%zz",
            "https://a/é",
            &format!("https://a/{}", "x".repeat(LONGEST_RESOURCE)),
        ] {
            assert!(!is_resource(other), "{other}");
        }
        assert!(is_url("https://api.example.com/orders") && !is_url("urn:dlat:orders"));
    }

    #[test]
    fn a_token_is_for_one_resource_that_the_entity_may_call() {
        let default: Arc<str> = "https://pass.example.com".into();
        let resources = ["https://a.example".into(), "https://b.example".into()];
        let of = |asked: &[&str]| audience(&default, &resources, asked.iter().copied()).map(|it| it.to_string());
        assert_eq!(of(&[]).as_deref(), Ok("https://pass.example.com"));
        assert_eq!(of(&["https://pass.example.com"]).as_deref(), Ok("https://pass.example.com"));
        assert_eq!(of(&["https://b.example"]).as_deref(), Ok("https://b.example"));
        assert_eq!(of(&["https://b.example", "https://b.example"]).as_deref(), Ok("https://b.example"));
        assert_eq!(of(&["https://a.example", "https://b.example"]), Err(NotATarget::Several));
        assert_eq!(of(&["https://b.example/"]), Err(NotATarget::Unknown));
    }
}
