//! Scheduled work, with a clock that is moved.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sqlx::{Connection as _, SqliteConnection};
use yingda::jobs::{Job, JobSettings, Schedule, schedule};
use yingda::model::effect::WaitReason;
use yingda::model::{Clock, DeliveryKey, Effect, Roster, StaffId};
use yingda::platform::wechat::Encryption;
use yingda::store::{LeadChange, LeadFilter, NoticeKind, ReplyDraftOf, Store};

use crate::support::databases::fresh_stores;
use crate::support::said::{
    account, commit, customer, does, form, leaves, missed, number, said, seen, staff, time,
};
use crate::support::service::{Setup, Yingda};

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Ten in the morning at the centre, the day the service starts.
fn start() -> Timestamp {
    time("2026-11-23T02:00:00Z")
}

fn counting(store: &Store, clock: &Clock, runs: &Arc<AtomicUsize>) -> Schedule {
    let runs = Arc::clone(runs);
    Schedule::new(store.clone(), clock.clone()).with(Job::new(
        "count",
        SignedDuration::from_hours(1),
        move |_| {
            runs.fetch_add(1, Ordering::SeqCst);
            async { Ok(()) }
        },
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_once_however_many_processes_there_are() {
    for fresh in fresh_stores().await {
        let (clock, runs) = (Clock::movable(start()), Arc::new(AtomicUsize::new(0)));
        let processes: Vec<Schedule> = (0..5).map(|_| counting(&fresh.store, &clock, &runs)).collect();
        let all = || futures_util::future::join_all(processes.iter().map(Schedule::run_due));

        all().await;
        clock.advance(HOUR - Duration::from_secs(1));
        all().await;
        assert_eq!(runs.load(Ordering::SeqCst), 1, "{}: not before it is due", fresh.name());
        clock.advance(Duration::from_secs(1));
        all().await;

        assert_eq!(runs.load(Ordering::SeqCst), 2, "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_at_work_loses_its_lease_and_a_failure_is_kept_and_tried_again() {
    for fresh in fresh_stores().await {
        let (store, clock, runs) = (&fresh.store, Clock::movable(start()), Arc::new(AtomicUsize::new(0)));
        let lease = store.lease_job("count", "dead", start(), SignedDuration::from_mins(30)).await;
        assert!(lease.expect("works").is_some());
        let living = counting(store, &clock, &runs);

        living.run_due().await.expect("works");
        assert_eq!(runs.load(Ordering::SeqCst), 0, "{}: somebody is at it", fresh.name());
        clock.advance(HOUR / 2);
        living.run_due().await.expect("works");
        assert_eq!(runs.load(Ordering::SeqCst), 1, "{}", fresh.name());

        let failing = Schedule::new(store.clone(), clock.clone()).with(Job::new(
            "fail",
            SignedDuration::from_hours(1),
            |_| async { Err("没有成功".into()) },
        ));
        failing.run_due().await.expect("works");
        let standing = store.list_jobs().await.expect("readable").into_iter().find(|job| job.name == "fail");
        let standing = standing.expect("it is known");
        assert_eq!(standing.failure.as_deref(), Some("没有成功"), "{}", fresh.name());
        assert_eq!(standing.due_at, clock.now() + SignedDuration::from_mins(5), "{}", fresh.name());
        fresh.discard().await;
    }
}

/// The service's own work, on its own store and rulebook.
fn work(yingda: &Yingda) -> Schedule {
    let settings = JobSettings {
        keep_messages_days: NonZeroU32::new(180).expect("not zero"),
        accepted_age: Duration::from_secs(15 * 60),
        accounts: Roster::of_ids([account()]),
    };
    schedule(&yingda.app.store, &yingda.app.press.live(), &yingda.clock, settings)
}

async fn due_kinds(yingda: &Yingda) -> Vec<NoticeKind> {
    let due = yingda.app.store.due_notices(yingda.now(), 20).await.expect("readable");
    due.iter().map(|notice| notice.kind).filter(|kind| *kind != NoticeKind::Lead).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_and_leads_are_forgotten_when_their_time_is_over() {
    let yingda = Yingda::start().await;
    let store = &yingda.app.store;
    let key: DeliveryKey = commit(store, said("o1", start(), "多少钱")).await;
    commit(store, leaves("o1", start(), form("261123-01", "甲局", "13800000000"))).await;
    let leads =
        async || store.list_leads(&account(), &LeadFilter::default(), 0).await.expect("readable").total;

    yingda.waits(180 * DAY);
    work(&yingda).run_due().await.expect("works");
    assert!(store.load_original(&account(), &key).await.expect("readable").is_some(), "on its last day");
    yingda.waits(2 * HOUR);
    work(&yingda).run_due().await.expect("works");
    assert_eq!(store.load_original(&account(), &key).await.expect("readable"), None);
    assert_eq!(leads().await, 1);

    yingda.waits(185 * DAY);
    work(&yingda).run_due().await.expect("works");
    assert_eq!(leads().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_plain_mode_a_url_is_remembered_as_long_as_it_could_be_used_and_not_for_ever() {
    let yingda = Yingda::start_with(Setup { encryption: Encryption::Plain, ..Setup::default() }).await;
    let store = &yingda.app.store;
    yingda.customer("a").says("多少钱").await;

    yingda.waits(HOUR / 2);
    work(&yingda).run_due().await.expect("works");
    assert_eq!(remembered_urls(&yingda).await, 1, "it is half an hour old");
    yingda.waits(HOUR);
    work(&yingda).run_due().await.expect("works");

    assert_eq!(remembered_urls(&yingda).await, 0);
    assert_eq!(store.count_messages(start()).await.expect("countable"), 1, "the message stays");
}

async fn remembered_urls(yingda: &Yingda) -> i64 {
    // So that the database has it.
    yingda.app.store.count_messages(start()).await.expect("countable");
    let url = format!("sqlite:{}", yingda.folder.path().join("data/yingda.db").display());
    let mut database = SqliteConnection::connect(&url).await.expect("connects");
    let (urls,): (i64,) =
        sqlx::query_as("SELECT COUNT(*) FROM signed_url").fetch_one(&mut database).await.expect("countable");
    urls
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_was_begun_and_left_lying_is_forgotten_after_a_week() {
    let yingda = Yingda::start().await;
    let store = &yingda.app.store;
    let (account, customer, staff) = (account(), customer("o1"), StaffId::parse("li").expect("an id"));
    let draft = ReplyDraftOf { account: &account, customer: &customer, staff: &staff };
    store.save_reply_draft(draft, "您好", yingda.now()).await.expect("writable");

    yingda.waits(7 * DAY);
    work(&yingda).run_due().await.expect("works");
    assert!(store.find_reply_draft(draft).await.expect("readable").is_some(), "on its last day");
    yingda.waits(2 * HOUR);
    work(&yingda).run_due().await.expect("works");
    assert_eq!(store.find_reply_draft(draft).await.expect("readable"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_given_contacts_leaves_the_line_after_a_week_and_whoever_was_promised_staff_stays() {
    for (human, after_a_week) in [("contacts", 0), ("wechat", 0), ("yingda", 1)] {
        let setup = Setup { account: format!("human = \"{human}\""), ..Setup::default() };
        let yingda = Yingda::start_with(setup).await;
        let wants = does("o1", yingda.now(), Effect::Wait(WaitReason::Asked));
        commit(&yingda.app.store, wants).await;
        let waiting = async || {
            yingda.app.schedule.run_due().await.expect("works");
            let me = staff("li", yingda.now()).by;
            yingda.app.store.count_waiting(&account(), &me).await.expect("countable").all
        };

        yingda.waits(7 * DAY);
        assert_eq!(waiting().await, 1, "{human}: a week");
        yingda.waits(HOUR);
        assert_eq!(waiting().await, after_a_week, "{human}: longer");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_reminded_once_a_day_in_the_morning_of_what_is_due_and_what_expires() {
    let mut setup = Setup::default();
    let courses = "id,name,valid_until\nred,红色课程,2026-11-25\nlong,长期课程,2027-11-25\n";
    setup.files.push(("courses.csv".to_owned(), courses.to_owned()));
    let yingda = Yingda::start_with(setup).await;
    let store = &yingda.app.store;
    commit(store, leaves("o1", start(), form("261123-01", "甲局", "13800000000"))).await;
    let due = LeadChange::Due("2026-11-23".parse().ok());
    store
        .change_lead(seen(&account(), &number("261123-01"), 1), &due, &staff("li", start()))
        .await
        .expect("changeable");

    work(&yingda).run_due().await.expect("works");
    yingda.waits(HOUR);
    work(&yingda).run_due().await.expect("works");
    assert_eq!(due_kinds(&yingda).await, [NoticeKind::Due, NoticeKind::Expiring], "once a day");

    yingda.waits(12 * HOUR);
    work(&yingda).run_due().await.expect("works");
    assert_eq!(due_kinds(&yingda).await.len(), 2, "nobody is woken at eleven in the evening");
    yingda.waits(10 * HOUR);
    work(&yingda).run_due().await.expect("works");
    assert_eq!(due_kinds(&yingda).await.len(), 4, "the next morning");
    let notices = store.due_notices(yingda.now(), 20).await.expect("readable");
    let expiring = notices.iter().find(|notice| notice.kind == NoticeKind::Expiring).expect("queued");
    assert!(expiring.subject.contains("课程「红色课程」将在 2026-11-25 到期"), "{}", expiring.subject);
    assert!(!expiring.subject.contains("长期课程"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_miss_closes_itself_when_a_later_version_answers_it() {
    let yingda = Yingda::start().await;
    let store = &yingda.app.store;
    for text in ["多少钱呢", "外星人来了吗"] {
        let before = yingda::store::Record { version: 0, ..missed("o1", start(), text) };
        commit(store, before).await;
    }
    let list = async || {
        let found = store.list_missed(&account(), start(), yingda.now() + DAY).await.expect("readable");
        found.into_iter().map(|miss| miss.text).collect::<Vec<_>>()
    };
    assert_eq!(list().await.len(), 2);
    yingda.waits(HOUR);

    work(&yingda).run_due().await.expect("works");

    assert_eq!(list().await, ["外星人来了吗"]);
}
