use std::time::Duration;

use yingda::model::AccountId;
use yingda::store::{Record, Wording};

use crate::support::databases::fresh_stores;
use crate::support::said::{account, commit, missed, said, time};

#[tokio::test(flavor = "multi_thread")]
async fn wordings_are_counted_for_each_account_and_the_most_frequent_of_all_come_first() {
    let start = time("2026-04-12T01:00:00Z");
    let second = AccountId::parse("second").expect("a slug");
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let there = |record: Record| Record { account: second.clone(), ..record };
        for who in ["o1", "o2"] {
            commit(store, said(who, start, "多少钱")).await;
            commit(store, there(missed(who, start, "路费谁出"))).await;
        }
        commit(store, there(missed("o3", start, "路费谁出"))).await;
        commit(store, there(said("o3", start, "多少钱"))).await;
        commit(store, Record { is_test: true, ..said("o4", start, "多少钱") }).await;

        let until = start + Duration::from_secs(60);
        let both = [account(), second.clone()];
        let found = store.list_wordings(&both, start, until, 2).await.expect("readable");

        let heard = |account: &AccountId, text: &str, times| Wording {
            account: account.clone(),
            text: text.to_owned(),
            times,
        };
        let expected = [heard(&second, "路费谁出", 3), heard(&account(), "多少钱", 2)];
        assert_eq!(found, expected, "{}", fresh.name());
        fresh.discard().await;
    }
}
