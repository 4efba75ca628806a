//! DPoP (RFC 9449): what a proof of possession says, and whether it was made for this request, here and now. Its
//! signature is the signer's affair, its nonce and its repetition the application's.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use url::Url;

use super::time::Timestamp;

/// Longest proof that is looked at, in bytes: one with a 4096-bit RSA key has less than 3,000.
pub const LONGEST_PROOF: usize = 4096;
/// The `alg` values that a proof may have, all asymmetric. `Ed25519` is what RFC 9864 calls `EdDSA` with that curve.
pub const ALGORITHMS: [&str; 5] = ["ES256", "EdDSA", "Ed25519", "RS256", "PS256"];
/// How far `iat` may be from now, in milliseconds, back or ahead.
pub const WINDOW_MILLIS: i64 = 60_000;

/// Longest `jti` that is looked at, in bytes.
const LONGEST_ID: usize = 256;

/// What a proof says (RFC 9449 §4.2).
#[derive(Debug, Deserialize)]
pub struct Said {
    /// The method of the request.
    pub htm: String,
    /// The address of the request.
    pub htu: String,
    /// When it was made, in seconds since the epoch.
    pub iat: i64,
    /// Its id.
    pub jti: String,
    /// What the server gave, so that no proof can be made long before.
    pub nonce: Option<String>,
    /// The SHA-256 of the access token beside it, in base64url.
    pub ath: Option<String>,
}

/// A proof whose signature is right.
#[derive(Debug)]
pub struct Proof {
    /// The RFC 7638 thumbprint of the key that signed it.
    pub jkt: String,
    /// What it says.
    pub said: Said,
}

/// The request that a proof came with.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'r> {
    /// Its method.
    pub method: &'r str,
    /// Its address, as its client knows it.
    pub url: &'r str,
    /// The access token that it presents; none at the token endpoint.
    pub token: Option<Bound<'r>>,
}

/// An access token that is bound to a key.
#[derive(Clone, Copy, Debug)]
pub struct Bound<'r> {
    /// The token itself.
    pub token: &'r str,
    /// The thumbprint of its key.
    pub jkt: &'r str,
}

/// Why a proof is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidProof {
    /// There is none.
    Absent,
    /// There is more than one header.
    Repeated,
    /// Not a compact JWT of these claims, with a name twice, or too long.
    Malformed,
    /// Its header is not that of a proof.
    Header,
    /// Its key is not a public key of its algorithm.
    Key,
    /// Its signature is not that of its key.
    Signature,
    /// It was made for another method.
    Method,
    /// It was made for another address.
    Address,
    /// It was made too long ago, or will be.
    Time,
    /// It was made for another access token, or for none.
    Token,
    /// The token is bound to another key.
    OtherKey,
    /// It has no nonce of this server, or one that has ended.
    Nonce,
    /// It has been presented before.
    Replayed,
    /// So many proofs were presented lately that no more can be told from repeated ones.
    Unremembered,
}

impl InvalidProof {
    /// The error code of RFC 9449 §5 and §8.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Nonce => "use_dpop_nonce",
            _ => "invalid_dpop_proof",
        }
    }

    /// What is wrong, and what to do.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Absent => "a DPoP proof is needed, in the header DPoP",
            Self::Repeated => "there must be exactly one DPoP header",
            Self::Malformed => "the DPoP proof is not a JWT with htm, htu, iat and jti, or has more than 4096 bytes",
            Self::Header => {
                "the header of the DPoP proof must have typ dpop+jwt, alg ES256, EdDSA, Ed25519, RS256 or PS256, and no crit"
            }
            Self::Key => "the jwk of the DPoP proof must be a public key that fits its alg, without private members",
            Self::Signature => "the signature of the DPoP proof is wrong",
            Self::Method => "htm of the DPoP proof is not the method of this request",
            Self::Address => "htu of the DPoP proof is not the address of this request",
            Self::Time => "iat of the DPoP proof is more than a minute from now; look at the clock",
            Self::Token => "ath of the DPoP proof is not the hash of this access token",
            Self::OtherKey => "the access token is bound to another key than that of the DPoP proof",
            Self::Nonce => "the DPoP proof must carry the nonce that this answer has in DPoP-Nonce",
            Self::Replayed => "the DPoP proof has been used before; make one for each request",
            Self::Unremembered => "too many DPoP proofs to remember",
        }
    }
}

impl Proof {
    /// Whether the proof is for this request at `now` (RFC 9449 §4.3, steps 8 to 12 without the nonce).
    pub fn judge(&self, asked: Asked<'_>, now: Timestamp) -> Result<(), InvalidProof> {
        let Said { htm, htu, iat, jti, ath, .. } = &self.said;
        if jti.is_empty() || jti.len() > LONGEST_ID {
            return Err(InvalidProof::Malformed);
        }
        if htm != asked.method {
            return Err(InvalidProof::Method);
        }
        let address = normalized(htu);
        if address.is_none() || address != normalized(asked.url) {
            return Err(InvalidProof::Address);
        }
        if iat.saturating_mul(1000).saturating_sub(now.millis()).saturating_abs() > WINDOW_MILLIS {
            return Err(InvalidProof::Time);
        }
        match asked.token {
            Some(bound) if ath.as_ref() != Some(&token_hash(bound.token)) => Err(InvalidProof::Token),
            Some(bound) if bound.jkt != self.jkt => Err(InvalidProof::OtherKey),
            _ => Ok(()),
        }
    }
}

/// The hash by which a proof names an access token (RFC 9449 §4.2, `ath`).
fn token_hash(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, token.as_bytes()))
}

/// An address in the one form that all its spellings have (RFC 3986 §6.2.2 and §6.2.3), without query and fragment
/// (RFC 9449 §4.3). `None` if it is not one of HTTP.
fn normalized(text: &str) -> Option<String> {
    // The parser mends what browsers mend; a proof is not mended.
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return None;
    }
    let mut url = Url::parse(text).ok()?;
    let is_plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    if !is_plain || !text.contains("://") {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = respelled(url.path())?;
    url.set_path(&path);
    Some(url.into())
}

/// A path in which every escape has capital digits, and what need not be escaped is not.
fn respelled(path: &str) -> Option<String> {
    let mut parts = path.split('%');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        let byte = u8::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|it| it.is_ascii_hexdigit()))?;
        match char::from(byte) {
            letter if letter.is_ascii_alphanumeric() || "-._~".contains(letter) => plain.push(letter),
            _ => {
                plain.push('%');
                plain.push_str(&digits.to_ascii_uppercase());
            }
        }
        plain.push_str(rest);
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_is_compared_in_all_its_spellings() {
        let here = normalized("https://pass.example.com/oauth/token");
        assert!(here.is_some());
        for same in [
            "HTTPS://PASS.example.COM/oauth/token",
            "https://pass.example.com:443/oauth/token",
            "https://pass.example.com/oauth/token?x=1#y",
            "https://pass.example.com/a/../oauth/./token",
            "https://pass.example.com/o%61uth/%74oken",
        ] {
            assert_eq!(normalized(same), here, "{same}");
        }
        for other in [
            "http://pass.example.com/oauth/token",
            "https://pass.example.com:444/oauth/token",
            "https://pass.example.com/oauth/token/",
            "https://pass.example.com/oauth//token",
            "https://pass.example.com/OAuth/token",
            "https://pass.example.com/oauth%2Ftoken",
            "https://pass.example.com.evil.example/oauth/token",
            "https://a@pass.example.com/oauth/token",
            "https:\\\\pass.example.com\\oauth\\token",
            "https:pass.example.com/oauth/token",
            " https://pass.example.com/oauth/token",
            "https://pass.example.com/oauth/to\nken",
            "https://pass.example.com/oauth/token%",
            "/oauth/token",
            "",
        ] {
            assert_ne!(normalized(other), here, "{other}");
        }
        assert_eq!(normalized("http://x.example/%c3%a4"), normalized("http://x.example/%C3%A4"));
        assert_eq!(normalized("http://x.example"), normalized("http://x.example/"));
    }

    proptest! {
        #[test]
        fn normalizing_twice_changes_nothing(text in "(https?://[a-z.]{1,8})?[ -~]{0,40}") {
            let once = normalized(&text);
            prop_assert_eq!(once.as_deref().and_then(normalized), once);
        }
    }
}
