use std::time::Duration;

use yingda::model::Content;
use yingda::model::message::Event;

use crate::support::service::{Setup, Yingda};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_question_gets_its_answer() {
    let yingda = Yingda::start().await;

    assert_eq!(yingda.customer("a").says("请问多少钱").await, "费用请问顾问。");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_digit_counts_for_the_options_offered_last_for_ten_minutes() {
    let yingda = Yingda::start().await;
    let customer = yingda.customer("a");
    assert!(customer.follows().await.starts_with("您好。"));

    yingda.waits(10 * MINUTE);
    assert_eq!(customer.says("1").await, "费用请问顾问。", "at ten minutes");
    yingda.waits(Duration::from_secs(1));
    assert_ne!(customer.says("1").await, "费用请问顾问。", "after ten minutes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tapped_option_stays_valid_for_ever() {
    let yingda = Yingda::start().await;
    let customer = yingda.customer("a");
    yingda.waits(1_000 * MINUTE);
    let id = yingda::model::RuleId::parse("price").expect("an id").option_id();

    let tapped = Content::Text { text: "费用".to_owned(), option: Some(id) };

    assert_eq!(customer.does(&tapped).await.text(), "费用请问顾问。");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_option_of_the_welcome_carries_the_id_that_its_tap_is_known_by() {
    let yingda = Yingda::start().await;
    let customer = yingda.customer("a");
    let id = yingda::model::RuleId::parse("price").expect("an id").option_id();

    let welcome = customer.does(&Content::Event(Event::Follow { scene: None })).await.reply;
    let tapped = Content::Text { text: "费用".to_owned(), option: Some(id.clone()) };

    assert!(format!("{welcome:?}").contains(&id), "{welcome:?}");
    assert_eq!(customer.does(&tapped).await.text(), "费用请问顾问。");
}

#[tokio::test(flavor = "multi_thread")]
async fn options_of_one_customer_mean_nothing_to_another() {
    let yingda = Yingda::start().await;
    yingda.customer("a").follows().await;

    assert_ne!(yingda.customer("b").says("1").await, "费用请问顾问。");
}

#[tokio::test(flavor = "multi_thread")]
async fn misses_in_a_row_go_step_by_step_and_then_quiet_but_for_a_reminder() {
    let yingda = Yingda::start().await;
    let customer = yingda.customer("a");

    let steps = [customer.says("天气预报").await, customer.says("球赛").await, customer.says("外卖").await];
    let fourth = customer.says("快递").await;
    yingda.waits(10 * MINUTE);
    let reminder = customer.says("快递").await;

    assert!(steps.iter().all(|step| !step.is_empty()), "{steps:?}");
    assert!(steps[0] != steps[1] && steps[1] != steps[2], "{steps:?}");
    assert_eq!(fourth, "");
    assert_eq!(reminder, steps[2]);
    customer.says("多少钱").await;
    assert_eq!(customer.says("天气预报").await, steps[0], "an answer starts the steps anew");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sticker_is_answered_once_and_then_no_more() {
    let yingda = Yingda::start().await;
    let customer = yingda.customer("a");

    assert_ne!(customer.says("/::)").await, "");
    assert_eq!(customer.says("[微笑]").await, "");
    customer.says("多少钱").await;
    assert_ne!(customer.says("/::)").await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn media_and_unknown_messages_are_answered_and_events_without_a_rule_are_not() {
    let yingda = Yingda::start().await;
    let customer = yingda.customer("a");

    let picture = Content::Image { picture_url: "http://x".into(), media_id: "m".into() };
    assert!(customer.does(&picture).await.text().contains("看不了图片"));
    let view = Content::Event(Event::View { url: "https://example.org".into() });
    assert_eq!(customer.does(&view).await.text(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_floods_is_met_with_silence_until_the_minute_is_over() {
    let setup = Setup { desk: "flood_limit = 3".into(), ..Setup::default() };
    let yingda = Yingda::start_with(setup).await;
    let customer = yingda.customer("a");

    let mut replies = Vec::new();
    for _ in 0..4 {
        replies.push(customer.says("多少钱").await);
    }

    assert_eq!(replies, ["费用请问顾问。", "费用请问顾问。", "费用请问顾问。", ""]);
    assert_ne!(yingda.customer("b").says("多少钱").await, "", "others are not affected");
    yingda.waits(MINUTE);
    assert_ne!(customer.says("多少钱").await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_for_a_person_is_handed_to_wechats_agents_where_the_account_has_them() {
    let setup = Setup { account: "human = \"wechat\"".into(), ..Setup::default() };
    let yingda = Yingda::start_with(setup).await;

    let answer = yingda.customer("a").does(&Content::text("转人工")).await;

    assert_eq!(answer.reply, Some(yingda::model::Reply::Transfer { agent: None }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_reply_is_continued_on_demand() {
    let mut setup = Setup::default();
    let long = (0..120).map(|n| format!("第{n}条，住宿与用餐的说明。\n")).collect::<String>();
    let rule = format!("+++\nid = \"long\"\nname = \"说明\"\ntriggers = [\"=说明\"]\n+++\n{long}");
    setup.files.push(("rules/long.md".into(), rule));
    let yingda = Yingda::start_with(setup).await;
    let customer = yingda.customer("a");

    let mut whole = Vec::new();
    let mut part = customer.says("说明").await;
    while part.contains("继续") {
        assert!(part.len() <= 2047, "{}", part.len());
        whole.push(part);
        part = customer.says("继续").await;
    }
    whole.push(part);

    let together = whole.concat();
    for n in 0..120 {
        assert!(together.contains(&format!("第{n}条")), "line {n} is lost");
    }
    assert!(whole.len() > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_word_that_only_steers_a_dialogue_is_no_question_unless_a_rule_has_it() {
    let mut setup = Setup::default();
    let rule = |id: &str, header: &str, reply: &str| {
        let text = format!("+++\nid = \"{id}\"\nname = \"{id}\"\n{header}\n+++\n{reply}\n");
        (format!("rules/{id}.md"), text)
    };
    setup.files.push(rule("exam", "questions = [\"继续教育学时\", \"继续吗\"]", "学时请问顾问。"));
    setup.files.push(rule("cancel", "triggers = [\"=取消\"]", "取消请打电话。"));
    let yingda = Yingda::start_with(setup).await;
    let first_miss = yingda.customer("a").says("天气预报").await;

    assert_eq!(yingda.customer("b").says("继续").await, first_miss);
    assert_eq!(yingda.customer("c").says("取消").await, "取消请打电话。");
}
