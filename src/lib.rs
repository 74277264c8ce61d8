//! yingda answers the messages that people send to a WeChat account, from a
//! rulebook that its staff can edit.
//!
//! The modules in reading order, from the words to the wiring. Who may import
//! whom is a table in ARCHITECTURE.md; `tests/architecture.rs` enforces it.

pub mod accounts; // who is served: configured, or made in the console
pub mod answer; // text + rulebook -> which rule. Pure
pub mod api; // the JSON API for scripts
pub mod app; // the only wiring
pub mod cli; // one file per command
pub mod config; // yingda.toml and the environment -> checked settings
pub mod console; // the staff's pages
pub mod conversation; // one message in, one outcome out
pub mod jobs; // scheduled work that runs once
pub mod model; // nouns: message, reply, conversation, clock. No IO
pub mod outbound; // what we send unasked
pub mod platform; // one folder per channel: knows the wire, knows no rule
pub mod publishing; // the one gate: folder -> check -> version -> live everywhere
pub mod rehearsal; // transcripts over the real decide, with a movable clock
pub mod rulebook; // rule files -> checked, immutable Rulebook
pub mod site; // what anyone may open: article pages, privacy, health
pub mod spreadsheet; // rows become an .xlsx
pub mod store; // the only module with SQL
pub mod telemetry; // logging, metrics
pub mod text; // pure text: normalisation, pinyin, bigrams
pub mod webhook; // open, respond, seal; notes each refusal and its remedy
