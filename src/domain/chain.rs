//! The audit chain: what the hash of an event covers, and whether rows follow from each other. The hash is keyed, so that
//! who can write to the database and nothing else cannot forge a row; it also tells nobody what stands in one.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::{constant_time, hmac};

/// The hash before the first event.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// What a row of the log says, column by column, as stored.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its number.
    pub seq: i64,
    /// When, in milliseconds since the epoch.
    pub at: i64,
    /// By whom.
    pub actor: String,
    /// From where.
    pub address: Option<String>,
    /// What.
    pub action: String,
    /// Of which entity.
    pub entity_id: Option<String>,
    /// Of which thing.
    pub subject: String,
    /// The JSON text of the details, to the letter.
    pub detail: String,
    /// When it was chained, if that was later than it was written.
    pub chained_at: Option<i64>,
}

/// Two hashes, in 64 hexadecimal digits each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Of the event before.
    pub previous: String,
    /// Of this one.
    pub hash: String,
}

/// A point of the chain: a number and the hash of that event. Written as `seq:hash`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The number; 0 before the first event.
    pub seq: i64,
    /// The hash.
    pub hash: String,
}

impl Anchor {
    /// Before the first event.
    pub fn beginning() -> Self {
        Self { seq: 0, hash: BEGINNING.to_owned() }
    }
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.hash)
    }
}

/// The text is not `seq:hash`.
#[derive(Debug, thiserror::Error)]
#[error(
    "an anchor is the number of an event, a colon and its hash of 64 hexadecimal digits, as passgate audit head prints it"
)]
pub struct NotAnAnchor;

impl FromStr for Anchor {
    type Err = NotAnAnchor;

    fn from_str(text: &str) -> Result<Self, NotAnAnchor> {
        let (seq, hash) = text.split_once(':').ok_or(NotAnAnchor)?;
        let is_hash = hash.len() == BEGINNING.len() && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        let seq = seq.parse().ok().filter(|seq| *seq > 0).ok_or(NotAnAnchor)?;
        if is_hash { Ok(Self { seq, hash: hash.to_owned() }) } else { Err(NotAnAnchor) }
    }
}

/// What a seal is of. Each is sealed in a way of its own, so that none can stand for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// The last chained event.
    Head,
    /// The last event that was removed because of its age.
    Removed,
}

/// The key of the chain. It is derived from the vault's root and is not in the database.
#[derive(Clone)]
pub struct ChainKey(hmac::Key);

impl fmt::Debug for ChainKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChainKey(…)")
    }
}

impl ChainKey {
    /// A key from 256 bits.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The link of `row` after the event whose hash is `previous`: HMAC-SHA-256 over `event`, the columns of the row in
    /// the order of [`Row`], and the previous hash. Each stands as its length in bytes, a colon, its text and a comma;
    /// numbers in decimal digits; NULL as `-,`.
    pub fn link(&self, previous: &str, row: &Row) -> Link {
        let (seq, at) = (row.seq.to_string(), row.at.to_string());
        let chained_at = row.chained_at.map(|at| at.to_string());
        let hash = self.mac([
            Some("event"),
            Some(&seq),
            Some(&at),
            Some(&row.actor),
            row.address.as_deref(),
            Some(&row.action),
            row.entity_id.as_deref(),
            Some(&row.subject),
            Some(&row.detail),
            chained_at.as_deref(),
            Some(previous),
        ]);
        Link { previous: previous.to_owned(), hash }
    }

    /// The seal over a point of the chain.
    pub fn seal(&self, sealed: Sealed, anchor: &Anchor) -> String {
        let what = match sealed {
            Sealed::Head => "head",
            Sealed::Removed => "removed",
        };
        self.mac([Some(what), Some(&anchor.seq.to_string()), Some(&anchor.hash)])
    }

    /// Whether `seal` is the one of this point. Before anything is chained or removed there is none.
    pub fn is_sealed(&self, sealed: Sealed, anchor: &Anchor, seal: &str) -> bool {
        if anchor.seq == 0 {
            return seal.is_empty() && anchor.hash == BEGINNING;
        }
        constant_time::verify_slices_are_equal(self.seal(sealed, anchor).as_bytes(), seal.as_bytes()).is_ok()
    }

    fn mac<const N: usize>(&self, fields: [Option<&str>; N]) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        for field in fields {
            match field {
                Some(text) => {
                    context.update(text.len().to_string().as_bytes());
                    context.update(b":");
                    context.update(text.as_bytes());
                    context.update(b",");
                }
                None => context.update(b"-,"),
            }
        }
        context.sign().as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// How a row breaks the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// There is no event of this number.
    Missing,
    /// What stands in it, or its hash, is not what was written.
    Changed,
    /// It does not follow from the event before.
    OutOfPlace,
    /// It has no hash, and should have one.
    Unchained,
    /// It is beyond the last event.
    Inserted,
    /// The head does not name this event, which is the last chained one.
    Head,
    /// What is known of the events that were removed because of their age was not written by Passgate.
    Checkpoint,
    /// It is not the event that the anchor names.
    NotTheAnchor,
}

impl Fault {
    /// What it means, for people.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Missing => "it is missing",
            Self::Changed => "it is not what was written",
            Self::OutOfPlace => "it does not follow from the event before it",
            Self::Unchained => "its hash is missing",
            Self::Inserted => "it was added beyond the end of the log",
            Self::Head => "the head of the log was not written by Passgate, or events after it are missing",
            Self::Checkpoint => "what the log says of its removed events was not written by Passgate",
            Self::NotTheAnchor => "it is not the event that the anchor names",
        }
    }
}

/// Where the chain breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {seq}: {}", .fault.meaning())]
pub struct Broken {
    /// The first number that is wrong.
    pub seq: i64,
    /// How.
    pub fault: Fault,
}

/// Walks along the chain, row by row.
#[derive(Clone, Debug)]
pub struct Walk {
    /// The last row that was found right.
    pub at: Anchor,
    /// Rows that were chained later than they were written: the first, the last, and when the last one was.
    pub later: Vec<Later>,
}

/// A run of rows that were chained later than they were written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Later {
    /// The number of the first.
    pub first: i64,
    /// The number of the last.
    pub last: i64,
    /// When the last one was chained, in milliseconds since the epoch.
    pub at: i64,
}

/// Most runs that are remembered; after that the last one grows.
const MOST_RUNS: usize = 100;

impl Walk {
    /// Begins after `anchor`.
    pub fn after(anchor: Anchor) -> Self {
        Self { at: anchor, later: Vec::new() }
    }

    /// Takes the next row and the link that it carries.
    pub fn take(&mut self, key: &ChainKey, row: &Row, link: Option<&Link>) -> Result<(), Broken> {
        let expected = self.at.seq.saturating_add(1);
        let broken = |fault| Err(Broken { seq: row.seq, fault });
        if row.seq != expected {
            return Err(Broken { seq: expected, fault: Fault::Missing });
        }
        let Some(link) = link else { return broken(Fault::Unchained) };
        let right = key.link(&link.previous, row);
        if constant_time::verify_slices_are_equal(right.hash.as_bytes(), link.hash.as_bytes()).is_err() {
            return broken(Fault::Changed);
        }
        if link.previous != self.at.hash {
            return broken(Fault::OutOfPlace);
        }
        self.at = Anchor { seq: row.seq, hash: link.hash.clone() };
        if let Some(at) = row.chained_at {
            let is_full = self.later.len() >= MOST_RUNS;
            match self.later.last_mut() {
                Some(run) if run.last.saturating_add(1) == row.seq || is_full => (run.last, run.at) = (row.seq, at),
                _ => self.later.push(Later { first: row.seq, last: row.seq, at }),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seq: i64, subject: &str) -> Row {
        Row {
            seq,
            at: 1,
            actor: "cli".to_owned(),
            address: None,
            action: "entity.created".to_owned(),
            entity_id: None,
            subject: subject.to_owned(),
            detail: "{}".to_owned(),
            chained_at: None,
        }
    }

    #[test]
    fn no_two_rows_have_the_same_encoding_and_no_seal_stands_for_another() {
        let key = ChainKey::new(&[1; 32]);
        let hash = |row: &Row| key.link(BEGINNING, row).hash;
        let plain = row(1, "a");
        let others = [
            Row { seq: 2, ..plain.clone() },
            Row { at: 2, ..plain.clone() },
            Row { actor: "cl".to_owned(), address: Some("i".to_owned()), ..plain.clone() },
            Row { address: Some(String::new()), ..plain.clone() },
            Row { entity_id: Some(String::new()), ..plain.clone() },
            Row { subject: "a,2:{}".to_owned(), ..plain.clone() },
            Row { chained_at: Some(1), ..plain.clone() },
        ];
        for other in &others {
            assert_ne!(hash(&plain), hash(other), "{other:?}");
        }
        assert_ne!(hash(&plain), ChainKey::new(&[2; 32]).link(BEGINNING, &plain).hash);
        let anchor = Anchor { seq: 1, hash: hash(&plain) };
        assert!(key.is_sealed(Sealed::Head, &anchor, &key.seal(Sealed::Head, &anchor)));
        assert!(!key.is_sealed(Sealed::Removed, &anchor, &key.seal(Sealed::Head, &anchor)));
        assert_eq!(anchor.to_string().parse::<Anchor>().unwrap(), anchor);
        for odd in ["", "1", "1:", "x:00", "-1:00", &format!("0:{BEGINNING}"), &format!("1:{BEGINNING}0")] {
            assert!(odd.parse::<Anchor>().is_err(), "{odd}");
        }
    }
}
