//! Accounts made while the service runs: served at once, here and in other
//! processes; their secrets change without a message being lost.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use secrecy::{ExposeSecret as _, SecretString};
use yingda::accounts::{Accounts, NewAccount, Outcome, random_aes_key, random_token};
use yingda::model::{AccountId, Content, CustomerId, Encryption, Human, Reply};
use yingda::platform::wechat::simulator::Simulator;
use yingda::platform::wechat::{Account, EncodingAesKey, Settings, Token};
use yingda::store::{Actor, Operation, OperationKind, SecretPair, StoredAccount};
use yingda::telemetry::Metrics;

use crate::support::service::{APP_ID, Yingda};

const HOOK: &str = "/hook/second";
const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn fresh_pair() -> SecretPair {
    SecretPair { token: random_token(), aes_key: random_aes_key() }
}

fn new(id: &str, secrets: &SecretPair) -> NewAccount {
    NewAccount {
        id: AccountId::parse(id).expect("a slug"),
        name: "第二个号".to_owned(),
        human: Human::Contacts,
        encryption: Encryption::Safe,
        original_id: None,
        app_id: Some(APP_ID.to_owned()),
        secrets: secrets.clone(),
    }
}

fn does(yingda: &Yingda, kind: OperationKind) -> Operation {
    Actor { staff: None, name: "管理员".to_owned(), ip: String::new() }.does(kind, "second", yingda.now())
}

async fn make(yingda: &Yingda, secrets: &SecretPair) {
    let operation = does(yingda, OperationKind::AccountMade);
    let made = yingda.app.accounts.make(new("second", secrets), &operation);
    assert_eq!(made.await.expect("the store works"), Outcome::Done);
}

async fn stored(yingda: &Yingda) -> StoredAccount {
    yingda.app.store.load_accounts().await.expect("readable").remove(0)
}

async fn renew(yingda: &Yingda, secrets: &SecretPair) {
    let operation = does(yingda, OperationKind::AccountSecretsChanged);
    let account = stored(yingda).await;
    let done = yingda.app.accounts.renew(&account, secrets.clone(), &operation);
    assert_eq!(done.await.expect("the store works"), Outcome::Done);
}

/// WeChat, as it is set up there.
fn wechat(secrets: &SecretPair) -> Account {
    let text = |secret: &SecretString| secret.expose_secret().to_owned();
    Account::new(Settings {
        id: AccountId::parse("second").expect("a slug"),
        original_id: None,
        app_id: Some(APP_ID.to_owned()),
        token: Token::parse(&text(&secrets.token)).expect("a token"),
        aes_key: Some(EncodingAesKey::parse(&text(&secrets.aes_key)).expect("a key")),
        previous_aes_key: None,
        encryption: Encryption::Safe,
    })
    .expect("complete settings")
}

/// A message comes from WeChat; what the customer sees.
async fn asks(yingda: &Yingda, secrets: &SecretPair) -> Result<Reply, StatusCode> {
    let theirs = wechat(secrets);
    let simulator = Simulator::new(&theirs);
    let customer = CustomerId::parse("oSecondAccountsCustomer").expect("printable");
    let content = Content::text(&format!("价格{}", rand::random_range(0..1_000_000)));
    let xml = simulator.compose(&content, &customer, yingda.now());
    let signed = simulator.deliver(&xml, yingda.now());
    let answer = yingda.post_raw(HOOK, &signed.query, signed.body).await;
    match answer.status {
        StatusCode::OK => Ok(simulator.read_reply(&answer.body).expect("WeChat can read it")),
        refused => Err(refused),
    }
}

/// A second later.
async fn checks_the_address(yingda: &Yingda, secrets: &SecretPair) -> StatusCode {
    yingda.waits(SECOND);
    let theirs = wechat(secrets);
    let check = Simulator::new(&theirs).url_check(yingda.now());
    let answer = yingda.request("GET", &format!("{HOOK}?{}", check.query), Vec::new()).await;
    yingda.app.refusals.write_down(&yingda.app.store).await;
    answer.status
}

#[tokio::test]
async fn an_account_made_while_we_run_is_answered_at_once_and_removed_at_once() {
    let yingda = Yingda::start().await;
    let secrets = fresh_pair();
    assert_eq!(asks(&yingda, &secrets).await, Err(StatusCode::NOT_FOUND));

    make(&yingda, &secrets).await;

    assert!(asks(&yingda, &secrets).await.is_ok());
    assert_eq!(asks(&yingda, &fresh_pair()).await, Err(StatusCode::FORBIDDEN));
    assert_eq!(yingda.customer("a").says("价格").await, "费用请问顾问。", "the other one as before");

    let id = AccountId::parse("second").expect("a slug");
    yingda.app.accounts.remove(&id, &does(&yingda, OperationKind::AccountRemoved)).await.expect("works");
    assert_eq!(asks(&yingda, &secrets).await, Err(StatusCode::NOT_FOUND));
}

#[tokio::test]
async fn another_process_serves_a_new_account_once_it_looks() {
    let yingda = Yingda::start().await;
    let (store, clock) = (yingda.app.store.clone(), yingda.clock.clone());
    let other = Accounts::open(Vec::new(), store, clock, Metrics::default()).await.expect("readable");
    let id = AccountId::parse("second").expect("a slug");
    assert!(other.find(&id).is_none());

    make(&yingda, &fresh_pair()).await;
    other.catch_up().await.expect("the store works");

    assert!(other.find(&id).is_some());
    assert_eq!(other.roster().ids(), [id]);
}

#[tokio::test]
async fn another_process_serves_a_new_account_within_a_second() {
    let yingda = Yingda::start().await;
    let (store, clock) = (yingda.app.store.clone(), yingda.clock.clone());
    let other = Accounts::open(Vec::new(), store, clock, Metrics::default()).await.expect("readable");
    let following = tokio::spawn(other.clone().follow());
    let id = AccountId::parse("second").expect("a slug");

    make(&yingda, &fresh_pair()).await;
    let made_at = Instant::now();

    while other.find(&id).is_none() {
        assert!(made_at.elapsed() < SECOND, "it is not served");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    following.abort();
}

#[tokio::test]
async fn after_a_change_what_wechat_still_uses_is_accepted_for_a_day_and_not_longer() {
    let yingda = Yingda::start().await;
    let (before, after) = (fresh_pair(), fresh_pair());
    make(&yingda, &before).await;
    assert_eq!(checks_the_address(&yingda, &before).await, StatusCode::OK);

    renew(&yingda, &after).await;

    assert!(asks(&yingda, &before).await.is_ok(), "WeChat does not know yet");
    assert!(asks(&yingda, &after).await.is_ok(), "WeChat knows already");
    assert_eq!(checks_the_address(&yingda, &after).await, StatusCode::OK);

    yingda.waits(DAY - SECOND - Duration::from_millis(1));
    yingda.app.accounts.catch_up().await.expect("the store works");
    assert!(asks(&yingda, &before).await.is_ok(), "just below a day");
    yingda.waits(Duration::from_millis(1));
    yingda.app.accounts.catch_up().await.expect("the store works");
    assert_eq!(asks(&yingda, &before).await, Err(StatusCode::FORBIDDEN));
    assert!(asks(&yingda, &after).await.is_ok());
}

#[tokio::test]
async fn secrets_that_wechat_never_used_end_with_their_change() {
    let yingda = Yingda::start().await;
    let (used, never, last) = (fresh_pair(), fresh_pair(), fresh_pair());
    make(&yingda, &used).await;
    checks_the_address(&yingda, &used).await;

    renew(&yingda, &never).await;
    renew(&yingda, &last).await;

    assert!(asks(&yingda, &used).await.is_ok(), "this is what WeChat has");
    assert_eq!(asks(&yingda, &never).await, Err(StatusCode::FORBIDDEN));
    assert!(asks(&yingda, &last).await.is_ok());
}

#[tokio::test]
async fn an_account_of_the_configuration_is_never_replaced() {
    let yingda = Yingda::start().await;
    for id in ["main", "MAIN"] {
        let made = does(&yingda, OperationKind::AccountMade);
        let outcome = yingda.app.accounts.make(new(id, &fresh_pair()), &made).await;
        assert_eq!(outcome.expect("the store works"), Outcome::Taken, "{id}");
    }
    assert_eq!(yingda.customer("a").says("价格").await, "费用请问顾问。");
}

#[tokio::test]
async fn only_wechats_own_check_under_the_present_token_counts_as_verified() {
    let yingda = Yingda::start().await;
    let (before, after) = (fresh_pair(), fresh_pair());
    make(&yingda, &before).await;
    let id = AccountId::parse("second").expect("a slug");
    let verified = async || yingda.app.store.find_url_check(&id).await.expect("readable");

    let theirs = wechat(&before);
    let ours = Simulator::new(&theirs).marked_as_test().url_check(yingda.now());
    yingda.request("GET", &format!("{HOOK}?{}", ours.query), Vec::new()).await;
    yingda.app.refusals.write_down(&yingda.app.store).await;
    assert_eq!(verified().await, None, "`yingda doctor` asked");

    assert_eq!(checks_the_address(&yingda, &fresh_pair()).await, StatusCode::FORBIDDEN);
    assert_eq!(verified().await, None, "somebody guessed");
    checks_the_address(&yingda, &before).await;
    let first = verified().await.expect("WeChat asked");

    renew(&yingda, &after).await;
    yingda.waits(Duration::from_secs(60));
    checks_the_address(&yingda, &before).await;
    assert_eq!(verified().await, Some(first), "it still uses the token before");
}
