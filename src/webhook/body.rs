//! Reads what comes after the headers: in its time, and without letting
//! strangers fill the memory. Not here: what it means (platform).

use std::time::Duration;

use axum::body::{Body, BodyDataStream, HttpBody as _};
use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::platform::Refusal;
use crate::platform::wechat::MAX_BODY_BYTES;

use super::WebhookError;

/// WeChat itself gives up after this; a sender that is slower keeps a
/// connection busy for nothing. Source: 被动回复用户消息.
const DEADLINE: Duration = Duration::from_secs(5);

/// Every body has this much room of its own: more than any message of WeChat
/// needs, so that whoever fills the rest keeps none of them out.
const OWN_BYTES: usize = 16 * 1024;

/// What all larger bodies share. 5 000 senders that are slow on purpose hold
/// 80 MiB of their own, and this.
const SHARED_BYTES: usize = 64 * 1024 * 1024;

/// Why no whole body came.
#[derive(Debug, thiserror::Error)]
pub enum Interrupted {
    #[error("请求没有在 {} 秒内发完。微信不会这样；若经常出现，是有人在试探。", DEADLINE.as_secs())]
    Slow,
    #[error(
        "请求没有发完，连接就断了。偶尔出现不必处理；若经常出现，请检查网络和反向代理的超时设置。微信会重试。"
    )]
    HungUp,
    #[error(
        "同时收到的大消息太多，没有地方再放。微信的消息只有几 KB，不受影响；若经常出现，是有人在试探，可在反向代理限制请求大小。"
    )]
    NoRoom,
}

impl Interrupted {
    pub fn code(&self) -> &'static str {
        match self {
            Self::Slow => "slow_body",
            Self::HungUp => "hung_up",
            Self::NoRoom => "no_room",
        }
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::HungUp => StatusCode::BAD_REQUEST,
            Self::NoRoom => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// Where bodies wait until they are whole.
#[derive(Debug)]
pub struct Room {
    shared: Semaphore,
    deadline: Duration,
}

/// A whole body, and the room it takes.
#[derive(Debug)]
pub struct Whole<'r> {
    pub bytes: Bytes,
    _taken: Option<SemaphorePermit<'r>>,
}

impl Default for Room {
    fn default() -> Self {
        Self { shared: Semaphore::new(SHARED_BYTES), deadline: DEADLINE }
    }
}

impl Room {
    pub async fn read(&self, body: Body) -> Result<Whole<'_>, WebhookError> {
        let promised = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if promised > MAX_BODY_BYTES {
            return Err(Refusal::TooLarge { size: promised }.into());
        }
        match timeout(self.deadline, self.gather(body.into_data_stream())).await {
            Ok(whole) => whole,
            Err(_) => Err(Interrupted::Slow.into()),
        }
    }

    /// Nearly every body comes in one part, and then it is not copied.
    async fn gather(&self, mut parts: BodyDataStream) -> Result<Whole<'_>, WebhookError> {
        let mut taken = None;
        let Some(first) = next(&mut parts).await? else {
            return Ok(Whole { bytes: Bytes::new(), _taken: None });
        };
        self.make_room(&mut taken, first.len())?;
        let Some(second) = next(&mut parts).await? else {
            return Ok(Whole { bytes: first, _taken: taken });
        };
        let mut bytes = BytesMut::from(first);
        let mut part = Some(second);
        while let Some(more) = part {
            self.make_room(&mut taken, bytes.len() + more.len())?;
            bytes.extend_from_slice(&more);
            part = next(&mut parts).await?;
        }
        Ok(Whole { bytes: bytes.freeze(), _taken: taken })
    }

    /// Takes what a body of this size needs beyond its own.
    fn make_room<'r>(
        &'r self,
        taken: &mut Option<SemaphorePermit<'r>>,
        size: usize,
    ) -> Result<(), WebhookError> {
        if size > MAX_BODY_BYTES {
            return Err(Refusal::TooLarge { size }.into());
        }
        let has = OWN_BYTES + taken.as_ref().map_or(0, SemaphorePermit::num_permits);
        let Some(needs) = size.checked_sub(has).filter(|needs| *needs > 0) else { return Ok(()) };
        let needs = u32::try_from(needs).unwrap_or(u32::MAX);
        let more = self.shared.try_acquire_many(needs).map_err(|_| Interrupted::NoRoom)?;
        match taken {
            Some(taken) => taken.merge(more),
            None => *taken = Some(more),
        }
        Ok(())
    }
}

async fn next(parts: &mut BodyDataStream) -> Result<Option<Bytes>, Interrupted> {
    parts.next().await.transpose().map_err(|_| Interrupted::HungUp)
}

#[cfg(test)]
mod tests {
    use std::io;

    use futures_util::future::{join_all, poll_immediate};
    use futures_util::stream;

    use super::*;

    type Part = Result<Bytes, io::Error>;

    fn part(size: usize) -> Part {
        Ok(Bytes::from(vec![b'a'; size]))
    }

    fn body(parts: impl IntoIterator<Item = Part, IntoIter: Send + 'static>) -> Body {
        Body::from_stream(stream::iter(parts))
    }

    /// What is sent, and then nothing more, without an end.
    fn slow(size: usize) -> Body {
        Body::from_stream(stream::iter([part(size)]).chain(stream::pending()))
    }

    async fn code(room: &Room, body: Body) -> Result<usize, &'static str> {
        match room.read(body).await {
            Ok(whole) => Ok(whole.bytes.len()),
            Err(error) => Err(error.code()),
        }
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_the_limit_however_it_is_cut() {
        let room = Room::default();
        let half = MAX_BODY_BYTES / 2;
        let hung_up = || Err(io::Error::from(io::ErrorKind::ConnectionReset));

        assert_eq!(code(&room, Body::empty()).await, Ok(0));
        assert_eq!(code(&room, body([part(1), part(0), part(2)])).await, Ok(3));
        assert_eq!(code(&room, body([part(half), part(half)])).await, Ok(MAX_BODY_BYTES));
        assert_eq!(code(&room, body([part(half), part(half), part(1)])).await, Err("too_large"));
        assert_eq!(code(&room, Body::from(vec![0; MAX_BODY_BYTES + 1])).await, Err("too_large"));
        assert_eq!(code(&room, body([hung_up()])).await, Err("hung_up"));
        assert_eq!(code(&room, body([part(half), hung_up()])).await, Err("hung_up"));
        assert_eq!(room.shared.available_permits(), SHARED_BYTES, "and all of it is given back");
    }

    #[tokio::test]
    async fn a_body_that_is_not_there_in_time_is_given_up() {
        let hasty = Room { deadline: Duration::from_millis(1), ..Room::default() };

        assert_eq!(code(&hasty, slow(10)).await, Err("slow_body"));
    }

    #[tokio::test]
    async fn slow_senders_fill_what_large_bodies_share_and_no_more() {
        let room = Room::default();
        let large = SHARED_BYTES / (MAX_BODY_BYTES - OWN_BYTES);
        let slow_ones = join_all((0..large).map(|_| code(&room, slow(MAX_BODY_BYTES))));
        let mut slow_ones = Box::pin(slow_ones);
        assert_eq!(poll_immediate(&mut slow_ones).await, None, "they have not ended");

        assert_eq!(code(&room, body([part(MAX_BODY_BYTES)])).await, Err("no_room"));
        assert_eq!(code(&room, body([part(OWN_BYTES)])).await, Ok(OWN_BYTES), "WeChat's are read");

        drop(slow_ones);
        assert_eq!(code(&room, body([part(MAX_BODY_BYTES)])).await, Ok(MAX_BODY_BYTES));
    }
}
