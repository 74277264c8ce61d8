//! 发布: what changed, what the checks say, live, and back.

use axum::http::StatusCode;
use yingda::model::{Role, StaffId, StaffName};
use yingda::publishing::Draft;

use crate::support::browser::Browser;
use crate::support::service::{Setup, Yingda};

const PRICE: &str = "rules/price.md";

/// An editor at work, and the draft behind the pages.
pub(super) struct Desk {
    pub yingda: Yingda,
    pub editor: Browser,
    pub id: StaffId,
}

impl Desk {
    pub async fn open() -> Self {
        Self::open_with(Setup::default()).await
    }

    pub async fn open_with(setup: Setup) -> Self {
        let yingda = Yingda::start_with(setup).await;
        let editor = Browser::with_role(&yingda, Role::Editor).await;
        let id = id_of(&yingda, Role::Editor).await;
        Self { yingda, editor, id }
    }

    pub async fn draft(&self) -> Draft {
        Draft::open(&self.yingda.app.store, &self.id).await.expect("it opens")
    }

    pub async fn writes(&self, path: &str, text: &str) {
        let mut draft = self.draft().await;
        let seen = draft.hash_of(path);
        let store = &self.yingda.app.store;
        draft.write(store, path, text.into(), seen.as_deref(), self.yingda.now()).await.expect("written");
    }

    /// The rule about the price, with another answer.
    pub async fn writes_price(&self, reply: &str) {
        self.writes(
            PRICE,
            &format!("+++\nid = \"price\"\nname = \"费用\"\ntriggers = [\"多少钱\"]\n+++\n{reply}\n"),
        )
        .await;
    }

    pub async fn takes_live(&mut self) {
        self.yingda.app.press.catch_up().await;
    }
}

pub(super) async fn id_of(yingda: &Yingda, role: Role) -> StaffId {
    let name = StaffName::parse(role.title()).expect("a name");
    yingda.app.store.find_credentials(&name).await.expect("readable").expect("a member").staff.id
}

#[tokio::test]
async fn a_change_is_seen_published_answers_and_is_taken_back() {
    let mut desk = Desk::open().await;
    desk.editor.get("/console/publish").await.shows("没有未发布的改动");
    let before = desk.yingda.customer("o1").says("多少钱").await;

    desk.writes_price("新的回答。").await;
    desk.editor.get("/console").await.shows("1 处未发布");
    let page = desk.editor.get("/console/publish").await;
    page.shows("改了 1 个文件");
    page.shows("新的回答。");
    page.shows("多少钱");
    let done = desk.editor.post("/console/publish/now", &[("reason", "更新费用")]).await;
    assert_eq!(done.location(), "/console/publish", "{done:?}");
    desk.takes_live().await;

    assert_eq!(desk.yingda.customer("o2").says("多少钱").await, "新的回答。");
    let page = desk.editor.get("/console/publish").await;
    page.shows("已发布");
    page.shows("更新费用");
    page.hides("处未发布");
    desk.editor.get("/console/publish/versions/2").await.shows("新的回答。");

    desk.writes(
        "rules/later.md",
        "+++\nid = \"later\"\nname = \"以后\"\ntriggers = [\"以后\"]\n+++\n以后再说。\n",
    )
    .await;
    desk.editor.get("/console/publish/versions/1/restore").await.shows("恢复成第 1 版");
    desk.editor.post("/console/publish/versions/1/restore", &[]).await;
    desk.takes_live().await;
    assert_eq!(desk.yingda.customer("o3").says("多少钱").await, before);
    desk.editor.get("/console/publish").await.shows("恢复成第 1 版。");
    assert_eq!(
        desk.draft().await.changes().keys().collect::<Vec<_>>(),
        ["rules/later.md"],
        "the draft is kept"
    );
    let log = Browser::admin(&desk.yingda).await.get("/console/log").await;
    log.shows("恢复旧版本");
}

#[tokio::test]
async fn errors_are_shown_and_keep_it_back_and_a_file_can_be_taken_back() {
    let desk = Desk::open().await;
    desk.writes(PRICE, "+++\nid = \"price\"\n").await;

    let page = desk.editor.get("/console/publish").await;
    page.shows("处错误，改正以后才能发布");
    page.shows("href=\"/console/rules/price\"");
    page.hides("action=\"/console/publish/now\"");
    let refused = desk.editor.post("/console/publish/now", &[("reason", "写好的说明")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.shows("没有发布。");

    desk.editor.post("/console/publish/undo", &[("path", PRICE)]).await;
    assert!(desk.draft().await.is_empty());
}

#[tokio::test]
async fn a_failing_test_needs_an_administrator_with_a_reason() {
    let desk = Desk::open().await;
    desk.writes("tests/wrong.chat", "用户: 多少钱\n应答: 含\"免费\"\n").await;

    let refused = desk.editor.post("/console/publish/now", &[("despite", "我有理由")]).await;
    refused.shows("个测试没有通过");

    let admin = Browser::admin(&desk.yingda).await;
    let id = id_of(&desk.yingda, Role::Admin).await;
    let store = &desk.yingda.app.store;
    let mut draft = Draft::open(store, &id).await.expect("it opens");
    draft
        .write(store, "tests/wrong.chat", "用户: 多少钱\n应答: 含\"免费\"\n".into(), None, desk.yingda.now())
        .await
        .expect("written");
    admin.get("/console/publish").await.shows("测试没通过也要发布的理由");
    admin.post("/console/publish/now", &[("despite", "活动明天开始")]).await;
    admin.get("/console/publish/versions/2").await.shows("活动明天开始");
    let mut desk = desk;
    desk.takes_live().await;
    let home = desk.editor.get("/console").await;
    home.shows("1 个测试没有通过，发布时写了理由");
    home.hides("改动没有生效");
}

#[tokio::test]
async fn a_warning_is_ticked_once_and_what_was_typed_stays() {
    let desk = Desk::open().await;
    desk.writes_price("〔待填写：价格〕").await;

    let page = desk.editor.get("/console/publish").await;
    page.shows("这些提醒看过了");
    let key = crate::support::browser::value_of(&page.body, "accepted").expect("a box");
    let refused = desk.editor.post("/console/publish/now", &[("reason", "先占个位置")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.shows("先占个位置");

    let key = html_unescape(&key);
    let done = desk.editor.post("/console/publish/now", &[("accepted", &key)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{done:?}");
    desk.editor.get("/console/publish/versions/2").await.shows("确认过的提醒");
}

fn html_unescape(text: &str) -> String {
    text.replace("&#43;", "+").replace("&#x2b;", "+").replace("&#47;", "/")
}

#[tokio::test]
async fn real_messages_show_which_replies_would_change() {
    let desk = Desk::open().await;
    for who in ["o1", "o2"] {
        desk.yingda.customer(who).says("多少钱").await;
    }
    desk.writes_price("新的回答。").await;

    let page = desk.editor.get("/console/publish?replay=1").await;

    page.shows("这 2 条回复会变");
    page.shows("2 次");
}

#[tokio::test]
async fn a_viewer_looks_and_changes_nothing() {
    let desk = Desk::open().await;
    let viewer = Browser::with_role(&desk.yingda, Role::Viewer).await;

    viewer.get("/console/publish").await.shows("历史");
    viewer.get("/console/publish/versions/1").await.hides("恢复这一版");
    let refused = viewer.post("/console/publish/versions/1/restore", &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn what_is_to_go_live_later_waits_and_can_be_taken_back() {
    let mut desk = Desk::open().await;
    desk.writes_price("节后的回答。").await;
    let past = desk.editor.post("/console/publish/now", &[("due", "2020-01-01T08:00")]).await;
    past.shows("请填一个以后的时间");

    desk.editor.post("/console/publish/now", &[("due", "2026-11-30T08:00"), ("reason", "节后")]).await;
    let page = desk.editor.get("/console/publish").await;
    page.shows("2026-11-30 08:00 生效");
    assert!(desk.draft().await.is_empty());
    let (_, id) = page.body.split_once("/console/publish/waiting/").expect("a link");
    let id = id.split('"').next().expect("an id");
    desk.editor.get(&format!("/console/publish/waiting/{id}")).await.shows("节后的回答。");
    desk.editor.post(&format!("/console/publish/waiting/{id}/withdraw"), &[]).await;
    assert!(!desk.draft().await.is_empty(), "it is back in the draft");

    desk.editor.get("/console/publish").await;
    desk.editor.post("/console/publish/now", &[("due", "2026-11-30T08:00")]).await;
    desk.yingda.waits(std::time::Duration::from_secs(8 * 24 * 60 * 60));
    desk.yingda.app.press.gate().publish_due().await.expect("it can");
    desk.takes_live().await;
    assert_eq!(desk.yingda.customer("o2").says("多少钱").await, "节后的回答。");
}

#[tokio::test]
async fn where_a_second_person_is_asked_for_nobody_publishes_alone() {
    let mut setup = Setup::default();
    for (path, text) in &mut setup.files {
        if path == "settings.toml" {
            text.push_str("\n[publishing]\nsecond_person = true\n");
        }
    }
    let mut desk = Desk::open_with(setup).await;
    desk.writes_price("两个人看过的回答。").await;

    desk.editor.get("/console/publish").await.shows("送给同事看");
    desk.editor.post("/console/publish/now", &[("reason", "请看看")]).await;
    let page = desk.editor.get("/console/publish").await;
    page.shows("等同事同意");
    let (_, id) = page.body.split_once("/console/publish/waiting/").expect("a link");
    let address = format!("/console/publish/waiting/{}", id.split('"').next().expect("an id"));
    desk.editor.get(&address).await.hides("同意发布");
    let own = desk.editor.post(&format!("{address}/approve"), &[]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN);
    desk.takes_live().await;
    assert_ne!(desk.yingda.customer("o1").says("多少钱").await, "两个人看过的回答。");

    let admin = Browser::admin(&desk.yingda).await;
    admin.get("/console").await.shows("1 份改动等您同意后发布。");
    admin.get(&address).await.shows("同意发布");
    admin.post(&format!("{address}/approve"), &[]).await;
    desk.takes_live().await;
    assert_eq!(desk.yingda.customer("o2").says("多少钱").await, "两个人看过的回答。");
    admin.get("/console/publish").await.shows("管理员 同意");
}
