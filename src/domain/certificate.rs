//! A client's certificate (RFC 5280) as far as it proves who the client is (RFC 8705 §2): its thumbprints, its names, and
//! whether an authority that the operator trusts has vouched for it.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use serde::{Deserialize, Serialize};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};
use x509_parser::extensions::GeneralName;
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer as _, X509Certificate, X509Name};

use super::time::Timestamp;

/// Most certificates of a chain that are looked at.
pub const MOST_OF_CHAIN: usize = 8;

/// The SHA-256 of a certificate in DER (`x5t#S256`, RFC 8705 §3.1), or of its SubjectPublicKeyInfo.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Thumbprint([u8; 32]);

impl Thumbprint {
    fn of(der: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(digest(&SHA256, der).as_ref()).for_each(|(byte, digest)| *byte = *digest);
        Self(bytes)
    }

    /// The hash itself.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads base64url, or hexadecimal with or without colons as `openssl x509 -fingerprint -sha256` prints it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Some(bytes) = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()) {
            return Some(Self(bytes));
        }
        let hex: String = text.rsplit('=').next()?.chars().filter(|c| *c != ':').collect();
        let digits: Vec<u8> = hex.chars().map(|c| c.to_digit(16)?.try_into().ok()).collect::<Option<_>>()?;
        let bytes: Vec<u8> =
            digits.chunks_exact(2).map(|pair| pair.iter().fold(0u8, |byte, digit| byte << 4 | digit)).collect();
        (digits.len() == 64).then_some(Self(bytes.try_into().ok()?))
    }
}

impl fmt::Display for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Thumbprint> for String {
    fn from(thumbprint: Thumbprint) -> Self {
        thumbprint.to_string()
    }
}

impl TryFrom<String> for Thumbprint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        Self::parse(&text).ok_or("not a thumbprint")
    }
}

/// The one name by which `tls_client_auth` knows a certificate, under its word of RFC 8705 §2.1.2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// The subject, as RFC 4514 writes it.
    #[serde(rename = "tls_client_auth_subject_dn")]
    Dn(String),
    /// A dNSName, in lower case.
    #[serde(rename = "tls_client_auth_san_dns")]
    Dns(String),
    /// A uniformResourceIdentifier.
    #[serde(rename = "tls_client_auth_san_uri")]
    Uri(String),
    /// An iPAddress.
    #[serde(rename = "tls_client_auth_san_ip")]
    Ip(IpAddr),
    /// An rfc822Name.
    #[serde(rename = "tls_client_auth_san_email")]
    Email(String),
}

impl Subject {
    /// The kinds, as forms name them.
    pub const KINDS: [&'static str; 5] = ["dn", "dns", "uri", "ip", "email"];

    /// The name `text` of this kind; `None` if it cannot be one.
    pub fn parse(kind: &str, text: &str) -> Option<Self> {
        let text = text.trim();
        if !(1..=500).contains(&text.len()) || text.contains(char::is_control) {
            return None;
        }
        match kind {
            "dn" => text.contains('=').then(|| Self::Dn(text.to_owned())),
            "dns" => (!text.contains([' ', '*'])).then(|| Self::Dns(text.to_ascii_lowercase())),
            "uri" => text.contains(':').then(|| Self::Uri(text.to_owned())),
            "ip" => text.parse().ok().map(Self::Ip),
            "email" => text.contains('@').then(|| Self::Email(text.to_owned())),
            _ => None,
        }
    }

    /// Its kind and its text, as a form shows them.
    pub fn parts(&self) -> (&'static str, String) {
        match self {
            Self::Dn(text) => ("dn", text.clone()),
            Self::Dns(text) => ("dns", text.clone()),
            Self::Uri(text) => ("uri", text.clone()),
            Self::Ip(address) => ("ip", address.to_string()),
            Self::Email(text) => ("email", text.clone()),
        }
    }
}

/// A certificate that a client has shown, and the ones that came with it. Whoever showed it has proven to have its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Of the whole.
    pub thumbprint: Thumbprint,
    /// Of its public key.
    pub key_thumbprint: Thumbprint,
    /// Its subject with characters beyond ASCII as they are, and escaped; none if it has attributes without a name.
    dn: Option<[String; 2]>,
    names: Vec<Subject>,
    valid: (i64, i64),
    chain: Vec<Vec<u8>>,
}

impl Certificate {
    /// Reads a chain in DER, the client's certificate first; `None` if that is no certificate.
    pub fn read(chain: Vec<Vec<u8>>) -> Option<Self> {
        let der = chain.first()?;
        let (rest, parsed) = X509Certificate::from_der(der).ok()?;
        if !rest.is_empty() || chain.len() > MOST_OF_CHAIN {
            return None;
        }
        let alternatives = parsed.subject_alternative_name().ok()?;
        let names =
            alternatives.iter().flat_map(|extension| &extension.value.general_names).filter_map(name_of).collect();
        let validity = parsed.validity();
        Some(Self {
            thumbprint: Thumbprint::of(der),
            key_thumbprint: Thumbprint::of(parsed.public_key().raw),
            dn: written(parsed.subject(), false)
                .zip(written(parsed.subject(), true))
                .map(|(plain, escaped)| [plain, escaped]),
            names,
            valid: (validity.not_before.timestamp(), validity.not_after.timestamp()),
            chain,
        })
    }

    /// Whether it is within its time.
    pub fn is_current(&self, now: Timestamp) -> bool {
        (self.valid.0..=self.valid.1).contains(&now.seconds())
    }

    /// Whether it has this name.
    pub fn bears(&self, subject: &Subject) -> bool {
        match subject {
            Subject::Dn(text) => self.dn.as_ref().is_some_and(|ways| ways.contains(text)),
            other => self.names.contains(other),
        }
    }
}

fn name_of(name: &GeneralName<'_>) -> Option<Subject> {
    match name {
        GeneralName::DNSName(text) => Some(Subject::Dns(text.to_ascii_lowercase())),
        GeneralName::URI(text) => Some(Subject::Uri((*text).to_owned())),
        GeneralName::RFC822Name(text) => Some(Subject::Email((*text).to_owned())),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            v4.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from)).ok().map(Subject::Ip)
        }
        _ => None,
    }
}

/// A subject as RFC 4514 §2 writes it and `openssl x509 -subject -nameopt RFC2253` prints it: the last part first. What
/// could be mistaken for another subject is escaped. `None` for one that is empty or has an attribute without a name.
fn written(name: &X509Name<'_>, escapes_all: bool) -> Option<String> {
    let mut parts = Vec::new();
    for rdn in name.iter_rdn() {
        let attributes = rdn.iter().map(|attribute| {
            let key = match attribute.attr_type().to_id_string().as_str() {
                "2.5.4.3" => "CN",
                "2.5.4.4" => "SN",
                "2.5.4.5" => "serialNumber",
                "2.5.4.6" => "C",
                "2.5.4.7" => "L",
                "2.5.4.8" => "ST",
                "2.5.4.9" => "street",
                "2.5.4.10" => "O",
                "2.5.4.11" => "OU",
                "2.5.4.12" => "title",
                "2.5.4.42" => "GN",
                "2.5.4.97" => "organizationIdentifier",
                "0.9.2342.19200300.100.1.1" => "UID",
                "0.9.2342.19200300.100.1.25" => "DC",
                "1.2.840.113549.1.9.1" => "emailAddress",
                _ => return None,
            };
            Some(format!("{key}={}", escaped(attribute.as_str().ok()?, escapes_all)))
        });
        parts.push(attributes.collect::<Option<Vec<_>>>()?.join("+"));
    }
    parts.reverse();
    Some(parts.join(",")).filter(|text| !text.is_empty())
}

fn escaped(value: &str, escapes_all: bool) -> String {
    let mut text = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (position, c) in value.chars().enumerate() {
        let at_edge = (position == 0 && matches!(c, ' ' | '#')) || (position == last && c == ' ');
        if c.is_control() || (escapes_all && !c.is_ascii()) {
            let mut buffer = [0; 4];
            text.extend(c.encode_utf8(&mut buffer).bytes().map(|byte| format!("\\{byte:02X}")));
        } else {
            if at_edge || matches!(c, ',' | '+' | '"' | '\\' | '<' | '>' | ';') {
                text.push('\\');
            }
            text.push(c);
        }
    }
    text
}

/// The certificates of a PEM text in DER; `None` if it holds anything else, or none.
pub fn from_pem(text: &str) -> Option<Vec<Vec<u8>>> {
    let mut certificates = Vec::new();
    for pem in Pem::iter_from_buffer(text.as_bytes()) {
        let pem = pem.ok()?;
        if pem.label != "CERTIFICATE" {
            return None;
        }
        certificates.push(pem.contents);
    }
    Some(certificates).filter(|all| !all.is_empty())
}

/// The authorities whose certificates `tls_client_auth` takes.
pub struct Authorities(Vec<TrustAnchor<'static>>);

impl fmt::Debug for Authorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authorities(…)")
    }
}

impl Authorities {
    /// Reads their certificates from PEM; `None` if one cannot be read or there is none.
    pub fn from_pem(text: &str) -> Option<Self> {
        let anchors = from_pem(text)?.into_iter().map(|der| {
            let der = CertificateDer::from(der);
            anchor_from_trusted_cert(&der).ok().map(|anchor| anchor.to_owned())
        });
        Some(Self(anchors.collect::<Option<_>>()?))
    }

    /// Whether one of them has vouched for `certificate`, directly or through those that came with it, for a client
    /// (RFC 5280 §6), at `now`.
    pub fn vouch_for(&self, certificate: &Certificate, now: Timestamp) -> bool {
        let chain: Vec<CertificateDer<'_>> =
            certificate.chain.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        let Some((leaf, intermediates)) = chain.split_first() else { return false };
        let Ok(leaf) = EndEntityCert::try_from(leaf) else { return false };
        let seconds = Duration::from_secs(u64::try_from(now.seconds()).unwrap_or(0));
        let time = UnixTime::since_unix_epoch(seconds);
        let usage = KeyUsage::client_auth();
        leaf.verify_for_usage(ALL_VERIFICATION_ALGS, &self.0, intermediates, time, usage, None, None).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    fn certificate(common_name: &str, alternatives: Vec<SanType>) -> Certificate {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CountryName, "DE");
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.subject_alt_names = alternatives;
        let made = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        Certificate::read(vec![made.der().to_vec()]).unwrap()
    }

    #[test]
    fn a_subject_is_written_so_that_no_other_is_written_the_same() {
        for (common_name, dn) in [
            ("erp", "CN=erp,C=DE"),
            ("erp,C=DE", r"CN=erp\,C\=DE,C=DE"),
            ("a+b", r"CN=a\+b,C=DE"),
            (" #x ", r"CN=\ #x\ ,C=DE"),
            ("a\0b", r"CN=a\00b,C=DE"),
            ("Jörg", "CN=Jörg,C=DE"),
            ("Jörg", r"CN=J\C3\B6rg,C=DE"),
        ] {
            let dn = Subject::Dn(dn.replace(r"\=", "="));
            assert!(certificate(common_name, vec![]).bears(&dn), "{common_name:?}");
        }
        assert!(!certificate("erp,C=DE", vec![]).bears(&Subject::Dn("CN=erp,C=DE".to_owned())));
        assert!(!certificate("erp,C=DE", vec![]).bears(&Subject::Dn("CN=erp,C=DE,C=DE".to_owned())));
    }

    #[test]
    fn each_alternative_name_is_of_its_kind() {
        let names = vec![
            SanType::DnsName("ERP.example".try_into().unwrap()),
            SanType::URI("spiffe://erp/1".try_into().unwrap()),
            SanType::IpAddress("192.0.2.1".parse().unwrap()),
            SanType::Rfc822Name("a@erp.example".try_into().unwrap()),
        ];
        let certificate = certificate("x", names);
        for (kind, text) in
            [("dns", "erp.EXAMPLE"), ("uri", "spiffe://erp/1"), ("ip", "192.0.2.1"), ("email", "a@erp.example")]
        {
            assert!(certificate.bears(&Subject::parse(kind, text).unwrap()), "{kind}");
        }
        for (kind, text) in [("dns", "x"), ("dns", "example"), ("uri", "spiffe://erp/2"), ("ip", "192.0.2.2")] {
            assert!(!certificate.bears(&Subject::parse(kind, text).unwrap()), "{kind}");
        }
        for (kind, text) in [("dns", "*.example"), ("ip", "x"), ("email", "x"), ("dn", "x"), ("uri", ""), ("x", "a=b")]
        {
            assert_eq!(Subject::parse(kind, text), None, "{kind} {text}");
        }
    }

    #[test]
    fn a_thumbprint_is_written_in_three_ways() {
        let thumbprint = Thumbprint::of(b"x");
        let hex: Vec<String> = thumbprint.0.iter().map(|byte| format!("{byte:02X}")).collect();
        let openssl = format!("sha256 Fingerprint={}\n", hex.join(":"));
        for text in [thumbprint.to_string(), hex.concat(), openssl] {
            assert_eq!(Thumbprint::parse(&text), Some(thumbprint), "{text}");
        }
        for text in ["", "00", "x", hex.concat().get(2..).unwrap(), &format!("{}0", hex.concat())] {
            assert_eq!(Thumbprint::parse(text), None, "{text}");
        }
    }
}
