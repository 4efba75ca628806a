//! Public keys by which a client proves itself with `private_key_jwt` (RFC 7517, RFC 7518 §6, RFC 8037): read from a JWK
//! Set or from PEM, and never from anything that holds a private key.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use x509_parser::pem::Pem;
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey as Parsed;
use x509_parser::x509::SubjectPublicKeyInfo;

/// Most keys that a credential may have at once.
pub const MOST_KEYS: usize = 10;
/// Most bytes of keys that are looked at.
pub const MOST_KEY_BYTES: usize = 32 * 1024;
/// Longest `kid`, in bytes.
pub const LONGEST_KID: usize = 200;
/// Bits that an RSA key may have.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;
/// Members that only a private or a symmetric key has (RFC 7518 §6.2.2, §6.3.2, §6.4).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// What a client may sign assertions with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// RFC 7518 §3.4.
    Es256,
    /// RFC 8037 §3.1, with Ed25519.
    EdDsa,
    /// RFC 7518 §3.3.
    Rs256,
    /// RFC 7518 §3.5.
    Ps256,
}

impl SigningAlgorithm {
    /// Every one, as the metadata names them.
    pub const ALL: [Self; 4] = [Self::Es256, Self::EdDsa, Self::Rs256, Self::Ps256];

    /// The `alg` value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
        }
    }

    /// The algorithm of this `alg` value. `none` and those of shared secrets are not there.
    pub fn parse(alg: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == alg)
    }
}

/// Why keys are not taken. Displays as the rest of a sentence; never repeats what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKeys {
    /// It holds a private key, which must never leave its owner.
    #[error(
        "hold a private key. It was not kept, but it has been shown: make another pair, and upload the public half only"
    )]
    Private,
    /// Neither a JWK Set nor PEM.
    #[error("must be a JWK Set, a JWK or a public key in PEM (BEGIN PUBLIC KEY)")]
    Unreadable,
    /// One of them is of a kind that is not taken.
    #[error("must be P-256, Ed25519 or RSA keys of at least 2048 bits, for signatures")]
    Unsupported,
    /// None at all, or too many.
    #[error("must be 1 to {MOST_KEYS} keys")]
    Count,
    /// Two have the same `kid`.
    #[error("must have a different kid each")]
    SameKid,
    /// Over [`MOST_KEY_BYTES`].
    #[error("must have at most {MOST_KEY_BYTES} bytes")]
    TooLong,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    P256 { x: [u8; 32], y: [u8; 32] },
    Ed25519([u8; 32]),
    Rsa { n: Vec<u8>, e: Vec<u8>, only: Option<SigningAlgorithm> },
}

/// One public key. It fixes the algorithm: an assertion cannot choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct PublicKey {
    kid: String,
    material: Material,
}

impl TryFrom<Value> for PublicKey {
    type Error = BadKeys;

    fn try_from(jwk: Value) -> Result<Self, BadKeys> {
        Self::from_jwk(&jwk)
    }
}

impl From<PublicKey> for Value {
    fn from(key: PublicKey) -> Self {
        let mut jwk = key.material.required();
        if let Some(members) = jwk.as_object_mut() {
            members.insert("kid".to_owned(), key.kid.into());
            if let Material::Rsa { only: Some(algorithm), .. } = key.material {
                members.insert("alg".to_owned(), algorithm.as_str().into());
            }
        }
        jwk
    }
}

impl Material {
    /// The members that the thumbprint is made from (RFC 7638 §3.2, RFC 8037 §2).
    fn required(&self) -> Value {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::P256 { x, y } => json!({"crv": "P-256", "kty": "EC", "x": text(x), "y": text(y)}),
            Self::Ed25519(x) => json!({"crv": "Ed25519", "kty": "OKP", "x": text(x)}),
            Self::Rsa { n, e, .. } => json!({"e": text(e), "kty": "RSA", "n": text(n)}),
        }
    }

    fn takes(&self, algorithm: SigningAlgorithm) -> bool {
        match (self, algorithm) {
            (Self::P256 { .. }, SigningAlgorithm::Es256) | (Self::Ed25519(_), SigningAlgorithm::EdDsa) => true,
            (Self::Rsa { only, .. }, SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256) => {
                only.is_none_or(|only| only == algorithm)
            }
            _ => false,
        }
    }

    fn rsa(n: &[u8], e: &[u8], only: Option<SigningAlgorithm>) -> Result<Self, BadKeys> {
        let bare = |bytes: &[u8]| bytes.iter().copied().skip_while(|byte| *byte == 0).collect::<Vec<u8>>();
        let (n, e) = (bare(n), bare(e));
        let spare = n.first().map_or(0, |first| first.leading_zeros() as usize);
        let bits = n.len().saturating_mul(8).saturating_sub(spare);
        let is_sound =
            RSA_BITS.contains(&bits) && e.len() <= 8 && e.last().is_some_and(|last| last & 1 == 1) && e != [1];
        if is_sound { Ok(Self::Rsa { n, e, only }) } else { Err(BadKeys::Unsupported) }
    }

    /// A point that is not on the curve is no key.
    fn p256(x: &[u8], y: &[u8]) -> Result<Self, BadKeys> {
        let (Ok(x), Ok(y)) = (x.try_into(), y.try_into()) else { return Err(BadKeys::Unsupported) };
        let point = uncompressed(&x, &y);
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point).parse().map_err(|_| BadKeys::Unsupported)?;
        Ok(Self::P256 { x, y })
    }
}

fn uncompressed(x: &[u8; 32], y: &[u8; 32]) -> Vec<u8> {
    [&[4], x.as_slice(), y.as_slice()].concat()
}

impl PublicKey {
    fn new(kid: Option<&str>, material: Material) -> Result<Self, BadKeys> {
        let kid = match kid {
            Some(kid) if kid.is_empty() || kid.len() > LONGEST_KID || kid.contains(char::is_control) => {
                return Err(BadKeys::Unsupported);
            }
            Some(kid) => kid.to_owned(),
            None => URL_SAFE_NO_PAD.encode(digest(&SHA256, material.required().to_string().as_bytes())),
        };
        Ok(Self { kid, material })
    }

    /// Its id: what the JWK said, else its thumbprint (RFC 7638).
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it is, for people.
    pub fn kind(&self) -> String {
        match &self.material {
            Material::P256 { .. } => "ES256".to_owned(),
            Material::Ed25519(_) => "EdDSA".to_owned(),
            Material::Rsa { n, only, .. } => {
                let algorithm = only.map_or("RS256, PS256", SigningAlgorithm::as_str);
                format!("{algorithm} ({})", n.len().saturating_mul(8))
            }
        }
    }

    /// Whether `signature` over `message` is its own, by an algorithm that it is for.
    pub fn verifies(&self, algorithm: SigningAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        if !self.material.takes(algorithm) {
            return false;
        }
        let verified = match &self.material {
            Material::P256 { x, y } => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, uncompressed(x, y)).verify(message, signature)
            }
            Material::Ed25519(x) => UnparsedPublicKey::new(&ED25519, x).verify(message, signature),
            Material::Rsa { n, e, .. } => {
                let scheme = if algorithm == SigningAlgorithm::Ps256 {
                    &RSA_PSS_2048_8192_SHA256
                } else {
                    &RSA_PKCS1_2048_8192_SHA256
                };
                PublicKeyComponents { n, e }.verify(scheme, message, signature)
            }
        };
        verified.is_ok()
    }

    /// Reads one JWK (RFC 7517 §4).
    pub fn from_jwk(jwk: &Value) -> Result<Self, BadKeys> {
        let members = jwk.as_object().ok_or(BadKeys::Unreadable)?;
        if PRIVATE_MEMBERS.iter().any(|name| members.contains_key(*name)) {
            return Err(BadKeys::Private);
        }
        let text = |name: &str| match members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(BadKeys::Unreadable),
        };
        let bytes = |name: &str| -> Result<Vec<u8>, BadKeys> {
            let text = text(name)?.ok_or(BadKeys::Unreadable)?;
            URL_SAFE_NO_PAD.decode(text).map_err(|_| BadKeys::Unreadable)
        };
        let verifies = |operations: &Value| {
            operations.as_array().is_some_and(|all| all.iter().any(|operation| operation == "verify"))
        };
        if text("use")?.is_some_and(|it| it != "sig") || members.get("key_ops").is_some_and(|all| !verifies(all)) {
            return Err(BadKeys::Unsupported);
        }
        let algorithm = match text("alg")? {
            Some(alg) => Some(SigningAlgorithm::parse(alg).ok_or(BadKeys::Unsupported)?),
            None => None,
        };
        let material = match (text("kty")?, text("crv")?) {
            (Some("EC"), Some("P-256")) => Material::p256(&bytes("x")?, &bytes("y")?)?,
            (Some("OKP"), Some("Ed25519")) => {
                Material::Ed25519(bytes("x")?.try_into().map_err(|_| BadKeys::Unsupported)?)
            }
            (Some("RSA"), None) => Material::rsa(&bytes("n")?, &bytes("e")?, algorithm)?,
            _ => return Err(BadKeys::Unsupported),
        };
        if algorithm.is_some_and(|algorithm| !material.takes(algorithm)) {
            return Err(BadKeys::Unsupported);
        }
        Self::new(text("kid")?, material)
    }

    /// Reads one SubjectPublicKeyInfo in DER (RFC 5280 §4.1).
    fn from_der(der: &[u8]) -> Result<Self, BadKeys> {
        let (rest, info) = SubjectPublicKeyInfo::from_der(der).map_err(|_| BadKeys::Unreadable)?;
        if !rest.is_empty() {
            return Err(BadKeys::Unreadable);
        }
        let curve = info.algorithm.parameters.as_ref().and_then(|it| it.as_oid().ok()).map(|oid| oid.to_id_string());
        let material = match info.algorithm.algorithm.to_id_string().as_str() {
            "1.2.840.10045.2.1" if curve.as_deref() == Some("1.2.840.10045.3.1.7") => {
                let point = info.subject_public_key.data.strip_prefix(&[4]).ok_or(BadKeys::Unsupported)?;
                let (x, y) = point.split_at_checked(32).ok_or(BadKeys::Unsupported)?;
                Material::p256(x, y)?
            }
            "1.3.101.112" => {
                let key: &[u8] = &info.subject_public_key.data;
                Material::Ed25519(key.try_into().map_err(|_| BadKeys::Unsupported)?)
            }
            "1.2.840.113549.1.1.1" => match info.parsed() {
                Ok(Parsed::RSA(key)) => Material::rsa(key.modulus, key.exponent, None)?,
                _ => return Err(BadKeys::Unsupported),
            },
            _ => return Err(BadKeys::Unsupported),
        };
        Self::new(None, material)
    }
}

/// Reads what somebody uploads: a JWK Set, one JWK, or public keys in PEM. All of them or none.
pub fn uploaded(text: &str) -> Result<Vec<PublicKey>, BadKeys> {
    if text.len() > MOST_KEY_BYTES {
        return Err(BadKeys::TooLong);
    }
    if text.contains("PRIVATE KEY") {
        return Err(BadKeys::Private);
    }
    let keys: Vec<PublicKey> = if text.trim_start().starts_with('{') {
        let value: Value = serde_json::from_str(text).map_err(|_| BadKeys::Unreadable)?;
        match value.get("keys") {
            Some(Value::Array(keys)) => keys.iter().map(PublicKey::from_jwk).collect::<Result<_, _>>()?,
            Some(_) => return Err(BadKeys::Unreadable),
            None => vec![PublicKey::from_jwk(&value)?],
        }
    } else {
        let mut keys = Vec::new();
        for pem in Pem::iter_from_buffer(text.as_bytes()) {
            let pem = pem.map_err(|_| BadKeys::Unreadable)?;
            if pem.label != "PUBLIC KEY" {
                return Err(BadKeys::Unreadable);
            }
            keys.push(PublicKey::from_der(&pem.contents)?);
        }
        if keys.is_empty() && !text.trim().is_empty() {
            return Err(BadKeys::Unreadable);
        }
        keys
    };
    if !(1..=MOST_KEYS).contains(&keys.len()) {
        return Err(BadKeys::Count);
    }
    distinct(&keys)?;
    Ok(keys)
}

/// Reads a JWK Set that a client publishes. Keys of other kinds or uses may stand beside those that are for this
/// (RFC 7517 §5); a key whose private half is published with it is none.
pub fn published(body: &[u8]) -> Result<Vec<PublicKey>, BadKeys> {
    let value: Value = serde_json::from_slice(body).map_err(|_| BadKeys::Unreadable)?;
    let all = value.get("keys").and_then(Value::as_array).ok_or(BadKeys::Unreadable)?;
    let keys: Vec<PublicKey> = all.iter().filter_map(|jwk| PublicKey::from_jwk(jwk).ok()).take(MOST_KEYS).collect();
    if keys.is_empty() {
        return Err(BadKeys::Count);
    }
    distinct(&keys)?;
    Ok(keys)
}

fn distinct(keys: &[PublicKey]) -> Result<(), BadKeys> {
    let mut kids: Vec<&str> = keys.iter().map(PublicKey::kid).collect();
    kids.sort_unstable();
    kids.dedup();
    if kids.len() == keys.len() { Ok(()) } else { Err(BadKeys::SameKid) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P256: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

    #[test]
    fn a_key_reads_back_as_it_was_written() {
        let key = uploaded(P256).unwrap().remove(0);
        let again = PublicKey::try_from(Value::from(key.clone())).unwrap();
        assert_eq!(key, again);
        assert_eq!(key.kind(), "ES256");
    }

    #[test]
    fn what_is_no_public_key_for_signatures_is_refused_by_its_kind() {
        let with = |more: &str| P256.replacen('{', &format!("{{{more},"), 1);
        for (text, why) in [
            (with(r#""d":"AAAA""#), BadKeys::Private),
            ("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----".to_owned(), BadKeys::Private),
            (r#"{"kty":"oct","k":"AAAA"}"#.to_owned(), BadKeys::Private),
            (with(r#""use":"enc""#), BadKeys::Unsupported),
            (with(r#""key_ops":["sign"]"#), BadKeys::Unsupported),
            (with(r#""alg":"HS256""#), BadKeys::Unsupported),
            (with(r#""alg":"RS256""#), BadKeys::Unsupported),
            (P256.replace("x_FE", "x_FF"), BadKeys::Unsupported),
            (
                format!(r#"{{"kty":"RSA","e":"AQAB","n":"{}"}}"#, URL_SAFE_NO_PAD.encode([0xFF; 128])),
                BadKeys::Unsupported,
            ),
            (
                format!(r#"{{"kty":"RSA","e":"AQ","n":"{}"}}"#, URL_SAFE_NO_PAD.encode([0xFF; 256])),
                BadKeys::Unsupported,
            ),
            (format!(r#"{{"keys":[{P256},{P256}]}}"#), BadKeys::SameKid),
            (r#"{"keys":[]}"#.to_owned(), BadKeys::Count),
            (r#"{"keys":{}}"#.to_owned(), BadKeys::Unreadable),
            ("hunter2".to_owned(), BadKeys::Unreadable),
            (" ".repeat(MOST_KEY_BYTES + 1), BadKeys::TooLong),
            (String::new(), BadKeys::Count),
        ] {
            assert_eq!(uploaded(&text), Err(why), "{text:.60}");
            assert!(!why.to_string().contains("AAAA"));
        }
    }

    #[test]
    fn a_published_set_may_hold_keys_for_something_else() {
        let other = r#"{"kty":"EC","crv":"P-521","x":"AA","y":"AA"}"#;
        let keys = published(format!(r#"{{"keys":[{other},{P256}]}}"#).as_bytes()).unwrap();
        assert_eq!(keys.len(), 1);
        assert_eq!(published(format!(r#"{{"keys":[{other}]}}"#).as_bytes()), Err(BadKeys::Count));
    }
}
