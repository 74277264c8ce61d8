//! Who leaves the line by themselves. Where staff answer in the console they said
//! that somebody will, so nobody leaves unseen; elsewhere the customer was given
//! contacts, and a line that only grows hides who came today.

use std::sync::Arc;

use jiff::Timestamp;
use tracing::info;

use crate::model::Human;

use super::Failure;
use super::work::Work;

pub async fn end_outlived(work: Arc<Work>, now: Timestamp) -> Result<(), Failure> {
    for account in work.settings.accounts.now().iter() {
        match account.human {
            Human::Contacts | Human::Wechat => {}
            Human::Yingda => continue,
        }
        let left = work.store.end_outlived(&account.id, now).await?;
        if left > 0 {
            info!(account = %account.id, left, "People who were given contacts left the line");
        }
    }
    Ok(())
}
