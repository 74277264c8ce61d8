//! What is live when a process starts.

use std::path::Path;
use std::sync::Arc;

use tracing::info;

use super::Newest;
use super::status::{PressError, Status, count_errors};
use super::take_in::read_folder;
use crate::answer::Edition;
use crate::publishing::edits::between;
use crate::publishing::examine::Examination;
use crate::publishing::gate::{Gate, changes, load_newest};
use crate::rehearsal;
use crate::rulebook::{Files, Problem};
use crate::store::{Added, Credit, NewVersion, VersionSource};

/// The folder's, while the store cannot be asked.
pub(super) async fn edition_of_folder(folder: &Path, gate: &Gate) -> Result<(Edition, Newest), PressError> {
    let disk = read_folder(folder).await?;
    let Examination { edition, problems, transcripts } = gate.examine(disk.clone()).await?;
    let Some(edition) = edition else { return Err(nothing_to_publish(folder, problems)) };
    info!(
        rules = edition.rulebook.rules.len(),
        "Answering from the rules folder until the store can be asked"
    );
    Ok(opened(0, disk, edition, (problems, transcripts)))
}

/// The newest version; the folder's where there is none yet, or where the
/// newest cannot be read and the folder is all that speaks.
pub(super) async fn first_edition(
    folder: &Path,
    gate: &Gate,
    is_shared: bool,
) -> Result<(Edition, Newest), PressError> {
    let (number, files) = load_newest(gate.store()).await?;
    if number > 0 {
        let examination = gate.examine(files.clone()).await?;
        match (examination.edition, is_shared) {
            (Some(edition), _) => {
                let Examination { problems, transcripts, .. } = Examination { edition: None, ..examination };
                return Ok(opened(number, files, edition, (problems, transcripts)));
            }
            (None, true) => {
                let problems = examination.problems;
                return Err(PressError::Unreadable { number, errors: count_errors(&problems), problems });
            }
            (None, false) => {}
        }
    }
    let disk = read_folder(folder).await?;
    let examination = gate.examine(disk.clone()).await?;
    let may_go_live = examination.may_go_live();
    let Examination { edition: Some(edition), problems, transcripts } = examination else {
        return Err(nothing_to_publish(folder, examination.problems));
    };
    if !may_go_live {
        return Err(nothing_to_publish(folder, problems));
    }
    let edits = between(&files, &disk);
    let version = NewVersion {
        base: number,
        changes: changes(&edits),
        source: VersionSource::Folder,
        credit: Credit::default(),
        at: gate.clock().now(),
        proposal: None,
    };
    match gate.store().add_version(&version, None).await? {
        Added::Version(version) => Ok(opened(version.number, disk, edition, (problems, transcripts))),
        // Another process was quicker: its version is the newest.
        Added::Overtaken | Added::Settled => Box::pin(first_edition(folder, gate, is_shared)).await,
    }
}

fn opened(
    number: i64,
    files: Files,
    mut edition: Edition,
    (problems, transcripts): (Vec<Problem>, rehearsal::Score),
) -> (Edition, Newest) {
    edition.version = number;
    let good = Arc::new(Status { version: number, problems, transcripts, ..Status::default() });
    (edition, Newest { number, files, good })
}

fn nothing_to_publish(folder: &Path, problems: Vec<Problem>) -> PressError {
    PressError::NothingToPublish { folder: folder.to_owned(), errors: count_errors(&problems), problems }
}
