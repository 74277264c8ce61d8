use jiff::Timestamp;
use yingda::store::{Added, Credit, NewVersion, Store, VersionSource};

use crate::support::databases::fresh_stores;

const PRICE: &str = "rules/price.md";
const COURSES: &str = "courses.csv";

fn new<'a>(base: i64, changes: &[(&'a str, Option<&'a [u8]>)]) -> NewVersion<'a> {
    let credit = Credit {
        who: Some("同事甲".to_owned()),
        reason: Some("更新费用".to_owned()),
        accepted: vec!["疑似承诺".to_owned()],
        ..Credit::default()
    };
    let source = VersionSource::Console;
    NewVersion { base, changes: changes.to_vec(), source, credit, at: Timestamp::UNIX_EPOCH, proposal: None }
}

async fn add(store: &Store, new: &NewVersion<'_>) -> Added {
    store.add_version(new, None).await.expect("storable")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_keeps_every_byte_and_on_whose_word_it_went_live() {
    let gb18030: &[u8] = &[0xc4, 0xe3, 0xba, 0xc3, 0x00, 0xff];
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let first = new(0, &[(PRICE, Some(b"one")), (COURSES, Some(gb18030))]);
        add(store, &first).await;
        add(store, &new(1, &[(PRICE, Some(b"two"))])).await;
        add(store, &new(2, &[(COURSES, None), ("new.md", Some(b"new"))])).await;

        let held = async |number| {
            let files = store.load_version_files(number).await.expect("readable");
            files.into_iter().collect::<Vec<_>>()
        };
        let file = |path: &str, bytes: &[u8]| (path.to_owned(), bytes.to_vec());
        assert_eq!(held(1).await, [file(COURSES, gb18030), file(PRICE, b"one")], "{}", fresh.name());
        assert_eq!(held(2).await, [file(COURSES, gb18030), file(PRICE, b"two")]);
        assert_eq!(held(3).await, [file("new.md", b"new"), file(PRICE, b"two")]);
        let newest = store.find_newest_version().await.expect("readable").expect("a version");
        assert_eq!((newest.number, &newest.credit, newest.source), (3, &first.credit, first.source));
        let listed = store.list_versions(3, 10).await.expect("readable");
        assert_eq!(listed.iter().map(|version| version.number).collect::<Vec<_>>(), [2, 1]);
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_make_the_next_version_at_once_one_does() {
    for fresh in fresh_stores().await {
        add(&fresh.store, &new(0, &[(PRICE, Some(b"one"))])).await;
        let tries = (0..8).map(|n| {
            let store = fresh.store.clone();
            tokio::spawn(async move {
                let text = format!("text {n}");
                matches!(add(&store, &new(1, &[(PRICE, Some(text.as_bytes()))])).await, Added::Version(_))
            })
        });

        let mut made = 0;
        for one in tries.collect::<Vec<_>>() {
            made += i32::from(one.await.expect("no panic"));
        }

        assert_eq!(made, 1, "{}", fresh.name());
        assert_eq!(fresh.store.newest_version_number().await.expect("readable"), Some(2));
        fresh.discard().await;
    }
}
