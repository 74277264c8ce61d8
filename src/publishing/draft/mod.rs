//! One person's edits that are not live: the newest version's files with their
//! changes on top. `write` changes it, `others` tells who else is at a file. Not
//! here: what must hold before it goes live (gate).

mod others;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::StaffId;
use crate::rulebook::Files;
use crate::store::{DraftFile, Store, StoreError, content_hash};

pub use self::others::{HowEdited, OtherEdit};
pub use self::write::WriteError;
use super::edits::{Edit, Edits};
use super::gate::load_newest;

#[derive(Clone, Debug)]
pub struct Draft {
    owner: StaffId,
    base: i64,
    /// The newest version alone.
    live: Files,
    /// With the changes.
    files: Files,
    changes: BTreeMap<String, Change>,
    rows: BTreeMap<String, DraftFile>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Written(Vec<u8>),
    Removed,
}

impl Draft {
    /// With no changes yet: the newest version as it is.
    pub async fn open(store: &Store, owner: &StaffId) -> Result<Self, StoreError> {
        let (base, live) = load_newest(store).await?;
        let mut draft = Self {
            owner: owner.clone(),
            base,
            files: live.clone(),
            live,
            changes: BTreeMap::new(),
            rows: BTreeMap::new(),
        };
        for row in store.load_draft(owner).await? {
            draft.take(row);
        }
        Ok(draft)
    }

    pub fn owner(&self) -> &StaffId {
        &self.owner
    }

    /// The version that the changes are shown upon, the newest. A changed file
    /// that this version holds otherwise than when it was changed is in `clashes`.
    pub fn base(&self) -> i64 {
        self.base
    }

    /// Base and changes, ready for `examine`.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Base and the changes of these files alone; None: all of them.
    pub fn files_with(&self, only: Option<&BTreeSet<String>>) -> Files {
        let mut files = self.live.clone();
        let wanted = self.changes.keys().filter(|path| only.is_none_or(|only| only.contains(*path)));
        for path in wanted {
            match self.files.share(path) {
                Some(bytes) => files.insert(path, bytes),
                None => files.remove(path),
            }
        }
        files
    }

    /// The base alone.
    pub fn live(&self) -> &Files {
        &self.live
    }

    pub fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path)
    }

    pub fn changes(&self) -> &BTreeMap<String, Change> {
        &self.changes
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// When this file was changed last in the draft.
    pub fn changed_at(&self, path: &str) -> Option<Timestamp> {
        self.rows.get(path).map(|row| row.changed_at)
    }

    /// What a form made from this file has seen.
    pub fn hash_of(&self, path: &str) -> Option<String> {
        self.files.get(path).map(content_hash)
    }

    /// What was live when this file was changed first in the draft, by its hash.
    pub fn origin_of(&self, path: &str) -> Option<&str> {
        self.rows.get(path)?.origin.as_deref()
    }

    /// Files that were published by somebody else since they were changed here.
    pub fn clashes(&self) -> impl Iterator<Item = &str> {
        let clashes = |row: &&DraftFile| row.origin != self.live.get(&row.path).map(content_hash);
        self.rows.values().filter(clashes).map(|row| row.path.as_str())
    }

    /// What is to be published: all changes, or those of these files.
    pub fn edits(&self, only: Option<&BTreeSet<String>>) -> Edits {
        let wanted = |row: &&DraftFile| only.is_none_or(|only| only.contains(&row.path));
        let edit = |row: &DraftFile| Edit { bytes: self.files.share(&row.path), origin: row.origin.clone() };
        self.rows.values().filter(wanted).map(|row| (row.path.clone(), edit(row))).collect()
    }

    /// Of these edits, as they are kept.
    pub(super) fn rows(&self, edits: &Edits) -> Vec<DraftFile> {
        self.rows.values().filter(|row| edits.contains_key(&row.path)).cloned().collect()
    }

    fn take(&mut self, row: DraftFile) {
        let change = match &row.bytes {
            Some(bytes) => {
                self.files.insert(&row.path, bytes.clone());
                Change::Written(bytes.clone())
            }
            None => {
                self.files.remove(&row.path);
                Change::Removed
            }
        };
        self.changes.insert(row.path.clone(), change);
        self.rows.insert(row.path.clone(), row);
    }
}
