//! A URL-encoded form: read exactly as the WHATWG reader reads it, or refused; what was encoded is read back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use passgate::domain::presented::Value;
use passgate::http::parse::form;
use passgate_fuzz::{assert_fields_are_sound, assert_repeats_nothing, escaped};

const SENTENCES: [&str; 3] =
    ["is not a well-formed URL-encoded form in UTF-#", "stands more than once", "has more than # fields"];

fuzz_target!(|body: &[u8]| {
    match form::fields(body) {
        Ok(fields) => {
            assert_fields_are_sound(&fields);
            let ours: Vec<(String, String)> = fields
                .iter()
                .map(|field| match &field.value {
                    Value::Form(text) => (field.name.to_string(), text.to_string()),
                    other => panic!("{other:?} in a form"),
                })
                .collect();
            let theirs: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
            assert_eq!(ours, theirs);
            let again: Vec<String> =
                ours.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
            let again = again.join("&");
            assert_eq!(form::fields(again.as_bytes()).as_ref(), Ok(&fields));
        }
        Err(faults) => faults.iter().for_each(|fault| assert_repeats_nothing(fault, &SENTENCES)),
    }
    if let Ok(text) = std::str::from_utf8(body) {
        assert_eq!(form::decode(&escaped(text)).as_deref(), Some(text));
    }
});
