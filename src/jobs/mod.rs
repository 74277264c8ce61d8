//! Scheduled work that runs once however many processes there are. Not here:
//! what is done (store).

mod presence;

use std::time::Duration;

use tracing::{error, info};

use crate::model::Clock;
use crate::store::Store;

pub use presence::watch_store;

const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Often enough that nothing outlives its last day by much.
const LOOK_EVERY: Duration = Duration::from_secs(60 * 60);

/// Forgets what customers wrote once the configured days are over. Running it
/// in two processes does no harm: the second finds nothing left to do.
pub async fn forget_old_messages(store: Store, clock: Clock, keep_days: u32) {
    loop {
        let Some(before) = clock.now().checked_sub(A_DAY * keep_days).ok() else { return };
        match store.forget_bodies(before).await {
            Ok(0) => {}
            Ok(forgotten) => info!(forgotten, keep_days, "Forgot messages that were kept long enough"),
            Err(failure) => error!(%failure, "Could not forget old messages; trying again in an hour"),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
