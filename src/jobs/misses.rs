//! Closes misses that the live version answers by now.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use rustc_hash::FxHashMap;
use tracing::info;

use crate::answer::{Asked, Edition, Live, misses};
use crate::model::{AccountId, Act, Actor, DeliveryKey, RuleId};
use crate::store::{Closing, Miss, Store};

use super::Failure;

/// Older ones are history.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The version that was looked at last.
#[derive(Clone, Debug, Default)]
pub struct Seen(Arc<AtomicI64>);

pub async fn close_answered(
    store: Store,
    live: Live,
    accounts: Vec<AccountId>,
    seen: Seen,
    now: Timestamp,
) -> Result<(), Failure> {
    let edition = live.load_full();
    if seen.0.load(Ordering::Relaxed) == edition.version {
        return Ok(());
    }
    for account in accounts {
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
    seen.0.store(edition.version, Ordering::Relaxed);
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
