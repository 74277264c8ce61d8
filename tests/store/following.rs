//! What staff follow up: who waits, what was said with whom, how many.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use yingda::model::effect::WaitReason;
use yingda::model::lead::Source;
use yingda::model::{Actor, DeliveryKey, Effect, LeadStatus, OutcomeKind};
use yingda::store::{
    Ending, Entry, Happened, InboxFilter, LineFilter, Location, Opens, Period, PrivacyAct, ReadyPhrase,
    Record, Statistics, Store, TIMELINE_PAGE, Take, Waiting,
};

use crate::support::databases::{fresh_stores, open};
use crate::support::said::{account, commit, customer, does, form, leaves, missed, said, staff, time};

const MINUTE: Duration = Duration::from_secs(60);

fn start() -> Timestamp {
    time("2026-04-12T01:00:00Z")
}

fn colleague(name: &str) -> Actor {
    Actor::Staff(name.into())
}

async fn line(store: &Store) -> Vec<Waiting> {
    store.list_waiting(&account(), &LineFilter::default()).await.expect("readable")
}

fn taken_by(colleague: Actor) -> InboxFilter {
    InboxFilter::Line(LineFilter { taken_by: Some(colleague), after: None })
}

async fn who(store: &Store, filter: InboxFilter) -> Vec<String> {
    let rows = store.list_inbox(&account(), &filter, start() + 60 * MINUTE).await.expect("readable");
    rows.iter().map(|row| row.customer.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_stands_in_the_line_once_and_keeps_their_place() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        commit(store, does("o1", start(), Effect::Wait(WaitReason::Media))).await;
        commit(store, does("o2", start() + MINUTE, Effect::Wait(WaitReason::Asked))).await;
        commit(store, does("o1", start() + 2 * MINUTE, Effect::Wait(WaitReason::Asked))).await;
        commit(store, does("o1", start() + 3 * MINUTE, Effect::Wait(WaitReason::Complaint))).await;

        let line = line(store).await;

        let seen: Vec<_> = line.iter().map(|one| (one.customer.to_string(), one.since, one.reason)).collect();
        let expected = [
            ("o1".to_owned(), start(), WaitReason::Complaint),
            ("o2".to_owned(), start() + MINUTE, WaitReason::Asked),
        ];
        assert_eq!(seen, expected, "{}", fresh.name());
        let due = store.due_notices(start() + 3 * MINUTE, 10).await.expect("readable");
        assert_eq!(due.len(), 3, "{}: two who came, one complaint: {due:?}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_take_a_customer_one_gets_them() {
    for fresh in fresh_stores().await {
        let (store, account, o1) = (&fresh.store, account(), customer("o1"));
        commit(store, does("o1", start(), Effect::Wait(WaitReason::Asked))).await;

        let (li, wang) = (staff("li", start() + MINUTE), staff("wang", start() + MINUTE));
        let (one, other) =
            tokio::join!(store.take_waiting(&account, &o1, &li), store.take_waiting(&account, &o1, &wang),);
        let (one, other) = (one.expect("works"), other.expect("works"));
        let (winner, loser) = if one == Take::Yours { (li, other) } else { (wang, one) };

        assert_eq!(loser, Take::TakenBy(winner.by.clone()), "{}", fresh.name());
        let again = store.take_waiting(&account, &o1, &winner).await.expect("works");
        assert_eq!(again, Take::Yours, "taking twice does no harm");
        assert_eq!(who(store, taken_by(winner.by)).await, ["o1"]);

        store.release_waiting(&account, &o1).await.expect("works");
        let line = line(store).await;
        assert_eq!((line[0].since, line[0].taken.clone()), (start(), None), "{}", fresh.name());
        assert!(store.end_waiting(&account, &o1, Ending::Done, start() + 2 * MINUTE).await.expect("works"));
        assert!(!store.end_waiting(&account, &o1, Ending::Done, start() + 2 * MINUTE).await.expect("works"));
        let gone =
            store.take_waiting(&account, &o1, &staff("li", start() + 3 * MINUTE)).await.expect("works");
        assert_eq!(gone, Take::Gone);
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_message_that_comes_late_does_not_end_what_began_after_it() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        commit(store, does("o1", start() + MINUTE, Effect::Wait(WaitReason::Asked))).await;

        commit(store, does("o1", start(), Effect::StopWaiting)).await;
        assert_eq!(line(store).await.len(), 1, "{}", fresh.name());
        commit(store, does("o1", start() + 2 * MINUTE, Effect::StopWaiting)).await;
        assert!(line(store).await.is_empty(), "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_tells_everything_the_newest_first_and_in_pages() {
    for fresh in fresh_stores().await {
        let (store, account, o1) = (&fresh.store, account(), customer("o1"));
        let nearest = Some("[[\"price\",0.5],[\"meals\",0.4]]".to_owned());
        commit(store, Record { nearest, ..missed("o1", start(), "路费谁出") }).await;
        commit(store, leaves("o1", start() + MINUTE, form("260412-01", "甲局", "13800000000"))).await;
        commit(store, does("o1", start() + 2 * MINUTE, Effect::Wait(WaitReason::Asked))).await;
        store.take_waiting(&account, &o1, &staff("li", start() + 3 * MINUTE)).await.expect("works");
        store.add_note(&account, &o1, "已打电话", &staff("li", start() + 4 * MINUTE)).await.expect("works");
        for n in 0..60 {
            commit(store, said("o1", start() - Duration::from_secs(60 * n + 60), &format!("早先{n}"))).await;
        }
        commit(store, said("o2", start(), "别人")).await;

        let first = store.load_timeline(&account, &o1, None).await.expect("readable");
        let last = first.last().map(Entry::before);
        let second = store.load_timeline(&account, &o1, last.as_ref()).await.expect("readable");

        let told: Vec<String> = first.iter().take(8).map(|entry| word(&entry.what)).collect();
        let expected = ["note", "taken", "waits", "message", "lead", "message", "message", "message"];
        assert_eq!(told, expected, "{}", fresh.name());
        let exchange = first.iter().find_map(|entry| match &entry.what {
            Happened::Said(exchange) if exchange.text.as_deref() == Some("路费谁出") => Some(exchange),
            _ => None,
        });
        let exchange = exchange.expect("it was said");
        assert_eq!(exchange.outcome, OutcomeKind::Fallback);
        assert_eq!(exchange.nearest.len(), 2);
        let told = commit(store, said("o8", start(), "我的电话13812345678")).await;
        let original = store.reveal_message(&account, &told, &staff("li", start())).await.expect("readable");
        assert_eq!(original.as_deref(), Some("我的电话13812345678"), "{}", fresh.name());
        let log = store.list_privacy_log(&account).await.expect("readable");
        assert_eq!(log[0].what, PrivacyAct::MessageRevealed, "{}: and it is written down", fresh.name());
        assert_eq!(first.len(), usize::try_from(TIMELINE_PAGE).expect("small"));
        assert_eq!(
            first.len() + second.len(),
            60 + 3 + 1 + 2 + 1,
            "{}: nothing twice, nothing lost",
            fresh.name()
        );
        fresh.discard().await;
    }
}

fn word(what: &Happened) -> String {
    match what {
        Happened::Said(_) => "message",
        Happened::Noted { .. } => "note",
        Happened::Waits { .. } => "waits",
        Happened::Taken { .. } => "taken",
        Happened::WaitEnded { .. } => "ended",
        Happened::Lead { .. } => "lead",
    }
    .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_are_listed_by_who_waits_who_is_mine_and_who_wrote_last() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        for n in 0..60_u32 {
            commit(store, said(&format!("o{n:02}"), start() + n * Duration::from_secs(1), "你好")).await;
        }
        commit(store, said("o00", start() + 2 * MINUTE, "想问一下车票")).await;
        commit(store, Record { is_test: true, ..said("o99", start() + 3 * MINUTE, "试") }).await;
        commit(store, leaves("o07", start() + 4 * MINUTE, form("260412-01", "某县税务局", "13800000000")))
            .await;
        commit(store, does("o05", start() + 5 * MINUTE, Effect::Wait(WaitReason::Asked))).await;
        store.set_tag(&account(), &customer("o09"), "老客户", &staff("li", start())).await.expect("works");

        let first =
            store.list_inbox(&account(), &InboxFilter::All { before: None }, start()).await.expect("a page");
        let before = first.last().and_then(|row| row.last.as_ref()).map(|last| last.cursor.clone());
        let second = who(store, InboxFilter::All { before }).await;

        let top: Vec<String> = first.iter().take(4).map(|row| row.customer.to_string()).collect();
        assert_eq!(top, ["o05", "o07", "o00", "o59"], "{}", fresh.name());
        assert_eq!((first.len(), second.len()), (50, 10), "{}", fresh.name());
        assert!(first[0].waiting.is_some() && first[1].unit.as_deref() == Some("某县税务局"));
        assert_eq!(who(store, InboxFilter::Line(LineFilter::default())).await, ["o05"]);
        assert!(who(store, taken_by(colleague("li"))).await.is_empty());
        for (text, found) in [("车票", "o00"), ("税务", "o07"), ("老客", "o09"), ("260412-01", "o07")] {
            assert_eq!(
                who(store, InboxFilter::Search { text: text.into() }).await,
                [found],
                "{}: {text}",
                fresh.name()
            );
        }
        assert!(who(store, InboxFilter::Search { text: "%".into() }).await.is_empty());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_period_is_counted_by_day_hour_rule_source_and_time_taken_without_tests() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        // 2026-04-12 09:00 and 2026-04-13 00:10 at the centre.
        let (day, night) = (start(), time("2026-04-12T16:10:00Z"));
        let source = || Some(Source::Scan("展会01".into()));
        commit(store, does("o1", day, Effect::Came { source: source() })).await;
        commit(store, does("o2", day, Effect::Came { source: None })).await;
        commit(store, does("o2", day + MINUTE, Effect::Came { source: source() })).await;
        commit(store, missed("o1", night, "路费")).await;
        commit(
            store,
            Record {
                outcome: OutcomeKind::Choices,
                took_us: 2_000_000,
                rule: None,
                ..said("o3", night, "?")
            },
        )
        .await;
        commit(store, Record { is_test: true, ..missed("o9", night, "试") }).await;
        commit(store, leaves("o1", night, form("260413-01", "甲局", "13800000000"))).await;
        commit(store, does("o3", night, Effect::Wait(WaitReason::Asked))).await;
        store
            .take_waiting(&account(), &customer("o3"), &staff("li", night + 4 * MINUTE))
            .await
            .expect("works");
        // At the very ends of the period.
        commit(store, missed("o4", night + 60 * MINUTE, "太晚")).await;
        commit(store, missed("o4", day - Duration::from_millis(1), "太早")).await;

        let period = Period { since: day, until: night + 60 * MINUTE };
        let counted = store.load_statistics(&account(), period).await.expect("countable");

        let name = fresh.name();
        let zone = TimeZone::get("Asia/Shanghai").expect("in the database");
        let days: Vec<_> =
            counted.by_day(&zone).iter().map(|(day, all)| (day.to_string(), all.total())).collect();
        assert_eq!(days, [("2026-04-12".to_owned(), 3), ("2026-04-13".to_owned(), 4)], "{name}");
        let hours: Vec<_> = counted.by_hour(&zone).iter().map(|(hour, all)| (*hour, all.total())).collect();
        assert_eq!(hours, [(0, 4), (9, 3)], "{name}");
        let all = counted.total();
        assert_eq!((all.answered, all.asked_back, all.missed), (5, 1, 1), "{name}");
        assert!(all.miss_rate().is_some_and(|rate| (rate - 1.0 / 7.0).abs() < 1e-9), "{name}");
        assert_eq!(counted.people, 3, "{name}");
        assert_eq!(counted.newcomers, [(source(), 2)], "{name}: the first source counts");
        assert_eq!(counted.leads, [(LeadStatus::New, 1)], "{name}");
        assert_eq!(counted.leads_by_source, [(source(), 1)], "{name}");
        assert_eq!(counted.top_rules.len(), 1, "{name}");
        assert_eq!(counted.waiting.median_response, Some(4 * MINUTE), "{name}");
        let slow =
            counted.answer_times.buckets.iter().find(|(limit, _)| *limit == Some(Duration::from_secs(5)));
        assert_eq!(slow.map(|(_, count)| *count), Some(1), "{name}: {:?}", counted.answer_times);
        assert_each_number_opens_its_list(store, &counted, period).await;
        let nothing = Period { since: time("2020-01-01T00:00:00Z"), until: time("2020-01-02T00:00:00Z") };
        let nothing = store.load_statistics(&account(), nothing).await.expect("countable");
        assert_eq!((nothing.people, nothing.total().answer_rate()), (0, None), "{name}");
        fresh.discard().await;
    }
}

async fn assert_each_number_opens_its_list(store: &Store, counted: &Statistics, period: Period) {
    for figure in counted.figures(period) {
        let opened = match &figure.opens {
            Opens::Messages(filter) => {
                store.list_messages(&account(), filter, None).await.expect("readable").len()
            }
            Opens::Leads(filter) => store.list_all_leads(&account(), filter).await.expect("readable").len(),
            Opens::Waiting => line(store).await.len(),
        };
        assert_eq!(u64::try_from(opened).expect("small"), figure.count, "{figure:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_keep_phrases_ready() {
    for fresh in fresh_stores().await {
        let (store, account) = (&fresh.store, account());
        let phrase = |text: &str| ReadyPhrase {
            id: "price".into(),
            title: "报价".into(),
            text: text.into(),
            by: colleague("li"),
            changed_at: start(),
        };

        let who = yingda::store::Actor { staff: None, name: "李老师".into(), ip: String::new() };
        let saves = who.does(yingda::store::OperationKind::PhraseSaved, "报价", start());
        let changes = async |text: &str, seen: Timestamp| {
            store.change_phrase(&account, &phrase(text), seen, &saves).await.expect("works")
        };

        store.add_phrase(&account, &phrase("一"), &saves).await.expect("works");
        assert!(changes("二", start()).await, "as it was seen");
        assert!(!changes("三", start()).await, "it was changed since, in the same millisecond");

        let [kept] = <[ReadyPhrase; 1]>::try_from(store.list_phrases(&account).await.expect("readable"))
            .expect("there is one");
        assert_eq!(kept.text, "二", "{}", fresh.name());
        store.delete_phrase(&account, "price", &saves).await.expect("works");
        assert!(!changes("四", kept.changed_at).await, "it is gone");
        assert!(store.list_phrases(&account).await.expect("readable").is_empty());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_many_say_finds_who_said_it_last() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let customers: u32 = 60;
        for n in 0..customers {
            commit(store, said(&format!("o{n:02}"), start() + MINUTE / 2 * n, "多少钱")).await;
        }

        let found = who(store, InboxFilter::Search { text: "多少钱".into() }).await;

        let expected: Vec<String> = (10..customers).rev().map(|n| format!("o{n:02}")).collect();
        assert_eq!(found, expected, "{}", fresh.name());
        fresh.discard().await;
    }
}

/// After a copy from another database rows need not lie as they came.
#[tokio::test(flavor = "multi_thread")]
async fn a_word_is_found_however_the_rows_of_sqlite_lie() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(&Location::Sqlite { path: folder.path().join("t.db") }).await;
    for n in 0..3_u32 {
        commit(&store, said(&format!("o{n}"), start() + MINUTE * n, "多少钱")).await;
    }
    who(&store, InboxFilter::All { before: None }).await;
    let options = SqliteConnectOptions::new().filename(folder.path().join("t.db"));
    let mut link = options.connect().await.expect("it is open");
    let moved =
        sqlx::query("UPDATE message SET rowid = 100 WHERE customer_id = 'o0'").execute(&mut link).await;
    assert_eq!(moved.expect("may be moved").rows_affected(), 1);

    let mut found = who(&store, InboxFilter::Search { text: "多少钱".into() }).await;

    found.sort();
    assert_eq!(found, ["o0", "o1", "o2"]);
    store.close().await;
}

/// A key is led by the second it was sent, and the rest of it is anything.
#[tokio::test(flavor = "multi_thread")]
async fn of_messages_within_one_second_the_one_received_last_is_the_last() {
    for fresh in fresh_stores().await {
        let store = &fresh.store;
        let keyed = |key: &str, record: Record| Record {
            key: DeliveryKey::parse(&format!("{:08x}{key}", start().as_second())).expect("a key"),
            ..record
        };
        let after = |ms: u64| start() + Duration::from_millis(ms);
        let asked = Record { outcome: OutcomeKind::Human, ..said("o1", after(300), "人工") };
        commit(store, keyed("f1", said("o1", after(100), "多少钱"))).await;
        commit(store, keyed("a1", said("o1", after(200), "有卡拉OK吗"))).await;
        commit(store, keyed("c1", asked)).await;
        commit(store, keyed("b1", said("o2", after(400), "你好"))).await;

        let all = InboxFilter::All { before: None };
        let rows = store.list_inbox(&account(), &all, start() + MINUTE).await.expect("a page");
        let seen: Vec<_> = rows
            .iter()
            .filter_map(|row| Some((row.customer.as_str(), row.last.as_ref()?.text.as_deref()?)))
            .collect();
        assert_eq!(seen, [("o2", "你好"), ("o1", "人工")], "{}", fresh.name());
        let last = store.find_last_message(&account(), &customer("o1")).await.expect("readable");
        assert_eq!(last.and_then(|last| last.text).as_deref(), Some("人工"), "{}", fresh.name());
        let before = rows.last().and_then(|row| row.last.as_ref()).map(|last| last.cursor.clone());
        assert!(who(store, InboxFilter::All { before }).await.is_empty(), "{}", fresh.name());
        let (since, until) = (start(), start() + MINUTE);
        let grudging = store.list_grudging(&account(), since, until, until).await.expect("readable");
        let texts: Vec<&str> = grudging.iter().map(|miss| miss.text.as_str()).collect();
        assert_eq!(texts, ["有卡拉OK吗"], "{}", fresh.name());
        fresh.discard().await;
    }
}
