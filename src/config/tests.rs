//! Configurations as people write them, and what they are told.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::prelude::*;
use secrecy::ExposeSecret as _;

use super::*;

/// A machine with these files and variables.
#[derive(Clone, Debug, Default)]
struct Machine {
    files: BTreeMap<PathBuf, FileContent>,
    environment: BTreeMap<String, String>,
}

impl ReadFiles for Machine {
    fn read(&self, path: &Path) -> io::Result<FileContent> {
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Machine {
    fn with(file: &str) -> Self {
        Self::default().file("yingda.toml", file)
    }

    fn file(self, path: &str, text: &str) -> Self {
        self.file_with(path, text, false)
    }

    fn open_file(self, path: &str, text: &str) -> Self {
        self.file_with(path, text, true)
    }

    fn file_with(mut self, path: &str, text: &str, open_to_all: bool) -> Self {
        self.files.insert(path.into(), FileContent { text: text.to_owned(), open_to_all });
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn load(&self) -> Result<(Config, Vec<Warning>), ConfigError> {
        Config::load(&self.sources())
    }

    fn config(&self) -> Config {
        self.load().expect("this configuration is right").0
    }

    fn warnings(&self) -> Vec<String> {
        self.load().expect("this configuration is right").1.iter().map(ToString::to_string).collect()
    }

    fn problems(&self) -> String {
        self.load().expect_err("this configuration is wrong").to_string()
    }

    fn sources(&self) -> Sources<'_> {
        Sources { chosen: None, environment: &self.environment, files: self }
    }
}

const ACCOUNT: &str = r#"
[[account]]
id = "main"
app_id = "wx0123456789abcdef"
token = "spring2026"
encoding_aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
"#;

#[test]
fn an_account_is_enough_and_the_rest_has_defaults() {
    let config = Machine::with(ACCOUNT).config();

    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.server.public_url, None);
    assert_eq!(config.rulebook.folder, Path::new("responses"));
    assert_eq!(config.desk.accepted_age, Duration::from_secs(900));
    assert_eq!(config.metrics.listen, None);
    assert!(
        matches!(&config.store.url, StoreUrl::Sqlite { path } if path == Path::new("data/yingda.db")),
        "{:?}",
        config.store.url
    );
    assert!(
        matches!(&config.store.encryption_key, EncryptionKey::Beside(path) if path == Path::new("data/key"))
    );
    let account = &config.accounts[0];
    assert_eq!(account.name, "main");
    assert_eq!(account.human, crate::model::Human::Contacts);
    assert!(matches!(&account.encryption, Encryption::Safe(keys) if keys.app_id == "wx0123456789abcdef"));
}

#[test]
fn every_key_of_the_defaults_is_one_that_yingda_reads() {
    // given every optional key, filled in with its example
    let text = DEFAULTS.lines().map(|line| match line.strip_prefix('#') {
        Some(key) if !key.starts_with(' ') && key.contains(" = ") => key,
        _ => line,
    });
    let mut machine = Machine::with(&text.collect::<Vec<_>>().join("\n"));
    let key = "A".repeat(43);
    for (name, value) in [
        ("WX_TOKEN", "spring2026"),
        ("WX_AES_KEY", key.as_str()),
        ("WX_OLD_AES_KEY", &key),
        ("WX_APP_SECRET", "s3cret"),
        ("YINGDA_OLD_KEY", &key),
        ("ROBOT_URL", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"),
    ] {
        machine = machine.variable(name, value);
    }

    // when it is loaded, then no key is unknown and every example is valid
    let config = machine.config();
    assert_eq!(config.accounts.len(), 1);
    assert!(config.notify.wecom_robot.is_some());
    assert!(config.store.previous_encryption_key.is_some());
}

#[test]
fn the_environment_overrides_the_file() {
    let machine = Machine::with(ACCOUNT)
        .variable("YINGDA__SERVER__LISTEN", "0.0.0.0:80")
        .variable("YINGDA__DESK__FLOOD_LIMIT", "0")
        .variable("YINGDA__DESK__ACCEPTED_AGE", "30m")
        .variable("YINGDA__ACCOUNT__MAIN__TOKEN", "autumn2026");

    let config = machine.config();

    assert_eq!(config.server.listen.to_string(), "0.0.0.0:80");
    assert_eq!(config.desk.flood_limit, None);
    assert_eq!(config.desk.accepted_age, Duration::from_secs(1800));
    assert_eq!(config.accounts[0].token.expose_secret(), "autumn2026");
}

#[test]
fn an_account_may_come_from_the_environment_alone() {
    let machine = Machine::default()
        .variable("YINGDA__ACCOUNT__SHOP__APP_ID", "wx0123456789abcdef")
        .variable("YINGDA__ACCOUNT__SHOP__TOKEN__FILE", "/run/secrets/token")
        .variable("YINGDA__ACCOUNT__SHOP__ENCODING_AES_KEY", &"A".repeat(43))
        .file("/run/secrets/token", "spring2026\n");

    let config = machine.config();

    assert_eq!(config.source, Source::Environment);
    assert_eq!(config.accounts[0].id.as_str(), "shop");
    assert_eq!(config.accounts[0].token.expose_secret(), "spring2026");
}

#[test]
fn an_account_id_with_a_dash_is_found_from_the_environment() {
    let machine = Machine::with(&ACCOUNT.replace("\"main\"", "\"Old-Shop\""))
        .variable("YINGDA__ACCOUNT__OLD_SHOP__TOKEN", "autumn2026");

    let config = machine.config();

    assert_eq!(config.accounts.len(), 1);
    assert_eq!(config.accounts[0].token.expose_secret(), "autumn2026");
}

#[test]
fn every_problem_is_reported_at_once() {
    let machine = Machine::with(
        r#"[server]
listn = "127.0.0.1:8080"
shutdown_grace = "soon"

[loging]
level = "info"

[desk]
answer_budget = "5s"

[[account]]
id = "a/b"
token = ""
"#,
    )
    .variable("YINGDA__METRICS__LISTEN", "9090");

    insta::assert_snapshot!(machine.problems(), @r#"
    设置里有 9 处问题：
      yingda.toml:2:1 [server] 里有不认识的设置“listn”。是不是想写 listen？
      yingda.toml:3:1 shutdown_grace 的值不对。应是时长，例如 "500ms"、"15m"、"1h30m"，或秒数
      yingda.toml:5:2 不认识的一节“loging”。是不是想写 logging？
      yingda.toml:9:1 answer_budget 的值不对。不能超过 4 秒，微信只等 5 秒
      yingda.toml:11:1 [[account]] 缺少 app_id。请补上，例如 app_id = "wx0123456789abcdef"
      yingda.toml:11:1 [[account]] 缺少 encoding_aes_key。请补上，例如 encoding_aes_key = { env = "WX_AES_KEY" }
      yingda.toml:12:1 id 的值不对。“a/b”里有别的字符：ID 只用字母、数字、“-”和“_”
      yingda.toml:13:1 token 是空的。请填上，或删掉这一行
      环境变量 YINGDA__METRICS__LISTEN：listen 的值不对。“9090”不是“IP地址:端口”，例如 127.0.0.1:8080 或 0.0.0.0:8080
    "#);
}

/// (case, what is written, what is said about it)
const MISTAKES: &[(&str, &str, &str)] = &[
    ("a single table for accounts", "[account]\nid = \"main\"", "yingda.toml:1:2 账号要写成可以有几节的形式"),
    (
        "a Chinese quotation mark",
        "[server]\nlisten = “127.0.0.1:80”",
        "yingda.toml:2:10 这一行里有中文符号“\u{201c}”。请改成英文的 \"",
    ),
    (
        "a full-width equals sign",
        "[server]\nlisten ＝ \"127.0.0.1:80\"",
        "这一行里有中文符号“＝”。请改成英文的 =",
    ),
    ("text without quotes", "[server]\nlisten = local", "文字没有加引号"),
    ("a value without a section", "server = 1", "yingda.toml:1:1 “server”是一节设置"),
    (
        "a key written twice",
        "[server]\nlisten = \"127.0.0.1:80\"\nlisten = \"127.0.0.1:81\"",
        "yingda.toml:3:1 同一个名字写了两次",
    ),
    ("a number as text", "[server]\nlisten = 8080", "listen 的值不对。应写成带引号的文字"),
    ("an address without http", "[server]\npublic_url = \"wx.example.org\"", "“wx.example.org”不是网址"),
    (
        "an unknown database",
        "[store]\nurl = \"mysql://a/b\"",
        "url 的值不对。应以 sqlite: 或 postgres:// 开头",
    ),
    ("PostgreSQL without a key", "[store]\nurl = \"postgres://db/yingda\"", "[store] 缺少 encryption_key"),
    ("a short key", "[store]\nencryption_key = \"abc\"", "encryption_key 的内容不对。应是 32 字节"),
    (
        "a variable that is not set",
        "[notify]\nwecom_robot = { env = \"ROBOT\" }",
        "yingda.toml:2:1 wecom_robot 要从环境变量 ROBOT 读取，但没有这个变量。请设好 ROBOT 再启动",
    ),
    (
        "a secret file that is not there",
        "[notify]\nwecom_robot = { file = \"/robot\" }",
        "wecom_robot 要从文件 /robot 读取，但没有这个文件",
    ),
    ("a secret of another kind", "[notify]\nwecom_robot = { path = \"/robot\" }", "wecom_robot 的写法不对"),
    ("no days at all", "[desk]\nkeep_messages_days = 0", "keep_messages_days 的值不对。至少是 1"),
    (
        "an unlikely key",
        "[desk]\nzzz = 1",
        "[desk] 里有不认识的设置“zzz”。[desk] 可以有：flood_limit、answer_budget",
    ),
    ("a misspelt level", "[logging]\nlevel = \"inof\"", "“inof”不是日志级别"),
    ("an unknown format", "[logging]\nformat = \"xml\"", "“xml”不在可选的值里：text、json"),
];

#[test]
fn a_mistake_is_named_with_its_place_and_remedy() {
    for (case, written, said) in MISTAKES {
        let problems = Machine::with(written).problems();

        assert!(problems.contains(said), "{case}: {problems}");
    }
}

/// (case, key of the account, value, whether it is accepted)
const SECRETS: &[(&str, &str, &str, bool)] = &[
    ("a token at its shortest", "token", "abc", true),
    ("a token at its longest", "token", "abcdefghijklmnopqrstuvwxyz012345", true),
    ("a token too short", "token", "ab", false),
    ("a token too long", "token", "abcdefghijklmnopqrstuvwxyz0123456", false),
    ("the token of a sample left as it was", "token", "...", false),
    ("a token with a space", "token", "abc def", false),
    ("a token with a sign", "token", "spring-2026", false),
    ("a key too short", "encoding_aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF", false),
    (
        "a key with junk in its last bits",
        "encoding_aes_key",
        "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        true,
    ),
    ("a key too long", "encoding_aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH", false),
    ("a key with a dash", "encoding_aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDE-G", false),
];

#[test]
fn tokens_and_keys_are_checked_at_their_limits() {
    for (case, key, value, accepted) in SECRETS {
        let name = format!("YINGDA__ACCOUNT__MAIN__{}", key.to_uppercase());
        let loaded = Machine::with(ACCOUNT).variable(&name, value).load();

        assert_eq!(loaded.is_ok(), *accepted, "{case}: {loaded:?}");
    }
}

#[test]
fn a_plain_account_needs_neither_key_nor_app_id() {
    let config =
        Machine::with("[[account]]\nid = \"main\"\ntoken = \"spring\"\nencryption = \"plain\"").config();

    assert!(matches!(config.accounts[0].encryption, Encryption::Plain));
}

#[test]
fn two_accounts_cannot_share_an_id() {
    let problems = Machine::with(&format!("{ACCOUNT}{}", ACCOUNT.replace("main", "Main"))).problems();

    assert!(problems.contains("有两个账号的 id 都是“Main”"), "{problems}");
}

#[test]
fn a_file_with_secrets_that_everybody_can_read_is_a_warning() {
    let open = Machine::default().open_file("yingda.toml", ACCOUNT);
    let private = Machine::with(ACCOUNT);
    let no_secrets = Machine::default().open_file("yingda.toml", "[server]\n");

    assert_eq!(
        open.warnings(),
        ["yingda.toml 里面写着密钥，这台机器上的所有用户都能读。请运行 chmod 600 yingda.toml"]
    );
    assert_eq!(private.warnings(), [""; 0]);
    assert_eq!(no_secrets.warnings(), [""; 0]);
}

#[test]
fn a_secret_file_that_everybody_can_read_is_a_warning() {
    let machine =
        Machine::with(&ACCOUNT.replace("\"spring2026\"", "{ file = \"t\" }")).open_file("t", "spring2026\n");

    assert_eq!(machine.warnings(), ["t 里面是密钥，这台机器上的所有用户都能读。请运行 chmod 600 t"]);
}

#[test]
fn secrets_never_show_in_debug_output() {
    let machine = Machine::with(&format!(
        "{ACCOUNT}\n[store]\nurl = \"postgres://yingda:hunter2@db/yingda\"\nencryption_key = \"{}\"",
        "A".repeat(43)
    ));

    let shown = format!("{:?}", machine.config());

    for secret in ["spring2026", "abcdefghij", "hunter2", "AAAA"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn nothing_configured_is_said_plainly() {
    assert!(matches!(Machine::default().load(), Err(ConfigError::NothingConfigured)));
}

#[test]
fn a_file_asked_for_by_name_must_exist() {
    let problems = Machine::with(ACCOUNT).variable("YINGDA_CONFIG", "/etc/yingda.toml").problems();

    assert!(problems.contains("/etc/yingda.toml 没有这个设置文件"), "{problems}");
}

#[test]
fn a_first_configuration_loads_without_a_change() {
    let first = First { id: "main".into(), name: "某\"中心\"".into(), app_id: NO_APP_ID.into() };

    let config = Machine::with(&write_first(&first)).config();

    assert_eq!(config.accounts[0].name, "某\"中心\"");
    assert_eq!(config.accounts[0].token.expose_secret().len(), 32);
}

#[test]
fn the_demonstration_keeps_its_secrets_and_stays_on_this_machine() {
    // given a demonstration that was started once
    let folder = tempfile::tempdir().expect("a folder");
    prepare_demonstration(folder.path()).expect("the folder can be written");
    let kept = std::fs::read_to_string(folder.path().join("data/demonstration.toml")).expect("it is there");

    // when it is started again, then its secrets are the same
    prepare_demonstration(folder.path()).expect("it exists already");
    let again = std::fs::read_to_string(folder.path().join("data/demonstration.toml")).expect("it is there");
    assert_eq!(kept, again);

    // and it listens on this machine alone
    let machine = Machine::default().file("data/demonstration.toml", &kept);
    assert!(matches!(machine.config().source, Source::Demonstration(_)));
    let problems = machine.variable("YINGDA__SERVER__LISTEN", "0.0.0.0:8080").problems();
    assert!(problems.contains("演示只能在本机用"), "{problems}");
}

#[cfg(unix)]
#[test]
fn a_private_file_is_for_its_owner_alone_and_never_overwritten() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("data/key");

    write_private(&path, "one").expect("the folder can be written");
    let again = write_private(&path, "two");

    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&folder.path().join("data")), 0o700);
    assert_eq!(again.expect_err("it exists").kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read_to_string(&path).expect("readable"), "one");
}

#[test]
fn the_key_beside_the_database_is_made_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("yingda.db");
    let store = store_at(&database);

    let made = store.load_or_create_key(&Disk).expect("a new key");
    let found = store.load_or_create_key(&Disk).expect("the same key");

    assert_eq!(made.bytes(), found.bytes());
}

#[test]
fn a_lost_key_is_not_replaced_while_the_database_has_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("yingda.db");
    std::fs::write(&database, "data").expect("the folder can be written");

    let error = store_at(&database).load_or_create_key(&Disk).expect_err("the key is lost");

    assert!(matches!(error, KeyError::Lost { .. }), "{error}");
}

fn store_at(database: &Path) -> Store {
    let machine =
        Machine::with(ACCOUNT).variable("YINGDA__STORE__URL", &format!("sqlite:{}", database.display()));
    machine.config().store
}

#[test]
fn a_key_may_be_written_in_base64_or_hexadecimal() {
    let hex = "00".repeat(31) + "ff";
    let base64 = format!("{}P8", "A".repeat(41));

    let keys = [DataKey::parse(&hex), DataKey::parse(&base64), DataKey::parse(&format!("{base64}="))];

    for key in keys {
        assert_eq!(key.expect("a right key").bytes()[31], 0xff);
    }
    for wrong in ["", "00", &"g".repeat(64), &"0".repeat(65)] {
        assert!(DataKey::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn editing_rules_needs_no_secrets() {
    let machine = Machine::with(
        "[rulebook]\nfolder = \"rules\"\n[[account]]\nid = \"main\"\ntoken = { env = \"NOT_HERE\" }",
    );

    let offline = Offline::load(&machine.sources()).expect("accounts are not looked at");

    assert_eq!(offline.rulebook.folder, Path::new("rules"));
    assert_eq!(offline.accounts[0].as_str(), "main");
}

proptest! {
    #[test]
    fn whatever_is_written_never_panics(
        text in "(?s).{0,200}",
        nearly_toml in "[\\[\\]{}=\".,#a-z0-9\n “＝：-]{0,200}",
        value in "\\PC{0,40}",
    ) {
        let _ = Machine::with(&text).load();
        let _ = Machine::with(&nearly_toml).load();
        let _ = Machine::with(&format!("{ACCOUNT}name = {value}\n[server]\nlisten = \"{value}\"")).load();
        let _ = Machine::with(ACCOUNT).variable("YINGDA__DESK__ACCEPTED_AGE", &value).load();
    }
}

#[test]
fn the_reference_page_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        std::fs::write(path, reference()).expect("docs/ can be written");
    }

    let page = std::fs::read_to_string(path).unwrap_or_default();

    assert!(
        page == reference(),
        "docs/configuration.md 已过时，请运行 UPDATE_REFERENCE=1 cargo test reference"
    );
}
