use yingda::model::Content;
use yingda::model::message::Event;
use yingda::platform::wechat::Encryption;

use crate::support::service::{Setup, Yingda};

#[tokio::test(flavor = "multi_thread")]
async fn a_retried_message_gets_the_same_reply() {
    let yingda = Yingda::start().await;
    let customer = yingda.customer("a");
    let message = customer.message(&Content::text("听不懂的话"));

    let first = yingda.post(&message).await.text();
    let retry = yingda.post(&message).await.text();

    assert_eq!(first, retry, "a second miss would be worded differently");
    assert_ne!(customer.says("又听不懂").await, first, "and the miss was counted once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_under_a_new_signature_gets_the_same_reply_in_every_mode() {
    for encryption in [Encryption::Plain, Encryption::Compatible, Encryption::Safe] {
        let yingda = Yingda::start_with(Setup { encryption, ..Setup::default() }).await;
        let xml = yingda.customer("a").xml(&Content::text("听不懂的话"));
        let deliver = || yingda.wechat().deliver(&xml, yingda.now());

        let first = yingda.post(&deliver()).await.text();
        let retry = yingda.post(&deliver()).await.text();

        assert_eq!(first, retry, "{encryption:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn retries_that_arrive_while_the_first_is_answered_share_its_answer() {
    let yingda = Yingda::start().await;
    let message = yingda.customer("a").message(&Content::text("听不懂的话"));

    let answers = futures_util::future::join_all((0..20).map(|_| yingda.post(&message))).await;

    let texts: Vec<String> = answers.iter().map(super::super::support::service::Answer::text).collect();
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
    let stored = yingda.app.store.count_messages(jiff::Timestamp::UNIX_EPOCH).await.expect("countable");
    assert_eq!(stored, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_a_retry_gets_the_stored_reply() {
    let setup = Setup::default();
    let yingda = Yingda::start_with(setup.clone()).await;
    let message = yingda.customer("a").message(&Content::text("听不懂的话"));
    let first = yingda.post(&message).await.text();
    let folder = yingda.stop().await;

    let yingda = Yingda::start_in(folder, &setup).await;

    assert_eq!(yingda.post(&message).await.text(), first);
    let second = yingda.customer("a").says("又听不懂").await;
    assert_ne!(second, first, "the conversation is where it was before the restart");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_counts_as_what_was_answered_not_as_what_would_be_answered_now() {
    let setup = Setup::default();
    let yingda = Yingda::start_with(setup.clone()).await;
    let message = yingda.customer("a").message(&Content::text("听不懂的话"));
    yingda.post(&message).await;
    let folder = yingda.stop().await;
    let rule = "+++\nid = \"new\"\nname = \"新\"\ntriggers = [\"=听不懂的话\"]\n+++\n现在懂了。\n";
    std::fs::write(folder.path().join("responses/rules/new.md"), rule).expect("writable");
    let yingda = Yingda::start_in(folder, &setup).await;

    yingda.post(&message).await;

    let metrics = yingda.app.metrics.encode();
    assert!(metrics.contains("outcome=\"fallback\"} 1"), "{metrics}");
    assert!(!metrics.contains("outcome=\"answer\"} 1"), "{metrics}");
    assert_eq!(yingda.customer("b").says("听不懂的话").await, "现在懂了。");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_leaves_is_erased_and_a_late_retry_stays_harmless() {
    let yingda = Yingda::start().await;
    let customer = yingda.customer("a");
    customer.says("听不懂的话").await;
    let question = customer.message(&Content::text("我的电话是 13812345678"));
    yingda.post(&question).await;

    customer.does(&Content::Event(Event::Unfollow)).await;

    let account = yingda::model::AccountId::parse("main").expect("a slug");
    let conversation = yingda.app.store.load_conversation(&account, customer.id()).await.expect("readable");
    assert_eq!(conversation.conversation, yingda::model::Conversation::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_may_ask_to_be_erased_and_a_retry_of_it_is_answered_alike() {
    let setup = Setup::default();
    let yingda = Yingda::start_with(setup.clone()).await;
    let customer = yingda.customer("a");
    let question = customer.message(&Content::text("我的电话是 13812345678"));
    yingda.post(&question).await;
    let request = customer.message(&Content::text("删除我的信息"));

    let done = yingda.post(&request).await.text();

    assert!(done.contains("删除"), "{done}");
    let folder = yingda.stop().await;
    let file = std::fs::read(folder.path().join("data/yingda.db")).expect("the database");
    let openid = b"oFrontDoorCustomer-a";
    assert!(!file.windows(openid.len()).any(|window| window == openid), "the openid is still in the file");
    let yingda = Yingda::start_in(folder, &setup).await;
    assert_eq!(yingda.post(&request).await.text(), done);
}
