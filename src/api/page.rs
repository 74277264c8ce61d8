//! Lists by pages: so many items, and a cursor where the next page begins. A
//! cursor is ours to read; whoever sends another is told so.

use serde::Serialize;
use utoipa::ToSchema;

use super::problem::ApiError;

const USUAL: u32 = 50;
pub(super) const MOST: u32 = 100;

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub(super) struct Page<T: ToSchema> {
    pub items: Vec<T>,
    /// Where the next page begins: send it as `cursor`. Null on the last page.
    pub next: Option<String>,
}

/// How many are wanted.
pub(super) fn read_limit(limit: Option<u32>) -> Result<u32, ApiError> {
    match limit.unwrap_or(USUAL) {
        limit @ 1..=MOST => Ok(limit),
        limit => Err(ApiError::unreadable("limit", format!("{limit} 不在 1 到 {MOST} 之间"))),
    }
}

pub(super) fn bad_cursor() -> ApiError {
    ApiError::unreadable("cursor", "要用上一页的 next，原样送回")
}

impl<T: ToSchema> Page<T> {
    /// Of one item more than was wanted, which tells that there is another page.
    pub(super) fn of<I>(
        mut items: Vec<I>,
        limit: u32,
        cursor: impl Fn(&I) -> String,
        view: impl FnMut(I) -> T,
    ) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| has_more).map(cursor);
        Self { items: items.into_iter().map(view).collect(), next }
    }
}
