//! What a request brings: its parameters and its JSON. What cannot be read is
//! told with its reason, in the API's own form.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::problem::ApiError;

/// More than any body needs.
pub(super) const MAX_BYTES: usize = 64 * 1024;

/// Who sends a byte a minute must not hold a connection for ever.
pub(super) const DEADLINE: Duration = Duration::from_secs(10);

/// What stands after the `?`.
pub(super) struct Asked<T>(pub T);

/// A JSON body.
pub(super) struct Sent<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let asked = Query::<T>::from_request_parts(parts, state).await;
        asked.map(|asked| Self(asked.0)).map_err(|refused| {
            let cause =
                std::error::Error::source(&refused).map_or_else(|| refused.to_string(), ToString::to_string);
            ApiError::unreadable("网址里的参数", cause)
        })
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        if !says_json(request.headers()) {
            return Err(ApiError::NotJson);
        }
        let bytes = read(request.into_body(), DEADLINE).await?;
        let sent = serde_json::from_slice(&bytes);
        sent.map(Self).map_err(|cause| ApiError::unreadable("请求体", cause.to_string()))
    }
}

async fn read(body: Body, deadline: Duration) -> Result<Bytes, ApiError> {
    let bytes = timeout(deadline, to_bytes(body, MAX_BYTES)).await.map_err(|_| ApiError::TooSlow)?;
    bytes.map_err(|_| ApiError::TooLarge)
}

fn says_json(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let never = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());

        let read = read(never, Duration::from_millis(10)).await;

        assert!(matches!(read, Err(ApiError::TooSlow)), "{read:?}");
    }
}
