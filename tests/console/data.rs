//! 数据 and 首页: numbers that open their lists, charts with their tables, a
//! file for the meeting, and what is to be done.

use std::io::Cursor;
use std::time::Duration;

use calamine::{Reader as _, Xlsx};
use yingda::model::{OutcomeKind, Role};
use yingda::store::Record;

use crate::support::browser::{Browser, PASSWORD, Page};
use crate::support::html::elements_of;
use crate::support::said::{account, commit, form, leaves, missed, said, seen, staff};
use crate::support::service::Yingda;

const MINUTE: Duration = Duration::from_secs(60);

/// Two answered, one asked back, one missed, one left without a reply, one who
/// waits, one lead.
async fn with_a_day() -> Yingda {
    let yingda = Yingda::start().await;
    let (store, at) = (&yingda.app.store, yingda.now());
    commit(store, said("o1", at, "多少钱")).await;
    commit(store, said("o2", at, "价格")).await;
    commit(store, Record { outcome: OutcomeKind::Choices, rule: None, ..said("o2", at, "怎么") }).await;
    commit(store, missed("o3", at, "有没有篮球场")).await;
    commit(store, leaves("o4", at, form("261123-01", "某县税务局", "13800000000"))).await;
    commit(store, Record { outcome: OutcomeKind::Silence, rule: None, ..said("o3", at, "嗯") }).await;
    yingda.customer("oWaits").says("人工").await;
    yingda.waits(MINUTE);
    yingda
}

/// Where the number of this name leads.
fn opens(page: &Page, name: &str) -> String {
    let (_, after) = page.body.split_once(&format!("<dt>{name}</dt>")).expect("the number is there");
    let (_, link) = after.split_once("href=\"").expect("it opens something");
    link.split('"').next().expect("an end").replace("&amp;", "&").replace("&#38;", "&")
}

#[tokio::test(flavor = "multi_thread")]
async fn each_number_opens_its_list() {
    let yingda = with_a_day().await;
    let browser = Browser::with_role(&yingda, Role::Viewer).await;

    let page = browser.get("/console/data").await;

    page.shows("<dt>咨询人数</dt><dd>5");
    for (name, expected) in [
        ("回答", vec!["多少钱", "价格", "提交"]),
        ("反问", vec!["怎么"]),
        ("未命中", vec!["有没有篮球场"]),
        ("转人工", vec!["人工"]),
        ("没有回复", vec!["嗯"]),
        ("线索", vec!["261123-01 某县税务局"]),
    ] {
        let list = browser.get(&opens(&page, name)).await;
        assert_eq!(list.body.matches("<td class=\"lead\">").count(), expected.len(), "{name}");
        expected.iter().for_each(|text| list.shows(text));
    }
    browser.get(&opens(&page, "成班")).await.shows("没有符合的内容");
    page.shows(
        "<dt>文字消息</dt><dd><a href=\"/console/data/messages?from=2026%2D11%2D17&#38;until=2026%2D11%2D23\">7</a>",
    );
    page.shows("答上率 60%");
    page.shows("<th scope=\"row\">不到 1 毫秒</th>");
    page.hides("µs");
    page.shows("<th scope=\"row\">费用</th>");
    page.shows("<th scope=\"row\">扫码 展会01</th>");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_says_the_same_as_the_table_beside_it() {
    let yingda = with_a_day().await;
    let browser = Browser::with_role(&yingda, Role::Viewer).await;

    let page = browser.get("/console/data?days=30").await;

    let elements = elements_of(&page);
    let bars = elements.iter().filter(|(name, attributes)| {
        name == "rect" && attributes.iter().any(|(name, value)| name == "class" && value == "bar-missed")
    });
    assert_eq!(bars.count(), 2, "one by day, one by hour");
    page.shows("<tr><th scope=\"row\">11-23</th><td>3</td><td>1</td><td>1</td><td>1</td><td>1</td></tr>");
    page.shows("<tr><th scope=\"row\">10:00</th><td>3</td><td>1</td><td>1</td><td>1</td><td>1</td></tr>");
    assert_eq!(page.body.matches("<tr><th scope=\"row\">").count() - 24 - 30, 2 + 1 + 6 + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_counted_again_after_a_minute() {
    let yingda = with_a_day().await;
    let browser = Browser::with_role(&yingda, Role::Viewer).await;
    browser.get("/console/data").await.shows("<dt>咨询人数</dt><dd>5");

    commit(&yingda.app.store, said("o9", yingda.now(), "多少钱")).await;
    browser.get("/console/data").await.shows("<dt>咨询人数</dt><dd>5");
    yingda.waits(MINUTE + Duration::from_secs(1));

    browser.get("/console/data").await.shows("<dt>咨询人数</dt><dd>6");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_without_messages_says_so_and_odd_dates_do_no_harm() {
    let yingda = with_a_day().await;
    let browser = Browser::with_role(&yingda, Role::Viewer).await;

    browser.get("/console/data?from=2025-01-01&until=2025-01-07").await.shows("这段时间没有人来问");
    for query in ["from=2026-12-31&until=2026-01-01", "from=x&until=y&days=z", "from=0001-01-01"] {
        browser.get(&format!("/console/data?{query}")).await.shows("咨询人数");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_weekly_report_opens_in_excel() {
    let yingda = with_a_day().await;
    let browser = Browser::with_role(&yingda, Role::Viewer).await;

    let (head, bytes) = browser.download("/console/data/export?days=7").await;

    assert_eq!(head["content-disposition"], "attachment; filename=\"yingda-2026-11-17-2026-11-23.xlsx\"");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    assert_eq!(book.sheet_names(), ["概况", "按天", "按小时", "规则", "来源", "线索进展"]);
    let days = book.worksheet_range("按天").expect("the sheet");
    let rows: Vec<Vec<String>> =
        days.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    assert_eq!(rows[1], ["2026-11-23", "3", "0", "1", "1", "1", "1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn home_lists_what_customers_want_and_each_opens_its_list() {
    let yingda = with_a_day().await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;
    let number = crate::support::said::number("261123-01");
    let due = yingda::store::LeadChange::Due(Some("2026-11-23".parse().expect("a date")));
    let account = account();
    let act = staff("li", yingda.now());
    yingda.app.store.change_lead(seen(&account, &number, 1), &due, &act).await.expect("changeable");

    let home = browser.get("/console").await;
    home.shows("1 人要找人，最久的等了 1 分钟。");
    home.shows("1 条线索今天要跟进。");
    home.shows("1 条新线索还没联系。");
    home.shows("近 7 天有 1 句没答上。");
    for address in
        ["/console/chats", "/console/leads?due=today", "/console/leads?status=new", "/console/misses"]
    {
        home.shows(&format!("<a class=\"button quiet\" href=\"{address}\">去看看</a>"));
    }
    home.shows("<li class=\"task warning\">\n<div><p><strong>1 人要找人");
    yingda.waits(15 * MINUTE);
    browser.log_in("接待", PASSWORD).await;
    browser.get("/console").await.shows("<li class=\"task error\">\n<div><p><strong>1 人要找人");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_whose_messages_were_forgotten_says_whom_it_leaves_out() {
    let yingda = with_a_day().await;
    yingda.waits(190 * 24 * 60 * MINUTE);
    yingda.app.schedule.run_due().await.expect("works");
    let browser = Browser::with_role(&yingda, Role::Viewer).await;

    let then = "from=2026-11-23&until=2026-11-23";
    let page = browser.get(&format!("/console/data?{then}")).await;
    page.shows("<dt>咨询人数</dt><dd>0");
    page.shows("<dt>文字消息</dt><dd><a");
    page.shows("2026-12-03 以前的消息过了 180 天的保存期");
    browser.get("/console/data?days=90").await.hides("保存期");

    let first_cells = async |query: &str| {
        let (_, bytes) = browser.download(&format!("/console/data/export?{query}")).await;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
        let range = book.worksheet_range("概况").expect("the sheet");
        range.rows().map(|row| row[0].to_string()).collect::<Vec<_>>()
    };
    assert_eq!(first_cells(then).await[1], "咨询人数（不含 2026-12-03 以前的）");
    assert_eq!(first_cells("days=90").await[1], "咨询人数");
}
