//! 放弃草稿: one rule back to what is live. The other rows of its table stay as
//! they are in the draft.

use super::super::failure::PageError;
use super::super::visit::Visit;
use super::live::live_shelf;
use super::saving::{self, Saved};
use super::shelf::{Kept, is_table};
use crate::publishing::Draft;
use crate::rulebook::edit::{FileChange, WrittenRule, copy_row, read_rules, remove_rule};

pub(super) async fn undo(visit: &Visit, draft: &mut Draft, kept: &Kept) -> Result<Saved, PageError> {
    let id = kept.rule.text("id");
    let shelf = live_shelf(visit, draft).await;
    let live = shelf.find(id);
    if live.is_none_or(|live| live.path != kept.path) {
        let without = || remove_rule(draft.files(), &kept.path, id).ok();
        let change = is_table(&kept.path).then(without).flatten();
        match put(visit, draft, &kept.path, change).await? {
            Saved::Draft => {}
            other @ (Saved::Clash(_) | Saved::ByHand(_)) => return Ok(other),
        }
    }
    let Some(live) = live else { return Ok(Saved::Draft) };
    let change = match draft.live().get(&live.path) {
        Some(table) if is_table(&live.path) && draft.bytes(&live.path).is_some() => {
            match copy_row(draft.files(), &live.path, table, id) {
                Ok(change) => Some(change),
                Err(_) => return Ok(Saved::ByHand("rules.not_undone")),
            }
        }
        Some(_) | None => None,
    };
    put(visit, draft, &live.path, change).await
}

/// A table with one row put right; without one, the whole file as it is live.
async fn put(
    visit: &Visit,
    draft: &mut Draft,
    path: &str,
    change: Option<FileChange>,
) -> Result<Saved, PageError> {
    let store = &visit.console.store;
    if let Some(change) = change {
        match saving::write(visit, draft, vec![change], (None, "")).await? {
            Saved::Draft if has_own(visit, draft, path).await? => return Ok(Saved::Draft),
            Saved::Draft => {}
            other @ (Saved::Clash(_) | Saved::ByHand(_)) => return Ok(other),
        }
    }
    draft.undo(store, path).await?;
    Ok(Saved::Draft)
}

/// Whether the draft's table holds anything of its owner's: what was live when
/// it was changed first, and is another text by now, is nobody's change.
pub(super) async fn has_own(visit: &Visit, draft: &Draft, path: &str) -> Result<bool, PageError> {
    let origin = match draft.origin_of(path) {
        Some(hash) => visit.console.store.find_content(hash).await?,
        None => None,
    };
    let (Some(mine), origin) = (rules(path, draft.bytes(path)), rules(path, origin.as_deref())) else {
        return Ok(true);
    };
    let (origin, live) =
        (origin.unwrap_or_default(), rules(path, draft.live().get(path)).unwrap_or_default());
    let has =
        |rules: &[WrittenRule], rule: &WrittenRule| rules.iter().any(|one| one.text("id") == rule.text("id"));
    let is_changed = mine.iter().any(|rule| !origin.contains(rule) && !live.contains(rule));
    let is_gone = |rule: &&WrittenRule| has(&live, rule) && !has(&mine, rule);
    Ok(is_changed || origin.iter().any(|rule| is_gone(&rule)))
}

/// None: it cannot be read.
fn rules(path: &str, bytes: Option<&[u8]>) -> Option<Vec<WrittenRule>> {
    let read = read_rules(path, bytes?).ok()?;
    Some(read.into_iter().map(|located| located.rule).collect())
}
