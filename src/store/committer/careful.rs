//! Applies what a journal holds: as much as possible in one transaction, and
//! where one entry is at fault, halves and halves of halves until it is found,
//! so that it does not hold up the others.

use tracing::error;

use super::writer::Writer;
use crate::store::journal::entry::{Entry, View};
use crate::store::message::Record;
use crate::store::{Sealer, StoreError};

/// An entry with its number.
pub type Step = (u64, Entry);

/// `applied` is told how many more are in the database, after each transaction:
/// what is given up in the middle need not begin anew.
pub async fn apply(
    writer: &mut Writer,
    steps: &[Step],
    journal: &str,
    sealer: &Sealer,
    mut applied: impl FnMut(usize) + Send,
) -> Result<(), StoreError> {
    let (mut rest, mut size) = (steps, steps.len());
    while !rest.is_empty() {
        let (next, later) = rest.split_at(size.min(rest.len()));
        match (writer.apply(next, journal, sealer).await, next) {
            (Ok(()), _) => size = 2 * next.len(),
            (Err(failure), [step]) if failure.is_about_the_record() => {
                error!(%failure, what = name(&step.1), "A record cannot be stored as it is");
                apply_bare(writer, step, journal, sealer).await?;
            }
            (Err(failure), _) if failure.is_about_the_record() => {
                size = next.len() / 2;
                continue;
            }
            (Err(failure), _) => return Err(failure),
        }
        applied(next.len());
        rest = later;
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
