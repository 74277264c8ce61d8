//! While the database is away, answers go on, and everything is there in the
//! end (DESIGN.md D3). A few seconds with every run of the tests; longer with
//! YINGDA_CHAOS_SECONDS=60.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use futures_util::future::join_all;
use rand::RngExt as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use yingda::model::{AccountId, Content, Reply};
use yingda::platform::wechat::Encryption;
use yingda::platform::wechat::simulator::Signed;
use yingda::store::Location;

use crate::support::databases::{FreshStore, fresh_postgres, open};
use crate::support::proxy::{Wire, through_a_proxy};
use crate::support::service::{Setup, Yingda};

const CUSTOMERS: usize = 8;
/// WeChat waits five seconds; we promise two.
const LONGEST_ANSWER: Duration = Duration::from_secs(2);

struct Said {
    message: Signed,
    reply: Option<Reply>,
    took: Duration,
}

fn seconds_of_chaos() -> u64 {
    std::env::var("YINGDA_CHAOS_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(6)
}

fn setup(url: &str) -> Setup {
    Setup { store_url: Some(url.to_owned()), desk: "flood_limit = 0".to_owned(), ..Setup::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_postgresql_comes_and_goes_every_message_is_answered_in_time_and_none_is_lost() {
    let Some(location) = fresh_postgres().await else { return };
    let Location::Postgres { url } = &location else { return };
    let (proxy, through) = through_a_proxy(url).await;
    let yingda = Arc::new(Yingda::start_with(setup(&through)).await);
    let stop = Arc::new(AtomicBool::new(false));

    let customers: Vec<_> = (0..CUSTOMERS)
        .map(|n| tokio::spawn(keep_asking(Arc::clone(&yingda), n, Arc::clone(&stop))))
        .collect();
    let until = Instant::now() + Duration::from_secs(seconds_of_chaos());
    let mut outages = 0;
    while Instant::now() < until {
        let (wire, up, down) = {
            let mut draw = rand::rng();
            let wire = if draw.random_bool(0.5) { Wire::Cut } else { Wire::Clogged };
            (wire, draw.random_range(100..700), draw.random_range(100..1_500))
        };
        tokio::time::sleep(Duration::from_millis(up)).await;
        proxy.set(wire);
        outages += 1;
        tokio::time::sleep(Duration::from_millis(down)).await;
        proxy.set(Wire::Open);
    }
    stop.store(true, Ordering::SeqCst);
    let said: Vec<Vec<Said>> =
        join_all(customers).await.into_iter().map(|done| done.expect("no panic")).collect();

    check_answers(&said, outages);
    wait_until_nothing_waits(&yingda).await;
    check_everything_is_there(&location, &said).await;
    let yingda = Arc::try_unwrap(yingda).ok().expect("nobody asks any more");
    drop(yingda.stop().await);
    FreshStore::discard_at(open(&location).await, location).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_plain_mode_a_captured_url_stays_worthless_while_postgresql_is_away() {
    let Some(location) = fresh_postgres().await else { return };
    let Location::Postgres { url } = &location else { return };
    let (proxy, through) = through_a_proxy(url).await;
    let yingda = Yingda::start_with(Setup { encryption: Encryption::Plain, ..setup(&through) }).await;
    let seen = yingda.customer("a").message(&Content::text("多少钱"));
    yingda.post(&seen).await;

    proxy.set(Wire::Cut);
    let forged =
        Signed { query: seen.query.clone(), body: yingda.customer("b").xml(&Content::text("人工")) };
    let refused = yingda.post(&forged).await;
    let honest = yingda.post(&yingda.customer("b").message(&Content::text("多少钱"))).await;
    proxy.set(Wire::Open);

    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(honest.status, StatusCode::OK);
    wait_until_nothing_waits(&yingda).await;
    drop(yingda.stop().await);
    FreshStore::discard_at(open(&location).await, location).await;
}

async fn keep_asking(yingda: Arc<Yingda>, number: usize, stop: Arc<AtomicBool>) -> Vec<Said> {
    let customer = yingda.customer(&format!("chaos-{number}"));
    let mut said = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        // Its reply depends on how often the customer was not understood before.
        let words = if said.len() % 7 == 6 { "多少钱" } else { "天气预报" };
        let message = customer.message(&Content::text(words));
        let started = Instant::now();
        let answer = yingda.post(&message).await;
        assert!(answer.status.is_success(), "{}", answer.status);
        said.push(Said { message, reply: answer.reply, took: started.elapsed() });
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    said
}

fn check_answers(said: &[Vec<Said>], outages: u32) {
    let all: Vec<&Said> = said.iter().flatten().collect();
    let slowest = all.iter().map(|said| said.took).max().unwrap_or_default();
    println!("{} messages over {outages} outages, the slowest answer took {slowest:?}", all.len());
    assert!(all.len() > 100, "too few to mean anything: {}", all.len());
    assert!(slowest < LONGEST_ANSWER, "an answer took {slowest:?}");
}

async fn wait_until_nothing_waits(yingda: &Yingda) {
    let until = Instant::now() + Duration::from_secs(30);
    while yingda.app.store.committer().waiting() > 0 {
        assert!(Instant::now() < until, "{} still wait", yingda.app.store.committer().waiting());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Another process, which knows nothing but the database, answers every retry
/// with the reply that was sent, and stands where the first one stood.
async fn check_everything_is_there(location: &Location, said: &[Vec<Said>]) {
    let Location::Postgres { url } = location else { return };
    let other = Yingda::start_with(setup(url)).await;
    for (number, said) in said.iter().enumerate() {
        for said in said {
            let again = other.post(&said.message).await;
            assert_eq!(again.reply, said.reply, "{}", String::from_utf8_lossy(&again.body));
        }
        let (account, customer) =
            (AccountId::parse("main").expect("a slug"), other.customer(&format!("chaos-{number}")));
        let loaded = other.app.store.load_conversation(&account, customer.id()).await.expect("readable");
        // Counted up to three.
        let missed = (said.len() % 7).min(3);
        assert_eq!(
            usize::from(loaded.conversation.misses.in_a_row),
            missed,
            "customer {number}: {}",
            said.len()
        );
    }
    let stored = other.app.store.count_messages(jiff::Timestamp::UNIX_EPOCH).await.expect("countable");
    let all: usize = said.iter().map(Vec::len).sum();
    assert_eq!(usize::try_from(stored).expect("positive"), all);
    drop(other.stop().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn in_plain_mode_a_retry_does_not_wait_for_a_database_that_hangs() {
    let Some(location) = fresh_postgres().await else { return };
    let Location::Postgres { url } = &location else { return };
    let (proxy, through) = through_a_proxy(url).await;
    let yingda = Yingda::start_with(Setup { encryption: Encryption::Plain, ..setup(&through) }).await;
    let xml = yingda.customer("a").xml(&Content::text("多少钱"));
    let first = yingda.post(&yingda.wechat().deliver(&xml, yingda.now())).await;
    proxy.set(Wire::Clogged);
    let started = Instant::now();

    let retry = yingda.post(&yingda.wechat().deliver(&xml, yingda.now())).await;

    assert_eq!(retry.reply, first.reply);
    assert!(started.elapsed() < LONGEST_ANSWER, "it took {:?}", started.elapsed());
    proxy.set(Wire::Open);
    drop(yingda.stop().await);
    FreshStore::discard_at(open(&location).await, location).await;
}

/// A standby after a failover, or a provider that locks a full database.
#[tokio::test(flavor = "multi_thread")]
async fn while_postgresql_takes_no_writes_messages_are_answered_and_none_is_lost() {
    let Some(location) = fresh_postgres().await else { return };
    let Location::Postgres { url } = &location else { return };
    let yingda = Yingda::start_with(setup(url)).await;
    let mut owner = PgConnection::connect(url).await.expect("it answers");
    let (_, name) = url.rsplit_once('/').expect("a URL with a database name");
    let read_only =
        |on: &str| AssertSqlSafe(format!("ALTER DATABASE {name} SET default_transaction_read_only = {on}"));
    owner.execute(read_only("on")).await.expect("its owner");

    for _ in 0..3 {
        assert_eq!(yingda.customer("a").says("多少钱").await, "费用请问顾问。");
    }

    let health = yingda.request("GET", "/readyz", Vec::new()).await;
    let health = String::from_utf8(health.body).expect("JSON");
    assert!(health.contains("\"store\":\"behind\""), "{health}");
    assert_eq!(yingda.app.store.committer().waiting(), 3);
    owner.execute(read_only("off")).await.expect("its owner");
    wait_until_nothing_waits(&yingda).await;
    let stored = yingda.app.store.count_messages(jiff::Timestamp::UNIX_EPOCH).await.expect("countable");
    assert_eq!(stored, 3);
    drop(yingda.stop().await);
    FreshStore::discard_at(open(&location).await, location).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_without_postgresql_answers_from_the_folder_and_stores_when_it_is_there() {
    let Some(location) = fresh_postgres().await else { return };
    let Location::Postgres { url } = &location else { return };
    let (proxy, through) = through_a_proxy(url).await;
    proxy.set(Wire::Cut);

    let mut yingda = Yingda::start_with(setup(&through)).await;

    for _ in 0..3 {
        assert_eq!(yingda.customer("a").says("多少钱").await, "费用请问顾问。");
    }
    let health = yingda.request("GET", "/readyz", Vec::new()).await;
    let health = String::from_utf8(health.body).expect("JSON");
    assert!(health.contains("\"store\":\"unreachable\""), "{health}");
    let trouble = yingda.app.store.committer().trouble().expect("it is told").to_string();
    assert!(trouble.contains("连不上 PostgreSQL"), "{trouble}");
    // A crash: the next start finds it unreachable too, and the journal not empty.
    let folder = crashed(&yingda);
    drop(yingda.stop().await);
    yingda = Yingda::start_in(folder, &setup(&through)).await;
    assert_eq!(yingda.app.store.committer().waiting(), 3, "what the process before had accepted");
    assert_eq!(yingda.customer("b").says("多少钱").await, "费用请问顾问。");
    proxy.set(Wire::Open);
    wait_until_nothing_waits(&yingda).await;
    let stored = yingda.app.store.count_messages(jiff::Timestamp::UNIX_EPOCH).await.expect("countable");
    assert_eq!(stored, 4);
    yingda.app.press.catch_up().await;
    let version = yingda.app.store.newest_version_number().await.expect("readable");
    assert_eq!(version, Some(1), "what answered is the first version");
    assert_eq!(yingda.customer("a").says("多少钱").await, "费用请问顾问。");
    drop(yingda.stop().await);
    FreshStore::discard_at(open(&location).await, location).await;
}

/// What would be left if the power went at this moment.
fn crashed(yingda: &Yingda) -> TempDir {
    let image = tempfile::tempdir().expect("a temporary folder");
    copy(yingda.folder.path(), image.path());
    image
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("creatable");
    for file in std::fs::read_dir(from).expect("a folder") {
        let (source, target) = file.map(|file| (file.path(), to.join(file.file_name()))).expect("a file");
        if source.is_dir() {
            copy(&source, &target);
        } else {
            std::fs::copy(&source, &target).expect("copyable");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_that_turns_up_after_the_start_is_told_and_not_touched() {
    const NEWER: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'later', TRUE, '', 0)";
    let Some(location) = fresh_postgres().await else { return };
    let Location::Postgres { url } = &location else { return };
    open(&location).await.close().await;
    let mut owner = PgConnection::connect(url).await.expect("it answers");
    owner.execute(NEWER).await.expect("insertable");
    let (proxy, through) = through_a_proxy(url).await;
    proxy.set(Wire::Cut);
    let yingda = Yingda::start_with(setup(&through)).await;
    assert_eq!(yingda.customer("a").says("多少钱").await, "费用请问顾问。");

    proxy.set(Wire::Open);

    let trouble = || yingda.app.store.committer().trouble().map(|trouble| trouble.to_string());
    let until = Instant::now() + Duration::from_secs(30);
    while !trouble().is_some_and(|trouble| trouble.contains("更新版本")) {
        assert!(Instant::now() < until, "{:?}", trouble());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(yingda.customer("a").says("多少钱").await, "费用请问顾问。");
    assert_eq!(yingda.app.store.committer().waiting(), 2, "nothing was written");
    owner.execute("DELETE FROM _sqlx_migrations WHERE version = 9999").await.expect("deletable");
    wait_until_nothing_waits(&yingda).await;
    drop(yingda.stop().await);
    FreshStore::discard_at(open(&location).await, location).await;
}
