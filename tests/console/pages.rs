//! What holds for every page: it is well-formed, small, safe, in two languages.

use axum::http::StatusCode;
use yingda::console::{Gate, addresses};

use crate::support::browser::{Browser, Page};
use crate::support::html::{elements_of, text_of};
use crate::support::service::Yingda;

const MOST_BYTES: usize = 40 * 1024;
const MOST_STYLE: usize = 24 * 1024;
const MOST_SCRIPT: usize = 20 * 1024;

/// What a page itself says, without the menus around it: they grow.
fn main_of(page: &Page) -> String {
    let start = page.body.find("<main").expect("a main part");
    let end = page.body.find("</main>").expect("its end") + "</main>".len();
    text_of(&&page.body[start..end])
}

/// Everything that can be looked at without knowing an id.
async fn every_page(browser: &Browser) -> Vec<(&'static str, Page)> {
    let mut pages = Vec::new();
    for (path, gate) in addresses() {
        let is_file = path.contains('{') || path.ends_with("/export");
        if is_file || gate == Gate::ThisMachine {
            continue;
        }
        let page = browser.get(path).await;
        if page.status != StatusCode::METHOD_NOT_ALLOWED {
            pages.push((path, page));
        }
    }
    for path in ["/setup?key=none", "/console/nothing-here", "/console/members/nobody"] {
        pages.push((path, browser.get(path).await));
    }
    assert!(pages.len() > 10);
    pages
}

#[tokio::test]
async fn every_page_forbids_what_is_not_ours_and_is_kept_nowhere() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;

    for (path, page) in every_page(&browser).await {
        let policy = page.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self';"), "{path}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(page.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn every_page_is_well_formed_and_has_neither_script_nor_style_of_its_own() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;

    for lang in ["zh", "en"] {
        browser.set_cookie("yingda_lang", lang);
        for (path, page) in every_page(&browser).await {
            for (element, attributes) in elements_of(&page) {
                let has = |name: &str| attributes.iter().any(|(known, _)| known == name);
                assert!(element != "style" && !has("style"), "{path}: a style of its own in <{element}>");
                assert!(element != "script" || has("src"), "{path}: a script of its own");
                assert!(!attributes.iter().any(|(name, _)| name.starts_with("on")), "{path}: <{element}>");
            }
            assert!(page.body.len() < MOST_BYTES, "{path}: {} bytes", page.body.len());
            assert!(page.body.contains("id=\"main\"") && page.body.contains("<h1"), "{path}");
        }
    }
}

#[tokio::test]
async fn every_label_belongs_to_a_field_and_no_id_is_used_twice() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;

    for (path, page) in every_page(&browser).await {
        let elements = elements_of(&page);
        let all = |wanted: &str| -> Vec<String> {
            let attributes = elements.iter().flat_map(|(_, attributes)| attributes);
            attributes.filter(|(name, _)| name == wanted).map(|(_, value)| value.clone()).collect()
        };
        let mut ids = all("id");
        for target in all("for").into_iter().chain(all("aria-describedby")).chain(all("aria-labelledby")) {
            assert!(ids.contains(&target), "{path}: nothing is called {target}");
        }
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count, "{path}: an id is used twice");
    }
}

#[tokio::test]
async fn english_pages_are_english() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    browser.post("/preferences", &[("lang", "en"), ("back", "/console/more")]).await;

    let more = browser.get("/console/more").await;

    more.shows("<html lang=\"en\"");
    let text = main_of(&more);
    assert!(text.starts_with("More\nWork\nHome\n") && text.ends_with("Log out"), "{text}");
    assert!(text.is_ascii(), "a word is not in English:\n{text}");
}

#[tokio::test]
async fn a_browser_that_asks_for_english_and_no_chinese_gets_it() {
    let yingda = Yingda::start().await;
    Browser::admin(&yingda).await;
    let ask = async |languages: &str| {
        Browser::stranger(&yingda.app.routes).with_header("accept-language", languages).get("/login").await
    };

    ask("en-US,en;q=0.9").await.shows("<html lang=\"en\"");
    ask("en-US,en;q=0.9,zh-CN;q=0.8").await.shows("<html lang=\"zh-CN\"");
    ask("").await.shows("<html lang=\"zh-CN\"");
}

#[tokio::test]
async fn style_and_script_are_small_and_kept_for_a_year_by_their_content() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    let page = browser.get("/login").await;

    for (ending, most, media_type) in [
        ("console.css", MOST_STYLE, "text/css; charset=utf-8"),
        ("console.js", MOST_SCRIPT, "text/javascript; charset=utf-8"),
        ("icon.svg", 1024, "image/svg+xml"),
    ] {
        let mut addresses = page.body.split('"').filter(|part| part.ends_with(ending));
        let address = addresses.next_back().expect("it is on the page");
        let asset = browser.get(address).await;

        assert_eq!(asset.status, StatusCode::OK, "{address}");
        assert_eq!(asset.header("content-type"), media_type);
        assert!(asset.header("cache-control").contains("immutable"));
        assert!(asset.body.len() <= most, "{ending} has {} bytes", asset.body.len());
        let other = address.replace("assets/", "assets/0");
        assert_eq!(browser.get(&other).await.status, StatusCode::NOT_FOUND, "another hash");
    }
}

#[tokio::test]
async fn what_a_member_is_called_is_shown_as_text() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;
    let hostile = "\"'&amp;{{7*7}}";

    browser.post("/console/tokens", &[("name", "<script>alert(1)</script>"), ("role", "viewer")]).await;
    browser.post("/console/members", &[("name", hostile), ("role", "viewer")]).await;

    let tokens = browser.get("/console/tokens").await;
    tokens.hides("<script>alert");
    elements_of(&tokens);
    elements_of(&browser.get("/console/members").await);
    elements_of(&browser.get("/console/log").await);
}

#[tokio::test]
async fn home_says_what_is_to_be_done() {
    let yingda = Yingda::start().await;
    let browser = Browser::admin(&yingda).await;

    let home = browser.get("/console").await;

    insta::assert_snapshot!(main_of(&home), @r#"
    首页 试聊
    要做的事
    现在没有要做的事。
    头几步
    ✓ 已完成：设密码
    待做：试着聊几句
    ✓ 已完成：填顾问的电话和微信
    待做：填上班时间
    ✓ 已完成：补上〔待填写〕
    ✓ 已完成：接上公众号
    待做：收到第一条消息
    待做：邀请一位同事
    待做：给自己开启动态验证码
    线上是第 1 版，3 条规则，对话测试 0/0 通过。
    "#);
}
