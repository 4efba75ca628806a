//! A connection on which nothing moves, in neither direction, ends; and so does one that takes too long over the head of a
//! request. So a client that stalls is dropped, and one that only listens is not as long as it is told something. One timer
//! a connection, which is seldom moved: a timer for each request would go through a lock that all connections share.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// How long a connection may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Without anything moving.
    pub stalled: Duration,
    /// For the head of a request, from its first byte.
    pub head: Duration,
}

/// Whose turn it is on a connection of HTTP/1.1: even while a request is awaited, odd while one is answered. On HTTP/2 requests
/// come beside answers, and there are no turns.
#[derive(Clone, Debug)]
pub struct Turns(Option<Arc<AtomicU32>>);

impl Turns {
    /// Of a connection that is new.
    pub fn new(is_http1: bool) -> Self {
        Self(is_http1.then(Arc::default))
    }

    /// A head has come, or an answer is ready to go.
    pub fn next(&self) {
        if let Some(turn) = &self.0 {
            turn.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The number of this turn, if a request is awaited.
    fn awaiting(&self) -> Option<u32> {
        self.0.as_ref().map(|turn| turn.load(Ordering::Relaxed)).filter(|turn| turn.is_multiple_of(2))
    }
}

/// A stream that fails with [`io::ErrorKind::TimedOut`] when one of its limits is passed.
pub struct Moving<S> {
    stream: S,
    limits: Limits,
    turns: Turns,
    /// The turn whose first byte has come, and when.
    head: Option<(u32, Instant)>,
    moved_at: Instant,
    alarm: Pin<Box<Sleep>>,
}

impl<S> Moving<S> {
    /// Something has moved on `stream` just now. Whoever reads requests from it tells `turns` whose turn it is.
    pub fn new(stream: S, limits: Limits, turns: Turns) -> Self {
        let alarm = Box::pin(tokio::time::sleep(limits.stalled.min(limits.head)));
        Self { stream, limits, turns, head: None, moved_at: Instant::now(), alarm }
    }

    /// Notes whether something has moved; if nothing can, waits for the alarm as well.
    fn watched<T>(&mut self, polled: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.moved_at = Instant::now();
            return polled;
        }
        while self.alarm.as_mut().poll(context).is_ready() {
            let now = Instant::now();
            let after = |moment: Instant, span| moment.checked_add(span).unwrap_or(now);
            let head = self.head.filter(|(turn, _)| self.turns.awaiting() == Some(*turn));
            let stalls = after(self.moved_at, self.limits.stalled);
            let end = head.map_or(stalls, |(_, begun)| after(begun, self.limits.head).min(stalls));
            if end <= now {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            // A head that begins right after this has its whole time by then, and no more.
            self.alarm.as_mut().reset(end.min(after(now, self.limits.head)));
        }
        Poll::Pending
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Moving<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_read(context, into);
        let polled = self.watched(polled, context);
        if polled.is_ready()
            && let Some(turn) = self.turns.awaiting()
            && self.head.is_none_or(|(begun, _)| begun != turn)
        {
            self.head = Some((turn, self.moved_at));
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Moving<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watched(polled, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watched(polled, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_shutdown(context);
        self.watched(polled, context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    const STALLED: Duration = Duration::from_millis(80);
    const MOMENT: Duration = Duration::from_millis(30);
    const LIMITS: Limits = Limits { stalled: STALLED, head: Duration::from_millis(150) };

    #[tokio::test]
    async fn who_is_told_something_may_be_silent_and_who_moves_nothing_is_dropped() {
        let (near, mut far) = tokio::io::duplex(64);
        let (mut read, mut write) = tokio::io::split(Moving::new(near, LIMITS, Turns::new(false)));
        let begun = Instant::now();
        let reading = tokio::spawn(async move { (read.read_u8().await.unwrap_err().kind(), begun.elapsed()) });
        for _ in 0..6 {
            tokio::time::sleep(MOMENT).await;
            write.write_all(b"beat").await.unwrap();
            far.read_exact(&mut [0; 4]).await.unwrap();
        }
        let told = begun.elapsed();
        let (ended, after) = reading.await.unwrap();
        assert_eq!(ended, io::ErrorKind::TimedOut);
        assert!(after + MOMENT >= told + STALLED && after < told + STALLED * 3, "{told:?} {after:?}");
    }

    #[tokio::test]
    async fn a_head_that_comes_drop_by_drop_is_dropped_and_a_body_is_not() {
        let drip = async |answering: bool| {
            let turns = Turns::new(true);
            let (near, mut far) = tokio::io::duplex(64);
            let mut near = Moving::new(near, LIMITS, turns.clone());
            let dripping = tokio::spawn(async move {
                for _ in 0..10 {
                    tokio::time::sleep(MOMENT).await;
                    far.write_all(b"x").await?;
                }
                io::Result::Ok(())
            });
            let mut come = 0;
            let ended = loop {
                match near.read_u8().await {
                    Ok(_) => come += 1,
                    Err(error) => break error.kind(),
                }
                if answering && come == 1 {
                    turns.next();
                }
            };
            drop(near);
            let _ = dripping.await.unwrap();
            (come, ended)
        };
        let (come, ended) = drip(false).await;
        assert_eq!(ended, io::ErrorKind::TimedOut);
        assert!(come < 8, "{come} of 10 bytes in 300 ms, and a head has 150 ms");
        assert_eq!(drip(true).await, (10, io::ErrorKind::UnexpectedEof));
    }
}
