//! All tests that need more than one module, in one binary: it links once.
//! A folder per area; `support` plays the outside world.

#![expect(
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test that panics says why; what it measures or leaves out it prints"
)]

mod support;

mod answers;
mod api;
mod architecture;
mod commands;
mod console;
mod desk;
mod documents;
mod forms;
mod fuzzing;
mod publishing;
mod rulebook;
mod site;
mod store;
mod wire;
