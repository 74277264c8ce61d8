//! By what a customer came, and which question a choice answers.

use yingda::model::effect::Effect;
use yingda::model::message::Event;
use yingda::model::{Content, Outcome, RuleId, Source};

use super::{customer, edition, edition_with, lead_of, says};

#[test]
fn a_lead_tells_by_what_the_customer_came() {
    let scan = Event::Scan { scene: "展会01".into() };
    let follow = Event::Follow { scene: Some("展会02".into()) };
    let click = Event::Click { key: "costs".into() };
    let cases = [
        (None, Source::Rule("enquiry".into())),
        (Some(scan), Source::Scan("展会01".into())),
        (Some(follow), Source::Scan("展会02".into())),
        (Some(click), Source::Menu("costs".into())),
    ];
    for (event, expected) in cases {
        let edition = edition();
        let mut customer = customer(&edition);
        if let Some(event) = event {
            customer.sends(Content::Event(event));
        }
        for text in ["咨询", "1", "跳过", "跳过", "跳过", "跳过", "13800000000"] {
            customer.says(text);
        }

        let submitted = customer.says("提交");

        assert_eq!(lead_of(&submitted).expect("a lead").source, Some(expected));
    }
}

#[test]
fn choosing_settles_the_question_that_was_asked_back_by_digit_and_by_tap() {
    let rule = |id: &str, name: &str| {
        format!("+++\nid = \"{id}\"\nname = \"{name}\"\ntriggers = [\"食宿\"]\n+++\n{name}请问顾问。\n")
    };
    let edition = edition_with(&[
        ("rules/lodging.md", &rule("lodging", "住宿")),
        ("rules/meals.md", &rule("meals", "用餐")),
    ]);
    for tapped in [false, true] {
        let mut customer = customer(&edition);
        let asked = customer.says("食宿呢");
        let Outcome::Choices(rules) = &asked.outcome else { panic!("not asked back: {asked:?}") };
        let first: RuleId = rules.first().expect("choices").clone();
        let key = asked.conversation.offered.as_ref().and_then(|offered| offered.asked_back.clone());

        let chosen = if tapped {
            customer.sends(Content::Text { text: "住宿".into(), option: Some(first.option_id()) })
        } else {
            customer.says("1")
        };

        assert_eq!(chosen.outcome, Outcome::Answer(first));
        assert_eq!(chosen.effects, [Effect::Settle(key.expect("it was asked back"))], "tapped: {tapped}");
        assert_eq!(customer.says("1").effects, [], "once is enough");
    }
}

#[test]
fn an_offer_that_asked_nothing_back_settles_nothing() {
    let edition = edition();
    let mut customer = customer(&edition);
    customer.says("多少钱");

    assert_eq!(customer.says("2").effects.iter().filter(|e| matches!(e, Effect::Settle(_))).count(), 0);
}

#[test]
fn tapping_a_wechat_id_answers_with_nothing_else() {
    let edition = edition();
    let mut customer = customer(&edition);
    let card = customer.says("联系方式");
    let yingda::model::Reply::Text { text } = &card.reply else { panic!("{card:?}") };
    let option = text.spans.iter().find_map(|span| match span {
        yingda::model::Span::Option { label, id } if label == "jgspxpy" => Some(id.clone()),
        _ => None,
    });

    let tapped = Content::Text { text: "jgspxpy".into(), option: option.clone() };
    assert_eq!(yingda::rehearsal::text_of(&customer.sends(tapped).reply), "jgspxpy");
    let forged = Content::Text { text: "任何话".into(), option };
    assert_ne!(yingda::rehearsal::text_of(&customer.sends(forged).reply), "任何话");
    assert!(says(&mut customer, "多少钱").contains("费用"));
}
