//! What arrives too late, too long, or after a session ended: nothing typed is
//! lost, nobody holds us up.

use std::io;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use yingda::model::Role;
use yingda::store::What;

use crate::support::browser::{Browser, PASSWORD, Page, value_of};
use crate::support::html::elements_of;
use crate::support::said::{account, commit, form, leaves, number};
use crate::support::service::Yingda;

const LEAD: &str = "/console/leads/261123-01";
const NOTE: &str = "下周带队来看\n带 \"横幅\" & 旗";

/// A body whose end never comes within its time.
fn late() -> Body {
    let pieces = [Ok("name=a"), Err(io::Error::from(io::ErrorKind::TimedOut))];
    Body::from_stream(futures_util::stream::iter(pieces))
}

#[tokio::test]
async fn what_does_not_arrive_in_time_is_told_and_changes_nothing() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    let stranger = Browser::stranger(&yingda.app.routes);

    let answers = [
        stranger.post_body("/login", late()).await,
        stranger.post_body("/preferences", late()).await,
        browser.post_body("/console/tokens", late()).await,
    ];

    for answer in answers {
        assert_eq!(answer.status, StatusCode::REQUEST_TIMEOUT, "{answer:?}");
        answer.shows("没有在 60 秒内传完");
    }
}

#[tokio::test]
async fn strangers_send_a_few_kilobytes_and_members_long_texts() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    let stranger = Browser::stranger(&yingda.app.routes).from("203.0.113.7");
    let of = |bytes: usize| "a".repeat(bytes);

    for address in ["/login", "/join", "/preferences"] {
        let refused = stranger.post(address, &[("name", &of(17 << 10)), ("key", ""), ("password", "")]).await;
        assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE, "{address}");
        refused.shows("超过了 16 KB");
    }
    let long = browser.post("/console/tokens", &[("name", &of(1 << 20)), ("role", "viewer")]).await;
    long.shows("请写明用途");
    let too_long = browser.post("/console/tokens", &[("name", &of(3 << 20)), ("role", "viewer")]).await;
    assert_eq!(too_long.status, StatusCode::PAYLOAD_TOO_LARGE);
    too_long.shows("超过了 2 MB");
    browser.get("/console/import").await;
    let file = vec![b'a'; 33 << 20];
    let upload = browser.upload("/console/import/table", &[("as", "rules")], Some(("a.csv", &file))).await;
    upload.shows("超过了 32 MB");
}

fn as_meant(value: &str) -> String {
    value.replace("&#34;", "\"").replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&")
}

/// The form of a page, exactly as it stands there.
async fn send_again(browser: &Browser, page: &Page) -> Page {
    let elements = elements_of(page);
    let of = |attributes: &[(String, String)], wanted: &str| {
        attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| as_meant(value))
    };
    let main = elements.iter().skip_while(|(name, _)| name != "main");
    let form: Vec<_> = main.skip_while(|(name, _)| name != "form").collect();
    let action = of(&form.first().expect("a form").1, "action").expect("an address");
    let fields = form.iter().filter(|(name, _)| name == "input");
    let fields: Vec<(String, String)> = fields
        .map(|(_, attributes)| {
            (of(attributes, "name").expect("a name"), of(attributes, "value").unwrap_or_default())
        })
        .collect();
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post_raw(&action, &fields, &[("sec-fetch-site", "same-origin")]).await
}

async fn notes(yingda: &Yingda) -> Vec<String> {
    let trail = yingda.app.store.list_lead_trail(&account(), &number("261123-01")).await.expect("readable");
    let notes = trail.into_iter().filter(|entry| entry.what == What::Note);
    notes.filter_map(|entry| entry.after).collect()
}

#[tokio::test]
async fn what_was_typed_outlives_the_session() {
    let yingda = Yingda::start().await;
    let lead = form("261123-01", "某县税务局", "13800000000");
    commit(&yingda.app.store, leaves("o-one", yingda.now(), lead)).await;
    let browser = Browser::with_role(&yingda, Role::Reception)
        .await
        .with_header("referer", &format!("http://127.0.0.1:8080{LEAD}"));
    let seen = browser.get(LEAD).await;
    let revision = value_of(&seen.body, "revision").expect("the form has it");
    let fields = [
        ("revision", revision.as_str()),
        ("status", "contacted"),
        ("owner", ""),
        ("due", ""),
        ("note", NOTE),
    ];
    yingda.waits(Duration::from_secs(17 * 60 * 60));

    let ended = browser.post(&format!("{LEAD}/follow"), &fields).await;

    assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
    ended.shows("下周带队来看\n带 &#34;横幅&#34; &#38; 旗</p>");
    ended.shows("href=\"/login?next=%2Fconsole%2Fleads%2F261123%2D01\" target=\"_blank\"");
    browser.log_in("接待", PASSWORD).await;
    let stale = send_again(&browser, &ended).await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN, "looked at once more");
    stale.shows("下周带队来看");
    stale.hides("去登录");
    assert!(notes(&yingda).await.is_empty());
    let saved = send_again(&browser, &stale).await;

    assert_eq!(saved.location(), LEAD, "{saved:?}");
    assert_eq!(notes(&yingda).await, [NOTE]);
}

#[tokio::test]
async fn no_secret_is_handed_back() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    yingda.waits(Duration::from_secs(17 * 60 * 60));

    let ended = browser
        .post("/console/account/password", &[("current", "旧的 secret one"), ("new", "新的 secret two")])
        .await;

    assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
    ended.hides("secret");
    ended.hides("再提交一次");
    ended.shows("登录以后回到那一页");
}

#[tokio::test]
async fn whoever_is_logged_in_is_led_back_to_their_page_and_not_to_the_login() {
    let yingda = Yingda::start().await;
    let browser =
        Browser::admin(&yingda).await.with_header("referer", "http://127.0.0.1:8080/console/import");
    let other = Browser::stranger(&yingda.app.routes);
    other.log_in("管理员", PASSWORD).await;
    let token = value_of(&other.get("/console/tokens").await.body, "_token").expect("a form");

    let fields = [("_token", token.as_str())];
    let stale =
        browser.post_raw("/console/import/table", &fields, &[("sec-fetch-site", "same-origin")]).await;

    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    stale.shows("href=\"/console/import\">回到那一页");
    stale.hides("/login");
}
