//! Problems as people see them.

use yingda::rulebook::{Problem, report};

use super::{check_today, folder};

const BROKEN: &str =
    "+++\nid = \"price\"\nname = \"费用\"\ntriggers = [“费用”, \"多少钱\"]\n+++\n请打 {{phon}}。\n";

fn problems() -> Vec<Problem> {
    check_today(&folder(&[("rules/price.md", BROKEN)])).problems
}

#[test]
fn a_problem_shows_its_line_and_the_remedy() {
    let shown: Vec<String> = problems().iter().map(Problem::render_plain).collect();

    insta::assert_snapshot!(shown.join("\n\n"), @r#"
    错误[full-width]: 这里用了中文引号，要用英文引号 "。
      ╭▸ rules/price.md:4:13
      │
    4 │ triggers = [“费用”, "多少钱"]
      │             ━
      │
      ╰ 改法: 请改成：triggers = ["费用", "多少钱"]

    错误[unknown-variable]: 没有变量 {{phon}}。
      ╭▸ rules/price.md:6:6
      │
    6 │ 请打 {{phon}}。
      │        ━━━━
      │
      ╰ 改法: 是不是 {{phone}} ？
    "#);
}

#[test]
fn a_problem_is_one_line_in_a_log() {
    let lines: Vec<String> = problems().iter().map(Problem::to_line).collect();

    assert_eq!(
        lines,
        [
            "错误 rules/price.md:4:13 这里用了中文引号，要用英文引号 \"。请改成：triggers = [\"费用\", \"多少钱\"]",
            "错误 rules/price.md:6:6 没有变量 {{phon}}。是不是 {{phone}} ？",
        ]
    );
    assert_eq!(report::summary(&problems()), "2 处错误");
}

#[test]
fn a_problem_is_json_for_machines() {
    let problems = problems();
    let problem = problems.first().expect("two problems");

    insta::assert_snapshot!(serde_json::to_string_pretty(problem).expect("plain data"), @r#"
    {
      "file": "rules/price.md",
      "line": 4,
      "column": 13,
      "severity": "error",
      "code": "full-width",
      "cause": "这里用了中文引号，要用英文引号 \"。",
      "remedy": "请改成：triggers = [\"费用\", \"多少钱\"]",
      "snippet": {
        "text": "triggers = [“费用”, \"多少钱\"]",
        "start": 12,
        "end": 15
      }
    }
    "#);
}

#[test]
fn colours_change_nothing_but_colours() {
    for problem in problems() {
        let styled = problem.render_styled();
        assert!(styled.contains("\u{1b}["), "{styled}");
        assert_eq!(anstream::adapter::strip_str(&styled).to_string(), problem.render_plain());
    }
}

#[test]
fn a_long_line_is_shown_around_what_is_meant() {
    let many: String = (0..200).map(|n| format!("\"词{n}\", ")).collect();
    let rule = format!("+++\nid = \"a\"\nname = \"甲\"\ntriggers = [{many}\"费\"]\n+++\n您好。");

    let checked = check_today(&folder(&[("rules/a.md", rule.as_str())]));

    let problem = checked.problems.first().expect("one character alone");
    let snippet = problem.snippet.as_ref().expect("a line");
    assert!(snippet.text.starts_with('…') && snippet.text.chars().count() < 80, "{}", snippet.text);
    assert_eq!(snippet.text.get(snippet.start..snippet.end), Some("\"费\""));
}
