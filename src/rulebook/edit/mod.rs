//! Changes to rulebook files, bytes in and bytes out: whatever is not changed
//! keeps its bytes, its comments and its order. Not here: whether the result is
//! right (check), whose change it is and when it goes live (publishing).
//!
//! `saved` keeps encoding and line endings; `list` changes a list in TOML,
//! `document` the rest of it, `rows` a table row by row. The files that are
//! edited as a whole have a module each, and their values by key (`values`).

mod document;
mod list;
mod rows;
mod saved;
#[cfg(test)]
mod tests;
mod values;

pub mod article;
pub mod contacts;
pub mod courses;
pub mod form;
pub mod settings;

pub use rows::{Rows, cell_text};
pub use saved::Saved;
pub use values::{Shape, Values};

use super::decode::DecodeError;

/// Why a file cannot be changed by a form.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    #[error(transparent)]
    NotText(#[from] DecodeError),
    /// Its header cannot be read, or written back so that it says what was asked.
    #[error("the file is written in a way that a form cannot change")]
    ByHandOnly,
    #[error("it is not in the file")]
    Gone,
}
