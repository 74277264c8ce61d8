//! What was to go live at its time.

use crate::publishing::{Gate, Refused};

use super::Failure;

/// One that is refused is told to its owner, and keeps no other back for longer
/// than to the next look.
pub async fn publish_due(gate: Gate) -> Result<(), Failure> {
    match gate.publish_due().await {
        Err(Refused::Store(failure)) => Err(failure.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}
