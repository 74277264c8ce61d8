//! Two people at the same rules: nobody publishes over what they have not seen,
//! nobody throws away more than they meant to, and where a second person is
//! asked for, nobody waits for one to stop a wrong answer.

use axum::http::StatusCode;
use yingda::model::{Role, StaffId, StaffName};
use yingda::publishing::Draft;

use crate::support::browser::{Browser, Page, value_of};
use crate::support::service::{Setup, Yingda};

const STAY: &str = "rules/stay.md";
const TABLE: &str = "rules/faq.csv";
const ROWS: &str = "id,name,contains,reply\nwifi,无线网,wifi；无线网,有无线网。\npark,停车,停车,可以停车。\n";

fn stay(reply: &str) -> String {
    format!("+++\n# 住\nid = \"stay\"\nname = \"住宿\"\ntriggers = [\"住宿\"]\n+++\n{reply}\n")
}

struct Colleagues {
    yingda: Yingda,
    editor: Browser,
    admin: Browser,
}

impl Colleagues {
    async fn meet() -> Self {
        Self::meet_with(Setup::default()).await
    }

    async fn meet_with(mut setup: Setup) -> Self {
        setup.files.push((STAY.to_owned(), stay("住宿请问顾问。")));
        setup.files.push((TABLE.to_owned(), ROWS.to_owned()));
        let yingda = Yingda::start_with(setup).await;
        let editor = Browser::with_role(&yingda, Role::Editor).await;
        let admin = Browser::admin(&yingda).await;
        Self { yingda, editor, admin }
    }

    /// Where a second person has to agree.
    async fn who_need_each_other() -> Self {
        let mut setup = Setup::default();
        let settings = setup.files.iter_mut().find(|(path, _)| path == "settings.toml");
        settings.expect("it is there").1.push_str("\n[publishing]\nsecond_person = true\n");
        Self::meet_with(setup).await
    }

    async fn draft(&self, role: Role) -> Draft {
        let name = StaffName::parse(role.title()).expect("a name");
        let known = self.yingda.app.store.find_credentials(&name).await.expect("readable");
        let id: StaffId = known.expect("a member").staff.id;
        Draft::open(&self.yingda.app.store, &id).await.expect("it opens")
    }

    async fn writes(&self, role: Role, path: &str, text: &str) {
        let mut draft = self.draft(role).await;
        let (seen, store) = (draft.hash_of(path), &self.yingda.app.store);
        draft.write(store, path, text.into(), seen.as_deref(), self.yingda.now()).await.expect("written");
    }

    async fn admin_publishes(&mut self, path: &str, text: &str) {
        self.writes(Role::Admin, path, text).await;
        let done = self.admin.post("/console/publish/now", &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{done:?}");
        self.yingda.app.press.catch_up().await;
    }

    async fn answer(&mut self, text: &str) -> String {
        self.yingda.app.press.catch_up().await;
        self.yingda.customer("a").says(text).await
    }

    /// What the editor is told next.
    async fn is_told(&self, done: &Page, notice: &str) {
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{done:?}");
        self.editor.get(done.location()).await.shows(notice);
    }
}

fn plain(value: Option<String>) -> String {
    value.expect("a field").replace("&#43;", "+").replace("&#47;", "/")
}

#[tokio::test]
async fn one_rule_is_published_over_a_colleagues_only_once_it_was_seen() {
    let mut desk = Colleagues::meet().await;
    desk.writes(Role::Editor, STAY, &stay("编辑写的。")).await;
    desk.admin_publishes(STAY, &stay("管理员发布的。")).await;

    let shown = desk.editor.post("/console/rules/stay/publish", &[]).await;

    assert_eq!(shown.status, StatusCode::UNPROCESSABLE_ENTITY, "{shown:?}");
    shown.shows("管理员 在");
    shown.shows("<del>管理员发布的。</del>");
    shown.shows("<ins>编辑写的。</ins>");
    assert_eq!(desk.answer("住宿").await, "管理员发布的。");
    // Once more, while they look at it.
    desk.admin_publishes(STAY, &stay("管理员又发布的。")).await;
    let over = plain(value_of(&shown.body, "over"));
    let again = desk.editor.post("/console/rules/stay/publish", &[("over", &over)]).await;
    again.shows("<del>管理员又发布的。</del>");
    assert_eq!(desk.answer("住宿").await, "管理员又发布的。");

    let over = plain(value_of(&again.body, "over"));
    let done = desk.editor.post("/console/rules/stay/publish", &[("over", &over)]).await;
    desk.is_told(&done, "已发布，马上生效。").await;
    assert_eq!(desk.answer("住宿").await, "编辑写的。");
    assert!(desk.draft(Role::Editor).await.is_empty());
}

#[tokio::test]
async fn a_comment_that_a_colleague_published_is_not_lost_unseen() {
    let mut desk = Colleagues::meet().await;
    desk.writes(Role::Editor, STAY, &stay("编辑写的。")).await;
    desk.admin_publishes(STAY, &stay("住宿请问顾问。").replace("# 住", "# 财务已核对")).await;

    let shown = desk.editor.post("/console/rules/stay/publish", &[]).await;

    shown.shows("<del># 财务已核对</del>");
    let done = desk.editor.post("/console/rules/stay/undo", &[]).await;
    desk.is_told(&done, "已改回线上的样子。").await;
    assert!(desk.draft(Role::Editor).await.is_empty());
}

#[tokio::test]
async fn another_row_of_a_table_that_a_colleague_published_is_nobodys_question() {
    let mut desk = Colleagues::meet().await;
    desk.writes(Role::Editor, TABLE, &ROWS.replace("可以停车。", "停车免费。")).await;
    desk.admin_publishes(TABLE, &ROWS.replace("有无线网。", "都有无线网。")).await;

    let done = desk.editor.post("/console/rules/park/publish", &[]).await;

    desk.is_told(&done, "已发布，马上生效。").await;
    assert_eq!(desk.answer("停车").await, "停车免费。");
    assert_eq!(desk.answer("无线网").await, "都有无线网。");
    assert!(desk.draft(Role::Editor).await.is_empty(), "nothing of their own is left");
    desk.writes(Role::Editor, TABLE, &ROWS.replace("可以停车。", "编辑的停车。")).await;
    desk.admin_publishes(TABLE, &ROWS.replace("可以停车。", "管理员的停车。")).await;
    desk.editor.post("/console/rules/park/publish", &[]).await.shows("管理员的停车。");
    assert_eq!(desk.answer("停车").await, "管理员的停车。");
}

#[tokio::test]
async fn a_new_row_is_published_into_its_table() {
    let mut desk = Colleagues::meet().await;
    let more = format!("{ROWS}tea,茶水,茶水,有茶水。\nbus,班车,班车,有班车。\n");
    desk.writes(Role::Editor, TABLE, &more).await;

    let done = desk.editor.post("/console/rules/tea/publish", &[]).await;

    desk.is_told(&done, "已发布，马上生效。").await;
    assert_eq!(desk.answer("茶水").await, "有茶水。");
    desk.editor.get("/console/rules/tea").await.shows("rules/faq.csv:4");
    desk.editor.get("/console/rules?state=draft").await.shows("1 条规则");
}

#[tokio::test]
async fn what_the_page_for_publishing_keeps_is_what_it_showed() {
    let mut desk = Colleagues::meet().await;
    desk.writes(Role::Editor, STAY, &stay("编辑写的。")).await;
    desk.admin_publishes(STAY, &stay("管理员发布的。")).await;
    let shown = desk.editor.get("/console/publish").await;
    let theirs = plain(value_of(&shown.body, "theirs"));
    desk.admin_publishes(STAY, &stay("管理员又发布的。")).await;

    let stale = [("path", STAY), ("theirs", &theirs)];
    let refused = desk.editor.post("/console/publish/keep", &stale).await;

    desk.is_told(&refused, "刚才又有人发布了这个文件").await;
    assert_eq!(desk.draft(Role::Editor).await.clashes().collect::<Vec<_>>(), [STAY]);
    let shown = desk.editor.get("/console/publish").await;
    shown.shows("管理员又发布的。");
    let theirs = plain(value_of(&shown.body, "theirs"));
    let kept = desk.editor.post("/console/publish/keep", &[("path", STAY), ("theirs", &theirs)]).await;
    desk.is_told(&kept, "发布时用您的这一份").await;
    assert_eq!(desk.draft(Role::Editor).await.clashes().count(), 0);
}

#[tokio::test]
async fn giving_up_one_row_leaves_the_rest_of_the_table_in_the_draft() {
    let desk = Colleagues::meet().await;
    let changed = ROWS.replace("有无线网。", "改过的无线网。");
    desk.writes(Role::Editor, TABLE, &changed).await;
    desk.editor.get("/console/rules/wifi").await.shows("放弃草稿");
    let untouched = desk.editor.get("/console/rules/park").await;
    untouched.hides("放弃草稿");
    untouched.hides("草稿，还没上线");

    let done = desk.editor.post("/console/rules/park/undo", &[]).await;
    desk.is_told(&done, "已改回线上的样子。").await;
    assert_eq!(desk.draft(Role::Editor).await.bytes(TABLE), Some(changed.as_bytes()), "not theirs to lose");
    desk.writes(Role::Editor, TABLE, &changed.replace("可以停车。", "改过的停车。")).await;
    let done = desk.editor.post("/console/rules/park/undo", &[]).await;
    desk.is_told(&done, "已改回线上的样子。").await;
    assert_eq!(desk.draft(Role::Editor).await.bytes(TABLE), Some(changed.as_bytes()));
    desk.editor.post("/console/rules/wifi/undo", &[]).await;

    assert!(desk.draft(Role::Editor).await.is_empty());
}

#[tokio::test]
async fn giving_up_a_row_that_moved_or_is_new_leaves_the_rest_too() {
    let desk = Colleagues::meet().await;
    let alone =
        "+++\nid = \"wifi\"\nname = \"无线网\"\nowner = \"后勤\"\ntriggers = [\"wifi\"]\n+++\n搬走了。\n";
    let without = ROWS.replace("wifi,无线网,wifi；无线网,有无线网。\n", "");
    desk.writes(Role::Editor, "rules/wifi.md", alone).await;
    desk.writes(Role::Editor, TABLE, &format!("{without}tea,茶水,茶水,有茶水。\n")).await;

    desk.editor.post("/console/rules/wifi/undo", &[]).await;

    desk.editor.get("/console/rules/wifi").await.shows("rules/faq.csv:");
    desk.editor.get("/console/rules/tea").await.shows("有茶水。");
    let done = desk.editor.post("/console/rules/tea/undo", &[]).await;
    assert_eq!(done.location(), "/console/rules");
    assert!(desk.draft(Role::Editor).await.is_empty());
}

#[tokio::test]
async fn giving_up_a_row_brings_no_colleagues_row_back_to_what_it_was() {
    let mut desk = Colleagues::meet().await;
    desk.writes(Role::Editor, TABLE, &ROWS.replace("可以停车。", "改过的停车。")).await;
    desk.admin_publishes(TABLE, &ROWS.replace("有无线网。", "都有无线网。")).await;

    desk.editor.post("/console/rules/park/undo", &[]).await;

    assert!(desk.draft(Role::Editor).await.is_empty(), "the old row of their colleague is no change");
}

#[tokio::test]
async fn a_stopped_rule_with_warnings_is_turned_on_again() {
    let mut setup = Setup::default();
    let thin = "+++\nid = \"tea\"\nname = \"茶水\"\ntriggers = [\"茶\", \"茶水\"]\n+++\n有茶。\n";
    setup.files.push(("rules/tea.md".to_owned(), thin.to_owned()));
    let mut desk = Colleagues::meet_with(setup).await;
    assert_eq!(desk.answer("茶水").await, "有茶。");
    desk.editor.post("/console/rules/tea/switch", &[("to", "off")]).await;
    assert_ne!(desk.answer("茶水").await, "有茶。");

    let warned = desk.editor.post("/console/rules/tea/switch", &[("to", "on")]).await;

    assert_eq!(warned.status, StatusCode::UNPROCESSABLE_ENTITY, "{warned:?}");
    warned.shows("只有一个字");
    warned.shows("action=\"/console/rules/tea/switch\"");
    let accepted = plain(value_of(&warned.body, "accepted"));
    let to = value_of(&warned.body, "to").expect("what was asked");
    let fields = [("to", to.as_str()), ("accepted", accepted.as_str())];
    let done = desk.editor.post("/console/rules/tea/switch", &fields).await;
    desk.is_told(&done, "已发布，马上生效。").await;
    assert_eq!(desk.answer("茶水").await, "有茶。");
}

#[tokio::test]
async fn where_a_second_person_is_asked_for_a_wrong_rule_is_stopped_by_one() {
    let mut desk = Colleagues::who_need_each_other().await;

    for (rule, question) in [("stay", "住宿"), ("wifi", "无线网")] {
        let before = desk.answer(question).await;
        let done = desk.editor.post(&format!("/console/rules/{rule}/switch"), &[("to", "off")]).await;
        desk.is_told(&done, "已发布，马上生效。").await;
        assert_ne!(desk.answer(question).await, before, "{rule}");
    }
    assert!(desk.draft(Role::Editor).await.is_empty());

    let done = desk.editor.post("/console/rules/stay/switch", &[("to", "on")]).await;
    desk.is_told(&done, "先在草稿里启用了").await;
    assert_ne!(desk.answer("住宿").await, "住宿请问顾问。", "that waits for a colleague");
    let sent = desk.editor.post("/console/publish/now", &[]).await;
    desk.is_told(&sent, "已送给同事看").await;
    let id = waiting(&desk).await;
    desk.admin.post(&format!("/console/publish/waiting/{id}/approve"), &[]).await;
    assert_eq!(desk.answer("住宿").await, "住宿请问顾问。");
}

#[tokio::test]
async fn what_is_still_being_written_of_a_stopped_rule_stays_and_is_stopped_too() {
    let mut desk = Colleagues::meet().await;
    desk.writes(Role::Editor, TABLE, &ROWS.replace("有无线网。", "改过的无线网。")).await;

    let done = desk.editor.post("/console/rules/wifi/switch", &[("to", "off")]).await;

    desk.is_told(&done, "已发布，马上生效。").await;
    let draft = desk.draft(Role::Editor).await;
    let text = String::from_utf8_lossy(draft.bytes(TABLE).expect("it is there")).into_owned();
    assert!(text.contains("改过的无线网。") && text.contains("false"), "{text}");
    assert_eq!(draft.clashes().count(), 0);
    assert_ne!(desk.answer("无线网").await, "有无线网。");
}

#[tokio::test]
async fn whoever_comes_too_late_to_agree_is_told_so() {
    let mut desk = Colleagues::who_need_each_other().await;
    desk.writes(Role::Editor, STAY, &stay("两个人看过的。")).await;
    desk.editor.post("/console/publish/now", &[("due", "2026-11-30T08:00")]).await;
    let address = format!("/console/publish/waiting/{}", waiting(&desk).await);
    let post = async |what: &str| {
        let done = desk.admin.post(&format!("{address}/{what}"), &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{done:?}");
        desk.admin.get(done.location()).await
    };

    post("approve").await.shows("已同意，到时间生效。");
    post("approve").await.shows("同事已经处理过了");
    post("withdraw").await.shows("已撤回");
    for what in ["approve", "withdraw"] {
        post(what).await.shows("同事已经处理过了");
    }
    assert_eq!(desk.answer("住宿").await, "住宿请问顾问。");
}

/// The id of what waits.
async fn waiting(desk: &Colleagues) -> String {
    let waiting = desk.yingda.app.store.list_proposals().await.expect("readable");
    waiting.first().expect("one waits").id.clone()
}

#[tokio::test]
async fn whoever_agrees_sees_what_the_owner_took_on() {
    let desk = Colleagues::who_need_each_other().await;
    desk.writes(Role::Admin, STAY, &stay("**好住。**")).await;
    desk.writes(Role::Admin, "tests/stay.chat", "用户: 住宿\n应答: 含\"免费\"\n").await;
    let page = desk.admin.get("/console/publish").await;
    let key = value_of(&page.body, "accepted").expect("a warning to tick");
    let fields = [("accepted", key.as_str()), ("despite", "明天开始免费")];
    let sent = desk.admin.post("/console/publish/now", &fields).await;
    assert_eq!(sent.location(), "/console/publish", "{sent:?}");

    let page = desk.editor.get(&format!("/console/publish/waiting/{}", waiting(&desk).await)).await;

    page.shows("不会加粗");
    page.shows("明天开始免费");
    page.shows("同意");
}
