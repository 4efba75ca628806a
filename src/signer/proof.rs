//! A DPoP proof (RFC 9449 §4.2): a JWT that brings its own public key, and shows that whoever sends it has the private one.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::jwt::base64url;
use super::strict;
use crate::domain::dpop::{InvalidProof, LONGEST_PROOF, Proof};

/// Members of private and of symmetric keys (RFC 7518 §6.2.2, §6.3.2 and §6.4).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
/// Bytes of the modulus of an RSA key: 2048 to 4096 bits.
const RSA_SIZES: std::ops::RangeInclusive<usize> = 256..=512;
/// Longest RSA exponent, in bytes: a longer one only makes verifying slow.
const LONGEST_EXPONENT: usize = 4;

/// The proof that `text` is, if its signature is that of the key in its header.
pub fn read(text: &str) -> Result<Proof, InvalidProof> {
    if text.len() > LONGEST_PROOF {
        return Err(InvalidProof::Malformed);
    }
    let (signed, signature) = text.rsplit_once('.').ok_or(InvalidProof::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(InvalidProof::Malformed)?;
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| InvalidProof::Malformed);
    let (header, payload, signature) = (decoded(header)?, decoded(payload)?, decoded(signature)?);
    let header = strict::object(&header).ok_or(InvalidProof::Malformed)?;
    let named = |name| header.get(name).and_then(Value::as_str);
    // No extension is understood here, so none may be critical (RFC 7515 §4.1.11).
    if named("typ") != Some("dpop+jwt") || header.contains_key("crit") {
        return Err(InvalidProof::Header);
    }
    let algorithm = named("alg").ok_or(InvalidProof::Header)?;
    let jwk = header.get("jwk").and_then(Value::as_object).ok_or(InvalidProof::Key)?;
    if PRIVATE.iter().any(|member| jwk.contains_key(*member)) {
        return Err(InvalidProof::Key);
    }
    let (verified, thumbprint) = match algorithm {
        "ES256" => {
            let (x, y) = (bytes(jwk, "x")?, bytes(jwk, "y")?);
            is(jwk, "EC", Some("P-256"), x.len() == 32 && y.len() == 32)?;
            let point = [&[4], x.as_slice(), &y].concat();
            let key = UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point);
            let required = serde_json::json!({"crv": "P-256", "kty": "EC", "x": base64url(&x), "y": base64url(&y)});
            (key.verify(signed.as_bytes(), &signature), required)
        }
        "EdDSA" | "Ed25519" => {
            let x = bytes(jwk, "x")?;
            is(jwk, "OKP", Some("Ed25519"), x.len() == 32)?;
            let required = serde_json::json!({"crv": "Ed25519", "kty": "OKP", "x": base64url(&x)});
            (UnparsedPublicKey::new(&signature::ED25519, x).verify(signed.as_bytes(), &signature), required)
        }
        "RS256" | "PS256" => {
            let (n, e) = (bytes(jwk, "n")?, bytes(jwk, "e")?);
            is(jwk, "RSA", None, RSA_SIZES.contains(&n.len()) && e.len() <= LONGEST_EXPONENT)?;
            let required = serde_json::json!({"e": base64url(&e), "kty": "RSA", "n": base64url(&n)});
            let parameters = if algorithm == "PS256" {
                &signature::RSA_PSS_2048_8192_SHA256
            } else {
                &signature::RSA_PKCS1_2048_8192_SHA256
            };
            (RsaPublicKeyComponents { n, e }.verify(parameters, signed.as_bytes(), &signature), required)
        }
        _ => return Err(InvalidProof::Header),
    };
    verified.map_err(|_| InvalidProof::Signature)?;
    let said = strict::object(&payload).and_then(|claims| serde_json::from_value(Value::Object(claims)).ok());
    let jkt = base64url(digest(&SHA256, thumbprint.to_string().as_bytes()).as_ref());
    Ok(Proof { jkt, said: said.ok_or(InvalidProof::Malformed)? })
}

fn bytes(jwk: &Map<String, Value>, member: &str) -> Result<Vec<u8>, InvalidProof> {
    let text = jwk.get(member).and_then(Value::as_str).ok_or(InvalidProof::Key)?;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| InvalidProof::Key)
}

fn is(jwk: &Map<String, Value>, kty: &str, crv: Option<&str>, fits: bool) -> Result<(), InvalidProof> {
    let is_kind = jwk.get("kty").and_then(Value::as_str) == Some(kty);
    let is_curve = crv.is_none_or(|crv| jwk.get("crv").and_then(Value::as_str) == Some(crv));
    if is_kind && is_curve && fits { Ok(()) } else { Err(InvalidProof::Key) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example of RFC 9449 §4.1.
    const EXAMPLE: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";

    #[test]
    fn the_example_of_the_rfc_is_read() {
        let proof = read(EXAMPLE).unwrap();
        assert_eq!(proof.jkt, "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
        assert_eq!((proof.said.htm.as_str(), proof.said.iat), ("POST", 1_562_262_616));
        assert_eq!((proof.said.jti.as_str(), proof.said.nonce), ("-BwC3ESc6acc2lTc", None));
    }

    proptest! {
        #[test]
        fn no_changed_proof_is_read(at in 0usize..1000, to in "[A-Za-z0-9._=-]") {
            let at = at.rem_euclid(EXAMPLE.len());
            let changed = format!("{}{to}{}", EXAMPLE.get(..at).unwrap(), EXAMPLE.get(at.saturating_add(1)..).unwrap());
            prop_assert_eq!(read(&changed).is_ok(), changed == EXAMPLE);
        }

        #[test]
        fn any_text_is_refused_without_a_panic(text in ".{0,200}") {
            prop_assert!(read(&text).is_err());
        }
    }
}
