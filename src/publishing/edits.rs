//! Changes to files, and how they come onto a version that others have changed
//! meanwhile: file by file, and refused where both changed the same file. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::rulebook::Files;
use crate::store::content_hash;

/// By path.
pub type Edits = BTreeMap<String, Edit>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// None: the file is removed.
    pub bytes: Option<Arc<[u8]>>,
    /// The hash of what it was changed from; None: there was no such file.
    pub origin: Option<String>,
}

/// A file that two have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collision {
    pub path: String,
    /// What is live; None: it was removed.
    pub theirs: Option<Arc<[u8]>>,
    pub mine: Option<Arc<[u8]>>,
}

/// What makes `to` out of `from`.
pub fn between(from: &Files, to: &Files) -> Edits {
    let origin = |path: &str| from.get(path).map(content_hash);
    let written = to.iter().filter(|(path, bytes)| from.get(path) != Some(&***bytes)).map(|(path, bytes)| {
        (path.to_string(), Edit { bytes: Some(Arc::clone(bytes)), origin: origin(path) })
    });
    let removed = from
        .iter()
        .filter(|(path, _)| to.get(path).is_none())
        .map(|(path, _)| (path.to_string(), Edit { bytes: None, origin: origin(path) }));
    written.chain(removed).collect()
}

/// The newest version with the edits on top.
pub fn merge(newest: &Files, edits: &Edits) -> Result<Files, Vec<Collision>> {
    let mut merged = newest.clone();
    let mut collisions = Vec::new();
    for (path, edit) in edits {
        let live = newest.share(path);
        if live == edit.bytes {
            continue;
        }
        if live.as_deref().map(content_hash) != edit.origin {
            collisions.push(Collision { path: path.clone(), theirs: live, mine: edit.bytes.clone() });
            continue;
        }
        match &edit.bytes {
            Some(bytes) => merged.insert(path, Arc::clone(bytes)),
            None => merged.remove(path),
        }
    }
    if collisions.is_empty() { Ok(merged) } else { Err(collisions) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(held: &[(&str, &str)]) -> Files {
        let mut files = Files::default();
        for (path, text) in held {
            files.insert(path, text.as_bytes());
        }
        files
    }

    #[test]
    fn what_lies_between_makes_one_out_of_the_other() {
        let from = files(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let to = files(&[("a", "1"), ("b", "2"), ("d", "1")]);

        let edits = between(&from, &to);

        assert_eq!(edits.keys().collect::<Vec<_>>(), ["b", "c", "d"]);
        assert_eq!(merge(&from, &edits), Ok(to));
    }

    #[test]
    fn changes_meet_only_in_the_same_file() {
        let base = files(&[("a", "1"), ("b", "1"), ("c", "1")]);
        // Who changed what against the base: live, mine, and what comes of it.
        type Held<'a> = &'a [(&'a str, &'a str)];
        type Case<'a> = (&'a str, Held<'a>, Held<'a>, Result<Held<'a>, &'a [&'a str]>);
        let cases: &[Case] = &[
            (
                "different files",
                &[("a", "2"), ("b", "1"), ("c", "1")],
                &[("a", "1"), ("b", "2"), ("c", "1")],
                Ok(&[("a", "2"), ("b", "2"), ("c", "1")]),
            ),
            (
                "the same change",
                &[("a", "2"), ("b", "1")],
                &[("a", "2"), ("b", "1")],
                Ok(&[("a", "2"), ("b", "1")]),
            ),
            (
                "two changes",
                &[("a", "2"), ("b", "1"), ("c", "1")],
                &[("a", "3"), ("b", "1"), ("c", "1")],
                Err(&["a"]),
            ),
            (
                "removed and changed",
                &[("b", "1"), ("c", "1")],
                &[("a", "3"), ("b", "1"), ("c", "1")],
                Err(&["a"]),
            ),
            (
                "changed and removed",
                &[("a", "2"), ("b", "1"), ("c", "1")],
                &[("b", "1"), ("c", "1")],
                Err(&["a"]),
            ),
            (
                "two new files of one name",
                &[("a", "1"), ("b", "1"), ("c", "1"), ("d", "1")],
                &[("a", "1"), ("b", "1"), ("c", "1"), ("d", "2")],
                Err(&["d"]),
            ),
        ];
        for (case, live, mine, expected) in cases {
            let merged = merge(&files(live), &between(&base, &files(mine)));
            let merged =
                merged.map_err(|collisions| collisions.into_iter().map(|one| one.path).collect::<Vec<_>>());
            let expected =
                expected.map(files).map_err(|paths| paths.iter().map(ToString::to_string).collect());
            assert_eq!(merged, expected, "{case}");
        }
    }
}
