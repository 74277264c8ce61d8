//! A real browser: Chromium, driven through chromedriver. `tests/run` installs
//! both and an accessibility engine (axe-core) and says where they are; without
//! it the browser tests are left out, and a line says so.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine as _;
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities as _;
use thirtyfour::{By, DesiredCapabilities, WebDriver, WebElement};

use super::process::{free_port, http_client};

/// chromedriver; set by `tests/run`.
const DRIVER_VARIABLE: &str = "YINGDA_TEST_CHROMEDRIVER";
/// The folder of the axe-core package.
const AXE_VARIABLE: &str = "YINGDA_TEST_AXE";

const START_DEADLINE: Duration = Duration::from_secs(30);
/// A page on a busy machine.
const PAGE_DEADLINE: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    Phone,
    Desk,
}

pub struct Chromium {
    driver: WebDriver,
    chromedriver: Child,
    axe: String,
    base: String,
    screen: Screen,
    profile: TempDir,
}

impl Chromium {
    /// None where there is no browser; a line says so.
    pub async fn start(base: &str, screen: Screen) -> Option<Self> {
        let (Some(program), Some(axe)) = (std::env::var_os(DRIVER_VARIABLE), std::env::var_os(AXE_VARIABLE))
        else {
            say_once_that_it_is_left_out();
            return None;
        };
        let axe = fs::read_to_string(PathBuf::from(axe).join("axe.min.js")).expect("axe-core is installed");
        let port = free_port();
        let chromedriver = Command::new(program)
            .arg(format!("--port={port}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let server = format!("http://127.0.0.1:{port}");
        wait_for(&server).await;
        let profile = tempfile::tempdir().expect("a temporary folder");
        let driver = WebDriver::new(&server, capabilities(screen, &profile)).await.expect("Chromium starts");
        driver.set_page_load_timeout(PAGE_DEADLINE).await.expect("a timeout");
        Some(Self { driver, chromedriver, axe, base: base.to_owned(), screen, profile })
    }

    pub async fn open(&self, address: &str) {
        self.driver
            .goto(format!("{}{address}", self.base))
            .await
            .unwrap_or_else(|error| panic!("{address}: {error}"));
    }

    /// A page that is not ours.
    pub async fn open_elsewhere(&self, url: &str) {
        self.driver.goto(url).await.unwrap_or_else(|error| panic!("{url}: {error}"));
    }

    pub async fn find(&self, selector: &str) -> WebElement {
        self.driver.find(By::Css(selector)).await.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    /// As a person does: what is covered by a bar is first moved from under it.
    pub async fn click(&self, selector: &str) {
        let centre = "document.querySelector(arguments[0])?.scrollIntoView({block: 'center'})";
        self.script(centre, vec![json!(selector)]).await;
        self.find(selector).await.click().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    pub async fn fill(&self, selector: &str, text: &str) {
        let field = self.find(selector).await;
        field.clear().await.expect("a field");
        field.send_keys(text).await.expect("a field that takes text");
    }

    /// Keys, wherever the focus is.
    pub async fn press(&self, keys: &str) {
        self.driver.active_element().await.expect("a page").send_keys(keys).await.expect("keys");
    }

    pub async fn path(&self) -> String {
        self.driver.current_url().await.expect("a page").path().to_owned()
    }

    /// Waits until the page says this.
    pub async fn sees(&self, text: &str) {
        self.wait(&format!("「{text}」"), async || {
            let seen = self.script("return document.body.innerText", vec![]).await;
            seen.as_str().is_some_and(|seen| seen.contains(text))
        })
        .await;
    }

    /// Waits until the page has so many of these.
    pub async fn counts(&self, selector: &str, number: usize) {
        let count = "return document.querySelectorAll(arguments[0]).length";
        self.wait(&format!("{number} of {selector}"), async || {
            self.script(count, vec![json!(selector)]).await == json!(number)
        })
        .await;
    }

    pub async fn is_at(&self, path: &str) {
        self.wait(path, async || self.path().await == path).await;
    }

    async fn wait(&self, what: &str, mut holds: impl AsyncFnMut() -> bool) {
        let until = std::time::Instant::now() + PAGE_DEADLINE;
        while std::time::Instant::now() < until {
            if holds().await {
                return;
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        panic!(
            "{what} did not come at {}: {}",
            self.path().await,
            self.driver.source().await.unwrap_or_default()
        );
    }

    pub async fn script(&self, code: &str, arguments: Vec<Value>) -> Value {
        self.driver.execute(code, arguments).await.expect("a script").json().clone()
    }

    pub async fn set_cookie(&self, name: &str, value: &str) {
        self.driver.add_cookie(thirtyfour::Cookie::new(name, value)).await.expect("a cookie");
    }

    /// The whole page as a picture in `target/screens/`, to be looked at.
    pub async fn shoot(&self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screens");
        fs::create_dir_all(&folder).expect("creatable");
        let devtools = self.driver.cdp();
        let whole = json!({"captureBeyondViewport": true});
        let shot = devtools.send_raw("Page.captureScreenshot", whole).await.expect("a picture");
        let bytes = shot["data"].as_str().expect("Base64");
        let bytes = base64::engine::general_purpose::STANDARD.decode(bytes).expect("Base64");
        let screen = format!("{:?}", self.screen).to_lowercase();
        fs::write(folder.join(format!("{screen}-{name}.png")), bytes).expect("writable");
    }

    /// WCAG 2.2 AA, as far as a machine can tell; nothing wider than the screen.
    pub async fn check_access(&self, name: &str) {
        self.script(&self.axe, vec![]).await;
        let code = "const done = arguments[arguments.length - 1];\
             axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})\
             .then((found) => done(found.violations.map((one) => one.id + ': ' + one.help + ' '\
             + one.nodes.map((node) => node.html.slice(0, 200)).join(' | '))), (error) => done([String(error)]))";
        let found = self.driver.execute_async(code, vec![]).await.expect("axe runs").json().clone();
        let found: Vec<String> = serde_json::from_value(found).expect("a list");
        assert!(found.is_empty(), "{name} ({:?}):\n{}", self.screen, found.join("\n"));
        let overflow = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        let overflow = self.script(overflow, vec![]).await;
        assert!(
            overflow.as_i64().unwrap_or_default() <= 0,
            "{name} ({:?}) is too wide by {overflow}",
            self.screen
        );
    }

    /// What the browser itself complained of: scripts, policies, missing files.
    pub async fn check_console(&self) {
        let log = self.driver.get_log("browser").await.unwrap_or_default();
        let bad: Vec<String> = log
            .iter()
            .map(|entry| format!("{entry:?}"))
            .filter(|line| !line.contains("Failed to load resource"))
            .collect();
        assert!(bad.is_empty(), "the browser complains: {bad:#?}");
    }

    pub async fn quit(self) {
        self.driver.clone().quit().await.expect("it ends");
    }
}

/// Also when a test fails: chromedriver that is killed leaves its browser behind.
impl Drop for Chromium {
    fn drop(&mut self) {
        // Chromium's own mark in its profile: a link to `host-number`.
        let mark = fs::read_link(self.profile.path().join("SingletonLock")).unwrap_or_default();
        if let Some((_, browser)) = mark.to_string_lossy().rsplit_once('-') {
            let _ = Command::new("kill").arg(browser).status();
        }
        let _ = self.chromedriver.kill();
        let _ = self.chromedriver.wait();
    }
}

fn capabilities(screen: Screen, profile: &TempDir) -> thirtyfour::ChromeCapabilities {
    let mut chrome = DesiredCapabilities::chrome();
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--accept-lang=zh-CN",
        "--window-size=1280,800",
    ];
    for argument in arguments {
        chrome.add_arg(argument).expect("an argument");
    }
    chrome.add_arg(&format!("--user-data-dir={}", profile.path().display())).expect("an argument");
    if screen == Screen::Phone {
        let phone = json!({"deviceMetrics": {"width": 390, "height": 844, "pixelRatio": 1.5}});
        chrome.add_experimental_option("mobileEmulation", phone).expect("an option");
    }
    chrome
}

async fn wait_for(server: &str) {
    let client = http_client();
    let until = std::time::Instant::now() + START_DEADLINE;
    while std::time::Instant::now() < until {
        if client.get(format!("{server}/status")).send().await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    panic!("chromedriver did not start");
}

fn say_once_that_it_is_left_out() {
    static SAID: OnceLock<()> = OnceLock::new();
    SAID.get_or_init(|| {
        eprintln!(
            "LEFT OUT: no browser; the console is tested without JavaScript alone. \
             `tests/run` installs Chromium and axe-core, or set {DRIVER_VARIABLE} and {AXE_VARIABLE}."
        );
    });
}
