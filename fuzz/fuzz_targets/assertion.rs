//! A client's assertion: only three parts of base64url whose header names an algorithm of a public key are read, and what is
//! read is about one client and judged without a panic.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use passgate::domain::assertion::{LONGEST_ASSERTION, LONGEST_LIFE_SECONDS};
use passgate::domain::time::Timestamp;
use passgate::domain::token::LONGEST_CLIENT_ID;
use passgate::http::parse::assertion;

const ISSUER: &str = "https://pass.example.com";
const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn look_at(text: &str) {
    let Some(read) = assertion::read(text) else { return };
    assert!(text.len() <= LONGEST_ASSERTION && text.split('.').count() == 3);
    assert!(text.starts_with(read.signed) && read.client_id.len() <= LONGEST_CLIENT_ID);
    assert!(!read.is_signed_by(&[]), "nobody has signed it");
    if let Ok((jti, end)) = read.judge(ISSUER, NOW) {
        assert!(!jti.is_empty() && read.audience.as_deref() == Some(ISSUER));
        assert!(end > NOW.seconds() && end <= NOW.seconds() + LONGEST_LIFE_SECONDS);
    }
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    look_at(&text);
    // Header and claims in two lines, so that what is inside is reached.
    if let Some((header, claims)) = text.split_once('\n') {
        look_at(&format!("{}.{}.c2ln", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims)));
    }
});
