//! Where settings are read from. A value, so that tests need neither files nor
//! a real environment.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// What is read when neither `--config` nor `YINGDA_CONFIG` names a file.
pub const USUAL_FILE: &str = "yingda.toml";
const CHOOSING_VARIABLE: &str = "YINGDA_CONFIG";

#[derive(Clone, Copy, Debug)]
pub struct Sources<'a> {
    /// `--config`.
    pub chosen: Option<&'a Path>,
    pub environment: &'a BTreeMap<String, String>,
    pub files: &'a dyn ReadFiles,
}

pub trait ReadFiles: fmt::Debug {
    fn read(&self, path: &Path) -> io::Result<FileContent>;
}

#[derive(Clone, Debug)]
pub struct FileContent {
    pub text: String,
    /// Every user of the machine may read it.
    pub open_to_all: bool,
}

/// The real files.
#[derive(Clone, Copy, Debug)]
pub struct Disk;

impl Sources<'_> {
    /// The file that somebody asked for by name; it must exist.
    pub fn named_file(&self) -> Option<PathBuf> {
        let variable = || self.environment.get(CHOOSING_VARIABLE).filter(|path| !path.is_empty());
        self.chosen.map(Path::to_path_buf).or_else(|| variable().map(PathBuf::from))
    }
}

impl ReadFiles for Disk {
    fn read(&self, path: &Path) -> io::Result<FileContent> {
        let bytes = std::fs::read(path)?;
        let text = String::from_utf8(bytes)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "文件不是 UTF-8 编码"))?;
        Ok(FileContent { text, open_to_all: is_open_to_all(path) })
    }
}

#[cfg(unix)]
fn is_open_to_all(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    /// Read permission of "others". A group may share a file on purpose: a
    /// service is often given its settings as root:yingda 0640.
    const OTHERS_READ: u32 = 0o004;
    std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & OTHERS_READ != 0)
}

#[cfg(not(unix))]
fn is_open_to_all(_path: &Path) -> bool {
    false
}
