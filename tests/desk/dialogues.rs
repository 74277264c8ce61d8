//! Every dialogue that the shipped rulebook promises, over signed and encrypted
//! requests: on each database, by two processes in turn, and by one whose
//! neighbour is killed in the middle of a form. The transcripts' own gate plays
//! them without a store; here everything a customer meets is in between.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use yingda::model::message::Event;
use yingda::model::{Clock, Content, CustomerId};
use yingda::platform::wechat::Encryption;
use yingda::platform::wechat::simulator::Simulator;
use yingda::store::Location;

use super::killed::{deliver, numbered};
use crate::support::databases::{drop_database, fresh_postgres};
use crate::support::process::{Process, http_client};
use crate::support::service::{Customer, START, Setup, Yingda, account};

/// Everything between a transcript's first line and its end that a customer can
/// do; a transcript that needs staff or other settings is left to its gate.
enum Act {
    Does(Content),
    Expects(Vec<Wanted>),
    At(Timestamp),
    Waits(Duration),
    StartsOver,
}

enum Wanted {
    Has(String),
    Lacks(String),
    Is(String),
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shipped_dialogue_is_the_same_over_signed_requests_on_sqlite() {
    let yingda = Yingda::start_with(shipped(None)).await;

    let played = play_all(&[&yingda]).await;

    assert!(played >= 20, "too few transcripts could be played: {played}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shipped_dialogue_is_the_same_on_postgresql_by_two_processes_in_turn() {
    let Some(location) = fresh_postgres().await else { return };
    let Location::Postgres { url } = &location else { return };
    let (one, two) = (
        Yingda::start_with(shipped(Some(url.clone()))).await,
        Yingda::start_with(shipped(Some(url.clone()))).await,
    );

    let played = play_all(&[&one, &two]).await;

    assert!(played >= 20, "too few transcripts could be played: {played}");
    drop((one.stop().await, two.stop().await));
    drop_database(&location).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_form_goes_on_at_the_other_process_when_its_own_is_killed() {
    let Some(location) = fresh_postgres().await else { return };
    let Location::Postgres { url } = &location else { return };
    let mut processes = [
        Some(Process::start_on_with(url, &with_form().files).await),
        Some(Process::start_on_with(url, &with_form().files).await),
    ];
    let (client, account) = (http_client(), account(Encryption::Safe));
    let customer = CustomerId::parse("oFormAndKill").expect("printable");
    let dialogue = [
        ("咨询", "同意回 1"),
        ("1", "(1/5)"),
        ("某县税务局", "(2/5)"),
        ("多少钱", "我们接着填：(2/5)"),
        ("五十来人", "(3/5)"),
        ("12月中旬", "(4/5)"),
        ("没定", "(5/5)"),
        ("13800000000", "某县税务局 / 约50人 / 12月中旬 / 待定 / 138****0000"),
        ("1", "已收到，编号"),
    ];

    for (turn, (said, expected)) in dialogue.into_iter().enumerate() {
        let xml = Simulator::new(&account).compose(&Content::text(said), &customer, Clock::System.now());
        let xml = numbered(&String::from_utf8(xml).expect("our own XML"), &format!("9{turn:05}"));
        let (mine, other) = (turn % 2, (turn + 1) % 2);
        let door = |process: &Option<Process>| process.as_ref().expect("it runs").url("/hook/main");
        let reply = deliver(&client, &door(&processes[mine]), &xml).await.expect("answered");
        assert!(plain(&reply).contains(expected), "{said}: {reply}");

        let folder = processes[mine].take().expect("it runs").kill();
        let again = deliver(&client, &door(&processes[other]), &xml).await.expect("answered");
        assert_eq!(again, reply, "the retry of {said} at the other process");
        processes[mine] = Some(Process::start_in_on(folder, url).await);
    }

    drop(processes);
    drop_database(&location).await;
}

fn with_form() -> Setup {
    const ENQUIRY: &str = "+++\nid = \"enquiry\"\nname = \"报名\"\nkind = \"form\"\nform = \"enquiry\"\ntriggers = [\"=咨询\"]\n+++\n";
    let mut setup = Setup::default();
    setup.files.push(("rules/enquiry.md".into(), ENQUIRY.into()));
    setup
}

/// The rulebook that comes with the program.
fn shipped(store_url: Option<String>) -> Setup {
    let mut files = Vec::new();
    collect(&root(), &root(), &mut files);
    Setup { store_url, files, desk: "flood_limit = 0\n".to_owned(), ..Setup::default() }
}

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("responses")
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned();
            files.push((name, std::fs::read_to_string(&path).expect("UTF-8")));
        }
    }
}

/// How many transcripts were played.
async fn play_all(processes: &[&Yingda]) -> usize {
    let mut played = 0;
    let transcripts = shipped(None).files.into_iter().filter(|(path, _)| path.ends_with(".chat"));
    for (path, text) in transcripts {
        let Some(acts) = read(&text) else { continue };
        move_to(processes, START.parse().expect("a time"));
        play(&path, &acts, processes).await;
        played += 1;
    }
    played
}

async fn play(path: &str, acts: &[(usize, Act)], processes: &[&Yingda]) {
    static CUSTOMERS: AtomicU64 = AtomicU64::new(0);
    let fresh = || format!("dialogue-{}", CUSTOMERS.fetch_add(1, Ordering::Relaxed));
    let (mut name, mut turn, mut said) = (fresh(), 0, String::new());
    for (line, act) in acts {
        match act {
            Act::StartsOver => name = fresh(),
            Act::At(time) => move_to(processes, *time),
            Act::Waits(time) => processes.iter().for_each(|yingda| yingda.waits(*time)),
            Act::Does(content) => {
                turn += 1;
                said = reply(&processes[turn % processes.len()].customer(&name), content).await;
            }
            Act::Expects(wanted) => {
                for wanted in wanted {
                    let (holds, what) = match wanted {
                        Wanted::Has(part) => (said.contains(part), format!("含 {part}")),
                        Wanted::Lacks(part) => (!said.contains(part), format!("不含 {part}")),
                        Wanted::Is(whole) => (said == *whole, format!("是 {whole}")),
                    };
                    assert!(holds, "{path}:{line} {what}: {said}");
                }
            }
        }
    }
}

async fn reply(customer: &Customer<'_>, content: &Content) -> String {
    let answer = customer.does(content).await;
    assert!(answer.status.is_success(), "{}", answer.status);
    plain(&answer.reply.as_ref().map(yingda::rehearsal::text_of).unwrap_or_default())
}

/// What a reader sees: the words without their links.
fn plain(reply: &str) -> String {
    let mut parts = reply.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |seen, part| seen + part.split_once('>').map_or(part, |(_, after)| after))
}

fn move_to(processes: &[&Yingda], time: Timestamp) {
    for yingda in processes {
        if let Clock::Movable(ms) = &yingda.clock {
            ms.store(time.as_millisecond(), Ordering::SeqCst);
        }
    }
}

/// None when it needs what a customer cannot do.
fn read(transcript: &str) -> Option<Vec<(usize, Act)>> {
    let lines = (1..).zip(transcript.lines().map(str::trim));
    let spoken = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    spoken.map(|(number, line)| read_line(line).map(|act| (number, act))).collect()
}

fn read_line(line: &str) -> Option<Act> {
    if let Some(said) = line.strip_prefix("用户:") {
        return Some(Act::Does(Content::text(said.trim())));
    }
    if let Some(expected) = line.strip_prefix("应答:") {
        return Some(Act::Expects(wanted(expected)));
    }
    let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
    match command {
        "@换新用户" => Some(Act::StartsOver),
        "@关注" => Some(Act::Does(Content::Event(Event::Follow { scene: None }))),
        "@时间" => {
            let civil: jiff::civil::DateTime = rest.replace(' ', "T").parse().ok()?;
            Some(Act::At(civil.in_tz("Asia/Shanghai").ok()?.timestamp()))
        }
        "@快进" | "@等待" => {
            let number: u64 = rest.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().ok()?;
            let minutes = match rest.trim_start_matches(|c: char| c.is_ascii_digit()) {
                "分钟" => 1,
                "小时" => 60,
                "天" => 24 * 60,
                _ => return None,
            };
            Some(Act::Waits(Duration::from_secs(number * minutes * 60)))
        }
        _ => None,
    }
}

/// `含"…"`, `不含"…"` and `是"…"`; what is not in the reply is the gate's.
fn wanted(expected: &str) -> Vec<Wanted> {
    let quoted = expected.split('"').collect::<Vec<_>>();
    let pairs = quoted.chunks_exact(2).map(|pair| (pair[0].trim(), pair[1].to_owned()));
    pairs
        .filter_map(|(kind, text)| {
            Some(match kind.rsplit(' ').next()? {
                "含" => Wanted::Has(text),
                "不含" => Wanted::Lacks(text),
                "是" => Wanted::Is(text),
                _ => return None,
            })
        })
        .collect()
}
