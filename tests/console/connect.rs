//! 接入: an account is made, copied into WeChat, verified and heard, and what
//! is wrong on the way is named.

use std::time::Duration;

use axum::http::StatusCode;
use sqlx::{Connection as _, SqliteConnection};
use yingda::model::{AccountId, Content, CustomerId, Role};
use yingda::platform::wechat::simulator::Simulator;
use yingda::platform::wechat::{Account, EncodingAesKey, Encryption, Settings, Token};
use yingda::store::LogFilter;

use crate::support::browser::{Browser, Page, value_of};
use crate::support::service::{APP_ID, TOKEN, Yingda};

const SECOND: &str = "/console/accounts/second";

/// As a newcomer fills the form in; what is left out is empty.
const FORM: &[(&str, &str)] = &[
    ("name", "第二个号"),
    ("id", "second"),
    ("app_id", APP_ID),
    ("encryption", "safe"),
    ("human", "contacts"),
];

async fn make(browser: &Browser) -> Page {
    browser.get("/console/accounts/new").await;
    let answer = browser.post("/console/accounts/new", FORM).await;
    assert_eq!(answer.location(), SECOND, "{answer:?}");
    browser.get(SECOND).await
}

/// What the page gives to be copied.
fn copied(page: &Page, id: &str) -> String {
    let (_, after) = page.body.split_once(&format!("<code id=\"{id}\">")).expect("it is shown");
    after.split('<').next().expect("text before the end").to_owned()
}

/// WeChat, as staff set it up from the page.
fn wechat(token: &str, aes_key: &str) -> Account {
    Account::new(Settings {
        id: AccountId::parse("second").expect("a slug"),
        original_id: None,
        app_id: Some(APP_ID.to_owned()),
        token: Token::parse(token).expect("a token"),
        aes_key: Some(EncodingAesKey::parse(aes_key).expect("a key")),
        previous_aes_key: None,
        encryption: Encryption::Safe,
    })
    .expect("complete settings")
}

async fn checks(yingda: &Yingda, theirs: &Account) -> StatusCode {
    yingda.waits(Duration::from_secs(5));
    let check = Simulator::new(theirs).url_check(yingda.now());
    let answer = yingda.request("GET", &format!("/hook/second?{}", check.query), Vec::new()).await;
    yingda.app.refusals.write_down(&yingda.app.store).await;
    answer.status
}

async fn says(yingda: &Yingda, theirs: &Account) -> StatusCode {
    yingda.waits(Duration::from_secs(5));
    let wechat = Simulator::new(theirs);
    let customer = CustomerId::parse("oSecondAccountsCustomer").expect("printable");
    let xml = wechat.compose(&Content::text("测试"), &customer, yingda.now());
    let signed = wechat.deliver(&xml, yingda.now());
    yingda.post_raw("/hook/second", &signed.query, signed.body).await.status
}

#[tokio::test]
async fn a_newcomer_connects_an_account_and_sees_each_step_come_true() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;

    let page = make(&browser).await;

    page.shows("等微信验证");
    page.shows("微信开发者平台");
    page.shows("基本配置");
    assert_eq!(copied(&page, "copy-url"), "http://127.0.0.1:8080/hook/second");
    page.shows("还没有设公众访问的网址");
    let theirs = wechat(&copied(&page, "copy-token"), &copied(&page, "copy-key"));

    assert_eq!(checks(&yingda, &theirs).await, StatusCode::OK);
    let news = browser.get(&format!("{SECOND}/news")).await;
    news.shows("微信验证过网址：2026-11-23 10:00:05");
    news.shows("data-refresh");

    assert_eq!(says(&yingda, &theirs).await, StatusCode::OK);
    let news = browser.get(&format!("{SECOND}/news")).await;
    news.shows("收到微信发来的消息：2026-11-23 10:00:10");
    news.shows("毫秒想好回复");
    news.hides("data-refresh");
    browser.get("/console/accounts").await.shows("已接通");
}

#[tokio::test]
async fn secrets_are_shown_until_wechat_verified_them_and_then_nowhere() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    let page = make(&browser).await;
    let (token, key) = (copied(&page, "copy-token"), copied(&page, "copy-key"));
    assert_eq!((token.len(), key.len()), (32, 43));

    checks(&yingda, &wechat(&token, &key)).await;

    let page = browser.get(SECOND).await;
    page.shows("已加密保存，不再显示");
    let edit = browser.get(&format!("{SECOND}/edit")).await;
    let log = browser.get("/console/log").await;
    let logged = yingda.app.store.find_operations(&LogFilter::default(), 0, 50).await.expect("readable");
    for secret in [&token, &key] {
        for page in [&page, &edit, &log] {
            page.hides(secret);
        }
        assert!(!format!("{logged:?}").contains(secret.as_str()));
    }
    log.shows("新建账号");
}

#[tokio::test]
async fn what_wechat_was_refused_for_is_named_with_what_to_do() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    let page = make(&browser).await;
    let key = copied(&page, "copy-key");

    assert_eq!(checks(&yingda, &wechat("anothertoken", &key)).await, StatusCode::FORBIDDEN);

    let page = browser.get(SECOND).await;
    page.shows("2026-11-23 10:00:05 拒绝了微信发来的请求，共 1 次");
    page.shows("签名不对：发送方用的 token 与本机配置的不同");
    page.shows("在这个页面核对");
    assert!(page.body.contains("notice error"), "it is the latest news");
    browser.set_cookie("yingda_lang", "en");
    let english = browser.get(SECOND).await;
    english.shows("The Token is not the one that WeChat has.");
    english.hides("签名不对");
    browser.set_cookie("yingda_lang", "zh");

    checks(&yingda, &wechat(&copied(&page, "copy-token"), &key)).await;
    let page = browser.get(SECOND).await;
    page.shows("拒绝了微信发来的请求");
    assert!(!page.body.contains("notice error"), "it is over");
}

#[tokio::test]
async fn an_account_whose_secrets_cannot_be_read_says_why_in_both_languages() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    make(&browser).await;
    let url = format!("sqlite:{}", yingda.folder.path().join("data/yingda.db").display());
    let mut database = SqliteConnection::connect(&url).await.expect("connects");
    let spoiled = "UPDATE account SET secrets = 'sealed with another key'";
    sqlx::query(spoiled).execute(&mut database).await.expect("writable");

    browser.get(SECOND).await.shows("这个账号没有在用：它的 Token 和密钥解不开，因为数据的加密密钥换过。");
    browser.set_cookie("yingda_lang", "en");
    let english = browser.get(SECOND).await;
    english.shows("This account is not in use: its Token and key cannot be read");
    english.hides("解不开");
}

#[tokio::test]
async fn a_wrong_end_of_the_address_is_named_while_wechat_is_waited_for() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    make(&browser).await;

    yingda.waits(Duration::from_secs(5));
    yingda.request("GET", "/hook/secnd?signature=1&timestamp=1&nonce=1&echostr=1", Vec::new()).await;
    yingda.app.refusals.write_down(&yingda.app.store).await;

    browser.get(SECOND).await.shows("没有名为「secnd」的账号");
}

#[tokio::test]
async fn new_secrets_count_at_once_and_wechat_may_be_slower() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    let page = make(&browser).await;
    let before = wechat(&copied(&page, "copy-token"), &copied(&page, "copy-key"));
    checks(&yingda, &before).await;
    says(&yingda, &before).await;

    let page = browser.get(&format!("{SECOND}/secrets")).await;
    page.shows("24 小时");
    let revision = value_of(&page.body, "revision").expect("the form has it");
    let answer = browser.post(&format!("{SECOND}/secrets"), &[("revision", &revision)]).await;
    assert_eq!(answer.location(), SECOND, "{answer:?}");

    let page = browser.get(SECOND).await;
    page.shows("等微信验证");
    page.shows("旧的 Token 和密钥有效到");
    assert_eq!(says(&yingda, &before).await, StatusCode::OK, "WeChat does not know yet");
    browser.get(SECOND).await.shows("等微信验证");
    let after = wechat(&copied(&page, "copy-token"), &copied(&page, "copy-key"));
    assert_eq!(checks(&yingda, &after).await, StatusCode::OK);
    browser.get(SECOND).await.shows("微信验证过网址");
}

#[tokio::test]
async fn what_is_typed_wrongly_is_said_at_its_field_and_kept() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    browser.get("/console/accounts/new").await;

    let cases: &[(&str, &str, &str)] = &[
        ("name", "  ", "请写 1 到 40 个字的名称"),
        ("id", "含 空格", "请用 1 到 32 个字母"),
        ("id", "MAIN", "已经有账号用了这个 ID"),
        ("app_id", "wx123", "AppID 是 wx 开头的 18 位"),
        ("original_id", "abc", "原始 ID 是 gh_ 开头"),
        ("token", "ab", "令牌要 3 到 32 个字符"),
        ("token", "有 空格", "令牌只能用英文字母和数字"),
        ("aes_key", "short", "正好 43 个字符"),
        ("encryption", "none", "请选一项"),
    ];
    for (field, value, said) in cases {
        let mut form: Vec<(&str, &str)> = FORM.to_vec();
        form.retain(|(name, _)| name != field);
        form.push((field, value));
        let answer = browser.post("/console/accounts/new", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field} {value}");
        answer.shows(said);
        if *field != "encryption" {
            answer.shows(&format!("value=\"{value}\""));
        }
    }
    assert!(yingda.app.store.load_accounts().await.expect("readable").is_empty());
}

#[tokio::test]
async fn secrets_that_wechat_has_already_are_taken_over() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    let key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
    browser.get("/console/accounts/new").await;
    let own = [("token", "ourowntoken"), ("aes_key", key)];
    let form: Vec<(&str, &str)> = FORM.iter().copied().chain(own).collect();

    browser.post("/console/accounts/new", &form).await;

    assert_eq!(checks(&yingda, &wechat("ourowntoken", key)).await, StatusCode::OK);
}

#[tokio::test]
async fn details_change_at_once_and_of_two_who_change_them_the_second_is_told() {
    let yingda = Yingda::start().await;
    let (browser, other) = (Browser::admin(&yingda).await, Browser::with_role(&yingda, Role::Editor).await);
    make(&browser).await;
    let (edit, renew) = (format!("{SECOND}/edit"), format!("{SECOND}/secrets"));
    let send = async |address: &str, seen: &Page, name: &str| {
        let revision = value_of(&seen.body, "revision").expect("the form has it");
        let others = FORM.iter().copied().filter(|(field, _)| *field != "name");
        let fields: Vec<_> = others.chain([("name", name), ("revision", revision.as_str())]).collect();
        browser.post(address, &fields).await
    };
    let (first, second) = (browser.get(&edit).await, browser.get(&edit).await);
    let drawing = browser.get(&renew).await;

    let saved = send(&edit, &first, "改过的名").await;
    let clash = send(&edit, &second, "另一个名").await;

    assert_eq!(saved.location(), SECOND, "{saved:?}");
    assert_eq!(clash.status, StatusCode::UNPROCESSABLE_ENTITY);
    clash.shows("刚才有同事改过这个账号，现在是：改过的名 · ");
    clash.shows("value=\"另一个名\"");
    browser.get("/console/accounts").await.shows("改过的名");
    let before = browser.get(SECOND).await;
    send(&renew, &drawing, "").await.shows("刚才有同事改过这个账号");
    let after = browser.get(SECOND).await;
    assert_eq!(copied(&before, "copy-token"), copied(&after, "copy-token"), "no other secrets");
    let unseen = browser.post(&edit, FORM).await;
    assert_eq!(unseen.status, StatusCode::UNPROCESSABLE_ENTITY, "nobody can have seen it");
    assert_eq!(send(&edit, &clash, "改过的名").await.location(), SECOND, "knowingly");
    assert!(yingda.app.accounts.roster().now().iter().any(|account| account.name == "改过的名"));
    assert_eq!(other.get("/console/accounts").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_removed_account_is_answered_no_more() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    let page = make(&browser).await;
    let theirs = wechat(&copied(&page, "copy-token"), &copied(&page, "copy-key"));

    browser.get(&format!("{SECOND}/remove")).await.shows("删除账号「第二个号」？");
    let answer = browser.post(&format!("{SECOND}/remove"), &[]).await;

    assert_eq!(answer.location(), "/console/accounts");
    assert_eq!(says(&yingda, &theirs).await, StatusCode::NOT_FOUND);
    assert_eq!(browser.get(SECOND).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn removing_an_account_says_which_rules_are_for_it_alone() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    make(&browser).await;
    let id = super::publish::id_of(&yingda, Role::Admin).await;
    let store = &yingda.app.store;
    let mut draft = yingda::publishing::Draft::open(store, &id).await.expect("it opens");
    let rule = "+++\nid = \"only\"\nname = \"只给第二个号\"\naccounts = [\"second\"]\ntriggers = [\"二号\"]\n+++\n好。\n";
    draft.write(store, "rules/only.md", rule.into(), None, yingda.now()).await.expect("written");

    let asked = browser.get(&format!("{SECOND}/remove")).await;

    asked.shows("这些规则写明只用于这个账号：只给第二个号。");
    asked.shows("仍然删除账号");
}

#[tokio::test]
async fn an_account_of_the_configuration_is_looked_at_and_not_changed() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;

    let page = browser.get("/console/accounts/main").await;

    page.shows("写在配置文件或环境变量里");
    page.hides(TOKEN);
    page.hides("/console/accounts/main/edit");
    for action in ["edit", "secrets", "remove"] {
        let answer = browser.post(&format!("/console/accounts/main/{action}"), FORM).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{action}");
    }
}
