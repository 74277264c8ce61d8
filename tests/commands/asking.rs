//! ask, check, test.

use serde_json::Value;

use std::collections::BTreeSet;

use super::Workplace;

fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

#[test]
fn a_question_is_answered_with_the_reason() {
    let workplace = Workplace::with_rules();

    let out = workplace.run(&["ask", "请问多少钱"]).succeeds();

    for part in ["请问多少钱", "费用请问顾问。", "由规则「费用」回答", "rules/price.md 第 7 行"]
    {
        assert!(out.contains(part), "{part}: {out}");
    }
}

#[test]
fn while_a_reply_is_unfinished_the_line_of_its_fallback_is_named() {
    let workplace = Workplace::with_rules();
    let rule = "+++\nid = \"room\"\nname = \"住宿\"\ntriggers = [\"住哪\"]\nfallback = \"请问顾问。\"\n+++\n\n〔待填写：几人一间〕\n";
    workplace.write("responses/rules/room.md", rule);

    let out = workplace.run(&["ask", "住哪"]).succeeds();
    assert!(out.contains("rules/room.md 第 5 行"), "{out}");

    workplace.write("responses/rules/room.md", &rule.replace("〔待填写：几人一间〕", "两人一间。"));
    let out = workplace.run(&["ask", "住哪"]).succeeds();
    assert!(out.contains("rules/room.md 第 8 行"), "{out}");
}

#[test]
fn the_json_has_the_promised_shape() {
    let workplace = Workplace::with_rules();

    let out = workplace.run(&["ask", "--json", "价格"]).succeeds();

    let line = json(&out);
    assert!(line["took_us"].is_u64(), "{out}");
    assert_eq!(
        line.as_object().expect("an object").keys().map(String::as_str).collect::<BTreeSet<_>>(),
        BTreeSet::from(["choices", "outcome", "reply", "rule", "took_us", "why"])
    );
    assert_eq!(line["reply"], serde_json::json!({ "type": "text", "text": "费用请问顾问。" }));
    assert_eq!(line["choices"], serde_json::json!([]));
    assert_eq!(
        line["why"],
        serde_json::json!([{ "rule": "price", "step": "equals", "matched": "价格", "score": 1.0, "won": true }])
    );
}

#[test]
fn every_line_gets_a_line_from_a_new_customer() {
    let workplace = Workplace::with_rules();
    let cases: &[(&[u8], &str, Option<&str>)] = &[
        ("\u{feff}价格\r\n".as_bytes(), "answer", Some("price")),
        (b"\n", "fallback", None),
        ("人工\n".as_bytes(), "human", Some("human")),
        ("报名\n".as_bytes(), "form", Some("enquiry")),
        // The form that was opened before belongs to somebody else.
        ("价格\n".as_bytes(), "answer", Some("price")),
        (b"\xff\xfe\xfd\n", "fallback", None),
        ("天上有几颗星".as_bytes(), "fallback", None),
    ];
    let input: Vec<u8> = cases.iter().flat_map(|(line, ..)| line.iter().copied()).collect();

    let out = workplace.run_with_input(&["ask", "--stdin", "--json"], &input).succeeds();

    assert_eq!(out.lines().count(), cases.len(), "{out}");
    for ((message, outcome, rule), line) in cases.iter().zip(out.lines()) {
        let line = json(line);
        assert_eq!(line["outcome"], *outcome, "{message:?}: {line}");
        assert_eq!(line["rule"].as_str(), *rule, "{message:?}: {line}");
    }
}

#[test]
fn another_folder_can_be_asked() {
    let workplace = Workplace::with_rules();
    workplace
        .write("draft/rules/a.md", "+++\nid = \"a\"\nname = \"甲\"\ntriggers = [\"=价格\"]\n+++\n新的。\n");

    let out = workplace.run(&["ask", "--json", "--rulebook", "draft", "价格"]).succeeds();

    assert_eq!(json(&out)["rule"], "a");
}

#[test]
fn a_good_rulebook_passes_check_and_test() {
    let workplace = Workplace::with_rules();

    let check = workplace.run(&["check"]).succeeds();
    let test = workplace.run(&["test"]).succeeds();

    assert!(check.contains("✓ 可以生效") && check.contains("对话测试 1 个通过"), "{check}");
    assert!(test.contains("✓ 对话测试 1 个") && test.contains("✓ 示例问题 1 个"), "{test}");
}

#[test]
fn every_problem_is_told_with_its_place_and_remedy() {
    let workplace = Workplace::with_rules();
    workplace.write(
        "responses/rules/price.md",
        "+++\nid = \"price\"\nname = \"费用\"\ntrigers = [\"多少钱\"]\n+++\n好。\n",
    );

    let shown = workplace.run(&["check", "responses"]);
    let listed = workplace.run(&["check", "--json"]);

    assert_eq!((shown.code, listed.code), (Some(1), Some(1)), "{shown:?}");
    assert!(shown.out.contains("rules/price.md:4") && shown.out.contains("改法"), "{}", shown.out);
    assert!(shown.out.contains("✗ 改正错误之前不会生效"), "{}", shown.out);
    let report = json(&listed.out);
    assert!(report["errors"].as_u64() > Some(0), "{report}");
    let problems = report["problems"].as_array().expect("a list");
    assert!(
        problems.iter().any(|problem| problem["code"] == "unknown-key" && problem["line"] == 4),
        "{report}"
    );
}

#[test]
fn a_transcript_that_fails_fails_the_test() {
    let workplace = Workplace::with_rules();
    workplace.write("responses/tests/wrong.chat", "用户: 价格\n应答: 规则=human\n");

    let ended = workplace.run(&["test"]);

    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.out.contains("tests/wrong.chat:2"), "{}", ended.out);
    assert!(ended.out.contains("✗ 对话测试 2 个：1 个通过，1 个没通过"), "{}", ended.out);
}

#[test]
fn labelled_questions_are_counted_overall_and_by_kind() {
    let workplace = Workplace::with_rules();
    let rows = "text\texpected\tkind\n价格\tprice\tplain\n\"价格\tprice|human\tplain\n价格\thuman\todd\n\
                星星\tprice\todd\n月亮\tnone\tout\n人工\tnone\tout\n";
    workplace.write("questions.tsv", rows);

    let out = workplace.run(&["test", "--labelled", "questions.tsv"]).succeeds();

    let row = |name: &str| -> Vec<&str> {
        let line = out.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {out}"));
        line.split_whitespace().filter(|cell| *cell != "|").collect()
    };
    assert_eq!(row("all "), ["all", "4", "50.0%", "0.0%", "25.0%", "25.0%", "2", "50.0%", "0.0%", "50.0%"]);
    assert_eq!(row("plain "), ["plain", "2", "100.0%", "0.0%", "0.0%", "0.0%", "0", "-", "-", "-"]);
    assert!(out.contains("价格\t应是 human\t答了 price"), "{out}");
}
