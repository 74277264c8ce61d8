//! The line of those who wait for a person: page by page, and who leaves it by
//! themselves where nobody answers in the chat.

use std::time::Duration;

use jiff::Timestamp;
use yingda::model::effect::WaitReason;
use yingda::model::{Effect, LeadStatus};
use yingda::store::{
    Ending, Happened, INBOX_PAGE, LINE_KEEPS, LeadChange, LineCount, LineFilter, Record, Store,
};

use crate::support::databases::fresh_stores;
use crate::support::said::{account, commit, customer, does, form, leaves, number, seen, staff, time};

const MINUTE: Duration = Duration::from_secs(60);

fn start() -> Timestamp {
    time("2026-04-12T01:00:00Z")
}

async fn joins(store: &Store, who: &str, at: Timestamp, why: WaitReason) {
    commit(store, does(who, at, Effect::Wait(why))).await;
}

async fn line(store: &Store) -> Vec<String> {
    let line = store.list_waiting(&account(), &LineFilter::default()).await.expect("readable");
    line.iter().map(|one| one.customer.to_string()).collect()
}

/// How the waiting of somebody ended, in the store's word.
async fn ended(store: &Store, who: &str) -> Option<String> {
    let entries = store.load_timeline(&account(), &customer(who), None).await.expect("readable");
    entries.into_iter().find_map(|entry| match entry.what {
        Happened::WaitEnded { how } => Some(how),
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_answers_people_leave_the_line_when_they_were_followed_up_or_a_week_passed() {
    for fresh in fresh_stores().await {
        let (store, name) = (&fresh.store, fresh.name());
        commit(store, leaves("called", start(), form("260412-01", "甲局", "13800000000"))).await;
        for who in ["asks", "enquires", "called"] {
            joins(store, who, start() + MINUTE, WaitReason::Asked).await;
        }
        joins(store, "complains", start() + MINUTE, WaitReason::Complaint).await;
        joins(store, "taken", start() + MINUTE, WaitReason::Media).await;
        let taken_at = start() + 60 * MINUTE;
        store.take_waiting(&account(), &customer("taken"), &staff("li", taken_at)).await.expect("works");

        let soon = start() + 2 * MINUTE;
        assert_eq!(store.end_outlived(&account(), soon).await.expect("works"), 0, "{name}: a lead of before");
        commit(store, leaves("enquires", soon, form("260412-02", "乙局", "13900000000"))).await;
        let (account, first) = (account(), number("260412-01"));
        let moved = LeadChange::Status(LeadStatus::Contacted);
        store.change_lead(seen(&account, &first, 1), &moved, &staff("li", soon)).await.expect("changeable");

        assert_eq!(store.end_outlived(&account, soon + MINUTE).await.expect("works"), 2, "{name}");
        assert_eq!(line(store).await, ["asks", "complains", "taken"], "{name}");
        assert_eq!(ended(store, "enquires").await.as_deref(), Some(Ending::Enquired.as_str()), "{name}");
        assert_eq!(ended(store, "called").await.as_deref(), Some(Ending::Done.as_str()), "{name}");

        let a_week_later = start() + MINUTE + LINE_KEEPS;
        assert_eq!(store.end_outlived(&account, a_week_later).await.expect("works"), 0, "{name}: a week");
        let beyond = a_week_later + Duration::from_millis(1);
        assert_eq!(store.end_outlived(&account, beyond).await.expect("works"), 1, "{name}: longer");
        assert_eq!(ended(store, "asks").await.as_deref(), Some(Ending::Idle.as_str()), "{name}");
        let beyond = taken_at + LINE_KEEPS + Duration::from_millis(1);
        store.end_outlived(&account, beyond).await.expect("works");
        assert_eq!(line(store).await, ["complains"], "{name}: a complaint stays");
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_line_is_seen_to_its_end_and_counted() {
    for fresh in fresh_stores().await {
        let (store, name) = (&fresh.store, fresh.name());
        let many = 2 * INBOX_PAGE + 1;
        for n in 0..many {
            // Several at the same moment: the pages neither repeat nor leave out.
            joins(store, &format!("o{n:03}"), start() + MINUTE * (n / 3), WaitReason::Asked).await;
        }
        let test = Record { is_test: true, ..does("test", start(), Effect::Wait(WaitReason::Asked)) };
        commit(store, test).await;
        let li = staff("li", start() + 100 * MINUTE);
        store.take_waiting(&account(), &customer("o000"), &li).await.expect("works");

        let mut found = Vec::new();
        let mut filter = LineFilter::default();
        loop {
            let page = store.list_waiting(&account(), &filter).await.expect("readable");
            assert!(page.len() <= usize::try_from(INBOX_PAGE).expect("small"), "{name}");
            let Some(last) = page.last() else { break };
            filter.after = Some(last.cursor());
            found.extend(page.into_iter().map(|one| one.customer.to_string()));
        }

        found.sort();
        let expected: Vec<String> =
            (0..many).map(|n| format!("o{n:03}")).chain(["test".to_owned()]).collect();
        assert_eq!(found, expected, "{name}");
        let count = store.count_waiting(&account(), &li.by).await.expect("countable");
        let (all, open) = (u64::from(many) + 1, u64::from(many) - 1);
        assert_eq!(count, LineCount { all, mine: 1, open, open_since: Some(start()) }, "{name}");
        let mine = LineFilter { taken_by: Some(li.by), after: None };
        assert_eq!(store.list_waiting(&account(), &mine).await.expect("readable").len(), 1, "{name}");
        fresh.discard().await;
    }
}
