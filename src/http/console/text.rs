//! Values as text: in JSON, in a form, and none of it invisible.

use std::fmt::Write as _;

use serde_json::Value;

/// The value as a form carries it.
pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Characters that cannot be seen, or that make the rest of a line look like something else.
pub(super) fn is_odd(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// The value as JSON in which every character can be seen.
pub(super) fn json_text(value: &Value) -> String {
    escaped_json(value, is_odd)
}

/// The value as JSON in which the characters that `is_special` names are written as numbers. None of `"`, `\` and those
/// that numbers and words have may be one.
pub(super) fn escaped_json(value: &Value, is_special: impl Fn(char) -> bool) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        if is_special(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(text, "\\u{unit:04x}");
            }
        } else {
            text.push(c);
        }
    }
    text
}

/// A name or value of a form (WHATWG URL §5.2).
pub(super) fn form_text(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => encoded.push(char::from(byte)),
            other => {
                let _ = write!(encoded, "%{other:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::parse::form;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn json_says_the_same_and_can_be_seen(text in any::<String>()) {
            let json = json_text(&Value::from(text.as_str()));
            prop_assert!(!json.chars().any(is_odd));
            prop_assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), text);
        }

        #[test]
        fn a_form_is_read_back(text in any::<String>()) {
            let encoded = form_text(&text);
            let decoded = form::decode(&encoded);
            prop_assert_eq!(decoded.as_deref(), Some(text.as_str()));
        }
    }
}
