//! 线索: found, followed up, masked, taken along and deleted, each by whoever may.

use std::io::Cursor;
use std::time::Duration;

use axum::http::StatusCode;
use calamine::{Reader as _, Xlsx};
use yingda::accounts::{NewAccount, random_aes_key, random_token};
use yingda::model::{Encryption, Human, LeadStatus, Role};
use yingda::store::{Actor, Lead, LeadFilter, OperationKind, PrivacyAct, SecretPair};

use crate::support::browser::{Browser, PASSWORD, Page, value_of};
use crate::support::said::{account, commit, form, leaves, number};
use crate::support::service::{APP_ID, Setup, Yingda};

const PHONE: &str = "13800000000";
const MASKED: &str = "138****0000";

async fn with_lead() -> Yingda {
    let yingda = Yingda::start().await;
    let store = &yingda.app.store;
    commit(store, leaves("o-one", yingda.now(), form("261123-01", "某县税务局", PHONE))).await;
    yingda.waits(Duration::from_secs(60));
    yingda
}

async fn lead(yingda: &Yingda) -> Lead {
    let found = yingda.app.store.find_lead(&account(), &number("261123-01")).await;
    found.expect("readable").expect("it is there")
}

/// The form of the card, filled in.
async fn follow(browser: &Browser, seen: &Page, fields: &[(&str, &str)]) -> Page {
    let revision = value_of(&seen.body, "revision").expect("the form has one");
    let all = [("status", "new"), ("owner", ""), ("due", ""), ("note", "")];
    let kept = all.iter().filter(|(name, _)| !fields.iter().any(|(given, _)| given == name));
    let fields: Vec<_> = kept.chain(fields).copied().chain([("revision", revision.as_str())]).collect();
    browser.post("/console/leads/261123-01/follow", &fields).await
}

#[tokio::test]
async fn a_lead_is_followed_up_and_every_step_is_told() {
    let yingda = with_lead().await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;

    let list = browser.get("/console/leads").await;
    list.shows("261123-01 某县税务局");
    list.shows("无人负责");
    let card = browser.get("/console/leads/261123-01").await;
    card.shows("约50人");
    card.shows("扫码 展会01");
    let owner = yingda.app.store.list_staff().await.expect("readable")[0].id.to_string();
    let fields = [
        ("status", "contacted"),
        ("owner", owner.as_str()),
        ("due", "2026-11-24"),
        ("note", "下周带队来看，回电 13912345678"),
    ];
    let saved = follow(&browser, &card, &fields).await;

    assert_eq!(saved.location(), "/console/leads/261123-01");
    let card = browser.get("/console/leads/261123-01").await;
    card.shows("已保存。");
    card.shows("<del>新</del> → <ins>已联系</ins>");
    card.shows("下周带队来看，回电 139****5678");
    card.shows("<ins>2026-11-24</ins>");
    browser.get("/console/leads?due=today").await.shows("没有符合的内容");
    yingda.waits(Duration::from_secs(48 * 60 * 60));
    browser.log_in("接待", PASSWORD).await;
    browser.get("/console/leads?due=today").await.shows("逾期 1 天");
}

#[tokio::test]
async fn numbers_are_masked_until_somebody_asks_who_is_written_down() {
    let yingda = with_lead().await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;

    for page in ["/console/leads", "/console/leads/261123-01"] {
        let page = browser.get(page).await;
        page.shows(MASKED);
        page.hides(PHONE);
    }
    let seen = browser.get("/console/leads/261123-01").await;
    follow(&browser, &seen, &[("note", "也可打 13912345678")]).await;
    let revealed = browser.post("/console/leads/261123-01/reveal", &[]).await;
    revealed.shows("href=\"tel:13800000000\"");
    revealed.shows("王建国");
    revealed.shows("也可打 13912345678");
    let after = browser.get("/console/leads/261123-01").await;
    after.hides(PHONE);
    after.shows("<td data-label=\"谁\">接待</td>\n<td><span>查看完整号码</span>");
    let log = Browser::admin(&yingda).await.get("/console/log?kind=lead_reveal").await;
    log.shows("261123-01");
    log.shows("接待");
}

#[tokio::test]
async fn who_may_only_look_sees_no_number_and_changes_nothing() {
    let yingda = with_lead().await;

    for role in [Role::Viewer, Role::Editor] {
        let browser = Browser::with_role(&yingda, role).await;
        let list = browser.get("/console/leads").await;
        list.shows(MASKED);
        list.hides("/console/leads/export");
        let card = browser.get("/console/leads/261123-01").await;
        card.hides("查看完整号码</button>");
        card.hides("name=\"note\"");
        card.hides("/console/chats");
        for address in ["reveal", "follow", "delete"] {
            let answer = browser.post(&format!("/console/leads/261123-01/{address}"), &[]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {address}");
        }
        assert_eq!(browser.get("/console/leads/export").await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(lead(&yingda).await.status, LeadStatus::New);
}

#[tokio::test]
async fn of_two_colleagues_the_second_is_told_and_loses_nothing_they_typed() {
    let yingda = with_lead().await;
    let (one, other) = (Browser::with_role(&yingda, Role::Reception).await, Browser::admin(&yingda).await);
    let seen_by_one = one.get("/console/leads/261123-01").await;
    let seen_by_other = other.get("/console/leads/261123-01").await;

    follow(&one, &seen_by_one, &[("status", "contacted")]).await;
    let clash = follow(&other, &seen_by_other, &[("status", "lost"), ("note", "电话打不通")]).await;

    assert_eq!(clash.status, StatusCode::UNPROCESSABLE_ENTITY);
    clash.shows("接待刚改过这条线索，现在的进展是「已联系」");
    clash.shows("电话打不通");
    clash.shows("<option value=\"lost\" selected=\"selected\">");
    assert_eq!(lead(&yingda).await.status, LeadStatus::Contacted);
    follow(&other, &clash, &[("status", "lost"), ("note", "电话打不通")]).await;
    assert_eq!(lead(&yingda).await.status, LeadStatus::Lost);
}

#[tokio::test]
async fn leads_are_found_by_what_one_knows_of_them_fifty_a_page() {
    let yingda = Yingda::start().await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;
    browser.get("/console/leads").await.shows("还没有线索");
    for n in 1..=51 {
        let unit = if n == 7 { "某市财政局".to_owned() } else { format!("第{n}单位") };
        let name = format!("o-{n}");
        let at = yingda.now();
        commit(&yingda.app.store, leaves(&name, at, form(&format!("261123-{n:02}"), &unit, PHONE))).await;
        yingda.waits(Duration::from_secs(1));
    }
    let seen = browser.get("/console/leads/261123-01").await;
    follow(&browser, &seen, &[("status", "held")]).await;

    let first = browser.get("/console/leads").await;
    first.shows("第 1 页，共 2 页");
    first.hides("261123-01 ");
    browser.get("/console/leads?page=2").await.shows("261123-01 第1单位");
    browser.get("/console/leads?page=99").await.shows("261123-01 第1单位");
    for (query, count) in [
        ("q=%E8%B4%A2%E6%94%BF", 1),
        ("status=held", 1),
        ("status=new&q=261123-01", 0),
        ("source=scan%3A%E5%B1%95%E4%BC%9A01", 50),
        ("source=scan%3Aother", 0),
        ("owner=-&q=261123-07", 1),
        ("owner=nobody-by-this-id", 0),
        ("from=2026-11-24", 0),
        ("until=2026-11-23&q=261123-07", 1),
    ] {
        let page = browser.get(&format!("/console/leads?{query}")).await;
        assert_eq!(page.body.matches("<td class=\"lead\">").count(), count, "{query}");
    }
}

#[tokio::test]
async fn the_file_holds_whole_numbers_and_taking_it_is_written_down() {
    let yingda = with_lead().await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;

    let (head, bytes) = browser.download("/console/leads/export?status=new").await;

    assert_eq!(head["content-disposition"], "attachment; filename=\"yingda-leads.xlsx\"");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    let rows = book.worksheet_range("线索").expect("the sheet");
    let cells: Vec<String> = rows.rows().skip(1).flatten().map(ToString::to_string).collect();
    assert!(cells.contains(&PHONE.to_owned()) && cells.contains(&"扫码 展会01".to_owned()), "{cells:?}");
    let log = yingda.app.store.list_privacy_log(&account()).await.expect("readable");
    assert_eq!((log[0].what, log[0].subject.as_str()), (PrivacyAct::LeadsExported, "1"));
    Browser::admin(&yingda).await.get("/console/log?kind=leads_export").await.shows("status=new");
}

#[tokio::test]
async fn what_was_searched_for_does_not_stand_in_the_log_for_ever() {
    let yingda = with_lead().await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;

    browser.download("/console/leads/export?status=new&q=%E7%8E%8B%E5%BB%BA%E5%9B%BD").await;

    let log = Browser::admin(&yingda).await.get("/console/log?kind=leads_export").await;
    log.shows("status=new");
    log.shows("q=given");
    log.hides("王建国");
    log.hides("%E7%8E%8B");
}

#[tokio::test]
async fn a_caller_is_found_by_their_number() {
    let yingda = with_lead().await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;

    for (asked, count) in [(PHONE, 1), ("138%200000%200000", 1), ("13900000000", 0), ("261123-01", 1)] {
        let page = browser.get(&format!("/console/leads?q={asked}")).await;
        assert_eq!(page.body.matches("<td class=\"lead\">").count(), count, "{asked}");
    }
}

#[tokio::test]
async fn only_who_administers_deletes_a_lead_and_is_asked_first() {
    let yingda = with_lead().await;
    let (reception, admin) =
        (Browser::with_role(&yingda, Role::Reception).await, Browser::admin(&yingda).await);

    reception.get("/console/leads/261123-01").await.hides("删除这条线索");
    admin.get("/console/leads/261123-01/delete").await.shows("删除线索「261123-01」？");
    assert_eq!(lead(&yingda).await.status, LeadStatus::New, "asking changes nothing");
    let done = admin.post("/console/leads/261123-01/delete", &[]).await;

    assert_eq!(done.location(), "/console/leads");
    assert_eq!(admin.get("/console/leads/261123-01").await.status, StatusCode::NOT_FOUND);
    let page = yingda.app.store.list_leads(&account(), &LeadFilter::default(), 0).await.expect("readable");
    assert_eq!(page.total, 0);
    admin.get("/console/log?kind=lead_delete").await.shows("261123-01");
}

#[tokio::test]
async fn with_two_accounts_each_has_its_leads() {
    let setup = Setup {
        account: "[[account]]\nid = \"second\"\nchannel = \"wechat\"\nname = \"第二个号\"\ntoken = \"anothertoken\"\nencryption = \"plain\"".to_owned(),
        ..Setup::default()
    };
    let yingda = Yingda::start_with(setup).await;
    let store = &yingda.app.store;
    let second = yingda::model::AccountId::parse("second").expect("a slug");
    let record = leaves("o-two", yingda.now(), form("261123-01", "第二局", PHONE));
    commit(store, yingda::store::Record { account: second, ..record }).await;
    commit(store, leaves("o-one", yingda.now(), form("261123-01", "第一局", PHONE))).await;
    let browser = Browser::admin(&yingda).await;

    let first = browser.get("/console/leads").await;
    first.shows("第一局");
    first.hides("第二局");
    let other = browser.get("/console/leads?account=second").await;
    other.shows("第二局");
    other.shows("href=\"/console/leads/261123-01?account=second\"");
    let card = browser.get("/console/leads/261123-01?account=second").await;
    card.shows("第二局");
    card.shows("action=\"/console/leads/261123-01/follow?account=second\"");
}

#[tokio::test]
async fn what_was_open_for_an_account_that_is_gone_changes_no_other() {
    let yingda = Yingda::start().await;
    let second = yingda::model::AccountId::parse("second").expect("a slug");
    let new = NewAccount {
        id: second.clone(),
        name: "第二个号".to_owned(),
        human: Human::Contacts,
        encryption: Encryption::Safe,
        original_id: None,
        app_id: Some(APP_ID.to_owned()),
        secrets: SecretPair { token: random_token(), aes_key: random_aes_key() },
    };
    let by = Actor { staff: None, name: "管理员".to_owned(), ip: String::new() };
    let does = |kind| by.does(kind, "second", yingda.now());
    let accounts = &yingda.app.accounts;
    accounts.make(new, &does(OperationKind::AccountMade)).await.expect("made");
    let store = &yingda.app.store;
    let record = leaves("o-two", yingda.now(), form("261123-01", "第二局", PHONE));
    commit(store, yingda::store::Record { account: second.clone(), ..record }).await;
    commit(store, leaves("o-one", yingda.now(), form("261123-01", "第一局", PHONE))).await;
    let admin = Browser::admin(&yingda).await;
    let action = "/console/leads/261123-01/delete?account=second";
    admin.get(action).await.shows(&format!("action=\"{action}\""));
    accounts.remove(&second, &does(OperationKind::AccountRemoved)).await.expect("removed");

    let late = admin.post(action, &[]).await;

    assert_eq!(late.status, StatusCode::NOT_FOUND, "{late:?}");
    assert_eq!(admin.get("/console/leads?account=second").await.status, StatusCode::NOT_FOUND);
    // What is open for the first names it as well: another may be the first soon.
    let card = admin.get("/console/leads/261123-01").await;
    card.shows("第一局");
    card.shows("action=\"/console/leads/261123-01/follow?account=main\"");
    admin.get("/console/leads/261123-01/delete").await.shows("/261123-01/delete?account=main\"");
}
