//! Which contacts somebody who asked for a person was given: those of today that
//! stand in the reply they got. Not here: what the reply says (rulebook).

use super::super::failure::PageError;
use super::super::served::Served;
use super::super::visit::Visit;
use crate::model::Human;
use crate::rehearsal::text_of;
use crate::rulebook::Catalog;
use crate::store::Waiting;

/// None where staff answer in the chat themselves, and where the reply held none.
pub(in crate::console) async fn given(
    visit: &Visit,
    served: &Served,
    waiting: &Waiting,
) -> Result<Option<String>, PageError> {
    match served.account.human {
        Human::Contacts | Human::Wechat => {}
        Human::Yingda => return Ok(None),
    }
    let store = &visit.console.store;
    let found = store.find_exchange(served.id(), &waiting.customer, &waiting.message).await?;
    let Some((_, exchange)) = found else { return Ok(None) };
    Ok(found_in(&text_of(&exchange.reply), &visit.console.live.load().rulebook.catalog))
}

fn found_in(reply: &str, catalog: &Catalog) -> Option<String> {
    let mut found: Vec<&str> = Vec::new();
    for contact in &catalog.contacts {
        let ways = [contact.phone.as_deref(), contact.wechat.as_deref()];
        for way in ways.into_iter().flatten().filter(|way| reply.contains(*way)) {
            if !found.contains(&way) {
                found.push(way);
            }
        }
    }
    (!found.is_empty()).then(|| found.join("、"))
}
