//! A connection on which nothing moves, in neither direction, ends. So a client that stalls is dropped, and one that only
//! listens is not as long as it is told something.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// A stream that fails with [`io::ErrorKind::TimedOut`] when nothing has moved on it for `longest`.
pub struct Moving<S> {
    stream: S,
    longest: Duration,
    moved_at: Instant,
    alarm: Pin<Box<Sleep>>,
}

impl<S> Moving<S> {
    /// Something has moved on `stream` just now.
    pub fn new(stream: S, longest: Duration) -> Self {
        Self { stream, longest, moved_at: Instant::now(), alarm: Box::pin(tokio::time::sleep(longest)) }
    }

    /// Notes whether something has moved; if nothing can, waits for the alarm as well.
    fn watched<T>(&mut self, polled: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.moved_at = Instant::now();
            return polled;
        }
        while self.alarm.as_mut().poll(context).is_ready() {
            let end = self.moved_at.checked_add(self.longest).filter(|end| *end > Instant::now());
            match end {
                Some(end) => self.alarm.as_mut().reset(end),
                None => return Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            }
        }
        Poll::Pending
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Moving<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_read(context, into);
        self.watched(polled, context)
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

    const LONGEST: Duration = Duration::from_millis(80);
    const MOMENT: Duration = Duration::from_millis(30);

    #[tokio::test]
    async fn who_is_told_something_may_be_silent_and_who_moves_nothing_is_dropped() {
        let (near, mut far) = tokio::io::duplex(64);
        let (mut read, mut write) = tokio::io::split(Moving::new(near, LONGEST));
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
        assert!(after + MOMENT >= told + LONGEST && after < told + LONGEST * 3, "{told:?} {after:?}");
    }
}
