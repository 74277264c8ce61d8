//! Whatever is in the folder, the check ends with problems, never in a panic.

use proptest::prelude::*;
use yingda::rulebook::Files;

use super::{check_today, folder};

const PATHS: &[&str] = &[
    "rules/a.md",
    "rules/a.csv",
    "articles/a.md",
    "courses.csv",
    "contacts.toml",
    "settings.toml",
    "forms/a.toml",
    "rules/a.txt",
];

/// Pieces of every format, to be thrown together.
const PIECES: &[&str] = &[
    "+++\n",
    "＋＋＋\n",
    "id = \"a\"\n",
    "name = \"名\"\n",
    "triggers = [\"费\", \"=价\", \"^报\", \"/(/\"]\n",
    "id，name\n",
    "id,name,contains,reply\n",
    "\"",
    "“",
    "”",
    "：",
    "＝",
    "[card]\n",
    "title = ",
    "[[contact]]\n",
    "[[field]]\n",
    "label = \"名\"\n",
    "ask = \"{{number}}？\"\n",
    "kind = \"phone\"\n",
    "personal = true\n",
    "consent = \"{{keeper}}\"\n",
    "[contact.hours]\n",
    "[hours]\n",
    "mon_fri = [\"22:00-02:00\"]\n",
    "closed = [\"2026-02-30\"]\n",
    "kind = \"card\"\n",
    "{{phone}}",
    "{{",
    "{% if open %}",
    "{% for i in range(99999) %}{{i}}{% endfor %}",
    "{{ 'x' * 999999999 }}",
    "[a](rule:b)",
    "1. [a](form:enquiry)\n",
    "](",
    "[",
    ")",
    "\n",
    ",",
    "；",
    "\t",
    "## 工作时间\n",
    "---\n",
    "〔待填写",
    "questions = [\"",
    "\"]\n",
    "\\",
    "\u{feff}",
    "\u{0}",
    "😀",
    "2026-01-01",
    "from = 2026-1-1\n",
    "'''",
    "\"\"\"",
    "x = ",
    "=",
    "#",
];

fn check_one(path: &str, bytes: Vec<u8>) {
    let mut files = folder(&[]);
    files.insert(path, bytes);
    for problem in check_today(&files).problems {
        assert!(!problem.cause.is_empty());
        let _ = (problem.render_styled(), problem.render_plain(), problem.to_line());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bytes_of_any_kind_are_told_not_feared(path in prop::sample::select(PATHS), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check_one(path, bytes);
    }

    #[test]
    fn pieces_thrown_together_are_told_not_feared(
        path in prop::sample::select(PATHS),
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..20),
    ) {
        check_one(path, pieces.concat().into_bytes());
        check_one(path, ["+++\nid = \"a\"\nname = \"a\"\n", &pieces.concat()].concat().into_bytes());
        check_one(path, ["+++\nid = \"a\"\nname = \"a\"\n+++\n", &pieces.concat()].concat().into_bytes());
    }
}

#[test]
fn a_broken_file_takes_nothing_else_with_it() {
    let mut files: Files = folder(&[("rules/good.md", "+++\nid = \"good\"\nname = \"好\"\n+++\n{{phon}}")]);
    files.insert("rules/broken.md", b"\x89PNG\x00".to_vec());

    let checked = check_today(&files);

    let told: Vec<&str> =
        checked.problems.iter().filter(|problem| problem.is_error()).map(|problem| problem.code).collect();
    assert_eq!(told, ["not-text", "unknown-variable"]);
    assert!(checked.rulebook.is_none());
}
