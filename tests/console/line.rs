//! 会话: the line of those who want a person, also when it is long, and where
//! nobody answers in the chat.

use std::time::Duration;

use yingda::model::effect::WaitReason;
use yingda::model::{Effect, Role};

use crate::support::browser::Browser;
use crate::support::said::{commit, does};
use crate::support::service::{Setup, Yingda};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_answers_the_line_says_what_they_were_given_and_how_they_leave() {
    let yingda = Yingda::start().await;
    let customer = yingda.customer("oA1");
    customer.says("人工").await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;

    let list = browser.get("/console/chats").await;
    list.shows("要找人 1");
    list.shows("<span>要找人</span> <span class=\"soft\">已给 0796-6559898</span>");
    list.shows("或满 7 天，会自己离开这里");
    let chat = browser.get(&format!("/console/chats/{}", customer.id())).await;
    chat.shows("<h2 id=\"wait-title\">要找人</h2>");
    chat.shows("已给 0796-6559898");
    browser.get("/console/chats?list=mine").await.shows("到「要找人」里接一个");

    let setup = Setup { account: "human = \"yingda\"".into(), ..Setup::default() };
    let yingda = Yingda::start_with(setup).await;
    yingda.customer("oA1").says("人工").await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;
    let list = browser.get("/console/chats").await;
    list.shows("待人工 1");
    list.shows("<span>要找人工</span>");
    list.hides("已给 0796");
    list.hides("会自己离开这里");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_line_has_a_next_page_and_its_tab_counts_everybody() {
    let yingda = Yingda::start().await;
    for n in 0..60 {
        let wants = Effect::Wait(WaitReason::Asked);
        commit(&yingda.app.store, does(&format!("oWaits{n:02}"), yingda.now() + MINUTE * n, wants)).await;
    }
    yingda.waits(60 * MINUTE);
    let browser = Browser::with_role(&yingda, Role::Reception).await;

    let first = browser.get("/console/chats").await;
    first.shows("要找人 60");
    first.shows("ts00</a>");
    first.shows("ts49</a>");
    first.hides("ts50</a>");
    let next = first.body.split('"').find(|part| part.contains("before=")).expect("a link");
    let second = browser.get(&next.replace("&#38;", "&")).await;

    second.hides("ts49</a>");
    second.shows("ts50</a>");
    second.shows("ts59</a>");
    second.hides("before=");
    browser.get("/console").await.shows("60 人要找人，最久的等了 1 小时。");
}
