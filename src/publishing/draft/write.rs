//! Changes to a draft. Nothing is overwritten that its writer has not seen.

use jiff::Timestamp;

use super::Draft;
use crate::rulebook::files::is_leftover;
use crate::store::{DraftFile, Store, StoreError, content_hash};

const MAX_PATH_BYTES: usize = 200;

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

/// What a file is to hold, and what its writer saw.
struct Wanted<'a> {
    path: &'a str,
    bytes: Option<Vec<u8>>,
    seen: Option<&'a str>,
    now: Timestamp,
}

impl Draft {
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
