//! The master key, and what it protects: a random root, sealed in the database, from which every other key is derived.
//! Without the master key the database gives away no secret; another master key cannot open it.

pub mod stream;

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use crate::domain::chain::ChainKey;
use crate::domain::secret::MacKey;

/// Random bytes that sealing takes.
pub type SealingNonce = [u8; NONCE_LEN];

const ROOT_BYTES: usize = 32;
const ROOT_CONTEXT: &str = "root";
const LONGEST_KEY_FILE: u64 = 1024;

/// Why a master key is not to be had. Names files, never their content.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file cannot be read.
    #[error("cannot read the master key {path}: {cause}")]
    Unreadable {
        /// Where it should be.
        path: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// The file cannot be made.
    #[error("cannot write the master key {path}: {cause}")]
    Unwritable {
        /// Where it should be.
        path: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// Not 32 bytes in base64.
    #[error("the master key in {0} is not 32 bytes in base64")]
    Malformed(String),
    /// Readable for others than its owner.
    #[error("the master key {0} can be read by other users; run: chmod 600 {0}")]
    TooOpen(String),
}

/// 256 bits that stand nowhere but in a file or the environment.
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// Reads the base64 that `place` (a file or variable, for the error) holds.
    pub fn parse(text: &str, place: &str) -> Result<Self, MasterKeyError> {
        let malformed = || MasterKeyError::Malformed(place.to_owned());
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| malformed())?);
        let mut key = Zeroizing::new([0; 32]);
        if bytes.len() != key.len() {
            return Err(malformed());
        }
        key.copy_from_slice(&bytes);
        Ok(Self(key))
    }

    /// Reads a key file; `None` if there is none.
    pub fn load(path: &Path) -> Result<Option<Self>, MasterKeyError> {
        let place = path.display().to_string();
        let unreadable = |cause| MasterKeyError::Unreadable { path: place.clone(), cause };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(unreadable(cause)),
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            if file.metadata().map_err(unreadable)?.permissions().mode() & 0o077 != 0 {
                return Err(MasterKeyError::TooOpen(place));
            }
        }
        let mut text = Zeroizing::new(String::new());
        file.take(LONGEST_KEY_FILE).read_to_string(&mut text).map_err(unreadable)?;
        Self::parse(&text, &place).map(Some)
    }

    /// Makes a key file with mode 0600; refuses to replace one. It is whole or not there, whatever happens meanwhile.
    pub fn create(path: &Path, random: Zeroizing<[u8; 32]>) -> Result<Self, MasterKeyError> {
        let unwritable = |cause| MasterKeyError::Unwritable { path: path.display().to_string(), cause };
        let unfinished = path.with_extension("unfinished");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut file = options.open(&unfinished).map_err(unwritable)?;
        // Of two that begin at once the second one waits here, and then finds the key of the first.
        file.lock().map_err(unwritable)?;
        if path.exists() {
            return Err(unwritable(ErrorKind::AlreadyExists.into()));
        }
        let text = Zeroizing::new(STANDARD.encode(random.as_slice()));
        file.set_len(0).map_err(unwritable)?;
        writeln!(file, "{}", text.as_str()).map_err(unwritable)?;
        file.sync_all().map_err(unwritable)?;
        std::fs::rename(&unfinished, path).map_err(unwritable)?;
        if let Some(directory) = path.parent() {
            let here = Path::new(".");
            File::open(if directory.as_os_str().is_empty() { here } else { directory })
                .and_then(|directory| directory.sync_all())
                .map_err(unwritable)?;
        }
        Ok(Self(random))
    }
}

/// What was sealed cannot be opened: another key, another place, or changed bytes.
#[derive(Debug, thiserror::Error)]
#[error("cannot be opened with this master key")]
pub struct CannotOpen;

/// 32 bytes each: the root that the keys of MACs come from, then those that sealing keys come from, the newest first. Without
/// any of the latter the first is the root of everything.
type Roots = Zeroizing<Vec<u8>>;

/// The keys derived from the roots.
pub struct Vault {
    /// Remembers client secrets, operator tokens and set-up links.
    pub secrets: MacKey,
    /// Finds a secret whose owner is not known.
    pub lookups: MacKey,
    /// Keeps pagination cursors from being forged.
    pub cursors: MacKey,
    /// Chains the event log.
    pub audit: ChainKey,
    /// Makes the nonces of DPoP, the same on every node.
    pub nonces: MacKey,
    sealing: ArcSwap<Sealing>,
}

/// The first key seals, each opens.
struct Sealing {
    keys: Arc<[LessSafeKey]>,
    is_stopped: bool,
}

impl Vault {
    /// The vault of a new installation, and its root, sealed, for the store to keep.
    pub fn create(
        master: &MasterKey,
        root: &Zeroizing<[u8; 32]>,
        nonce: SealingNonce,
    ) -> Result<(Self, String), CannotOpen> {
        let sealed = seal_roots(master, root.as_slice(), nonce)?;
        Ok((Self::derive(root.as_slice())?, sealed))
    }

    /// The vault whose sealed roots the store kept.
    pub fn open(master: &MasterKey, sealed_root: &str) -> Result<Self, CannotOpen> {
        Self::derive(&open_roots(master, sealed_root)?)
    }

    /// The same roots, sealed under another master key.
    pub fn under(
        old: &MasterKey,
        sealed_root: &str,
        new: &MasterKey,
        nonce: SealingNonce,
    ) -> Result<String, CannotOpen> {
        seal_roots(new, &open_roots(old, sealed_root)?, nonce)
    }

    /// The roots with a fresh one to seal with; the one before still opens. `None` if that has been done and what was sealed
    /// before has not all been sealed anew.
    pub fn with_fresh_sealing(
        master: &MasterKey,
        sealed_root: &str,
        fresh: &Zeroizing<[u8; 32]>,
        nonce: SealingNonce,
    ) -> Result<Option<String>, CannotOpen> {
        let roots = open_roots(master, sealed_root)?;
        let mut pieces = roots.chunks_exact(ROOT_BYTES);
        let first = pieces.next().ok_or(CannotOpen)?;
        let (newest, older) = (pieces.next().unwrap_or(first), pieces.next());
        if older.is_some() {
            return Ok(None);
        }
        let roots = Zeroizing::new([first, fresh.as_slice(), newest].concat());
        seal_roots(master, &roots, nonce).map(Some)
    }

    /// The roots without the one that sealed before the newest.
    pub fn without_old_sealing(
        master: &MasterKey,
        sealed_root: &str,
        nonce: SealingNonce,
    ) -> Result<String, CannotOpen> {
        let roots = open_roots(master, sealed_root)?;
        seal_roots(master, roots.get(..ROOT_BYTES.saturating_mul(2)).unwrap_or(&roots), nonce)
    }

    fn derive(roots: &[u8]) -> Result<Self, CannotOpen> {
        let mut pieces = roots.chunks_exact(ROOT_BYTES);
        let first = pieces.next().ok_or(CannotOpen)?;
        let mut sealing = pieces
            .map(|root| sealing_key(&derived(root, b"sealing")?))
            .collect::<Result<Vec<LessSafeKey>, CannotOpen>>()?;
        if sealing.is_empty() {
            sealing.push(sealing_key(&derived(first, b"sealing")?)?);
        }
        Ok(Self {
            secrets: MacKey::new(&*derived(first, b"secrets")?),
            audit: ChainKey::new(&*derived(first, b"audit")?),
            lookups: MacKey::new(&*derived(first, b"lookups")?),
            cursors: MacKey::new(&*derived(first, b"cursors")?),
            nonces: MacKey::new(&*derived(first, b"nonces")?),
            sealing: ArcSwap::from_pointee(Sealing { keys: sealing.into(), is_stopped: false }),
        })
    }

    /// Seals and opens from now on with the keys of `newer`.
    pub fn adopt(&self, newer: &Self) {
        self.sealing.store(newer.sealing.load_full());
    }

    /// Seals nothing more, since others could not open it; goes on opening.
    pub fn stop_sealing(&self) {
        let keys = self.sealing.load().keys.clone();
        self.sealing.store(Arc::new(Sealing { keys, is_stopped: true }));
    }

    /// Seals `plain` for the place that `context` names: AES-256-GCM under a random nonce, in base64.
    pub fn seal(&self, context: &str, plain: &[u8], nonce: SealingNonce) -> Result<String, CannotOpen> {
        let sealing = self.sealing.load();
        let newest = sealing.keys.first().filter(|_| !sealing.is_stopped);
        seal(newest.ok_or(CannotOpen)?, context, plain, nonce)
    }

    /// Opens what was sealed for the place that `context` names.
    pub fn open_sealed(&self, context: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
        self.sealing.load().keys.iter().find_map(|key| open(key, context, sealed).ok()).ok_or(CannotOpen)
    }

    /// The same thing sealed with the newest key; `None` if it is.
    pub fn renew(&self, context: &str, sealed: &str, nonce: SealingNonce) -> Result<Option<String>, CannotOpen> {
        let sealing = self.sealing.load();
        let newest = sealing.keys.first().ok_or(CannotOpen)?;
        if open(newest, context, sealed).is_ok() {
            return Ok(None);
        }
        let plain = self.open_sealed(context, sealed)?;
        seal(newest, context, &plain, nonce).map(Some)
    }
}

fn derived(root: &[u8], purpose: &[u8]) -> Result<Zeroizing<[u8; 32]>, CannotOpen> {
    let mut key = Zeroizing::new([0; 32]);
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, b"passgate").extract(root);
    prk.expand(&[purpose], hkdf::HKDF_SHA256).and_then(|okm| okm.fill(key.as_mut_slice())).map_err(|_| CannotOpen)?;
    Ok(key)
}

fn seal_roots(master: &MasterKey, roots: &[u8], nonce: SealingNonce) -> Result<String, CannotOpen> {
    seal(&sealing_key(&master.0)?, ROOT_CONTEXT, roots, nonce)
}

fn open_roots(master: &MasterKey, sealed: &str) -> Result<Roots, CannotOpen> {
    let roots = open(&sealing_key(&master.0)?, ROOT_CONTEXT, sealed)?;
    let is_whole = [1, 2, 3].iter().any(|pieces| ROOT_BYTES.checked_mul(*pieces) == Some(roots.len()));
    if is_whole { Ok(roots) } else { Err(CannotOpen) }
}

fn sealing_key(bytes: &Zeroizing<[u8; 32]>) -> Result<LessSafeKey, CannotOpen> {
    UnboundKey::new(&AES_256_GCM, bytes.as_slice()).map(LessSafeKey::new).map_err(|_| CannotOpen)
}

fn seal(key: &LessSafeKey, context: &str, plain: &[u8], nonce: SealingNonce) -> Result<String, CannotOpen> {
    let mut sealed = plain.to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(context), &mut sealed)
        .map_err(|_| CannotOpen)?;
    let mut bytes = nonce.to_vec();
    bytes.append(&mut sealed);
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn open(key: &LessSafeKey, context: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
    let bytes = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| CannotOpen)?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE_LEN).ok_or(CannotOpen)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| CannotOpen)?;
    let mut plain = Zeroizing::new(sealed.to_vec());
    let length = key.open_in_place(nonce, Aad::from(context), &mut plain).map_err(|_| CannotOpen)?.len();
    plain.truncate(length);
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_text_opens_only_with_its_key_and_in_its_place() {
        let master = MasterKey(Zeroizing::new([1; 32]));
        let (vault, root) = Vault::create(&master, &Zeroizing::new([2; 32]), [3; NONCE_LEN]).unwrap();
        let sealed = vault.seal("secret:a", b"plain", [4; NONCE_LEN]).unwrap();
        let again = Vault::open(&master, &root).unwrap();
        assert_eq!(again.open_sealed("secret:a", &sealed).unwrap().as_slice(), b"plain");
        assert!(again.open_sealed("secret:b", &sealed).is_err());
        assert!(Vault::open(&MasterKey(Zeroizing::new([9; 32])), &root).is_err());
        let fresh =
            Vault::with_fresh_sealing(&master, &root, &Zeroizing::new([5; 32]), [6; NONCE_LEN]).unwrap().unwrap();
        let both = Vault::open(&master, &fresh).unwrap();
        assert_eq!(both.open_sealed("secret:a", &sealed).unwrap().as_slice(), b"plain");
        let renewed = both.renew("secret:a", &sealed, [7; NONCE_LEN]).unwrap().unwrap();
        assert!(both.renew("secret:a", &renewed, [8; NONCE_LEN]).unwrap().is_none());
        assert!(vault.open_sealed("secret:a", &renewed).is_err());
        let none = Vault::with_fresh_sealing(&master, &fresh, &Zeroizing::new([9; 32]), [9; NONCE_LEN]).unwrap();
        assert!(none.is_none(), "what was begun is not begun again");
        let last = Vault::open(&master, &Vault::without_old_sealing(&master, &fresh, [1; NONCE_LEN]).unwrap()).unwrap();
        assert!(last.open_sealed("secret:a", &sealed).is_err() && last.open_sealed("secret:a", &renewed).is_ok());
        assert!(last.secrets.mac("a", "b").matches(&vault.secrets.mac("a", "b")), "MACs stay as they are");
        for odd in ["", "AAAA", "not base64!", &"A".repeat(200)] {
            assert!(vault.open_sealed("secret:a", odd).is_err(), "{odd}");
        }
    }
}
