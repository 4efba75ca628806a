//! `Authorization: Basic` with client id and secret (RFC 7617, and RFC 6749 §2.3.1: both form-encoded before base64).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::form;

/// Longest header value that is looked at, in bytes.
const LONGEST: usize = 2048;

/// A client id and secret, as presented.
pub struct Presented {
    /// The client id, decoded.
    pub client_id: String,
    /// The secret, decoded.
    pub client_secret: Zeroizing<String>,
}

/// What the header's value presents; `None` if it is another scheme or not well-formed.
pub fn read(value: &[u8]) -> Option<Presented> {
    if value.len() > LONGEST {
        return None;
    }
    let (scheme, rest) = value.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"basic ") {
        return None;
    }
    let decoded = Zeroizing::new(STANDARD.decode(rest.trim_ascii()).ok()?);
    let (client_id, client_secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some(Presented {
        client_id: form::decode(client_id)?.into_owned(),
        client_secret: Zeroizing::new(form::decode(client_secret)?.into_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_halves_are_form_decoded_and_anything_else_is_refused() {
        let presented = read(format!("bAsIc {}", STANDARD.encode("a%3Ab:c+d%25:e")).as_bytes()).unwrap();
        assert_eq!((presented.client_id.as_str(), presented.client_secret.as_str()), ("a:b", "c d%:e"));
        for broken in ["", "Basic", "Basic ", "Bearer YTpi", "Basic !!!!", "Basic YQ==", "Basic YTpi=", "Basic YTol"] {
            assert!(read(broken.as_bytes()).is_none(), "{broken}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(value in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = read(&value);
            let _ = read(&[b"Basic ".as_slice(), STANDARD.encode(&value).as_bytes()].concat());
        }
    }
}
