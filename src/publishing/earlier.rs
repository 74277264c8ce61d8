//! A version that was live once, compiled again: to say why something was
//! answered as it was. Not here: bringing one back.

use std::sync::Arc;

use jiff::civil::Date;

use crate::answer::Edition;
use crate::rulebook::{Files, Surroundings, check};
use crate::store::{Store, StoreError};

/// As it was on that day; None when it is gone or cannot be read any more.
pub async fn load_edition(
    store: &Store,
    version: i64,
    day: Date,
) -> Result<Option<Arc<Edition>>, StoreError> {
    let mut files = Files::default();
    for (path, bytes) in store.load_version_files(version).await? {
        files.insert(&path, bytes);
    }
    let compile = move || {
        let rulebook = check(&files, &Surroundings::on(day)).rulebook?;
        Some(Arc::new(Edition::new(version, rulebook)))
    };
    // A thousand rules take a moment: not on a thread that answers.
    Ok(tokio::task::spawn_blocking(compile).await.ok().flatten())
}
