//! What waits for this member's word before it goes live.

use super::super::failure::PageError;
use super::super::visit::Visit;
use super::{Task, Urgency};
use crate::model::Right;

pub(super) async fn tasks(visit: &Visit) -> Result<Option<Task>, PageError> {
    if !visit.staff.role.may(Right::Edit) {
        return Ok(None);
    }
    let proposals = visit.console.store.list_proposals().await?;
    let mine = proposals.iter().filter(|one| one.needs_approval && one.owner != visit.staff.id);
    let (count, t) = (mine.count(), visit.caller.t);
    Ok((count > 0).then(|| Task {
        urgency: Urgency::Soon,
        what: t.say("home.to_approve").owned().with("n", count),
        detail: None,
        action: Some(("/console/publish".to_owned(), t.say("home.look").owned())),
    }))
}
