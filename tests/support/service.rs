//! A running yingda with a movable clock, and customers who write to it as
//! WeChat would deliver them: signed, encrypted, through the front door.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use jiff::Timestamp;
use tempfile::TempDir;
use tower::ServiceExt as _;
use yingda::app::App;
use yingda::config::{Config, Disk, Sources};
use yingda::model::message::Event;
use yingda::model::{Clock, Content, CustomerId, Reply};
use yingda::platform::wechat::simulator::{Signed, Simulator};
use yingda::platform::wechat::{Account, EncodingAesKey, Encryption, Settings, Token};

pub const TOKEN: &str = "fronttesttoken";
pub const APP_ID: &str = "wx1234567890abcdef";
/// Its last letter carries bits that a strict Base64 decoder refuses.
pub const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// Monday, 23 November 2026, ten in the morning at the centre.
pub const START: &str = "2026-11-23T10:00:00+08:00";

/// A small rulebook whose answers are easy to tell apart.
const RULES: &[(&str, &str)] = &[
    ("settings.toml", "[centre]\nname = \"培训中心\"\n"),
    (
        "contacts.toml",
        "[[contact]]\nname = \"顾问\"\nphone = \"0796-6559898\"\nwechat = \"jgspxpy\"\ndefault = true\n",
    ),
    (
        "rules/price.md",
        "+++\nid = \"price\"\nname = \"费用\"\ntriggers = [\"多少钱\", \"=价格\"]\n+++\n费用请问顾问。\n",
    ),
    (
        "rules/welcome.md",
        "+++\nid = \"welcome\"\nname = \"欢迎\"\non = [\"subscribe\"]\n+++\n您好。\n1. [费用](rule:price)\n2. [人工](rule:human)\n",
    ),
    (
        "rules/human.md",
        "+++\nid = \"human\"\nname = \"人工\"\nkind = \"human\"\ntriggers = [\"人工\"]\n+++\n请拨 {{phone}}。\n",
    ),
];

#[derive(Clone, Debug)]
pub struct Setup {
    pub encryption: Encryption,
    pub store_url: Option<String>,
    /// Lines of yingda.toml under `[server]`.
    pub server: String,
    /// Lines under `[desk]`.
    pub desk: String,
    /// Lines under `[[account]]`.
    pub account: String,
    pub files: Vec<(String, String)>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            encryption: Encryption::Safe,
            store_url: None,
            server: String::new(),
            desk: String::new(),
            account: String::new(),
            files: RULES.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect(),
        }
    }
}

pub struct Yingda {
    pub app: App,
    pub clock: Clock,
    pub folder: TempDir,
    account: Account,
    message_ids: AtomicU64,
}

/// What came back, read as WeChat would.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    pub reply: Option<Reply>,
}

pub struct Customer<'a> {
    yingda: &'a Yingda,
    id: CustomerId,
}

impl Yingda {
    pub async fn start() -> Self {
        Self::start_with(Setup::default()).await
    }

    pub async fn start_with(setup: Setup) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        write_rulebook(&folder.path().join("responses"), &setup.files);
        Self::start_in(folder, &setup).await
    }

    /// Starts on what a process before it left behind.
    pub async fn start_in(folder: TempDir, setup: &Setup) -> Self {
        let path = folder.path().join("yingda.toml");
        fs::write(&path, configuration(folder.path(), setup)).expect("writable");
        let clock = Clock::movable(START.parse().expect("a time"));
        let config = load_config(&path);
        let app = App::build(&config, clock.clone()).await.unwrap_or_else(|error| panic!("{error}"));
        let message_ids = AtomicU64::new(25_020_000_000_000_000 + fresh_number());
        Self { app, clock, folder, account: account(setup.encryption), message_ids }
    }

    pub fn customer(&self, name: &str) -> Customer<'_> {
        let id = CustomerId::parse(&format!("oFrontDoorCustomer-{name}")).expect("printable");
        Customer { yingda: self, id }
    }

    pub fn wechat(&self) -> Simulator<'_> {
        Simulator::new(&self.account)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn post(&self, signed: &Signed) -> Answer {
        self.post_raw("/hook/main", &signed.query, signed.body.clone()).await
    }

    pub async fn post_raw(&self, path: &str, query: &str, body: Vec<u8>) -> Answer {
        self.request("POST", &format!("{path}?{query}"), body).await
    }

    pub async fn request(&self, method: &str, uri: &str, body: impl Into<Body>) -> Answer {
        let request = Request::builder().method(method).uri(uri).body(body.into()).expect("a request");
        let response = self.app.routes.clone().oneshot(request).await.expect("the router always answers");
        let (status, headers) = (response.status(), response.headers().clone());
        let body = to_bytes(response.into_body(), usize::MAX).await.expect("a body").to_vec();
        let reply = (status == StatusCode::OK).then(|| self.wechat().read_reply(&body).ok()).flatten();
        Answer { status, headers, body, reply }
    }

    /// Ends as a signal would, and hands over what is left.
    pub async fn stop(self) -> TempDir {
        self.app.desk.finish().await;
        self.app.store.close().await;
        self.folder
    }

    pub fn waits(&self, time: Duration) {
        self.clock.advance(time);
    }
}

impl Customer<'_> {
    pub fn id(&self) -> &CustomerId {
        &self.id
    }

    /// The text of the reply; "" for silence.
    pub async fn says(&self, text: &str) -> String {
        self.does(&Content::text(text)).await.text()
    }

    pub async fn follows(&self) -> String {
        self.does(&Content::Event(Event::Follow { scene: None })).await.text()
    }

    pub async fn does(&self, content: &Content) -> Answer {
        let signed = self.message(content);
        self.yingda.post(&signed).await
    }

    /// The delivery of a new message; posting it twice is a retry.
    pub fn message(&self, content: &Content) -> Signed {
        let xml = self.xml(content);
        self.yingda.wechat().deliver(&xml, self.yingda.now())
    }

    pub fn xml(&self, content: &Content) -> Vec<u8> {
        let number = self.yingda.message_ids.fetch_add(1, Ordering::Relaxed);
        let xml = self.yingda.wechat().compose(content, &self.id, self.yingda.now());
        let text = String::from_utf8(xml).expect("our own XML");
        with_message_id(&text, number).into_bytes()
    }
}

impl Answer {
    /// "" where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn text(&self) -> String {
        assert_eq!(self.status, StatusCode::OK, "{}", String::from_utf8_lossy(&self.body));
        match &self.reply {
            Some(Reply::Text { text }) => text.render(yingda::model::reply::Markup::Plain),
            Some(Reply::Silence) => String::new(),
            other => panic!("no text: {other:?}"),
        }
    }
}

pub fn load_config(path: &Path) -> Config {
    let environment = BTreeMap::new();
    let sources = Sources { chosen: Some(path), environment: &environment, files: &Disk };
    let (config, _warnings) = Config::load(&sources).unwrap_or_else(|error| panic!("{error}"));
    config
}

pub fn write_rulebook(folder: &Path, files: &[(String, String)]) {
    for (path, text) in files {
        let file = folder.join(path);
        fs::create_dir_all(file.parent().expect("inside the folder")).expect("creatable");
        fs::write(file, text).expect("writable");
    }
}

pub fn account(encryption: Encryption) -> Account {
    let aes_key = || EncodingAesKey::parse(AES_KEY).expect("a valid key");
    Account::new(Settings {
        id: yingda::model::AccountId::parse("main").expect("a slug"),
        original_id: None,
        app_id: Some(APP_ID.to_owned()),
        token: Token::parse(TOKEN).expect("a valid token"),
        aes_key: Some(aes_key()),
        previous_aes_key: None,
        encryption,
    })
    .expect("complete settings")
}

fn configuration(folder: &Path, setup: &Setup) -> String {
    let encryption = match setup.encryption {
        Encryption::Plain => "plain",
        Encryption::Compatible => "compatible",
        Encryption::Safe => "safe",
    };
    let sqlite = format!("sqlite:{}", folder.join("data/yingda.db").display());
    let (url, key) = match &setup.store_url {
        Some(url) => (url.clone(), format!("encryption_key = \"{}\"\n", "A".repeat(43))),
        None => (sqlite, String::new()),
    };
    format!(
        "[server]\n{}\n[store]\nurl = \"{url}\"\njournal = \"{}\"\njournal_mib = 4\n{key}[rulebook]\nfolder = \"{}\"\n[desk]\n{}\n[[account]]\nid = \"main\"\n\
         channel = \"wechat\"\nname = \"培训中心\"\napp_id = \"{APP_ID}\"\ntoken = \"{TOKEN}\"\n\
         encoding_aes_key = \"{AES_KEY}\"\nencryption = \"{encryption}\"\n{}\n",
        setup.server,
        folder.join("data/yingda.journal").display(),
        folder.join("responses").display(),
        setup.desk,
        setup.account,
    )
}

/// WeChat numbers messages; the simulator's are all alike otherwise.
fn with_message_id(xml: &str, number: u64) -> String {
    let without = match (xml.find("<MsgId>"), xml.find("</MsgId>")) {
        (Some(start), Some(end)) => format!("{}{}", &xml[..start], &xml[end + "</MsgId>".len()..]),
        _ => xml.to_owned(),
    };
    without.replace("</xml>", &format!("<MsgId>{number}</MsgId></xml>"))
}

/// Differs between two services of one test.
fn fresh_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1_000_000, Ordering::Relaxed)
}
