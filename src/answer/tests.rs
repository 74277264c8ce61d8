//! The ladder as a whole, on small rulebooks.

use jiff::civil::date;

use super::*;
use crate::model::{AccountId, RuleId};
use crate::rulebook::{Answer, Rule, Trigger, Validity};

/// A rule of a small rulebook: its id, triggers as staff write them, samples.
fn rule(id: &str, triggers: &[&str], questions: &[&str]) -> Rule {
    let triggers = triggers.iter().map(|written| trigger(written)).collect();
    let questions = questions.iter().map(|question| (*question).into()).collect();
    Rule { triggers, questions, ..Rule::named(RuleId::parse(id).expect("a plain id"), id) }
}

fn trigger(written: &str) -> Trigger {
    if let Some(whole) = written.strip_prefix('=') {
        Trigger::Equals(Normalized::new(whole))
    } else if let Some(start) = written.strip_prefix('^') {
        Trigger::Starts(Normalized::new(start))
    } else if let Some(pattern) = written.strip_prefix('/') {
        Trigger::Pattern(regex::Regex::new(pattern.trim_end_matches('/')).expect("a pattern"))
    } else {
        Trigger::Contains(written.split('+').map(Normalized::new).collect())
    }
}

/// Answers a message with the ids of its verdict: none, one, or the choices.
fn ids(rules: &[Rule], elsewhere: &[&str], message: &str) -> Vec<String> {
    let mut rulebook = Rulebook::of_rules(rules.to_vec());
    rulebook.settings.answers.elsewhere = elsewhere.iter().map(|name| (*name).into()).collect();
    match decide(&rulebook, message).verdict {
        Verdict::Rule(rule) => vec![id(&rulebook, rule)],
        Verdict::Choices(rules) => rules.into_iter().map(|rule| id(&rulebook, rule)).collect(),
        Verdict::None => Vec::new(),
    }
}

fn id(rulebook: &Rulebook, rule: RuleIndex) -> String {
    rulebook.rules[rule.position()].id.to_string()
}

fn decide(rulebook: &Rulebook, message: &str) -> Decision {
    let account = AccountId::parse("main").expect("a slug");
    Matcher::new(rulebook).answer(message, &Asked { account: &account, today: date(2026, 11, 23) })
}

fn check(case: &str, rules: &[Rule], message: &str, expected: &[&str]) {
    assert_eq!(ids(rules, &["延安"], message), expected, "{case}: {message}");
}

#[test]
fn two_questions_at_once_are_offered_as_a_choice() {
    let rules = [
        rule("price", &["费用", "多少钱"], &["一个人多少钱"]),
        rule("transport", &["怎么去"], &["从南昌怎么过去"]),
        rule("both", &[], &["多少钱？住几天？"]),
        rule("greeting", &["=在吗"], &[]),
    ];
    check("in the order of asking", &rules, "怎么去？多少钱？", &["transport", "price"]);
    check("one of them twice", &rules, "多少钱？费用呢？", &["price"]);
    check("one that nobody answers", &rules, "多少钱？天上有几颗星？", &[]);
    check("a sample of its own", &rules, "多少钱？住几天？", &["both"]);
    check("a greeting before", &rules, "在吗？多少钱？", &["price"]);
    check("with a comma", &rules, "怎么去，多少钱", &["transport", "price"]);
    check("of three, one that nobody answers", &rules, "怎么去？多少钱？有几颗星？", &["transport", "price"]);
    check("of four, two", &rules, "怎么去？多少钱？有几颗星？下雪吗？", &[]);
}

#[test]
fn a_pattern_for_the_whole_message_decides_at_once() {
    let rules = [
        rule("enquiry", &["/^(红色)?培训(的事)?$/"], &["我们想订一期"]),
        rule("elsewhere", &[], &["红色培训哪家好", "培训的事归谁管"]),
    ];
    check("all of it", &rules, "红色培训", &["enquiry"]);
    check("behind politeness", &rules, "您好，想咨询一下培训的事", &["enquiry"]);
    check(
        "words that shut a rule out may stand in the politeness",
        &[
            Rule { exclude: vec![Normalized::new("谢")], ..rule("okay", &["=收到"], &[]) },
            rule("thanks", &["收到"], &[]),
        ],
        "收到，谢谢啦",
        &["thanks"],
    );
}

#[test]
fn politeness_around_a_question_changes_nothing() {
    let rules = [
        rule("price", &["=价格"], &["一个人多少钱", "怎么收费"]),
        rule("greeting", &["=你好"], &["请问一下", "您好，请问在吗", "老师您好"]),
    ];
    check("a trigger for the whole message", &rules, "您好，请问价格？谢谢", &["price"]);
    check("a sample", &rules, "老师您好，打扰一下，怎么收费", &["price"]);
    check("nothing else", &rules, "老师您好", &["greeting"]);
}

#[test]
fn keywords_alone_make_a_rulebook() {
    let rules = [
        rule("price", &["费用", "多少钱", "=价格"], &[]),
        rule("invoice", &["发票", "费用+报销"], &[]),
        rule("enquiry", &["^报名"], &[]),
        rule("batch", &["/第[一二]批/"], &[]),
    ];
    let long = "通知：".to_owned()
        + "各位业主请于本周六上午关好自家水龙头并储备生活用水".repeat(6).as_str()
        + "费用自理";

    check("contains", &rules, "请问培训费用大概要多少呢？", &["price"]);
    check(
        "in a message of some length",
        &rules,
        "我们单位计划十月组织五十名党员去培训三天，费用怎么样",
        &["price"],
    );
    check("whole message", &rules, "价格", &["price"]);
    check("not the whole message", &rules, "价格表在哪", &[]);
    check("starts with", &rules, "报名要带什么", &["enquiry"]);
    check("does not start with", &rules, "怎么报名", &[]);
    check("all parts beat one of them", &rules, "费用能报销吗", &["invoice"]);
    check("two that are as good", &rules, "费用和发票", &["price", "invoice"]);
    check("pattern", &rules, "第二批什么时候开始", &["batch"]);
    check("homophone", &rules, "费佣多少", &["price"]);
    check("typed in pinyin", &rules, "fei yong", &["price"]);
    check("initials", &rules, "fy", &["price"]);
    check("traditional, full width, spaces", &rules, "費 用？？", &["price"]);
    check("another place", &rules, "延安培训多少钱", &[]);
    check("a forwarded notice", &rules, &long, &[]);
    check("nothing at all", &rules, "？？", &[]);
    check("nothing of ours", &rules, "今天天气真好", &[]);
}

#[test]
fn sample_questions_answer_what_no_keyword_does() {
    let price = ["一个人多少钱", "怎么收费", "人均大概什么标准", "要花多少", "贵不贵"];
    let lodging = ["住在哪里", "宾馆条件好不好", "几个人一间房", "有没有热水", "能住单间吗"];
    let not_ours = ["给我讲个笑话", "明天股票会涨吗", "我家的猫不吃饭", "酒店的会员卡怎么退"];
    let mut rules =
        [rule("price", &[], &price), rule("lodging", &[], &lodging), rule("other", &[], &not_ours)];
    rules[2].answer = Answer::NotOurs;

    check("a sample question itself", &rules, "贵不贵", &["price"]);
    check("in other words", &rules, "一个人收费多少", &["price"]);
    check("with a wrong character", &rules, "住在那里", &["lodging"]);
    check("typed in pinyin", &rules, "zenme shoufei", &["price"]);
    check("a sample of what is not ours", &rules, "给我讲个笑话", &[]);
    check("like what is not ours", &rules, "再讲个笑话给我听", &[]);
}

#[test]
fn a_new_keyword_counts_although_the_rule_has_samples() {
    let rules = [
        rule("price", &["打卡费"], &["一个人多少钱", "怎么收费", "费用多少"]),
        rule("lodging", &[], &["住在哪里", "住宿条件怎么样", "几个人一间"]),
    ];

    check("the keyword alone", &rules, "打卡费", &["price"]);
    check("the keyword in a question", &rules, "打卡费几个钱", &["price"]);
}

#[test]
fn a_new_rule_of_keywords_alone_holds_its_own_among_rules_with_samples() {
    let rules = [
        rule("transport", &[], &["机场在哪里", "怎么过去", "有没有车接", "在什么位置", "大巴停哪里"]),
        rule("lodging", &[], &["住在哪里", "住宿条件怎么样", "几个人一间"]),
        rule("new", &["打卡机"], &[]),
    ];

    check("the keyword in another rule's words", &rules, "打卡机在哪里", &["new"]);
    check("the keyword far from all", &rules, "参加培训的人天天都要用打卡机吗", &["new"]);
}

#[test]
fn a_rule_answers_only_where_when_and_what_it_may() {
    let mut other_account = rule("old", &["费用"], &[]);
    other_account.accounts = vec![AccountId::parse("second").expect("a slug")];
    let mut expired = rule("expired", &["费用"], &[]);
    expired.valid = Validity { from: None, until: Some(date(2026, 1, 1)) };
    let mut excluding = rule("excluding", &["费用"], &[]);
    excluding.exclude = vec![Normalized::new("免费")];
    let plain = rule("plain", &["费用多少"], &[]);

    let rules = [other_account, expired, excluding, plain];

    check("the one that may", &rules, "费用", &["excluding"]);
    check("an excluded word", &rules, "免费吗？费用多少", &["plain"]);
    let why = decide(&Rulebook::of_rules(rules.to_vec()), "免费吗？费用多少").why;
    let lost: Vec<Option<Lost>> = why.into_iter().map(|candidate| candidate.lost).collect();
    assert!(lost.contains(&Some(Lost::NotForAccount)), "{lost:?}");
    assert!(lost.contains(&Some(Lost::NotValidToday)), "{lost:?}");
    assert!(lost.contains(&Some(Lost::Excluded("免费".to_owned()))), "{lost:?}");
}

#[test]
fn the_same_message_always_gets_the_same_decision() {
    let rules = [rule("price", &["费用"], &["一个人多少钱"]), rule("stay", &["住宿"], &["住在哪里"])];
    let rulebook = Rulebook::of_rules(rules.to_vec());

    for message in ["费用和住宿", "住多少钱", "qian duoshao"] {
        assert_eq!(decide(&rulebook, message), decide(&rulebook, message));
    }
}

#[test]
fn the_end_of_a_very_long_message_is_not_read() {
    let rules = [rule("price", &["费用"], &[])];
    let message = "啊".repeat(20_000) + "费用";

    let decision = decide(&Rulebook::of_rules(rules.to_vec()), &message);

    assert_eq!(decision.verdict, Verdict::None);
    assert!(decision.normalized.as_str().chars().count() <= MOST_CHARACTERS);
}

#[test]
fn a_rulebook_without_rules_answers_nothing() {
    check("no rules", &[], "费用", &[]);
}

#[test]
fn a_scene_goes_before_any_scene() {
    let mut any = rule("any", &[], &[]);
    any.on = vec![Occasion::Scan(None), Occasion::Subscribe];
    let mut booth = rule("booth", &[], &[]);
    booth.on = vec![Occasion::Scan(Some("booth".to_owned()))];
    let rulebook = Rulebook::of_rules(vec![any, booth]);
    let matcher = Matcher::new(&rulebook);
    let account = AccountId::parse("main").expect("a slug");
    let asked = Asked { account: &account, today: date(2026, 11, 23) };
    let fired = |occasion: Occasion| matcher.occasion(&occasion, &asked).map(|rule| id(&rulebook, rule));

    assert_eq!(fired(Occasion::Scan(Some("booth".to_owned()))).as_deref(), Some("booth"));
    assert_eq!(fired(Occasion::Scan(Some("other".to_owned()))).as_deref(), Some("any"));
    assert_eq!(fired(Occasion::Subscribe).as_deref(), Some("any"));
    assert_eq!(fired(Occasion::Image), None);
}
