//! Work that is done where it is waited for, and goes on by itself when nobody
//! waits any more. A task of its own for every message would be simpler, and
//! costs two trips through the scheduler that one message in a thousand needs.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;

#[derive(Debug)]
pub struct Persistent<F: Future<Output: Send> + Send + 'static>(Option<Pin<Box<F>>>);

impl<F: Future<Output: Send> + Send + 'static> Persistent<F> {
    pub fn new(work: F) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<F: Future<Output: Send> + Send + 'static> Future for Persistent<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Some(work) = &mut self.0 else { return Poll::Pending };
        let polled = work.as_mut().poll(context);
        if polled.is_ready() {
            self.0 = None;
        }
        polled
    }
}

impl<F: Future<Output: Send> + Send + 'static> Drop for Persistent<F> {
    fn drop(&mut self) {
        // Without a runtime the process is ending, and the platform asks again.
        if let Some(rest) = self.0.take()
            && !std::thread::panicking()
            && let Ok(runtime) = Handle::try_current()
        {
            drop(runtime.spawn(rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn work_that_nobody_waits_for_any_more_goes_on() {
        let (go_on, waits) = oneshot::channel::<()>();
        let (done, finished) = oneshot::channel();
        let work = Persistent::new(async move {
            waits.await.expect("told to go on");
            done.send("done").expect("somebody asks");
        });

        let given_up = tokio::time::timeout(Duration::from_millis(1), work).await;
        go_on.send(()).expect("it waits");

        assert!(given_up.is_err());
        assert_eq!(finished.await, Ok("done"));
    }
}
