use proptest::prelude::*;

use super::*;

fn option(label: &str, id: &str) -> Span {
    Span::Option { label: label.to_owned(), id: id.to_owned() }
}

fn link(label: &str, url: &str) -> Span {
    Span::Link { label: label.to_owned(), url: url.to_owned() }
}

fn wechat(span: Span) -> String {
    Text { spans: vec![span] }.render(Markup::Wechat)
}

fn limits(text_bytes: usize) -> Limits {
    Limits { text_bytes, ..Limits::STRICTEST }
}

fn hint() -> Text {
    Text { spans: vec![Span::Plain("\n".to_owned()), option("继续", "more")] }
}

fn fit(text: &str, text_bytes: usize) -> (String, Option<String>) {
    let (part, rest) = Text::plain(text).fit(limits(text_bytes), &Text::default());
    (part.render(Markup::Wechat), rest.map(|rest| rest.render(Markup::Wechat)))
}

#[test]
fn what_a_customer_wrote_never_becomes_a_link() {
    assert_eq!(
        wechat(Span::Plain("<a href=\"http://evil\">点我</a> 人数<50".to_owned())),
        "＜a href=\"http://evil\">点我＜/a> 人数＜50"
    );
}

#[test]
fn an_option_keeps_its_address_whatever_its_label_holds() {
    assert_eq!(
        wechat(option("食宿&费用 100%+\"问\"", "cost")),
        "<a href=\"weixin://bizmsgmenu?msgmenucontent=食宿＆费用 100％＋”问”&msgmenuid=cost\">食宿&费用 100%+\"问\"</a>"
    );
}

#[test]
fn a_link_cannot_end_its_attribute() {
    assert_eq!(
        wechat(link("看<b>", "https://e.com/?a=1&b=\"><x>")),
        "<a href=\"https://e.com/?a=1&b=%22%3E%3Cx%3E\">看＜b></a>"
    );
}

#[test]
fn the_length_is_that_of_the_rendering() {
    let text = Text {
        spans: vec![Span::Plain("a<b 人".to_owned()), link("标题", "https://e.com/\" "), option("A&B", "1")],
    };

    for markup in [Markup::Wechat, Markup::Plain] {
        assert_eq!(text.rendered_bytes(markup), text.render(markup).len());
    }
}

#[test]
fn a_text_at_the_limit_is_whole_and_one_byte_above_is_cut() {
    let at_the_limit = "甲".repeat(682) + "a"; // 682 × 3 + 1 = 2047
    let below = "甲".repeat(682);
    let above = at_the_limit.clone() + "b";

    assert_eq!(fit(&below, 2047), (below.clone(), None));
    assert_eq!(fit(&at_the_limit, 2047), (at_the_limit.clone(), None));
    assert_eq!(fit(&above, 2047), (at_the_limit, Some("b".to_owned())));
}

const CUTS: &[(&str, &str, usize, &str)] = &[
    ("never inside a character", "甲乙丙丁", 10, "甲乙丙"),
    ("after a sentence", "第一句。第二句。第三", 26, "第一句。第二句。"),
    ("a closing quote belongs to its sentence", "他说“好。”然后就走了", 21, "他说“好。”"),
    ("after a line", "一、二\n三、四五六七", 18, "一、二\n"),
    (
        "not after a sentence that leaves most of the room unused",
        "好。甲乙丙丁戊己庚辛壬",
        24,
        "好。甲乙丙丁戊己",
    ),
    ("room for less than a character", "甲乙", 1, "甲"),
];

#[test]
fn a_cut_comes_where_a_reader_would_pause() {
    for (case, text, room, expected) in CUTS {
        assert_eq!(fit(text, *room).0, *expected, "{case}");
    }
}

#[test]
fn the_part_ends_with_the_hint_and_the_rest_follows() {
    let text = Text::plain("课程很多。".repeat(200)); // 3000 bytes

    let (part, rest) = text.fit(Limits::STRICTEST, &hint());

    let rendered = part.render(Markup::Wechat);
    assert!(rendered.len() <= 2047);
    assert!(rendered.ends_with(&hint().render(Markup::Wechat)));
    let (part, rest) = rest.expect("3000 bytes do not fit").fit(Limits::STRICTEST, &hint());
    assert!(part.render(Markup::Wechat).ends_with("课程很多。"));
    assert_eq!(rest, None);
}

#[test]
fn a_link_is_never_split() {
    let spans = vec![Span::Plain("甲".repeat(10)), link("标题", "https://example.org/a/long/path")];

    let (part, rest) = Text { spans: spans.clone() }.fit(limits(60), &Text::default());

    assert_eq!(part.spans, spans[..1]);
    assert_eq!(rest.map(|rest| rest.spans), Some(spans[1..].to_vec()));
}

#[test]
fn a_link_that_fits_no_reply_becomes_its_label() {
    let endless = Text { spans: vec![link("标题", &"x".repeat(3000))] };

    assert_eq!(endless.fit(Limits::STRICTEST, &hint()), (Text::plain("标题"), None));
}

#[test]
fn blank_lines_alone_are_not_worth_another_reply() {
    let text = "甲".repeat(20) + "\n\n\n";

    assert_eq!(fit(&text, 60), ("甲".repeat(20), None));
}

fn any_span() -> impl Strategy<Value = Span> {
    prop_oneof![
        4 => "[a<。\n甲乙🙂\"&]{0,40}".prop_map(Span::Plain),
        1 => ("[a甲<]{1,6}", "[a-z/&\"]{1,20}").prop_map(|(label, url)| Span::Link { label, url }),
        1 => ("[a甲&]{1,6}", "[a-z]{1,8}").prop_map(|(label, id)| Span::Option { label, id }),
    ]
}

proptest! {
    #[test]
    fn every_part_fits_and_nothing_is_lost(spans in prop::collection::vec(any_span(), 0..20), room in 250usize..700) {
        let whole = Text { spans };
        let tail = hint().render(Markup::Wechat);

        let mut said = String::new();
        let mut left = Some(whole.clone());
        while let Some(text) = left {
            let (part, rest) = text.fit(limits(room), &hint());
            let rendered = part.render(Markup::Wechat);
            prop_assert!(rendered.len() <= room);
            said += if rest.is_some() { rendered.strip_suffix(&tail).expect("the hint comes last") } else { &rendered };
            left = rest;
        }

        let written = whole.render(Markup::Wechat);
        prop_assert_eq!(said.trim_end(), written.trim_end());
    }

    #[test]
    fn cutting_ends_however_little_room_there_is(spans in prop::collection::vec(any_span(), 0..8), room in 0usize..20) {
        let mut left = Some(Text { spans });
        let mut parts = 0;
        while let Some(text) = left {
            left = text.fit(limits(room), &hint()).1;
            parts += 1;
            prop_assert!(parts < 2000);
        }
    }
}
