//! The bot falls silent only when someone who can answer has the conversation.

use std::time::Duration;

use yingda::conversation::handoff::{hand_back, held_by, take};
use yingda::model::effect::{Effect, WaitReason};
use yingda::model::message::Event;
use yingda::model::{Alerts, Attendant, Content, Human, Outcome, Reply, Stage};

use super::{customer, edition, edition_with, says};

const MINUTE: Duration = Duration::from_secs(60);

fn staff() -> Attendant {
    Attendant::Staff("甲".into())
}

#[test]
fn asking_for_a_person_never_silences_the_bot_by_itself() {
    let edition = edition();
    for human in [Human::Contacts, Human::Wechat, Human::Yingda] {
        let mut customer = customer(&edition);
        customer.human = human;

        customer.says("人工");

        assert!(says(&mut customer, "多少钱").contains("费用"), "{human:?}");
    }
}

#[test]
fn only_a_channel_that_reaches_staff_lets_the_bot_say_so_and_only_once() {
    let edition = edition();
    for (alerts, said) in [(Alerts::None, false), (Alerts::Reach, true)] {
        let mut customer = customer(&edition);
        customer.alerts = alerts;

        assert_eq!(says(&mut customer, "人工").contains("已通知顾问"), said, "{alerts:?}");
        assert!(!says(&mut customer, "人工").contains("已通知顾问"), "{alerts:?}, the second time");
    }
}

#[test]
fn what_is_said_after_asking_for_a_person_is_taken_for_what_they_need() {
    let edition = edition();
    let mut customer = customer(&edition);
    customer.says("人工");

    let noted = customer.says("天气预报和球赛");
    assert_eq!(noted.outcome, Outcome::Human(None), "no rule led there");
    customer.waits(11 * MINUTE);
    assert_eq!(customer.says("天气预报和球赛").outcome, Outcome::Fallback, "not for ever");
}

#[test]
fn a_hand_over_is_named_after_the_rule_that_led_there() {
    let rule =
        "+++\nid = \"desk\"\nname = \"前台\"\nkind = \"human\"\ntriggers = [\"找前台\"]\n+++\n请拨电话。\n";
    let edition = edition_with(&[("rules/desk.md", rule)]);
    let named = |text: &str| match customer(&edition).says(text).outcome {
        Outcome::Human(rule) => rule.map(|rule| rule.to_string()),
        other => panic!("{text}: {other:?}"),
    };

    assert_eq!(named("找前台").as_deref(), Some("desk"));
    assert_eq!(named("人工").as_deref(), Some("human"));
    assert_eq!(named("退出人工"), None);
}

#[test]
fn staff_have_the_conversation_until_they_are_idle_for_thirty_minutes() {
    let edition = edition();
    for (seconds, silent) in [(1_799, true), (1_800, false)] {
        let mut customer = customer(&edition);
        customer.is_taken(staff());
        customer.waits(Duration::from_secs(seconds));

        let decided = customer.says("多少钱");

        assert_eq!(decided.reply == Reply::Silence, silent, "after {seconds} s: {decided:?}");
    }
}

#[test]
fn a_customer_who_keeps_writing_does_not_keep_staff_who_say_nothing() {
    let edition = edition();
    let mut customer = customer(&edition);
    customer.is_taken(staff());
    let mut silent = 0;
    while says(&mut customer, "多少钱").is_empty() {
        silent += 1;
        customer.waits(5 * MINUTE);
        assert!(silent < 10, "silent for ever");
    }
    assert_eq!(silent, 6);
}

#[test]
fn a_form_waits_while_staff_have_the_conversation() {
    let edition = edition();
    let mut customer = customer(&edition);
    for text in ["咨询", "1", "某县税务局"] {
        customer.says(text);
    }
    customer.is_taken(staff());
    assert_eq!(says(&mut customer, "50人"), "");
    customer.is_handed_back();

    let back = says(&mut customer, "多少钱");

    assert!(back.contains("由我接着回答") && back.contains("上次填到第2步"), "{back}");
    assert!(says(&mut customer, "继续").contains("(2/5)"));
}

#[test]
fn taking_and_handing_back_are_plain_functions_of_the_conversation() {
    let now: jiff::Timestamp = super::NOW.parse().expect("a time");
    let idle = yingda::model::Conversation::default();

    let taken = take(&idle, staff(), now);
    assert_eq!(held_by(&taken, now), Some(&staff()));
    assert_eq!(held_by(&taken, now + 30 * MINUTE), None);
    let back = hand_back(&taken);
    assert_eq!(back.stage, Stage::HandedBack(None));
    assert_eq!(hand_back(&idle), idle, "what nobody has cannot be given back");
    let stored = serde_json::to_string(&taken).expect("JSON");
    assert_eq!(serde_json::from_str::<yingda::model::Conversation>(&stored).expect("JSON"), taken);
}

#[test]
fn wechats_agents_have_the_conversation_from_their_session_to_its_end() {
    let edition = edition();
    let mut customer = customer(&edition);
    customer.human = Human::Wechat;
    assert_eq!(customer.says("人工").reply, Reply::Transfer { agent: None });
    let opened = Event::AgentSessionOpened { agent: "a@x".into() };
    let passed = Event::AgentSessionPassed { from: "a@x".into(), to: "b@x".into() };
    let closed = Event::AgentSessionClosed { agent: "b@x".into() };

    let taken = customer.sends(Content::Event(opened));
    assert!(taken.effects.contains(&Effect::StopWaiting));
    assert_eq!(says(&mut customer, "多少钱"), "");
    customer.sends(Content::Event(passed));
    customer.waits(20 * MINUTE);
    assert_eq!(says(&mut customer, "多少钱"), "");
    customer.waits(20 * MINUTE);
    assert_eq!(says(&mut customer, "多少钱"), "", "it goes on while they talk");
    customer.sends(Content::Event(closed));
    assert!(says(&mut customer, "多少钱").starts_with("顾问已离开对话"));
}

#[test]
fn a_picture_and_a_complaint_wait_for_a_person() {
    let edition = edition();
    let mut customer = customer(&edition);

    let picture = Content::Image { picture_url: String::new(), media_id: "m".into() };
    assert!(customer.sends(picture).effects.contains(&Effect::Wait(WaitReason::Media)));
    assert!(customer.says("我要投诉").effects.contains(&Effect::Wait(WaitReason::Complaint)));
    customer.says("咨询");
    customer.says("1");
    let in_a_form = customer.says("人工");
    assert!(in_a_form.effects.contains(&Effect::Wait(WaitReason::Form)), "{in_a_form:?}");
}
