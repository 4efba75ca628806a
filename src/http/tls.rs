//! TLS from a certificate and a key file, read again when they change. A broken replacement leaves the old one serving.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use arc_swap::ArcSwap;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{DigitallySignedStruct, DistinguishedName, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// Why TLS cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or holds no PEM of the right kind.
    #[error("cannot read {0}: {1}")]
    File(PathBuf, rustls::pki_types::pem::Error),
    /// Certificate and key do not fit together, or are of a kind that is not supported.
    #[error("the certificate {0} and its key cannot be used: {1}")]
    Unusable(PathBuf, rustls::Error),
}

/// Accepts TLS connections with the certificate as it is now.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
    files: Arc<Files>,
}

struct Files {
    certificate: PathBuf,
    key: PathBuf,
    current: ArcSwap<CertifiedKey>,
    changed_at: Mutex<Option<(SystemTime, SystemTime)>>,
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Files(…)")
    }
}

impl ResolvesServerCert for Files {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.current.load_full())
    }
}

/// Asks clients for a certificate, and takes whatever they show, if they have its key. Who it is, and whether that counts,
/// is decided where somebody proves itself by it (RFC 8705 §2).
#[derive(Debug)]
struct AsksOnly(WebPkiSupportedAlgorithms);

impl ClientCertVerifier for AsksOnly {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

impl Tls {
    /// Reads both files. Clients are asked for a certificate if `asks`.
    pub fn load(certificate: &Path, key: &Path, asks: bool) -> Result<Self, TlsError> {
        let files = Arc::new(Files {
            certificate: certificate.to_path_buf(),
            key: key.to_path_buf(),
            changed_at: Mutex::new(times(certificate, key)),
            current: ArcSwap::from_pointee(read(certificate, key)?),
        });
        let unusable = |error| TlsError::Unusable(certificate.to_path_buf(), error);
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?;
        let config = if asks {
            config.with_client_cert_verifier(Arc::new(AsksOnly(default_provider().signature_verification_algorithms)))
        } else {
            config.with_no_client_auth()
        };
        let mut config = config.with_cert_resolver(files.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), files })
    }

    /// Does the handshake.
    pub async fn accept(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        self.acceptor.accept(stream).await
    }

    /// Reads the files again if they have changed; says whether a new certificate is now served.
    pub fn reload(&self) -> Result<bool, TlsError> {
        let Files { certificate, key, current, changed_at } = &*self.files;
        let now = times(certificate, key);
        if *changed_at.lock().unwrap_or_else(PoisonError::into_inner) == now {
            return Ok(false);
        }
        // Noted first, so that a broken replacement is complained of once and not at every look.
        *changed_at.lock().unwrap_or_else(PoisonError::into_inner) = now;
        current.store(Arc::new(read(certificate, key)?));
        Ok(true)
    }
}

fn times(certificate: &Path, key: &Path) -> Option<(SystemTime, SystemTime)> {
    let changed_at = |path: &Path| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    changed_at(certificate).zip(changed_at(key))
}

fn read(certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let in_certificate = |error| TlsError::File(certificate.to_path_buf(), error);
    let chain = CertificateDer::pem_file_iter(certificate)
        .map_err(in_certificate)?
        .collect::<Result<Vec<_>, _>>()
        .map_err(in_certificate)?;
    if chain.is_empty() {
        return Err(in_certificate(rustls::pki_types::pem::Error::NoItemsFound));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| TlsError::File(key.to_path_buf(), error))?;
    CertifiedKey::from_der(chain, private, &default_provider())
        .map_err(|error| TlsError::Unusable(certificate.to_path_buf(), error))
}
