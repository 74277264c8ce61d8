//! What rules send, by the hour, by chance, and when something is missing.

use yingda::model::reply::Markup;
use yingda::model::{Limits, Reply};
use yingda::rulebook::{Moment, Phrase, Rendered, Rulebook};

use super::{rule, rulebook};

/// A Monday morning.
const MORNING: &str = "2026-11-23T10:00:00+08:00";
const EVENING: &str = "2026-11-23T20:00:00+08:00";

const HOURS: &str = "[centre]\nname = \"培训中心\"\n[hours]\nmon_fri = [\"08:30-12:00\", \"14:00-17:30\"]\n";

fn at(now: &str) -> Moment<'static> {
    Moment { now: now.parse().expect("a time"), draw: 0, public_url: None, limits: Limits::STRICTEST }
}

fn render(rulebook: &Rulebook, moment: &Moment<'_>) -> Rendered {
    rulebook.render(rulebook.rules.first().expect("a rule"), moment)
}

/// The reply as a customer reads it.
fn shown(rendered: &Rendered) -> String {
    match &rendered.reply {
        Reply::Text { text } => text.render(Markup::Plain),
        other => format!("{other:?}"),
    }
}

fn says(rulebook: &Rulebook, moment: &Moment<'_>) -> String {
    shown(&render(rulebook, moment))
}

fn one_rule(more: &str, body: &str, others: &[(&str, &str)]) -> Rulebook {
    let text = rule("a", &format!("triggers = [\"费用\"]\n{more}"), body);
    rulebook(&[&[("rules/a.md", text.as_str())], others].concat())
}

#[test]
fn the_part_for_the_hour_is_sent() {
    let body = "随时。\n## 工作时间\n上班。\n## 休息时间\n{{next_open}}恢复。";
    let with_hours = one_rule("", body, &[("settings.toml", HOURS)]);
    let unset = one_rule("", body, &[]);
    let cases = [
        ("in the morning", &with_hours, MORNING, "上班。"),
        ("at noon", &with_hours, "2026-11-23T13:00:00+08:00", "今天14:00恢复。"),
        ("in the evening", &with_hours, EVENING, "明天08:30恢复。"),
        ("on Friday night", &with_hours, "2026-11-27T20:00:00+08:00", "周一08:30恢复。"),
        ("while hours are unset", &unset, EVENING, "随时。"),
    ];
    for (case, rulebook, now, expected) in cases {
        assert_eq!(says(rulebook, &at(now)), expected, "{case}");
    }
}

#[test]
fn a_variant_is_drawn_and_an_unfinished_one_is_passed_over() {
    let variants = one_rule("", "一。\n---\n〔待填写〕\n---\n三。", &[]);
    let drawn: Vec<String> = (0..4).map(|draw| says(&variants, &Moment { draw, ..at(MORNING) })).collect();

    assert_eq!(drawn, ["一。", "三。", "三。", "一。"]);
}

#[test]
fn what_is_missing_gives_way_step_by_step() {
    let expired =
        "[[contact]]\nname = \"甲\"\nphone = \"1\"\nwechat = \"w\"\ndefault = true\nvalid_until = 2026-11-30";
    let phrases = "[phrases]\nhonest = \"请打 {{phone}}\"\nno_facts = \"没有资料。\"";
    let fallback = "fallback = \"以顾问为准。\"";
    let asks_for_phone = "fallback = \"以顾问为准，{{phone}}。\"";
    let cases = [
        ("its own fallback", one_rule(fallback, "〔待填写〕", &[]), "以顾问为准。"),
        ("the honest answer", one_rule("", "〔待填写〕", &[("settings.toml", phrases)]), "请打 0796-6559898"),
        (
            "a sentence without facts",
            one_rule(
                asks_for_phone,
                "打 {{phone}}",
                &[("settings.toml", phrases), ("contacts.toml", expired)],
            ),
            "没有资料。",
        ),
        (
            "nobody's phone",
            one_rule("", "打 {{phone}}", &[("contacts.toml", ""), ("settings.toml", phrases)]),
            "没有资料。",
        ),
    ];
    for (case, rulebook, expected) in cases {
        let rendered = render(&rulebook, &at("2026-12-01T10:00:00+08:00"));
        assert_eq!((shown(&rendered).as_str(), rendered.degraded), (expected, true), "{case}");
    }
}

#[test]
fn a_fact_is_used_until_its_last_day() {
    let contact = "[[contact]]\nname = \"甲\"\nphone = \"123\"\nwechat = \"w\"\ndefault = true\nvalid_until = 2026-11-30";
    let rulebook = one_rule("fallback = \"过期。\"", "打 {{phone}}", &[("contacts.toml", contact)]);

    assert_eq!(says(&rulebook, &at("2026-11-30T23:59:00+08:00")), "打 123");
    assert_eq!(says(&rulebook, &at("2026-12-01T00:00:00+08:00")), "过期。");
}

#[test]
fn links_and_numbered_options_are_sent_as_the_channel_writes_them() {
    let b = rule("b", "triggers = [\"联系\"]", "您好。");
    let body =
        "请看[官网](https://a.cn)。\n1. [联系顾问](rule:b)\n2. [{{wechat}}](rule:b)\n也可[再看](rule:a)。";
    let rulebook = one_rule("", body, &[("rules/b.md", &b)]);
    let rendered = render(&rulebook, &at(MORNING));

    let Reply::Text { text } = &rendered.reply else { panic!("{rendered:?}") };
    let id = |rule| yingda::model::RuleId::parse(rule).expect("an id").option_id();
    let expected = "请看<a href=\"https://a.cn\">官网</a>。\n\
         1 <a href=\"weixin://bizmsgmenu?msgmenucontent=联系顾问&msgmenuid=b\">联系顾问</a>\n\
         2 <a href=\"weixin://bizmsgmenu?msgmenucontent=jgspxpy&msgmenuid=b\">jgspxpy</a>\n\
         也可<a href=\"weixin://bizmsgmenu?msgmenucontent=再看&msgmenuid=a\">再看</a>。"
        .replace("menuid=a", &format!("menuid={}", id("a")))
        .replace("menuid=b", &format!("menuid={}", id("b")));
    assert_eq!(text.render(Markup::Wechat), expected);
    let choices: Vec<(&str, &str)> =
        rendered.choices.iter().map(|choice| (choice.label.as_str(), choice.rule.as_str())).collect();
    assert_eq!(choices, [("联系顾问", "b"), ("jgspxpy", "b")], "only numbered options answer to digits");
}

#[test]
fn an_option_of_a_form_fires_the_rule_that_opens_it() {
    let form = "+++\nid = \"sign-up\"\nname = \"报名\"\nkind = \"form\"\nform = \"enquiry\"\ntriggers = [\"报名\"]\n+++\n";
    let rulebook = one_rule("", "1. [留下需求](form:enquiry)", &[("rules/z.md", form)]);

    let rendered = render(&rulebook, &at(MORNING));

    assert_eq!(rendered.choices.first().map(|choice| choice.rule.as_str()), Some("sign-up"));
    let sign_up = rulebook.rules.last().expect("two rules");
    assert_eq!(
        shown(&rulebook.render(sign_up, &at(MORNING))),
        "请直接联系顾问：电话 0796-6559898，微信号 jgspxpy。"
    );
}

const ARTICLE: &str = "\
+++
title = \"怎么学\"
source = \"《党建研究》2023年第10期\"
date = 2023-10-01
stale_after = 2024-01-31
summary = \"谈怎么学。\"
+++
正文。";

#[test]
fn an_article_is_a_card_with_a_public_address_and_text_without() {
    let rulebook = one_rule("kind = \"article\"\narticle = \"how\"", "", &[("articles/how.md", ARTICLE)]);
    let stale = "文中所述时间截至2024年1月31日，已经过去，请以最新要求为准。";

    let with_page = Moment { public_url: Some("https://wx.example.org/"), ..at(MORNING) };
    let Reply::Cards { cards } = render(&rulebook, &with_page).reply else { panic!("a card") };
    let card = cards.first().expect("one card");
    assert_eq!((card.title.as_str(), card.url.as_str()), ("怎么学", "https://wx.example.org/a/how"));
    assert_eq!(card.description, format!("《党建研究》2023年第10期，2023-10-01\n谈怎么学。\n{stale}"));

    let text = says(&rulebook, &at(MORNING));
    assert_eq!(text, format!("怎么学\n《党建研究》2023年第10期，2023-10-01\n谈怎么学。\n{stale}"));

    let in_time = says(&rulebook, &at("2024-01-31T23:00:00+08:00"));
    assert!(!in_time.contains("已经过去"), "{in_time}");
}

#[test]
fn a_contact_tells_whether_somebody_answers_only_when_hours_are_set() {
    let unset = one_rule("kind = \"contact\"", "", &[]);
    let with_hours = one_rule("kind = \"contact\"", "", &[("settings.toml", HOURS)]);
    let card = "培训顾问\n电话：0796-6559898 tel:0796-6559898\n微信号：jgspxpy";

    assert_eq!(says(&unset, &at(EVENING)), card);
    assert_eq!(says(&with_hours, &at(MORNING)), format!("{card}\n现在可以拨打。"));
    assert_eq!(
        says(&with_hours, &at(EVENING)),
        format!("{card}\n现在休息，明天08:30恢复。可先回复「咨询」留下需求。")
    );
}

#[test]
fn courses_are_a_card_alone_a_list_together_and_nothing_without_any() {
    let header = "id,name,days_min,days_max,people_min,audience,link,valid_until\n";
    let with = |rows: &str| {
        let table = format!("{header}{rows}");
        one_rule("kind = \"courses\"\nfallback = \"请问顾问。\"", "有这些：", &[("courses.csv", &table)])
    };
    let one = with("c1,重走红军路,3,5,,机关干部,https://a.cn/1,\n");
    let Reply::Cards { cards } = render(&one, &at(MORNING)).reply else { panic!("a card") };
    let card = cards.first().expect("one card");
    assert_eq!((card.title.as_str(), card.description.as_str()), ("重走红军路 · 3-5天", "适合：机关干部"));

    let two = with("c1,甲课,3,,30,,https://a.cn/1,\nc2,乙课,,,,,,\nc3,旧课,,,,,,2026-11-22\n");
    assert_eq!(says(&two, &at(MORNING)), "有这些：\n· 甲课 https://a.cn/1（3天起，30人起）\n· 乙课");

    let eight: String = (1..=8).map(|n| format!("c{n},课{n},,,,,,\n")).collect();
    let listed = says(&with(&eight), &at(MORNING));
    assert!(
        listed.contains("课6") && !listed.contains("课7") && listed.ends_with("更多课程请问顾问。"),
        "{listed}"
    );

    assert_eq!(says(&with(""), &at(MORNING)), "请问顾问。");
}

#[test]
fn media_and_silence_are_sent_as_they_are() {
    let image = one_rule("kind = \"image\"\nmedia_id = \"m1\"", "", &[]);
    assert_eq!(render(&image, &at(MORNING)).reply, Reply::Image { media_id: "m1".to_owned() });
    for kind in ["silence", "not-ours"] {
        let quiet = one_rule(&format!("kind = \"{kind}\""), "", &[]);
        assert_eq!(render(&quiet, &at(MORNING)).reply, Reply::Silence, "{kind}");
    }
}

#[test]
fn phrases_have_defaults_and_can_be_reworded() {
    let usual = rulebook(&[]);
    let reworded = rulebook(&[("settings.toml", "[phrases]\nchoose = \"您想问哪一个：\"")]);

    assert_eq!(shown(&usual.say(Phrase::Choose, &at(MORNING))), "您是想问：");
    assert_eq!(shown(&reworded.say(Phrase::Choose, &at(MORNING))), "您想问哪一个：");
    for phrase in Phrase::ALL {
        let said = shown(&usual.say(*phrase, &at(MORNING)));
        assert!(!said.is_empty() && !said.contains("{{"), "{phrase:?}: {said}");
    }
}
