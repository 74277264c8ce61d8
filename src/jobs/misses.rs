//! Closes misses that the live version answers by now.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rustc_hash::FxHashMap;
use tracing::info;

use crate::answer::{Asked, Edition, misses};
use crate::model::{AccountId, Act, Actor, DeliveryKey, RuleId};
use crate::store::{Closing, Miss};

use super::Failure;
use super::work::Work;

/// Older ones are history.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(30 * 24);

pub async fn close_answered(work: Arc<Work>, now: Timestamp) -> Result<(), Failure> {
    let Work { store, live, settings, version_looked_at, .. } = &*work;
    let edition = live.load_full();
    if version_looked_at.get() == Some(edition.version) {
        return Ok(());
    }
    for account in settings.accounts.ids() {
        let missed = store.list_missed(&account, now.checked_sub(LOOKED_BACK)?, now).await?;
        let decide = {
            let (edition, account) = (Arc::clone(&edition), account.clone());
            move || answered(&edition, &account, &missed, now)
        };
        // Deciding thousands of messages takes a second: not on a thread that answers.
        let answered = tokio::task::spawn_blocking(decide).await?;
        let act = Act { by: Actor::System, at: now };
        let mut closed = 0;
        for (rule, messages) in answered {
            closed += messages.len();
            let how = Closing::Answered { rule, version: edition.version };
            store.close_misses(&account, &messages, &how, &act).await?;
        }
        if closed > 0 {
            info!(%account, closed, version = edition.version, "Misses are answered by the live version");
        }
    }
    version_looked_at.set(edition.version);
    Ok(())
}

/// Equal texts are decided once.
fn answered(
    edition: &Edition,
    account: &AccountId,
    missed: &[Miss],
    now: Timestamp,
) -> FxHashMap<RuleId, Vec<DeliveryKey>> {
    let asked = Asked { account, today: edition.rulebook.settings.hours.today(now) };
    let mut decided: FxHashMap<&str, Option<RuleId>> = FxHashMap::default();
    let mut answered: FxHashMap<RuleId, Vec<DeliveryKey>> = FxHashMap::default();
    for miss in missed.iter().filter(|miss| miss.version < edition.version) {
        let rule =
            decided.entry(&miss.text).or_insert_with(|| misses::answered_by(edition, &miss.text, &asked));
        if let Some(rule) = rule {
            answered.entry(rule.clone()).or_default().push(miss.message.clone());
        }
    }
    answered
}
