//! What can be done with a draft beside publishing it: one file back to what is
//! live, one's own kept, all thrown away.

use axum::response::Response;
use serde::Deserialize;

use super::super::confirm::Confirm;
use super::super::failure::PageError;
use super::super::frame::show as show_page;
use super::super::visit::{Sent, Visit};
use crate::publishing::Draft;
use crate::store::OperationKind;

const HERE: &str = "/console/publish";

#[derive(Debug, Deserialize)]
pub(in crate::console) struct File {
    path: String,
}

#[derive(Debug, Deserialize)]
pub(in crate::console) struct Seen {
    path: String,
    /// The hash of what was live on the page; empty: it was removed.
    #[serde(default)]
    theirs: String,
}

pub(in crate::console) async fn undo(visit: Visit, Sent(file): Sent<File>) -> Result<Response, PageError> {
    let store = &visit.console.store;
    Draft::open(store, &visit.staff.id).await?.undo(store, &file.path).await?;
    Ok(visit.done(HERE, "publish.undone"))
}

/// The owner has seen what was published meanwhile. What somebody else published
/// since then is shown first.
pub(in crate::console) async fn keep(visit: Visit, Sent(seen): Sent<Seen>) -> Result<Response, PageError> {
    let store = &visit.console.store;
    let theirs = Some(seen.theirs.as_str()).filter(|theirs| !theirs.is_empty());
    let is_kept = Draft::open(store, &visit.staff.id).await?.keep_mine(store, &seen.path, theirs).await?;
    Ok(visit.done(HERE, if is_kept { "publish.kept" } else { "publish.not_kept" }))
}

pub(in crate::console) async fn ask_discard(visit: Visit) -> Result<Response, PageError> {
    show_page(&Confirm::new(&visit, "publish.discard", "/console/publish/discard", HERE))
}

pub(in crate::console) async fn discard(visit: Visit) -> Result<Response, PageError> {
    let store = &visit.console.store;
    let draft = Draft::open(store, &visit.staff.id).await?;
    let paths: Vec<&str> = draft.changes().keys().map(String::as_str).collect();
    store.note_operation(&visit.does(OperationKind::DraftDiscarded, &paths.join("\n"))).await?;
    draft.discard(store).await?;
    Ok(visit.done(HERE, "publish.discarded"))
}
