//! The folder and the store come together: what was edited in the folder goes
//! through the gate's checks, what is live is written into it, and a file that
//! both changed is told.

use std::path::Path;
use std::sync::Arc;

use tracing::{error, warn};

use super::Press;
use super::status::{PressError, Status};
use crate::publishing::edits::{Collision, Edits, between, merge};
use crate::publishing::examine::Examination;
use crate::publishing::folder::{self, Written};
use crate::publishing::gate::{changes, load_files};
use crate::rulebook::{Files, Problem};
use crate::store::{Added, Credit, NewVersion, StoreError, VersionSource, content_hash};

/// The code of a file that both the folder and somebody in the console changed.
pub const COLLISION: &str = "folder_collision";

impl Press {
    /// What was edited in the folder goes through the gate's checks; what was
    /// not is brought in step. False when it is worth trying again although
    /// nothing changed.
    pub(super) async fn take_in_folder(&mut self) -> bool {
        match self.try_to_take_in_folder().await {
            Ok(is_done) => is_done,
            Err(PressError::Store(failure)) => {
                error!(%failure, "A new version could not be stored; the version before stays live");
                false
            }
            Err(failure) => {
                let problems = vec![Problem::error("folder", failure.to_string())];
                self.refuse(Status { problems, ..Status::default() });
                true
            }
        }
    }

    async fn try_to_take_in_folder(&mut self) -> Result<bool, PressError> {
        let disk = read_folder(&self.folder).await?;
        let before = self.with_taken_over(self.load_step().await?, &disk);
        let edits = between(&before, &disk);
        let merged = match merge(&self.newest.files, &edits) {
            Ok(merged) => merged.with_unreadable_of(&disk),
            Err(collisions) => {
                let problems = collisions.iter().map(explain_collision).collect();
                self.refuse(Status { problems, folder: Some(disk), ..Status::default() });
                return Ok(true);
            }
        };
        let is_new = merged != self.newest.files;
        if is_new {
            let examination = self.gate.examine(merged.clone()).await?;
            if !examination.may_go_live() {
                let Examination { problems, transcripts, .. } = examination;
                self.refuse(Status { problems, transcripts, folder: Some(disk), ..Status::default() });
                return Ok(true);
            }
            if !self.keep(merged, examination).await? {
                return Ok(false);
            }
        }
        self.write_folder(disk, before).await?;
        if !is_new && self.status.borrow().stale {
            self.status.send_replace(Arc::clone(&self.newest.good));
            self.count();
        }
        Ok(true)
    }

    /// What was put right in the console, and published, was seen there: the
    /// folder's own text of it is no edit any more, and is written over.
    fn with_taken_over(&self, mut before: Files, disk: &Files) -> Files {
        for (path, taken) in self.gate.taken_over() {
            let live = self.newest.files.get(&path);
            let is_live = live != before.get(&path) || live.map(content_hash) == Some(taken.mended);
            if let Some(bytes) = disk.share(&path)
                && is_live
                && content_hash(&bytes) == taken.seen
            {
                before.insert(&path, bytes);
            }
        }
        before
    }

    /// False when somebody else published at the same moment.
    pub(super) async fn keep(&mut self, merged: Files, examination: Examination) -> Result<bool, StoreError> {
        let edits: Edits = between(&self.newest.files, &merged);
        let version = NewVersion {
            base: self.newest.number,
            changes: changes(&edits),
            source: VersionSource::Folder,
            credit: Credit::default(),
            at: self.gate.clock().now(),
            proposal: None,
        };
        match self.gate.store().add_version(&version, None).await? {
            Added::Version(version) => {
                self.go_live(version.number, merged, examination);
                self.gate.is_live(version.number);
                Ok(true)
            }
            Added::Overtaken | Added::Settled => Ok(false),
        }
    }

    /// The files that the folder held when it was in step last: what differs
    /// from them was edited there.
    async fn load_step(&self) -> Result<Files, StoreError> {
        match self.gate.store().find_folder_step().await? {
            Some(step) if step != self.newest.number => load_files(self.gate.store(), step).await,
            Some(_) | None => Ok(self.newest.files.clone()),
        }
    }

    async fn write_folder(&mut self, disk: Files, before: Files) -> Result<(), StoreError> {
        let (folder, after) = (self.folder.clone(), self.newest.files.clone());
        let work = move || folder::write(&folder, &disk, &before, &after);
        match tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Closed)? {
            Written::InStep if self.gate.store().find_folder_step().await? != Some(self.newest.number) => {
                self.gate.store().set_folder_step(self.newest.number).await?;
            }
            // What was edited meanwhile is seen at the next look.
            Written::InStep | Written::Edited => {}
            Written::Unwritable(failure) if !self.is_unwritable_told => {
                self.is_unwritable_told = true;
                warn!(%failure, folder = %self.folder.display(),
                    "The folder cannot be written; what is live is in the store alone (yingda export)");
            }
            Written::Unwritable(_) => {}
        }
        Ok(())
    }
}

pub(super) async fn read_folder(folder: &Path) -> Result<Files, PressError> {
    let folder = folder.to_owned();
    let read = tokio::task::spawn_blocking(move || Files::read(&folder)).await;
    read.map_err(|_| StoreError::Closed)?.map_err(|source| PressError::Folder { source })
}

fn explain_collision(collision: &Collision) -> Problem {
    Problem::error(COLLISION, "文件夹里改了这个文件，线上也改了它：两份不一样，还没有取用文件夹里的。")
        .remedy(
            "请在控制台「规则的问题」里点它旁边的「去改」：那里对照两份，改好再发布，或一下换成线上的。在终端：以文件夹为准就运行 yingda publish，以线上为准就运行 yingda export --force。",
        )
        .in_file(&collision.path)
}
