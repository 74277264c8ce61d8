//! Tables and WeChat's own keyword replies become files of the rulebook, and
//! tables come out that are read again.

use std::io::{Cursor, Write as _};

use proptest::prelude::*;
use yingda::rulebook::import::{ChangeKind, Grid, ImportError, Imported, Mapping, Target, import};
use yingda::rulebook::{Files, Surroundings, check, export};
use yingda::spreadsheet::{Cell, Sheet, write};
use zip::write::SimpleFileOptions;

fn files(pairs: &[(&str, &str)]) -> Files {
    let mut files = Files::default();
    for (path, text) in pairs {
        files.insert(path, text.as_bytes());
    }
    files
}

fn xlsx(rows: &[&[&str]]) -> Vec<u8> {
    let cells = |row: &&[&str]| row.iter().map(|text| Cell::from(*text)).collect();
    let (head, body) = rows.split_first().expect("a head");
    let headings = head.iter().map(|text| (*text).to_owned()).collect();
    write(&[Sheet { name: "表".to_owned(), headings, rows: body.iter().map(cells).collect() }])
        .expect("a file")
}

fn text_of<'i>(imported: &'i Imported, path: &str) -> &'i str {
    let (_, bytes) = imported.files.iter().find(|(found, _)| found == path).expect("the file is written");
    std::str::from_utf8(bytes).expect("UTF-8")
}

fn problems_of(imported: &Imported) -> Vec<String> {
    imported.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_table_of_courses_is_read_with_every_mistake_under_the_name_of_its_cell() {
    let table = xlsx(&[
        &["课程名称", "天数", "人数", "费用", "网址"],
        &["重走红军路", "3-5天", "30人以上", "以报价单为准", ""],
        &["现场教学", "三天", "", "", "www.example.org"],
        &["", "2", "", "", ""],
    ]);

    let imported = import(&table, Target::Courses, None, &Files::default()).expect("a table");

    let written = text_of(&imported, "courses.csv");
    assert!(written.starts_with("\u{feff}id,name,theme,"), "{written}");
    assert!(written.contains("c01,重走红军路,,3,5,30,,,以报价单为准"), "{written}");
    assert_eq!(imported.rows.len(), 1, "rows with mistakes are left out");
    insta::assert_snapshot!(problems_of(&imported).join("\n"), @r"
    B3：天数要填数字，例如 3 或 3-5，现在是「三天」。
    E3：网页要写完整的网址，以 https:// 开头，现在是「www.example.org」。
    A4：课名是空的，请填上。
    ");
}

#[test]
fn a_table_that_is_imported_again_changes_only_what_is_different() {
    let before = files(&[("courses.csv", "id,name,theme,days_min\nc01,甲,党性,3\nc07,乙,,\n")]);
    let table = xlsx(&[&["课名", "最少天数"], &["乙", "2"], &["甲", "3"], &["丙", ""]]);

    let imported = import(&table, Target::Courses, None, &before).expect("a table");

    assert_eq!(
        text_of(&imported, "courses.csv"),
        "id,name,theme,days_min\nc01,甲,党性,3\nc07,乙,,2\nc02,丙,,\n"
    );
    let kinds: Vec<_> = imported.rows.iter().map(|row| &row.kind).collect();
    assert_eq!(
        kinds,
        [
            &ChangeKind::Changed(vec![("days_min", String::new(), "2".to_owned())]),
            &ChangeKind::Same,
            &ChangeKind::Added
        ]
    );
}

#[test]
fn questions_and_answers_become_rules_that_pass_the_check() {
    let rows =
        "问题,关键词,答案\n能带家属吗,家属、亲属,\"请问顾问，\n费用另算。\"\n,停车,有停车场。\n怎么退费,,\n";
    let (gbk, _, _) = encoding_rs::GB18030.encode(rows);

    let imported = import(&gbk, Target::Rules, None, &Files::default()).expect("a table");

    let written = text_of(&imported, "rules/imported.csv");
    assert!(
        written.contains("r001,能带家属吗,家属；亲属,,,,,能带家属吗,\"请问顾问，\n费用另算。\""),
        "{written}"
    );
    assert!(written.contains("r002,停车,停车,"), "{written}");
    assert_eq!(problems_of(&imported), ["C4：回复是空的，请填上。"]);
    let mut files = Files::default();
    for (path, bytes) in &imported.files {
        files.insert(path, bytes.clone());
    }
    let checked = check(&files, &Surroundings::on("2026-11-23".parse().expect("a date")));
    assert_eq!(checked.errors(), 0, "{:?}", checked.problems);
    assert_eq!(checked.rulebook.expect("a rulebook").rules.len(), 2);
}

#[test]
fn a_column_may_be_chosen_and_an_id_that_is_taken_is_told() {
    let before = files(&[(
        "rules/price.md",
        "+++\nid = \"price\"\nname = \"费用\"\ntriggers = [\"费用\"]\n+++\n请问顾问。\n",
    )]);
    let table = "甲,乙,丙\nprice,多少钱,看人数\nstay,住哪,住这里\n".as_bytes();
    let mapping = Mapping::chosen(Target::Rules, ["id", "contains", "reply"].into_iter());

    assert!(matches!(
        import(table, Target::Rules, None, &before),
        Err(ImportError::NoColumn { column: "回复", .. })
    ));
    let imported = import(table, Target::Rules, Some(&mapping), &before).expect("a table");

    assert_eq!(imported.rows.len(), 1);
    assert_eq!(
        imported.left_out,
        ["第 2 行「多少钱」没有导入：编号 price 已经在 rules/price.md 里用了，请换个编号。"]
    );
}

#[test]
fn contacts_are_known_by_name_and_keep_what_a_table_does_not_say() {
    let before = files(&[(
        "contacts.toml",
        "# 顾问\n[[contact]]\nname = \"甲\"  # 组长\nphone = \"0796-1\"\ndefault = true\n\n[contact.hours]\nmon_fri = [\"08:30-12:00\"]\n",
    )]);
    let table = xlsx(&[
        &["名字", "职责", "微信号", "接听时间", "默认"],
        &["甲", "咨询", "", "周末也在", ""],
        &["乙", "", "jgspxpy", "", "是"],
        &["乙", "", "other", "", ""],
    ]);

    let imported = import(&table, Target::Contacts, None, &before).expect("a table");

    assert_eq!(
        text_of(&imported, "contacts.toml"),
        "# 顾问\n[[contact]]\nname = \"甲\"  # 组长\nphone = \"0796-1\"\nrole = \"咨询\"\n\n[contact.hours]\nmon_fri = [\"08:30-12:00\"]\n\n[[contact]]\nname = \"乙\"\nwechat = \"jgspxpy\"\ndefault = true\n"
    );
    assert_eq!(problems_of(&imported), [""; 0]);
    insta::assert_snapshot!(imported.left_out.join("\n"), @r"
    「甲」的接听时间是按星期填的，没有改。要改请在「联系人」里改。
    第 4 行和前面的一行都叫「乙」，没有再读。请给其中一位换个名字。
    ");
}

#[test]
fn exported_contacts_are_the_same_when_they_come_in_again() {
    let text = std::fs::read_to_string("responses/contacts.toml").expect("the shipped contacts");
    let before = files(&[("contacts.toml", &text)]);
    let export::Table { headings, rows, .. } = export::contacts_table(&before);
    let rows = rows.into_iter().map(|row| row.into_iter().map(Cell::from).collect()).collect();
    let headings = headings.into_iter().map(str::to_owned).collect();
    let table = write(&[Sheet { name: "联系人".to_owned(), headings, rows }]).expect("a file");

    let imported = import(&table, Target::Contacts, None, &before).expect("a table");

    assert!(imported.rows.iter().all(|row| row.kind == ChangeKind::Same), "{:?}", imported.rows);
    assert!(!imported.rows.is_empty() && imported.files.is_empty());
}

const TENCENT: &str = r#"{"is_add_friend_reply_open":1,"is_autoreply_open":1,
 "add_friend_autoreply_info":{"type":"text","content":"欢迎关注"},
 "message_default_autoreply_info":{"type":"img","content":"MEDIA"},
 "keyword_autoreply_info":{"list":[
  {"rule_name":"上课时间","create_time":1760000000,"reply_mode":"random_one",
   "keyword_list_info":[{"type":"text","match_mode":"contain","content":"几点"},{"type":"text","match_mode":"equal","content":"上课时间"}],
   "reply_list_info":[{"type":"text","content":"请问<a href=\"https://example.org\">顾问</a>"},{"type":"text","content":"以通知为准"}]},
  {"rule_name":"图文","reply_mode":"reply_all",
   "keyword_list_info":[{"type":"text","match_mode":"contain","content":"介绍"}],
   "reply_list_info":[{"type":"news","news_info":{"list":[{"title":"中心[简介]","content_url":"https://mp.weixin.qq.com/s/x"}]}},
     {"type":"voice","content":"MEDIA2"},{"type":"text","content":"还可以打电话"}]},
  {"rule_name":"只有图","reply_mode":"reply_all",
   "keyword_list_info":[{"type":"text","match_mode":"contain","content":"照片"}],
   "reply_list_info":[{"type":"img","content":"MEDIA3"}]}]}}"#;

#[test]
fn wechats_own_keyword_replies_are_taken_over_and_the_rest_is_listed() {
    let imported = import(TENCENT.as_bytes(), Target::Rules, None, &Files::default()).expect("auto replies");

    let written = text_of(&imported, "rules/wechat.csv");
    assert!(
        written
            .contains("r001,上课时间,几点,上课时间,,,,,\"请问[顾问](https://example.org)\n---\n以通知为准\""),
        "{written}"
    );
    assert!(written.contains("\"[中心 简介](https://mp.weixin.qq.com/s/x)\n还可以打电话\""), "{written}");
    assert!(text_of(&imported, "rules/events/wechat-welcome.md").ends_with("+++\n欢迎关注\n"));
    insta::assert_snapshot!(imported.left_out.join("\n"), @r"
    规则「图文」的一条回复没有导入：语音（临时素材，3 天后失效，请存下来重新上传）
    规则「只有图」的一条回复没有导入：图片（临时素材，3 天后失效，请存下来重新上传）
    规则「只有图」没有导入：没有能用的关键词或文字回复。
    收到消息时的自动回复没有导入：没听懂时说什么写在设置里。原文：图片（临时素材，3 天后失效，请存下来重新上传）
    ");
    let again = {
        let mut files = Files::default();
        imported.files.iter().for_each(|(path, bytes)| files.insert(path, bytes.clone()));
        import(TENCENT.as_bytes(), Target::Rules, None, &files).expect("auto replies")
    };
    assert!(again.rows.iter().all(|row| row.kind == ChangeKind::Same), "{:?}", again.rows);
}

#[test]
fn a_welcome_that_a_rule_gives_already_is_told_instead() {
    let before = files(&[(
        "rules/welcome.md",
        "+++\nid = \"w\"\nname = \"欢迎\"\non = [\"subscribe\"]\n+++\n您好。\n",
    )]);

    let imported = import(TENCENT.as_bytes(), Target::Rules, None, &before).expect("auto replies");

    assert!(
        imported.left_out.iter().any(|line| line.contains("规则「欢迎」已经管这件事")),
        "{:?}",
        imported.left_out
    );
    assert!(import(b"{\"errcode\":40001}", Target::Rules, None, &before).is_err());
    assert!(import(b"{\"keyword", Target::Rules, None, &before).is_err());
}

#[test]
fn what_is_exported_is_imported_as_it_was_and_holds_no_formula() {
    let before = files(&[
        (
            "courses.csv",
            "id,name,days_min,days_max,audience,valid_until\nc01,\"=1+1\",3,5,\"甲\n乙\",2026-12-31\n",
        ),
        (
            "rules/a.csv",
            "id,name,contains,equals,questions,reply\nq1,问,费用；多少钱,价格,一个人多少钱,\"看人数。\n请问顾问\"\n",
        ),
    ]);
    let sheet_of = |table: export::Table| Sheet {
        name: table.name.to_owned(),
        headings: table.headings.iter().map(|title| (*title).to_owned()).collect(),
        rows: table.rows.into_iter().map(|row| row.into_iter().map(Cell::from).collect()).collect(),
    };
    let courses = write(&[sheet_of(export::courses_table(&before))]).expect("a file");
    let rules = write(&[sheet_of(export::rules_table(&before))]).expect("a file");

    let imported = import(&courses, Target::Courses, None, &before).expect("a table");
    assert_eq!(imported.rows.iter().map(|row| &row.kind).collect::<Vec<_>>(), [&ChangeKind::Same]);
    assert!(imported.files.is_empty() && imported.problems.is_empty(), "{imported:?}");
    let elsewhere = import(&rules, Target::Rules, None, &Files::default()).expect("a table");
    assert!(text_of(&elsewhere, "rules/imported.csv").contains("q1,问,费用；多少钱,价格,"), "{elsewhere:?}");
    let sheet = part_of(&courses, "xl/worksheets/sheet1.xml");
    assert!(!sheet.contains("<f>"), "a cell became a formula");
}

fn part_of(xlsx: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(xlsx)).expect("a zip");
    std::io::read_to_string(archive.by_name(name).expect("the part")).expect("text")
}

#[test]
fn an_archive_that_unfolds_without_end_is_refused() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    writer.start_file("xl/worksheets/sheet1.xml", options).expect("a part");
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..65 {
        writer.write_all(&zeros).expect("room");
    }
    let bomb = writer.finish().expect("an archive").into_inner();
    assert!(bomb.len() < 1 << 20, "{} bytes", bomb.len());

    assert!(matches!(Grid::read(&bomb), Err(ImportError::Bomb { .. })));
}

#[test]
fn two_cells_far_apart_do_not_cost_the_space_between() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "课名").expect("a cell");
    sheet.write_string(1_048_575, 16_383, "远").expect("a cell");
    let far = book.save_to_buffer().expect("a file");

    assert!(matches!(Grid::read(&far), Err(ImportError::TooManyCells { .. })));
}

#[test]
fn dates_and_numbers_are_read_as_a_person_would_type_them() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let day = rust_xlsxwriter::Format::new().set_num_format("yyyy/m/d");
    sheet.write_string(0, 0, "课名").expect("a cell");
    sheet.write_string(0, 1, "有效期至").expect("a cell");
    sheet.write_string(1, 0, "甲").expect("a cell");
    let date = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 3, 7).expect("a date");
    sheet.write_datetime_with_format(1, 1, &date, &day).expect("a cell");
    sheet.write_number(1, 2, 3.0).expect("a cell");
    let grid = Grid::read(&book.save_to_buffer().expect("a file")).expect("a table");

    assert_eq!(grid.rows[1], ["甲", "2026-03-07", "3"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_file_stops_the_reader(
        noise in prop::collection::vec(any::<u8>(), 0..400),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let _ = Grid::read(&noise);
        let _ = Grid::read(&[b"PK\x03\x04".as_slice(), &noise].concat());
        let mut torn = xlsx(&[&["课名", "天数"], &["甲", "3"]]);
        for (at, byte) in flips {
            let at = at.index(torn.len());
            torn[at] = byte;
        }
        let _ = Grid::read(&torn);
    }
}
