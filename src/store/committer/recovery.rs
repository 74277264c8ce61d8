//! What a process before us left in a journal goes into the database, in order,
//! each entry exactly once, before anything else happens; while the database
//! does not take it, it waits before everything else.

use std::collections::VecDeque;

use tracing::{info, warn};

use super::applier::LeftSteps;
use super::careful::{self, Step};
use super::waiting::Waiting;
use super::writer::Writer;
use crate::store::conversation::Rows;
use crate::store::journal::entry::{Entry, View};
use crate::store::journal::{Blank, Journal, Left, LeftLife};
use crate::store::{Sealer, StoreError};

/// How many go into one transaction.
const BATCH: usize = 1_000;

/// Replays what was left and empties the journal. How many were missing in the
/// database.
pub async fn replay(
    journal: &mut Journal,
    left: &Left,
    writer: &mut Writer,
    sealer: &Sealer,
) -> Result<usize, StoreError> {
    let replayed = replay_onto(left, writer, sealer).await?;
    journal.clear(left)?;
    for life in &left.lives {
        writer.forget_position(&life.id).await?;
    }
    if replayed > 0 {
        info!(replayed, "Stored what the process before had accepted and could not store any more");
    }
    Ok(replayed)
}

/// What was left, where it is now.
#[derive(Debug, Default)]
pub struct TakenIn {
    pub steps: VecDeque<LeftSteps>,
    /// With the number of the last entry of each.
    pub segments: Vec<(u64, Blank)>,
}

/// What the database does not take yet waits, and is known, as if it had been
/// accepted here.
pub fn take_in(journal: &mut Journal, left: Left, waiting: &Waiting, rows: &Rows) -> TakenIn {
    let mut taken = TakenIn::default();
    for life in left.lives {
        let segment = journal.hold(&life);
        let (numbers, entries): (VecDeque<u64>, Vec<Entry>) = life.steps.into_iter().unzip();
        for entry in &entries {
            if let Some(View::Message(message)) = entry.view()
                && message.conversation.is_some()
            {
                rows.note(message.account, message.customer);
            }
        }
        let last = waiting.take_in(entries);
        if !numbers.is_empty() {
            taken.steps.push_back(LeftSteps { id: life.id, numbers });
        }
        // One that is damaged stays for the next start, which puts it aside.
        taken.segments.extend(segment.filter(|_| life.damaged == 0).map(|segment| (last, segment)));
    }
    taken
}

/// The same onto a copy of the database, leaving the journal as it is.
pub async fn replay_onto(left: &Left, writer: &mut Writer, sealer: &Sealer) -> Result<usize, StoreError> {
    let mut replayed = 0;
    for life in &left.lives {
        replayed += replay_life(life, writer, sealer).await?;
    }
    Ok(replayed)
}

async fn replay_life(life: &LeftLife, writer: &mut Writer, sealer: &Sealer) -> Result<usize, StoreError> {
    if life.damaged > 0 {
        warn!(places = life.damaged, "Part of the journal cannot be read; replaying what can");
    }
    let applied = writer.find_position(&life.id).await?;
    let missing: Vec<Step> = life.steps.iter().filter(|(number, _)| *number > applied).cloned().collect();
    for batch in missing.chunks(BATCH) {
        careful::apply(writer, batch, &life.id, sealer, |_| {}).await?;
    }
    Ok(missing.len())
}
