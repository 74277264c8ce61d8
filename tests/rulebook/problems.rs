//! Every mistake is told with its place and its remedy, and nothing else is.

use super::{check_today, folder};

/// What is told about one file beside good ones, as `line:column code`, and a
/// part of the words that must not get lost.
#[track_caller]
fn check(case: &str, path: &str, text: &str, expected: &[(&str, &str)]) {
    let mut files = folder(&[]);
    files.insert(path, text.as_bytes());
    let told: Vec<(String, String)> = check_today(&files)
        .problems
        .iter()
        .map(|problem| {
            assert_eq!(problem.file, path, "{case}");
            let place = format!("{}:{} {}", problem.line, problem.column, problem.code);
            (place, format!("{}{}", problem.cause, problem.remedy))
        })
        .collect();
    let places: Vec<&str> = told.iter().map(|(place, _)| place.as_str()).collect();
    let expected_places: Vec<&str> = expected.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, expected_places, "{case}: {told:#?}");
    for ((_, words), (place, part)) in told.iter().zip(expected) {
        assert!(words.contains(part), "{case}: {place}: {words}");
    }
}

fn check_rule(case: &str, header: &str, body: &str, expected: &[(&str, &str)]) {
    check(case, "rules/a.md", &format!("+++\n{header}\n+++\n{body}"), expected);
}

const NAMED: &str = "id = \"a\"\nname = \"甲\"";

/// A good rule but for one line, which is the fourth.
fn check_line(case: &str, line: &str, expected: &[(&str, &str)]) {
    check_rule(case, &format!("{NAMED}\n{line}"), "您好。", expected);
}

/// A good rule but for its reply, whose first line is the sixth.
fn check_body(case: &str, body: &str, expected: &[(&str, &str)]) {
    check_rule(case, &format!("{NAMED}\ntriggers = [\"费用\"]"), body, expected);
}

const TRIGGER: (&str, &str) = ("2:1 no-trigger", "没有触发词");

#[test]
fn slips_of_the_chinese_keyboard_are_explained_with_the_right_line() {
    check_line(
        "curly quotes",
        "triggers = [“费用”]",
        &[("4:13 full-width", "用了中文引号，要用英文引号 \"。请改成：triggers = [\"费用\"]")],
    );
    check_line(
        "an equals sign",
        "triggers ＝ [\"费用\"]",
        &[("4:10 full-width", "请改成：triggers = [\"费用\"]")],
    );
    check_line("a colon", "triggers：[\"费用\"]", &[("4:9 full-width", "要用等号")]);
    check_line("an English colon", "triggers: [\"费用\"]", &[("4:9 full-width", "用了冒号，要用等号")]);
    check_line("commas", "triggers = [\"费用\"，\"预算\"]", &[("4:17 full-width", "[\"费用\",\"预算\"]")]);
    check_line("brackets", "triggers = 【\"费用\"】", &[("4:12 full-width", "[\"费用\"]")]);
    check_line("one quote of each kind", "triggers = [\"费用”]", &[("4:16 full-width", "[\"费用\"]")]);
}

#[test]
fn after_a_slip_the_rest_of_the_file_is_checked_too() {
    check_rule(
        "slip, unknown key, unknown variable",
        "id = “a”\nname = \"甲\"\ntriggers = [\"费用\"]\nexlude = [\"免费\"]",
        "{{phon}}",
        &[
            ("2:6 full-width", "id = \"a\""),
            ("5:1 unknown-key", "是不是 exclude"),
            ("7:3 unknown-variable", "是不是 {{phone}}"),
        ],
    );
}

#[test]
fn what_is_not_toml_is_explained() {
    check_rule("no quotes", "id = a\nname = \"甲\"", "", &[("2:6 missing-quotes", "id = \"a\"")]);
    check_rule("an open quote", "id = \"a\nname = \"甲\"", "", &[("2:8 unclosed-quote", "没有成对")]);
    check_line("a missing comma", "triggers = [\"a\" \"b\"]", &[("4:17 syntax", "少了逗号")]);
    check_line("a short date", "from = 2026-3-7", &[("4:8 bad-date", "from = 2026-03-07")]);
    check_line("a date in words", "from = 2026年3月7日", &[("4:8 bad-date", "from = 2026-03-07")]);
    check_line("a key twice", "name = \"乙\"", &[("4:1 syntax", "写了两次")]);
}

#[test]
fn fences_are_explained() {
    check("no header", "rules/a.md", "您好。", &[("1:1 missing-header", "+++")]);
    check("empty", "rules/a.md", "\n", &[("0:0 empty-file", "空的")]);
    check(
        "no end",
        "rules/a.md",
        "+++\nid = \"a\"\nname = \"甲\"\ntriggers = [\"费用\"]\n\n您好。\n",
        &[("1:1 missing-fence", "第 6 行之前")],
    );
    check(
        "full width",
        "rules/a.md",
        "＋＋＋\nid = \"a\"\nname = \"甲\"\ntriggers = [\"费用\"]\n+++\n您好。",
        &[("1:1 full-width-fence", "三个英文加号")],
    );
    check("dashes", "rules/a.md", "---\nid: a\n---\n您好。", &[("1:1 wrong-fence", "减号")]);
}

#[test]
fn keys_are_held_against_the_list() {
    check_rule(
        "no id",
        "name = \"甲\"\ntriggers = [\"费用\"]",
        "您好。",
        &[("2:1 missing-key", "id = \"price\"")],
    );
    check_rule(
        "no name",
        "id = \"a\"\ntriggers = [\"费用\"]",
        "您好。",
        &[("2:1 missing-key", "name = \"费用预算\"")],
    );
    check_line(
        "a bad id",
        "triggers = [\"b\", 3]",
        &[("4:13 single-character", "一个字"), ("4:18 wrong-kind", "文字")],
    );
    check_rule(
        "an id with a space",
        "id = \"a b\"\nname = \"甲\"\ntriggers = [\"费用\"]",
        "好。",
        &[("2:6 bad-id", "里面有「 」")],
    );
    check_line(
        "a kind that is not",
        "kind = \"texts\"\nform = \"x\"",
        &[TRIGGER, ("4:8 unknown-kind", "是不是 \"text\"")],
    );
    check_line("another kind's key", "form = \"enquiry\"", &[TRIGGER, ("4:1 key-of-other-kind", "\"form\"")]);
    check_line("an event that is not", "on = [\"subscrib\"]", &[("4:7 unknown-occasion", "\"subscribe\"")]);
    check_line(
        "dates turned round",
        "from = 2026-12-02\nuntil = 2026-12-01\ntriggers = [\"费用\"]",
        &[("1:1 bad-dates", "对调")],
    );
    check_rule("no reply", &format!("{NAMED}\ntriggers = [\"费用\"]"), "\n", &[("2:1 no-reply", "silence")]);
    check_rule(
        "a form that is not",
        &format!("{NAMED}\ntriggers = [\"费用\"]\nkind = \"form\"\nform = \"enquery\""),
        "",
        &[("6:8 dangling", "是不是 enquiry")],
    );
}

#[test]
fn triggers_that_match_everything_or_nothing_are_told() {
    check_line("punctuation alone", "triggers = [\"？？\"]", &[("4:13 empty-trigger", "会命中所有来信")]);
    check_line("half a plus", "triggers = [\"车费+\"]", &[("4:13 empty-trigger", "加号")]);
    check_line("one character", "triggers = [\"费\"]", &[("4:13 single-character", "\"=费\"")]);
    check_line("one character, whole message", "triggers = [\"=费\"]", &[]);
    check_line("an empty match", "triggers = [\"/x*/\"]", &[("4:13 empty-trigger", "改成 +")]);
    check_line("a costly pattern", "triggers = ['/\\w{500}/']", &[("4:13 costly-pattern", "太费资源")]);
    check_line(
        "a deep pattern",
        &format!("triggers = ['/{}a{}/']", "(".repeat(80), ")".repeat(80)),
        &[("4:13 costly-pattern", "")],
    );
    check_line("looking around", "triggers = ['/a(?=b)/']", &[("4:13 bad-pattern", "exclude")]);
    check_line("an open bracket", "triggers = ['/(ab/']", &[("4:13 bad-pattern", "( 没有成对")]);
    check_line(
        "its own exclusion",
        "triggers = [\"免费住宿\"]\nexclude = [\"免费\"]",
        &[("2:1 never-fires", ""), ("4:13 self-excluded", "免费住宿")],
    );
    check_line(
        "an empty exclusion",
        "triggers = [\"费用\"]\nexclude = [\"!\"]",
        &[("5:12 empty-exclude", "什么也不剩")],
    );
    check_line("past its day", "triggers = [\"费用\"]\nuntil = 2026-11-22", &[("2:1 expired", "2026-11-22")]);
    check_line("on its last day", "triggers = [\"费用\"]\nuntil = 2026-11-23", &[]);
}

#[test]
fn replies_are_read_before_customers_do() {
    check_body("a rule that is not", "[x](rule:b)", &[("6:1 dangling", "编号为 b 的规则")]);
    check_body("a form without a rule", "[x](form:enquiry)", &[("6:1 dangling", "kind = \"form\"")]);
    check_body("an article that is not", "见[x](article:b)", &[("6:2 dangling", "文章")]);
    check_body("an odd target", "[x](www.a.cn)", &[("6:1 bad-link", "https://www.a.cn")]);
    check_body("a full-width colon", "[x](rule：a)", &[("6:1 bad-link", "rule:a")]);
    check_body("full-width brackets", "[x]（rule:a）", &[("6:3 full-width", "英文括号")]);
    check_body("numbers out of order", "1. [x](rule:a)\n3. [y](rule:a)", &[("7:4 wrong-number", "显示为 2")]);
    check_body("an unknown heading", "您好。\n## 周末\n休息。", &[("7:1 unknown-heading", "周末")]);
    check_body("no part for any time", "## 工作时间\n在。", &[("6:1 missing-part", "之前写一段")]);
    check_body("an empty variant", "您好。\n---\n", &[("7:1 empty-variant", "分隔线")]);
    check_body("an unknown variable", "请打 {{phon}}", &[("6:6 unknown-variable", "是不是 {{phone}}")]);
    check_body("broken braces", "请打 {{phone}", &[("6:1 bad-template", "{{phone}}")]);
    check_body("single braces", "请打 {phone}", &[("6:4 single-brace", "{{phone}}")]);
    check_body("full-width braces", "请打 ｛｛phone｝｝", &[("6:5 single-brace", "{{phone}}")]);
    check_body("good braces", "请打 {{phone}}，{{ phone }}", &[]);
    check_body("a value nobody knows", "{{next_open}}恢复", &[("6:3 missing-value", "[hours]")]);
    check_body("a value only a part needs", "休息。\n## 休息时间\n{{next_open}}恢复", &[]);
    check_body("unfinished", "住在〔待填写：地址〕。", &[("6:3 unfinished", "〔待填写：地址〕")]);
    check_body("a red line", "全网最低", &[("6:1 red-line", "全网最低")]);
    check_body("bold", "**费用**", &[("6:1 markdown", "星号")]);
    check_body("a template without end", "{{ 'x' * 999999999 }}", &[("6:1 bad-template", "")]);
}

#[test]
fn the_length_of_a_reply_is_judged_as_it_is_sent() {
    let limit = 2047;
    for (bytes, told) in [(limit - 1, 0), (limit, 0), (limit + 1, 1)] {
        let expected: &[(&str, &str)] = &[("6:1 too-long", "2048 字节")];
        check_body("plain", &"x".repeat(bytes), expected.get(..told).expect("at most one"));
    }
    // <a href="tel:1">x</a> is longer than what was written.
    let link = "[x](tel:1)";
    let markup = "<a href=\"tel:1\">x</a>";
    for (more, told) in [(0, 0), (1, 1)] {
        let body = format!("{link}{}", "x".repeat(limit - markup.len() + more));
        let expected: &[(&str, &str)] = &[("6:1 too-long", "2048 字节")];
        check_body("with markup", &body, expected.get(..told).expect("at most one"));
    }
}

#[test]
fn tables_are_checked_cell_by_cell() {
    let check =
        |case: &str, text: &str, expected: &[(&str, &str)]| check(case, "rules/faq.csv", text, expected);
    check("good", "id,name,contains,reply\na,甲,费用；预算,您好\n", &[]);
    check(
        "an unknown column",
        "id,name,contain,reply\na,甲,费用,您好\n",
        &[("1:9 unknown-column", "C1：没有「contain」这一列。是不是 contains"), ("2:1 no-trigger", "")],
    );
    check("full-width commas", "id，name，reply\n", &[("1:1 full-width", "英文逗号")]);
    check("a column twice", "id,id,name,reply\n", &[("1:4 duplicate-column", "两次")]);
    check("no id", "id,name,contains,reply\n,甲,费用,您好\n", &[("2:1 missing-cell", "A2（id）是空的")]);
    check(
        "one id twice",
        "id,name,contains,reply\na,甲,费用,您好\na,乙,预算,您好\n",
        &[("3:1 duplicate-id", "第 2 行")],
    );
    check(
        "a comma in the reply",
        "id,name,contains,reply\na,甲,费用,您好,请问\n",
        &[("2:11 extra-cell", "E2 没有列名")],
    );
    check(
        "an open quote",
        "id,name,contains,reply\na,甲,费用,\"您好\nb,乙,预算,您好\n",
        &[("2:8 unclosed-quote", "没有成对")],
    );
    check("no reply", "id,name,contains,reply\na,甲,费用,\n", &[("2:1 no-reply", "reply 这一格")]);
    check(
        "lines inside a cell keep the count",
        "id,name,contains,reply\na,甲,费用,\"一\n二\"\nb,乙,预, 您好\n",
        &[("4:5 single-character", "预")],
    );
    check("blank rows are skipped", "id,name,contains,reply\n\n,,,\na,甲,费用,您好\n", &[]);
    check("empty", "", &[("0:0 empty-file", "列名")]);
    check(
        "half a semicolon list",
        "id,name,contains,reply\na,甲,；费用；？,您好\n",
        &[("2:9 empty-trigger", "？")],
    );
}

#[test]
fn courses_are_checked_cell_by_cell() {
    let check =
        |case: &str, text: &str, expected: &[(&str, &str)]| check(case, "courses.csv", text, expected);
    check("good", "id,name,days_min,link,valid_until\nc1,课,3,https://a.cn,2027/1/5\n", &[]);
    check(
        "a word for a number",
        "id,name,days_min\nc1,课,三天\n",
        &[("2:6 bad-number", "C2（days_min）要填数字，现在是「三天」")],
    );
    check(
        "a range turned round",
        "id,name,days_min,days_max\nc1,课,5,3\n",
        &[("2:1 bad-range", "days_min 是 5")],
    );
    check("no address", "id,name,link\nc1,课,见官网\n", &[("2:6 bad-address", "https://")]);
    check("no date", "id,name,valid_until\nc1,课,年底\n", &[("2:6 bad-date", "2026-03-07")]);
    check(
        "past its day",
        "id,name,owner,valid_until\nc1,课,教务,2026-11-22\n",
        &[("2:0 expired", "请「教务」核对")],
    );
    check("one id twice", "id,name\nc1,课\nc1,课二\n", &[("3:1 duplicate-id", "c1")]);
    check("unfinished", "id,name,price_text\nc1,课,〔待填写〕\n", &[("2:0 unfinished", "空着")]);
}

#[test]
fn contacts_are_checked() {
    let check =
        |case: &str, text: &str, expected: &[(&str, &str)]| check(case, "contacts.toml", text, expected);
    check(
        "a phone without quotes",
        "[[contact]]\nname = \"甲\"\nphone = 0796-6559898\ndefault = true",
        &[("3:9 missing-quotes", "phone = \"0796-6559898\"")],
    );
    check(
        "two defaults",
        "[[contact]]\nname = \"甲\"\nphone = \"1\"\ndefault = true\n[[contact]]\nname = \"乙\"\nphone = \"2\"\ndefault = true",
        &[("5:1 two-defaults", "乙")],
    );
    check("none", "", &[("0:0 no-contact", "[[contact]]")]);
    check(
        "no default among two",
        "[[contact]]\nname = \"甲\"\nphone = \"1\"\n[[contact]]\nname = \"乙\"\nphone = \"2\"",
        &[("0:0 no-default", "甲")],
    );
    check("single brackets", "[contact]\nname = \"甲\"", &[("1:1 wrong-kind", "[[contact]]")]);
    check(
        "past its day",
        "[[contact]]\nname = \"甲\"\nphone = \"1\"\ndefault = true\nvalid_until = 2026-11-22",
        &[("1:0 expired", "甲")],
    );
}

#[test]
fn opening_hours_are_checked() {
    let check = |case: &str, line: &str, expected: &[(&str, &str)]| {
        check(case, "settings.toml", &format!("[hours]\n{line}"), expected);
    };
    check(
        "good",
        "mon_fri = [\"08:30-12:00\", \"14：00－17：30\"]\nclosed = [\"2026-10-01..2026-10-07\"]\nextra = [\"2026-10-10 9:00-12:00\"]",
        &[],
    );
    check(
        "overnight",
        "mon_fri = [\"22:00-02:00\"]",
        &[("2:12 overnight-window", "当天写 \"22:00-24:00\"，第二天写 \"00:00-02:00\"")],
    );
    check(
        "until midnight",
        "mon_fri = [\"22:00-00:00\"]",
        &[("2:12 overnight-window", "请写成 \"22:00-24:00\"")],
    );
    check("empty", "sat = [\"09:00-09:00\"]", &[("2:8 empty-window", "00:00-24:00")]);
    check("no window", "mon = [\"上午\"]", &[("2:8 bad-window", "24 小时制")]);
    check("past midnight", "mon = [\"08:00-24:01\"]", &[("2:8 bad-window", "")]);
    check("overlapping", "mon = [\"08:00-12:00\", \"11:59-13:00\"]", &[("2:23 overlapping-windows", "重叠")]);
    check("touching", "mon = [\"08:00-12:00\", \"12:00-13:00\"]", &[]);
    check("backwards", "closed = [\"2026-10-07..2026-10-01\"]", &[("2:11 bad-days", "之前")]);
    check("no date", "closed = [\"国庆\"]", &[("2:11 bad-days", "不是日期")]);
    check("no zone", "zone = \"Beijing\"", &[("2:8 bad-zone", "Asia/Urumqi")]);
    check("an unknown day", "monday = [\"08:00-12:00\"]", &[("2:1 unknown-key", "是不是 mon")]);
}

#[test]
fn settings_and_articles_are_checked() {
    check("an unknown section", "settings.toml", "[center]\nname = \"x\"", &[("1:2 unknown-key", "centre")]);
    check("an unknown phrase", "settings.toml", "[phrases]\nhonst = \"x\"", &[("2:1 unknown-key", "honest")]);
    check(
        "last words that wait",
        "settings.toml",
        "[phrases]\nno_facts = \"〔待填写〕\"",
        &[("2:12 unsendable", ""), ("2:13 unfinished", "")],
    );
    let article = |line: &str| format!("+++\ntitle = \"题\"\nstale_after = 2024-01-31\n{line}\n+++\n文");
    check("a good article", "articles/a.md", &article("date = 2023-10-01"), &[]);
    check(
        "no title",
        "articles/a.md",
        "+++\nstale_after = 2024-01-31\n+++\n文",
        &[("2:1 missing-key", "title")],
    );
    check(
        "no stale date",
        "articles/a.md",
        "+++\ntitle = \"题\"\n+++\n文",
        &[("2:1 no-stale-date", "stale_after = ")],
    );
    check("no address", "articles/a.md", &article("link = \"见官网\""), &[("4:8 bad-address", "https://")]);
}

#[test]
fn files_that_do_not_belong_are_told() {
    check("a hidden ending", "rules/a.md.txt", "x", &[("0:0 unknown-file", "a.md")]);
    check("a spreadsheet", "rules/a.xlsx", "x", &[("0:0 unknown-file", "CSV UTF-8")]);
    check("a misspelled name", "setting.toml", "x", &[("0:0 unknown-file", "settings.toml")]);
    check("a page for people", "rules/README.md", "x", &[]);
    check("a transcript", "tests/a.chat", "x", &[]);
    check("not text", "rules/a.md", "a\0b", &[("0:0 not-text", "文本")]);
}

/// What is told about rules beside each other, as `file code`.
#[track_caller]
fn check_rivals(case: &str, rules: &[(&str, &str)], expected: &[&str]) {
    let written: Vec<(String, String)> = rules
        .iter()
        .map(|(id, header)| (format!("rules/{id}.md"), super::rule(id, header, "您好。")))
        .collect();
    let written: Vec<(&str, &str)> =
        written.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let told: Vec<String> = check_today(&folder(&written))
        .problems
        .iter()
        .map(|problem| format!("{} {}", problem.file, problem.code))
        .collect();
    assert_eq!(told, expected, "{case}");
}

#[test]
fn two_rules_that_claim_the_same_message_are_told() {
    let twice = |line| [("a", line), ("b", line)];
    check_rivals("the whole message", &twice("triggers = [\"=价格\"]"), &["rules/b.md duplicate-trigger"]);
    check_rivals(
        "in other spelling",
        &[("a", "triggers = [\"=ＶＩＰ\"]"), ("b", "triggers = [\"=vip！\"]")],
        &["rules/b.md duplicate-trigger"],
    );
    check_rivals("its start", &twice("triggers = [\"^报名\"]"), &["rules/b.md duplicate-trigger"]);
    check_rivals("a part of it", &twice("triggers = [\"费用\"]"), &["rules/b.md shared-trigger"]);
    check_rivals(
        "parts in another order",
        &[("a", "triggers = [\"车费+报销\"]"), ("b", "triggers = [\"报销+车费\"]")],
        &["rules/b.md shared-trigger"],
    );
    check_rivals("an event", &twice("on = [\"subscribe\"]"), &["rules/b.md duplicate-occasion"]);
    check_rivals("two scenes", &[("a", "on = [\"scan:1\"]"), ("b", "on = [\"scan:2\"]")], &[]);
    check_rivals(
        "a question",
        &[("a", "questions = [\"多少钱？\"]"), ("b", "questions = [\"多少钱\"]")],
        &["rules/b.md shared-question"],
    );
    check_rivals(
        "within one rule",
        &[("a", "triggers = [\"=vip\", \"=VIP\"]")],
        &["rules/a.md written-twice"],
    );
    check_rivals(
        "for different accounts",
        &[
            ("a", "triggers = [\"=价格\"]\naccounts = [\"x\"]"),
            ("b", "triggers = [\"=价格\"]\naccounts = [\"y\"]"),
        ],
        &[],
    );
    check_rivals(
        "on different days",
        &[
            ("a", "triggers = [\"=价格\"]\nuntil = 2026-12-31"),
            ("b", "triggers = [\"=价格\"]\nfrom = 2027-01-01"),
        ],
        &[],
    );
    check_rivals(
        "on one day in common",
        &[
            ("a", "triggers = [\"=价格\"]\nuntil = 2027-01-01"),
            ("b", "triggers = [\"=价格\"]\nfrom = 2027-01-01"),
        ],
        &["rules/b.md duplicate-trigger"],
    );
}

#[test]
fn a_trigger_that_a_sample_of_what_is_not_ours_silences_is_told() {
    let silencing = |sample: &str| ("a", format!("kind = \"not-ours\"\nquestions = [\"{sample}\"]"));
    for (case, sample, trigger, expected) in [
        ("contains", "门票 多少钱？", "门票多少钱", &["rules/a.md unused-reply", "rules/b.md silenced"][..]),
        ("starts", "门票多少钱", "^门票多少钱", &["rules/a.md unused-reply", "rules/b.md silenced"]),
        ("a whole message goes first", "门票多少钱", "=门票多少钱", &["rules/a.md unused-reply"]),
        ("a longer sample", "故宫门票多少钱", "门票多少钱", &["rules/a.md unused-reply"]),
    ] {
        let (id, not_ours) = silencing(sample);
        check_rivals(case, &[(id, &not_ours), ("b", &format!("triggers = [\"{trigger}\"]"))], expected);
    }
}

#[test]
fn a_shadowed_trigger_names_the_winner() {
    check_rivals(
        "by a whole message",
        &[("a", "triggers = [\"=费用\"]"), ("b", "triggers = [\"费用\"]")],
        &["rules/b.md shadowed"],
    );
    check_rivals(
        "by a start",
        &[("a", "triggers = [\"^报名\"]"), ("b", "triggers = [\"报名费\"]")],
        &["rules/b.md shadowed"],
    );
    check_rivals(
        "unless the winner leaves it",
        &[("a", "triggers = [\"^报名\"]\nexclude = [\"费\"]"), ("b", "triggers = [\"报名费\"]")],
        &[],
    );
    check_rivals(
        "of two starts the longer wins",
        &[("a", "triggers = [\"^报名\"]"), ("b", "triggers = [\"^报名费\"]")],
        &[],
    );

    let written = [
        ("rules/a.md", super::rule("a", "triggers = [\"^报名\"]", "好。")),
        ("rules/b.md", super::rule("b", "triggers = [\"报名费\"]", "好。")),
    ];
    let written: Vec<(&str, &str)> = written.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let checked = check_today(&folder(&written));
    let told = checked.problems.first().expect("one problem");
    assert!(told.cause.contains("「a」（rules/a.md 第 2 行）"), "{}", told.cause);
}

const FIELD: &str =
    "[[field]]\nid = \"phone\"\nlabel = \"电话\"\nask = \"电话？\"\nkind = \"phone\"\nrequired = true\n";

#[test]
fn forms_are_checked() {
    let check = |case: &str, text: &str, expected: &[(&str, &str)]| {
        check(case, "forms/a.toml", text, expected);
    };
    check("good", FIELD, &[]);
    check("no step", "name = \"甲\"", &[("0:0 no-field", "[[field]]")]);
    check("a slip", &format!("nme = \"甲\"\n{FIELD}"), &[("1:1 unknown-key", "是不是 name ？")]);
    check(
        "a slip in a step",
        &format!("{FIELD}requird = true"),
        &[("7:1 unknown-key", "是不是 required ？")],
    );
    check(
        "another kind",
        &FIELD.replace("\"phone\"\nrequired", "\"phnoe\"\nrequired"),
        &[("1:1 no-phone", "required = true"), ("5:8 unknown-kind", "是不是 \"phone\" ？")],
    );
    check("no question", &FIELD.replace("ask = \"电话？\"\n", ""), &[("1:1 missing-key", "ask = ")]);
    check(
        "the same step twice",
        &format!("{FIELD}{FIELD}"),
        &[("8:6 duplicate-id", "编号"), ("9:9 duplicate-id", "名字")],
    );
    check(
        "a phone is always personal",
        &format!("{FIELD}personal = false"),
        &[("7:1 wrong-personal", "删掉")],
    );
    check(
        "nobody can be called",
        &FIELD.replace("required = true", "required = false"),
        &[("1:1 no-phone", "联系不上")],
    );
    check(
        "a consent that hides who keeps it",
        &format!("consent = \"同意吗？\"\n{FIELD}"),
        &[("1:11 short-consent", "{{keeper}}")],
    );
    check(
        "a consent that hides how long",
        &format!("consent = \"由{{{{keeper}}}}保存。\"\n{FIELD}"),
        &[("1:11 short-consent", "{{months}}")],
    );
    check(
        "a value of another sentence",
        &format!("consent = \"由{{{{keeper}}}}保存{{{{months}}}}个月，可删，{{{{number}}}}。\"\n{FIELD}"),
        &[("1:43 unknown-variable", "number")],
    );
    check("a list", "[field]\nid = \"a\"", &[("0:0 no-field", ""), ("1:1 wrong-kind", "[[field]]")]);
    let ten: String =
        (0..10).map(|n| format!("[[field]]\nid = \"f{n}\"\nlabel = \"第{n}\"\nask = \"？\"\n")).collect();
    check("too many", &ten, &[("1:1 no-phone", ""), ("37:1 too-many-fields", "最多 9 步")]);
}

#[test]
fn a_rule_may_open_only_a_form_that_is_there_and_the_usual_one_always_is() {
    let open = |form: &str| format!("kind = \"form\"\nform = \"{form}\"\ntriggers = [\"=报名\"]");
    check_rule("the shipped one", &format!("{NAMED}\n{}", open("enquiry")), "", &[]);
    check_rule(
        "none",
        &format!("{NAMED}\n{}", open("enquiri")),
        "",
        &[("5:8 dangling", "是不是 enquiry ？")],
    );
}

#[test]
fn how_long_a_lead_is_kept_is_a_number_of_months() {
    for (case, value, expected) in [
        ("good", "12", &[][..]),
        ("at most ten years", "120", &[]),
        ("none", "0", &[("2:21 wrong-kind", "1 到 120")]),
        ("too long", "121", &[("2:21 wrong-kind", "keep_leads_months = 1")]),
        ("in words", "\"一年\"", &[("2:21 wrong-kind", "整数")]),
    ] {
        check(case, "settings.toml", &format!("[privacy]\nkeep_leads_months = {value}"), expected);
    }
}

#[test]
fn a_contacts_own_hours_are_checked_like_the_centres() {
    let contact = "[[contact]]\nname = \"甲\"\nphone = \"1\"\ndefault = true\n";
    check("free text", "contacts.toml", &format!("{contact}hours = \"工作日\""), &[]);
    check("a section", "contacts.toml", &format!("{contact}[contact.hours]\nmon = [\"08:00-12:00\"]"), &[]);
    check(
        "a bad window",
        "contacts.toml",
        &format!("{contact}[contact.hours]\nmon = [\"上午\"]"),
        &[("6:8 bad-window", "24 小时制")],
    );
    check(
        "a slip",
        "contacts.toml",
        &format!("{contact}[contact.hours]\nmond = [\"08:00-12:00\"]"),
        &[("6:1 unknown-key", "是不是 mon ？")],
    );
}

#[test]
fn what_is_written_twice_is_named_as_the_file_spells_it() {
    let header = |line| super::rule("a", line, "您好。");
    let rule = |line| ("rules/a.md", header(line));
    let table = |cells| ("rules/faq.csv", format!("id,name,equals,contains,reply\na,甲,{cells},您好。\n"));
    let cases = [
        (
            "in two spellings",
            rule("triggers = [\"=vip\", '=ＶＩＰ！']"),
            "触发词「=ＶＩＰ！」和「=vip」是同一个",
        ),
        ("in one", rule("triggers = [\"费用\", \"报名\", \"费用\"]"), "触发词「费用」写了两次。"),
        ("parts", rule("triggers = [\"车费+报销\", \"报销+车费\"]"), "「报销+车费」和「车费+报销」"),
        ("in a cell", table("费用；費用,"), "触发词「費用」和「费用」是同一个"),
        (
            "an event",
            rule("on = [\"image\", \"subscribe\", \"subscribe\"]"),
            "on 里的「subscribe」写了两次。",
        ),
    ];
    for (case, (path, text), expected) in cases {
        let problems = check_today(&folder(&[(path, &text)])).problems;
        let told = problems.iter().find(|problem| problem.code == "written-twice");
        let cause = told.map(|problem| problem.cause.as_str()).unwrap_or_default();
        assert!(cause.contains(expected), "{case}: {problems:?}");
    }
}
