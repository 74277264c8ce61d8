//! `/setup?key=…`: the first member. The link is printed at the start, works
//! once, on this machine alone, and only while nobody has a password.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::Console;
use super::door::Caller;
use super::failure::PageError;
use super::join::{self, Door, Joining, Key};
use super::visit::Sent;

pub(super) async fn show(
    State(console): State<Arc<Console>>,
    caller: Caller,
    Query(key): Query<Key>,
) -> Result<Response, PageError> {
    join::show_at(Door::SetUp, &console, &caller, &key).await
}

pub(super) async fn take(
    State(console): State<Arc<Console>>,
    caller: Caller,
    headers: HeaderMap,
    Sent(joining): Sent<Joining>,
) -> Result<Response, PageError> {
    join::take_at(Door::SetUp, &console, &caller, &headers, joining).await
}
