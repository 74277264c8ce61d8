//! Files as editors and spreadsheets in China save them.

use encoding_rs::GB18030;
use yingda::rulebook::Files;

use super::{check_today, folder};

const RULE: &str = "+++\nid = \"price\"\nname = \"费用\"\ntriggers = [\"多少钱\"]\n+++\n费用要看人数。\n";
const TABLE: &str = "id,name,contains,reply\nmeals,用餐,吃饭；伙食,围桌用餐。\n";

fn saved_as(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        ("UTF-8", text.as_bytes().to_vec()),
        ("UTF-8 with a mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("GB18030", GB18030.encode(text).0.into_owned()),
        ("UTF-16", [b"\xff\xfe", utf16.as_slice()].concat()),
        ("Windows line endings", text.replace('\n', "\r\n").into_bytes()),
        ("GB18030 with Windows line endings", GB18030.encode(&text.replace('\n', "\r\n")).0.into_owned()),
        ("old line endings", text.replace('\n', "\r").into_bytes()),
    ]
}

#[test]
fn a_rule_is_the_same_however_it_was_saved() {
    for (case, bytes) in saved_as(RULE) {
        let mut files = folder(&[]);
        files.insert("rules/price.md", bytes);
        let checked = check_today(&files);
        assert!(checked.problems.is_empty(), "{case}: {:?}", checked.problems);
        let rulebook = checked.rulebook.expect("no errors");
        let rule = rulebook.rules.first().expect("one rule");
        assert_eq!((&*rule.name, rule.triggers.len()), ("费用", 1), "{case}");
    }
}

#[test]
fn a_table_is_the_same_however_it_was_saved() {
    for (case, bytes) in saved_as(TABLE) {
        let mut files = folder(&[]);
        files.insert("rules/faq.csv", bytes);
        let checked = check_today(&files);
        assert!(checked.problems.is_empty(), "{case}: {:?}", checked.problems);
        let rulebook = checked.rulebook.expect("no errors");
        let rule = rulebook.rules.first().expect("one rule");
        assert_eq!((&*rule.name, rule.triggers.len()), ("用餐", 2), "{case}");
    }
}

#[test]
fn what_editors_leave_behind_is_not_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rules = folder.path().join("rules");
    std::fs::create_dir_all(rules.join(".git")).expect("a folder");
    std::fs::create_dir_all(rules.join("events")).expect("a folder");
    let leftovers = [
        "~$price.md",
        ".price.md.swp",
        ".~lock.faq.csv#",
        "price - 副本.md",
        "price 副本.md",
        "price 副本 (2).md",
        "复件 price.md",
        "price - Copy.md",
        "price copy 2.md",
        "price.md~",
        "price.md.bak",
        "#price.md#",
        ".DS_Store",
        "Thumbs.db",
        "price.md.tmp",
        ".git/config.md",
    ];
    for name in leftovers {
        std::fs::write(rules.join(name), "not a rule").expect("a file");
    }
    for name in ["price.md", "copyright.md", "events/welcome.md"] {
        std::fs::write(rules.join(name), RULE).expect("a file");
    }

    let files = Files::read(folder.path()).expect("a readable folder");

    let found: Vec<&str> = files.iter().map(|(path, _)| &**path).collect();
    assert_eq!(found, ["rules/copyright.md", "rules/events/welcome.md", "rules/price.md"]);
}

#[test]
fn a_folder_that_is_missing_is_an_error_and_an_empty_one_is_a_rulebook() {
    let folder = tempfile::tempdir().expect("a temporary folder");

    assert!(Files::read(&folder.path().join("missing")).is_err());

    let files = Files::read(folder.path()).expect("a readable folder");
    assert!(check_today(&files).rulebook.is_some());
}
