//! A JSON body: read exactly as serde_json reads it, or refused for a reason of ours, in words that repeat nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use passgate::domain::presented::Value;
use passgate::http::parse::json;
use passgate_fuzz::{assert_fields_are_sound, assert_repeats_nothing};

const MALFORMED: &str = "is not a well-formed JSON object in UTF-# (line #, column #)";
const OF_OURS: [&str; 4] = [
    "is nested deeper than #",
    "has an object with the same name twice",
    "stands more than once",
    "has more than # fields",
];
const EMPTY: &str = "is empty; it must be a JSON object with client_id and client_secret";

fuzz_target!(|body: &[u8]| {
    let plain = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let expected = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(plain);
    match json::fields(body) {
        Ok(fields) => {
            assert_fields_are_sound(&fields);
            let expected = expected.expect("what serde_json refuses is refused");
            assert_eq!(fields.iter().count(), expected.len());
            for field in fields.iter() {
                match (&field.value, &expected[&*field.name]) {
                    (Value::Text(ours), serde_json::Value::String(theirs)) => assert_eq!(ours, theirs),
                    (Value::Number(ours), serde_json::Value::Number(theirs)) => assert_eq!(ours, theirs),
                    (Value::Boolean(ours), serde_json::Value::Bool(theirs)) => assert_eq!(ours, theirs),
                    (Value::Null, serde_json::Value::Null)
                    | (Value::Nested, serde_json::Value::Array(_) | serde_json::Value::Object(_)) => {}
                    (ours, theirs) => panic!("{ours:?} is not {theirs:?}"),
                }
            }
        }
        Err(faults) if expected.is_ok() => faults.iter().for_each(|fault| assert_repeats_nothing(fault, &OF_OURS)),
        Err(faults) => {
            let sentences = [&OF_OURS[..], &[EMPTY, MALFORMED]].concat();
            faults.iter().for_each(|fault| assert_repeats_nothing(fault, &sentences));
        }
    }
});
