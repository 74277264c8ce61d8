//! Versions of a store, made by hand.

use jiff::Timestamp;
use yingda::store::{Added, Credit, NewVersion, Store, Version, VersionSource};

/// The next version, with these files changed against the one before.
pub async fn add_version(store: &Store, files: &[(&str, &str)], at: Timestamp) -> Version {
    let base = store.newest_version_number().await.expect("readable").unwrap_or(0);
    let new = NewVersion {
        base,
        changes: files.iter().map(|(path, text)| (*path, Some(text.as_bytes()))).collect(),
        source: VersionSource::Folder,
        credit: Credit::default(),
        at,
        proposal: None,
    };
    match store.add_version(&new, None).await.expect("storable") {
        Added::Version(version) => version,
        other => panic!("{other:?}"),
    }
}
