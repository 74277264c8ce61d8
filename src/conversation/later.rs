//! A message that was answered although the store did not take it in time is
//! stored later. Kept in memory: what waits here when the process ends is lost,
//! and the log says so. (The local journal of DESIGN.md D3 will close this gap.)

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tracing::{error, info};

use crate::store::{Committed, Record, Store, Uncommitted};

/// Messages that wait at most; at 2 KB each this stays below 16 MB.
const MAX_WAITING: usize = 8_192;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

#[derive(Clone, Debug)]
pub struct Later {
    store: Store,
    places: Arc<Semaphore>,
}

impl Later {
    pub fn new(store: Store) -> Self {
        Self { store, places: Arc::new(Semaphore::new(MAX_WAITING)) }
    }

    /// Waits for a commit that is under way, and tries again if it fails.
    pub fn finish(&self, commit: impl Future<Output = Result<Committed, Uncommitted>> + Send + 'static) {
        let later = self.clone();
        tokio::spawn(async move {
            if let Err(uncommitted) = commit.await {
                later.try_again(uncommitted).await;
            }
        });
    }

    async fn try_again(self, uncommitted: Uncommitted) {
        let Some(record) = uncommitted.record else { return };
        let Ok(_place) = Arc::clone(&self.places).try_acquire_owned() else {
            error!(message = %record.key, "Too many messages wait for the store; this one is lost");
            return;
        };
        let mut pause = FIRST_PAUSE;
        let mut record: Record = *record;
        loop {
            tokio::time::sleep(pause).await;
            match self.store.committer().commit(record).await {
                Ok(_) => return info!("A message was stored late"),
                Err(Uncommitted { record: Some(back), .. }) => record = *back,
                Err(Uncommitted { record: None, .. }) => return,
            }
            pause = (2 * pause).min(LONGEST_PAUSE);
        }
    }
}
