//! How a changed rule comes into its member's draft, and from there to being
//! live. Nothing is overwritten that the member has not seen.

use super::super::failure::PageError;
use super::super::visit::Visit;
use super::clash::Clash;
use super::shelf::Kept;
use crate::publishing::{Draft, WriteError};
use crate::rulebook::edit::{EditError, FileChange, WrittenRule, remove_rule, save_rule};

pub(super) enum Saved {
    Draft,
    Clash(Clash),
    /// The file cannot be changed by a form; the sentence that says so.
    ByHand(&'static str),
}

/// `seen` is the hash of the file from which the form was made; empty for a
/// new rule.
pub(super) async fn save(
    visit: &Visit,
    draft: &mut Draft,
    kept: Option<&Kept>,
    wanted: &WrittenRule,
    seen: &str,
) -> Result<Saved, PageError> {
    let path = kept.map(|kept| &*kept.path);
    let changes = match save_rule(draft.files(), path, wanted) {
        Ok(changes) => changes,
        Err(EditError::Gone) => return Err(PageError::Missing),
        Err(EditError::NotText(_) | EditError::ByHandOnly | EditError::NotInTable(_)) => {
            return Ok(Saved::ByHand("rules.by_hand"));
        }
    };
    write(visit, draft, changes, (path, seen)).await
}

pub(super) async fn remove(visit: &Visit, draft: &mut Draft, kept: &Kept) -> Result<Saved, PageError> {
    let Ok(change) = remove_rule(draft.files(), &kept.path, kept.rule.text("id")) else {
        return Ok(Saved::ByHand("rules.by_hand"));
    };
    let seen = draft.hash_of(&kept.path).unwrap_or_default();
    write(visit, draft, vec![change], (Some(&kept.path), &seen)).await
}

pub(super) async fn write(
    visit: &Visit,
    draft: &mut Draft,
    changes: Vec<FileChange>,
    (own, seen): (Option<&str>, &str),
) -> Result<Saved, PageError> {
    let store = &visit.console.store;
    // The rule's own file first: where it clashes, nothing else is touched.
    let (first, rest): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| Some(&*change.path) == own);
    for change in first.into_iter().chain(rest) {
        let held = draft.hash_of(&change.path);
        let seen = if Some(&*change.path) == own { Some(seen) } else { held.as_deref() };
        let mine = change.bytes.clone();
        let written = match change.bytes {
            Some(bytes) => draft.write(store, &change.path, bytes, seen, visit.now()).await,
            None => draft.remove(store, &change.path, seen, visit.now()).await,
        };
        match written {
            Ok(()) => {}
            Err(WriteError::Clash { theirs, by, at }) => {
                return Ok(Saved::Clash(Clash { theirs, mine, by, at }));
            }
            Err(WriteError::Path(_)) => return Ok(Saved::ByHand("rules.id_refused")),
            Err(WriteError::Store(error)) => return Err(error.into()),
        }
    }
    Ok(Saved::Draft)
}
