//! Content-Type headers, one a line: what is accepted says what it is by its beginning, in any case of letters, and a
//! boundary that is accepted can be read with.
#![no_main]

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use libfuzzer_sys::fuzz_target;
use passgate::domain::presented::Value;
use passgate::http::parse::media_type::{self, MediaType};
use passgate::http::parse::multipart;
use passgate_fuzz::assert_repeats_nothing;

const SENTENCES: [&str; 3] = [
    "must be application/json, application/x-www-form-urlencoded or multipart/form-data, in UTF-#",
    "must name a boundary of # to # characters",
    "stands more than once",
];

fuzz_target!(|data: &[u8]| {
    let mut headers = HeaderMap::new();
    for value in data.split(|byte| *byte == b'\n').take(3).filter_map(|line| HeaderValue::from_bytes(line).ok()) {
        headers.append(CONTENT_TYPE, value);
    }
    let read = media_type::of(&headers);
    let values: Vec<&HeaderValue> = headers.get_all(CONTENT_TYPE).iter().collect();
    let value = match (values.as_slice(), &read) {
        ([], _) => return assert_eq!(read, Ok(MediaType::Json)),
        ([_, _, ..], Err(fault)) => return assert_eq!(fault.fault.code(), "duplicate"),
        ([_, _, ..], Ok(_)) => panic!("two headers are read as one"),
        ([value], _) => value,
    };
    let kind = match read {
        Err(fault) => {
            assert_eq!(fault.field, "Content-Type");
            return assert_repeats_nothing(&fault, &SENTENCES);
        }
        Ok(kind) => kind,
    };
    let text = value.to_str().expect("only text is accepted");
    let (essence, rest) = text.split_at(text.find(';').unwrap_or(text.len()));
    let expected = match &kind {
        MediaType::Json => "application/json",
        MediaType::Form => "application/x-www-form-urlencoded",
        MediaType::Multipart { boundary } => {
            assert!((1..=70).contains(&boundary.len()));
            let body =
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"one\"\r\n\r\n1\r\n--{boundary}--\r\n");
            let body = Bytes::from(body);
            let fields = multipart::fields(&body, boundary).now_or_never().expect("the whole body is there");
            assert_eq!(fields.expect("a plain form is read").get("one"), Some(&Value::Form("1".into())));
            "multipart/form-data"
        }
    };
    assert_eq!(essence.trim().to_ascii_lowercase(), expected);
    for essence in [essence.to_ascii_uppercase(), essence.to_ascii_lowercase()] {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_str(&format!("{essence}{rest}")).expect("still text"));
        assert_eq!(media_type::of(&headers).as_ref(), Ok(&kind));
    }
});
