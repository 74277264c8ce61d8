//! Whether a SQLite store is still the file that was opened. SQLite goes on
//! writing into a file that was deleted or replaced; nothing fails until the
//! next start, when everything is gone.

use std::io;
use std::path::{Path, PathBuf};

use super::StoreError;
use super::open::Location;

#[derive(Clone, Debug)]
pub struct Presence {
    path: PathBuf,
    identity: Identity,
}

/// None for PostgreSQL, and where the file cannot be looked at.
impl Presence {
    pub fn of(location: &Location) -> Option<Self> {
        match location {
            Location::Sqlite { path } => {
                Some(Self { path: path.clone(), identity: Identity::of(path).ok()? })
            }
            Location::Postgres { .. } => None,
        }
    }

    pub fn check(&self) -> Result<(), StoreError> {
        match Identity::of(&self.path) {
            Ok(identity) if identity == self.identity => Ok(()),
            Ok(_) | Err(_) => Err(StoreError::Vanished { path: self.path.clone() }),
        }
    }
}

/// Device and number of the file; its name may be given to another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity(u64, u64);

impl Identity {
    #[cfg(unix)]
    fn of(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let file = std::fs::metadata(path)?;
        Ok(Self(file.dev(), file.ino()))
    }

    #[cfg(not(unix))]
    fn of(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|_| Self(0, 0))
    }
}
