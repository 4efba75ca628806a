//! A JSON object (RFC 8259, RFC 7493 §2.3): no name twice at any depth, nothing nested deeper than eight, a byte-order
//! mark tolerated (CONTRACT.md §5.7).

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::malformed;
use crate::domain::fault::FieldFault;
use crate::domain::presented::{Fields, Reading, Value};

/// Deepest nesting: the object itself is 1.
const DEEPEST: usize = 8;

/// The fields of a JSON object.
pub fn fields(body: &[u8]) -> Result<Fields<'_>, Vec<FieldFault>> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    if body.trim_ascii().is_empty() {
        return Err(malformed("is empty; it must be a JSON object with client_id and client_secret"));
    }
    let fault = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let read = deserializer.deserialize_any(Whole { fault: &fault });
    match read.and_then(|fields| deserializer.end().map(|()| fields)) {
        Ok(fields) => fields.finish(),
        Err(error) => Err(fault.take().unwrap_or_else(|| {
            malformed(format!(
                "is not a well-formed JSON object in UTF-8 (line {}, column {})",
                error.line(),
                error.column()
            ))
        })),
    }
}

/// Reads the object and leaves behind why it could not, in words that repeat nothing of it.
struct Whole<'f> {
    fault: &'f RefCell<Option<Vec<FieldFault>>>,
}

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = Reading<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Reading<'de>, A::Error> {
        let mut fields = Reading::default();
        while let Some(name) = map.next_key_seed(Text)? {
            let value = map.next_value_seed(Field { fault: self.fault, depth: 2 })?;
            if let Err(fault) = fields.push(name, value) {
                self.fault.replace(Some(vec![fault]));
                return Err(A::Error::custom("field"));
            }
        }
        Ok(fields)
    }
}

/// A string, borrowed where it has no escapes.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// One value. What is nested is only checked: no field takes it.
struct Field<'f> {
    fault: &'f RefCell<Option<Vec<FieldFault>>>,
    depth: usize,
}

impl Field<'_> {
    fn refuse<E: serde::de::Error>(&self, why: &str) -> E {
        self.fault.replace(Some(malformed(why)));
        E::custom("nested")
    }

    fn deeper<E: serde::de::Error>(&self) -> Result<usize, E> {
        if self.depth > DEEPEST {
            Err(self.refuse("is nested deeper than 8"))
        } else {
            Ok(self.depth.saturating_add(1))
        }
    }
}

impl<'de> DeserializeSeed<'de> for Field<'_> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Field<'_> {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value<'de>, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value<'de>, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value<'de>, E> {
        Ok(serde_json::Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value<'de>, A::Error> {
        let depth = self.deeper()?;
        while items.next_element_seed(Field { fault: self.fault, depth })?.is_some() {}
        Ok(Value::Nested)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value<'de>, A::Error> {
        let depth = self.deeper()?;
        let mut names = std::collections::HashSet::new();
        while let Some(name) = map.next_key_seed(Text)? {
            if !names.insert(name) {
                return Err(self.refuse("has an object with the same name twice"));
            }
            map.next_value_seed(Field { fault: self.fault, depth })?;
        }
        Ok(Value::Nested)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_keep_their_type() {
        let body = "\u{feff}{\"a\":\"x\\u0041\",\"b\":1,\"c\":-1.5,\"d\":true,\"e\":null,\"f\":[{\"g\":[]}]}";
        let fields = fields(body.as_bytes()).unwrap();
        assert_eq!(fields.get("a"), Some(&Value::Text("xA".into())));
        assert_eq!(fields.get("b"), Some(&Value::Number(1.into())));
        assert_eq!(fields.get("d"), Some(&Value::Boolean(true)));
        assert_eq!(fields.get("e"), Some(&Value::Null));
        assert_eq!(fields.get("f"), Some(&Value::Nested));
    }

    #[test]
    fn what_is_not_one_plain_object_is_refused_and_never_repeated() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        assert!(fields(nested(8).as_bytes()).is_ok());
        for (body, says) in [
            (nested(9), "deeper than 8"),
            (nested(9000), "deeper than 8"),
            ("{\"hunter2\":1,\"hunter2\":1}".into(), "stands more than once"),
            ("{\"a\":{\"hunter2\":1,\"hunter2\":2}}".into(), "twice"),
            ("{\"a\":1,\"\\u0061\":1}".into(), "stands more than once"),
            ("[\"hunter2\"]".into(), "line 1, column"),
            ("\"hunter2\"".into(), "line 1, column"),
            ("{\"a\":\"hunter2\"".into(), "line 1, column"),
            ("{\"a\":\"hunter2\"} x".into(), "line 1, column"),
            ("{\"a\":1e999}".into(), "line 1, column"),
            ("{\"a\":\"\\ud800\"}".into(), "line 1, column"),
            (" \n".into(), "is empty"),
        ] {
            let fault = fields(body.as_bytes()).unwrap_err().remove(0);
            assert!(fault.message().contains(says), "{body:.40}: {}", fault.message());
            assert!(fault.field == "hunter2" || !fault.message().contains("hunter2"));
        }
        assert!(fields(b"{\"a\":\"\xff\"}").is_err());
        assert!(fields(b"{\"a\":\"\x00\"}").is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = fields(&body);
        }

        #[test]
        fn what_serde_json_reads_as_an_object_is_read_the_same(text in "[{}\\[\\]\",:a0.e-]{0,24}") {
            let ours = fields(text.as_bytes());
            if let (Ok(ours), Ok(theirs)) = (&ours, serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text)) {
                prop_assert_eq!(ours.iter().count(), theirs.len());
            } else {
                let is_object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text).is_ok();
                prop_assert!(ours.is_err() && (!is_object || text.matches('"').count() > 2 || text.matches('[').count() > 7));
            }
        }
    }
}
