use std::collections::BTreeMap;

use jiff::Timestamp;
use yingda::store::VersionSource;

use crate::support::databases::fresh_stores;

fn files(price: &str) -> BTreeMap<String, Vec<u8>> {
    let gb18030 = vec![0xc4, 0xe3, 0xba, 0xc3, 0x00, 0xff];
    BTreeMap::from([
        ("rules/price.md".to_owned(), price.as_bytes().to_vec()),
        ("courses.csv".to_owned(), gb18030),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_keeps_every_byte_and_the_same_files_are_no_new_version() {
    for fresh in fresh_stores().await {
        let publish = async |price: &str| {
            let now = Timestamp::UNIX_EPOCH;
            fresh.store.publish_version(&files(price), VersionSource::Folder, now).await.expect("publishable")
        };

        let first = publish("one").await;
        let same = publish("one").await;
        let second = publish("two").await;
        let back = publish("one").await;

        let numbers = [first.number, same.number, second.number, back.number];
        assert_eq!(numbers, [1, 1, 2, 3], "{}", fresh.name());
        let kept = fresh.store.load_version_files(1).await.expect("readable");
        assert_eq!(kept, files("one"), "{}", fresh.name());
        fresh.discard().await;
    }
}
