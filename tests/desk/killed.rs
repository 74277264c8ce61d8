//! Promise 3: what was acknowledged survives `kill -9`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rand::RngExt as _;
use tokio::sync::Mutex;
use yingda::model::{Clock, Content, CustomerId};
use yingda::platform::wechat::Encryption;
use yingda::platform::wechat::simulator::Simulator;

use crate::support::process::{Process, http_client};
use crate::support::service::account;

/// Customers who write at the same time.
const CUSTOMERS: usize = 16;
/// How often the process is killed in the middle of it.
const KILLS: usize = 3;

/// A delivery that got an answer: WeChat will not ask again, unless the answer
/// was lost on the way.
struct Acknowledged {
    xml: Vec<u8>,
    reply: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_message_survives_a_kill_and_its_retry_gets_the_same_reply() {
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let mut process = Process::start().await;
    for round in 0..KILLS {
        let stop = Arc::new(AtomicBool::new(false));
        let customers = (0..CUSTOMERS).map(|n| {
            let customer = format!("oKilled-{round}-{n}");
            tokio::spawn(write(
                process.url("/hook/main"),
                customer,
                Arc::clone(&acknowledged),
                Arc::clone(&stop),
            ))
        });
        let customers: Vec<_> = customers.collect();
        let pause = rand::rng().random_range(300..900);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let folder = process.kill();
        stop.store(true, Ordering::SeqCst);
        futures_util::future::join_all(customers).await;
        process = Process::start_in(folder).await;
    }

    let acknowledged = acknowledged.lock().await;
    assert!(acknowledged.len() > 100, "too few to mean anything: {}", acknowledged.len());
    let (url, client) = (process.url("/hook/main"), http_client());
    for Acknowledged { xml, reply } in acknowledged.iter() {
        let again = deliver(&client, &url, xml).await.expect("it is running");
        assert_eq!(again, *reply, "{}", String::from_utf8_lossy(xml));
    }
    println!("{} acknowledged messages survived {KILLS} kills", acknowledged.len());
}

/// Sends message after message that nothing answers: each reply depends on how
/// often the customer was not understood before, so a lost one would show.
async fn write(
    url: String,
    customer: String,
    acknowledged: Arc<Mutex<Vec<Acknowledged>>>,
    stop: Arc<AtomicBool>,
) {
    let customer = CustomerId::parse(&customer).expect("printable");
    let (account, client) = (account(Encryption::Safe), http_client());
    for number in 0..10_000 {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        let content = Content::text(if number % 5 == 4 { "多少钱" } else { "天气预报" });
        let xml = Simulator::new(&account).compose(&content, &customer, Clock::System.now());
        let text = String::from_utf8(xml).expect("our own XML");
        let xml = numbered(&text, &format!("{}{number:05}", 1_000 + rand::rng().random_range(0..9_000)));
        if let Some(reply) = deliver(&client, &url, &xml).await {
            acknowledged.lock().await.push(Acknowledged { xml, reply });
        }
    }
}

pub fn numbered(xml: &str, id: &str) -> Vec<u8> {
    let (before, rest) = xml.split_once("<MsgId>").unwrap_or((xml, ""));
    let after = rest.split_once("</MsgId>").map_or("</xml>", |(_, after)| after);
    let before = before.strip_suffix("</xml>").unwrap_or(before);
    format!("{before}<MsgId>{id}</MsgId>{after}").into_bytes()
}

/// The reply as the customer reads it; None when nothing came back.
pub async fn deliver(client: &reqwest::Client, url: &str, xml: &[u8]) -> Option<String> {
    let account = account(Encryption::Safe);
    let wechat = Simulator::new(&account);
    let signed = wechat.deliver(xml, Clock::System.now());
    let answer = client.post(format!("{url}?{}", signed.query)).body(signed.body).send().await.ok()?;
    assert!(answer.status().is_success(), "{}", answer.status());
    let body = answer.bytes().await.ok()?;
    Some(format!("{:?}", wechat.read_reply(&body).expect("a reply that WeChat can read")))
}

/// A disk that is full takes nothing that needs new space; the journal has its
/// space already.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_answers_go_on_and_all_is_stored_when_there_is_room_again() {
    const ROOM: u64 = 400 * 1024;
    let folder = Process::start().await.kill();
    // How much the first start wrote depends on when it was killed.
    let largest = largest_file(folder.path());
    let full = Process::start_in_with_files_of_at_most(folder, largest + ROOM).await;
    let (url, client, mut acknowledged) = (full.url("/hook/main"), http_client(), Vec::new());
    let (account, customer) = (account(Encryption::Safe), CustomerId::parse("oFullDisk").expect("printable"));
    let words = "这句话很长，没有人会这样问，".repeat(40);

    for number in 0..600 {
        let xml = Simulator::new(&account).compose(&Content::text(&words), &customer, Clock::System.now());
        let xml = numbered(&String::from_utf8(xml).expect("our own XML"), &format!("7{number:05}"));
        let reply = deliver(&client, &url, &xml).await.expect("answered all the same");
        acknowledged.push(Acknowledged { xml, reply });
    }

    let log = std::fs::read_to_string(full.folder.path().join("log")).expect("a log");
    assert!(log.contains("The database takes no messages"), "the disk was never full:\n{log}");
    // Killed and started again, on a disk that is as full as before.
    let full = Process::start_in_with_files_of_at_most(full.kill(), largest + ROOM).await;
    let Acknowledged { xml, reply } = acknowledged.last().expect("many");
    let again = deliver(&client, &full.url("/hook/main"), xml).await.expect("it is running");
    assert_eq!(again, *reply, "known, although it is in the journal alone");
    for number in 600..620 {
        let xml = Simulator::new(&account).compose(&Content::text(&words), &customer, Clock::System.now());
        let xml = numbered(&String::from_utf8(xml).expect("our own XML"), &format!("7{number:05}"));
        let reply = deliver(&client, &full.url("/hook/main"), &xml).await.expect("answered all the same");
        acknowledged.push(Acknowledged { xml, reply });
    }
    let roomy = Process::start_in(full.kill()).await;
    for Acknowledged { xml, reply } in &acknowledged {
        let again = deliver(&client, &roomy.url("/hook/main"), xml).await.expect("it is running");
        assert_eq!(again, *reply);
    }
}

fn largest_file(folder: &std::path::Path) -> u64 {
    let files = std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable"));
    files.map(|entry| entry.metadata().expect("it is there").len()).max().expect("the database")
}
