//! Tokens: nothing that Passgate did not sign verifies, in whatever way a real token is bent; and what it signs reads
//! back to the same claims. The keys are new in every process, so no input can hold a real token.
#![no_main]

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use libfuzzer_sys::fuzz_target;
use passgate::domain::claims::{Claims, TokenId};
use passgate::domain::definition::REGISTERED_CLAIMS;
use passgate::domain::key::{Algorithm, State};
use passgate::domain::time::Timestamp;
use passgate::signer::{Signer, in_force};
use passgate::signer::jwt::InvalidToken;
use passgate::signer::key::Key;
use serde_json::{Map, Value};

const ISSUER: &str = "https://pass.example.com";
const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

struct Signed {
    signer: Signer,
    token: String,
}

fn verify(signer: &Signer, token: &str, issuer: &str, now: Timestamp) -> Result<Claims, InvalidToken> {
    let claims = signer.read(token)?;
    in_force(&claims, issuer, now).map(|()| claims)
}

static SIGNED: LazyLock<Signed> = LazyLock::new(|| {
    let key = |algorithm| {
        let pkcs8 = Key::generate(algorithm).expect("the system has randomness");
        Key::from_pkcs8(algorithm, &pkcs8).expect("a key that was just made is one")
    };
    let signer = Signer::default();
    signer.install(vec![(State::Signing, key(Algorithm::Es256)), (State::Next, key(Algorithm::EdDsa))]);
    let token = signer.sign(&claims(Map::new())).expect("there is a key");
    assert!(verify(&signer, &token, ISSUER, NOW).is_ok());
    Signed { signer, token }
});

fn claims(mapped: Map<String, Value>) -> Claims {
    Claims {
        iss: ISSUER.into(),
        sub: "pgc_client".into(),
        aud: ISSUER.into(),
        exp: NOW.seconds() + 600,
        iat: NOW.seconds(),
        jti: TokenId::new(NOW, 7, [7; 10]),
        client_id: "pgc_client".into(),
        scope: "DLAT access Webhooks".into(),
        entity: "demo".into(),
        cnf: None,
        mapped,
    }
}

fn assert_refused(token: &str) {
    let Signed { signer, token: real } = &*SIGNED;
    if token != real {
        assert!(verify(signer, token, ISSUER, NOW).is_err(), "{token} verifies");
    }
}

fuzz_target!(|data: &[u8]| {
    let Signed { signer, token: real } = &*SIGNED;
    let text = String::from_utf8_lossy(data);
    let encoded = URL_SAFE_NO_PAD.encode(data);
    let mut parts = real.split('.');
    let (Some(header), Some(payload), Some(signature)) = (parts.next(), parts.next(), parts.next()) else {
        panic!("a token has three parts")
    };

    assert_refused(&text);
    for other in [&*text, &encoded] {
        assert_refused(&format!("{header}.{other}.{signature}"));
        assert_refused(&format!("{header}.{payload}.{other}"));
        assert_refused(&format!("{other}.{payload}.{signature}"));
    }
    assert_refused(&format!("{header}.{text}"));
    assert_refused(&format!("{real}{text}"));
    assert_refused(&format!("{text}{real}"));
    if let [first, second, byte, ..] = *data {
        let mut bent = real.clone().into_bytes();
        let at = usize::from(u16::from_be_bytes([first, second])) % bent.len();
        bent[at] = byte & 0x7F;
        assert_refused(std::str::from_utf8(&bent).expect("a token is ASCII"));
        bent.truncate(at);
        assert_refused(std::str::from_utf8(&bent).expect("a token is ASCII"));
    }

    if let Ok(mapped) = serde_json::from_slice::<Map<String, Value>>(data)
        && !mapped.keys().any(|name| REGISTERED_CLAIMS.contains(&name.as_str()))
        && data.len() < 4096
        && !has_fraction(&mapped)
    {
        let claims = claims(mapped);
        let token = signer.sign(&claims).expect("there is a key");
        assert_eq!(verify(signer, &token, ISSUER, NOW).as_ref(), Ok(&claims));
        assert_eq!(verify(signer, &token, "https://other.example.com", NOW), Err(InvalidToken::Issuer));
        let end = Timestamp::from_millis(claims.exp * 1000);
        assert_eq!(verify(signer, &token, ISSUER, end), Err(InvalidToken::Ended));
    }
});

/// serde_json reads some fractions off by the last bit, so they need not come back equal.
fn has_fraction(mapped: &Map<String, Value>) -> bool {
    fn is_fraction(value: &Value) -> bool {
        match value {
            Value::Number(number) => number.is_f64(),
            Value::Array(items) => items.iter().any(is_fraction),
            Value::Object(members) => members.values().any(is_fraction),
            Value::Null | Value::Bool(_) | Value::String(_) => false,
        }
    }
    mapped.values().any(is_fraction)
}
