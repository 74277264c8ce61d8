use tempfile::TempDir;
use yingda::model::message::{AuthorizationChange, Event};
use yingda::model::{AccountId, Content, Conversation, CustomerId};
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
    let setup = Setup::default();
    let yingda = Yingda::start_with(setup.clone()).await;
    let customer = yingda.customer("a");
    customer.says("听不懂的话").await;
    let question = customer.message(&Content::text("我的电话是 13812345678"));
    let answered = yingda.post(&question).await.text();
    let id = customer.id().clone();

    customer.does(&Content::Event(Event::Unfollow)).await;

    assert_eq!(yingda.post(&question).await.text(), answered, "it is still in memory");
    assert_eq!(standing(&yingda, &id).await, Conversation::default());
    let folder = yingda.stop().await;
    assert_names_nobody(&folder);
    let yingda = Yingda::start_in(folder, &setup).await;
    assert_eq!(yingda.post(&question).await.text(), "", "its words were erased, its key was not");
    assert_eq!(standing(&yingda, &id).await, Conversation::default());
    assert_names_nobody(&yingda.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_withdraws_or_ends_their_account_is_erased_when_wechat_tells_it() {
    for change in [AuthorizationChange::Revoked, AuthorizationChange::Cancelled] {
        let yingda = Yingda::start().await;
        let customer = yingda.customer("a");
        customer.says("听不懂的话").await;
        let id = customer.id().clone();
        assert_ne!(standing(&yingda, &id).await, Conversation::default());
        let told =
            Event::AuthorizationChanged { change, subject: Some(id.to_string()), revoked: "205".into() };

        let answer = yingda.customer("wechat-itself").does(&Content::Event(told)).await;

        assert_eq!(answer.text(), "", "{change:?}");
        assert_eq!(standing(&yingda, &id).await, Conversation::default(), "{change:?}");
        assert_names_nobody(&yingda.stop().await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_is_erased_however_much_they_wrote() {
    let setup = Setup { desk: "flood_limit = 2".into(), ..Setup::default() };
    let yingda = Yingda::start_with(setup).await;
    let customer = yingda.customer("a");
    for _ in 0..3 {
        customer.says("听不懂的话").await;
    }

    customer.does(&Content::Event(Event::Unfollow)).await;

    assert_eq!(standing(&yingda, customer.id()).await, Conversation::default());
    assert_names_nobody(&yingda.stop().await);
}

async fn standing(yingda: &Yingda, customer: &CustomerId) -> Conversation {
    let account = AccountId::parse("main").expect("a slug");
    yingda.app.store.load_conversation(&account, customer).await.expect("readable").conversation
}

/// Neither the database nor its log holds anybody's openid.
fn assert_names_nobody(folder: &TempDir) {
    let openid = b"oFrontDoorCustomer-";
    for file in ["data/yingda.db", "data/yingda.db-wal"] {
        let bytes = std::fs::read(folder.path().join(file)).unwrap_or_default();
        assert!(!bytes.windows(openid.len()).any(|window| window == openid), "an openid is in {file}");
    }
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
    assert_names_nobody(&folder);
    let yingda = Yingda::start_in(folder, &setup).await;
    assert_eq!(yingda.post(&request).await.text(), done);
}
