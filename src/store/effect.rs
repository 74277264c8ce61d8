//! What a message changes beside itself and its conversation, in the same
//! transaction. Idempotent: each row is known by the message that made it, so a
//! record that comes a second time, from the journal, changes nothing twice.
//!
//! The committer calls `apply` once the messages and the conversations of a
//! batch are written, and before it commits. A file per noun does the work.

use crate::model::Effect;

use super::customer::CustomerRows;
use super::erasure::{self, ErasureRows};
use super::lead::{self, HandIn};
use super::message::Record;
use super::miss::MissRows;
use super::waiting::WaitingRows;
use super::{Sealer, StoreError};

/// A connection of either database, inside a transaction.
pub(super) trait EffectRows:
    HandIn + WaitingRows + MissRows + CustomerRows + ErasureRows + Send
{
}

impl<C: HandIn + WaitingRows + MissRows + CustomerRows + ErasureRows + Send> EffectRows for C {}

pub(super) async fn apply<C: EffectRows>(
    link: &mut C,
    records: &[Record],
    sealer: &Sealer,
) -> Result<(), StoreError> {
    for record in records.iter().filter(|record| !record.effects.is_empty()) {
        for effect in &record.effects {
            apply_one(link, effect, record, sealer).await?;
        }
    }
    Ok(())
}

async fn apply_one<C: EffectRows>(
    link: &mut C,
    effect: &Effect,
    record: &Record,
    sealer: &Sealer,
) -> Result<(), StoreError> {
    match effect {
        Effect::Lead(form) => lead::hand_in(link, form, record, sealer).await,
        Effect::Wait(reason) => link.join_line(*reason, record).await,
        Effect::StopWaiting => link.leave_line(record).await,
        Effect::Settle(asked_back) => link.settle(asked_back, record).await,
        Effect::Came { source } => link.note_coming(source.as_ref(), record).await,
        Effect::Erase => erasure::erase_by_message(link, record, sealer).await,
    }
}
