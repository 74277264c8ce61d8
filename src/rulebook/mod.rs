//! Rule files become a checked, immutable `Rulebook`. As written (`file`), then
//! as meant (`rule`, `catalog`, `settings`); only `check` knows both. Not here:
//! which rule answers a message (answer), sending (platform), versions (publishing).

pub mod rule;

pub use rule::{Answer, Occasion, Place, Rule, Trigger, Validity};
