//! A compact JWT (RFC 7515 §7.1), taken apart before anything of it is believed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::jwks::{Algorithm, Key};
use crate::{Refused, json};

/// Longest token that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

/// A token whose signature has not been looked at.
#[derive(Debug)]
pub(crate) struct Unverified<'t> {
    signed: &'t str,
    payload: &'t str,
    signature: Vec<u8>,
    algorithm: Algorithm,
    /// Which key it says it was signed with.
    pub(crate) kid: String,
}

impl<'t> Unverified<'t> {
    /// Takes `token` apart. Its header must say what RFC 9068 §2.1 wants, and nothing that changes how it is read.
    pub(crate) fn parse(token: &'t str) -> Result<Self, Refused> {
        if token.len() > LONGEST {
            return Err(Refused::Malformed);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refused::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(Refused::Malformed)?;
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused::Malformed);
        let header = json::object(&decode(header)?).ok_or(Refused::Malformed)?;
        let text = |name: &str| header.get(name).and_then(Value::as_str);
        // RFC 7515 §4.1.11: whoever does not know what is critical must refuse. Nothing is known.
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(Refused::Header);
        }
        if !matches!(text("typ"), Some("at+jwt" | "application/at+jwt")) {
            return Err(Refused::Header);
        }
        let algorithm = text("alg").and_then(Algorithm::parse).ok_or(Refused::Header)?;
        let kid = text("kid").ok_or(Refused::Header)?.to_owned();
        Ok(Self { signed, payload, signature: decode(signature)?, algorithm, kid })
    }

    /// What it says, if `key` has signed it. The key decides which algorithm that is done by.
    pub(crate) fn verify(&self, key: &Key) -> Result<Map<String, Value>, Refused> {
        if key.algorithm() != self.algorithm {
            return Err(Refused::Header);
        }
        if !key.verifies(self.signed.as_bytes(), &self.signature) {
            return Err(Refused::Signature);
        }
        let payload = URL_SAFE_NO_PAD.decode(self.payload).map_err(|_| Refused::Malformed)?;
        json::object(&payload).ok_or(Refused::Malformed)
    }
}
