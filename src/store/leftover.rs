//! A journal looked at from outside the process that writes it: how much of it
//! the database has yet to take, and taking it in when that process will not
//! come back. For `doctor`, `backup` and `yingda journal`. A process replays its
//! own journal by itself, when it starts.

use std::path::Path;
use std::time::Duration;

use super::committer::{Writer, replay};
use super::connect::writers;
use super::journal::{self, Journal, Left, Place};
use super::open::Location;
use super::{Sealer, StoreError};

const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// What a journal holds that the database does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leftover {
    pub entries: usize,
    /// Places that could not be read.
    pub damaged: usize,
}

/// Looks and changes nothing; the process that owns the journal may be writing.
pub async fn find_leftover(
    location: &Location,
    folder: &Path,
    sealer: &Sealer,
) -> Result<Leftover, StoreError> {
    let left = journal::read_left(folder, sealer)?;
    let mut writer = writers(location)?.late();
    let found = count_missing(&left, &mut writer).await;
    writer.close().await;
    found
}

/// Waits until the database has what the journal holds now, so that a copy of
/// it is whole. What is still missing when `patience` ends.
pub async fn wait_for_journal(
    location: &Location,
    folder: &Path,
    sealer: &Sealer,
    patience: Duration,
) -> Result<Leftover, StoreError> {
    let left = journal::read_left(folder, sealer)?;
    let mut writer = writers(location)?.late();
    let mut waited = Duration::ZERO;
    let missing = loop {
        let missing = count_missing(&left, &mut writer).await?;
        if missing.entries == 0 || waited >= patience {
            break missing;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
        waited += LOOK_AGAIN;
    };
    writer.close().await;
    Ok(missing)
}

/// Takes in what a process left that never came back. None: a process has it.
pub async fn replay_leftover(
    location: &Location,
    folder: &Path,
    sealer: &Sealer,
) -> Result<Option<usize>, StoreError> {
    let place = Place { folder: folder.to_owned(), bytes: 0 };
    let Some((mut journal, left)) = Journal::open(place, sealer)? else { return Ok(None) };
    let mut writer = writers(location)?.late();
    let replayed = replay(&mut journal, &left, &mut writer, sealer).await;
    writer.close().await;
    replayed.map(Some)
}

/// The folders under `folder` that look like a journal.
pub fn find_journals(folder: &Path) -> std::io::Result<Vec<std::path::PathBuf>> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder)? {
        let path = file?.path();
        if path.is_dir() && !journal::segments_in(&path)?.is_empty() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

async fn count_missing(left: &Left, writer: &mut Writer) -> Result<Leftover, StoreError> {
    let mut found = Leftover::default();
    for life in &left.lives {
        // A life without entries never told the database of itself.
        let applied = if life.steps.is_empty() { 0 } else { writer.find_position(&life.id).await? };
        found.entries += life.steps.iter().filter(|(number, _)| *number > applied).count();
        found.damaged += life.damaged;
    }
    Ok(found)
}
