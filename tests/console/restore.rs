//! An old version comes back for a reason; where it does not pass the checks any
//! more there is a way on.

use axum::http::StatusCode;
use yingda::model::Role;
use yingda::publishing::Draft;

use super::publish::{Desk, id_of};
use crate::support::browser::{Browser, Page};
use crate::support::html::elements_of;

const FIRST: &str = "/console/publish/versions/1/restore";

/// Two versions, and a transcript that the first does not pass.
async fn desk() -> Desk {
    let mut desk = Desk::open().await;
    desk.writes_price("新的回答。").await;
    desk.editor.get("/console/publish").await;
    desk.editor.post("/console/publish/now", &[]).await;
    desk.takes_live().await;
    desk
}

#[tokio::test]
async fn the_reason_for_bringing_a_version_back_stands_in_the_history() {
    let mut desk = desk().await;
    let page = desk.editor.get(FIRST).await;
    elements_of(&page);
    page.shows("name=\"reason\"");

    let long = "长".repeat(501);
    let refused = desk.editor.post(FIRST, &[("reason", &long)]).await;
    refused.shows("说明太长，最多 500 个字。");
    refused.shows(&long);
    let done = desk.editor.post(FIRST, &[("reason", "报价还没定")]).await;

    assert_eq!(done.location(), "/console/publish", "{done:?}");
    desk.takes_live().await;
    assert_eq!(desk.yingda.customer("o1").says("多少钱").await, "费用请问顾问。");
    let history = desk.editor.get("/console/publish").await;
    history.shows("恢复成第 1 版。");
    history.shows("报价还没定");
    desk.editor.get("/console/publish/versions/3").await.shows("报价还没定");
}

/// A version whose test fails today: what it expects holds on its day alone.
async fn with_a_failing_old_version() -> (Desk, Browser) {
    let mut desk = Desk::open().await;
    let admin = Browser::admin(&desk.yingda).await;
    let (store, id) = (desk.yingda.app.store.clone(), id_of(&desk.yingda, Role::Admin).await);
    let wrong = "用户: 多少钱\n应答: 含\"免费\"\n";
    let mut draft = Draft::open(&store, &id).await.expect("it opens");
    draft.write(&store, "tests/wrong.chat", wrong.into(), None, desk.yingda.now()).await.expect("written");
    admin.get("/console/publish").await;
    admin.post("/console/publish/now", &[("despite", "活动明天开始")]).await;
    desk.takes_live().await;
    let mut draft = Draft::open(&store, &id).await.expect("it opens");
    let seen = draft.hash_of("tests/wrong.chat");
    draft.remove(&store, "tests/wrong.chat", seen.as_deref(), desk.yingda.now()).await.expect("removed");
    admin.get("/console/publish").await;
    admin.post("/console/publish/now", &[]).await;
    desk.takes_live().await;
    (desk, admin)
}

#[tokio::test]
async fn a_version_whose_tests_fail_is_brought_back_by_an_administrator_with_a_reason() {
    let (mut desk, admin) = with_a_failing_old_version().await;
    let second = "/console/publish/versions/2/restore";

    desk.editor.get(second).await;
    let refused = desk.editor.post(second, &[("reason", "想要旧的"), ("despite", "我要")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    elements_of(&refused);
    refused.shows("有 1 个测试没有通过");
    refused.shows("想要旧的");
    refused.hides("name=\"despite\"");
    refused.shows("放进我的草稿");

    admin.get(second).await;
    admin.post(second, &[("reason", "想要旧的")]).await.shows("name=\"despite\"");
    let done = admin.post(second, &[("reason", "想要旧的"), ("despite", "活动又开始了")]).await;
    assert_eq!(done.location(), "/console/publish", "{done:?}");
    desk.takes_live().await;
    let version = admin.get("/console/publish/versions/4").await;
    version.shows("活动又开始了");
    version.shows("想要旧的");
}

#[tokio::test]
async fn a_version_that_does_not_pass_can_be_put_into_the_draft_beside_what_is_written_there() {
    let (desk, _) = with_a_failing_old_version().await;
    desk.writes_price("正在写的。").await;
    let second = "/console/publish/versions/2";

    desk.editor.get(&format!("{second}/restore")).await;
    let done = desk.editor.post(&format!("{second}/draft"), &[]).await;

    assert_eq!(done.location(), "/console/publish", "{done:?}");
    let draft = desk.draft().await;
    assert_eq!(draft.changes().keys().collect::<Vec<_>>(), ["rules/price.md", "tests/wrong.chat"]);
    let price = draft.bytes("rules/price.md").map(String::from_utf8_lossy).unwrap_or_default();
    assert!(price.contains("正在写的。"), "{price}");
    let page = desk.editor.get("/console/publish").await;
    page.shows("那一版的内容已放进您的草稿");
    page.shows("个测试没有通过");
}

#[tokio::test]
async fn refusals_are_english_in_an_english_console() {
    let (desk, _) = with_a_failing_old_version().await;
    let editor = desk.editor.with_header("accept-language", "en");
    let second = "/console/publish/versions/2/restore";

    editor.get(second).await;
    let refused = editor.post(second, &[]).await;

    refused.shows("Not restored.");
    refused.shows("1 tests fail. Change the rules or the tests");
    editor.get("/console/rules/price").await;
    let fields = [
        ("name", "费用"),
        ("contains", "多少钱"),
        ("reply", "〔待填写：价格〕"),
        ("kind", "text"),
        ("do", "publish"),
    ];
    let seen = crate::support::browser::value_of(&editor.get("/console/rules/price").await.body, "seen");
    let fields: Vec<(&str, &str)> =
        fields.into_iter().chain([("seen", seen.as_deref().unwrap_or_default())]).collect();
    let refused = editor.post("/console/rules/price/save", &fields).await;
    refused.shows("1 warnings have not been looked at.");
    refused.hides("处提醒还没有看过");
}

/// Every value that the page would send under this name.
fn values_of(page: &Page, name: &str) -> Vec<String> {
    let inputs = elements_of(page).into_iter().map(|(_, attributes)| attributes);
    let value = |attributes: Vec<(String, String)>| {
        let of =
            |key: &str| attributes.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone());
        of("name").filter(|found| found == name).and_then(|_| of("value"))
    };
    inputs.filter_map(value).collect()
}

#[tokio::test]
async fn a_warning_of_an_old_version_is_shown_before_it_is_taken_on() {
    let mut desk = Desk::open().await;
    desk.writes_price("**很好。**").await;
    let page = desk.editor.get("/console/publish").await;
    let ticks = values_of(&page, "accepted");
    let ticks: Vec<(&str, &str)> = ticks.iter().map(|key| ("accepted", key.as_str())).collect();
    desk.editor.post("/console/publish/now", &ticks).await;
    desk.takes_live().await;
    desk.writes_price("费用请问顾问。").await;
    desk.writes("tests/plain.chat", "用户: 多少钱\n应答: 含\"顾问\"\n").await;
    desk.editor.get("/console/publish").await;
    desk.editor.post("/console/publish/now", &[]).await;
    desk.takes_live().await;
    let second = "/console/publish/versions/2/restore";

    desk.editor.get(second).await;
    let warned = desk.editor.post(second, &[("reason", "想要旧的")]).await;
    assert_eq!(warned.status, StatusCode::UNPROCESSABLE_ENTITY);
    elements_of(&warned);
    warned.shows("有 1 处提醒还没有看过");
    warned.shows("不会加粗");
    let keys = values_of(&warned, "accepted");
    let [key] = keys.as_slice() else { panic!("one warning: {keys:?}") };
    let done = desk.editor.post(second, &[("reason", "想要旧的"), ("accepted", key)]).await;
    assert_eq!(done.location(), "/console/publish", "{done:?}");
    desk.takes_live().await;
    desk.editor.get("/console/publish/versions/4").await.shows("不会加粗");
}

#[tokio::test]
async fn a_warning_beside_a_failing_test_is_shown_before_an_administrator_takes_it_on() {
    let (mut desk, admin) = with_a_failing_old_version().await;
    let store = desk.yingda.app.store.clone();
    desk.writes("tests/plain.chat", "用户: 多少钱\n应答: 含\"顾问\"\n").await;
    desk.editor.get("/console/publish").await;
    desk.editor.post("/console/publish/now", &[]).await;
    desk.takes_live().await;
    let mut draft = Draft::open(&store, &id_of(&desk.yingda, Role::Admin).await).await.expect("it opens");
    let rule = "+++\nid = \"price\"\nname = \"费用\"\ntriggers = [\"多少钱\"]\n+++\n**很好。**\n";
    let seen = draft.hash_of("rules/price.md");
    let now = desk.yingda.now();
    draft.write(&store, "rules/price.md", rule.into(), seen.as_deref(), now).await.expect("written");

    admin.get("/console/rules/price").await;
    let refused = admin.post("/console/rules/price/publish", &[]).await;

    refused.shows("个测试没有通过");
    refused.shows("name=\"despite\"");
    assert!(!values_of(&refused, "accepted").is_empty(), "{refused:?}");
    refused.shows("不会加粗");
}
