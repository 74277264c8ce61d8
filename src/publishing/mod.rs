//! The one gate to being live: a folder is read, examined as a whole (check,
//! sample questions, transcripts) and, when nothing is wrong, becomes the next
//! version. While anything is wrong the version before stays live. `draft` holds
//! what somebody is still working on. Not here: what is wrong with a single file
//! (rulebook).

mod agreement;
mod draft;
mod earlier;
mod edits;
mod examine;
mod findings;
mod fingerprint;
mod folder;
mod gate;
mod ground;
mod press;
mod proposals;
mod refused;
mod replay;
mod request;
mod shipped;

pub use draft::{Change, Draft, HowEdited, OtherEdit, WriteError};
pub use earlier::load_edition;
pub use edits::{Collision, Edit, Edits, between, merge};
pub use examine::{Examination, examine};
pub use findings::{Findings, count_failed_tests, warning_key};
pub use folder::{Written, write as write_folder};
pub use gate::{Gate, Published, TakenOver, load_files};
pub use ground::Ground;
pub use press::{COLLISION, Press, PressError, Status};
pub use proposals::Terms;
pub use refused::Refused;
pub use replay::{Answered, ChangedReply, Effect, Replay, Setting, replay};
pub use request::{Accepted, Request};
pub use shipped::write_shipped_rulebook;
