//! `application/x-www-form-urlencoded` (RFC 6749 appendix B), strictly: every escape must be one, and all of it UTF-8.

use std::borrow::Cow;

use super::malformed;
use crate::domain::fault::FieldFault;
use crate::domain::presented::{Fields, Reading, Value};

/// The fields of a form.
pub fn fields(body: &[u8]) -> Result<Fields<'_>, Vec<FieldFault>> {
    fields_with(body, None)
}

/// The fields of a form in which `repeatable` may stand more than once.
pub fn fields_with<'b>(body: &'b [u8], repeatable: Option<&'static str>) -> Result<Fields<'b>, Vec<FieldFault>> {
    let not_a_form = || malformed("is not a well-formed URL-encoded form in UTF-8");
    let body = std::str::from_utf8(body).map_err(|_| not_a_form())?;
    let text = if is_plain(body) { |plain| Some(Cow::Borrowed(plain)) } else { decode };
    let mut fields = Reading::repeating(repeatable);
    let (mut pair, mut rest) = cut(body, b'&');
    while !(pair.is_empty() && rest.is_empty()) {
        if !pair.is_empty() {
            let (name, value) = cut(pair, b'=');
            let (name, value) = text(name).zip(text(value)).ok_or_else(not_a_form)?;
            fields.push(name, Value::Form(value)).map_err(|fault| vec![fault])?;
        }
        (pair, rest) = cut(rest, b'&');
    }
    fields.finish()
}

/// What stands before the first `at`, an ASCII character, and what stands after it.
fn cut(text: &str, at: u8) -> (&str, &str) {
    let index = memchr::memchr(at, text.as_bytes());
    match index.and_then(|index| text.split_at_checked(index)) {
        Some((before, after)) => (before, after.get(1..).unwrap_or_default()),
        None => (text, ""),
    }
}

/// Whether nothing in `encoded` stands for anything else.
fn is_plain(encoded: &str) -> bool {
    memchr::memchr2(b'%', b'+', encoded.as_bytes()).is_none()
}

/// Decodes one name or value; `None` if an escape is broken or the outcome is not UTF-8.
pub fn decode(encoded: &str) -> Option<Cow<'_, str>> {
    if is_plain(encoded) {
        return Some(Cow::Borrowed(encoded));
    }
    let mut decoded = Vec::with_capacity(encoded.len());
    let mut bytes = encoded.bytes();
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            other => other,
        });
    }
    String::from_utf8(decoded).ok().map(Cow::Owned)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_form_is_read_strictly() {
        let form = fields(b"client_id=a%2Bb&scope=DLAT+access&empty=&bare").unwrap();
        assert_eq!(form.get("client_id"), Some(&Value::Form("a+b".into())));
        assert_eq!(form.get("scope"), Some(&Value::Form("DLAT access".into())));
        assert_eq!(form.get("empty"), form.get("bare"));
        for broken in [&b"a=%"[..], b"a=%4", b"a=%zz", b"a=%ff", b"a=\xC3%A9", b"\xff=1", b"a=1&a=2", b"a=1&%61=2"] {
            assert!(fields(broken).is_err(), "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = fields(&body);
        }

        #[test]
        fn what_was_encoded_is_read_back(text in ".{0,40}") {
            let encoded = text.bytes().fold(String::new(), |encoded, byte| encoded + &format!("%{byte:02X}"));
            let decoded = decode(&encoded);
            prop_assert_eq!(decoded.as_deref(), Some(text.as_str()));
        }
    }
}
