//! What a process before us left in a journal goes into the database, in order,
//! each entry exactly once, before anything else happens.

use tracing::{info, warn};

use super::careful::{self, Step};
use super::writer::Writer;
use crate::store::journal::{Journal, Left, LeftLife};
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
