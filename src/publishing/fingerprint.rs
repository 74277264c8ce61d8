//! Whether anything in a folder changed, without reading it: names, sizes and
//! times of all its files. Asked several times a second instead of waiting for
//! events, because bind mounts and network drives send none.

use std::hash::{Hash as _, Hasher as _};
use std::path::Path;
use std::time::UNIX_EPOCH;

use rustc_hash::FxHasher;

/// Folders inside folders, at most: as deep as `rulebook::Files` reads.
const MAX_DEPTH: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// A folder that cannot be read has a fingerprint too.
    pub fn of(folder: &Path) -> Self {
        let mut entries = Vec::new();
        collect(folder, 0, &mut entries);
        entries.sort_unstable();
        let mut hasher = FxHasher::default();
        entries.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// Name, size, and time of change in nanoseconds.
type Entry = (String, u64, u128);

fn collect(folder: &Path, depth: usize, entries: &mut Vec<Entry>) {
    let Ok(listing) = std::fs::read_dir(folder) else { return };
    for entry in listing.flatten() {
        let Ok(meta) = std::fs::metadata(entry.path()) else { continue };
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if meta.is_dir() && !is_link && depth < MAX_DEPTH {
            collect(&entry.path(), depth + 1, entries);
        }
        let changed = meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        entries.push((
            entry.path().to_string_lossy().into_owned(),
            meta.len(),
            changed.map_or(0, |time| time.as_nanos()),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_changes_with_every_kind_of_change() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("rules/price.md");
        std::fs::create_dir_all(folder.path().join("rules")).expect("a subfolder");
        let mut seen = vec![Fingerprint::of(folder.path())];
        let mut changed = |what: &str| {
            let now = Fingerprint::of(folder.path());
            assert!(!seen.contains(&now), "{what}");
            seen.push(now);
        };

        std::fs::write(&file, "a").expect("writable");
        changed("a new file");
        std::fs::write(&file, "ab").expect("writable");
        changed("another size");
        std::fs::write(folder.path().join("new"), "abc").expect("writable");
        std::fs::rename(folder.path().join("new"), &file).expect("replace, as editors do");
        changed("replaced by an editor");
        std::fs::remove_file(&file).expect("removable");
        std::fs::remove_dir(folder.path().join("rules")).expect("removable");
        std::fs::create_dir(folder.path().join("other")).expect("a folder");
        changed("another folder");
    }

    #[test]
    fn a_missing_folder_is_no_panic() {
        assert_eq!(
            Fingerprint::of(Path::new("/nowhere/at/all")),
            Fingerprint::of(Path::new("/nowhere/else"))
        );
    }
}
