//! HTTP/1.1 as a load generator needs it: requests as bytes made once, answers read to their end and no further.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Range;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpSocket;
use tokio_rustls::TlsConnector;

use crate::Failure;

/// The bytes of a request.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    if method != "GET" {
        let _ = write!(text, "Content-Length: {}\r\n", body.len());
    }
    text.push_str("\r\n");
    [text.as_bytes(), body].concat()
}

/// Where a server is, and how it is spoken to.
#[derive(Clone)]
pub struct Endpoint {
    address: SocketAddr,
    tls: Option<TlsConnector>,
}

impl Endpoint {
    /// Without TLS.
    pub fn plain(address: SocketAddr) -> Self {
        Self { address, tls: None }
    }

    /// With TLS, for a server whose certificate is this one.
    pub fn tls(address: SocketAddr, certificate: &str) -> Result<Self, Failure> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(certificate.as_bytes())?)?;
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Ok(Self { address, tls: Some(TlsConnector::from(Arc::new(config))) })
    }

    /// A connection, from this address of the loopback network if one is named.
    pub async fn connect(&self, from: Option<Ipv4Addr>) -> Result<Conversation, Failure> {
        let socket = if self.address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        if let Some(from) = from {
            socket.bind(SocketAddr::new(from.into(), 0))?;
        }
        let stream = socket.connect(self.address).await?;
        stream.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match &self.tls {
            None => Box::new(stream),
            Some(tls) => Box::new(tls.connect(ServerName::try_from("localhost")?, stream).await?),
        };
        Ok(Conversation { stream, buffer: Vec::with_capacity(8 * 1024) })
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A connection on which one request follows another.
pub struct Conversation {
    stream: Box<dyn Stream>,
    buffer: Vec<u8>,
}

/// An answer.
pub struct Answer<'c> {
    /// Its status.
    pub status: u16,
    /// Its body; with its chunk sizes, if it came in chunks.
    pub body: &'c [u8],
}

impl Conversation {
    /// Sends a request and reads its answer.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>, Failure> {
        self.stream.write_all(request).await?;
        self.stream.flush().await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed the connection before its answer was whole".into());
            }
            if let Some((status, body)) = whole(&self.buffer)? {
                return Ok(Answer { status, body: self.buffer.get(body).unwrap_or_default() });
            }
        }
    }
}

/// Status of the answer and where its body is, once all of it is there.
fn whole(bytes: &[u8]) -> Result<Option<(u16, Range<usize>)>, Failure> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(bytes)? else { return Ok(None) };
    let header = |name: &str| response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
    let end = match header("content-length") {
        Some(length) => head.saturating_add(std::str::from_utf8(length.value)?.parse()?),
        None if header("transfer-encoding").is_none() => head,
        // Nothing follows an answer before the next request, so the last chunk ends what is there.
        None if bytes.ends_with(b"0\r\n\r\n") => bytes.len(),
        None => return Ok(None),
    };
    Ok((bytes.len() >= end).then_some((response.code.unwrap_or_default(), head..end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_last_byte_is_there_and_not_before() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        for end in 0..answer.len() {
            assert!(whole(&answer[..end]).unwrap().is_none());
        }
        assert_eq!(whole(answer).unwrap(), Some((200, 38..40)));
        let chunked = b"HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
        assert!(whole(&chunked[..chunked.len() - 2]).unwrap().is_none());
        assert_eq!(whole(chunked).unwrap().unwrap().0, 401);
    }
}
