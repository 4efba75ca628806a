//! Accepts connections and serves them until told to stop: at most so many at once, none that stalls. While the node
//! drains, each connection ends with its next answer; at the end what is in flight is finished.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{HeaderValue, Version, header};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::Service as _;

use super::client_certificate::PeerCertificates;
use super::origin::Peer;
use super::stall::Moving;
use super::tls::Tls;
use crate::app::App;

/// A connection on which nothing moves for so long is dropped (CONTRACT.md §5.15).
const STALLED: Duration = Duration::from_secs(25);
/// Longest time for the head of a request.
const HEAD: Duration = Duration::from_secs(15);
/// Longest time for a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Most bytes of a request's head.
const MOST_HEAD_BYTES: usize = 32 * 1024;
/// How long connections may take to bring their request once the port is closed: one that has brought nothing yet would be
/// closed as an idle one is.
const LAST_REQUESTS: Duration = Duration::from_secs(1);
/// How long in-flight requests may take after the signal to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// Serves `router` on `listener` until `stop` changes, then finishes what is in flight.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    app: Arc<App>,
    tls: Option<Tls>,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let permits = Arc::new(Semaphore::new(app.config.max_connections.min(Semaphore::MAX_PERMITS)));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(MOST_HEAD_BYTES);
    builder.http2().timer(TokioTimer::new()).max_header_list_size(32 * 1024).max_concurrent_streams(128);
    let host = |(stream, peer, permit): Accepted| {
        let (router, app, tls, builder, watcher) =
            (router.clone(), app.clone(), tls.clone(), builder.clone(), graceful.watcher());
        tokio::spawn(async move {
            app.metrics.connection(1);
            match tls {
                None => converse(stream, peer, None, (router, &app), &builder.http1_only(), watcher).await,
                Some(tls) => match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                    Ok(Ok(stream)) => {
                        let certificates = stream.get_ref().1.peer_certificates();
                        let certificates = certificates.map(|chain| PeerCertificates(chain.into()));
                        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                        let builder = if is_http2 { builder.http2_only() } else { builder.http1_only() };
                        converse(stream, peer, certificates, (router, &app), &builder, watcher).await;
                    }
                    Ok(Err(error)) => tracing::debug!(%peer, %error, "TLS handshake failed"),
                    Err(_) => tracing::debug!(%peer, "TLS handshake timed out"),
                },
            }
            app.metrics.connection(-1);
            drop(permit);
        });
    };
    loop {
        tokio::select! {
            accepted = accept(&listener, &permits) => if let Some(accepted) = accepted { host(accepted) },
            _ = stop.changed() => break,
        }
    }
    waiting(listener, &permits).into_iter().for_each(host);
    if app.draining.load(Ordering::Relaxed) {
        tokio::time::sleep(LAST_REQUESTS).await;
    }
    app.feed.end();
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were still in flight after {DRAIN:?} and were cut off");
    }
}

/// A connection, its peer, and its place among the most that there may be.
type Accepted = (TcpStream, SocketAddr, OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, permits: &Arc<Semaphore>) -> Option<Accepted> {
    let permit = permits.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => {
            let _ = stream.set_nodelay(true);
            Some((stream, peer, permit))
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

/// Connections that the system has accepted for us already. Closing the port would break them off, with the requests
/// that their clients have sent by now.
fn waiting(listener: TcpListener, permits: &Arc<Semaphore>) -> Vec<Accepted> {
    let mut waiting = Vec::new();
    let Ok(listener) = listener.into_std() else { return waiting };
    while let Ok(permit) = permits.clone().try_acquire_owned()
        && let Ok((stream, peer)) = listener.accept()
        && stream.set_nonblocking(true).is_ok()
        && let Ok(stream) = TcpStream::from_std(stream)
    {
        waiting.push((stream, peer, permit));
    }
    waiting
}

async fn converse<S>(
    stream: S,
    peer: SocketAddr,
    certificates: Option<PeerCertificates>,
    (router, app): (Router, &Arc<App>),
    builder: &auto::Builder<TokioExecutor>,
    watcher: hyper_util::server::graceful::Watcher,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        if let Some(certificates) = &certificates {
            request.extensions_mut().insert(certificates.clone());
        }
        let is_http1 = request.version() < Version::HTTP_2;
        let (mut router, app) = (router.clone(), app.clone());
        async move {
            let mut answer = router.call(request.map(Body::new)).await.unwrap_or_else(|never| match never {});
            // A proxy that keeps this connection would send its next request just when it is closed (RFC 9112 §9.6).
            if is_http1 && app.draining.load(Ordering::Relaxed) {
                answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(answer)
        }
    });
    let connection = builder.serve_connection(TokioIo::new(Moving::new(stream, STALLED)), service);
    if let Err(error) = watcher.watch(connection.into_owned()).await {
        tracing::debug!(%peer, error = %error, "connection ended early");
    }
}
