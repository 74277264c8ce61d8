//! Files that hold a store: for their owner alone, complete before they get
//! their name, on the disk when they have it.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};

use super::BackupError;
use crate::store::connect::explain_sqlite;

/// `yingda.db` and `.partial` are `yingda.db.partial`.
pub fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// An empty file that nobody else can read; one that an earlier run left
/// unfinished is thrown away.
pub fn create_private(path: &Path) -> Result<File, BackupError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(BackupError::at(path)(error)),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(BackupError::at(path))
}

/// Gives a finished file its name.
pub fn give_name(finished: &Path, name: &Path) -> Result<(), BackupError> {
    sync(finished)?;
    fs::rename(finished, name).map_err(BackupError::at(name))?;
    match name.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        Some(folder) => sync(folder),
        None => sync(Path::new(".")),
    }
}

fn sync(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(BackupError::at(path))
}

/// A connection to a file that exists and that nobody else uses.
pub async fn connect(path: &Path) -> Result<SqliteConnection, BackupError> {
    let options = SqliteConnectOptions::new().filename(path).disable_statement_logging();
    options.connect().await.map_err(|error| BackupError::Store(explain_sqlite(path, error)))
}
