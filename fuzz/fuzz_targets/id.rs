//! Ids: what is accepted has the prefix, the length and the characters of an id, reads back as it was, is of one kind
//! only, and no other character in any place of it is accepted.
#![no_main]

use libfuzzer_sys::fuzz_target;
use passgate::domain::id::{ClientId, EntityId, OperatorId, SecretId};

const LENGTH: usize = 32;
const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The ids that `text` is taken for.
fn kinds(text: &str) -> Vec<String> {
    let all = [
        EntityId::parse(text).map(|id| id.to_string()),
        ClientId::parse(text).map(|id| id.to_string()),
        SecretId::parse(text).map(|id| id.to_string()),
        OperatorId::parse(text).map(|id| id.to_string()),
    ];
    all.into_iter().flatten().collect()
}

fn assert_is_sound(text: &str) {
    let kinds = kinds(text);
    assert!(kinds.len() <= 1, "{text} is of two kinds");
    if let [id] = kinds.as_slice() {
        assert_eq!(id, text);
        assert_eq!(text.len(), LENGTH);
        let prefixes = [EntityId::PREFIX, ClientId::PREFIX, SecretId::PREFIX, OperatorId::PREFIX];
        let rest = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)).expect("it has a prefix");
        assert!(rest.bytes().all(|byte| ALPHABET.contains(&byte)), "{text:?} has characters that no id has");
    }
}

/// `body` and the checksum that an id of it would end with.
fn with_checksum(body: &str) -> String {
    let mut sum = crc32fast::hash(body.as_bytes()) as usize;
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[sum % 62];
        sum /= 62;
    }
    format!("{body}{}", String::from_utf8_lossy(&digits))
}

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    assert_is_sound(&text);
    for prefix in [EntityId::PREFIX, ClientId::PREFIX, SecretId::PREFIX, OperatorId::PREFIX, ""] {
        assert_is_sound(&with_checksum(&format!("{prefix}{text}")));
    }

    if let Some((random, rest)) = data.split_first_chunk::<16>() {
        let id = ClientId::from_random(*random);
        assert_eq!(with_checksum(&id.as_str()[..26]), id.as_str());
        assert_eq!(ClientId::parse(id.as_str()), Some(id.clone()));
        assert_eq!(kinds(id.as_str()).len(), 1);
        if let [at, byte, ..] = *rest {
            let mut typo = id.as_str().as_bytes().to_vec();
            let at = usize::from(at) % typo.len();
            typo[at] = byte & 0x7F;
            let typo = String::from_utf8(typo).expect("it is ASCII");
            assert_eq!(kinds(&typo).is_empty(), typo != id.as_str(), "{typo}");
        }
    }
});
