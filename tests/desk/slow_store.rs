use std::time::{Duration, Instant};

use sqlx::{Connection as _, Executor as _, SqliteConnection};

use crate::support::service::Yingda;

/// Longer than SQLite waits for a lock, so that the commit fails for good and
/// has to be tried again.
const LOCKED_FOR: Duration = Duration::from_secs(7);

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_stuck_does_not_silence_the_bot_and_gets_the_message_later() {
    let yingda = Yingda::start().await;
    let database = yingda.folder.path().join("data/yingda.db");
    let url = format!("sqlite:{}", database.display());
    let mut other = SqliteConnection::connect(&url).await.expect("connects");
    other.execute("BEGIN EXCLUSIVE").await.expect("the lock is free");
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
