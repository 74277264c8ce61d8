use std::time::Duration;

use jiff::Timestamp;
use yingda::model::{Actor, LeadNumber, LeadStatus};
use yingda::store::{
    Committed, LeadChange, LeadChanged, LeadFilter, LeadOwner, LocalTime, LogFilter, Operation,
    OperationKind, PrivacyAct, Record, Store, What,
};

use crate::support::databases::fresh_stores;
use crate::support::said::{account, commit, customer, form, leaves, number, seen, staff, time};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn evening() -> Timestamp {
    time("2026-04-12T14:30:00Z")
}

fn reads_lead(who: &str) -> Operation {
    let who = yingda::store::Actor { staff: None, name: who.to_owned(), ip: "203.0.113.9".to_owned() };
    who.does(OperationKind::LeadRevealed, "260412-01", evening() + DAY)
}

async fn numbers(store: &Store, filter: &LeadFilter) -> Vec<String> {
    let page = store.list_leads(&account(), filter, 0).await.expect("readable");
    page.leads.iter().map(|lead| lead.number.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_becomes_a_lead_with_what_leads_to_a_person_masked_and_sealed() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        commit(store, leaves("o1", evening(), form("260412-01", "某县税务局", "13800000000"))).await;

        let lead = store.find_lead(&account(), &number("260412-01")).await.expect("readable");

        let lead = lead.unwrap_or_else(|| panic!("{}: no lead", fresh.name()));
        let shown: Vec<&str> = lead.answers.iter().map(|answer| answer.value.as_str()).collect();
        assert_eq!(shown, ["某县税务局", "约50人", "4月中旬", "王**", "138****0000"], "{}", fresh.name());
        assert_eq!(lead.status, LeadStatus::New);
        assert_eq!(lead.unit.as_deref(), Some("某县税务局"));
        if let yingda::store::Location::Sqlite { path } = &fresh.location {
            let wal = path.with_extension("db-wal");
            let bytes = [std::fs::read(path), std::fs::read(wal)].map(Result::unwrap_or_default).concat();
            let holds = |needle: &str| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
            assert!(!holds("13800000000") && !holds("王建国"), "sealed in the file");
            assert!(holds("138****0000"), "masked in the file");
        }
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_a_whole_number_is_written_down() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        commit(store, leaves("o1", evening(), form("260412-01", "某县税务局", "13800000000"))).await;

        let (act, operation) = (staff("li", evening() + DAY), reads_lead("李老师"));
        let lead = store.reveal_lead(&account(), &number("260412-01"), &act, &operation).await;

        let lead = lead.expect("readable").expect("it is there");
        assert_eq!(lead.answers[4].value, "13800000000", "{}", fresh.name());
        let trail = store.list_lead_trail(&account(), &number("260412-01")).await.expect("readable");
        let told: Vec<_> = trail.iter().map(|entry| (entry.what, entry.by.clone())).collect();
        assert_eq!(
            told,
            [(What::Revealed, Actor::Staff("li".into())), (What::Created, Actor::Customer)],
            "{}",
            fresh.name()
        );
        let log = store.find_operations(&LogFilter::default(), 0, 10).await.expect("readable");
        assert_eq!(log, [Operation { by: None, ..reads_lead("李老师") }], "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_form_within_thirty_days_renews_the_first_and_later_ones_are_new() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let form_id = form("260412-01", "", "").form;
        commit(store, leaves("o1", evening(), form("260412-01", "某县税务局", "13800000000"))).await;

        let at_thirty = evening() + 30 * DAY;
        let day = "2026-05-12".parse().expect("a date");
        let offered = store
            .lead_number_for(&account(), &customer("o1"), &form_id, LocalTime { at: at_thirty, day })
            .await
            .expect("a number");
        commit(store, leaves("o1", at_thirty, form("260512-09", "某市税务局", "13900000000"))).await;

        assert_eq!(offered.as_str(), "260412-01", "{}", fresh.name());
        let lead = store.find_lead(&account(), &number("260412-01")).await.expect("readable").expect("there");
        assert_eq!(lead.unit.as_deref(), Some("某市税务局"), "{}", fresh.name());
        assert_eq!(lead.told, Some(number("260512-09")), "what the customer was told is found too");
        let trail = store.list_lead_trail(&account(), &lead.number).await.expect("readable");
        assert_eq!(trail[0].what, What::Again);
        assert!(trail[0].before.as_deref().is_some_and(|before| before.contains("某县税务局")));

        let later = at_thirty + 30 * DAY + Duration::from_secs(1);
        commit(store, leaves("o1", later, form("260611-01", "某市税务局", "13900000000"))).await;
        let all = numbers(store, &LeadFilter::default()).await;
        assert_eq!(all, ["260611-01", "260412-01"], "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_after_a_closed_lead_or_of_another_customer_is_a_new_lead() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        commit(store, leaves("o1", evening(), form("260412-01", "甲局", "13800000000"))).await;
        let lost = LeadChange::Status(LeadStatus::Lost);
        let first = number("260412-01");
        store
            .change_lead(seen(&account(), &first, 1), &lost, &staff("li", evening()))
            .await
            .expect("changeable");

        commit(store, leaves("o1", evening() + DAY, form("260413-01", "甲局", "13800000000"))).await;
        // A number that somebody else has already: nothing is lost and nothing overwritten.
        commit(store, leaves("o2", evening() + DAY, form("260413-01", "乙局", "13700000000"))).await;

        let all = numbers(store, &LeadFilter::default()).await;
        assert_eq!(all, ["260413-01X", "260413-01", "260412-01"], "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_comes_a_second_time_hands_nothing_in_twice() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let record = leaves("o1", evening(), form("260412-01", "甲局", "13800000000"));

        commit(store, record.clone()).await;
        let again = store.committer().commit(record).await.expect("the commit works");

        assert!(matches!(again, Committed::Duplicate(_)), "{}", fresh.name());
        let trail = store.list_lead_trail(&account(), &number("260412-01")).await.expect("readable");
        assert_eq!(trail.len(), 1, "{}", fresh.name());
        let due = store.due_notices(evening(), 10).await.expect("readable");
        assert_eq!(due.len(), 1, "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_given_once_however_many_ask_at_once() {
    for fresh in fresh_stores().await {
        let day = "2026-04-12".parse().expect("a date");
        let all = (0..40).map(|_| {
            let store = fresh.store.clone();
            tokio::spawn(async move { store.next_lead_number(&account(), day).await.expect("a number") })
        });

        let mut given: Vec<String> = futures_util::future::join_all(all)
            .await
            .into_iter()
            .map(|done| done.expect("no panic").to_string())
            .collect();

        given.sort();
        let expected: Vec<String> = (1..=40).map(|nth| format!("260412-{nth:02}")).collect();
        assert_eq!(given, expected, "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_change_a_lead_at_once_the_second_sees_what_the_first_did() {
    for fresh in fresh_stores().await {
        let (store, first) = (&fresh.store, number("260412-01"));
        commit(store, leaves("o1", evening(), form("260412-01", "甲局", "13800000000"))).await;

        let contacted = LeadChange::Status(LeadStatus::Contacted);
        let one = store.change_lead(seen(&account(), &first, 1), &contacted, &staff("li", evening())).await;
        let mine = LeadChange::Owner(Some("wang".into()));
        let other = store.change_lead(seen(&account(), &first, 1), &mine, &staff("wang", evening())).await;

        assert!(matches!(one, Ok(LeadChanged::Done(lead)) if lead.revision == 2), "{}", fresh.name());
        let Ok(LeadChanged::Stale(now)) = other else { panic!("{}: {other:?}", fresh.name()) };
        assert_eq!(now.status, LeadStatus::Contacted);
        assert_eq!(now.owner, None);
        let gone = store
            .change_lead(seen(&account(), &number("260412-99"), 1), &mine, &staff("li", evening()))
            .await;
        assert!(matches!(gone, Ok(LeadChanged::Gone)));
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_changes_in_one_moment_one_is_made_and_every_note_is_kept() {
    for fresh in fresh_stores().await {
        let first = number("260412-01");
        commit(&fresh.store, leaves("o1", evening(), form("260412-01", "甲局", "13800000000"))).await;
        let at_once = async |change: fn(usize) -> LeadChange| {
            let all = (0..8).map(|n| {
                let (store, first) = (fresh.store.clone(), first.clone());
                tokio::spawn(async move {
                    let act = staff("li", evening());
                    store.change_lead(seen(&account(), &first, 1), &change(n), &act).await.expect("works")
                })
            });
            let all = futures_util::future::join_all(all).await;
            all.into_iter().filter(|done| matches!(done, Ok(LeadChanged::Done(_)))).count()
        };

        assert_eq!(at_once(|n| LeadChange::Owner(Some(format!("s{n}")))).await, 1, "{}", fresh.name());
        assert_eq!(at_once(|n| LeadChange::Note(format!("第{n}句"))).await, 8, "{}", fresh.name());
        let trail = store_trail(&fresh.store, &first).await;
        assert_eq!(trail.iter().filter(|what| **what == What::Note).count(), 8, "{}", fresh.name());
        fresh.discard().await;
    }
}

async fn store_trail(store: &Store, number: &LeadNumber) -> Vec<What> {
    let trail = store.list_lead_trail(&account(), number).await.expect("readable");
    trail.iter().map(|entry| entry.what).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_leaves_who_when_what_before_and_after() {
    for fresh in fresh_stores().await {
        let (store, first) = (&fresh.store, number("260412-01"));
        commit(store, leaves("o1", evening(), form("260412-01", "甲局", "13800000000"))).await;
        let changes = [
            LeadChange::Status(LeadStatus::Proposed),
            LeadChange::Owner(Some("20260412".into())),
            LeadChange::Due("2026-04-15".parse().ok()),
            LeadChange::Note("王主任 13911112222 说再等等".into()),
        ];
        for (revision, change) in (1_i64..).zip(&changes) {
            let at = evening() + Duration::from_secs(revision.unsigned_abs());
            store
                .change_lead(seen(&account(), &first, revision), change, &staff("li", at))
                .await
                .expect("changeable");
        }

        let trail = store.list_lead_trail(&account(), &first).await.expect("readable");

        let told: Vec<_> = trail
            .iter()
            .rev()
            .skip(1)
            .map(|entry| (entry.what, entry.before.as_deref(), entry.after.as_deref()))
            .collect();
        let expected = [
            (What::Status, Some("new"), Some("proposed")),
            (What::Owner, None, Some("20260412")),
            (What::Due, None, Some("2026-04-15")),
            (What::Note, None, Some("王主任 139****2222 说再等等")),
        ];
        assert_eq!(told, expected, "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_are_found_by_status_owner_date_and_text_and_tests_stay_out() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        for (nth, unit) in ["某县税务局", "某市党校", "某镇政府"].iter().enumerate() {
            let told = form(&format!("260412-0{}", nth + 1), unit, &format!("1380000000{nth}"));
            commit(
                store,
                leaves(&format!("o{nth}"), evening() + u32::try_from(nth).expect("small") * DAY, told),
            )
            .await;
        }
        let test = leaves("o9", evening(), form("260412-09", "试", "13800000009"));
        commit(store, Record { is_test: true, ..test }).await;
        let change = async |nth: &str, change| {
            let nth = number(nth);
            let now = store.find_lead(&account(), &nth).await.expect("readable").expect("there");
            store
                .change_lead(seen(&account(), &nth, now.revision), &change, &staff("li", evening()))
                .await
                .expect("done");
        };
        change("260412-01", LeadChange::Owner(Some("li".into()))).await;
        change("260412-02", LeadChange::Status(LeadStatus::Contacted)).await;
        change("260412-02", LeadChange::Due("2026-04-15".parse().ok())).await;

        let none = LeadFilter::default;
        let due = |day: &str| Some(yingda::store::DueBy(day.parse().expect("a date")));
        for (name, filter, expected) in [
            ("all", none(), vec!["260412-03", "260412-02", "260412-01"]),
            ("by status", LeadFilter { status: Some(LeadStatus::Contacted), ..none() }, vec!["260412-02"]),
            ("mine", LeadFilter { owner: LeadOwner::Staff("li".into()), ..none() }, vec!["260412-01"]),
            ("nobody's", LeadFilter { owner: LeadOwner::Nobody, ..none() }, vec!["260412-03", "260412-02"]),
            ("due the day before", LeadFilter { due: due("2026-04-14"), ..none() }, vec![]),
            ("due that day", LeadFilter { due: due("2026-04-15"), ..none() }, vec!["260412-02"]),
            ("by unit", LeadFilter { text: Some("税务".into()), ..none() }, vec!["260412-01"]),
            (
                "by the end of the number",
                LeadFilter { text: Some("0002".into()), ..none() },
                vec!["260412-03"],
            ),
            ("a wildcard is a character", LeadFilter { text: Some("%".into()), ..none() }, vec![]),
            ("a quote is a character", LeadFilter { text: Some("' OR 1=1 --".into()), ..none() }, vec![]),
        ] {
            assert_eq!(numbers(store, &filter).await, expected, "{}: {name}", fresh.name());
        }
        let counts = store.count_leads(&account()).await.expect("countable");
        assert_eq!((counts.of(LeadStatus::New), counts.of(LeadStatus::Contacted), counts.total()), (2, 1, 3));
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_go_when_their_months_are_over_and_their_trail_with_them() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        commit(store, leaves("o1", evening(), form("260412-01", "甲局", "13800000000"))).await;
        commit(store, leaves("o2", evening() + DAY, form("260413-01", "乙局", "13800000001"))).await;

        let gone = store.forget_leads(evening() + DAY).await.expect("forgettable");

        assert_eq!(gone, 1, "{}", fresh.name());
        assert_eq!(numbers(store, &LeadFilter::default()).await, ["260413-01"]);
        assert!(store.list_lead_trail(&account(), &number("260412-01")).await.expect("readable").is_empty());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exports_and_deletions_are_written_down_without_naming_anybody() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        commit(store, leaves("o1", evening(), form("260412-01", "甲局", "13800000000"))).await;

        let taken = store
            .export_leads(&account(), &LeadFilter::default(), &staff("li", evening()))
            .await
            .expect("all");
        let deleted =
            store.delete_lead(&account(), &number("260412-01"), &staff("li", evening() + DAY)).await;
        let again = store.delete_lead(&account(), &number("260412-01"), &staff("li", evening() + DAY)).await;

        assert_eq!(taken[0].answers[4].value, "13800000000", "{}", fresh.name());
        assert_eq!((deleted.ok(), again.ok()), (Some(true), Some(false)), "{}", fresh.name());
        let log = store.list_privacy_log(&account()).await.expect("readable");
        let told: Vec<_> = log.iter().map(|entry| (entry.what, entry.subject.as_str())).collect();
        assert_eq!(told, [(PrivacyAct::LeadDeleted, "260412-01"), (PrivacyAct::LeadsExported, "1")]);
        fresh.discard().await;
    }
}
