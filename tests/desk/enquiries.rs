//! An enquiry and a call for a person over signed requests, with the shipped
//! form: what a customer experiences, and what the store keeps of it.

use std::time::Duration;

use sqlx::{Connection as _, SqliteConnection};
use yingda::conversation::handoff;
use yingda::model::message::Event;
use yingda::model::{AccountId, Attendant, Content, Conversation, Reply, Stage};

use crate::support::service::{Customer, Setup, Yingda};

const MINUTE: Duration = Duration::from_secs(60);

const ENQUIRY: &str = "+++\nid = \"enquiry\"\nname = \"报名\"\nkind = \"form\"\nform = \"enquiry\"\ntriggers = [\"=咨询\", \"报名\"]\n+++\n";

fn with_form() -> Setup {
    let mut setup = Setup::default();
    setup.files.push(("rules/enquiry.md".into(), ENQUIRY.into()));
    setup
}

/// What a reader sees: the words without their links.
fn shown(reply: &str) -> String {
    let mut parts = reply.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |seen, part| seen + part.split_once('>').map_or(part, |(_, after)| after))
}

async fn stored(yingda: &Yingda, customer: &Customer<'_>) -> Conversation {
    let account = AccountId::parse("main").expect("a slug");
    yingda.app.store.load_conversation(&account, customer.id()).await.expect("it can be read").conversation
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enquiry_is_asked_reviewed_and_handed_in_with_a_number() {
    let yingda = Yingda::start_with(with_form()).await;
    let customer = yingda.customer("a");

    assert!(shown(&customer.says("咨询").await).ends_with("同意回 1，不同意回 2（可直接打电话）。"));
    assert!(customer.says("1").await.starts_with("(1/5) 单位名称？"));
    assert!(customer.says("某县税务局").await.starts_with("(2/5)"));
    let side = customer.says("多少钱").await;
    assert!(side.starts_with("费用请问顾问。") && side.contains("我们接着填：(2/5)"), "{side}");
    assert!(customer.says("五十来人").await.starts_with("(3/5)"));
    assert!(customer.says("上一步").await.starts_with("(2/5)"));
    assert!(customer.says("50左右").await.starts_with("(3/5)"));
    assert!(customer.says("12月中旬").await.starts_with("(4/5)"));
    assert!(customer.says("没定").await.starts_with("(5/5)"));
    let review = customer.says("138 0000 0000").await;
    assert!(review.contains("某县税务局 / 约50人 / 12月中旬 / 待定 / 138****0000"), "{review}");
    let done = customer.says("1").await;

    assert!(done.starts_with("已收到，编号 261123-") && done.contains("顾问会按您留的电话联系您"), "{done}");
    let after = stored(&yingda, &customer).await;
    assert_eq!(after.stage, Stage::Idle);
    assert!(done.contains(after.handed_in.expect("it was handed in").number.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_kept_before_consent_nor_after_a_refusal() {
    let yingda = Yingda::start_with(with_form()).await;
    let customer = yingda.customer("a");

    customer.says("咨询").await;
    customer.says("某县税务局，50人，13800000000").await;
    let before = stored(&yingda, &customer).await;
    let refused = customer.says("2").await;

    let kept = serde_json::to_string(&before).expect("JSON");
    assert!(!kept.contains("税务局") && !kept.contains("13800000000"), "{kept}");
    assert!(refused.contains("0796-6559898"), "{refused}");
    assert_eq!(stored(&yingda, &customer).await.stage, Stage::Idle);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_told_while_a_form_lies_is_sealed_and_forgotten_with_it() {
    let yingda = Yingda::start_with(with_form()).await;
    let customer = yingda.customer("a");
    for text in ["咨询", "1", "人工"] {
        customer.says(text).await;
    }
    yingda.waits(24 * 60 * MINUTE);

    customer.says("13812345678").await;

    let Stage::Paused(paused) = stored(&yingda, &customer).await.stage else { panic!("it lies") };
    assert_eq!(paused.held.as_deref(), Some("13812345678"), "or this test shows nothing");
    assert!(!in_the_database(&yingda, "13812345678").await);
    let all = yingda.now() + Duration::from_secs(1);
    assert_eq!(yingda.app.store.forget_forms(all).await.expect("forgettable"), 1);
    assert_eq!(stored(&yingda, &customer).await.stage, Stage::Idle);
}

/// Whether any conversation holds these words as they were written.
async fn in_the_database(yingda: &Yingda, words: &str) -> bool {
    // So that it is there.
    yingda.app.store.count_messages(yingda.now()).await.expect("countable");
    let url = format!("sqlite:{}", yingda.folder.path().join("data/yingda.db").display());
    let mut database = SqliteConnection::connect(&url).await.expect("connects");
    let rows: Vec<(String,)> =
        sqlx::query_as("SELECT state FROM conversation").fetch_all(&mut database).await.expect("readable");
    assert!(!rows.is_empty(), "there is a conversation");
    rows.iter().any(|(state,)| state.contains(words))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_goes_on_after_a_restart_and_its_retry_does_not_move_it() {
    let setup = with_form();
    let yingda = Yingda::start_with(setup.clone()).await;
    let customer = yingda.customer("a");
    customer.says("咨询").await;
    customer.says("1").await;
    let unit = customer.message(&Content::text("某县税务局"));
    let first = yingda.post(&unit).await.text();
    let folder = yingda.stop().await;

    let yingda = Yingda::start_in(folder, &setup).await;
    let customer = yingda.customer("a");

    assert_eq!(yingda.post(&unit).await.text(), first, "the retry");
    assert!(customer.says("50人").await.starts_with("(3/5)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_left_lying_is_taken_up_again_and_the_message_is_answered() {
    let yingda = Yingda::start_with(with_form()).await;
    let customer = yingda.customer("a");
    for text in ["咨询", "1", "某县税务局", "50人"] {
        customer.says(text).await;
    }
    yingda.waits(30 * MINUTE);

    let reply = customer.says("多少钱").await;
    assert_eq!(shown(&reply), "费用请问顾问。\n上次填到第3步。1 继续  2 重填  3 不填了");
    assert!(customer.says("1").await.starts_with("(3/5)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_asks_for_a_person_hands_over_by_the_accounts_setting() {
    for (human, transfers) in [("contacts", false), ("wechat", true), ("yingda", false)] {
        let setup = Setup { account: format!("human = \"{human}\""), ..with_form() };
        let yingda = Yingda::start_with(setup).await;
        let customer = yingda.customer("a");
        for text in ["咨询", "1", "某县税务局"] {
            customer.says(text).await;
        }

        let answer = customer.does(&Content::text("人工")).await;

        let transferred = answer.reply == Some(Reply::Transfer { agent: None });
        assert_eq!(transferred, transfers, "{human}");
        assert!(customer.says("继续").await.starts_with("(2/5)"), "{human}: the form waits");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_are_said_to_be_told_only_where_a_robot_tells_them() {
    for (robot, told) in [
        ("", false),
        ("[notify]\nwecom_robot = \"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k\"\n", true),
    ] {
        let setup = Setup { account: robot.into(), ..Setup::default() };
        let yingda = Yingda::start_with(setup).await;

        let reply = yingda.customer("a").says("人工").await;

        assert_eq!(reply.contains("已通知顾问"), told, "{reply}");
        assert!(reply.contains("0796-6559898"), "{reply}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wechats_agents_silence_the_bot_from_their_session_to_its_end() {
    let setup = Setup { account: "human = \"wechat\"".into(), ..Setup::default() };
    let yingda = Yingda::start_with(setup).await;
    let customer = yingda.customer("a");
    let event = |event| Content::Event(event);

    customer.does(&event(Event::AgentSessionOpened { agent: "kf@a".into() })).await;
    assert_eq!(customer.says("多少钱").await, "");
    let held = stored(&yingda, &customer).await;
    assert_eq!(handoff::held_by(&held, yingda.now()), Some(&Attendant::Agent("kf@a".into())));
    customer.does(&event(Event::AgentSessionClosed { agent: "kf@a".into() })).await;

    let back = customer.says("多少钱").await;
    assert!(back.starts_with("顾问已离开对话") && back.ends_with("费用请问顾问。"), "{back}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_left_lying_for_more_than_a_week_is_forgotten_with_all_that_was_filled_in() {
    let yingda = Yingda::start_with(with_form()).await;
    let customer = yingda.customer("a");
    for said in ["咨询", "1", "某县税务局", "50"] {
        customer.says(said).await;
    }

    yingda.waits(7 * 24 * 60 * MINUTE);
    yingda.app.schedule.run_due().await.expect("jobs run");
    assert!(stored(&yingda, &customer).await.is_personal(), "a week is not over yet");
    yingda.waits(61 * MINUTE);
    yingda.app.schedule.run_due().await.expect("jobs run");

    assert_eq!(stored(&yingda, &customer).await.stage, Stage::Idle);
    assert_eq!(customer.says("多少钱").await, "费用请问顾问。");
}
