//! The ways of a newcomer and of staff in a real browser, on a phone and at a
//! desk, in both colour schemes; every page is checked for access and kept as a
//! picture in `target/screens/`.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use super::{changing, connecting, walk_content};
use crate::support::browser::PASSWORD;
use crate::support::chromium::{Chromium, Screen};
use crate::support::process::free_port;

/// Everything an administrator can look at.
const PAGES: &[&str] = &[
    "/console",
    "/console/chats",
    "/console/chats?list=all",
    "/console/phrases",
    "/console/leads",
    "/console/rules",
    "/console/rules/price",
    "/console/rules/new",
    "/console/rules/price/delete",
    "/console/misses",
    "/console/data",
    "/console/courses",
    "/console/courses/new",
    "/console/courses/c01",
    "/console/contacts",
    "/console/contacts/%E5%9F%B9%E8%AE%AD%E9%A1%BE%E9%97%AE",
    "/console/articles",
    "/console/articles/ztjy",
    "/console/articles/ztjy/remove",
    "/console/forms",
    "/console/forms/new",
    "/console/forms/enquiry",
    "/console/forms/enquiry/steps/people",
    "/console/settings",
    "/console/settings/hours",
    "/console/settings/fallback",
    "/console/todo",
    "/console/problems",
    "/console/files",
    "/console/files/text?path=rules%2Fprice%2Emd",
    "/console/import",
    "/console/try",
    "/console/accounts",
    "/console/accounts/new",
    "/console/accounts/main",
    "/console/accounts/walked",
    "/console/accounts/walked/edit",
    "/console/accounts/walked/secrets",
    "/console/accounts/walked/remove",
    "/console/publish",
    "/console/publish/versions/1",
    "/console/publish/versions/1/restore",
    "/console/members",
    "/console/account",
    "/console/account/codes",
    "/console/account/codes/off",
    "/console/log",
    "/console/tokens",
    "/console/more",
    "/console/keys",
    "/console/style",
    "/console/nothing-here",
];

/// `yingda` as a newcomer starts it, in an empty folder.
struct Demonstration {
    process: Child,
    base: String,
    setup_key: String,
    folder: TempDir,
}

impl Demonstration {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let mut process = Command::new(env!("CARGO_BIN_EXE_yingda"))
            .current_dir(folder.path())
            .env("YINGDA__SERVER__LISTEN", format!("127.0.0.1:{port}"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let mut setup_key = String::new();
        for line in lines.map_while(Result::ok) {
            if let Some((_, after)) = line.split_once("/setup?key=") {
                setup_key = after.split_whitespace().next().expect("a key").to_owned();
            }
            if line.contains("Ctrl-C") {
                break;
            }
        }
        Self { process, base: format!("http://127.0.0.1:{port}"), setup_key, folder }
    }
}

impl Demonstration {
    /// The member's draft gets this file with other words in it.
    fn drafts(&self, path: &str, words: &[(&str, &str)]) {
        let file = self.folder.path().join("responses").join(path);
        let mut text = std::fs::read_to_string(file).expect("a shipped file");
        for (old, new) in words {
            assert!(text.contains(old), "{path} does not say {old}");
            text = text.replace(old, new);
        }
        let file = self.folder.path().join("drafted").join(path);
        std::fs::create_dir_all(file.parent().expect("a folder")).expect("creatable");
        std::fs::write(file, text).expect("writable");
        let import = ["import", "drafted", "--draft", "王老师"];
        let mut command = Command::new(env!("CARGO_BIN_EXE_yingda"));
        command.args(import).current_dir(self.folder.path());
        assert!(command.status().expect("it runs").success());
    }
}

impl Drop for Demonstration {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_walks_in_on_a_phone() {
    walk_in(Screen::Phone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_walks_in_at_a_desk() {
    walk_in(Screen::Desk).await;
}

async fn walk_in(screen: Screen) {
    let yingda = Demonstration::start();
    let Some(browser) = Chromium::start(&yingda.base, screen).await else { return };
    rehearse(&browser, "/try").await;
    set_up(&browser, &yingda).await;
    rehearse(&browser, "/console/try").await;
    if screen == Screen::Desk {
        use_keys(&browser).await;
    }
    follow_a_link(&browser, &yingda).await;
    publish_and_take_back(&browser, &yingda).await;
    connecting::connect(&browser, &yingda.base).await;
    changing::change_a_rule(&browser).await;
    walk_content::change(&browser).await;
    look_at_everything(&browser).await;
    log_out_and_in(&browser).await;
    browser.check_console().await;
    browser.quit().await;
}

/// The first minute: a chat, answered in place, the last message back by a key.
async fn rehearse(browser: &Chromium, address: &str) {
    browser.open(address).await;
    browser.script("window.stays = true", vec![]).await;
    browser.fill("#text", "一个人多少钱").await;
    browser.press("\u{e007}").await;
    browser.sees("由规则「费用预算」回答。").await;
    browser.sees("/2047 B").await;
    browser.click(".beside button[value=follow]").await;
    browser.sees("[关注]").await;
    browser.click(".chat li:last-child .option").await;
    browser.counts(".bubble.customer", 3).await;
    assert_eq!(browser.script("return window.stays", vec![]).await, true, "the page was not left");
    browser.click("#text").await;
    browser.press("\u{e013}").await;
    let again = browser.script("return document.getElementById('text').value", vec![]).await;
    assert_eq!(again, "一个人多少钱");
    browser.check_access(address).await;
}

async fn set_up(browser: &Chromium, yingda: &Demonstration) {
    browser.open(&format!("/setup?key={}", yingda.setup_key)).await;
    browser.check_access("/setup").await;
    browser.shoot("setup").await;
    browser.fill("#name", "王老师").await;
    browser.fill("#password", PASSWORD).await;
    browser.click("form.stack button").await;
    browser.is_at("/console").await;
    browser.sees("您已登录。").await;
    browser.sees("待补充").await;
}

/// From a chat or a mail: the browser holds the strict cookie back at first.
async fn follow_a_link(browser: &Chromium, yingda: &Demonstration) {
    let link = format!("{}/console/account", yingda.base);
    browser.open_elsewhere(&format!("data:text/html,<a id=link href={link}>link</a>")).await;
    browser.click("#link").await;
    browser.sees("登录着的地方").await;
}

/// Another answer is drafted, looked at, published, answers, and is taken back.
async fn publish_and_take_back(browser: &Chromium, yingda: &Demonstration) {
    yingda.drafts("rules/price.md", &[("请以顾问报价为准", "请听顾问报价")]);
    browser.open("/console").await;
    browser.click(".top-end .badge").await;
    browser.is_at("/console/publish").await;
    browser.sees("改了 1 个文件").await;
    browser.check_access("/console/publish").await;
    browser.fill("#reason", "改了费用的说法").await;
    browser.click("#publish form.stack button").await;
    browser.sees("已发布，现在就按新的规则回答。").await;
    asks_the_price(browser, "请听顾问报价").await;
    browser.open("/console/publish/versions/1").await;
    browser.click(".page-head a.button").await;
    browser.click("main form button").await;
    browser.sees("已恢复，作为新的一版生效。").await;
    asks_the_price(browser, "请以顾问报价为准").await;
    // For the pictures: something waits to be published.
    yingda.drafts("rules/price.md", &[("请以顾问报价为准", "随时发团，请听顾问报价")]);
}

async fn asks_the_price(browser: &Chromium, answer: &str) {
    browser.open("/console/try").await;
    browser.fill("#text", "一个人多少钱").await;
    browser.press("\u{e007}").await;
    browser.sees(answer).await;
}

async fn use_keys(browser: &Chromium) {
    browser.open("/console").await;
    browser.press("gm").await;
    browser.is_at("/console/members").await;
    browser.press("?").await;
    browser.is_at("/console/keys").await;
    browser.press("\u{e009}j").await;
    browser.is_at("/console/try").await;
}

async fn look_at_everything(browser: &Chromium) {
    for theme in ["light", "dark"] {
        browser.set_cookie("yingda_theme", theme).await;
        for page in PAGES.iter().copied() {
            browser.open(page).await;
            browser.check_access(page).await;
            let name = page.trim_start_matches('/').replace('/', "-");
            browser.shoot(&format!("{theme}-{name}")).await;
        }
    }
}

async fn log_out_and_in(browser: &Chromium) {
    browser.open("/console/more").await;
    browser.click("main form button").await;
    browser.is_at("/login").await;
    browser.check_access("/login").await;
    browser.shoot("login").await;
    browser.fill("#name", "王老师").await;
    browser.fill("#password", "something else").await;
    browser.click("form.stack button").await;
    browser.sees("登录名或密码不对").await;
    browser.check_access("/login with a problem").await;
    browser.fill("#password", PASSWORD).await;
    browser.click("form.stack button").await;
    browser.is_at("/console").await;
}
