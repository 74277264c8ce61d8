//! All tests that need more than one module, in one binary: it links once.
//! A folder per area; `support` plays the outside world.

mod support;

mod answers;
mod architecture;
mod commands;
mod desk;
mod documents;
mod fuzzing;
mod publishing;
mod rulebook;
mod site;
mod store;
mod wire;
