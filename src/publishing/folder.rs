//! Brings the folder in step with what is live: file by file, each replaced in
//! one move, and nothing overwritten that somebody edited there. Not here: when
//! (press), what an edited folder means (edits).

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::rulebook::Files;

/// A name that `Files::read` passes over, should it ever be left behind.
const BESIDE: &str = ".yingda-";

/// How the folder stands once it was written.
#[derive(Debug)]
pub enum Written {
    /// It holds what is live.
    InStep,
    /// Files that somebody edited there stayed as they are.
    Edited,
    /// It cannot be written: the store alone knows what is live.
    Unwritable(io::Error),
}

/// Every file of the folder that still is as in `before` becomes as in `after`.
/// `disk` is what was read just now.
pub fn write(folder: &Path, disk: &Files, before: &Files, after: &Files) -> Written {
    let mut written = Written::InStep;
    let paths: BTreeSet<&str> = after.iter().chain(before.iter()).map(|(path, _)| &**path).collect();
    for path in paths {
        let wanted = after.get(path);
        if disk.get(path) == wanted {
            continue;
        }
        if disk.get(path) != before.get(path) {
            written = Written::Edited;
            continue;
        }
        match write_one(folder, path, before.get(path), wanted) {
            Ok(true) => {}
            Ok(false) => written = Written::Edited,
            Err(failure) => return Written::Unwritable(failure),
        }
    }
    // A file that is in neither was made by somebody.
    let is_foreign = |path: &str| after.get(path).is_none() && before.get(path).is_none();
    if disk.iter().any(|(path, _)| is_foreign(path)) || disk.unreadable().next().is_some() {
        return Written::Edited;
    }
    written
}

/// False when somebody was quicker.
fn write_one(folder: &Path, path: &str, before: Option<&[u8]>, wanted: Option<&[u8]>) -> io::Result<bool> {
    let file = resolve(&folder.join(path));
    if read(&file)?.as_deref() != before {
        return Ok(false);
    }
    match wanted {
        Some(bytes) => replace(&file, bytes)?,
        None => fs::remove_file(&file)?,
    }
    Ok(true)
}

fn read(file: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a linked file leads to is replaced, not the link.
fn resolve(file: &Path) -> PathBuf {
    fs::canonicalize(file).unwrap_or_else(|_| file.to_owned())
}

/// Readers see the old file or the new one, also when the power goes.
pub fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let beside = folder.join(format!("{BESIDE}{}", name.to_string_lossy()));
    let done = fill(&beside, bytes, file).and_then(|()| fs::rename(&beside, file));
    if done.is_err() {
        // Best effort: it is passed over when the folder is read.
        let _ = fs::remove_file(&beside);
    }
    done
}

fn fill(beside: &Path, bytes: &[u8], replaced: &Path) -> io::Result<()> {
    let mut file = fs::File::create(beside)?;
    file.write_all(bytes)?;
    if let Ok(meta) = fs::metadata(replaced) {
        file.set_permissions(meta.permissions())?;
    }
    file.sync_all()
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

    fn folder(held: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (path, text) in held {
            replace(&folder.path().join(path), text.as_bytes()).expect("writable");
        }
        folder
    }

    fn read_all(folder: &Path) -> Files {
        Files::read(folder).expect("readable")
    }

    #[test]
    fn what_nobody_edited_is_replaced_removed_and_made() {
        let before = [("rules/a.md", "1"), ("rules/b.md", "1"), ("c.toml", "1")];
        let after = files(&[("rules/a.md", "2"), ("c.toml", "1"), ("new/d.md", "1")]);
        let folder = folder(&before);

        let written = write(folder.path(), &read_all(folder.path()), &files(&before), &after);

        assert!(matches!(written, Written::InStep), "{written:?}");
        assert_eq!(read_all(folder.path()), after);
    }

    #[test]
    fn what_somebody_edited_stays() {
        let before = [("a.md", "1"), ("b.md", "1")];
        let folder = folder(&[("a.md", "edited"), ("b.md", "1")]);

        let written = write(
            folder.path(),
            &read_all(folder.path()),
            &files(&before),
            &files(&[("a.md", "2"), ("b.md", "2")]),
        );

        assert!(matches!(written, Written::Edited), "{written:?}");
        assert_eq!(read_all(folder.path()), files(&[("a.md", "edited"), ("b.md", "2")]));
    }

    #[test]
    fn what_somebody_edited_since_the_folder_was_read_stays() {
        let before = files(&[("a.md", "1")]);
        let folder = folder(&[("a.md", "just now")]);

        let written = write(folder.path(), &before, &before, &files(&[("a.md", "2")]));

        assert!(matches!(written, Written::Edited), "{written:?}");
        assert_eq!(read_all(folder.path()), files(&[("a.md", "just now")]));
    }

    #[test]
    fn a_half_written_folder_is_finished() {
        let (before, after) =
            (files(&[("a.md", "1"), ("b.md", "1")]), files(&[("a.md", "2"), ("b.md", "2")]));
        let folder = folder(&[("a.md", "2"), ("b.md", "1"), (".yingda-b.md", "half")]);

        let written = write(folder.path(), &read_all(folder.path()), &before, &after);

        assert!(matches!(written, Written::InStep), "{written:?}");
        assert_eq!(read_all(folder.path()), after);
    }

    #[cfg(unix)]
    #[test]
    fn a_linked_file_stays_a_link_and_a_file_keeps_its_rights() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = folder(&[("real.md", "1")]);
        let (real, link) = (folder.path().join("real.md"), folder.path().join("link.md"));
        std::os::unix::fs::symlink(&real, &link).expect("a link");
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("settable");

        let done = write_one(folder.path(), "link.md", Some(b"1"), Some(b"2"));

        assert!(matches!(done, Ok(true)), "{done:?}");
        assert!(fs::symlink_metadata(&link).expect("there").file_type().is_symlink());
        assert_eq!(fs::read(&real).expect("readable"), b"2");
        assert_eq!(fs::metadata(&real).expect("there").permissions().mode() & 0o777, 0o640);
    }
}
