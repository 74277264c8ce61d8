//! 首页 leads from each rulebook task to the list of what it counts, and the list
//! to where each is put right.

use yingda::model::Role;

use super::publish::Desk;
use crate::support::browser::{Browser, value_of};
use crate::support::html::elements_of;
use crate::support::service::{Setup, Yingda};

#[tokio::test]
async fn warnings_and_expired_entries_lead_to_where_they_are_put_right() {
    let mut setup = Setup::default();
    setup.files.extend(
        [
            (
                "rules/vow.md",
                "+++\nid = \"vow\"\nname = \"发团\"\ntriggers = [\"发团\"]\n+++\n全国最好，随时发团。\n",
            ),
            ("courses.csv", "id,name,valid_until\nc01,旧课,2025-01-01\n"),
            (
                "rules/course.md",
                "+++\nid = \"course\"\nname = \"课\"\nkind = \"courses\"\ntriggers = [\"旧课\"]\n+++\n有：\n",
            ),
        ]
        .map(|(path, text)| (path.to_owned(), text.to_owned())),
    );
    let yingda = Yingda::start_with(setup).await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;

    let home = browser.get("/console").await;
    home.shows("href=\"/console/problems?kind=warning\"");
    home.shows("href=\"/console/problems?kind=expired\"");
    let warnings = browser.get("/console/problems?kind=warning").await;
    elements_of(&warnings);
    warnings.shows("href=\"/console/rules/vow\"");
    warnings.hides("class=\"button quiet\" href=\"/console/courses\"");
    let expired = browser.get("/console/problems?kind=expired").await;
    expired.shows("class=\"button quiet\" href=\"/console/courses/c01\"");
    expired.hides("/console/rules/vow");
    browser.get("/console/problems?kind=error").await.shows("没有这样的问题。");
}

#[tokio::test]
async fn what_keeps_the_folder_from_going_live_leads_to_its_list() {
    let mut desk = Desk::open().await;
    let path = desk.yingda.folder.path().join("responses/rules/price.md");
    std::fs::write(&path, "+++\nid = \"price\"\n").expect("writable");
    desk.writes(
        "rules/later.md",
        "+++\nid = \"later\"\nname = \"以后\"\ntriggers = [\"以后\"]\n+++\n以后再说。\n",
    )
    .await;
    desk.editor.get("/console/publish").await;
    desk.editor.post("/console/publish/now", &[]).await;
    desk.takes_live().await;

    desk.editor.get("/console").await.shows("href=\"/console/problems?kind=error\"");
    let errors = desk.editor.get("/console/problems?kind=error").await;
    elements_of(&errors);
    errors.shows("可以在这里改好再发布");
    let viewer = Browser::with_role(&desk.yingda, Role::Viewer).await;
    viewer.get("/console/problems?kind=error").await.hides("改好再发布");
    errors.shows("规则文件夹里的改动没有生效");
    errors.shows("rules/price.md");
    let address = "/console/files/text?path=rules%2Fprice%2Emd&#38;from=folder";
    errors.shows(&format!("href=\"{address}\""));

    // It is put right here, and the folder gets what was put right.
    let address = address.replace("&#38;", "&");
    let page = desk.editor.get(&address).await;
    elements_of(&page);
    page.shows("这是规则文件夹里的样子");
    let (seen, folder) = (value_of(&page.body, "seen"), value_of(&page.body, "folder"));
    let (seen, folder) = (seen.expect("a hash"), folder.expect("a hash"));
    let mended = "+++\nid = \"price\"\nname = \"费用\"\ntriggers = [\"多少钱\"]\n+++\n改好了。\n";
    let fields = [("text", mended), ("seen", &seen), ("folder", &folder), ("do", "save")];
    let saved = desk.editor.post(&address, &fields).await;
    assert_eq!(saved.location(), "/console/files/text?path=rules%2Fprice%2Emd", "{saved:?}");
    desk.editor.get("/console").await.shows("href=\"/console/problems?kind=error\"");
    desk.editor.get("/console/publish").await;
    desk.editor.post("/console/publish/now", &[]).await;
    desk.takes_live().await;

    assert_eq!(desk.yingda.customer("o1").says("多少钱").await, "改好了。");
    assert_eq!(std::fs::read_to_string(path).expect("readable"), mended);
    desk.editor.get("/console").await.hides("/console/problems?kind=error");
}

#[tokio::test]
async fn of_a_file_changed_in_the_folder_and_in_the_console_either_is_taken_with_both_in_sight() {
    for (deed, expected) in [("save", "文件夹里的。"), ("live", "控制台的。")] {
        let mut desk = Desk::open().await;
        let path = desk.yingda.folder.path().join("responses/rules/price.md");
        let written = "+++\nid = \"price\"\nname = \"费用\"\ntriggers = [\"多少钱\"]\n+++\n文件夹里的。\n";
        std::fs::write(&path, "+++\nid = \"price\"\n").expect("writable");
        desk.takes_live().await;
        desk.writes_price("控制台的。").await;
        desk.editor.get("/console/publish").await;
        desk.editor.post("/console/publish/now", &[]).await;
        std::fs::write(&path, written).expect("writable");
        desk.takes_live().await;
        desk.takes_live().await;

        let list = desk.editor.get("/console/problems?kind=error").await;
        list.shows("线上也改了它");
        let address = "/console/files/text?path=rules%2Fprice%2Emd&from=folder";
        list.shows(&format!("href=\"{}\"", address.replace('&', "&#38;")));
        let page = desk.editor.get(address).await;
        elements_of(&page);
        page.shows("规则文件夹和控制台都改了这个文件");
        page.shows("<del>控制台的。</del>");
        page.shows("<ins>文件夹里的。</ins>");
        let (seen, folder) = (value_of(&page.body, "seen"), value_of(&page.body, "folder"));
        let (seen, folder) = (seen.expect("a hash"), folder.expect("a hash"));
        let fields = [("text", written), ("seen", &seen), ("folder", &folder), ("do", deed)];
        assert_eq!(desk.editor.post(address, &fields).await.status.as_u16(), 303);
        // The press looks at the folder with the next version.
        desk.writes(
            "rules/next.md",
            &written.replace("price", "next").replace("多少钱", "下一个").replace("费用", "下面"),
        )
        .await;
        desk.editor.get("/console/publish").await;
        desk.editor.post("/console/publish/now", &[]).await;
        desk.takes_live().await;

        assert_eq!(desk.yingda.customer("o1").says("多少钱").await, expected, "{deed}");
        assert!(std::fs::read_to_string(&path).expect("readable").contains(expected), "{deed}");
        desk.editor.get("/console").await.hides("/console/problems?kind=error");
    }
}
