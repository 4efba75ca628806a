//! A bound on how long something takes, that costs nothing where it takes no time.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

/// What `future` gives, or `None` if it takes longer than `longest`. A timer, for which all requests would share a lock, is
/// made only for what is not ready when it is asked again: a body is, once the bytes that came with the head are read.
pub async fn within<F: Future>(longest: Duration, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    if let Some(output) = ready_soon(future.as_mut()).await {
        return Some(output);
    }
    tokio::time::timeout(longest, future).await.ok()
}

/// What `future` gives when it is polled, or at once again.
async fn ready_soon<F: Future>(mut future: Pin<&mut F>) -> Option<F::Output> {
    let mut is_first = true;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if is_first => {
            is_first = false;
            context.waker().wake_by_ref();
            Poll::Pending
        }
        Poll::Pending => Poll::Ready(None),
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_takes_too_long_is_given_up_whether_it_is_asked_again_or_not() {
        let moment = Duration::from_millis(20);
        assert_eq!(within(moment, std::future::ready(1)).await, Some(1));
        assert_eq!(within(moment, tokio::task::yield_now()).await, Some(()));
        assert_eq!(within(Duration::from_secs(60), tokio::time::sleep(moment)).await, Some(()));
        assert_eq!(within(moment, std::future::pending::<()>()).await, None);
    }
}
