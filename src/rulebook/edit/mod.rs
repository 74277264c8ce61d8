//! Changes to rulebook files, bytes in and bytes out: whatever is not changed
//! keeps its bytes, its comments and its order. Not here: whether the result is
//! right (check), whose change it is and when it goes live (publishing).
//!
//! `saved` keeps encoding and line endings; `list` changes a list in TOML,
//! `document` the rest of it, `rows` a table row by row. The files that are
//! edited as a whole have a module each, and their values by key (`values`).
//! A rule is `written` key by key wherever it is kept: `rule` finds it in its
//! file, `header` and `body` change the one, `table` the other.

mod body;
mod document;
mod header;
mod list;
mod rows;
mod rule;
mod saved;
mod table;
#[cfg(test)]
mod tests;
mod values;
mod written;

pub mod article;
pub mod contacts;
pub mod courses;
pub mod form;
pub mod settings;

pub use body::ReplyText;
pub use rows::{Rows, cell_text};
pub use rule::{FileChange, Located, copy_row, free_id, read_rules, remove_rule, save_rule};
pub use saved::Saved;
pub use values::{Shape, Values};
pub use written::{WrittenRule, trigger_mode};

pub use super::trigger::Mode as TriggerMode;

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
    /// A table has no column for it, or its cells cannot hold it.
    #[error("a row of a table cannot hold {0}")]
    NotInTable(&'static str),
}
