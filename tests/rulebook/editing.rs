//! What a form changes in a rule file, and what it leaves alone.

use std::path::Path;

use proptest::prelude::*;
use yingda::answer::{Asked, Edition, Verdict};
use yingda::model::{AccountId, RuleId};
use yingda::rulebook::Files;
use yingda::rulebook::edit::{
    EditError, ReplyText, WrittenRule, free_id, read_rules, remove_rule, save_rule,
};

use super::{check_today, folder, rule, today};

const TABLE: &str = "\u{feff}id,name,contains,equals,questions,reply\r\n\
    a,甲,一；二,,,第一条\r\n\
    b,乙,\"三\n四\",=五,\"问,吗\",\"他说\"\"好\"\"。\"\r\n\
    c,丙,六,,,第三条\r\n";

type Change = fn(&mut WrittenRule);

fn shipped() -> Files {
    Files::read(Path::new("responses")).expect("the shipped rulebook")
}

fn rule_of(files: &Files, path: &str, id: &str) -> WrittenRule {
    let rules = read_rules(path, files.get(path).expect("the file")).expect("readable");
    rules.into_iter().map(|read| read.rule).find(|rule| rule.text("id") == id).expect("the rule")
}

/// The file's text after a change.
fn changed(text: &str, change: impl FnOnce(&mut WrittenRule)) -> String {
    let mut files = Files::default();
    files.insert("rules/a.md", text.as_bytes());
    let mut rule = rule_of(&files, "rules/a.md", "a");
    change(&mut rule);
    let changes = save_rule(&files, Some("rules/a.md"), &rule).expect("a change");
    String::from_utf8(changes[0].bytes.clone().expect("bytes")).expect("UTF-8")
}

#[test]
fn what_is_not_changed_keeps_its_bytes() {
    let files = shipped();
    let rules = files.iter().filter(|(path, _)| path.starts_with("rules/"));
    for (path, bytes) in rules {
        for read in read_rules(path, bytes).expect("readable") {
            let changes = save_rule(&files, Some(path), &read.rule).expect("nothing to change");
            assert_eq!(changes[0].bytes.as_deref(), Some(&**bytes), "{path}");
        }
    }
}

#[test]
fn a_key_changes_and_comments_and_order_stay() {
    const RULE: &str = "+++\n# 给人看\nid = \"a\"   # 不要改\nname = \"甲\"\ntriggers = [\n  \"一\", # 常问\n  \"二\",\n]\nnote = \"旧\" # 备注\n+++\n回复。\n";
    let cases: &[(&str, Change, &str, &str)] = &[
        ("a text", |rule| rule.set_text("name", "乙"), "name = \"甲\"", "name = \"乙\""),
        (
            "a new key",
            |rule| rule.set_text("group", "食宿"),
            "name = \"甲\"\n",
            "name = \"甲\"\ngroup = \"食宿\"\n",
        ),
        ("no key any more", |rule| rule.set_text("note", ""), "note = \"旧\" # 备注\n", ""),
        ("a list", |rule| rule.set("triggers", ["一", "二", "三"]), "  \"二\",\n", "  \"二\",\n  \"三\",\n"),
        ("turned off", WrittenRule::disable, "name = \"甲\"\n", "name = \"甲\"\nenabled = false\n"),
        ("a day", |rule| rule.set_text("until", "2026-10-31"), "]\nnote", "]\nuntil = 2026-10-31\nnote"),
        ("the reply", |rule| rule.reply = ReplyText::of_parts("新。", "", ""), "回复。", "新。"),
        (
            "a reply of its own while closed",
            |rule| rule.reply = ReplyText::of_parts("回复。", "", "休息。"),
            "回复。\n",
            "回复。\n\n## 休息时间\n休息。\n",
        ),
        (
            "a card",
            |rule| {
                rule.set_text("kind", "card");
                rule.set_text("card.title", "题");
                rule.set_text("card.url", "https://example.org");
            },
            "]\nnote = \"旧\" # 备注\n",
            "]\nnote = \"旧\" # 备注\nkind = \"card\"\ncard = { title = \"题\", url = \"https://example.org\" }\n",
        ),
    ];
    for (name, change, before, after) in cases {
        assert_eq!(changed(RULE, change), RULE.replacen(before, after, 1), "{name}");
    }
}

#[test]
fn a_section_of_a_card_changes_key_by_key() {
    const RULE: &str = "+++\nid = \"a\"\nname = \"甲\"\nkind = \"card\"\n\n[card] # 卡片\ntitle = \"旧\" # 题\nurl = \"https://a.cn\"\n+++\n";

    let titled = changed(RULE, |rule| {
        rule.set_text("card.title", "新");
        rule.set_text("card.description", "说明");
        rule.set_text("owner", "教务");
    });

    let expected = RULE.replace("旧", "新").replace("a.cn\"\n", "a.cn\"\ndescription = \"说明\"\n");
    assert_eq!(titled, expected.replace("name = \"甲\"\n", "name = \"甲\"\nowner = \"教务\"\n"));
    let as_text = changed(RULE, |rule| {
        rule.set_text("kind", "text");
        rule.reply = ReplyText::of_parts("文字。", "", "");
    });
    assert_eq!(as_text, "+++\nid = \"a\"\nname = \"甲\"\n\n+++\n文字。\n");
}

#[test]
fn encoding_and_line_endings_stay() {
    let text = "+++\r\nid = \"a\"\r\nname = \"甲\"\r\n+++\r\n回复。\r\n";
    let (gb18030, _, _) = encoding_rs::GB18030.encode(text);
    let mut files = Files::default();
    files.insert("rules/a.md", gb18030.to_vec());
    let mut rule = rule_of(&files, "rules/a.md", "a");
    rule.set_text("owner", "教务");

    let changes = save_rule(&files, Some("rules/a.md"), &rule).expect("a change");

    let expected = text.replace("甲\"\r\n", "甲\"\r\nowner = \"教务\"\r\n");
    let (expected, _, _) = encoding_rs::GB18030.encode(&expected);
    assert_eq!(changes[0].bytes.as_deref(), Some(&*expected));
}

#[test]
fn a_row_changes_and_the_others_keep_their_bytes() {
    let mut files = Files::default();
    files.insert("rules/t.csv", TABLE.as_bytes());
    let written = |change: fn(&mut WrittenRule)| {
        let mut rule = rule_of(&files, "rules/t.csv", "b");
        change(&mut rule);
        let changes = save_rule(&files, Some("rules/t.csv"), &rule).expect("a change");
        String::from_utf8(changes[0].bytes.clone().expect("bytes")).expect("UTF-8")
    };

    assert_eq!(written(|_| {}), TABLE);
    assert_eq!(
        written(|rule| rule.set("triggers", ["三", "四", "七", "=五", "^八"])),
        TABLE
            .replace("questions,reply", "questions,reply,starts")
            .replace("\"三\n四\",=五", "\"三\n四\r\n七\",五")
            .replace("\"他说\"\"好\"\"。\"", "\"他说\"\"好\"\"。\",八"),
    );
    assert_eq!(
        written(WrittenRule::disable),
        TABLE.replace("questions,reply", "questions,reply,enabled").replace("。\"\r\n", "。\",false\r\n"),
    );
    let removed = remove_rule(&files, "rules/t.csv", "a").expect("it is there");
    assert_eq!(removed.bytes.as_deref(), Some(TABLE.replace("a,甲,一；二,,,第一条\r\n", "").as_bytes()));
}

#[test]
fn a_rule_that_outgrows_its_table_gets_a_file_of_its_own() {
    let mut files = Files::default();
    files.insert("rules/t.csv", TABLE.as_bytes());
    let mut rule = rule_of(&files, "rules/t.csv", "c");
    rule.set_text("until", "2026-10-31");

    let changes = save_rule(&files, Some("rules/t.csv"), &rule).expect("a change");

    let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
    assert_eq!(paths, ["rules/c.md", "rules/t.csv"]);
    let own = changes[0].bytes.clone().expect("a file");
    assert_eq!(read_rules("rules/c.md", &own).expect("readable")[0].rule, rule);
    let rest = read_rules("rules/t.csv", changes[1].bytes.as_deref().expect("the rest")).expect("readable");
    assert!(rest.iter().all(|read| read.rule.text("id") != "c"));
}

#[test]
fn a_new_rule_gets_a_file_that_reads_as_people_write_it() {
    let mut rule = WrittenRule::default();
    rule.set_text("id", "停车");
    rule.set_text("name", "停车");
    rule.set("triggers", ["停车", "=车位"]);
    rule.reply = ReplyText::of_parts("可以停车。\n---\n有车位。", "", "休息时也可以停。");

    let changes = save_rule(&Files::default(), None, &rule).expect("a file");

    assert_eq!(changes[0].path, "rules/停车.md");
    assert_eq!(
        String::from_utf8_lossy(changes[0].bytes.as_deref().expect("bytes")),
        "+++\nid = \"停车\"  # 不要改\nname = \"停车\"\ntriggers = [\"停车\", \"=车位\"]\n+++\n\
         可以停车。\n---\n有车位。\n\n## 休息时间\n休息时也可以停。\n"
    );
}

#[test]
fn an_id_is_made_from_the_name_and_is_nobodys_else() {
    let cases = [
        ("停车 场", "停车场"),
        ("费用/预算！", "费用预算"),
        ("VIP", "vip"),
        ("？", "rule"),
        ("有了", "有了-2"),
    ];
    for (name, expected) in cases {
        assert_eq!(free_id(name, |id| id == "有了"), expected, "{name}");
    }
}

#[test]
fn a_file_whose_header_cannot_be_read_is_left_to_its_author() {
    for text in ["没有设置", "+++\nid = \"a\"\n回复", "+++\nid = \n+++\n"] {
        assert!(matches!(read_rules("rules/a.md", text.as_bytes()), Err(EditError::ByHandOnly)), "{text}");
    }
}

/// What somebody may do to a rule in one sitting.
#[derive(Clone, Debug)]
enum Edit {
    Text(&'static str, String),
    Add(&'static str, usize, String),
    Remove(&'static str, usize),
    Reply(String, String, String),
    Kind(&'static str),
    Turn(bool),
}

fn edits() -> impl Strategy<Value = Edit> {
    let text = "[a-z一二三费用多少钱\"'\\\\#=^+/；,\\[\\]{} \n\t-]{0,12}";
    let list = prop::sample::select(vec!["triggers", "exclude", "questions", "on"]);
    let key =
        prop::sample::select(vec!["name", "label", "group", "owner", "note", "fallback", "from", "until"]);
    let kind = prop::sample::select(vec!["text", "contact", "human", "silence", "form", "courses", "card"]);
    prop_oneof![
        (key, text).prop_map(|(key, text)| Edit::Text(key, text)),
        (list.clone(), 0..50_usize, text).prop_map(|(key, at, text)| Edit::Add(key, at, text)),
        (list, 0..50_usize).prop_map(|(key, at)| Edit::Remove(key, at)),
        (text, text, text).prop_map(|(a, b, c)| Edit::Reply(a, b, c)),
        kind.prop_map(Edit::Kind),
        any::<bool>().prop_map(Edit::Turn),
    ]
}

fn apply(edit: &Edit, rule: &mut WrittenRule) {
    match edit {
        Edit::Text(key, text) => rule.set_text(key, text),
        Edit::Add(key, at, text) => {
            let mut list = rule.list(key).to_vec();
            list.insert(at % (list.len() + 1), text.clone());
            rule.set(key, list);
        }
        Edit::Remove(key, at) => {
            let mut list = rule.list(key).to_vec();
            if !list.is_empty() {
                list.remove(at % list.len());
            }
            rule.set(key, list);
        }
        Edit::Reply(always, open, closed) => rule.reply = ReplyText::of_parts(always, open, closed),
        Edit::Kind(kind) => rule.set_text("kind", kind),
        Edit::Turn(true) => rule.enable(),
        Edit::Turn(false) => rule.disable(),
    }
    if rule.text("name").is_empty() {
        rule.set_text("name", "名");
    }
}

/// Lines of the old text that the new one lacks, and the other way round.
fn differing_lines(old: &str, new: &str) -> usize {
    let count = |text: &str, line: &str| text.lines().filter(|other| *other == line).count();
    let lost = old.lines().filter(|line| count(new, line) < count(old, line)).count();
    lost + new.lines().filter(|line| count(old, line) < count(new, line)).count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_changed_is_read_back_as_it_was_meant(
        file in 0..47_usize,
        edits in prop::collection::vec(edits(), 1..6),
    ) {
        let mut files = shipped();
        let paths: Vec<String> = files.iter().map(|(path, _)| path.to_string()).filter(|path| path.starts_with("rules/")).collect();
        let path = &paths[file % paths.len()];
        for edit in edits {
            let before = String::from_utf8(files.get(path).expect("the file").to_vec()).expect("UTF-8");
            let mut rule = read_rules(path, before.as_bytes()).expect("readable")[0].rule.clone();
            apply(&edit, &mut rule);
            let changes = save_rule(&files, Some(path), &rule).expect("every edit can be written");
            let after = changes[0].bytes.clone().expect("bytes");
            let read = read_rules(path, &after).expect("readable")[0].rule.clone();
            prop_assert_eq!(&read, &rule.clone().tidied());
            let text = String::from_utf8(after.clone()).expect("UTF-8");
            if matches!(edit, Edit::Text(..) | Edit::Add(..) | Edit::Remove(..)) {
                let few = 8 + before.lines().filter(|line| line.starts_with("fallback")).count();
                prop_assert!(differing_lines(&before, &text) <= few, "{}", text);
            }
            files.insert(path, after);
        }
    }
}

#[test]
fn a_rule_that_is_turned_off_answers_nothing_and_links_to_it_are_told() {
    let price =
        rule("price", "enabled = false\ntriggers = [\"=多少钱\"]\nquestions = [\"多少钱\"]", "问顾问。");
    let other = rule("other", "triggers = [\"=多少钱\"]", "[费用](rule:price)");
    let table = "id,name,contains,reply,enabled\na,甲,车钱,甲。,否\nb,乙,美元,乙。,也许\n";

    let checked = check_today(&folder(&[("rules/price.md", &price), ("rules/other.md", &other)]));
    let told: Vec<&str> = checked.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(told, ["link-to-disabled"], "no trigger of it is in anybody's way");
    let edition = Edition::new(1, checked.rulebook.expect("no errors"));
    let account = AccountId::parse("main").expect("letters");
    let verdict = edition.matcher.answer("多少钱", &Asked { account: &account, today: today() }).verdict;
    let Verdict::Rule(winner) = verdict else { panic!("{verdict:?}") };
    assert_eq!(edition.rule_at(winner).map(|rule| rule.id.as_str()), Some("other"));
    let tapped = edition.rulebook.rule(&RuleId::parse("price").expect("letters")).expect("it is there");
    assert_eq!(edition.find_tapped(&tapped.id.option_id()), None);

    let checked = check_today(&folder(&[("rules/t.csv", table)]));
    let told: Vec<(&str, usize)> =
        checked.problems.iter().map(|problem| (problem.code, problem.line)).collect();
    assert_eq!(told, [("bad-flag", 3)]);
}
