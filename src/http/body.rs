//! A body, whole: capped before it is read, and dropped when it does not arrive in time.

use std::time::Duration;

use axum::body::HttpBody;
use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, EXPECT};
use http_body_util::BodyExt as _;

use super::error::Problem;
use super::patience::within;

/// Most bytes of a body.
pub const MOST_BYTES: usize = 64 * 1024;
/// Longest time that a body may take.
const LONGEST: Duration = Duration::from_secs(15);
/// Of a body over the limit, so much is read and thrown away, so that its sender gets to read the answer.
const MOST_DISCARDED: usize = 4 * 1024 * 1024;

/// A body within the limit.
pub struct Payload(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for Payload {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        Self::read(&parts.headers, body).await
    }
}

impl Payload {
    /// The body that comes with these headers.
    pub async fn read<B: HttpBody<Data = Bytes> + Unpin>(headers: &HeaderMap, body: B) -> Result<Self, Problem> {
        let announced = headers
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok())
            .and_then(|length| length.parse::<usize>().ok());
        if announced.is_some_and(|length| length > MOST_BYTES) && headers.contains_key(EXPECT) {
            return Err(Problem::BodyTooLarge);
        }
        within(LONGEST, read(body, announced)).await.unwrap_or(Err(Problem::BodyTooSlow)).map(Self)
    }
}

async fn read<B: HttpBody<Data = Bytes> + Unpin>(mut body: B, announced: Option<usize>) -> Result<Bytes, Problem> {
    let mut only = None;
    let mut more = BytesMut::new();
    let mut length = 0usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Problem::BodyBroken)?.into_data() else {
            continue;
        };
        length = length.saturating_add(data.len());
        if length > MOST_DISCARDED {
            return Err(Problem::BodyTooLarge);
        }
        if length > MOST_BYTES || announced.is_some_and(|length| length > MOST_BYTES) {
            more.clear();
        } else if only.is_none() && more.is_empty() {
            only = Some(data);
        } else {
            if let Some(first) = only.take() {
                more.extend_from_slice(&first);
            }
            more.extend_from_slice(&data);
        }
    }
    if length > MOST_BYTES {
        return Err(Problem::BodyTooLarge);
    }
    Ok(only.unwrap_or_else(|| more.freeze()))
}
