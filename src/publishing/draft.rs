//! One person's edits that are not live: the newest version's files with their
//! changes on top. Nothing is overwritten that the writer has not seen. Not
//! here: what must hold before they go live (gate).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::StaffId;
use crate::rulebook::Files;
use crate::rulebook::files::is_leftover;
use crate::store::{DraftFile, Store, StoreError, content_hash};

use super::edits::{Edit, Edits};
use super::gate::load_newest;

/// How far back it is looked who changed a file.
const LOOKED_BACK: i64 = 200;
const MAX_PATH_BYTES: usize = 200;

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

#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Somebody changed it meanwhile; nothing was overwritten. To overwrite
    /// it all the same, write again with the hash of `theirs` as seen.
    #[error("这个文件刚被改过。")]
    Clash {
        /// What it holds now; None: it was removed.
        theirs: Option<Vec<u8>>,
        /// The owner themselves when it happened in another window of theirs;
        /// None: whoever edits the folder.
        by: Option<String>,
        at: Timestamp,
    },
    #[error("「{0}」不能作文件名。请用不带空格、点开头和「..」的相对路径，例如 rules/price.md。")]
    Path(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who else touched a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherEdit {
    /// None: a script, or whoever edits the folder.
    pub by: Option<String>,
    pub at: Timestamp,
    pub how: HowEdited,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HowEdited {
    /// It is in their draft.
    Drafted,
    /// It went live, and the owner of this draft changed what was there before.
    Published { version: i64 },
}

/// What a file is to hold, and what its writer saw.
struct Wanted<'a> {
    path: &'a str,
    bytes: Option<Vec<u8>>,
    seen: Option<&'a str>,
    now: Timestamp,
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

    /// Writes a file. `seen` is the hash of what the form was made from; None:
    /// a new file.
    #[expect(clippy::too_many_arguments, reason = "five values that belong to no one thing")]
    pub async fn write(
        &mut self,
        store: &Store,
        path: &str,
        bytes: Vec<u8>,
        seen: Option<&str>,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        if !is_good_path(path) {
            return Err(WriteError::Path(path.to_owned()));
        }
        let wanted = Wanted { path, bytes: Some(bytes), seen, now };
        self.put(store, wanted).await
    }

    pub async fn remove(
        &mut self,
        store: &Store,
        path: &str,
        seen: Option<&str>,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        self.put(store, Wanted { path, bytes: None, seen, now }).await
    }

    /// One file back to what is live.
    pub async fn undo(&mut self, store: &Store, path: &str) -> Result<(), StoreError> {
        if let Some(row) = self.rows.get(path) {
            store.drop_draft_file(&self.owner, path, row.hash().as_deref()).await?;
        }
        *self = Self::open(store, &self.owner).await?;
        Ok(())
    }

    pub async fn discard(self, store: &Store) -> Result<(), StoreError> {
        store.discard_draft(&self.owner).await
    }

    /// The owner has looked at what was published meanwhile, `theirs` by its hash,
    /// and wants their own file all the same. False, and nothing changed, when
    /// something else is live by now: nobody has seen that.
    pub async fn keep_mine(
        &mut self,
        store: &Store,
        path: &str,
        theirs: Option<&str>,
    ) -> Result<bool, StoreError> {
        let live = self.live.get(path).map(content_hash);
        if live.as_deref() != theirs {
            return Ok(false);
        }
        if let Some(row) = self.rows.get(path) {
            let seen = row.hash();
            let row = DraftFile { origin: live, ..row.clone() };
            store.replace_draft_file(&self.owner, &row, seen.as_deref()).await?;
        }
        *self = Self::open(store, &self.owner).await?;
        Ok(true)
    }

    /// Who else has this file in their draft, or published it since it was
    /// changed here. The latest first.
    pub async fn others_at(&self, store: &Store, path: &str) -> Result<Vec<OtherEdit>, StoreError> {
        let drafts = store.list_others_drafts(&self.owner, path).await?;
        let mut edits: Vec<OtherEdit> = drafts
            .into_iter()
            .map(|draft| OtherEdit { by: draft.name, at: draft.changed_at, how: HowEdited::Drafted })
            .collect();
        if self.clashes().any(|clash| clash == path) {
            edits.extend(find_publisher(store, path).await?);
        }
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.at));
        Ok(edits)
    }

    async fn put(&mut self, store: &Store, wanted: Wanted<'_>) -> Result<(), WriteError> {
        let Wanted { path, bytes, seen, now } = wanted;
        let held = self.hash_of(path);
        if held.as_deref() != seen {
            return Err(self.clash(store, path).await?);
        }
        let live = self.live.get(path).map(content_hash);
        let is_live_already = bytes.as_deref() == self.live.get(path);
        let row = |origin| DraftFile { path: path.to_owned(), bytes, origin, changed_at: now };
        let done = match self.rows.get(path) {
            Some(_) if is_live_already => store.drop_draft_file(&self.owner, path, held.as_deref()).await?,
            Some(known) => {
                let row = row(known.origin.clone());
                store.replace_draft_file(&self.owner, &row, held.as_deref()).await?
            }
            None if is_live_already => true,
            None => store.add_draft_file(&self.owner, &row(live)).await?,
        };
        // What is in the store is what counts, whoever wrote it.
        let owner = self.owner.clone();
        *self = Self::open(store, &owner).await?;
        if done { Ok(()) } else { Err(self.clash(store, path).await?) }
    }

    /// Who made this file what it is here, and when: the owner where it is in the
    /// draft; None: whoever edits the folder.
    pub async fn who_changed(
        &self,
        store: &Store,
        path: &str,
    ) -> Result<(Option<String>, Timestamp), StoreError> {
        match self.rows.get(path) {
            Some(row) => {
                let owner = store.find_staff(&self.owner).await?;
                Ok((owner.map(|owner| owner.name.to_string()), row.changed_at))
            }
            None => {
                let publisher = find_publisher(store, path).await?;
                Ok(publisher.map_or((None, Timestamp::UNIX_EPOCH), |edit| (edit.by, edit.at)))
            }
        }
    }

    async fn clash(&self, store: &Store, path: &str) -> Result<WriteError, StoreError> {
        let theirs = self.bytes(path).map(<[u8]>::to_vec);
        let (by, at) = self.who_changed(store, path).await?;
        Ok(WriteError::Clash { theirs, by, at })
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

/// Who made this file what it is in the newest version.
async fn find_publisher(store: &Store, path: &str) -> Result<Option<OtherEdit>, StoreError> {
    let held = store.list_held(path, LOOKED_BACK).await?;
    let newest = held.first().map(|held| held.hash.clone());
    let since = held.into_iter().take_while(|held| newest.as_ref() == Some(&held.hash)).last();
    Ok(since.map(|held| OtherEdit {
        by: held.who,
        at: held.at,
        how: HowEdited::Published { version: held.version },
    }))
}

/// A file inside the folder that the folder's own reader would see.
fn is_good_path(path: &str) -> bool {
    let is_good_part = |part: &str| !part.is_empty() && !is_leftover(part) && part.trim() == part;
    path.len() <= MAX_PATH_BYTES
        && !path
            .chars()
            .any(|c| c.is_control() || matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'))
        && path.split('/').all(is_good_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_inside_the_folder_can_be_written() {
        let cases = [
            ("rules/price.md", true),
            ("rules/费用.md", true),
            ("settings.toml", true),
            ("../etc/passwd", false),
            ("/etc/passwd", false),
            ("rules/../../a.md", false),
            ("rules//a.md", false),
            ("rules/.hidden", false),
            ("rules/a.tmp", false),
            ("rules\\a.md", false),
            ("c:/a.md", false),
            ("rules/a\n.md", false),
            ("", false),
        ];
        for (path, expected) in cases {
            assert_eq!(is_good_path(path), expected, "{path:?}");
        }
        assert!(!is_good_path(&"a".repeat(MAX_PATH_BYTES + 1)));
    }
}
