//! A multipart form: every value stands in the body to the byte, what was written plainly is read back, and reading
//! never waits for more than the body.
#![no_main]

use bytes::Bytes;
use futures_util::FutureExt as _;
use libfuzzer_sys::fuzz_target;
use passgate::domain::fault::FieldFault;
use passgate::domain::presented::{Fields, Value};
use passgate::http::parse::multipart;
use passgate_fuzz::{assert_fields_are_sound, assert_repeats_nothing};

const BOUNDARY: &str = "b";
const SENTENCES: [&str; 5] = [
    "is not a well-formed multipart form in UTF-#",
    "has a part without a name",
    "must be a plain field, not a file",
    "stands more than once",
    "has more than # fields",
];

fn read(body: &Bytes) -> Result<Fields<'_>, Vec<FieldFault>> {
    multipart::fields(body, BOUNDARY).now_or_never().expect("the whole body is there")
}

fuzz_target!(|data: &[u8]| {
    let body = Bytes::copy_from_slice(data);
    match read(&body) {
        Ok(fields) => {
            assert_fields_are_sound(&fields);
            for field in fields.iter() {
                let Value::Form(text) = &field.value else { panic!("{:?} in a form", field.value) };
                assert!(text.is_empty() || data.windows(text.len()).any(|window| window == text.as_bytes()));
            }
        }
        Err(faults) => faults.iter().for_each(|fault| assert_repeats_nothing(fault, &SENTENCES)),
    }
    if let Ok(text) = std::str::from_utf8(data)
        && !text.contains("\r\n--b")
    {
        let written = format!(
            "--b\r\nContent-Disposition: form-data; name=\"one\"\r\n\r\n{text}\r\n--b\r\nContent-Disposition: form-data; name=\"two\"\r\n\r\n2\r\n--b--\r\n"
        );
        let written = Bytes::from(written);
        let fields = read(&written).expect("a plain form is read");
        assert_eq!(fields.iter().count(), 2);
        assert_eq!(fields.get("one"), Some(&Value::Form(text.into())));
        assert_eq!(fields.get("two"), Some(&Value::Form("2".into())));
    }
});
