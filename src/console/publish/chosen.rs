//! Which changes of a draft are published: all of them, or those of some files.
//! The rest stays in the draft.

use std::collections::BTreeSet;

use super::HERE;
use crate::console::visit::in_address;
use crate::publishing::{Draft, Edits};
use crate::rulebook::Files;

/// None: all of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen(Option<BTreeSet<String>>);

impl Chosen {
    pub fn of(paths: &[String]) -> Self {
        Self((!paths.is_empty()).then(|| paths.iter().cloned().collect()))
    }

    /// What is no change of this draft any more is left out.
    pub fn within(self, draft: &Draft) -> Self {
        let Self(Some(mut paths)) = self else { return self };
        paths.retain(|path| draft.changes().contains_key(path));
        let is_all = paths.is_empty() || paths.len() == draft.changes().len();
        Self((!is_all).then_some(paths))
    }

    pub fn holds(&self, path: &str) -> bool {
        self.0.as_ref().is_none_or(|paths| paths.contains(path))
    }

    /// Those of single files; none where all are published.
    pub fn paths(&self) -> Vec<String> {
        self.0.iter().flatten().cloned().collect()
    }

    pub fn edits(&self, draft: &Draft) -> Edits {
        draft.edits(self.0.as_ref())
    }

    /// What would be live.
    pub fn files(&self, draft: &Draft) -> Files {
        draft.files_with(self.0.as_ref())
    }

    /// The page about these changes, with what else is asked of it.
    pub fn address(&self, asked: Option<&str>) -> String {
        let paths = self.0.iter().flatten().map(|path| format!("path={}", in_address(path)));
        let pairs: Vec<String> = paths.chain(asked.map(str::to_owned)).collect();
        format!("{HERE}?{}", pairs.join("&"))
    }
}
