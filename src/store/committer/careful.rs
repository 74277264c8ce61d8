//! Applies what a journal holds: all of it in one transaction, and where one
//! entry is at fault, one by one, so that it does not hold up the others.

use tracing::error;

use super::writer::Writer;
use crate::store::journal::entry::{Entry, View};
use crate::store::message::Record;
use crate::store::{Sealer, StoreError};

/// An entry with its number.
pub type Step = (u64, Entry);

pub async fn apply(
    writer: &mut Writer,
    steps: &[Step],
    journal: &str,
    sealer: &Sealer,
) -> Result<(), StoreError> {
    match writer.apply(steps, journal, sealer).await {
        Err(failure) if failure.is_about_the_record() => {}
        applied => return applied,
    }
    for step in steps {
        match writer.apply(std::slice::from_ref(step), journal, sealer).await {
            Err(failure) if failure.is_about_the_record() => {
                error!(%failure, what = name(&step.1), "A record cannot be stored as it is");
                apply_bare(writer, step, journal, sealer).await?;
            }
            applied => applied?,
        }
    }
    Ok(())
}

/// Keeps at least the message and its reply.
async fn apply_bare(
    writer: &mut Writer,
    (number, entry): &Step,
    journal: &str,
    sealer: &Sealer,
) -> Result<(), StoreError> {
    let Some(View::Message(message)) = entry.view() else { return Ok(()) };
    let Some(record) = message.record() else { return Ok(()) };
    let bare = (*number, Entry::message(&Record { effects: Vec::new(), ..record }));
    match writer.apply(&[bare], journal, sealer).await {
        Err(failure) if failure.is_about_the_record() => {
            error!(%failure, what = name(entry), "A record is left out");
            Ok(())
        }
        applied => applied,
    }
}

fn name(entry: &Entry) -> &str {
    match entry.view() {
        Some(View::Message(message)) => message.key,
        Some(View::SignedUrl(url)) => url.id,
        None => "?",
    }
}
