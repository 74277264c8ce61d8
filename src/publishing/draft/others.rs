//! Who else is at a file: in a draft of theirs, or by publishing it since.

use jiff::Timestamp;

use super::{Draft, WriteError};
use crate::store::{Store, StoreError};

/// How far back it is looked who changed a file.
const LOOKED_BACK: i64 = 200;

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

impl Draft {
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

    pub(super) async fn clash(&self, store: &Store, path: &str) -> Result<WriteError, StoreError> {
        let theirs = self.bytes(path).map(<[u8]>::to_vec);
        let (by, at) = self.who_changed(store, path).await?;
        Ok(WriteError::Clash { theirs, by, at })
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
