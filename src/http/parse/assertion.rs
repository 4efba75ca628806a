//! From the text of a `client_assertion` to an [`Assertion`] (RFC 7515 §7.1, RFC 7519 §7.2): strict, and before its
//! signature is known. No name twice, nothing critical, no algorithm without a public key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::json;
use crate::domain::assertion::{Assertion, LONGEST_ASSERTION};
use crate::domain::presented::{Fields, Value};
use crate::domain::public_key::{LONGEST_KID, SigningAlgorithm};
use crate::domain::token::LONGEST_CLIENT_ID;

/// The words of `typ` that an assertion may have, in lower case; more explicit ones keep other JWTs from being taken for
/// one (RFC 8725 §3.11).
const TYPES: [&str; 2] = ["jwt", "client-authentication+jwt"];

/// The assertion that `text` spells; `None` if it is none.
pub fn read(text: &str) -> Option<Assertion<'_>> {
    if text.len() > LONGEST_ASSERTION {
        return None;
    }
    let (signed, signature) = text.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let (header, claims, signature) = (decoded(header)?, decoded(claims)?, decoded(signature)?);
    let (header, claims) = (json::fields(&header).ok()?, json::fields(&claims).ok()?);
    let algorithm = SigningAlgorithm::parse(string(&header, "alg")??)?;
    let is_typed = string(&header, "typ")?.is_none_or(|typ| TYPES.contains(&typ.to_ascii_lowercase().as_str()));
    // Nothing critical is understood (RFC 7515 §4.1.11), nor content types (nested JWTs) or unencoded payloads.
    if !is_typed || ["crit", "cty", "b64", "zip", "enc"].iter().any(|name| header.get(name).is_some()) {
        return None;
    }
    let kid = string(&header, "kid")?.map(str::to_owned);
    let client_id = string(&claims, "iss")??;
    let is_about_itself = string(&claims, "sub")?? == client_id;
    if !is_about_itself
        || client_id.len() > LONGEST_CLIENT_ID
        || kid.as_ref().is_some_and(|kid| kid.len() > LONGEST_KID)
    {
        return None;
    }
    Some(Assertion {
        algorithm,
        kid,
        signed,
        signature,
        client_id: client_id.to_owned(),
        audience: claims.get("aud").and_then(Value::as_text).map(str::to_owned),
        expires_at: seconds(&claims, "exp")?,
        issued_at: seconds(&claims, "iat")?,
        not_before: seconds(&claims, "nbf")?,
        id: string(&claims, "jti")?.map(str::to_owned),
    })
}

/// A member that must be a string if it is there; `None` if it is something else.
fn string<'f>(fields: &'f Fields<'_>, name: &str) -> Option<Option<&'f str>> {
    match fields.get(name) {
        None => Some(None),
        Some(Value::Text(text)) => Some(Some(text)),
        Some(_) => None,
    }
}

/// A member that must be whole seconds if it is there; `None` if it is something else.
fn seconds(fields: &Fields<'_>, name: &str) -> Option<Option<i64>> {
    match fields.get(name) {
        None => Some(None),
        Some(Value::Number(number)) => number.as_i64().map(Some),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CLAIMS: &str = r#"{"iss":"c","sub":"c","aud":"i","exp":10,"jti":"j"}"#;

    fn compact(header: &str, claims: &str) -> String {
        format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
    }

    #[test]
    fn what_it_says_is_read_and_anything_odd_is_none() {
        let text = compact(r#"{"alg":"ES256","typ":"JWT","kid":"k","jwk":{"kty":"EC"}}"#, CLAIMS);
        let assertion = read(&text).unwrap();
        assert_eq!((assertion.client_id.as_str(), assertion.kid.as_deref()), ("c", Some("k")));
        assert_eq!((assertion.audience.as_deref(), assertion.expires_at), (Some("i"), Some(10)));
        for header in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"HS256"}"#,
            r#"{"alg":"es256"}"#,
            r#"{"alg":["ES256"]}"#,
            r#"{"typ":"JWT"}"#,
            r#"{"alg":"ES256","crit":["exp"]}"#,
            r#"{"alg":"ES256","crit":[]}"#,
            r#"{"alg":"ES256","typ":"at+jwt"}"#,
            r#"{"alg":"ES256","alg":"ES256"}"#,
            r#"{"alg":"ES256","kid":1}"#,
            "",
        ] {
            assert_eq!(read(&compact(header, CLAIMS)), None, "{header}");
        }
        let header = r#"{"alg":"ES256"}"#;
        for claims in [
            r#"{"sub":"c"}"#,
            r#"{"iss":"c"}"#,
            r#"{"iss":"c","sub":"d"}"#,
            r#"{"iss":"c","sub":"c","exp":"10"}"#,
            r#"{"iss":"c","sub":"c","exp":10.5}"#,
            r#"{"iss":"c","sub":"c","exp":1e400}"#,
            r#"{"iss":"c","sub":"c","exp":null}"#,
            r#"{"iss":"c","sub":"c","jti":7}"#,
            r#"{"iss":"c","sub":"c","sub":"c"}"#,
            "[]",
        ] {
            assert_eq!(read(&compact(header, claims)), None, "{claims}");
        }
        let listed = compact(header, r#"{"iss":"c","sub":"c","aud":["i"]}"#);
        assert_eq!(read(&listed).unwrap().audience, None);
        assert_eq!(read(&format!("{text}.x")), None);
        assert_eq!(read(&format!("{text}=")), None);
        assert_eq!(read(&format!("{text}{}", "A".repeat(LONGEST_ASSERTION))), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "[A-Za-z0-9._-]{0,200}") {
            let _ = read(&text);
        }
    }
}
