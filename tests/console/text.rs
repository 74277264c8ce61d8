//! A file that no form can change is put right as text: problems by their lines,
//! nothing typed is lost, nothing overwritten unseen.

use axum::http::StatusCode;
use yingda::model::Role;

use super::publish::Desk;
use crate::support::browser::{Browser, value_of};
use crate::support::html::{elements_of, text_of};

const FILE: &str = "rules/stay.md";
const ADDRESS: &str = "/console/files/text?path=rules%2Fstay%2Emd";
const BROKEN: &str = "+++\n# 住\nid = \"stay\"\nname = \"住宿\"\ntriggers = [\"住宿\"\n+++\n住宿请问顾问。\n";
const MENDED: &str =
    "+++\n# 住\nid = \"stay\"\nname = \"住宿\"\ntriggers = [\"住宿\"]\n+++\n住宿请问顾问。\n";

async fn seen(browser: &Browser) -> String {
    value_of(&browser.get(ADDRESS).await.body, "seen").expect("a hash")
}

#[tokio::test]
async fn a_rule_file_that_cannot_be_read_is_put_right_line_by_line() {
    let mut desk = Desk::open().await;
    desk.writes(FILE, BROKEN).await;
    let list = desk.editor.get("/console/rules").await;
    list.shows("有 1 个文件读不出规则");
    list.shows(&format!("href=\"{ADDRESS}\""));
    desk.editor.get("/console/publish").await.shows(&format!("href=\"{ADDRESS}\""));

    let page = desk.editor.get(ADDRESS).await;
    elements_of(&page);
    page.shows("triggers = [&#34;住宿&#34;\n+++\n住宿请问顾问。");
    let told = text_of(&page);
    page.shows("<code>id = &#34;stay&#34;</code>");
    page.shows("<ol class=\"excerpt\" start=\"3\">");
    assert_eq!(page.body.matches("<li aria-current=\"true\">").count(), 1, "{told}");
    let seen = seen(&desk.editor).await;
    let looked = desk.editor.post(ADDRESS, &[("text", MENDED), ("seen", &seen), ("do", "look")]).await;
    looked.shows("没有发现问题。");
    assert_eq!(desk.draft().await.bytes(FILE), Some(BROKEN.as_bytes()), "a look saves nothing");
    let typed = MENDED.replace('\n', "\r\n");
    let saved = desk.editor.post(ADDRESS, &[("text", &typed), ("seen", &seen), ("do", "save")]).await;

    assert_eq!(saved.location(), ADDRESS, "{saved:?}");
    assert_eq!(desk.draft().await.bytes(FILE), Some(MENDED.as_bytes()), "lines end as they did");
    let list = desk.editor.get("/console/rules").await;
    list.hides("读不出规则");
    list.shows("/console/rules/stay");
    desk.editor.post("/console/publish/now", &[]).await;
    desk.takes_live().await;
    assert_eq!(desk.yingda.customer("o1").says("住宿").await, "住宿请问顾问。");
}

#[tokio::test]
async fn two_windows_see_the_difference_and_nothing_typed_is_lost() {
    let desk = Desk::open().await;
    desk.writes(FILE, BROKEN).await;
    let seen = seen(&desk.editor).await;
    let other = MENDED.replace("住宿请问顾问。", "别的窗口写的。");
    desk.writes(FILE, &other).await;

    let refused = desk.editor.post(ADDRESS, &[("text", MENDED), ("seen", &seen), ("do", "save")]).await;

    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    elements_of(&refused);
    refused.shows("<del>别的窗口写的。</del>");
    refused.shows("<ins>住宿请问顾问。</ins>");
    assert_eq!(desk.draft().await.bytes(FILE), Some(other.as_bytes()));
    let seen = value_of(&refused.body, "seen").expect("what is there now");
    let saved = desk.editor.post(ADDRESS, &[("text", MENDED), ("seen", &seen), ("do", "save")]).await;
    assert_eq!(saved.location(), ADDRESS, "{saved:?}");
    assert_eq!(desk.draft().await.bytes(FILE), Some(MENDED.as_bytes()));
}

#[tokio::test]
async fn every_file_is_listed_those_with_errors_first_and_each_place_leads_to_it() {
    let desk = Desk::open().await;
    desk.writes("contacts.toml", "[[contact]\n").await;
    desk.writes("forms/hall.toml", "[[field]\n").await;

    let list = desk.editor.get("/console/files").await;
    elements_of(&list);
    let told = text_of(&list);
    let order: Vec<usize> = ["contacts.toml", "forms/hall.toml", "rules/price.md"]
        .map(|path| told.find(path).expect("it is listed"))
        .to_vec();
    assert!(order.is_sorted(), "{told}");
    let contacts = "href=\"/console/files/text?path=contacts%2Etoml\"";
    desk.editor.get("/console/contacts").await.shows(contacts);
    let hall = "href=\"/console/files/text?path=forms%2Fhall%2Etoml\"";
    desk.editor.get("/console/forms/hall").await.shows(hall);
    desk.editor.get("/console/forms/hall/words").await.shows(hall);
    let missing = desk.editor.get("/console/files/text?path=..%2Fyingda%2Etoml").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    let viewer = Browser::with_role(&desk.yingda, Role::Viewer).await;
    assert_eq!(viewer.get(ADDRESS).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_file_that_is_no_text_is_shown_as_far_as_it_can_be_and_says_so() {
    let desk = Desk::open().await;
    let mut draft = desk.draft().await;
    let store = &desk.yingda.app.store;
    draft.write(store, FILE, b"+++\n\x00\xff".to_vec(), None, desk.yingda.now()).await.expect("written");

    let page = desk.editor.get(ADDRESS).await;
    elements_of(&page);
    page.shows("有读不出来的字");
    let seen = value_of(&page.body, "seen").expect("a hash");
    desk.editor.post(ADDRESS, &[("text", MENDED), ("seen", &seen), ("do", "save")]).await;

    assert_eq!(desk.draft().await.bytes(FILE), Some(MENDED.as_bytes()));
}
