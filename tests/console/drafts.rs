//! 会话: what somebody is writing is kept for them, and colleagues see that they
//! are at it.

use std::time::Duration;

use axum::http::StatusCode;
use yingda::model::Role;

use crate::support::browser::{Browser, PASSWORD};
use crate::support::service::{Setup, Yingda};

const MINUTE: Duration = Duration::from_secs(60);

/// Somebody asked for a person; the address of their conversation.
async fn somebody_waits(yingda: &Yingda) -> String {
    let customer = yingda.customer("oA1");
    customer.says("人工").await;
    format!("/console/chats/{}", customer.id())
}

async fn types(browser: &Browser, chat: &str, text: &str) {
    let kept = browser.post(&format!("{chat}/draft"), &[("text", text), ("quiet", "yes")]).await;
    assert_eq!(kept.status, StatusCode::NO_CONTENT, "{}", kept.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_is_there_again_on_another_device_and_for_nobody_else() {
    let yingda = Yingda::start().await;
    let chat = somebody_waits(&yingda).await;
    let (one, colleague) =
        (Browser::with_role(&yingda, Role::Reception).await, Browser::admin(&yingda).await);

    one.get(&chat).await.hides("存的草稿");
    let kept = one.post(&format!("{chat}/draft"), &[("text", "您好，报价要看人数")]).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.body);
    one.get(&chat).await.shows("草稿已保存，换一台设备也在");
    let phone = Browser::stranger(&yingda.app.routes);
    phone.log_in("接待", PASSWORD).await;
    let there = phone.get(&chat).await;
    there.shows("您好，报价要看人数</textarea>");
    there.shows("11-23 10:00 存的草稿，只有您看得到");
    colleague.get(&chat).await.hides("报价要看人数");

    types(&phone, &chat, "").await;
    one.get(&chat).await.hides("报价要看人数");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_goes_when_it_was_said_or_the_conversation_is_over() {
    let setup = Setup { account: "human = \"yingda\"".into(), ..Setup::default() };
    let yingda = Yingda::start_with(setup).await;
    let chat = somebody_waits(&yingda).await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;
    let ways: [(&str, &[(&str, &str)]); 3] =
        [("words", &[("text", "周三可以来看。")]), ("hand-back", &[]), ("end", &[])];

    for (deed, fields) in ways {
        types(&browser, &chat, "还没写完").await;
        browser.get(&chat).await.shows("还没写完</textarea>");
        browser.post(&format!("{chat}/{deed}"), fields).await;
        browser.get(&chat).await.hides("还没写完");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ready_phrase_goes_behind_what_was_begun() {
    let yingda = Yingda::start().await;
    let chat = somebody_waits(&yingda).await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;
    let phrase = [("id", ""), ("title", "说明"), ("text", "报价要看人数。")];
    browser.post("/console/phrases/save", &phrase).await;

    types(&browser, &chat, "您好，").await;
    let page = browser.get(&format!("{chat}?phrase=%E8%AF%B4%E6%98%8E")).await;
    page.shows("您好，报价要看人数。</textarea>");
}

#[tokio::test(flavor = "multi_thread")]
async fn colleagues_see_for_a_while_who_is_replying() {
    let yingda = Yingda::start().await;
    let chat = somebody_waits(&yingda).await;
    let (one, other) = (Browser::with_role(&yingda, Role::Reception).await, Browser::admin(&yingda).await);

    other.get(&chat).await.hides("正在回复");
    types(&one, &chat, "您好").await;
    other.get(&chat).await.shows("接待正在回复。先问一声再写");
    other.get("/console/chats").await.shows("接待正在回复");
    other.get(&format!("{chat}/replying")).await.shows("接待正在回复");
    one.get(&chat).await.hides("正在回复");
    one.get("/console/chats").await.hides("正在回复");

    yingda.waits(2 * MINUTE);
    other.get(&chat).await.shows("接待正在回复");
    yingda.waits(Duration::from_secs(1));
    other.get(&chat).await.hides("正在回复");
    other.get(&format!("{chat}/replying")).await.shows("没有别人在回复");

    one.post(&format!("{chat}/take"), &[]).await;
    other.get(&chat).await.shows("接待正在回复");
    yingda.waits(11 * MINUTE);
    other.get(&chat).await.hides("正在回复");
    other.get(&chat).await.shows("接待在处理");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_the_conversation_is_seen_to_reply() {
    let setup = Setup { account: "human = \"yingda\"".into(), ..Setup::default() };
    let yingda = Yingda::start_with(setup).await;
    let chat = somebody_waits(&yingda).await;
    let (one, other) = (Browser::with_role(&yingda, Role::Reception).await, Browser::admin(&yingda).await);

    one.post(&format!("{chat}/hold"), &[]).await;
    yingda.waits(11 * MINUTE);
    other.get(&chat).await.shows("接待正在回复");
    one.post(&format!("{chat}/hand-back"), &[]).await;
    other.get(&chat).await.hides("正在回复");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_short_belongs_to_a_conversation_and_is_for_those_who_serve() {
    let yingda = Yingda::start().await;
    let chat = somebody_waits(&yingda).await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;
    let draft = format!("{chat}/draft");

    types(&browser, &chat, &"长".repeat(400)).await;
    let long = format!("{}a", "长".repeat(400));
    let refused = browser.post(&draft, &[("text", long.as_str())]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.shows("太长了，一条消息放不下：最多 1200 字节，汉字约 400 个");
    refused.shows(&long);
    let quietly = browser.post(&draft, &[("text", long.as_str()), ("quiet", "yes")]).await;
    assert_eq!((quietly.status, quietly.body.as_str()), (StatusCode::UNPROCESSABLE_ENTITY, ""));
    let nobody = browser.post("/console/chats/oNobody/draft", &[("text", "您好")]).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    let viewer = Browser::with_role(&yingda, Role::Viewer).await;
    assert_eq!(viewer.post(&draft, &[("text", "您好")]).await.status, StatusCode::FORBIDDEN);
}
