//! The certificate that a client shows (RFC 8705): in the TLS handshake with us, or with a proxy that the operator has
//! named and that passes it on in a header (RFC 9440, or the escaped PEM of nginx). From anybody else the header is nothing.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::request::Parts;
use rustls::pki_types::CertificateDer;

use super::origin::Peer;
use crate::app::App;
use crate::domain::certificate::{self, Certificate, MOST_OF_CHAIN};
use crate::domain::claims::Claims;

/// The header of the chain that goes with `Client-Cert` (RFC 9440 §2.3).
const CHAIN: &str = "client-cert-chain";

/// The certificates that the peer of a connection has shown, its own first. It has proven to have the key.
#[derive(Clone, Debug)]
pub struct PeerCertificates(pub Arc<[CertificateDer<'static>]>);

/// What a request shows, not looked at before somebody asks.
pub struct Shown {
    chain: Vec<Vec<u8>>,
}

impl FromRequestParts<Arc<App>> for Shown {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let (peer, certificates) = (parts.extensions.get::<Peer>(), parts.extensions.get::<PeerCertificates>());
        Ok(Self::of(app, peer.copied(), certificates, &parts.headers))
    }
}

impl Shown {
    /// What a request with these headers shows, that `peer` has sent, whose handshake showed `certificates`.
    pub fn of(app: &App, peer: Option<Peer>, certificates: Option<&PeerCertificates>, headers: &HeaderMap) -> Self {
        let nothing = Self { chain: Vec::new() };
        if !app.config.takes_client_certificates() {
            return nothing;
        }
        if let (Some(name), Some(Peer(peer))) = (&app.config.client_certificate_header, peer) {
            let peer = peer.ip().to_canonical();
            // What such a proxy shows in its own handshake is its own certificate, and nobody's else.
            if app.config.client_certificate_proxies.iter().any(|network| network.contains(&peer)) {
                return Self { chain: passed_on(headers, name).unwrap_or_default() };
            }
        }
        match certificates {
            Some(PeerCertificates(chain)) => {
                Self { chain: chain.iter().take(MOST_OF_CHAIN).map(|der| der.as_ref().to_vec()).collect() }
            }
            None => nothing,
        }
    }

    /// The certificate, if there is one and it can be read.
    pub fn certificate(self) -> Option<Certificate> {
        if self.chain.is_empty() { None } else { Certificate::read(self.chain) }
    }

    /// Whether whoever sent the request may use a token that says `claims`: one that is bound to a certificate needs that
    /// certificate (RFC 8705 §3).
    pub fn may_use(self, claims: &Claims) -> bool {
        let Some(bound_to) = claims.cnf.as_ref().and_then(|cnf| cnf.x5t_s256.as_deref()) else { return true };
        self.certificate().is_some_and(|certificate| certificate.thumbprint.to_string() == bound_to)
    }
}

/// What the header of a proxy says. It stands once, or it says nothing.
fn passed_on(headers: &HeaderMap, name: &str) -> Option<Vec<Vec<u8>>> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let value = value.to_str().ok()?.trim();
    if !value.starts_with(':') {
        let chain = certificate::from_pem(&unescaped(value)?)?;
        return (chain.len() <= MOST_OF_CHAIN).then_some(chain);
    }
    let mut chain = vec![bytes(value)?];
    for more in headers.get_all(CHAIN) {
        for item in more.to_str().ok()?.split(',') {
            chain.push(bytes(item.trim())?);
        }
    }
    (chain.len() <= MOST_OF_CHAIN).then_some(chain)
}

/// A byte sequence (RFC 8941 §3.3.5).
fn bytes(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.strip_prefix(':')?.strip_suffix(':')?).ok()
}

/// Text whose bytes may be written as % and two digits (RFC 3986 §2.1). A plus is a plus: it stands in base64.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            let value = digit()?.checked_mul(16)?.checked_add(digit()?)?;
            bytes.push(u8::try_from(value).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in values {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_proxy_passes_a_certificate_on_in_one_of_two_forms_and_once() {
        let one = headers(&[("client-cert", ":AQI=:"), (CHAIN, ":Aw==:, :BA==:"), (CHAIN, ":BQ==:")]);
        assert_eq!(passed_on(&one, "Client-Cert"), Some(vec![vec![1, 2], vec![3], vec![4], vec![5]]));
        let pem = "-----BEGIN%20CERTIFICATE-----%0AAQI%2B%0A-----END%20CERTIFICATE-----%0a";
        assert_eq!(passed_on(&headers(&[("x-cert", pem)]), "x-cert"), Some(vec![vec![1, 2, 62]]));
        for bad in [
            &[("x-cert", ":AQI=:"), ("x-cert", ":AQI=:")][..],
            &[("x-cert", ":AQI=")],
            &[("x-cert", ":?:")],
            &[("x-cert", "")],
            &[("x-cert", "%2")],
            &[("x-cert", "%ff")],
            &[("x-cert", "NONE")],
            &[("other", ":AQI=:")],
        ] {
            assert_eq!(passed_on(&headers(bad), "x-cert"), None, "{bad:?}");
        }
    }
}
