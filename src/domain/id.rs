//! Ids: a product prefix, random alphanumerics and a checksum, so that secret scanners find them, no URL or Basic
//! header has to escape them, and a mistyped one is refused without a look-up.

use std::borrow::Borrow;
use std::fmt;

use arrayvec::ArrayString;
use serde::de::Error as _;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters that hold 128 bits in base 62.
const HALF: usize = 22;
/// Characters that hold a CRC-32 in base 62.
const CHECKSUM: usize = 6;
/// Characters of an id: four of prefix, 128 bits, and the checksum.
const LENGTH: usize = 4 + HALF + CHECKSUM;

/// `prefix`, the random bytes in base 62 (22 characters for each 16 bytes), and six characters of CRC-32 over both.
pub(crate) fn write<const N: usize>(prefix: &str, random: &[u8; N]) -> String {
    let mut text = String::with_capacity(length(prefix, N));
    text.push_str(prefix);
    for chunk in random.chunks(16) {
        let number = chunk.iter().fold(0u128, |number, byte| number << 8 | u128::from(*byte));
        push_base62(&mut text, number, HALF);
    }
    let sum = checksum(&text);
    text.extend(sum.map(char::from));
    text
}

/// Whether `text` could have come from [`write`] with this prefix and number of random bytes.
pub(crate) fn is_well_formed(text: &str, prefix: &str, random_bytes: usize) -> bool {
    if text.len() != length(prefix, random_bytes) || !text.starts_with(prefix) {
        return false;
    }
    let Some((body, sum)) = text.split_at_checked(text.len().saturating_sub(CHECKSUM)) else {
        return false;
    };
    if !body.bytes().skip(prefix.len()).all(|byte| byte.is_ascii_alphanumeric()) {
        return false;
    }
    sum.as_bytes() == checksum(body)
}

fn checksum(text: &str) -> [u8; CHECKSUM] {
    let mut number = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET.get((number % 62) as usize).copied().unwrap_or(b'0');
        number /= 62;
    }
    digits
}

fn length(prefix: &str, random_bytes: usize) -> usize {
    prefix.len().saturating_add(random_bytes.div_ceil(16).saturating_mul(HALF)).saturating_add(CHECKSUM)
}

fn push_base62(text: &mut String, mut number: u128, width: usize) {
    let mut digits = [b'0'; HALF];
    for digit in digits.iter_mut().take(width).rev() {
        let value = (number % 62) as usize;
        *digit = ALPHABET.get(value).copied().unwrap_or(b'0');
        number /= 62;
    }
    text.extend(digits.iter().take(width).map(|digit| char::from(*digit)));
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(ArrayString<LENGTH>);

        const _: () = assert!($prefix.len() + HALF + CHECKSUM == LENGTH);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id from 128 random bits.
            pub fn from_random(random: [u8; 16]) -> Self {
                Self(ArrayString::from(&write($prefix, &random)).unwrap_or_default())
            }

            /// The id that `text` spells, if its prefix, length and checksum are right.
            pub fn parse(text: &str) -> Option<Self> {
                let id = ArrayString::from(text).ok()?;
                is_well_formed(text, $prefix, 16).then_some(Self(id))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| D::Error::custom(concat!("not an id that begins with ", $prefix)))
            }
        }
    };
}

id!(
    /// Names a business entity inside Passgate; its people meet the identifier instead.
    EntityId, "pge_"
);
id!(
    /// The public half of a credential (RFC 6749 §2.2). It never changes.
    ClientId, "pgc_"
);
id!(
    /// Names one secret of a credential without saying anything about it.
    SecretId, "pgk_"
);
id!(
    /// Names an operator token.
    OperatorId, "pgu_"
);

id!(
    /// Names an account.
    PersonId, "pgp_"
);
id!(
    /// Names an invitation without being good for it.
    InvitationId, "pgi_"
);
id!(
    /// Names a session without proving anything.
    SessionId, "pgn_"
);

impl SecretId {
    /// 32 bits that tell the secrets of one credential apart in the ids of their tokens.
    pub fn tag(&self) -> u32 {
        crc32fast::hash(self.0.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_id_reads_back_and_no_mistyped_one_does(random: [u8; 16], at in 4usize..32, other in 0usize..62) {
            let id = ClientId::from_random(random);
            prop_assert_eq!(ClientId::parse(id.as_str()), Some(id));
            prop_assert_eq!(id.as_str().len(), 32);
            let mut typo = id.as_str().as_bytes().to_vec();
            typo[at] = ALPHABET[other];
            let typo = String::from_utf8(typo).unwrap();
            prop_assert_eq!(ClientId::parse(&typo).is_some(), typo == id.as_str());
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in ".*") {
            let _ = ClientId::parse(&text);
        }
    }

    #[test]
    fn a_right_checksum_does_not_make_other_characters_an_id() {
        let mut text = format!("pgc_{}\0", "x".repeat(HALF - 1));
        let sum = crc32fast::hash(text.as_bytes());
        push_base62(&mut text, u128::from(sum), CHECKSUM);
        assert_eq!((text.len(), ClientId::parse(&text)), (32, None));
    }

    #[test]
    fn ids_of_one_kind_are_not_ids_of_another() {
        let client = ClientId::from_random([7; 16]);
        assert_eq!(EntityId::parse(client.as_str()), None);
    }
}
