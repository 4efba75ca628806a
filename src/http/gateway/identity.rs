//! The headers that tell an API who calls. Each is always there, empty if there is nothing to tell, so that a gateway
//! that copies it overwrites whatever its client had sent under the same name.

use std::fmt::Write as _;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::asked::Asked;
use crate::domain::claims::Claims;

/// The Client Id.
pub const CLIENT_ID: HeaderName = HeaderName::from_static("x-passgate-client-id");
/// The identifier of the business entity.
pub const ENTITY: HeaderName = HeaderName::from_static("x-passgate-entity");
/// The scope of the token.
pub const SCOPE: HeaderName = HeaderName::from_static("x-passgate-scope");
/// What the name of a claim's header begins with.
const CLAIM: &str = "x-passgate-claim-";

/// Most bytes of one value: gateways give all headers of an answer some 4 KiB.
const MOST_BYTES: usize = 2048;

/// A value that no header can carry whole.
#[derive(Debug)]
pub struct TooLong;

/// The identity that `claims` tell, with the asked claims.
pub fn headers(claims: &Claims, asked: &Asked<'_>) -> Result<HeaderMap, TooLong> {
    let mut headers = HeaderMap::new();
    headers.insert(CLIENT_ID, visible(claims.client_id.as_str())?);
    headers.insert(ENTITY, visible(&claims.entity)?);
    headers.insert(SCOPE, visible(&claims.scope)?);
    for claim in &asked.claims {
        let value = match claims.mapped.get(&**claim) {
            None | Some(Value::Null) => HeaderValue::from_static(""),
            Some(Value::String(text)) => visible(text)?,
            Some(other) => visible(&other.to_string())?,
        };
        // The first of two claims whose headers have the same name is the one that is told.
        if let Some(name) = header_name(claim) {
            headers.entry(name).or_insert(value);
        }
    }
    Ok(headers)
}

/// `X-Passgate-Claim-` and the claim's name in small letters, with a hyphen for whatever is neither letter nor digit:
/// gateways do not take the other characters in the name of a header.
fn header_name(claim: &str) -> Option<HeaderName> {
    let plain = claim.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    HeaderName::try_from(CLAIM.chars().chain(plain).collect::<String>()).ok()
}

/// The text as a header carries it: as UTF-8, in which `%`, everything that is not printable ASCII, and a space at
/// either end are percent-encoded (RFC 3986 §2.1).
fn visible(text: &str) -> Result<HeaderValue, TooLong> {
    let last = text.len().saturating_sub(1);
    let mut encoded = String::with_capacity(text.len());
    for (position, byte) in text.bytes().enumerate() {
        let is_plain = matches!(byte, b'!'..=b'~') && byte != b'%' || byte == b' ' && position > 0 && position < last;
        if is_plain {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    if encoded.len() > MOST_BYTES {
        return Err(TooLong);
    }
    HeaderValue::try_from(encoded).map_err(|_| TooLong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::parse::form::decode;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_value_is_printable_ascii_and_decodes_to_what_it_was(text in "\\PC{0,20}|[\\x00-\\x7f]{0,20}") {
            let value = visible(&text).unwrap();
            prop_assert!(value.as_bytes().iter().all(|b| (b' '..=b'~').contains(b)));
            let trimmed = value.to_str().unwrap().trim().replace('+', "%2B");
            let decoded = decode(&trimmed);
            prop_assert_eq!(decoded.as_deref(), Some(text.as_str()));
        }
    }
}
