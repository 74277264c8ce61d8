//! The JSON API as scripts use it, held against its own document.

mod document;
mod fuzz;
mod leads;
mod refusals;
mod validate;
