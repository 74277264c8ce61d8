//! Transcripts over the real `decide`, with a movable clock: what a
//! conversation would be, without sending anything. Not here: the engine
//! itself (conversation, answer).

mod play;
mod stage;
mod transcript;

pub use play::{Score, play_all, text_of};
pub use stage::Rehearsal;
