//! Courses, contacts, articles, forms and settings: what many replies share. Each
//! has a list and a form; what a form saves is in its member's draft. `thing` is
//! what the forms have in common, `editing` their way from the page to the
//! draft, `clash` two texts of one thing, `entry` one field. `text` is any file
//! of the rulebook as it is written, `excerpt` the lines of it that are wrong, `days` how people write them. Not here: rules (rules), publishing (publish).

pub(super) mod articles;
mod clash;
pub(super) mod contacts;
pub(super) mod courses;
mod days;
mod editing;
mod entry;
mod excerpt;
pub(super) mod forms;
mod hours;
mod list;
pub(super) mod settings;
mod shelf;
pub(super) mod text;
mod thing;
pub(super) mod todo;

pub(super) use shelf::Shelf;
