//! What a token says (RFC 9068 §2.2), and the id that tells when it was issued to the millisecond.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::id::ClientId;
use super::time::Timestamp;

/// `jti` (RFC 7519 §4.1.7): 48 bits of the time in milliseconds, 32 bits that tell the secret it was issued for, and 80
/// random bits, in base64url. So the tokens of one secret can be void without a row per token: all of them, or those
/// issued up to a moment that whole seconds of `iat` could not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TokenId([u8; 20]);

impl TokenId {
    /// A new id for a token issued at `now` for the secret of this tag.
    pub fn new(now: Timestamp, secret_tag: u32, random: [u8; 10]) -> Self {
        let mut bytes = [0; 20];
        let time = now.millis().to_be_bytes().into_iter().skip(2);
        bytes
            .iter_mut()
            .zip(time.chain(secret_tag.to_be_bytes()).chain(random))
            .for_each(|(byte, value)| *byte = value);
        Self(bytes)
    }

    /// The id that `text` spells; there is one spelling only.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// The tag of the secret that the token was issued for; see [`super::id::SecretId::tag`].
    pub fn secret_tag(&self) -> u32 {
        self.0.iter().skip(6).take(4).fold(0, |tag, byte| tag << 8 | u32::from(*byte))
    }

    /// When the token was issued.
    pub fn issued_at(&self) -> Timestamp {
        Timestamp::from_millis(self.0.iter().take(6).fold(0, |millis, byte| millis << 8 | i64::from(*byte)))
    }
}

impl std::fmt::Display for TokenId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl Serialize for TokenId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = [0; 27];
        match URL_SAFE_NO_PAD.encode_slice(self.0, &mut text).ok().and_then(|_| std::str::from_utf8(&text).ok()) {
            Some(text) => serializer.serialize_str(text),
            None => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for TokenId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a token id"))
    }
}

/// What the holder of a token must prove to have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Confirmation {
    /// The thumbprint of a certificate (RFC 8705 §3.1).
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    pub x5t_s256: Option<Arc<str>>,
    /// The thumbprint of a key (RFC 9449 §6.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jkt: Option<Arc<str>>,
}

impl Confirmation {
    /// What both name.
    pub fn both(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => {
                Some(Self { x5t_s256: one.x5t_s256.or(other.x5t_s256), jkt: one.jkt.or(other.jkt) })
            }
            (one, other) => one.or(other),
        }
    }
}

/// The claims of an access token, in the order in which they are written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    /// The issuer: the public URL, exactly.
    pub iss: Arc<str>,
    /// The subject. With client_credentials it is the client itself (RFC 9068 §2.2).
    pub sub: ClientId,
    /// The audience.
    pub aud: Arc<str>,
    /// When it ends, in seconds since the epoch.
    pub exp: i64,
    /// When it was issued, in seconds since the epoch.
    pub iat: i64,
    /// Its id.
    pub jti: TokenId,
    /// The Client Id (RFC 8693 §4.3).
    pub client_id: ClientId,
    /// The granted scope.
    pub scope: Arc<str>,
    /// The identifier of the business entity.
    pub entity: Arc<str>,
    /// What its holder must prove to have (RFC 7800 §3.1); nothing for a plain bearer token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<Confirmation>,
    /// The claims that the entity's parameters are mapped onto.
    #[serde(flatten)]
    pub mapped: Map<String, Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_id_tells_its_millisecond_and_has_one_spelling() {
        let now = Timestamp::from_millis(1_790_000_000_123);
        let id = TokenId::new(now, 0xDEAD_BEEF, [0xAB; 10]);
        assert_eq!((id.issued_at(), id.secret_tag()), (now, 0xDEAD_BEEF));
        assert_eq!(TokenId::parse(&id.to_string()), Some(id));
        assert_eq!(TokenId::parse(&format!("{id}=")), None);
        let mut respelled = id.to_string();
        let last = respelled.pop().unwrap();
        respelled.push(char::from(u8::try_from(last).unwrap() + 1));
        assert_ne!(TokenId::parse(&respelled), Some(id));
    }
}
