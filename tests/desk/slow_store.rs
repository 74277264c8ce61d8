use std::time::{Duration, Instant};

use sqlx::{Connection as _, Executor as _, SqliteConnection};

use yingda::conversation::Deed;

use crate::support::said::account;
use crate::support::service::{Setup, Yingda};

/// Longer than SQLite waits for a lock, so that the commit fails for good and
/// has to be tried again.
const LOCKED_FOR: Duration = Duration::from_secs(7);

async fn lock(yingda: &Yingda) -> SqliteConnection {
    let url = format!("sqlite:{}", yingda.folder.path().join("data/yingda.db").display());
    let mut other = SqliteConnection::connect(&url).await.expect("connects");
    other.execute("BEGIN EXCLUSIVE").await.expect("the lock is free");
    other
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_who_wait_for_a_stuck_store_do_not_keep_their_customer_waiting() {
    let setup = Setup { desk: "answer_budget = \"500ms\"".to_owned(), ..Setup::default() };
    let yingda = Yingda::start_with(setup).await;
    let customer = yingda.customer("a");
    let mut other = lock(&yingda).await;
    let (account, started) = (account(), Instant::now());
    let words = Deed::Leave { by: "li".to_owned(), text: "下周三可以。".to_owned() };

    let says = async { (customer.says("多少钱").await, started.elapsed()) };
    let (left, (reply, took)) = tokio::join!(yingda.app.desk.attend(&account, customer.id(), &words), says);

    assert_eq!(reply, "费用请问顾问。");
    assert!(took < Duration::from_secs(2), "it took {took:?}");
    assert!(left.is_err(), "they are told that it is not done");
    other.execute("ROLLBACK").await.expect("unlocks");
    yingda.app.desk.attend(&account, customer.id(), &words).await.expect("it can be done again");
    assert!(customer.says("多少钱").await.contains("下周三可以。"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_stuck_does_not_silence_the_bot_and_gets_the_message_later() {
    let yingda = Yingda::start().await;
    let mut other = lock(&yingda).await;
    let locked = Instant::now();

    let reply = yingda.customer("a").says("多少钱").await;

    assert_eq!(reply, "费用请问顾问。");
    assert!(locked.elapsed() < Duration::from_secs(1), "the journal took it: {:?}", locked.elapsed());
    tokio::time::sleep(LOCKED_FOR.saturating_sub(locked.elapsed())).await;
    assert!(readiness(&yingda).await.contains("\"store\":\"behind\""), "{}", readiness(&yingda).await);
    other.execute("ROLLBACK").await.expect("unlocks");
    let stored =
        async || yingda.app.store.count_messages(jiff::Timestamp::UNIX_EPOCH).await.expect("countable");
    let until = Instant::now() + Duration::from_secs(20);
    while stored().await == 0 && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(stored().await, 1);
    assert!(readiness(&yingda).await.contains("\"store\":\"ok\""), "{}", readiness(&yingda).await);
}

async fn readiness(yingda: &Yingda) -> String {
    String::from_utf8(yingda.request("GET", "/readyz", Vec::new()).await.body).expect("JSON")
}
