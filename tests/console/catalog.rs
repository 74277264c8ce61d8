//! Courses, contacts, articles, forms and settings: what staff see of them and
//! change, into their draft and nowhere else.

use axum::http::StatusCode;
use yingda::model::Role;

use crate::support::browser::{Browser, value_of};
use crate::support::html::elements_of;
use crate::support::service::{Setup, Yingda};

const COURSES: &str = "\u{feff}id,name,theme,days_min,days_max,audience,owner,valid_until\r\n\
    c01,重走红军路,党性教育,3,5,机关干部,教务,2026-11-30\r\n\
    c02,现场教学,党性教育,,,〔待填写：适合谁〕,,\r\n\
    c03,旧课,,2,2,,,2026-01-01\r\n";

const FORM: &str = "name = \"培训需求\"\n\n[[field]]\nid = \"unit\"  # 不要改\nlabel = \"单位\"\nask = \"单位名称？\"\nkind = \"unit\"\n\n\
    [[field]]\nid = \"phone\"\nlabel = \"电话\"\nask = \"电话多少？\"\nkind = \"phone\"\nrequired = true\n";

async fn yingda() -> Yingda {
    let mut setup = Setup::default();
    let more = [
        ("courses.csv", COURSES),
        (
            "rules/courses.md",
            "+++\nid = \"courses\"\nname = \"课程专题\"\ntriggers = [\"课程\"]\nkind = \"courses\"\n+++\n有这些课：\n",
        ),
        (
            "rules/stay.md",
            "+++\nid = \"stay\"\nname = \"住宿\"\ntriggers = [\"住宿\"]\n+++\n住在〔待填写：哪里〕。\n",
        ),
        (
            "rules/form.md",
            "+++\nid = \"leave\"\nname = \"留需求\"\ntriggers = [\"报名\"]\nkind = \"form\"\nform = \"enquiry\"\n+++\n",
        ),
        ("forms/enquiry.toml", FORM),
        (
            "articles/ztjy.md",
            "+++\ntitle = \"学习文章\"  # 标题\nsource = \"某刊\"\nstale_after = 2024-01-31\n+++\n正文。\n",
        ),
    ];
    setup.files.extend(more.map(|(path, text)| (path.to_owned(), text.to_owned())));
    Yingda::start_with(setup).await
}

/// Every field of the page as it would be sent, some of them changed.
async fn send(browser: &Browser, address: &str, changed: &[(&str, &str)]) -> crate::support::browser::Page {
    let page = browser.get(address).await;
    assert_eq!(page.status, StatusCode::OK, "{address}: {page:?}");
    let seen = value_of(&page.body, "seen").expect("the form says what it has seen");
    let mut fields = vec![("seen", seen.as_str()), ("do", "save")];
    fields.retain(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    fields.extend(changed);
    let action =
        page.body.split("<form class=\"stack panel\" method=\"post\" action=\"").nth(1).expect("a form");
    let action = action.split('"').next().expect("its address");
    browser.post(action, &fields).await
}

#[tokio::test]
async fn lists_show_who_uses_what_and_what_has_expired() {
    let yingda = yingda().await;
    let browser = Browser::with_role(&yingda, Role::Viewer).await;

    let courses = browser.get("/console/courses").await;
    courses.shows("1 条规则：课程专题");
    courses.shows("快到期：2026-11-30");
    courses.shows("2026-01-01 已到期");
    courses.shows("待填写");
    courses.hides("/console/courses/new");
    browser.get("/console/contacts").await.shows("1 条规则：人工");
    browser.get("/console/articles").await.shows("已过时");
    browser.get("/console/courses?q=红军").await.hides("旧课");
    browser.get("/console/courses?q=没有这门").await.shows("清除筛选");
    browser.get("/console/forms").await.shows("单位 → 电话");
}

#[tokio::test]
async fn a_course_is_changed_in_the_draft_and_nothing_else_of_the_file() {
    let yingda = yingda().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    browser.get("/console/courses/c01").await.shows("重走红军路（3-5天）");

    let looked = send(
        &browser,
        "/console/courses/c01",
        &[("name", "重走红军路"), ("days_min", "4"), ("days_max", "4"), ("do", "look")],
    )
    .await;
    looked.shows("重走红军路（4天）");
    browser.get("/console/courses/c01").await.shows("value=\"3\"");
    let saved =
        send(&browser, "/console/courses/c01", &[("name", "重走红军路"), ("days_max", "6"), ("theme", "")])
            .await;

    assert_eq!(saved.location(), "/console/courses/c01", "{saved:?}");
    browser.get("/console/courses/c01").await.shows("已存入草稿");
    let live = yingda.app.store.load_version_files(1).await.expect("the version");
    assert!(
        live.iter().any(|(path, bytes)| path == "courses.csv" && bytes[..] == *COURSES.as_bytes()),
        "live is as it was"
    );
    let other = Browser::admin(&yingda).await;
    other.get("/console/courses/c01").await.shows("也在草稿里改过 courses.csv");
    other.get("/console/courses/c01").await.shows("value=\"5\"");
}

#[tokio::test]
async fn what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost() {
    let yingda = yingda().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;

    let answer = send(
        &browser,
        "/console/courses/c01",
        &[
            ("name", ""),
            ("days_min", "三天"),
            ("days_max", "5"),
            ("link", "www.example.org"),
            ("points", "要点甲"),
        ],
    )
    .await;

    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    for text in ["请填上。", "请只写数字", "以 https:// 开头", "value=\"三天\"", "要点甲"] {
        answer.shows(text);
    }
    let backwards =
        send(&browser, "/console/courses/c01", &[("name", "课"), ("days_min", "5"), ("days_max", "3")]).await;
    backwards.shows("请对调");
}

#[tokio::test]
async fn an_empty_field_leaves_no_trace_on_the_card() {
    let yingda = yingda().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;

    let with = send(
        &browser,
        "/console/courses/c01",
        &[("name", "甲"), ("price_text", "以报价单为准"), ("do", "look")],
    )
    .await;
    let without =
        send(&browser, "/console/courses/c01", &[("name", "甲"), ("price_text", ""), ("do", "look")]).await;

    with.shows("费用：以报价单为准");
    without.hides("费用：");
    browser.get("/console/courses/c02").await.shows("现在不会发出");
}

#[tokio::test]
async fn two_windows_do_not_overwrite_each_other() {
    let yingda = yingda().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    let page = browser.get("/console/courses/c01").await;
    let seen = value_of(&page.body, "seen").expect("a hash");
    send(&browser, "/console/courses/c01", &[("name", "先存的名字")]).await;
    send(&browser, "/console/courses/c02", &[("name", "别的课")]).await;

    let clash = browser
        .post("/console/courses/c01", &[("seen", &seen), ("do", "save"), ("name", "后存的名字")])
        .await;

    assert_eq!(clash.status, StatusCode::UNPROCESSABLE_ENTITY);
    clash.shows("您打开之后，编辑 2026-11-23 10:00 改过这一条。");
    clash.shows("先存的名字");
    clash.shows("后存的名字");
    elements_of(&clash);
    let seen = value_of(&clash.body, "seen").expect("what it holds now");
    let mine = browser
        .post("/console/courses/c01", &[("seen", &seen), ("do", "save"), ("name", "后存的名字")])
        .await;
    assert_eq!(mine.location(), "/console/courses/c01");
    browser.get("/console/courses").await.shows("别的课");
}

#[tokio::test]
async fn deleting_says_which_rules_use_it() {
    let yingda = yingda().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;

    let asked = browser.get("/console/courses/c01/remove").await;
    asked.shows("课程专题");
    let removed = browser.post("/console/courses/c01/remove", &[]).await;

    assert_eq!(removed.location(), "/console/courses");
    browser.get("/console/courses").await.hides("重走红军路");
    assert_eq!(browser.get("/console/courses/c01").await.status, StatusCode::NOT_FOUND);
    browser.post("/console/articles/ztjy/remove", &[]).await;
    browser.get("/console/articles").await.hides("学习文章");
}

#[tokio::test]
async fn contacts_and_articles_are_made_and_changed() {
    let yingda = yingda().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;

    let refused = send(&browser, "/console/contacts/new", &[("name", "顾问")]).await;
    refused.shows("已经有这个名字");
    refused.shows("请至少写上电话或微信号");
    let made = send(
        &browser,
        "/console/contacts/new",
        &[("name", "同事甲"), ("phone", "0796-1"), ("open_mon_fri", "09:00-12:00\r\n14:00-17:00")],
    )
    .await;
    browser.get(made.location()).await.shows("接听时间：周一至周五");
    send(&browser, "/console/contacts/%E9%A1%BE%E9%97%AE", &[("name", "顾问"), ("phone", "0796-2")]).await;
    browser.get("/console/contacts").await.shows("0796-2");

    let made =
        send(&browser, "/console/articles/new", &[("id", "news1"), ("title", "新文章"), ("body", "第一段")])
            .await;
    assert_eq!(made.location(), "/console/articles/news1", "{made:?}");
    browser.get("/console/articles/news1").await.shows("新文章");
    send(&browser, "/console/articles/new", &[("id", "a/../b"), ("title", "新")]).await.shows("编号只能用");
    send(&browser, "/console/articles/new", &[("id", "ztjy"), ("title", "新")]).await.shows("已经有这个编号");
    send(&browser, "/console/articles/ztjy", &[("title", "改了标题"), ("stale_after", "2024-01-31")]).await;
    browser.get("/console/articles/ztjy").await.shows("改了标题");
}

#[tokio::test]
async fn hours_know_breaks_holidays_and_workdays_and_show_the_days_to_come() {
    let yingda = yingda().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    browser.get("/console/settings").await.shows("没填：回复里不提时间。");
    let hours = [
        ("mon_fri", "08:30-12:00\r\n14:00-17:30"),
        ("closed", "2026-11-24..2026-11-25"),
        ("extra", "2026-11-28 09:00-11:00"),
    ];

    let saved = send(&browser, "/console/settings/hours", &hours).await;

    assert_eq!(saved.location(), "/console/settings/hours", "{saved:?}");
    let page = browser.get("/console/settings/hours").await;
    page.shows("现在是工作时间，到 11-23 12:00。");
    page.shows("11-24 周二</td><td data-label=\"时间\">休息");
    page.shows("11-28 周六</td><td data-label=\"时间\">09:00-11:00");
    page.shows("11-30 周一</td><td data-label=\"时间\">08:30-12:00 14:00-17:30");
    let wrong = send(&browser, "/console/settings/hours", &[("mon_fri", "9点到5点"), ("do", "look")]).await;
    wrong.shows("「9点到5点」不是一段时间。");
}

#[tokio::test]
async fn days_off_are_read_as_people_write_them_or_refused_before_they_are_kept() {
    let yingda = yingda().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    let hours = [
        ("mon_fri", "08:30-12:00"),
        ("closed", "11月24日-25日\r\n2027-10-01 至 2027-10-07"),
        ("extra", "11.28 09:00-11:00"),
    ];

    let saved = send(&browser, "/console/settings/hours", &hours).await;

    assert_eq!(saved.location(), "/console/settings/hours", "{saved:?}");
    let page = browser.get("/console/settings/hours").await;
    page.shows("2026-11-24..2026-11-25\n2027-10-01..2027-10-07");
    page.shows("11-25 周三</td><td data-label=\"时间\">休息");
    page.shows("11-28 周六</td><td data-label=\"时间\">09:00-11:00");
    for (key, written) in [("closed", "国庆"), ("extra", "周六 09:00-11:00")] {
        let refused = send(&browser, "/console/settings/hours", &[(key, written)]).await;
        refused.shows("有一行看不懂");
        refused.shows(written);
        browser.get("/console/settings/hours").await.hides(written);
    }
}

#[tokio::test]
async fn what_is_new_says_what_it_is() {
    let yingda = yingda().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    let cases =
        [("courses", "新课程"), ("contacts", "新联系人"), ("articles", "新文章"), ("forms", "新表单")];
    for (page, title) in cases {
        let page = browser.get(&format!("/console/{page}/new")).await;
        page.shows(&format!("<h1>{title}</h1>"));
    }
}

#[tokio::test]
async fn what_the_bot_says_by_itself_is_reworded_and_goes_back_to_the_usual() {
    let yingda = yingda().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    browser.get("/console/settings/fallback").await.shows("不写时说：我没听懂。");

    send(&browser, "/console/settings/fallback", &[("not_understood_first", "请再说一遍。")]).await;
    browser.get("/console/settings/fallback").await.shows("请再说一遍。");
    send(&browser, "/console/settings/fallback", &[("not_understood_first", "")]).await;

    browser.get("/console/settings/fallback").await.hides("请再说一遍。");
    for part in ["centre", "talk", "facts", "human", "form", "words", "elsewhere", "privacy"] {
        let page = browser.get(&format!("/console/settings/{part}")).await;
        assert_eq!(page.status, StatusCode::OK, "{part}");
        assert!(page.body.len() < 40 * 1024, "{part}: {} bytes", page.body.len());
        elements_of(&page);
    }
    assert_eq!(browser.get("/console/settings/nothing").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn steps_of_a_form_are_reworded_moved_added_and_deleted() {
    let yingda = yingda().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;

    send(
        &browser,
        "/console/forms/enquiry/steps/unit",
        &[("label", "单位"), ("ask", "您是哪个单位？"), ("kind", "unit")],
    )
    .await;
    browser.post("/console/forms/enquiry/steps/unit/move", &[("do", "down")]).await;
    let added = send(&browser, "/console/forms/enquiry/steps", &[("label", "天数"), ("ask", "几天？")]).await;

    assert_eq!(added.location(), "/console/forms/enquiry", "{added:?}");
    let form = browser.get("/console/forms/enquiry").await;
    form.shows("您是哪个单位？");
    form.shows("被 1 条规则使用");
    let forms = browser.get("/console/forms").await;
    forms.shows("电话 → 单位 → 天数");
    browser.get("/console/forms/enquiry/steps/step3/remove").await.shows("删除「天数」这一步？");
    browser.post("/console/forms/enquiry/steps/step3/remove", &[]).await;
    browser.get("/console/forms").await.hides("天数");
    send(
        &browser,
        "/console/forms/enquiry/words",
        &[("name", "培训需求"), ("said_done", ""), ("done", "收到，{{number}}。")],
    )
    .await;
    browser.get("/console/forms/enquiry").await.shows("收到，{{number}}。");
}

#[tokio::test]
async fn everything_that_waits_to_be_filled_in_is_listed_with_its_place() {
    let yingda = yingda().await;
    let browser = Browser::with_role(&yingda, Role::Viewer).await;
    let editor = Browser::with_role(&yingda, Role::Editor).await;

    let todo = browser.get("/console/todo").await;

    let course = "<a href=\"/console/courses/c02\">现场教学</a>";
    editor.get("/console/todo").await.shows(course);

    todo.shows("2 个地方共有 2 处");
    todo.shows("<a href=\"/console/rules/stay\">住宿</a>");
    todo.shows("<a href=\"/console/courses\">现场教学</a>");
    todo.shows("〔待填写：哪里〕");
}

#[tokio::test]
async fn a_file_with_a_mistake_is_told_and_left_alone() {
    let yingda = yingda().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    let broken = "[[contact]]\nname ＝ “甲”\n";
    std::fs::write(yingda.folder.path().join("responses/contacts.toml"), broken).expect("writable");
    // It never goes live, so no page meets it; a draft that holds it would.
    browser.get("/console/contacts").await.shows("顾问");
}
