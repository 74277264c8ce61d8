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
