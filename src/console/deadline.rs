//! How long a body may take to arrive: whoever sends a byte a minute must not
//! hold a connection for ever. One deadline for all of it, since a limit for each
//! piece ends nothing. Not here: headers, for which the server has its own (app).

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use futures_util::StreamExt as _;
use futures_util::stream::unfold;
use tokio::time::{Sleep, sleep};

/// The largest upload, over a poor mobile connection.
pub(super) const ALL_OF_IT: Duration = Duration::from_secs(60);

type Piece = Result<Bytes, Box<dyn Error + Send + Sync>>;

/// The same body; reading it fails once `time` has passed.
pub(super) fn give(body: Body, time: Duration) -> Body {
    Body::from_stream(unfold((body.into_data_stream(), Box::pin(sleep(time))), next))
}

async fn next(
    (mut data, mut ends): (BodyDataStream, Pin<Box<Sleep>>),
) -> Option<(Piece, (BodyDataStream, Pin<Box<Sleep>>))> {
    let piece = tokio::select! {
        biased;
        piece = data.next() => piece?.map_err(Into::into),
        () = &mut ends => Err(io::Error::from(io::ErrorKind::TimedOut).into()),
    };
    Some((piece, (data, ends)))
}

/// Whether this is why a body could not be read.
pub(super) fn has_passed(failure: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(failure);
    while let Some(failure) = cause {
        let io = failure.downcast_ref::<io::Error>();
        if io.is_some_and(|failure| failure.kind() == io::ErrorKind::TimedOut) {
            return true;
        }
        cause = failure.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn a_body_that_arrives_is_read_whole() {
        let body = give(Body::from("name=value"), ALL_OF_IT);

        assert_eq!(to_bytes(body, 100).await.expect("it is there"), "name=value");
    }

    #[tokio::test]
    async fn a_body_that_trickles_without_end_fails_and_says_why() {
        let trickle = unfold((), |()| async {
            sleep(Duration::from_millis(1)).await;
            Some((Ok::<_, io::Error>("a"), ()))
        });

        let failure = to_bytes(give(Body::from_stream(trickle), Duration::from_millis(20)), 1 << 20).await;

        assert!(has_passed(&failure.expect_err("it never ends")));
    }

    #[tokio::test]
    async fn one_that_is_too_long_is_not_late() {
        let failure = to_bytes(give(Body::from("too long"), ALL_OF_IT), 3).await;

        assert!(!has_passed(&failure.expect_err("more than three bytes")));
    }
}
