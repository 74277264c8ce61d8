//! A whole store in one file, and back. A backup is a SQLite database whatever
//! the store is, so that it can be restored into either; it carries a manifest,
//! and what it says is checked after writing and before restoring. The key of
//! sealed fields is never in it. Not here: what operators are told (cli).
//!
//! `write` makes one, `check` reads it again, `restore` brings it back,
//! `moving` copies a SQLite store into PostgreSQL, `claim` keeps services out
//! meanwhile.

mod check;
mod claim;
mod error;
mod file;
mod manifest;
mod moving;
mod restore;
mod write;

pub use check::check_backup;
pub use error::BackupError;
pub use manifest::Manifest;
pub use moving::move_to_postgres;
pub use restore::{KeyFit, Restored, restore};
pub use write::{Backup, back_up};
