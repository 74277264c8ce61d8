//! Keeps the table in step with what other processes change, and lets secrets
//! run out.

use std::time::Duration;

use tracing::{info, warn};

use crate::store::StoreError;

use super::Accounts;

/// A change made elsewhere is served here within a second.
const LOOK_EVERY: Duration = Duration::from_millis(500);

impl Accounts {
    /// Goes on until it is dropped. While the store cannot be asked, what was
    /// served goes on being served.
    pub async fn follow(self) {
        let mut was_failing = false;
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            match self.catch_up().await {
                Ok(()) => was_failing = false,
                Err(failure) if !was_failing => {
                    warn!(%failure, "Could not look for changed accounts; serving those known");
                    was_failing = true;
                }
                Err(_) => {}
            }
        }
    }

    /// Reads the accounts again if one changed or a previous secret ran out.
    pub async fn catch_up(&self) -> Result<(), StoreError> {
        let revisions = self.0.store.account_revisions().await?;
        let table = self.0.table.load();
        let is_over = table.next_end.is_some_and(|end| end <= self.0.clock.now());
        if revisions == table.revisions && !is_over {
            return Ok(());
        }
        self.refresh().await?;
        info!(accounts = self.0.table.load().by_id.len(), "The accounts changed");
        Ok(())
    }
}
