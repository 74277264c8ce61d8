//! Staff at work in a real browser, on a phone and at a desk: somebody who
//! waits, a lead, a question without an answer, the figures. Every page on the
//! way is checked for access and kept as a picture in both colour schemes.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use jiff::Timestamp;
use yingda::model::{OutcomeKind, Role, RuleId};
use yingda::store::Record;

use crate::support::browser::{PASSWORD, invitation};
use crate::support::chromium::{Chromium, Screen};
use crate::support::said::{account, commit, form, leaves, missed, said, staff};
use crate::support::service::{Setup, Yingda};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A service that a browser can reach, with a busy week behind it.
struct Busy {
    yingda: Yingda,
    base: String,
    chat: String,
    why: String,
}

impl Busy {
    async fn start() -> Self {
        let yingda =
            Yingda::start_with(Setup { account: "human = \"yingda\"".into(), ..Setup::default() }).await;
        a_week_of(&yingda).await;
        let customer = yingda.customer("waits");
        customer.says("一个人多少钱").await;
        yingda.waits(Duration::from_secs(30));
        customer.says("我的电话 13800000000，想找人工").await;
        yingda.waits(Duration::from_secs(12 * 60));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        let service = yingda.app.routes.clone().into_make_service_with_connect_info::<SocketAddr>();
        let server = axum_server::from_tcp(listener).expect("a server").serve(service);
        tokio::spawn(async move { server.await.expect("it serves") });
        let chat = format!("/console/chats/{}", customer.id().as_str().replace('-', "%2D"));
        let entries =
            yingda.app.store.load_timeline(&account(), customer.id(), None).await.expect("readable");
        let why = format!("{chat}/why/{}", entries.last().expect("they wrote").id);
        Self { yingda, base, chat, why }
    }
}

async fn a_week_of(yingda: &Yingda) {
    let store = &yingda.app.store;
    let start: Timestamp = yingda.now() - 6 * 24 * HOUR;
    for n in 0..90_u32 {
        let at = start + HOUR * n + Duration::from_secs(60 * u64::from(n * 37 % 60));
        let record = said(&format!("o-{}", n * 7 % 23), at, "请问培训怎么收费");
        let record = match n % 9 {
            0 => Record { outcome: OutcomeKind::Choices, rule: None, ..record },
            1 => Record { outcome: OutcomeKind::Human, rule: RuleId::parse("human").ok(), ..record },
            _ => record,
        };
        commit(store, record).await;
    }
    let asked = ["路费能报销吗", "路费报销吗", "来回路费谁出", "有没有篮球场", "能带家属吗"];
    for (n, text) in (0_u32..).zip(asked.iter().cycle().take(12)) {
        commit(store, missed(&format!("o-{n}"), start + HOUR * (n * 9), text)).await;
    }
    for (n, unit) in (1_u32..).zip(["某县税务局", "某市财政局", "某区教育局"]) {
        let number = format!("2611{}-0{n}", 18 + n);
        commit(store, leaves(&format!("o-{n}"), start + 24 * HOUR * n, form(&number, unit, "13800000000")))
            .await;
    }
    let phrase = yingda::store::ReadyPhrase {
        id: "price".into(),
        title: "报价说明".into(),
        text: "报价要看人数和天数，请告诉我大概人数。".into(),
        by: staff("li", start).by,
        changed_at: start,
    };
    let who = yingda::store::Actor { staff: None, name: "李老师".into(), ip: String::new() };
    let saves = who.does(yingda::store::OperationKind::PhraseSaved, "报价说明", start);
    store.add_phrase(&account(), &phrase, &saves).await.expect("writable");
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_work_through_their_day_on_a_phone() {
    work(Screen::Phone).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_work_through_their_day_at_a_desk() {
    work(Screen::Desk).await;
}

async fn work(screen: Screen) {
    let busy = Busy::start().await;
    let Some(browser) = Chromium::start(&busy.base, screen).await else { return };
    let key = invitation(&busy.yingda.app.store, &busy.yingda.clock, Role::Admin).await;
    browser.open(&format!("/join?key={key}")).await;
    browser.fill("#name", "同事甲").await;
    browser.fill("#password", PASSWORD).await;
    browser.click("form.stack button").await;
    browser.is_at("/console").await;
    look_at_everything(&browser, &busy).await;
    serve_who_waits(&browser, &busy).await;
    follow_up_a_lead(&browser).await;
    make_a_rule_of_a_miss(&browser).await;
    ignore_a_miss(&browser).await;
    look_behind_a_number(&browser).await;
    browser.check_console().await;
    browser.quit().await;
}

async fn look_at_everything(browser: &Chromium, busy: &Busy) {
    let pages = [
        ("/console", "home-busy"),
        ("/console/chats", "chats-busy"),
        ("/console/chats?list=all", "chats-all"),
        (busy.chat.as_str(), "chat"),
        (busy.why.as_str(), "chat-why"),
        ("/console/phrases", "phrases-busy"),
        ("/console/leads", "leads-busy"),
        ("/console/leads/261119-01", "lead"),
        ("/console/misses", "misses-busy"),
        ("/console/misses?list=grudging", "misses-grudging"),
        ("/console/data", "data-busy"),
        ("/console/data/messages?days=7", "data-messages"),
    ];
    for theme in ["light", "dark"] {
        browser.set_cookie("yingda_theme", theme).await;
        for (address, name) in pages {
            browser.open(address).await;
            browser.check_access(address).await;
            browser.shoot(&format!("{theme}-{name}")).await;
        }
    }
}

async fn serve_who_waits(browser: &Chromium, busy: &Busy) {
    browser.open("/console").await;
    browser.sees("1 人在等人工").await;
    browser.click(".task a[href='/console/chats']").await;
    browser.sees("等了 12 分钟").await;
    browser.click("td.lead a").await;
    browser.is_at(&busy.chat).await;
    let is_bounded = "const said = document.querySelector('.phone-screen');\
        const list = said.querySelector('.chat');\
        for (let n = 0; n < 40; n += 1) list.prepend(list.lastElementChild.cloneNode(true));\
        return said.clientHeight < innerHeight && said.scrollHeight > innerHeight";
    assert_eq!(browser.script(is_bounded, vec![]).await, true, "a long talk leaves the reply in reach");
    browser.click("form[action*='/take?'] button").await;
    browser.sees("已接手").await;
    browser.click("summary").await;
    browser.click("[data-inserts]").await;
    let text = browser.script("return document.getElementById('text').value", vec![]).await;
    assert_eq!(text, "报价要看人数和天数，请告诉我大概人数。");
    browser.sees("57/1200").await;
    browser.click("form[action*='/words?'] button").await;
    browser.sees("等对方下次来信时带出（同事甲）").await;
    let reply = busy.yingda.customer("waits").says("在吗").await;
    assert!(reply.contains("报价要看人数和天数"), "{reply}");
    browser.click("form[action*='/reveal/'] button").await;
    browser.sees("13800000000").await;
    browser.fill("#note", "已电话联系").await;
    browser.click("form[action*='/note?'] button").await;
    browser.sees("备注已保存").await;
    browser.fill("#text", "还想请问一下").await;
    browser.sees("草稿已保存。").await;
    browser.open(&busy.chat).await;
    let text = browser.script("return document.getElementById('text').value", vec![]).await;
    assert_eq!(text, "还想请问一下");
    browser.click("form[action*='/end?'] button").await;
    browser.sees("已处理完").await;
}

async fn follow_up_a_lead(browser: &Chromium) {
    browser.open("/console/leads").await;
    browser.click("td.lead a").await;
    browser.sees("138****0000").await;
    browser.click("form[action*='/reveal?'] button").await;
    browser.sees("拨打 13800000000").await;
    browser.script("document.getElementById('status').value = 'contacted'", vec![]).await;
    browser.fill("#note", "下周带队来看").await;
    browser.click("form[action*='/follow?'] button").await;
    browser.sees("已保存。").await;
    browser.sees("已联系").await;
    browser.sees("下周带队来看").await;
}

async fn make_a_rule_of_a_miss(browser: &Chromium) {
    for theme in ["light", "dark"] {
        browser.set_cookie("yingda_theme", theme).await;
        browser.open("/console/misses").await;
        browser.click("section .actions a.button").await;
        browser.is_at("/console/rules/new").await;
        browser.sees("条消息里").await;
        browser.check_access("a rule made of a miss").await;
        browser.shoot(&format!("{theme}-rule-effect")).await;
    }
    browser.fill("#name", "路费").await;
    browser.sees("改过以后还没有再试").await;
    browser.click("#replay button").await;
    browser.is_at("/console/rules/preview").await;
    browser.sees("条消息里").await;
}

async fn ignore_a_miss(browser: &Chromium) {
    browser.open("/console/misses").await;
    browser.sees("路费").await;
    browser.click("form[action*='/ignore'] button").await;
    browser.sees("已忽略，可在").await;
    browser.open("/console/misses?list=ignored").await;
    browser.sees("路费").await;
}

async fn look_behind_a_number(browser: &Chromium) {
    browser.open("/console/data").await;
    browser.click(".numbers div:nth-child(3) a").await;
    browser.is_at("/console/data/messages").await;
    browser.sees("请问培训怎么收费").await;
    browser.click("tbody a").await;
    browser.sees("为什么这样回").await;
}
