//! 导入导出 as a browser does it: a file, its columns, every mistake under the
//! name of its cell, then the draft; and tables out.

use std::io::Cursor;

use axum::http::StatusCode;
use calamine::{Reader as _, Xlsx};
use yingda::model::Role;
use yingda::spreadsheet::{Cell, Sheet, write};

use crate::support::browser::{Browser, PASSWORD};
use crate::support::html::elements_of;
use crate::support::service::Yingda;

fn xlsx(rows: &[&[&str]]) -> Vec<u8> {
    let cells = |row: &&[&str]| row.iter().map(|text| Cell::from(*text)).collect();
    let (head, body) = rows.split_first().expect("a head");
    let headings = head.iter().map(|text| (*text).to_owned()).collect();
    write(&[Sheet { name: "表".to_owned(), headings, rows: body.iter().map(cells).collect() }])
        .expect("a file")
}

fn table_of(body: &str) -> String {
    let (_, after) = body.split_once("name=\"table\"").expect("it travels in the page");
    let (_, text) = after.split_once(">\n").expect("a text");
    let text = text.split("</textarea>").next().expect("its end");
    text.replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&")
}

#[tokio::test]
async fn a_table_becomes_courses_column_by_column() {
    let yingda = Yingda::start().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    browser.get("/console/import?as=courses").await.shows("导入成什么");
    let table = xlsx(&[&["课名", "说明", "天数"], &["甲<b>", "要点一", "3"], &["乙", "", "三天"]]);

    let read = browser.upload("/console/import/table", &[("as", "courses")], Some(("表.xlsx", &table))).await;

    assert_eq!(read.status, StatusCode::OK);
    elements_of(&read);
    read.shows("C3：天数要填数字，例如 3 或 3-5，现在是「三天」。");
    read.shows("新增 1，修改 0，不变 0；有 1 处要改。");
    let carried = table_of(&read.body);
    let fields = [
        ("as", "courses"),
        ("table", &carried),
        ("column", "name"),
        ("column", "audience"),
        ("column", "days"),
    ];
    let checked =
        browser.upload("/console/import/table", &[&fields[..], &[("do", "check")]].concat(), None).await;
    checked.shows("新增 1");
    let saved =
        browser.upload("/console/import/table", &[&fields[..], &[("do", "save")]].concat(), None).await;

    assert_eq!(saved.location(), "/console/import", "{saved:?}");
    browser.get("/console/import").await.shows("已存入草稿");
    let courses = browser.get("/console/courses").await;
    courses.shows("甲&#60;b&#62;");
    courses.hides("乙");
    browser.get("/console/courses/c01").await.shows("value=\"要点一\"");
}

#[tokio::test]
async fn a_table_whose_columns_nobody_knows_asks_which_is_which() {
    let yingda = Yingda::start().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    browser.get("/console/import").await;

    let read = browser
        .upload(
            "/console/import/table",
            &[("as", "rules")],
            Some(("a.csv", "一,二\n停车,有停车场\n".as_bytes())),
        )
        .await;
    read.shows("没有一列是「回复」");
    let table = table_of(&read.body);
    let fields = [("as", "rules"), ("table", &table), ("column", "contains"), ("column", "contains")];
    browser.upload("/console/import/table", &fields, None).await.shows("B 列和前面的列选了同一项");
    let fields =
        [("as", "rules"), ("table", &table), ("column", "contains"), ("column", "reply"), ("do", "save")];
    let saved = browser.upload("/console/import/table", &fields, None).await;

    assert_eq!(saved.location(), "/console/import", "{saved:?}");
}

#[tokio::test]
async fn wechats_own_replies_are_read_and_what_is_left_out_is_listed() {
    let yingda = Yingda::start().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    browser.get("/console/import").await;
    let told = r#"{"add_friend_autoreply_info":{"type":"text","content":"欢迎"},"keyword_autoreply_info":{"list":[
        {"rule_name":"停车","reply_mode":"reply_all","keyword_list_info":[{"match_mode":"equal","content":"停车"}],
         "reply_list_info":[{"type":"text","content":"有停车场"},{"type":"img","content":"X"}]}]}}"#;

    let read =
        browser.upload("/console/import/table", &[("as", "rules")], Some(("a.json", told.as_bytes()))).await;

    read.shows("规则「停车」的一条回复没有导入：图片");
    read.shows("规则「欢迎」已经管这件事");
    let table = table_of(&read.body);
    let saved = browser
        .upload("/console/import/table", &[("as", "rules"), ("table", &table), ("do", "save")], None)
        .await;
    assert_eq!(saved.location(), "/console/import", "{saved:?}");
}

#[tokio::test]
async fn what_is_no_table_is_refused_with_the_way_out() {
    let yingda = Yingda::start().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    browser.get("/console/import").await;
    let upload = async |file: Option<(&str, &[u8])>| {
        browser.upload("/console/import/table", &[("as", "courses")], file).await
    };

    upload(None).await.shows("请选一个文件");
    upload(Some(("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1"))).await.shows("另存为 .xlsx");
    upload(Some(("a.xlsx", b"PK\x03\x04nothing"))).await.shows("这个文件不是表格，或者坏了");
    upload(Some(("a.xlsx", b"\xb0\xa1\x02\x03junk"))).await.shows("这个文件不是表格，或者坏了");
    upload(Some(("a.csv", b"\xb0\xa1\x02\x03junk"))).await.shows("另存为 .xlsx 再选一次");
    let large = vec![b'a'; (8 << 20) + 1];
    upload(Some(("a.csv", &large))).await.shows("最多 8 MB");
    let huge = vec![b'a'; 33 << 20];
    assert_eq!(upload(Some(("a.csv", &huge))).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let viewer = Browser::with_role(&yingda, Role::Viewer).await;
    viewer.get("/console/import").await;
    let refused = viewer.upload("/console/import/table", &[("as", "courses")], None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_windows_that_save_at_once_each_saves_or_is_shown_what_is_there_now() {
    let yingda = Yingda::start().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    browser.get("/console/import").await;
    let save = async |number: usize| {
        let table = format!("id,name,contains,reply\np{number},停车{number},停车{number},有停车场。\n");
        let fields = [("as", "rules"), ("table", table.as_str()), ("do", "save")];
        browser.upload("/console/import/table", &fields, None).await
    };

    for answer in futures_util::future::join_all((0..8).map(save)).await {
        match answer.status {
            StatusCode::SEE_OTHER => assert_eq!(answer.location(), "/console/import"),
            StatusCode::UNPROCESSABLE_ENTITY => {
                answer.shows("刚被改过。下面已按现在的内容重新核对");
                answer.shows("有停车场。");
            }
            other => panic!("{other}: {answer:?}"),
        }
    }
}

#[tokio::test]
async fn a_refusal_is_english_in_an_english_console() {
    let yingda = Yingda::start().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await.with_header("accept-language", "en");
    browser.get("/console/import").await;
    let upload = async |file: (&str, &[u8])| {
        browser.upload("/console/import/table", &[("as", "rules")], Some(file)).await
    };

    upload(("a.xlsx", b"junk")).await.shows("This file is no table, or it is broken");
    let asked = upload(("a.csv", "一,二\n停车,有停车场\n".as_bytes())).await;
    asked.shows("No column is “回复”. Choose below which column it is.");
    asked.hides("没有一列");
}

#[tokio::test]
async fn what_is_wrong_with_a_cell_is_english_in_an_english_console() {
    let yingda = Yingda::start().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await.with_header("accept-language", "en");
    browser.get("/console/import").await;
    let upload = async |target: &str, rows: &[&[&str]]| {
        browser.upload("/console/import/table", &[("as", target)], Some(("a.xlsx", &xlsx(rows)))).await
    };

    let courses = [
        &["课名", "天数", "最少人数", "网页", "有效期至", "最多人数"][..],
        &["甲", "三天", "几个", "a.cn", "明年", "2"],
        &["乙", "3", "5", "b.cn", "", "2"],
        &["", "3", "#REF!", "", ""],
    ];
    let read = upload("courses", &courses).await;
    elements_of(&read);
    for told in [
        "B2 (天数): Has to be a number, such as 3 or 3-5; it is “三天”.",
        "C2 (最少人数): Has to be a number; it is “几个”.",
        "D2 (网页): Has to be a whole address",
        "E2 (有效期至): Has to be a date",
        "D3 (网页): Has to be a whole address",
        "F3 (最多人数): 2 is less than the least, 5.",
        "A4 (课名): Empty. Please fill it in.",
        "C4 (最少人数): “#REF!” is a failed formula.",
    ] {
        read.shows(told);
    }
    read.hides("现在是");
    let contacts = [
        &["名字", "电话", "默认"][..],
        &["王", "1.38E+10", "也许"],
        &["李", "", ""],
        &["张", "0796-6559899", "是"],
        &["赵", "0796-6559800", "是"],
    ];
    let read = upload("contacts", &contacts).await;
    for told in [
        "B2 (电话): Has to be a telephone number",
        "C2 (默认): Has to be 是 (yes) or empty",
        "B3 (电话): Empty. A telephone number or a WeChat id is needed.",
        "C5 (默认): Row 4 is the default contact already",
    ] {
        read.shows(told);
    }
}

#[tokio::test]
async fn contacts_come_out_are_changed_in_a_spreadsheet_and_come_in() {
    let yingda = Yingda::start().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    browser.get("/console/contacts").await.shows("/console/import?as=contacts");
    let table = xlsx(&[
        &["姓名", "职务", "手机", "微信", "默认"],
        &["培训顾问", "培训咨询", "0796-6559898", "jgspxpy", "是"],
        &["王老师", "教务", "1.38E+10", "", ""],
        &["李老师", "住宿", "", "", ""],
        &["张老师", "财务", "0796-6559899", "", "是"],
        &["赵老师", "接站", "0796-6559800", "", ""],
    ]);

    browser.get("/console/import?as=contacts").await;
    let read =
        browser.upload("/console/import/table", &[("as", "contacts")], Some(("联系人.xlsx", &table))).await;

    read.shows("C3：电话要填电话号码");
    read.shows("C4：电话是空的：电话和微信号至少填一个。");
    read.shows("E5：默认第 2 行已经是默认联系人，只能有一位。");
    let carried = table_of(&read.body);
    let mut fields = vec![("as", "contacts"), ("table", carried.as_str()), ("do", "save")];
    fields.extend(["name", "role", "phone", "wechat", "default"].map(|key| ("column", key)));
    let saved = browser.upload("/console/import/table", &fields, None).await;
    assert_eq!(saved.location(), "/console/import", "{saved:?}");
    let contacts = browser.get("/console/contacts").await;
    contacts.shows("赵老师");
    contacts.hides("李老师");
}

#[tokio::test]
async fn tables_come_out_as_files_that_a_spreadsheet_opens() {
    let yingda = Yingda::start().await;
    let browser = Browser::with_role(&yingda, Role::Viewer).await;

    for (what, sheet, cell) in
        [("rules", "规则", "费用"), ("courses", "课程", "课名"), ("contacts", "联系人", "0796-6559898")]
    {
        let (head, bytes) = browser.download(&format!("/console/import/{what}/export")).await;
        assert_eq!(head["content-disposition"], format!("attachment; filename=\"{what}.xlsx\""));
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
        let range = book.worksheet_range(sheet).expect("the sheet");
        assert!(range.used_cells().any(|(_, _, found)| *found == cell), "{what}: {range:?}");
    }
    assert_eq!(browser.get("/console/import/settings/export").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_file_is_taken_with_the_token_in_its_form_and_never_in_an_address() {
    let yingda = Yingda::start().await;
    let browser = Browser::with_role(&yingda, Role::Editor).await;
    let page = browser.get("/console/import").await;
    page.hides("_token=");
    let file = ("a.csv", "课名\n甲\n".as_bytes());

    browser.upload("/console/import/table", &[("as", "courses")], Some(file)).await.shows("甲");
    let elsewhere = browser.upload("/console/misses/ignore", &[("as", "courses")], Some(file)).await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN, "only one page takes files");
    // What any of their pages shows is theirs; another member's is not.
    let other = Browser::stranger(&yingda.app.routes);
    other.log_in("编辑", PASSWORD).await;
    other.get("/console/import").await;
    browser.borrow_token(&other);
    let stale = browser.upload("/console/import/table", &[("as", "courses")], Some(file)).await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    stale.hides("甲");
}
