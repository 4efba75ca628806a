//! The published keys (RFC 7517): each is good for the algorithm that its `alg` names, and for no other.

use std::collections::HashMap;

use aws_lc_rs::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

/// Most keys of a set.
const MOST_KEYS: usize = 100;

/// A signature algorithm (RFC 7518 §3.1, RFC 8037 §3.1). There are no others: neither `none` nor any with a shared secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2048 bits or more.
    Rs256,
}

impl Algorithm {
    /// Every algorithm that Passgate signs with.
    pub const ALL: [Self; 3] = [Self::Es256, Self::EdDsa, Self::Rs256];

    pub(crate) fn parse(alg: &str) -> Option<Self> {
        match alg {
            "ES256" => Some(Self::Es256),
            "EdDSA" => Some(Self::EdDsa),
            "RS256" => Some(Self::Rs256),
            _ => None,
        }
    }
}

/// A public key.
#[derive(Debug)]
pub(crate) struct Key {
    algorithm: Algorithm,
    material: Material,
}

#[derive(Debug)]
enum Material {
    Point(Vec<u8>),
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl Key {
    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `signature` over `message` is its own.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match (&self.material, self.algorithm) {
            (Material::Rsa { n, e }, Algorithm::Rs256) => {
                RsaPublicKeyComponents { n, e }.verify(&signature::RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (Material::Point(point), Algorithm::Es256) => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            (Material::Point(point), Algorithm::EdDsa) => {
                UnparsedPublicKey::new(&signature::ED25519, point).verify(message, signature)
            }
            (Material::Rsa { .. }, Algorithm::Es256 | Algorithm::EdDsa) | (Material::Point(_), Algorithm::Rs256) => {
                return false;
            }
        };
        verified.is_ok()
    }
}

/// Keys by their `kid`.
pub(crate) type Keys = HashMap<String, Key>;

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Jwk {
    kid: String,
    kty: String,
    alg: String,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

/// The keys of a key set that are for one of `algorithms`; `None` if there is none, or the document is no key set. What is
/// for something else is passed over.
pub(crate) fn read(document: &[u8], algorithms: &[Algorithm]) -> Option<Keys> {
    let set: KeySet = serde_json::from_slice(document).ok()?;
    if set.keys.len() > MOST_KEYS {
        return None;
    }
    let mut keys = Keys::new();
    for jwk in set.keys.into_iter().filter_map(|jwk| serde_json::from_value::<Jwk>(jwk).ok()) {
        let kid = jwk.kid.clone();
        if let Some(key) = key_of(jwk).filter(|key| algorithms.contains(&key.algorithm))
            && keys.insert(kid, key).is_some()
        {
            return None;
        }
    }
    (!keys.is_empty()).then_some(keys)
}

fn key_of(jwk: Jwk) -> Option<Key> {
    let bytes = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?).ok();
    let of_length = |text: Option<String>, length: usize| bytes(text).filter(|bytes| bytes.len() == length);
    if jwk.purpose.is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let algorithm = Algorithm::parse(&jwk.alg)?;
    let material = match (algorithm, jwk.kty.as_str(), jwk.crv.as_deref()) {
        (Algorithm::Es256, "EC", Some("P-256")) => {
            Material::Point([vec![4], of_length(jwk.x, 32)?, of_length(jwk.y, 32)?].concat())
        }
        (Algorithm::EdDsa, "OKP", Some("Ed25519")) => Material::Point(of_length(jwk.x, 32)?),
        (Algorithm::Rs256, "RSA", _) => Material::Rsa { n: bytes(jwk.n)?, e: bytes(jwk.e)? },
        _ => return None,
    };
    Some(Key { algorithm, material })
}
