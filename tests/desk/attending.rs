//! Staff in a conversation: words they leave come with the bot's next reply,
//! and the bot is silent only as long as they have it.

use std::time::Duration;

use yingda::conversation::Deed;
use yingda::model::message::Event;
use yingda::model::{Attendant, Content};

use crate::support::said::account;
use crate::support::service::{Customer, Setup, Yingda};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn words(text: &str) -> Deed {
    Deed::Leave { by: "li".to_owned(), text: text.to_owned() }
}

async fn attend(yingda: &Yingda, customer: &Customer<'_>, deed: &Deed) {
    yingda.app.desk.attend(&account(), customer.id(), deed).await.expect("it can be done");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_staff_leave_come_with_the_next_reply_and_once() {
    let yingda = Yingda::start().await;
    let customer = yingda.customer("o-one");
    let plain = customer.says("多少钱").await;

    attend(&yingda, &customer, &words("下周三可以来看场地。")).await;
    customer.does(&Content::Event(Event::Click { key: "nothing".into() })).await;
    let with_words = customer.says("多少钱").await;

    assert_eq!(with_words, format!("顾问回复您：\n下周三可以来看场地。\n\n{plain}"));
    assert_eq!(customer.says("多少钱").await, plain);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_staff_go_alone_where_the_bot_has_only_a_menu_to_add() {
    let yingda = Yingda::start().await;
    for (name, says) in
        [("o-there", "在吗"), ("o-thanks", "谢谢"), ("o-fine", "好的"), ("o-odd", "乌拉呜啦咕噜")]
    {
        let customer = yingda.customer(name);
        attend(&yingda, &customer, &words("请问是哪个班？")).await;

        let said = customer.says(says).await;

        assert_eq!(said, "顾问回复您：\n请问是哪个班？", "{says}");
        assert!(!customer.says("多少钱").await.contains("哪个班"), "{says}: once");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_were_taken_back_or_are_a_week_old_are_not_said() {
    let yingda = Yingda::start().await;
    let (one, other) = (yingda.customer("o-one"), yingda.customer("o-other"));
    attend(&yingda, &one, &words("明天可以。")).await;
    attend(&yingda, &other, &words("明天可以。")).await;

    attend(&yingda, &one, &Deed::TakeBackWords).await;
    yingda.waits(7 * DAY + Duration::from_secs(1));

    for customer in [one, other] {
        assert!(!customer.says("多少钱").await.contains("明天可以"), "{:?}", customer.id());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_colleague_has_the_conversation_only_their_words_are_said() {
    let yingda = Yingda::start().await;
    let customer = yingda.customer("o-one");

    attend(&yingda, &customer, &Deed::Take(Attendant::Staff("li".into()))).await;
    assert_eq!(customer.says("多少钱").await, "");
    attend(&yingda, &customer, &words("马上给您打电话。")).await;
    assert_eq!(customer.says("在吗").await, "顾问回复您：\n马上给您打电话。");
    assert_eq!(customer.says("好").await, "");
    attend(&yingda, &customer, &Deed::HandBack).await;

    let back = customer.says("多少钱").await;
    assert!(back.starts_with("顾问已离开对话") && back.contains("费用请问顾问"), "{back}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_staff_did_is_there_after_a_restart_and_sealed_where_it_may_be_personal() {
    let setup = Setup::default();
    let yingda = Yingda::start_with(setup.clone()).await;
    let customer = yingda.customer("o-one");
    customer.says("多少钱").await;
    attend(&yingda, &customer, &words("请打 13800000000")).await;

    let folder = yingda.stop().await;
    let database = std::fs::read(folder.path().join("data/yingda.db")).expect("readable");
    let yingda = Yingda::start_in(folder, &setup).await;
    let customer = yingda.customer("o-one");

    assert!(!database.windows(11).any(|bytes| bytes == b"13800000000"), "sealed in the file");
    assert!(customer.says("多少钱").await.contains("请打 13800000000"));
}

#[tokio::test(flavor = "multi_thread")]
async fn words_and_messages_at_once_lose_nothing() {
    let yingda = Yingda::start().await;
    let customer = yingda.customer("o-one");

    for round in 0..20 {
        yingda.waits(Duration::from_secs(10));
        let text = format!("第{round}句");
        let deed = words(&text);
        let (said, ()) = tokio::join!(customer.says("多少钱"), attend(&yingda, &customer, &deed));
        let next = customer.says("多少钱").await;
        let times = [&said, &next].iter().filter(|reply| reply.contains(&text)).count();
        assert_eq!(times, 1, "round {round}: {said} | {next}");
    }
}
