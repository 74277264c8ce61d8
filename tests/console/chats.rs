//! 会话: who waits, what was said and why, what staff do about it.

use std::time::Duration;

use axum::http::StatusCode;
use yingda::model::{Content, CustomerId, Role};
use yingda::store::PrivacyAct;

use crate::support::browser::{Browser, Page, value_of};
use crate::support::said::{account, commit, form, leaves, missed};
use crate::support::service::{Setup, Yingda};

const MINUTE: Duration = Duration::from_secs(60);

fn chat_of(customer: &CustomerId) -> String {
    format!("/console/chats/{customer}")
}

/// Somebody asked a price and then for a person.
async fn somebody_waits(yingda: &Yingda) -> String {
    let customer = yingda.customer("oA1");
    customer.says("多少钱").await;
    yingda.waits(Duration::from_secs(1));
    customer.says("人工").await;
    chat_of(customer.id())
}

fn answered(page: &Page) -> &str {
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    page.location()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_longest_comes_first_and_the_colour_deepens() {
    let yingda = Yingda::start().await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;
    browser.get("/console/chats").await.shows("现在没有人在等");
    somebody_waits(&yingda).await;
    yingda.waits(12 * MINUTE);
    yingda.customer("oB2").says("人工").await;
    yingda.waits(4 * MINUTE);

    let list = browser.get("/console/chats").await;

    list.shows("<span class=\"badge error\">等了 16 分钟</span> <span>要找人</span>");
    list.shows("<span class=\"badge success\">等了 4 分钟</span>");
    let (first, second) = (list.body.find("…-oA1"), list.body.find("…-oB2"));
    assert!(first.is_some() && first < second, "{}", list.body);
    list.shows("要找人 2");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_is_taken_by_one_and_done_with() {
    let yingda = Yingda::start().await;
    let chat = somebody_waits(&yingda).await;
    let (one, other) = (Browser::with_role(&yingda, Role::Reception).await, Browser::admin(&yingda).await);

    one.get(&chat).await.shows("我来处理");
    answered(&one.post(&format!("{chat}/take"), &[]).await);
    one.get(&chat).await.shows("已接手");
    other.get(&chat).await.shows("接待在处理");
    answered(&other.post(&format!("{chat}/take"), &[]).await);
    other.get(&chat).await.shows("同事先接手了");
    one.get("/console/chats?list=mine").await.shows("…-oA1");
    other.get("/console/chats?list=mine").await.shows("您手上没有会话");
    one.post(&format!("{chat}/release"), &[]).await;
    one.get("/console/chats?list=mine").await.shows("您手上没有会话");
    one.post(&format!("{chat}/end"), &[]).await;

    one.get("/console/chats").await.shows("现在没有人在等");
    one.get("/console/chats?list=all").await.shows("…-oA1");
    one.get(&chat).await.shows("处理完了");
    assert!(yingda.customer("oA1").says("多少钱").await.contains("费用请问顾问"), "the bot answers on");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timeline_tells_the_rule_behind_each_reply_and_why() {
    let mut setup = Setup::default();
    let yingda = Yingda::start_with(setup.clone()).await;
    let chat = somebody_waits(&yingda).await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;

    let page = browser.get(&chat).await;
    page.shows("<p>多少钱</p>");
    page.shows("<a href=\"/console/rules/price\">规则「费用」</a> v1");
    let why = page.body.split('"').find(|part| part.contains("/why/")).expect("a link").to_owned();
    browser.get(&why).await.shows("含有触发词「多少钱」");

    // The rules of today are others; the answer of then is told by the rules of then.
    setup.files.retain(|(path, _)| path != "rules/price.md");
    setup.files.push((
        "rules/cost.md".into(),
        "+++\nid = \"cost\"\nname = \"新费用\"\ntriggers = [\"多少钱\"]\n+++\n新的。\n".into(),
    ));
    let folder = yingda.stop().await;
    std::fs::remove_file(folder.path().join("responses/rules/price.md")).expect("it was there");
    crate::support::service::write_rulebook(&folder.path().join("responses"), &setup.files);
    let yingda = Yingda::start_in(folder, &setup).await;
    let browser = Browser::stranger(&yingda.app.routes);
    browser.log_in("接待", crate::support::browser::PASSWORD).await;
    let then = browser.get(&why).await;
    then.shows("费用");
    then.shows("rules/price.md:");
    then.hides("新费用");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_left_for_the_next_message_and_can_be_taken_back() {
    let yingda = Yingda::start().await;
    let chat = somebody_waits(&yingda).await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;

    browser.get(&chat).await.shows("现在还不能从这里主动发微信消息");
    browser.get(&chat).await.shows("最多 1200 字节（汉字约 400 个）");
    let long = format!("{}a", "长".repeat(400));
    let refused = browser.post(&format!("{chat}/words"), &[("text", &long)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.shows(&long);
    refused.shows("太长了，一条消息放不下");
    let longest = "长".repeat(400);
    answered(&browser.post(&format!("{chat}/words"), &[("text", &longest)]).await);
    let whole = yingda.customer("oA1").says("多少钱").await;
    assert!(whole.contains(&longest) && whole.contains("费用请问顾问"), "{whole}");
    answered(&browser.post(&format!("{chat}/words"), &[("text", "不要了")]).await);
    browser.get(&chat).await.shows("等对方下次来信时带出（接待）");
    browser.post(&format!("{chat}/words/back"), &[]).await;
    browser.post(&format!("{chat}/words"), &[("text", "周三可以来看。\r\n请带介绍信。")]).await;

    let reply = yingda.customer("oA1").says("多少钱").await;
    assert!(reply.starts_with("顾问回复您：\n周三可以来看。\n请带介绍信。\n\n费用请问顾问"), "{reply}");
    let after = browser.get(&chat).await;
    after.hides("等对方下次来信时带出（");
    after.shows("接待的备注：</strong> 下次来信时带出：周三可以来看。");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_where_staff_attend_from_here_can_the_bot_be_kept_silent() {
    let contacts = Yingda::start().await;
    let chat = somebody_waits(&contacts).await;
    let browser = Browser::with_role(&contacts, Role::Reception).await;
    let page = browser.get(&chat).await;
    page.hides("让应答先不插话");
    page.shows("应答照样自动回复对方");
    assert_eq!(browser.post(&format!("{chat}/hold"), &[]).await.status, StatusCode::NOT_FOUND);

    let yingda = Yingda::start_with(Setup { account: "human = \"yingda\"".into(), ..Setup::default() }).await;
    let chat = somebody_waits(&yingda).await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;
    let page = browser.get(&chat).await;
    page.shows("让应答先不插话");
    page.hides("应答照样自动回复对方");
    browser.post(&format!("{chat}/hold"), &[]).await;
    browser.get(&chat).await.shows("接待正在接待");
    assert_eq!(yingda.customer("oA1").says("多少钱").await, "");
    browser.post(&format!("{chat}/hand-back"), &[]).await;
    assert!(yingda.customer("oA1").says("多少钱").await.starts_with("顾问已离开对话"));
    browser.get("/console/chats").await.shows("现在没有人在等");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_masked_message_is_shown_to_whoever_serves_and_written_down() {
    let yingda = Yingda::start().await;
    let customer = yingda.customer("oA1");
    customer.says("多少钱 打 13800000000").await;
    let chat = chat_of(customer.id());
    let viewer = Browser::with_role(&yingda, Role::Viewer).await;
    let reception = Browser::with_role(&yingda, Role::Reception).await;

    let page = reception.get(&chat).await;
    page.shows("138****0000");
    page.hides("13800000000");
    let reveal = page.body.split('"').find(|part| part.contains("/reveal/")).expect("a form").to_owned();
    assert_eq!(viewer.post(&reveal, &[]).await.status, StatusCode::FORBIDDEN);
    reception.post(&reveal, &[]).await.shows("13800000000");
    reception.get(&chat).await.hides("13800000000");

    let log = yingda.app.store.list_privacy_log(&account()).await.expect("readable");
    assert_eq!(log[0].what, PrivacyAct::MessageRevealed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_removed_with_all_that_is_known_also_of_this_process() {
    let yingda = Yingda::start().await;
    let chat = somebody_waits(&yingda).await;
    let (admin, reception) =
        (Browser::admin(&yingda).await, Browser::with_role(&yingda, Role::Reception).await);
    reception.post(&format!("{chat}/words"), &[("text", "只说一次")]).await;

    reception.get(&chat).await.hides("删除此人全部信息");
    admin.get(&format!("{chat}/delete")).await.shows("删除客户 …-oA1 的全部信息");
    let (_, copy) = admin.download(&format!("{chat}/export")).await;
    let copy = String::from_utf8(copy).expect("JSON");
    assert!(copy.contains("多少钱") && copy.contains("\"first_seen\""), "{copy}");
    assert_eq!(reception.get(&format!("{chat}/export")).await.status, StatusCode::FORBIDDEN);
    answered(&admin.post(&format!("{chat}/delete"), &[]).await);

    assert_eq!(admin.get(&chat).await.status, StatusCode::NOT_FOUND);
    admin.get("/console/chats").await.shows("现在没有人在等");
    let log = admin.get("/console/log?kind=person_delete").await;
    log.hides("<td data-label=\"对象\">oA1");
    yingda.waits(MINUTE);
    let reply = yingda.customer("oA1").says("多少钱").await;
    assert!(!reply.contains("只说一次"), "{reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_are_searched_and_paged() {
    let yingda = Yingda::start().await;
    for n in 0..52 {
        yingda.customer(&format!("oC{n:03}")).says(if n == 3 { "住宿怎么样" } else { "多少钱" }).await;
        yingda.waits(Duration::from_secs(1));
    }
    yingda
        .customer("oPicture")
        .does(&Content::Image { media_id: "m".into(), picture_url: "http://example.org/p".into() })
        .await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;

    let first = browser.get("/console/chats?list=all").await;
    first.shows("[图片]");
    first.hides("…C001");
    let older = first.body.split('"').find(|part| part.contains("before=")).expect("a link");
    browser.get(&older.replace("&amp;", "&").replace("&#38;", "&")).await.shows("…C001");
    let found = browser.get("/console/chats?q=%E4%BD%8F%E5%AE%BF").await;
    found.shows("…C003");
    assert_eq!(found.body.matches("<td class=\"lead\">").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_phrases_are_kept_and_put_into_the_box() {
    let yingda = Yingda::start().await;
    let chat = somebody_waits(&yingda).await;
    let browser = Browser::with_role(&yingda, Role::Reception).await;

    let fields = [("id", ""), ("title", "报价说明"), ("text", "报价要看人数。")];
    assert_eq!(answered(&browser.post("/console/phrases/save", &fields).await), "/console/phrases");
    let again = browser.post("/console/phrases/save", &fields).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    again.shows("已经有同名的了");
    let page = browser.get(&chat).await;
    let link = page.body.split('"').find(|part| part.contains("phrase=")).expect("a link");
    browser.get(link.split('#').next().expect("an address")).await.shows("报价要看人数。</textarea>");
    let list = browser.get("/console/phrases").await;
    let delete = list.body.split('"').find(|part| part.contains("/delete?")).expect("a link").to_owned();
    browser.get(&delete).await.shows("删除「报价说明」");
    browser.post(&delete, &[]).await;
    browser.get("/console/phrases").await.shows("还没有常用话");

    let viewer = Browser::with_role(&yingda, Role::Viewer).await;
    assert_eq!(viewer.post("/console/phrases/save", &fields).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_work_with_customers_never_sees_who_they_are() {
    let yingda = Yingda::start().await;
    let chat = somebody_waits(&yingda).await;
    let of_them = missed(yingda.customer("oA1").id().as_str(), yingda.now(), "有没有篮球场");
    commit(&yingda.app.store, of_them).await;
    let lead = form("261123-01", "某县税务局", "13800000000");
    commit(&yingda.app.store, leaves(yingda.customer("oA1").id().as_str(), yingda.now(), lead)).await;
    let lists = [
        "/console",
        "/console/misses",
        "/console/data",
        "/console/data/messages",
        "/console/leads",
        "/console/leads/261123-01",
    ];

    for role in [Role::Viewer, Role::Editor] {
        let browser = Browser::with_role(&yingda, role).await;
        for address in lists {
            let page = browser.get(address).await;
            assert_eq!(page.status, StatusCode::OK, "{role:?} {address}");
            page.hides("oA1");
            page.hides("/console/chats");
        }
        for address in ["/console/chats", chat.as_str(), &format!("{chat}/why/none"), "/console/phrases"] {
            assert_eq!(browser.get(address).await.status, StatusCode::FORBIDDEN, "{role:?} {address}");
        }
        browser.get("/console/misses").await.shows("有没有篮球场");
    }
    let reception = Browser::with_role(&yingda, Role::Reception).await;
    for address in ["/console/misses", "/console/data/messages", "/console/leads/261123-01"] {
        reception.get(address).await.shows("/console/chats/");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phrase_that_a_colleague_changed_or_deleted_is_not_overwritten_unseen() {
    let yingda = Yingda::start().await;
    let (one, other) = (Browser::with_role(&yingda, Role::Reception).await, Browser::admin(&yingda).await);
    let list = one.get("/console/phrases").await;
    list.shows("还没有常用话");
    for (title, text) in [("报价说明", "报价要看人数。"), ("地址", "在茨坪。")] {
        // In one moment: each is one of its own.
        one.post("/console/phrases/save", &[("id", ""), ("title", title), ("text", text)]).await;
    }
    let list = one.get("/console/phrases").await;
    list.shows("报价要看人数。");
    list.shows("在茨坪。");
    let edit = list.body.split('"').find(|part| part.contains("edit=")).expect("a link");
    let edit = edit.split('#').next().expect("an address").replace("&#38;", "&");
    let (seen_by_one, seen_by_other) = (one.get(&edit).await, other.get(&edit).await);
    let save = async |browser: &Browser, page: &Page, text: &str| {
        let hidden = |name: &str| value_of(&page.body, name).expect("the form has it");
        let (id, seen) = (hidden("id"), hidden("seen"));
        let fields = [("id", id.as_str()), ("seen", &seen), ("title", "一句"), ("text", text)];
        browser.post("/console/phrases/save", &fields).await
    };

    answered(&save(&one, &seen_by_one, "第一位写的").await);
    let clash = save(&other, &seen_by_other, "第二位写的").await;
    assert_eq!(clash.status, StatusCode::UNPROCESSABLE_ENTITY);
    clash.shows("接待刚改过这一句，现在是：第一位写的");
    clash.shows("第二位写的</textarea>");
    one.get("/console/phrases").await.shows("第一位写的");
    answered(&save(&other, &clash, "第二位写的").await);
    one.get("/console/phrases").await.shows("第二位写的");

    let seen = one.get(&edit).await;
    let id = value_of(&seen.body, "id").expect("the form has it");
    other.get("/console/phrases").await;
    answered(&other.post(&format!("/console/phrases/{id}/delete"), &[]).await);
    let gone = save(&one, &seen, "改一个词").await;
    gone.shows("同事刚删了这一句");
    gone.shows("改一个词</textarea>");
    one.get("/console/phrases").await.hides("改一个词");
    answered(&save(&one, &gone, "改一个词").await);
    one.get("/console/phrases").await.shows("改一个词");
}
