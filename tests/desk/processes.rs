//! Several processes on one PostgreSQL: any of them takes any delivery, and one
//! that is killed in the middle loses nothing and answers nothing twice
//! differently.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rand::RngExt as _;
use tokio::sync::{Mutex, RwLock};
use yingda::model::{Clock, Content, CustomerId};
use yingda::platform::wechat::Encryption;
use yingda::platform::wechat::simulator::Simulator;
use yingda::store::Location;

use super::killed::{deliver, numbered};
use crate::support::databases::{FreshStore, fresh_postgres, open};
use crate::support::process::{Process, http_client};
use crate::support::service::account;

const CUSTOMERS: usize = 12;
const KILLS: usize = 3;

type Replies = Arc<Mutex<HashMap<Vec<u8>, Vec<String>>>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_processes_one_is_killed_again_and_again_and_no_message_is_lost_or_answered_differently() {
    let Some(location) = fresh_postgres().await else { return };
    let Location::Postgres { url } = &location else { return };
    let mut one = Process::start_on(url).await;
    let two = Process::start_on(url).await;
    let doors = Arc::new(RwLock::new([one.url("/hook/main"), two.url("/hook/main")]));
    let (replies, stop) = (Replies::default(), Arc::new(AtomicBool::new(false)));
    let customers: Vec<_> = (0..CUSTOMERS)
        .map(|n| tokio::spawn(write(n, Arc::clone(&doors), Arc::clone(&replies), Arc::clone(&stop))))
        .collect();
    let started = Instant::now();
    for _ in 0..KILLS {
        let pause = rand::rng().random_range(200..900);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let folder = one.kill();
        one = Process::start_in_on(folder, url).await;
        doors.write().await[0] = one.url("/hook/main");
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    stop.store(true, Ordering::SeqCst);
    futures_util::future::join_all(customers).await.into_iter().for_each(|done| done.expect("no panic"));

    let replies = replies.lock().await;
    let took = started.elapsed().as_secs_f64();
    println!("{} messages, {KILLS} kills of one of two processes in {took:.1} s", replies.len());
    assert!(replies.len() > 100, "too few to mean anything: {}", replies.len());
    let client = http_client();
    for (xml, replies) in replies.iter() {
        for door in doors.read().await.iter() {
            let again = deliver(&client, door, xml).await.expect("both run");
            for reply in replies {
                assert_eq!(again, *reply, "{}", String::from_utf8_lossy(xml));
            }
        }
    }
    let store = open(&location).await;
    let stored = store.count_messages(jiff::Timestamp::UNIX_EPOCH).await.expect("countable");
    assert!(usize::try_from(stored).expect("positive") >= replies.len());
    drop((one, two));
    FreshStore::discard_at(store, location).await;
}

/// Sends each message to one process, and now and then to both at once, as
/// WeChat does when an answer is late.
async fn write(number: usize, doors: Arc<RwLock<[String; 2]>>, replies: Replies, stop: Arc<AtomicBool>) {
    let customer = CustomerId::parse(&format!("oTwoProcesses-{number}")).expect("printable");
    let (account, client) = (account(Encryption::Safe), http_client());
    let mut nth = number;
    while !stop.load(Ordering::SeqCst) {
        nth += 1;
        let content = Content::text(if nth % 5 == 4 { "多少钱" } else { "天气预报" });
        let xml = Simulator::new(&account).compose(&content, &customer, Clock::System.now());
        let text = String::from_utf8(xml).expect("our own XML");
        let xml = numbered(&text, &format!("{}", 1_000_000 * (number + 1) + nth));
        let doors = doors.read().await.clone();
        let first = deliver(&client, &doors[nth % 2], &xml);
        let answers = if nth.is_multiple_of(3) {
            let (first, second) = tokio::join!(first, deliver(&client, &doors[(nth + 1) % 2], &xml));
            [first, second]
        } else {
            [first.await, None]
        };
        let answers: Vec<String> = answers.into_iter().flatten().collect();
        if !answers.is_empty() {
            replies.lock().await.entry(xml).or_default().extend(answers);
        }
    }
}
