//! Notices that the store's file was deleted or replaced while we write to it.
//! In every process: each has its own file.

use std::time::Duration;

use tracing::{error, info};

use crate::store::{Store, StoreError};

/// A look at a file costs nothing, and every message until then is lost at the
/// next start.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// So many looks later it is said again: a minute.
const SAY_AGAIN_AFTER: u32 = 30;

pub async fn watch_store(store: Store) {
    let mut looks = 0;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        match store.check_alive().await {
            Err(failure @ StoreError::Vanished { .. }) => {
                if looks % SAY_AGAIN_AFTER == 0 {
                    error!(%failure, "The store's file is gone");
                }
                looks += 1;
            }
            Ok(()) if looks > 0 => {
                info!("The store's file is back");
                looks = 0;
            }
            Ok(()) | Err(_) => {}
        }
    }
}
