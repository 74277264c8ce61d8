//! Forgetting what was kept long enough.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use tracing::info;

use crate::answer::Live;
use crate::model::form::KEPT_FOR as FORMS_KEPT_FOR;
use crate::store::Store;

use super::Failure;

/// A week, as long as words wait that were left for a customer.
const REPLY_DRAFTS_KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Before which time this process has forgotten everything, in milliseconds;
/// after a start it looks at all there is.
#[derive(Clone, Debug)]
pub struct Forgotten(Arc<AtomicI64>);

impl Default for Forgotten {
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(i64::MIN)))
    }
}

pub async fn forget_messages(
    store: Store,
    keep_days: NonZeroU32,
    forgotten_before: Forgotten,
    now: Timestamp,
) -> Result<(), Failure> {
    let before = now.checked_sub(SignedDuration::from_hours(24 * i64::from(keep_days.get())))?;
    let since = Timestamp::from_millisecond(forgotten_before.0.load(Ordering::Relaxed)).ok();
    let forgotten = store.forget_messages(before, since).await?;
    forgotten_before.0.store(before.as_millisecond(), Ordering::Relaxed);
    if forgotten > 0 {
        info!(forgotten, keep_days, "Forgot messages that were kept long enough");
    }
    Ok(())
}

/// URLs that nobody can use again: a delivery is accepted for so long after its
/// time, and as long before.
pub async fn forget_signed_urls(store: Store, accepted_age: Duration, now: Timestamp) -> Result<(), Failure> {
    store.forget_signed_urls(now.checked_sub(2 * accepted_age)?).await?;
    Ok(())
}

/// Months as people count them: what was left on 30 January is kept a month
/// until the last of February.
pub async fn forget_leads(store: Store, live: Live, now: Timestamp) -> Result<(), Failure> {
    // What the privacy page says at this moment.
    let keep_months = live.load().rulebook.settings.privacy.keep_leads_months;
    let before = now.to_zoned_datetime(TimeZone::UTC).checked_sub(i64::from(keep_months).months())?;
    let forgotten = store.forget_leads(before.timestamp()).await?;
    if forgotten > 0 {
        info!(forgotten, keep_months, "Forgot leads that were kept long enough");
    }
    Ok(())
}

/// Forms that nobody is asked to go on with any more.
pub async fn forget_forms(store: Store, now: Timestamp) -> Result<(), Failure> {
    let before = now.checked_sub(FORMS_KEPT_FOR)?;
    let forgotten = store.forget_forms(before).await?;
    if forgotten > 0 {
        info!(forgotten, "Forgot forms that were left lying");
    }
    Ok(())
}

/// Replies that somebody began and left lying.
pub async fn forget_reply_drafts(store: Store, now: Timestamp) -> Result<(), Failure> {
    let forgotten = store.forget_reply_drafts(now.checked_sub(REPLY_DRAFTS_KEPT_FOR)?).await?;
    if forgotten > 0 {
        info!(forgotten, "Forgot replies that were begun and left lying");
    }
    Ok(())
}

/// What was written before somebody was erased, and arrives after.
pub async fn finish_erasing(store: Store, now: Timestamp) -> Result<(), Failure> {
    Ok(store.finish_erasing(now).await?)
}

pub async fn forget_notices(store: Store, now: Timestamp) -> Result<(), Failure> {
    store.forget_notices(now).await?;
    Ok(())
}
