//! What we send unasked. `alerts` tells staff what has happened, from a queue
//! in the store; `wording` says it. Not here: replies to a message
//! (conversation), how a platform is spoken to (platform).

mod alerts;
mod wording;

pub use alerts::{Alerts, Round};
pub use wording::open_leads_due;
