//! An Authorization header: only Basic is read, what is read writes back to the same, and every pair can be presented.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use passgate::http::parse::basic;
use passgate_fuzz::escaped;

/// Longer values are not looked at.
const LONGEST: usize = 2048;

fn header(client_id: &str, client_secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{}:{}", escaped(client_id), escaped(client_secret))))
}

fn assert_read_back(client_id: &str, client_secret: &str) {
    let header = header(client_id, client_secret);
    match basic::read(header.as_bytes()) {
        Some(presented) => {
            assert_eq!(presented.client_id, client_id);
            assert_eq!(presented.client_secret.as_str(), client_secret);
        }
        None => assert!(header.len() > LONGEST, "{header} is refused"),
    }
}

fuzz_target!(|value: &[u8]| {
    if let Some(presented) = basic::read(value) {
        assert!(value.len() <= LONGEST);
        assert!(value[..6].eq_ignore_ascii_case(b"basic "));
        assert_read_back(&presented.client_id, &presented.client_secret);
    }
    let wrapped = [b"Basic ".as_slice(), STANDARD.encode(value).as_bytes()].concat();
    if let Some(presented) = basic::read(&wrapped) {
        assert!(value.contains(&b':'));
        assert_read_back(&presented.client_id, &presented.client_secret);
    }
    if let Ok(text) = std::str::from_utf8(value)
        && let Some((client_id, client_secret)) = text.split_once('\n')
    {
        assert_read_back(client_id, client_secret);
    }
});
