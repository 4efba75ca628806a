//! One key pair: ES256 (RFC 7518 §3.4), EdDSA (RFC 8037 §3.1) or RS256 (RFC 7518 §3.3).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaKeyPair, UnparsedPublicKey};
use zeroize::Zeroizing;

use super::jwt::{self, MediaType, base64url};
use crate::domain::key::Algorithm;

/// The bytes are not a private key of this algorithm, or the system has no randomness.
#[derive(Debug, thiserror::Error)]
#[error("not a private key of this algorithm")]
pub struct BadKey;

enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(Box<RsaKeyPair>),
}

/// A key pair, and everything that is the same in each token that it signs.
pub struct Key {
    kid: String,
    pair: Pair,
    public_jwk: serde_json::Value,
    access_token_header: String,
    introspection_header: String,
}

impl Key {
    /// A new private key in PKCS#8.
    pub fn generate(algorithm: Algorithm) -> Result<Zeroizing<Vec<u8>>, BadKey> {
        let random = SystemRandom::new();
        let document = match algorithm {
            Algorithm::Es256 => EcdsaKeyPair::generate_pkcs8(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, &random)
                .map_err(|_| BadKey)?
                .as_ref()
                .to_vec(),
            Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random).map_err(|_| BadKey)?.as_ref().to_vec(),
            Algorithm::Rs256 => {
                use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| BadKey)?;
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| BadKey)?;
                der.as_ref().to_vec()
            }
        };
        Ok(Zeroizing::new(document))
    }

    /// The key of a PKCS#8 document. Its kid is the RFC 7638 thumbprint of its public half.
    pub fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, BadKey> {
        let pair = match algorithm {
            Algorithm::Es256 => Pair::Es256(
                EcdsaKeyPair::from_pkcs8(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(|_| BadKey)?,
            ),
            Algorithm::EdDsa => Pair::EdDsa(Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| BadKey)?),
            Algorithm::Rs256 => Pair::Rs256(Box::new(RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| BadKey)?)),
        };
        // The members that RFC 7638 §3.2 and RFC 8037 §2 name, in lexicographic order.
        let required = match &pair {
            Pair::Es256(pair) => {
                let point = pair.public_key().as_ref().strip_prefix(&[4]).ok_or(BadKey)?;
                let (x, y) = point.split_at_checked(32).ok_or(BadKey)?;
                serde_json::json!({"crv": "P-256", "kty": "EC", "x": base64url(x), "y": base64url(y)})
            }
            Pair::EdDsa(pair) => {
                serde_json::json!({"crv": "Ed25519", "kty": "OKP", "x": base64url(pair.public_key().as_ref())})
            }
            Pair::Rs256(pair) => {
                let public = pair.public_key();
                let exponent = base64url(public.exponent().big_endian_without_leading_zero());
                let modulus = base64url(public.modulus().big_endian_without_leading_zero());
                serde_json::json!({"e": exponent, "kty": "RSA", "n": modulus})
            }
        };
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, required.to_string().as_bytes());
        let kid = base64url(digest.as_ref());
        let mut public_jwk = required;
        if let Some(members) = public_jwk.as_object_mut() {
            members.insert("use".into(), "sig".into());
            members.insert("alg".into(), algorithm.as_str().into());
            members.insert("kid".into(), kid.clone().into());
        }
        let access_token_header = jwt::header(algorithm, MediaType::AccessToken, &kid);
        let introspection_header = jwt::header(algorithm, MediaType::Introspection, &kid);
        Ok(Self { kid, pair, public_jwk, access_token_header, introspection_header })
    }

    /// Its id.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it signs with.
    pub fn algorithm(&self) -> Algorithm {
        match &self.pair {
            Pair::Es256(_) => Algorithm::Es256,
            Pair::EdDsa(_) => Algorithm::EdDsa,
            Pair::Rs256(_) => Algorithm::Rs256,
        }
    }

    /// Its public half (RFC 7517).
    pub fn public_jwk(&self) -> &serde_json::Value {
        &self.public_jwk
    }

    /// The encoded header of every token of this media type that it signs.
    pub(super) fn header(&self, media_type: MediaType) -> &str {
        match media_type {
            MediaType::AccessToken => &self.access_token_header,
            MediaType::Introspection => &self.introspection_header,
        }
    }

    /// Its signature over `message`.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, BadKey> {
        match &self.pair {
            Pair::Es256(pair) => pair
                .sign(&SystemRandom::new(), message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| BadKey),
            Pair::EdDsa(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .map_err(|_| BadKey)?;
                Ok(signature)
            }
        }
    }

    /// Whether `signature` over `message` is its own.
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match &self.pair {
            Pair::Es256(pair) => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, pair.public_key().as_ref())
                    .verify(message, signature)
            }
            Pair::EdDsa(pair) => {
                UnparsedPublicKey::new(&signature::ED25519, pair.public_key().as_ref()).verify(message, signature)
            }
            Pair::Rs256(pair) => {
                UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref())
                    .verify(message, signature)
            }
        };
        verified.is_ok()
    }
}
