//! Forgetting what was kept long enough.

use std::num::NonZeroU32;
use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use tracing::info;

use crate::model::form::KEPT_FOR as FORMS_KEPT_FOR;

use super::Failure;
use super::work::Work;

/// A week, as long as words wait that were left for a customer.
const REPLY_DRAFTS_KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

pub async fn forget_messages(work: Arc<Work>, now: Timestamp) -> Result<(), Failure> {
    let Work { store, settings, forgotten_before, .. } = &*work;
    let keep_days = settings.keep_messages_days;
    let before = kept_since(keep_days, now)?;
    let since = forgotten_before.get().and_then(|since| Timestamp::from_millisecond(since).ok());
    let forgotten = store.forget_messages(before, since).await?;
    forgotten_before.set(before.as_millisecond());
    if forgotten > 0 {
        info!(forgotten, keep_days, "Forgot messages that were kept long enough");
    }
    Ok(())
}

/// Customers of whom no message is kept any more, nor anything else that needs
/// their name.
pub async fn forget_idle_customers(work: Arc<Work>, now: Timestamp) -> Result<(), Failure> {
    let keep_days = work.settings.keep_messages_days;
    let forgotten = work.store.forget_idle_customers(kept_since(keep_days, now)?).await?;
    if forgotten > 0 {
        info!(forgotten, keep_days, "Forgot customers who have not written for long");
    }
    Ok(())
}

fn kept_since(keep_days: NonZeroU32, now: Timestamp) -> Result<Timestamp, Failure> {
    Ok(now.checked_sub(SignedDuration::from_hours(24 * i64::from(keep_days.get())))?)
}

/// URLs that nobody can use again: a delivery is accepted for so long after its
/// time, and as long before.
pub async fn forget_signed_urls(work: Arc<Work>, now: Timestamp) -> Result<(), Failure> {
    work.store.forget_signed_urls(now.checked_sub(2 * work.settings.accepted_age)?).await?;
    Ok(())
}

/// Months as people count them: what was left on 30 January is kept a month
/// until the last of February.
pub async fn forget_leads(work: Arc<Work>, now: Timestamp) -> Result<(), Failure> {
    // What the privacy page says at this moment.
    let keep_months = work.live.load().rulebook.settings.privacy.keep_leads_months;
    let before = now.to_zoned_datetime(TimeZone::UTC).checked_sub(i64::from(keep_months).months())?;
    let forgotten = work.store.forget_leads(before.timestamp()).await?;
    if forgotten > 0 {
        info!(forgotten, keep_months, "Forgot leads that were kept long enough");
    }
    Ok(())
}

/// Forms that nobody is asked to go on with any more.
pub async fn forget_forms(work: Arc<Work>, now: Timestamp) -> Result<(), Failure> {
    let before = now.checked_sub(FORMS_KEPT_FOR)?;
    let forgotten = work.store.forget_forms(before).await?;
    if forgotten > 0 {
        info!(forgotten, "Forgot forms that were left lying");
    }
    Ok(())
}

/// Replies that somebody began and left lying.
pub async fn forget_reply_drafts(work: Arc<Work>, now: Timestamp) -> Result<(), Failure> {
    let forgotten = work.store.forget_reply_drafts(now.checked_sub(REPLY_DRAFTS_KEPT_FOR)?).await?;
    if forgotten > 0 {
        info!(forgotten, "Forgot replies that were begun and left lying");
    }
    Ok(())
}

/// What was written before somebody was erased, and arrives after.
pub async fn finish_erasing(work: Arc<Work>, now: Timestamp) -> Result<(), Failure> {
    Ok(work.store.finish_erasing(now).await?)
}

pub async fn forget_notices(work: Arc<Work>, now: Timestamp) -> Result<(), Failure> {
    work.store.forget_notices(now).await?;
    Ok(())
}
