//! Staff are told in their group: what, when, how often, and what never.

use std::time::Duration;

use jiff::Timestamp;
use yingda::model::effect::WaitReason;
use yingda::model::lead::{AnswerKind, Standing};
use yingda::model::{Clock, Effect, Human, Roster, ServedAccount};
use yingda::outbound::{Alerts, Round};
use yingda::platform::wecom_robot::Robot;
use yingda::store::{Record, Store};
use yingda::telemetry::Metrics;

use crate::support::databases::{fresh_stores, open};
use crate::support::robot::{FakeRobot, Mood};
use crate::support::said::{account, commit, customer, does, form, leaves, staff, time};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

fn start() -> Timestamp {
    time("2026-04-12T14:30:00Z")
}

fn alerts(store: &Store, clock: &Clock, robot: &FakeRobot, metrics: &Metrics) -> Alerts {
    alerts_where(Human::Contacts, store, clock, robot, metrics)
}

fn alerts_where(human: Human, store: &Store, clock: &Clock, robot: &FakeRobot, metrics: &Metrics) -> Alerts {
    let served = ServedAccount { id: account(), name: "培训中心".to_owned(), human };
    let names = Roster::new(vec![served]);
    let robot = Robot::new(&robot.address).expect("a good address");
    Alerts::new(store.clone(), clock.clone(), robot, names, metrics.notices.clone())
}

async fn round(alerts: &Alerts) -> Round {
    alerts.send_due().await.expect("the store works")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_lead_is_told_with_unit_and_headcount_and_nothing_that_leads_to_a_person() {
    for fresh in fresh_stores().await {
        let (robot, clock) = (FakeRobot::start().await, Clock::movable(start()));
        let alerts = alerts(&fresh.store, &clock, &robot, &Metrics::default());
        commit(&fresh.store, leaves("o1", start(), form("260412-01", "某县税务局", "13800000000"))).await;

        assert_eq!(round(&alerts).await, Round::Told { notices: 1 }, "{}", fresh.name());
        assert_eq!(round(&alerts).await, Round::Nothing, "once");

        let heard = robot.heard();
        assert_eq!(
            heard,
            ["新线索 260412-01：某县税务局，约50人。请到控制台「线索」查看。"],
            "{}",
            fresh.name()
        );
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_customer_puts_into_the_wrong_answer_is_not_told() {
    for fresh in fresh_stores().await {
        let (robot, clock) = (FakeRobot::start().await, Clock::movable(start()));
        let alerts = alerts(&fresh.store, &clock, &robot, &Metrics::default());
        let mut odd = form("260412-01", "税务局王建国13800000000", "13800000000");
        for answer in odd.answers.iter_mut().filter(|answer| answer.kind == AnswerKind::People) {
            answer.value = "问王建国".into();
            answer.standing = Standing::Unchecked;
        }
        commit(&fresh.store, leaves("o1", start(), odd)).await;

        round(&alerts).await;

        assert_eq!(robot.heard(), ["新线索 260412-01。请到控制台「线索」查看。"], "{}", fresh.name());
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_told_unless_they_are_taken_or_gone_by_then() {
    for fresh in fresh_stores().await {
        let (robot, clock) = (FakeRobot::start().await, Clock::movable(start()));
        let (store, alerts) = (&fresh.store, alerts(&fresh.store, &clock, &robot, &Metrics::default()));
        for name in ["o1", "o2", "o3", "o4"] {
            commit(store, does(name, start(), Effect::Wait(WaitReason::Complaint))).await;
        }
        store.take_waiting(&account(), &customer("o2"), &staff("li", start())).await.expect("works");
        commit(store, does("o3", start() + SECOND, Effect::StopWaiting)).await;
        commit(store, does("o4", start() + SECOND, Effect::Erase)).await;
        let test = does("o9", start(), Effect::Wait(WaitReason::Asked));
        commit(store, Record { is_test: true, ..test }).await;
        clock.advance(2 * MINUTE);

        assert_eq!(round(&alerts).await, Round::Told { notices: 1 }, "{}", fresh.name());

        assert_eq!(
            robot.heard(),
            ["有人要找人（投诉），已过 2 分钟。应答照样自动回复，请到控制台「会话」处理。"],
            "{}",
            fresh.name()
        );
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_where_staff_answer_in_the_chat_do_people_wait_in_it() {
    for fresh in fresh_stores().await {
        let (robot, clock) = (FakeRobot::start().await, Clock::movable(start()));
        commit(&fresh.store, does("o1", start(), Effect::Wait(WaitReason::Asked))).await;
        clock.advance(MINUTE);

        let alerts = alerts_where(Human::Yingda, &fresh.store, &clock, &robot, &Metrics::default());
        assert_eq!(round(&alerts).await, Round::Told { notices: 1 }, "{}", fresh.name());

        let told = robot.heard();
        assert_eq!(told.len(), 1, "{}: {told:?}", fresh.name());
        assert!(told[0].starts_with("有人在等人工") && told[0].contains("，已等 1 分钟。请到"), "{told:?}");
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_robot_that_fails_is_tried_again_less_and_less_often_also_after_a_restart() {
    for fresh in fresh_stores().await {
        let (robot, clock, metrics) = (FakeRobot::start().await, Clock::movable(start()), Metrics::default());
        commit(&fresh.store, leaves("o1", start(), form("260412-01", "甲局", "13800000000"))).await;
        let before = alerts(&fresh.store, &clock, &robot, &metrics);
        for (mood, pause) in
            [(Mood::BadGateway, 15), (Mood::Rubbish, 30), (Mood::Redirects, 60), (Mood::TooOften, 60)]
        {
            robot.turns(mood);
            assert_eq!(round(&before).await, Round::Failed, "{}: {mood:?}", fresh.name());
            clock.advance(Duration::from_secs(pause - 1));
            assert_eq!(round(&before).await, Round::Nothing, "{}: not yet after {mood:?}", fresh.name());
            clock.advance(SECOND);
        }
        let health = fresh.store.notice_health(clock.now()).await.expect("readable");
        assert_eq!((health.unsent, health.given_up), (1, 0), "{}", fresh.name());
        assert!(health.failure.is_some_and(|failure| failure.contains("45009")));
        assert!(metrics.encode().contains("yingda_notices_failures_total 4"));

        fresh.store.close().await;
        let reopened = open(&fresh.location).await;
        robot.turns(Mood::Good);
        let after = alerts(&reopened, &clock, &robot, &metrics);
        assert_eq!(round(&after).await, Round::Told { notices: 1 }, "{}", fresh.name());
        assert_eq!(robot.heard().len(), 5, "{}: a redirect is not followed", fresh.name());
        reopened.close().await;
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_news_any_more_is_given_up_and_counted() {
    for fresh in fresh_stores().await {
        let (robot, clock, metrics) = (FakeRobot::start().await, Clock::movable(start()), Metrics::default());
        let alerts = alerts(&fresh.store, &clock, &robot, &metrics);
        commit(&fresh.store, leaves("o1", start(), form("260412-01", "甲局", "13800000000"))).await;
        clock.advance(24 * 60 * MINUTE + SECOND);

        assert_eq!(round(&alerts).await, Round::Nothing, "{}", fresh.name());

        assert!(robot.heard().is_empty(), "{}", fresh.name());
        assert!(metrics.encode().contains("yingda_notices_given_up_total 1"));
        fresh.discard().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_tell_it_once_and_keep_the_robots_pace() {
    for fresh in fresh_stores().await {
        let (robot, clock) = (FakeRobot::start().await, Clock::movable(start()));
        for n in 0..25 {
            let told = form(&format!("260412-{n:02}"), "甲局", "13800000000");
            commit(&fresh.store, leaves(&format!("o{n}"), start(), told)).await;
        }
        let processes: Vec<Alerts> =
            (0..5).map(|_| alerts(&fresh.store, &clock, &robot, &Metrics::default())).collect();

        let rounds = futures_util::future::join_all(processes.iter().map(round)).await;
        let told = rounds.iter().filter(|round| matches!(round, Round::Told { .. })).count();
        assert_eq!((told, robot.heard().len()), (1, 1), "{}: {rounds:?}", fresh.name());
        assert_eq!(round(&processes[0]).await, Round::NotOurTurn, "{}: no faster", fresh.name());

        clock.advance(4 * SECOND);
        assert_eq!(round(&processes[1]).await, Round::Told { notices: 5 }, "{}: the rest", fresh.name());
        let all = robot.heard().join("\n");
        for n in 0..25 {
            assert_eq!(all.matches(&format!("260412-{n:02}：")).count(), 1, "{}: {all}", fresh.name());
        }
        fresh.discard().await;
    }
}
