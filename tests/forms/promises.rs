//! What a form promises, whatever is typed into it.

use std::time::Duration;

use proptest::prelude::*;
use yingda::conversation::form::needs_number;
use yingda::model::lead::{AnswerKind, Standing};
use yingda::model::reply::Markup;
use yingda::model::{Limits, Outcome, Reply, Stage};

use super::{customer, edition, edition_with, lead_of, says};

/// What people type into forms, the odd and the hostile too.
const SAID: &[&str] = &[
    "1",
    "2",
    "3",
    "9",
    "同意",
    "不同意",
    "某县税务局",
    "50人",
    "五十来人",
    "下个月",
    "没定",
    "跳过",
    "上一步",
    "取消",
    "人工",
    "继续",
    "重填",
    "13800000000",
    "1380000000",
    "多少钱",
    "价格",
    "我要投诉",
    "报名",
    "咨询",
    "提交",
    "修改",
    "改电话",
    "好的",
    "嗯",
    "/::)",
    "你好？",
    "<a href=\"x\">",
    "{{phone}}",
    "〔待填写〕",
    "某县税务局，50人，13800000000",
    "退出人工",
    "电话改成13900000000",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn whatever_is_said_the_reply_fits_and_shows_no_number_and_nothing_is_kept_before_consent(
        script in prop::collection::vec((0..SAID.len(), 0u64..4), 1..40),
    ) {
        let edition = edition();
        let mut customer = customer(&edition);
        for (index, wait) in script {
            let text = SAID[index];
            customer.waits(Duration::from_secs(wait * 11 * 60));
            let decided = customer.says(text);
            if let Reply::Text { text: reply } = &decided.reply {
                let shown = reply.render(Markup::Plain);
                prop_assert!(!shown.contains("13800000000") && !shown.contains("13900000000"), "{} {}", text, shown);
                prop_assert!(!shown.contains("〔待填写"), "{}", shown);
                prop_assert!(reply.rendered_bytes(Markup::Wechat) <= Limits::STRICTEST.text_bytes);
            }
            if let Stage::Filling(filling) = &decided.conversation.stage {
                prop_assert!(filling.consented_at.is_some() || filling.answers.is_empty());
                prop_assert!(decided.conversation.offered.is_none(), "digits are the form's: {}", text);
            }
            if let Some(lead) = lead_of(&decided) {
                let phone = lead.answers.iter().find(|answer| answer.kind == AnswerKind::Phone);
                prop_assert!(phone.is_some_and(|phone| phone.standing != Standing::Skipped), "{:?}", lead);
                prop_assert_eq!(&decided.conversation.stage, &Stage::Idle);
            }
        }
    }

    #[test]
    fn the_same_unclear_reply_ends_every_form(text in "[呀哇咦嘿]{1,4}") {
        let edition = edition();
        let mut customer = customer(&edition);
        customer.says("咨询");
        customer.says("1");
        let mut replies = 0;
        // Five fields, two tries each, and the review.
        while replies < 14 {
            let decided = customer.says(&text);
            replies += 1;
            if !matches!(decided.conversation.stage, Stage::Filling(_)) {
                break;
            }
        }
        prop_assert!(replies < 14, "it goes on for ever");
    }
}

#[test]
fn a_number_is_wanted_exactly_when_the_next_message_may_hand_the_form_in() {
    let edition = edition();
    let mut customer = customer(&edition);
    for text in ["咨询", "1", "某县税务局，50人，下个月", "没定"] {
        assert!(!needs_number(&customer.says(text).conversation), "after {text}");
    }

    let reviewing = customer.says("13800000000");
    assert!(needs_number(&reviewing.conversation), "at the review");
    let submitted = customer.says("提交");
    assert!(!needs_number(&submitted.conversation), "after it");
    let number = lead_of(&submitted).expect("a lead").number.clone();
    for text in ["咨询", "1", "某县税务局，60人，下个月", "没定"] {
        customer.says(text);
    }
    let again = customer.says("13800000000");
    assert!(!needs_number(&again.conversation), "an update keeps its number");
    assert_eq!(lead_of(&customer.says("提交")).expect("a lead").number, number);
}

#[test]
fn a_second_enquiry_updates_the_first_up_to_thirty_days_later() {
    let numbers_after = |days: u64| {
        let edition = edition();
        let mut customer = customer(&edition);
        let mut numbers = Vec::new();
        for _ in 0..2 {
            for text in ["咨询", "1", "某县税务局，50人，下个月", "没定", "13800000000"] {
                customer.says(text);
            }
            numbers.push(lead_of(&customer.says("提交")).expect("a lead").number.clone());
            customer.waits(Duration::from_secs(days * 86_400));
        }
        numbers
    };

    for (days, updates) in [(1, true), (30, true), (31, false)] {
        let numbers = numbers_after(days);
        assert_eq!(numbers[0] == numbers[1], updates, "after {days} days");
    }
}

#[test]
fn a_form_is_paused_at_thirty_minutes_and_not_a_second_earlier() {
    for (seconds, paused) in [(1_799, false), (1_800, true), (7 * 86_400, true), (7 * 86_400 + 1, false)] {
        let edition = edition();
        let mut customer = customer(&edition);
        for text in ["咨询", "1", "某县税务局"] {
            customer.says(text);
        }
        customer.waits(Duration::from_secs(seconds));

        let reply = says(&mut customer, "多少钱");

        assert_eq!(reply.contains("上次填到第2步"), paused, "after {seconds} s: {reply}");
        assert!(reply.contains("费用请问顾问"), "the question is answered: {reply}");
    }
}

#[test]
fn a_side_question_is_cut_so_that_the_form_still_fits_and_its_rest_comes_on_demand() {
    let long: String = (0..120).map(|n| format!("第{n}条，住宿与用餐的说明。\n")).collect();
    let rule = format!("+++\nid = \"long\"\nname = \"说明\"\ntriggers = [\"说明\"]\n+++\n{long}");
    let edition = edition_with(&[("rules/long.md", &rule)]);
    let mut customer = customer(&edition);
    for text in ["咨询", "1", "某县税务局"] {
        customer.says(text);
    }

    let first = customer.says("有什么说明吗");
    let Reply::Text { text } = &first.reply else { panic!("{first:?}") };
    assert!(text.rendered_bytes(Markup::Wechat) <= Limits::STRICTEST.text_bytes);
    assert!(text.render(Markup::Plain).ends_with("我们接着填：(2/5) 大概多少人？"));
    let rest = says(&mut customer, "继续");
    assert!(rest.contains("条，住宿") && rest.ends_with("我们接着填：(2/5) 大概多少人？"), "{rest}");
}

#[test]
fn a_field_is_bounded_and_the_customer_is_told() {
    let edition = edition();
    let mut customer = customer(&edition);
    for text in ["咨询", "1"] {
        customer.says(text);
    }
    let at_limit = "某".repeat(200);
    let above = "某".repeat(201);

    assert!(says(&mut customer, &above).contains("200 字以内"));
    assert!(says(&mut customer, &at_limit).contains("(2/5)"));
}

#[test]
fn a_telephone_number_in_another_answer_is_kept_without_its_middle() {
    let edition = edition();
    let mut customer = customer(&edition);
    for text in ["咨询", "1", "跳过", "跳过", "跳过", "学党史，打13811112222说"] {
        customer.says(text);
    }

    let submitted = customer.says("提交");

    let lead = lead_of(&submitted).expect("a lead");
    let topic = lead.answers.iter().find(|answer| answer.field == "topic").expect("it was answered");
    assert_eq!(topic.value, "学党史，打138****2222说");
    let (personal, others): (Vec<_>, Vec<_>) =
        lead.answers.iter().partition(|answer| answer.kind.is_personal());
    assert!(others.iter().all(|answer| !answer.value.contains("13811112222")), "{others:?}");
    assert!(personal.iter().any(|answer| answer.value.contains("13811112222")), "{personal:?}");
}

#[test]
fn staff_may_take_a_form_away_while_somebody_fills_it_in() {
    let with_form = edition_with(&[
        (
            "forms/callback.toml",
            "[[field]]\nid = \"phone\"\nlabel = \"电话\"\nask = \"电话？\"\nkind = \"phone\"\nrequired = true\n",
        ),
        (
            "rules/callback.md",
            "+++\nid = \"callback\"\nname = \"回电\"\nkind = \"form\"\nform = \"callback\"\ntriggers = [\"=回电\"]\n+++\n",
        ),
    ]);
    let mut customer = customer(&with_form);
    customer.says("回电");
    let filling = customer.says("1").conversation;

    let without = edition();
    let mut later = super::customer(&without);
    later.stands_at(filling);

    assert_eq!(later.says("多少钱").outcome, Outcome::Answer("price".to_owned().try_into().expect("an id")));
}

#[test]
fn a_form_asks_in_its_own_words_and_order() {
    let form = "\
name = \"回电\"
consent = \"由{{keeper}}保存{{months}}个月，到期删除。\"
done = \"好，{{number}}。\"

[[field]]
id = \"phone\"
label = \"电话\"
ask = \"打哪个电话？\"
kind = \"phone\"
required = true
hint = \"写十一位数字。\"

[[field]]
id = \"note\"
label = \"备注\"
ask = \"还有什么？\"
personal = true
";
    let edition = edition_with(&[("forms/enquiry.toml", form)]);
    let mut customer = customer(&edition);

    assert!(says(&mut customer, "咨询").starts_with("由培训中心保存6个月，到期删除。\n同意回 1"));
    assert!(says(&mut customer, "1").starts_with("(1/2) 打哪个电话？"));
    assert!(says(&mut customer, "没有号").starts_with("写十一位数字。\n(1/2)"));
    assert!(says(&mut customer, "13800000000").starts_with("(2/2) 还有什么？"));
    assert!(says(&mut customer, "找张主任").contains("138****0000 / 找张主任"));
    let submitted = customer.says("1");
    let lead = lead_of(&submitted).expect("a lead");
    assert_eq!(yingda::rehearsal::text_of(&submitted.reply), format!("好，{}。", lead.number));
    let note = lead.answers.last().expect("two answers");
    assert!(note.kind.is_personal(), "{note:?}");
}
