//! 试聊: the engine of customers, nobody listening.

use axum::Router;
use axum::http::StatusCode;
use yingda::console::{Mode, Wiring, routes};
use yingda::rulebook::{Files, Surroundings};

use crate::support::browser::{Browser, Page, value_of};
use crate::support::html::text_of;
use crate::support::service::{Setup, Yingda};

/// A page of 试聊, and what is done on it.
struct Chat {
    browser: Browser,
    address: &'static str,
    page: Page,
}

impl Chat {
    async fn at(browser: Browser, address: &'static str) -> Self {
        let page = browser.get(address).await;
        assert_eq!(page.status, StatusCode::OK);
        Self { browser, address, page }
    }

    async fn says(&mut self, text: &str) -> &Page {
        self.sends(&[("text", text), ("do", "say")]).await
    }

    async fn does(&mut self, act: &str) -> &Page {
        self.sends(&[("do", act)]).await
    }

    async fn sends(&mut self, fields: &[(&str, &str)]) -> &Page {
        let state = value_of(&self.page.body, "state").expect("the sealed state");
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("state", state.as_str())]).collect();
        self.page = self.browser.post(self.address, &fields).await;
        &self.page
    }

    /// The id behind the option with this label.
    fn option(&self, label: &str) -> String {
        let (before, _) = self.page.body.split_once(&format!("\">{label}</button>")).expect("it is offered");
        before.rsplit_once("value=\"").expect("an id").1.to_owned()
    }
}

async fn chat() -> (Yingda, Chat) {
    let yingda = Yingda::start().await;
    let chat = Chat::at(Browser::admin(&yingda).await, "/console/try").await;
    (yingda, chat)
}

#[tokio::test]
async fn a_message_is_answered_and_explained() {
    let (yingda, mut chat) = chat().await;

    let page = chat.says("多少钱").await;

    page.shows("费用请问顾问。");
    page.shows("由规则「费用」回答。");
    page.shows("含有触发词「多少钱」");
    page.shows("rules/price.md:");
    page.shows("21/2047 B");
    page.shows("第 1 版");
    let messages = yingda.app.store.count_messages(jiff::Timestamp::UNIX_EPOCH).await.expect("readable");
    assert_eq!(messages, 0, "nothing of it is kept or counted");
}

#[tokio::test]
async fn a_miss_says_which_fallback_is_sent() {
    let (_yingda, mut chat) = chat().await;

    chat.says("qwxz").await.shows("没有规则命中，将发兜底1。");
    chat.says("zxqw").await.shows("没有规则命中，将发兜底2。");
}

#[tokio::test]
async fn a_tapped_option_answers_and_a_typed_digit_counts_for_ten_minutes() {
    let (_yingda, mut chat) = chat().await;
    chat.does("follow").await.shows("您好。");
    let option = chat.option("费用");

    chat.sends(&[("tap", &option)]).await.shows("费用请问顾问。");
    chat.does("follow").await;
    chat.says("2").await.shows("请拨 0796-6559898。");
    chat.does("follow").await;
    chat.does("wait").await.shows("过了 30 分钟");
    let late = chat.says("2").await;
    late.shows("没有规则命中");
}

#[tokio::test]
async fn what_was_not_offered_cannot_be_tapped() {
    let (_yingda, mut chat) = chat().await;

    chat.sends(&[("tap", "12345")]).await.shows("这个选项不在对话里了");
}

#[tokio::test]
async fn a_state_that_we_did_not_seal_counts_for_nothing() {
    let (_yingda, mut chat) = chat().await;
    chat.says("多少钱").await;

    let forged = chat.browser.post("/console/try", &[("text", "你好"), ("state", "{\"spoken\":1}")]).await;

    forged.shows("对话已经重新开始");
    forged.hides("费用请问顾问。");
}

#[tokio::test]
async fn time_media_and_events_can_be_played() {
    let (_yingda, mut chat) = chat().await;

    chat.does("image").await.shows("[图片]");
    chat.sends(&[("do", "scan"), ("scene", "展会01")]).await.shows("[扫码 展会01]");
    chat.sends(&[("do", "time"), ("time", "2027-03-07T20:00")]).await.shows("时间改为 2027-03-07 20:00");
    chat.page.shows("value=\"2027-03-07T20:00\"");
    chat.sends(&[("do", "time"), ("time", "gestern")]).await.shows("时间写得不对");
    chat.does("new").await.shows("换了一位新用户");
    let cleared = chat.does("clear").await;
    cleared.hides("[图片]");
    cleared.shows("像客户一样说一句");
}

#[tokio::test]
async fn an_empty_or_endless_message_is_not_sent() {
    let (_yingda, mut chat) = chat().await;

    chat.says("   ").await.shows("请先打几个字");
    chat.says(&"费".repeat(2_001)).await.shows("最多 2000 个字");
    chat.says(&"费".repeat(2_000)).await.hides("最多 2000 个字");
}

#[tokio::test]
async fn what_was_typed_is_shown_as_text() {
    let (_yingda, mut chat) = chat().await;

    let page = chat.says("<img src=x onerror=alert(1)>").await;

    page.hides("<img");
    text_of(page);
}

#[tokio::test]
async fn a_saved_chat_is_a_transcript_that_passes() {
    let (_yingda, mut chat) = chat().await;
    chat.says("多少钱").await;
    chat.does("follow").await;
    let option = chat.option("人工");
    chat.sends(&[("tap", &option)]).await;
    chat.does("wait").await;
    chat.says("qwxz").await;

    let page = chat.does("save").await;

    let (_, after) = page.body.split_once("readonly=\"readonly\"").expect("it is shown");
    let (_, after) = after.split_once('>').expect("the end of the tag");
    let transcript = after.split("</textarea>").next().expect("its text").trim_start();
    insta::assert_snapshot!(transcript, @r#"
    # 试聊
    用户: 多少钱
    应答: 规则=price
    @关注
    应答: 规则=welcome
    用户: 2
    应答: 规则=human
    @快进 30分钟
    用户: qwxz
    应答: 结果=fallback
    "#);
    let mut files = Files::default();
    for (path, text) in Setup::default().files {
        files.insert(&path, text.into_bytes());
    }
    files.insert("tests/saved.chat", transcript.replace("&#34;", "\"").into_bytes());
    let today = jiff::civil::date(2026, 11, 23);
    let examination = yingda::publishing::examine(&files, &Surroundings::on(today));
    assert_eq!(
        (examination.transcripts.passed, examination.transcripts.failed),
        (1, 0),
        "{:#?}",
        examination.problems
    );
}

#[tokio::test]
async fn a_long_chat_stays_small() {
    let (_yingda, mut chat) = chat().await;

    for _ in 0..60 {
        chat.says("多少钱").await;
    }

    assert!(chat.page.body.len() < 100 * 1024, "{} bytes", chat.page.body.len());
    chat.says("价格").await.shows("费用请问顾问。");
}

/// The same service as a newcomer starts it.
fn demonstration(yingda: &Yingda, mode: Mode) -> Router {
    routes(Wiring {
        store: yingda.app.store.clone(),
        live: yingda.app.press.live(),
        desk: std::sync::Arc::clone(&yingda.app.desk),
        gate: yingda.app.press.gate(),
        clock: yingda.clock.clone(),
        status: yingda.app.press.status(),
        accounts: yingda.app.accounts.clone(),
        public_url: None,
        keep_messages_days: std::num::NonZeroU32::MIN,
        mode,
    })
}

#[tokio::test]
async fn a_newcomers_first_minute_needs_no_login() {
    let yingda = Yingda::start().await;
    let browser = Browser::stranger(&demonstration(&yingda, Mode::Demonstration));

    let mut chat = Chat::at(browser, "/try").await;
    chat.page.shows("一个人多少钱");

    chat.sends(&[("example", "一个人多少钱")]).await.shows("费用请问顾问。");
    chat.says("价格").await.shows("整句等于触发词");
}

#[tokio::test]
async fn try_without_a_login_exists_in_the_demonstration_on_this_machine_alone() {
    let yingda = Yingda::start().await;
    let routes = demonstration(&yingda, Mode::Demonstration);

    for (name, browser) in [
        ("another peer", Browser::stranger(&routes).from("192.168.1.2")),
        ("another name", Browser::stranger(&routes).with_header("host", "evil.example")),
        ("a proxy", Browser::stranger(&routes).with_header("x-real-ip", "127.0.0.1")),
        ("a real service", Browser::stranger(&demonstration(&yingda, Mode::Service))),
    ] {
        assert_eq!(browser.get("/try").await.status, StatusCode::NOT_FOUND, "{name}");
        let sent = browser.post("/try", &[("text", "多少钱")]).await;
        assert_eq!(sent.status, StatusCode::NOT_FOUND, "{name}");
    }
}
