//! Signed JWTs in compact form (RFC 7515 §7.1, RFC 9068). Passgate reads only what it has written: the encoded header
//! must be, to the letter, that of one of its own keys, so no other `alg`, `typ`, `kid`, `crit` or `jwk` is ever parsed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::key::{BadKey, Key};
use crate::domain::key::Algorithm;

/// Longest token that is looked at, in bytes.
pub const LONGEST_TOKEN: usize = 16 * 1024;

/// Room for two dots and the shortest and the most usual signature in base64url, that of ES256 and EdDSA.
const SIGNATURE: usize = 88;

/// Room for the claims of most tokens.
const LIKELY_BYTES: usize = 512;

/// What a signed JWT is, so that one is never taken for another (RFC 8725 §3.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// An access token (RFC 9068 §2.1).
    AccessToken,
    /// The answer to an introspection (RFC 9701 §5).
    Introspection,
}

impl MediaType {
    const fn typ(self) -> &'static str {
        match self {
            Self::AccessToken => "at+jwt",
            Self::Introspection => "token-introspection+jwt",
        }
    }
}

/// Why a token is not valid. For the log: callers are told only that it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidToken {
    /// There is none.
    #[error("no token")]
    Absent,
    /// Not three parts of base64url, or too long.
    #[error("malformed")]
    Malformed,
    /// Its header is not that of a key of ours.
    #[error("unknown header or key")]
    Header,
    /// Its signature is not that of its key.
    #[error("wrong signature")]
    Signature,
    /// Its claims are not those that we write.
    #[error("unreadable claims")]
    Claims,
    /// It was issued under another public URL.
    #[error("another issuer")]
    Issuer,
    /// It is for another API than the one that is called.
    #[error("another audience")]
    Audience,
    /// It has ended.
    #[error("ended")]
    Ended,
    /// It is bound to a key, and presented without a proof.
    #[error("bound to a key, and presented as Bearer")]
    Bound,
    /// It is presented with a proof, and not bound to a key.
    #[error("not bound to a key, and presented as DPoP")]
    Unbound,
    /// It was revoked, or its credential or entity no longer stands.
    #[error("revoked")]
    Revoked,
    /// It is bound to a certificate that its bearer has not shown.
    #[error("without the certificate that it is bound to")]
    NotHeld,
}

/// Bytes in base64url without padding.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn header(algorithm: Algorithm, media_type: MediaType, kid: &str) -> String {
    base64url(format!(r#"{{"alg":"{}","typ":"{}","kid":"{kid}"}}"#, algorithm.as_str(), media_type.typ()).as_bytes())
}

/// The compact form of `claims`, signed.
pub(super) fn write<T: Serialize>(key: &Key, media_type: MediaType, claims: &T) -> Result<String, BadKey> {
    let mut payload = Vec::with_capacity(LIKELY_BYTES);
    serde_json::to_writer(&mut payload, claims).map_err(|_| BadKey)?;
    let header = key.header(media_type);
    let encoded = payload.len().saturating_mul(4).div_ceil(3);
    let mut token = String::with_capacity(header.len().saturating_add(encoded).saturating_add(SIGNATURE));
    token.push_str(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(&payload, &mut token);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

/// The claims of a token of this media type that one of `keys` has signed.
pub(super) fn read<'k, T: DeserializeOwned>(
    mut keys: impl Iterator<Item = &'k Key>,
    media_type: MediaType,
    token: &str,
) -> Result<T, InvalidToken> {
    if token.len() > LONGEST_TOKEN {
        return Err(InvalidToken::Malformed);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(InvalidToken::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(InvalidToken::Malformed)?;
    let key = keys.find(|key| key.header(media_type) == header).ok_or(InvalidToken::Header)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| InvalidToken::Malformed)?;
    if !key.verifies(signed.as_bytes(), &signature) {
        return Err(InvalidToken::Signature);
    }
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| InvalidToken::Malformed)?;
    serde_json::from_slice(&payload).map_err(|_| InvalidToken::Claims)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use std::sync::LazyLock;

    static KEY: LazyLock<Key> =
        LazyLock::new(|| Key::from_pkcs8(Algorithm::EdDsa, &Key::generate(Algorithm::EdDsa).unwrap()).unwrap());

    fn read_back(token: &str) -> Result<Value, InvalidToken> {
        read([&*KEY].into_iter(), MediaType::AccessToken, token)
    }

    #[test]
    fn every_algorithm_reads_back_what_it_wrote_and_nobody_elses() {
        let claims = json!({"sub": "x"});
        for algorithm in Algorithm::ALL {
            let key = Key::from_pkcs8(algorithm, &Key::generate(algorithm).unwrap()).unwrap();
            let token = write(&key, MediaType::AccessToken, &claims).unwrap();
            assert_eq!(read::<Value>([&key].into_iter(), MediaType::AccessToken, &token).as_ref(), Ok(&claims));
            assert_eq!(read_back(&token), Err(InvalidToken::Header));
        }
    }

    proptest! {
        #[test]
        fn no_changed_token_is_read(at in 0usize..1000, to in "[A-Za-z0-9._=-]") {
            let token = write(&KEY, MediaType::AccessToken, &json!({"sub": "somebody", "exp": 1})).unwrap();
            let at = at.rem_euclid(token.len());
            let changed = format!("{}{to}{}", token.get(..at).unwrap(), token.get(at.saturating_add(1)..).unwrap());
            prop_assert_eq!(read_back(&changed).is_ok(), changed == token);
            prop_assert!(read_back(token.get(..at).unwrap()).is_err());
        }

        #[test]
        fn any_text_is_refused_without_a_panic(text in ".{0,200}") {
            prop_assert!(read_back(&text).is_err());
        }
    }
}
