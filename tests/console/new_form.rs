//! A form is made in the console: its file, its first step, and what a customer
//! is asked once it is live.

use axum::http::StatusCode;

use super::publish::Desk;
use crate::support::html::elements_of;

const FILE: &str = "forms/场地.toml";

#[tokio::test]
async fn a_new_form_is_made_gets_steps_and_asks_customers_once_it_is_live() {
    let mut desk = Desk::open().await;
    desk.editor.get("/console/forms").await.shows("href=\"/console/forms/new\"");
    elements_of(&desk.editor.get("/console/forms/new").await);

    let made =
        desk.editor.post("/console/forms/new", &[("name", "场地"), ("seen", ""), ("do", "save")]).await;
    let address = "/console/forms/%E5%9C%BA%E5%9C%B0";
    assert_eq!(made.location(), address, "{made:?}");
    let page = desk.editor.get(address).await;
    page.shows("已存入草稿");
    page.shows("电话");
    let step = [("label", "日期"), ("ask", "哪一天用场地？"), ("kind", "when"), ("seen", ""), ("do", "save")];
    let added = desk.editor.post(&format!("{address}/steps"), &step).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{added:?}");

    let draft = desk.draft().await;
    let written = draft.bytes(FILE).map(String::from_utf8_lossy).expect("the file is written");
    assert!(written.starts_with("# 在对话里问哪几步"), "{written}");
    assert!(written.contains("\n\n[[field]]\nid = \"phone\"\nlabel = \"电话\""), "{written}");
    assert!(written.ends_with("label = \"日期\"\nask = \"哪一天用场地？\"\nkind = \"when\"\n"), "{written}");
    assert!(draft.live().get(FILE).is_none(), "it is a draft");
    desk.writes(
        "rules/hall.md",
        "+++\nid = \"hall\"\nname = \"场地\"\nkind = \"form\"\nform = \"场地\"\ntriggers = [\"租场地\"]\n+++\n",
    )
    .await;
    let page = desk.editor.get("/console/publish").await;
    page.shows("增 2 个");
    page.shows("action=\"/console/publish/now\"");
    let done = desk.editor.post("/console/publish/now", &[]).await;
    assert_eq!(done.location(), "/console/publish", "{done:?}");
    desk.takes_live().await;
    let customer = desk.yingda.customer("o1");
    customer.says("租场地").await;
    assert!(customer.says("1").await.contains("顾问怎么打给您"));
    let file = desk.yingda.folder.path().join("responses").join(FILE);
    assert!(file.exists(), "it is written into the folder");
}

#[tokio::test]
async fn a_form_without_a_name_or_under_a_taken_id_is_told_at_its_field() {
    let desk = Desk::open().await;
    desk.writes("forms/hall.toml", "[[field]]\nid = \"phone\"\nlabel = \"电话\"\nask = \"电话？\"\n").await;
    desk.editor.get("/console/forms/new").await;
    let cases = [
        ([("name", ""), ("id", "")], "请填上。"),
        ([("name", "场地"), ("id", "hall")], "这个编号已经有了"),
        ([("name", "场地"), ("id", "new")], "这个编号已经有了"),
        ([("name", "场地"), ("id", "a b")], "编号只能用"),
    ];
    for (fields, told) in cases {
        let sent: Vec<_> = fields.into_iter().chain([("consent", "写了很久"), ("do", "save")]).collect();
        let refused = desk.editor.post("/console/forms/new", &sent).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        refused.shows(told);
        refused.shows("写了很久");
    }
    // Two of one name are told apart by their ids.
    for id in ["%E6%8A%A5%E5%90%8D", "%E6%8A%A5%E5%90%8D%2D2"] {
        let made =
            desk.editor.post("/console/forms/new", &[("name", "报名"), ("seen", ""), ("do", "save")]).await;
        assert_eq!(made.location(), format!("/console/forms/{id}"));
        desk.editor.get("/console/forms").await;
    }
}
