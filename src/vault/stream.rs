//! A stream of any length, sealed under a key that comes from the master key: chunks of 64 KiB under AES-256-GCM, each
//! bound to its place and the last one to being the last. What was changed, moved, cut off or added does not open.

use std::io::{self, Read, Write};

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use zeroize::Zeroizing;

use super::{CannotOpen, MasterKey};

/// What a stream begins with. The number is the version of everything that follows.
const MAGIC: &[u8; 18] = b"passgate backup 1\n";
/// The same without version and line end.
const KIND: &[u8] = b"passgate backup ";
const KEY_ID_LEN: usize = 16;
const SALT_LEN: usize = 32;
const HEADER_LEN: usize = MAGIC.len() + KEY_ID_LEN + SALT_LEN;
const CHUNK: usize = 65_536;
const TAG_LEN: usize = 16;
const SEALED_CHUNK: usize = CHUNK + TAG_LEN;

/// Random bytes, another for each stream.
pub type Salt = [u8; SALT_LEN];

/// Why a stream cannot be opened at all.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// It begins otherwise.
    #[error("is not a backup that passgate made")]
    Foreign,
    /// A later version of the format.
    #[error("was made by a newer version of passgate, in a form that this one does not read")]
    Newer,
    /// The key is another one.
    #[error("was made with another master key than the one that the settings name, or is damaged at its beginning")]
    OtherKey,
    /// The system does not read it.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
}

/// A chunk is not what was written there.
#[derive(Debug, thiserror::Error)]
#[error("is damaged or not complete: beyond {0} bytes it is not what was written")]
pub struct Damaged(u64);

impl MasterKey {
    /// Begins a stream into `out`.
    pub fn seal_stream<W: Write>(&self, salt: &Salt, mut out: W) -> io::Result<Sealing<W>> {
        let id = self.id().map_err(io::Error::other)?;
        let header = [MAGIC.as_slice(), &id, salt].concat();
        let key = self.stream_key(salt, &header).map_err(io::Error::other)?;
        out.write_all(&header)?;
        Ok(Sealing { out, key, number: 0, chunk: Vec::with_capacity(SEALED_CHUNK) })
    }

    /// Opens a stream that was sealed with this key.
    pub fn open_stream<R: Read>(&self, mut from: R) -> Result<Opening<R>, NotOpened> {
        let mut header = Vec::with_capacity(HEADER_LEN);
        from.by_ref().take(HEADER_LEN as u64).read_to_end(&mut header)?;
        let (magic, rest) = header.split_at_checked(MAGIC.len()).ok_or(NotOpened::Foreign)?;
        if magic != MAGIC {
            return Err(if magic.starts_with(KIND) { NotOpened::Newer } else { NotOpened::Foreign });
        }
        let (id, salt) = rest.split_at_checked(KEY_ID_LEN).ok_or(NotOpened::OtherKey)?;
        if salt.len() != SALT_LEN || !self.id().is_ok_and(|own| own == id) {
            return Err(NotOpened::OtherKey);
        }
        let key = self.stream_key(salt, &header).map_err(|_| NotOpened::OtherKey)?;
        Ok(Opening {
            from,
            key,
            number: 0,
            read: HEADER_LEN as u64,
            ahead: Vec::new(),
            plain: Vec::new(),
            at: 0,
            is_over: false,
        })
    }

    /// Tells keys apart, and says nothing of them.
    fn id(&self) -> Result<[u8; KEY_ID_LEN], CannotOpen> {
        let mut id = [0; KEY_ID_LEN];
        self.expand(b"passgate", &[b"backup key id"], &mut id)?;
        Ok(id)
    }

    fn stream_key(&self, salt: &[u8], header: &[u8]) -> Result<LessSafeKey, CannotOpen> {
        let mut key = Zeroizing::new([0; 32]);
        self.expand(salt, &[b"backup", header], key.as_mut_slice())?;
        UnboundKey::new(&AES_256_GCM, key.as_slice()).map(LessSafeKey::new).map_err(|_| CannotOpen)
    }

    fn expand(&self, salt: &[u8], info: &[&[u8]], out: &mut [u8]) -> Result<(), CannotOpen> {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(self.0.as_slice());
        prk.expand(info, Length(out.len())).and_then(|okm| okm.fill(out)).map_err(|_| CannotOpen)
    }
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// The key is used for one stream only, so the number of the chunk is a nonce; its last byte marks the last chunk.
fn nonce(number: u64, is_last: bool) -> Nonce {
    let mut bytes = [0; NONCE_LEN];
    for (byte, value) in bytes.iter_mut().skip(3).zip(number.to_be_bytes().into_iter().chain([u8::from(is_last)])) {
        *byte = value;
    }
    Nonce::assume_unique_for_key(bytes)
}

/// Seals what is written. Without [`Sealing::finish`] the stream is not complete, and does not open.
pub struct Sealing<W> {
    out: W,
    key: LessSafeKey,
    number: u64,
    chunk: Vec<u8>,
}

impl<W: Write> Sealing<W> {
    /// Writes the last chunk; gives back what was written into.
    pub fn finish(mut self) -> io::Result<W> {
        self.seal(true)?;
        Ok(self.out)
    }

    fn seal(&mut self, is_last: bool) -> io::Result<()> {
        let sealed = self.key.seal_in_place_append_tag(nonce(self.number, is_last), Aad::empty(), &mut self.chunk);
        sealed.map_err(|_| io::Error::other(CannotOpen))?;
        self.number = self.number.checked_add(1).ok_or_else(|| io::Error::other(CannotOpen))?;
        self.out.write_all(&self.chunk)?;
        self.chunk.clear();
        Ok(())
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.chunk.len() == CHUNK && !bytes.is_empty() {
            self.seal(false)?;
        }
        let (now, _) = bytes.split_at_checked(CHUNK.saturating_sub(self.chunk.len())).unwrap_or((bytes, &[]));
        self.chunk.extend_from_slice(now);
        Ok(now.len())
    }

    /// A chunk that is not full is not written before the end.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Opens what is read. Nothing comes out of a chunk that was not verified, nor the end before the last one was.
pub struct Opening<R> {
    from: R,
    key: LessSafeKey,
    number: u64,
    /// Bytes of the stream whose chunks have been opened.
    read: u64,
    /// The beginning of the next chunk.
    ahead: Vec<u8>,
    plain: Vec<u8>,
    at: usize,
    is_over: bool,
}

impl<R: Read> Opening<R> {
    /// How many bytes of the stream have been opened.
    pub const fn position(&self) -> u64 {
        self.read
    }

    fn open(&mut self) -> io::Result<()> {
        let mut chunk = std::mem::take(&mut self.ahead);
        let wanted = SEALED_CHUNK.saturating_add(1).saturating_sub(chunk.len());
        self.from.by_ref().take(wanted as u64).read_to_end(&mut chunk)?;
        if chunk.len() > SEALED_CHUNK {
            self.ahead = chunk.split_off(SEALED_CHUNK);
        }
        let is_last = self.ahead.is_empty();
        let begin = self.read;
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, Damaged(begin));
        let sealed = chunk.len() as u64;
        let length =
            self.key.open_in_place(nonce(self.number, is_last), Aad::empty(), &mut chunk).map_err(|_| damaged())?.len();
        chunk.truncate(length);
        self.number = self.number.checked_add(1).ok_or_else(damaged)?;
        self.read = begin.saturating_add(sealed);
        (self.plain, self.at, self.is_over) = (chunk, 0, is_last);
        Ok(())
    }
}

impl<R: Read> Read for Opening<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.plain.len() && !self.is_over {
            self.open()?;
        }
        let rest = self.plain.get(self.at..).unwrap_or_default();
        let (now, _) = rest.split_at_checked(into.len()).unwrap_or((rest, &[]));
        if let Some(place) = into.get_mut(..now.len()) {
            place.copy_from_slice(now);
        }
        self.at = self.at.saturating_add(now.len());
        Ok(now.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut out = MasterKey(Zeroizing::new([1; 32])).seal_stream(&[2; SALT_LEN], Vec::new()).unwrap();
        out.write_all(plain).unwrap();
        out.finish().unwrap()
    }

    fn opened(key: u8, sealed: &[u8]) -> Result<Vec<u8>, String> {
        let master = MasterKey(Zeroizing::new([key; 32]));
        let mut opening = master.open_stream(sealed).map_err(|error| error.to_string())?;
        let mut plain = Vec::new();
        opening.read_to_end(&mut plain).map_err(|error| error.to_string())?;
        Ok(plain)
    }

    #[test]
    fn a_stream_of_any_length_opens_as_it_was() {
        for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7] {
            let plain: Vec<u8> = (0..=250).cycle().take(length).collect();
            let sealed = sealed(&plain);
            assert_eq!(opened(1, &sealed).unwrap(), plain, "{length}");
            assert_eq!(sealed.len(), HEADER_LEN + length + TAG_LEN * length.div_ceil(CHUNK).max(1));
        }
    }

    #[test]
    fn what_was_cut_off_changed_moved_or_added_does_not_open() {
        let whole = sealed(&vec![7; 2 * CHUNK + 100]);
        let chunk = |number: usize| HEADER_LEN + number * SEALED_CHUNK;
        for cut in (0..whole.len()).step_by(997).chain([HEADER_LEN, chunk(1), chunk(2), whole.len() - 1]) {
            assert!(opened(1, &whole[..cut]).is_err(), "cut at {cut}");
        }
        for at in (0..whole.len()).step_by(997).chain(0..HEADER_LEN) {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert!(opened(1, &changed).is_err(), "changed at {at}");
        }
        let mut swapped = whole[..chunk(0)].to_vec();
        swapped.extend_from_slice(&whole[chunk(1)..chunk(2)]);
        swapped.extend_from_slice(&whole[chunk(0)..chunk(1)]);
        swapped.extend_from_slice(&whole[chunk(2)..]);
        assert!(opened(1, &swapped).is_err());
        let mut without = whole[..chunk(1)].to_vec();
        without.extend_from_slice(&whole[chunk(2)..]);
        assert!(opened(1, &without).is_err());
        assert!(opened(1, &[whole.as_slice(), &[0]].concat()).is_err());
        assert!(opened(1, &[whole.as_slice(), &whole].concat()).is_err());
    }

    #[test]
    fn why_it_does_not_open_is_said() {
        let whole = sealed(b"plain");
        assert!(opened(9, &whole).unwrap_err().contains("another master key"));
        assert!(
            opened(1, b"SQLite format 3\0 and so on, and on, and on, and on, and on")
                .unwrap_err()
                .contains("is not a backup")
        );
        assert!(opened(1, b"").unwrap_err().contains("is not a backup"));
        let newer = [b"passgate backup 2\n".as_slice(), &whole[MAGIC.len()..]].concat();
        assert!(opened(1, &newer).unwrap_err().contains("newer version"));
        assert!(opened(1, &whole[..whole.len() - 1]).unwrap_err().contains("damaged or not complete"));
    }
}
