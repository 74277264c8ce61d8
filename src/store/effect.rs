//! What a message changes beside itself and its conversation, in the same
//! transaction.

use super::message::Record;
use super::{Sealer, StoreError};

/// Called once the messages and conversations are written, before the commit.
#[expect(clippy::unused_async, reason = "what it will call waits for the database")]
pub(super) async fn apply<C>(link: &mut C, records: &[Record], sealer: &Sealer) -> Result<(), StoreError> {
    let _ = (link, records, sealer);
    Ok(())
}
