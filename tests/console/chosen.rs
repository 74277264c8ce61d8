//! 发布: single changes go live, the others stay in the draft.

use axum::http::StatusCode;

use super::publish::Desk;
use crate::support::html::elements_of;

const LATER: &str = "rules/later.md";
const BROKEN: &str = "rules/broken.md";

async fn desk() -> Desk {
    let desk = Desk::open().await;
    desk.writes_price("新的回答。").await;
    desk.writes(LATER, "+++\nid = \"later\"\nname = \"以后\"\ntriggers = [\"以后\"]\n+++\n以后再说。\n")
        .await;
    desk
}

async fn left(desk: &Desk) -> Vec<String> {
    desk.draft().await.changes().keys().cloned().collect()
}

#[tokio::test]
async fn one_change_goes_live_and_the_others_stay_in_the_draft() {
    let mut desk = desk().await;
    let page = desk.editor.get("/console/publish").await;
    elements_of(&page);
    let alone = "/console/publish?path=rules%2Fprice%2Emd";
    page.shows(&format!("href=\"{alone}#publish\""));

    let page = desk.editor.get(alone).await;
    elements_of(&page);
    page.shows("只发布选中的 1 处，其余 1 处留在草稿。");
    page.shows("name=\"path\" value=\"rules/price.md\"");
    let done = desk.editor.post("/console/publish/now", &[("path", "rules/price.md")]).await;

    assert_eq!(done.location(), "/console/publish", "{done:?}");
    desk.takes_live().await;
    assert_eq!(desk.yingda.customer("o1").says("多少钱").await, "新的回答。");
    assert_ne!(desk.yingda.customer("o2").says("以后").await, "以后再说。");
    assert_eq!(left(&desk).await, [LATER]);
    desk.editor.get("/console/publish").await.shows("以后再说。");
}

#[tokio::test]
async fn what_is_wrong_elsewhere_in_the_draft_keeps_no_chosen_change_back() {
    let mut desk = desk().await;
    desk.writes(BROKEN, "+++\nid = \"broken\"\n").await;
    desk.editor.get("/console/publish").await.hides("action=\"/console/publish/now\"");

    let chosen = "/console/publish?path=rules%2Fprice%2Emd&path=rules%2Flater%2Emd";
    let page = desk.editor.get(chosen).await;
    page.shows("只发布选中的 2 处，其余 1 处留在草稿。");
    page.hides("处错误，改正以后才能发布");
    let fields = [("path", "rules/price.md"), ("path", LATER), ("reason", "先发两处")];
    let done = desk.editor.post("/console/publish/now", &fields).await;

    assert_eq!(done.location(), "/console/publish", "{done:?}");
    desk.takes_live().await;
    assert_eq!(desk.yingda.customer("o1").says("以后").await, "以后再说。");
    assert_eq!(left(&desk).await, [BROKEN]);
}

#[tokio::test]
async fn what_the_gate_says_of_a_chosen_change_is_about_it_alone_and_the_choice_stays() {
    let desk = desk().await;
    desk.writes_price("〔待填写：价格〕").await;

    let fields = [("path", "rules/price.md"), ("reason", "占位")];
    let refused = desk.editor.post("/console/publish/now", &fields).await;

    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.shows("有 1 处提醒还没有看过");
    refused.shows("只发布选中的 1 处，其余 1 处留在草稿。");
    refused.shows("占位");
    let gone = desk.editor.post("/console/publish/now", &[("path", "rules/nothing.md")]).await;
    gone.shows("没有要发布的");
    assert_eq!(left(&desk).await, [LATER, "rules/price.md"]);
}

#[tokio::test]
async fn a_chosen_change_may_go_live_at_its_time() {
    let desk = desk().await;

    let fields = [("path", "rules/price.md"), ("due", "2026-11-30T08:00")];
    let done = desk.editor.post("/console/publish/now", &fields).await;

    assert_eq!(done.location(), "/console/publish", "{done:?}");
    assert_eq!(left(&desk).await, [LATER]);
    desk.editor.get("/console/publish").await.shows("2026-11-30 08:00 生效");
}
