//! What a gateway asks of a token: by the query, and by headers for a gateway whose query is its client's. A header may
//! have been sent by the client, so it only ever adds a requirement.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName};

use crate::domain::requirement::Requirement;
use crate::domain::resource::is_url;
use crate::http::parse::form::decode;

/// Requires a scope, like `scope`.
const SCOPE: HeaderName = HeaderName::from_static("x-passgate-require-scope");
/// Requires an audience, like `audience`.
const AUDIENCE: HeaderName = HeaderName::from_static("x-passgate-require-audience");
/// Names claims to answer with, like `claim`; several with spaces between.
const CLAIM: HeaderName = HeaderName::from_static("x-passgate-claim");
/// Where the API's metadata is, like `resource_metadata`.
const RESOURCE_METADATA: HeaderName = HeaderName::from_static("x-passgate-resource-metadata");

/// Most claims that may be asked for.
const MOST_CLAIMS: usize = 20;
/// Longest name of a claim, in bytes.
const LONGEST_CLAIM: usize = 64;

/// What one request asks.
#[derive(Debug, Default)]
pub struct Asked<'r> {
    /// What the token must have.
    pub requirement: Requirement<'r>,
    /// The claims that are told beside client, entity and scope.
    pub claims: Vec<Cow<'r, str>>,
    /// Where the metadata of the API is (RFC 9728 §5.1).
    pub resource_metadata: Option<Cow<'r, str>>,
}

impl<'r> Asked<'r> {
    /// Reads the query, if it is the gateway's, and the headers. `Err` says, for the log, what a gateway must not leave
    /// unjudged: a parameter that is misspelt would otherwise be a door left open.
    pub fn read(query: Option<&'r str>, headers: &'r HeaderMap) -> Result<Self, &'static str> {
        let mut asked = Self::default();
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = decode(value).ok_or("a value of the query is not URL-encoded UTF-8")?;
            match name {
                "scope" => asked.requirement.scopes.push(value),
                "audience" => asked.requirement.audiences.push(value),
                "claim" => asked.claims.push(value),
                "resource_metadata" if asked.resource_metadata.is_none() => asked.resource_metadata = Some(value),
                _ => return Err("the query has a parameter that is unknown or stands twice"),
            }
        }
        asked.requirement.scopes.extend(texts(headers, &SCOPE));
        asked.requirement.audiences.extend(texts(headers, &AUDIENCE));
        asked.requirement.audiences.retain(|audience| !audience.is_empty());
        for line in texts(headers, &CLAIM) {
            asked.claims.extend(line.split(' ').map(|claim| Cow::Owned(claim.to_owned())));
        }
        asked.claims.retain(|claim| !claim.is_empty());
        if asked.claims.len() > MOST_CLAIMS {
            return Err("more than 20 claims are asked for");
        }
        let is_claim = |claim: &str| {
            claim.len() <= LONGEST_CLAIM && claim.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:/-".contains(&b))
        };
        if !asked.claims.iter().all(|claim| is_claim(claim)) {
            return Err("what is asked for is not the name of a claim");
        }
        asked.resource_metadata = asked.resource_metadata.or_else(|| texts(headers, &RESOURCE_METADATA).next());
        if asked.resource_metadata.as_deref().is_some_and(|url| !is_url(url)) {
            return Err("resource_metadata is not a URL");
        }
        Ok(asked)
    }

    /// A challenge with these parameters and what is known of the API (RFC 6750 §3, RFC 9728 §5.1).
    pub fn challenge(&self, error: Option<&str>) -> String {
        let mut challenge = "Bearer realm=\"passgate\"".to_owned();
        let mut add = |name: &str, value: &str| {
            challenge.extend([", ", name, "=\"", value, "\""]);
        };
        if let Some(error) = error {
            add("error", error);
        }
        if let Some(scope) = self.requirement.scope() {
            add("scope", &scope);
        }
        if let Some(url) = &self.resource_metadata {
            add("resource_metadata", url);
        }
        challenge
    }
}

/// Every line of a header. What is not UTF-8 is a text that no token has.
fn texts<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = Cow<'h, str>> {
    headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_is_asked_a_challenge_is_one_header_and_quotes_nothing_odd(
            scope in ".{0,40}",
            url in "(https://)?[ -~]{0,40}",
            query in "[ -~]{0,80}",
        ) {
            let mut headers = HeaderMap::new();
            for (name, text) in [(SCOPE, &scope), (RESOURCE_METADATA, &url)] {
                if let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) {
                    headers.append(name, value);
                }
            }
            if let Ok(asked) = Asked::read(Some(&query), &headers) {
                let challenge = asked.challenge(Some("insufficient_scope"));
                prop_assert!(HeaderValue::from_str(&challenge).is_ok());
                prop_assert!(!challenge.contains('\\'));
                prop_assert!(challenge.matches('"').count() <= 8);
            }
        }
    }
}
