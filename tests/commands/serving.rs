//! serve, send, doctor, against a service that really runs.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use yingda::accounts::{Accounts, NewAccount, Outcome, random_aes_key, random_token};
use yingda::app::open_store;
use yingda::model::{AccountId, Clock, Encryption, Human};
use yingda::store::{Actor, OperationKind, SecretPair};
use yingda::telemetry::Metrics;

use super::{Serving, Workplace};
use crate::support::service::{APP_ID, load_config};

#[test]
fn the_first_start_needs_nothing_and_says_what_to_try() {
    let workplace = Workplace::bare();

    let serving = workplace.serve();

    assert!(workplace.path("responses/rules/price.md").exists(), "the shipped rulebook is written");
    let address = format!("http://127.0.0.1:{}", workplace.port);
    for part in [
        "规则 ",
        "全部通过",
        "待补充",
        "yingda ask",
        "yingda send",
        "/try",
        "/setup?key=",
        "/privacy",
        "/readyz",
        "/a/",
        &address,
    ] {
        assert!(serving.welcome.contains(part), "{part}: {}", serving.welcome);
    }
    let out = workplace.run(&["send", "你好"]).succeeds();
    assert!(out.contains("应答 │") && out.contains("用时"), "{out}");
    #[cfg(unix)]
    assert_eq!(serving.stops_on("-INT"), Some(0));
}

#[cfg(unix)]
#[test]
fn the_demonstrations_secrets_are_private_and_kept() {
    use std::os::unix::fs::PermissionsExt as _;
    let workplace = Workplace::with_rules();
    let secrets = workplace.path("data/demonstration.toml");

    assert_eq!(workplace.serve().stops_on("-TERM"), Some(0));
    let before = std::fs::read_to_string(&secrets).expect("the demonstration's account");
    assert_eq!(workplace.serve().stops_on("-TERM"), Some(0));

    assert_eq!(before, std::fs::read_to_string(&secrets).expect("still there"));
    let mode = std::fs::metadata(&secrets).expect("still there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_second_start_says_soon_that_it_waits_for_the_first() {
    let workplace = Workplace::with_rules();
    let _serving = workplace.serve();
    let mut second = workplace.command(&[]);
    second.env("YINGDA__SERVER__LISTEN", format!("127.0.0.1:{}", super::free_port()));

    let since = Instant::now();
    let mut second = second.spawn().expect("the binary starts");
    let lines = BufReader::new(second.stderr.take().expect("a pipe")).lines();
    let told = lines.map_while(Result::ok).find(|line| line.contains("Another yingda"));

    // It would give up after 5 s.
    assert!(told.is_some_and(|line| line.contains("waiting")) && since.elapsed() < Duration::from_secs(4));
    second.kill().expect("it runs");
    second.wait().expect("it ends");
}

#[test]
fn a_conversation_can_be_played() {
    let workplace = Workplace::with_rules();
    let _serving = workplace.serve();

    let welcome = workplace.run(&["send", "--event", "subscribe", "--as", "somebody"]).succeeds();
    let chosen = workplace.run(&["send", "1", "--as", "somebody"]).succeeds();
    let again = workplace.run(&["send", "价格", "--as", "somebody"]).succeeds();

    assert!(welcome.contains("1 费用") && !welcome.contains("weixin://"), "{welcome}");
    assert!(chosen.contains("费用请问顾问。"), "{chosen}");
    assert!(again.contains("费用请问顾问。"), "{again}");
}

#[test]
fn a_refused_message_comes_with_the_services_reason() {
    let workplace = Workplace::with_rules();
    let _serving = workplace.serve();
    let elsewhere = format!("http://127.0.0.1:{}/hook/nobody", workplace.port);

    let unknown = workplace.run(&["send", "--url", &elsewhere, "你好"]).fails_with(1);
    let mut other_token =
        std::fs::read_to_string(workplace.path("data/demonstration.toml")).expect("settings");
    let start = other_token.find("\ntoken = \"").expect("a token") + "\ntoken = \"".len();
    other_token.replace_range(start..=start, if other_token[start..].starts_with('a') { "b" } else { "a" });
    workplace.write("other.toml", &other_token);
    let forged = workplace.run(&["send", "--config", "other.toml", "你好"]).fails_with(1);

    assert!(unknown.contains("没有名为「nobody」的账号"), "{unknown}");
    assert!(forged.contains("签名不对"), "{forged}");
    let report = workplace.run(&["doctor"]);
    assert!(report.out.contains("签名不对"), "{report:?}");
}

#[test]
fn a_service_that_is_not_there_is_said_in_one_sentence() {
    let workplace = Workplace::with_rules();
    let _ = workplace.serve();

    let error = workplace.run(&["send", "你好"]).fails_with(1);

    assert!(error.contains("没有在那里运行"), "{error}");
    assert_eq!(error.trim_end().lines().count(), 1, "{error}");
}

#[test]
fn a_healthy_deployment_passes_the_doctor() {
    let workplace = Workplace::with_rules();
    let _serving = workplace.serve();

    let report = workplace.run(&["doctor"]).succeeds();
    let listed = workplace.run(&["doctor", "--json"]).succeeds();

    for part in ["加密往返成功", "可以读写", "发布到第 1 版", "没有拒绝过请求", "像微信那样检查，通过"]
    {
        assert!(report.contains(part), "{part}: {report}");
    }
    assert!(!report.contains('✗'), "{report}");
    let listed: serde_json::Value = serde_json::from_str(&listed).expect("JSON");
    assert_eq!(listed["ok"], true, "{listed}");
}

#[test]
fn the_doctor_changes_nothing_and_says_what_is_missing() {
    let workplace = Workplace::bare();
    workplace.run(&["init"]).succeeds();

    let report = workplace.run(&["doctor"]);

    assert_eq!(report.code, Some(1), "{report:?}");
    for part in
        ["✗ 没有规则文件夹", "✗ 账号 main 的 app_id 还是样例", "! 服务没有运行", "! 没有设 public_url"]
    {
        assert!(report.out.contains(part), "{part}: {}", report.out);
    }
    assert!(!workplace.path("data").exists(), "no database is made");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_a_start_that_waits_for_its_database() {
    let workplace = Workplace::with_rules();
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = silent.local_addr().expect("bound").port();
    let key = "A".repeat(43);
    workplace.write(
        "yingda.toml",
        &format!(
            "[store]\nurl = \"postgres://nobody@127.0.0.1:{port}/none\"\nencryption_key = \"{key}\"\n\
             [[account]]\nid = \"main\"\nchannel = \"wechat\"\nencryption = \"plain\"\ntoken = \"waiting\"\n"
        ),
    );
    let process = workplace.command(&["serve"]).spawn().expect("the binary starts");
    let starting = Serving { process, welcome: String::new() };
    let _connection = silent.accept().expect("it asks for its database");

    assert_eq!(starting.stops_on("-TERM"), Some(0));
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_it_though_something_is_not_finished() {
    let workplace = Workplace::with_rules();
    let serving = workplace.serve();
    let _slow = begin_a_delivery(&workplace, &serving);
    let id = serving.process.id().to_string();
    Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
    while TcpStream::connect(("127.0.0.1", workplace.port)).is_ok() {
        std::thread::yield_now();
    }

    assert_eq!(serving.stops_on("-TERM"), Some(1));
}

/// A delivery whose body is waited for.
#[cfg(unix)]
fn begin_a_delivery(workplace: &Workplace, serving: &Serving) -> TcpStream {
    let (_, hook) = serving.welcome.split_once("/hook/").expect("the address is told");
    let account = hook.split_whitespace().next().expect("an account");
    let now = Clock::System.now().as_second();
    let mut connection = TcpStream::connect(("127.0.0.1", workplace.port)).expect("it listens");
    let head = format!(
        "POST /hook/{account}?timestamp={now}&nonce=1&msg_signature=0 HTTP/1.1\r\nHost: localhost\r\n\
         Content-Length: 9\r\nExpect: 100-continue\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).expect("it reads");
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).expect("it wants the rest");
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 100");
    connection
}

/// Such connections know no deadline for the next request.
#[test]
fn nobody_is_spoken_to_in_http_2() {
    let workplace = Workplace::with_rules();
    let _serving = workplace.serve();
    let mut connection = TcpStream::connect(("127.0.0.1", workplace.port)).expect("it listens");
    connection.set_read_timeout(Some(Duration::from_secs(5))).expect("a fresh socket");

    connection.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").expect("it reads");
    let mut answer = Vec::new();
    let ended = connection.read_to_end(&mut answer).map_err(|error| error.kind());

    assert_ne!(ended, Err(std::io::ErrorKind::WouldBlock), "it is closed at once");
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_made_in_the_console_is_known_to_every_command() {
    let workplace = Workplace::with_rules();
    drop(workplace.serve());
    make_account(&workplace, "second").await;
    let rule = |account: &str| {
        format!(
            "+++\nid = \"ours\"\nname = \"只给它\"\ntriggers = [\"=只给它\"]\naccounts = [\"{account}\"]\n+++\n好。\n"
        )
    };
    workplace.write("responses/rules/ours.md", &rule("second"));
    let _serving = workplace.serve();

    let answered = workplace.run(&["send", "--account", "second", "只给它"]).succeeds();
    let report = workplace.run(&["doctor"]).succeeds();
    workplace.run(&["check"]).succeeds();
    let missing = workplace.run(&["send", "--account", "third", "只给它"]).fails_with(1);

    assert!(answered.contains("好。"), "{answered}");
    assert!(report.contains("账号 second（控制台里建的）") && report.contains("/hook/second"), "{report}");
    assert!(missing.contains("没有账号“third”，有的是：main、second"), "{missing}");
    workplace.write("responses/rules/ours.md", &rule("third"));
    let refused = workplace.run(&["check"]);
    assert!(refused.code == Some(1) && refused.out.contains("main、second"), "{refused:?}");
}

#[test]
fn where_the_store_is_not_looked_into_a_check_says_so() {
    let workplace = Workplace::with_rules();
    workplace.write("yingda.toml", "[store]\nurl = { env = \"DATABASE\" }\n[[account]]\nid = \"main\"\n");
    let rule = "+++\nid = \"ours\"\nname = \"只给它\"\ntriggers = [\"=只给它\"]\naccounts = [\"second\"]\n+++\n好。\n";
    workplace.write("responses/rules/ours.md", rule);

    let check = workplace.run(&["check"]);

    assert!(check.out.contains("没有账号「second」") && check.out.contains("控制台里建的"), "{check:?}");
}

/// As the console makes one.
async fn make_account(workplace: &Workplace, id: &str) {
    let database = workplace.path("data/yingda.db");
    workplace.write("outside.toml", &format!("[store]\nurl = \"sqlite:{}\"\n", database.display()));
    let config = load_config(&workplace.path("outside.toml"));
    let metrics = Metrics::default();
    let store = open_store(&config.store, &metrics).await.expect("it is there");
    let accounts = Accounts::open(Vec::new(), store.clone(), Clock::System, metrics).await.expect("opens");
    let new = NewAccount {
        id: AccountId::parse(id).expect("a slug"),
        name: "第二个号".to_owned(),
        human: Human::Contacts,
        encryption: Encryption::Safe,
        original_id: None,
        app_id: Some(APP_ID.to_owned()),
        secrets: SecretPair { token: random_token(), aes_key: random_aes_key() },
    };
    let who = Actor { staff: None, name: "管理员".to_owned(), ip: String::new() };
    let operation = who.does(OperationKind::AccountMade, id, Clock::System.now());
    assert_eq!(accounts.make(new, &operation).await.expect("the store works"), Outcome::Done);
    store.close().await;
}
