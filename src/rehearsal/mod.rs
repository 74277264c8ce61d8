//! Transcripts over the real `decide`, with a movable clock: what a
//! conversation would be, without sending anything. Not here: the engine
//! itself (conversation, answer).

mod play;
mod stage;
mod transcript;

pub use play::{Score, play_all, text_of};
pub use stage::Rehearsal;

/// What a rehearsal hands back, and the rule that counts for it.
pub use crate::conversation::decide::Decided;
pub(crate) use crate::conversation::rule_of;
