//! Accepts connections and serves them until told to stop: at most so many at once, none that stalls. While the node
//! drains, each connection ends with its next answer; at the end what is in flight is finished.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use http::{HeaderValue, header};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::client_certificate::PeerCertificates;
use super::front::{Connected, Front};
use super::origin::Peer;
use super::stall::{Limits, Moving, Turns};
use super::tls::Tls;

/// A connection that passes one of these is dropped (CONTRACT.md §5.15).
const LIMITS: Limits = Limits { stalled: Duration::from_secs(25), head: Duration::from_secs(15) };
/// Longest time for a TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Most bytes of a request's head.
const MOST_HEAD_BYTES: usize = 32 * 1024;
/// How long connections may take to bring their request once the port is closed: one that has brought nothing yet would be
/// closed as an idle one is.
const LAST_REQUESTS: Duration = Duration::from_secs(1);
/// How long in-flight requests may take after the signal to stop.
const DRAIN: Duration = Duration::from_secs(20);

/// Serves `front` on `listener` until `stop` changes, then finishes what is in flight.
pub async fn serve(listener: TcpListener, front: Front, tls: Option<Tls>, mut stop: watch::Receiver<bool>) {
    let app = front.app().clone();
    let (ending, conversing) = watch::channel(());
    let permits = Arc::new(Semaphore::new(app.config.max_connections.min(Semaphore::MAX_PERMITS)));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().max_buf_size(MOST_HEAD_BYTES);
    builder.http2().timer(TokioTimer::new()).max_header_list_size(32 * 1024).max_concurrent_streams(128);
    let host = |(stream, peer, permit): Accepted| {
        let (front, tls, builder, end) = (front.clone(), tls.clone(), builder.clone(), conversing.clone());
        tokio::spawn(async move {
            let app = front.app().clone();
            app.metrics.connection(1);
            let connected = |certificates| Connected { peer: Peer(peer), certificates };
            match tls {
                None => converse(stream, connected(None), front, &builder.http1_only(), end).await,
                Some(tls) => match tokio::time::timeout(HANDSHAKE, tls.accept(stream)).await {
                    Ok(Ok(stream)) => {
                        let certificates = stream.get_ref().1.peer_certificates();
                        let certificates = certificates.map(|chain| PeerCertificates(chain.into()));
                        let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                        let builder = if is_http2 { builder.http2_only() } else { builder.http1_only() };
                        converse(stream, connected(certificates), front, &builder, end).await;
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
    drop(conversing);
    let _ = ending.send(());
    if tokio::time::timeout(DRAIN, ending.closed()).await.is_err() {
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
    connected: Connected,
    front: Front,
    builder: &auto::Builder<TokioExecutor>,
    mut end: watch::Receiver<()>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let is_http1 = builder.is_http1_available();
    let turns = Turns::new(is_http1);
    let stream = TokioIo::new(Moving::new(stream, LIMITS, turns.clone()));
    let peer = connected.peer.0;
    let shared = Arc::new((front, connected, turns));
    let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let shared = shared.clone();
        async move {
            let (front, connected, turns) = &*shared;
            turns.next();
            let mut answer = front.answer(connected, request).await;
            // A proxy that keeps this connection would send its next request just when it is closed (RFC 9112 §9.6).
            if is_http1 && front.app().draining.load(Ordering::Relaxed) {
                answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            turns.next();
            Ok::<_, Infallible>(answer)
        }
    });
    let mut connection = pin!(builder.serve_connection(stream, service));
    // In a set, it is looked at once it has come and not before: for that, connections would share a lock.
    let mut end = FuturesUnordered::from_iter([end.changed()]);
    let conversation = poll_fn(|context| {
        if let Poll::Ready(Some(_)) = end.poll_next_unpin(context) {
            connection.as_mut().graceful_shutdown();
        }
        connection.as_mut().poll(context)
    });
    if let Err(error) = conversation.await {
        tracing::debug!(%peer, error = %error, "connection ended early");
    }
}
