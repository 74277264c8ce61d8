//! Hostile bytes, for a bounded time: valid inputs are broken at random and
//! must never bring anything down. `YINGDA_FUZZ_SECONDS=60 cargo test fuzzing`
//! runs longer; `fuzz/` holds the same targets for a coverage-guided fuzzer.

use std::time::{Duration, Instant};

use jiff::civil::date;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use yingda::model::{Content, CustomerId};
use yingda::platform::Delivery;
use yingda::platform::wechat::Encryption;
use yingda::platform::wechat::simulator::Simulator;
use yingda::publishing::examine;
use yingda::rulebook::{Files, Surroundings};

use crate::support::service::account;

/// Seconds each target runs when nothing else is said.
const USUAL_SECONDS: u64 = 2;

const RULE_FILES: &[(&str, &str)] = &[
    (
        "rules/a.md",
        "+++\nid = \"price\"\nname = \"费用\"\ntriggers = [\"多少钱\", \"=价格\", \"^报名\", \"车费+报销\", \"/第[一二]批/\"]\nquestions = [\"一个人多少钱\"]\n+++\n费用请问 {{phone}}。\n1. [留下需求](form:enquiry)\n## 休息时间\n{{next_open}}\n---\n另一种说法\n",
    ),
    (
        "rules/a.csv",
        "id,name,contains,equals,starts,pattern,exclude,questions,reply\na,甲,费用；价格,多少,,,免费,怎么卖,\"回答,\n两行\"\n",
    ),
    (
        "courses.csv",
        "\u{feff}id,name,theme,days_min,days_max,people_min,people_max,audience,price_text,link\nc1,课程,主题,3,5,20,60,干部,,https://example.org\n",
    ),
    (
        "contacts.toml",
        "[[contact]]\nname = \"顾问\"\nphone = \"0796-6559898\"\nwechat = \"jgspxpy\"\ndefault = true\n",
    ),
    (
        "settings.toml",
        "[centre]\nname = \"中心\"\n[hours]\nmon_fri = [\"08:30-12:00\", \"14:00-17:30\"]\nclosed = [\"2026-10-01..2026-10-07\"]\n[phrases]\nhonest = \"电话 {{phone}}\"\n",
    ),
    (
        "articles/a.md",
        "+++\ntitle = \"文章\"\nsource = \"《刊物》\"\ndate = 2023-10-01\nlink = \"https://example.org\"\nstale_after = 2024-01-31\n+++\n# 正文\n<b>\n",
    ),
    (
        "tests/a.chat",
        "# 说明\n@时间 2026-03-07 20:00\n用户: 多少钱\n应答: 规则=price 含\"顾问\" 不含\"元\"\n@快进 30分钟\n",
    ),
];

#[test]
fn broken_rule_files_are_problems_and_never_a_panic() {
    let seeds: Vec<Vec<u8>> = RULE_FILES.iter().map(|(_, text)| text.as_bytes().to_vec()).collect();
    run("rule_files", &seeds, |choice, bytes| {
        let mut files = Files::default();
        for (path, text) in RULE_FILES {
            files.insert(path, text.as_bytes());
        }
        files.insert(RULE_FILES[choice].0, bytes);
        let _ = examine(&files, &Surroundings::on(date(2026, 11, 23)));
    });
}

#[test]
fn broken_deliveries_are_refused_and_never_a_panic() {
    for encryption in [Encryption::Plain, Encryption::Compatible, Encryption::Safe] {
        let account = account(encryption);
        let wechat = Simulator::new(&account);
        let customer = CustomerId::parse("oFuzzedCustomer").expect("printable");
        let now = "2026-11-23T02:00:00Z".parse().expect("a time");
        let xml = wechat.compose(&Content::text("多少钱 ]]> & <a>"), &customer, now);
        let signed = wechat.deliver(&xml, now);
        run(encryption.name(), std::slice::from_ref(&signed.body), |_, body| {
            let _ = account.open(Delivery { query: &signed.query, body });
        });
        // Correctly signed and encrypted, with anything inside.
        run("inside", std::slice::from_ref(&xml), |_, inner| {
            let signed = wechat.deliver(inner, now);
            let _ = account.open(signed.delivery());
        });
        run("query", &[signed.query.clone().into_bytes()], |_, query| {
            let query = String::from_utf8_lossy(query);
            let _ = account.open(Delivery { query: &query, body: &signed.body });
            let _ = account.verify_url(&query);
        });
    }
}

/// Breaks the seeds at random until the time is over.
fn run(target: &str, seeds: &[Vec<u8>], mut body: impl FnMut(usize, &[u8])) {
    let seconds = std::env::var("YINGDA_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let until = Instant::now() + Duration::from_secs(seconds.unwrap_or(USUAL_SECONDS));
    let seed: u64 = rand::random();
    println!("{target}: seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut executions = 0_u64;
    while Instant::now() < until {
        let choice = random.random_range(0..seeds.len());
        let mut bytes = seeds[choice].clone();
        for _ in 0..random.random_range(1..8) {
            damage(&mut bytes, &mut random);
        }
        body(choice, &bytes);
        executions += 1;
    }
    println!("{target}: {executions} executions");
}

fn damage(bytes: &mut Vec<u8>, random: &mut StdRng) {
    const TOKENS: &[&[u8]] = &[
        b"]]>",
        b"<![CDATA[",
        b"<!DOCTYPE x>",
        b"&#2;",
        b"\0",
        b"\xff\xfe",
        "“".as_bytes(),
        "＝".as_bytes(),
        b"+++",
        b"{{",
        b"}}",
        b"{% for a in range(99999) %}",
        b"[",
        b"\"\"\"",
        b"99999999999999999999",
        b"-1",
        b"\r",
    ];
    let at = random.random_range(0..=bytes.len());
    match random.random_range(0..6) {
        0 if at < bytes.len() => bytes[at] = random.random(),
        1 if at < bytes.len() => drop(bytes.remove(at)),
        2 => bytes.truncate(at),
        3 => {
            let token = TOKENS[random.random_range(0..TOKENS.len())];
            bytes.splice(at..at, token.iter().copied());
        }
        4 => {
            let from = random.random_range(0..=at);
            let piece = bytes[from..at].to_vec();
            bytes.splice(at..at, piece);
        }
        _ => bytes.insert(at, random.random()),
    }
}
