//! A rulebook as bytes: every file of a folder by its relative path. What a
//! version stores, and what `check` reads. Not here: what the bytes mean.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::decode::decode;

/// No rulebook file is anywhere near this big: 100 000 rules of a spreadsheet
/// are about 20 MB. A film dropped into the folder must not fill the memory.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// Folders inside folders, at most.
const MAX_DEPTH: usize = 8;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    contents: BTreeMap<Arc<str>, Arc<[u8]>>,
    /// Files that are there and could not be read, with the reason.
    unreadable: BTreeMap<Arc<str>, String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("规则文件夹 {} {}。", folder.display(), why(source))]
    Folder { folder: PathBuf, source: std::io::Error },
}

fn why(source: &std::io::Error) -> String {
    match source.kind() {
        std::io::ErrorKind::NotFound => "不在了".to_owned(),
        std::io::ErrorKind::PermissionDenied => "没有权限读".to_owned(),
        std::io::ErrorKind::NotADirectory => "不是文件夹".to_owned(),
        _ => format!("读不了（{source}）"),
    }
}

impl Files {
    /// Every file below `folder` that is not an editor's or a system's own.
    pub fn read(folder: &Path) -> Result<Self, ReadError> {
        let mut files = Self::default();
        files
            .read_folder(folder, "", 0)
            .map_err(|source| ReadError::Folder { folder: folder.to_owned(), source })?;
        Ok(files)
    }

    pub fn insert(&mut self, path: &str, bytes: impl Into<Arc<[u8]>>) {
        self.contents.insert(path.into(), bytes.into());
    }

    pub fn remove(&mut self, path: &str) {
        self.contents.remove(path);
    }

    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.contents.get(path).map(AsRef::as_ref)
    }

    /// The same bytes, without a copy.
    pub fn share(&self, path: &str) -> Option<Arc<[u8]>> {
        self.contents.get(path).map(Arc::clone)
    }

    /// What could not be read there cannot be read here.
    #[must_use]
    pub fn with_unreadable_of(mut self, other: &Self) -> Self {
        self.unreadable.clone_from(&other.unreadable);
        self
    }

    /// By path, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<[u8]>)> {
        self.contents.iter()
    }

    pub fn unreadable(&self) -> impl Iterator<Item = (&str, &str)> {
        self.unreadable.iter().map(|(path, reason)| (&**path, reason.as_str()))
    }

    /// Every file as text, whatever encoding it is in.
    pub fn texts(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        let text = |bytes| decode(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes));
        self.iter().map(move |(path, bytes)| (&**path, text(bytes)))
    }

    /// One file as text.
    pub fn text(&self, path: &str) -> Option<Cow<'_, str>> {
        let bytes = self.get(path)?;
        Some(decode(bytes).unwrap_or_else(|_| String::from_utf8_lossy(bytes)))
    }

    pub fn is_empty(&self) -> bool {
        self.contents.is_empty()
    }

    pub fn len(&self) -> usize {
        self.contents.len()
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str, depth: usize) -> std::io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_leftover(&name) {
                continue;
            }
            let path = format!("{prefix}{name}");
            let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
            // A file may be a link: mounted configurations are. A linked folder could
            // lead anywhere, back to itself too; a pipe would be waited for in vain.
            match fs::metadata(entry.path()) {
                Ok(meta) if meta.is_dir() && is_link => {
                    self.note_unreadable(path, "是指向文件夹的链接，请把文件夹本身放进来".to_owned());
                }
                Ok(meta) if meta.is_dir() => self.read_subfolder(&entry.path(), &path, depth),
                Ok(meta) if meta.is_file() => self.read_file(&entry.path(), path, meta.len()),
                Ok(_) => self.note_unreadable(path, "不是普通文件，请移走".to_owned()),
                Err(error) => self.note_unreadable(path, error.to_string()),
            }
        }
        Ok(())
    }

    fn read_subfolder(&mut self, folder: &Path, path: &str, depth: usize) {
        if depth == MAX_DEPTH {
            return self.note_unreadable(path.to_owned(), format!("文件夹套了 {MAX_DEPTH} 层以上"));
        }
        if let Err(error) = self.read_folder(folder, &format!("{path}/"), depth + 1) {
            self.note_unreadable(path.to_owned(), error.to_string());
        }
    }

    fn read_file(&mut self, file: &Path, path: String, size: u64) {
        if size > MAX_FILE_BYTES {
            let limit = MAX_FILE_BYTES >> 20;
            return self.note_unreadable(path, format!("文件有 {} MB，最多 {limit} MB", size >> 20));
        }
        match fs::read(file) {
            Ok(bytes) => self.insert(&path, bytes),
            // An editor may replace the file between listing and reading it.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => self.note_unreadable(path, error.to_string()),
        }
    }

    fn note_unreadable(&mut self, path: String, reason: String) {
        self.unreadable.insert(path.into(), reason);
    }
}

/// Editors, spreadsheets and file managers leave these beside what people
/// wrote; a copy that somebody made to be safe is not meant to answer either.
pub fn is_leftover(name: &str) -> bool {
    const ENDINGS: &[&str] = &["~", ".swp", ".swo", ".swx", ".tmp", ".bak", ".orig", ".part", ".crdownload"];
    const NAMES: &[&str] = &["Thumbs.db", "desktop.ini", "Icon\r"];
    let lower = name.to_ascii_lowercase();
    name.starts_with('.')
        || name.starts_with("~$")
        || name.starts_with('#') && name.ends_with('#')
        || NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
        || ENDINGS.iter().any(|ending| lower.ends_with(ending))
        || is_copy(&lower)
}

/// `price - 副本.md`, `price 副本 2.md`, `复件 price.md`, `price - copy.md`,
/// `price copy.md`. Not `copyright.md`.
fn is_copy(lower: &str) -> bool {
    let stem = lower.rsplit_once('.').map_or(lower, |(stem, _)| stem);
    let unnumbered = stem.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | '(' | ')'));
    unnumbered.ends_with("副本")
        || stem.starts_with("复件")
        || unnumbered.ends_with(" copy")
        || unnumbered.ends_with("- copy")
}
