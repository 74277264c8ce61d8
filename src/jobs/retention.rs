//! Forgetting what was kept long enough.

use std::num::NonZeroU32;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use tracing::info;

use crate::answer::Live;
use crate::model::form::KEPT_FOR as FORMS_KEPT_FOR;
use crate::store::Store;

use super::Failure;

/// A week, as long as words wait that were left for a customer.
const REPLY_DRAFTS_KEPT_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

pub async fn forget_messages(store: Store, keep_days: NonZeroU32, now: Timestamp) -> Result<(), Failure> {
    let before = now.checked_sub(SignedDuration::from_hours(24 * i64::from(keep_days.get())))?;
    let forgotten = store.forget_bodies(before).await?;
    if forgotten > 0 {
        info!(forgotten, keep_days, "Forgot messages that were kept long enough");
    }
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
