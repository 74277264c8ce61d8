use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const KINDS: [AnswerKind; 6] = [
    AnswerKind::Unit,
    AnswerKind::People,
    AnswerKind::When,
    AnswerKind::Phone,
    AnswerKind::Name,
    AnswerKind::Text,
];

/// A Monday in late autumn: most of what people name is next year.
fn today() -> Date {
    date(2026, 11, 23)
}

fn check(kind: AnswerKind, cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, expected)| {
            let read = read(kind, text, today());
            let shown = match &read {
                Reading::Clear(value) => value.clone(),
                Reading::Partly(value) => format!("~{value}"),
                Reading::Unclear(Some(why)) => format!("?{why}"),
                Reading::Unclear(None) => "?".to_owned(),
            };
            (shown != *expected).then(|| format!("{text}: {shown}, expected {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn headcounts_are_understood_as_people_say_them() {
    check(
        AnswerKind::People,
        &[
            ("45", "45人"),
            ("４５人", "45人"),
            ("五十来人", "约50人"),
            ("50左右", "约50人"),
            ("五十人左右", "约50人"),
            ("大概50个人吧", "约50人"),
            ("五十个左右的样子", "约50人"),
            ("50-60人", "50-60人"),
            ("50到60个人", "50-60人"),
            ("五十至六十名", "50-60人"),
            ("50人～60人", "50-60人"),
            ("三四十", "约30-40人"),
            ("三四十个人", "约30-40人"),
            ("二十五六个", "约25-26人"),
            ("百十号人", "约100人"),
            ("一百二十人", "120人"),
            ("一百五", "150人"),
            ("50多人", "50多人"),
            ("三十几个", "30多人"),
            ("十几个人", "10多人"),
            ("几十人", "几十人"),
            ("上百人", "100多人"),
            ("至少30人", "30人以上"),
            ("30人以上", "30人以上"),
            ("不超过60人", "60人以内"),
            ("没定", "待定"),
            ("还没定呢", "待定"),
            ("领导5人学员50人", "55人（领导5人、学员50人）"),
            ("5名领导，50名学员", "55人（领导5人、学员50人）"),
            ("我们单位一共48人", "48人"),
            ("40名党员", "40人"),
            ("约五十名青年干部", "约50人"),
            ("50人左右，可能还有变动", "~约50人（50人左右，可能还有变动）"),
            ("0", "?"),
            ("13812345678", "?"),
            ("某县税务局", "?"),
            ("很多", "?"),
        ],
    );
}

#[test]
fn times_are_understood_as_seen_from_today() {
    check(
        AnswerKind::When,
        &[
            ("3月中旬", "2027年3月中旬"),
            ("三月中旬", "2027年3月中旬"),
            ("12月中旬", "12月中旬"),
            ("四月中旬去", "2027年4月中旬"),
            ("十一月底", "11月下旬"),
            ("十二月", "12月"),
            ("下个月", "12月"),
            ("下月初", "12月上旬"),
            ("月底", "11月下旬"),
            ("国庆后", "2027年国庆后"),
            ("国庆节之后", "2027年国庆后"),
            ("十一", "2027年国庆"),
            ("十一期间", "2027年国庆期间"),
            ("五一前", "2027年五一前"),
            ("七一前后", "2027年七一前后"),
            ("春节前", "春节前"),
            ("过完年", "春节后"),
            ("明年上半年", "2027年上半年"),
            ("明年春天", "2027年春季"),
            ("上半年", "2027年上半年"),
            ("年底", "年底"),
            ("今年年底", "年底"),
            ("明年3月", "2027年3月"),
            ("2027年4月12日", "2027年4月12日"),
            ("4.12-4.16", "2027年4月12日-16日"),
            ("4.12-16", "2027年4月12日-16日"),
            ("4月12日到16日", "2027年4月12日-16日"),
            ("12月1号到5号", "12月1日-5日"),
            ("12/1", "12月1日"),
            ("12号", "12月12日"),
            ("25号", "11月25日"),
            ("三四月", "2027年3-4月"),
            ("3月到4月", "2027年3-4月"),
            ("3月或4月", "2027年3月或2027年4月"),
            ("周末", "周末"),
            ("下周末", "下周末"),
            ("下周三", "12月2日（周三）"),
            ("明天", "11月24日"),
            ("两周后", "12月7日前后"),
            ("三个月后", "2027年2月"),
            ("第二季度", "2027年第二季度"),
            ("暑假", "2027年暑假"),
            ("越快越好", "尽快"),
            ("尽快", "尽快"),
            ("随时都行", "时间灵活"),
            ("没定", "待定"),
            ("看领导安排", "待定"),
            ("大概四月中旬吧", "2027年4月中旬"),
            ("4月中旬，三天两晚", "2027年4月中旬，3天2晚"),
            ("4月12日左右", "2027年4月12日左右"),
            ("大概12月吧，看领导时间", "~12月（大概12月吧，看领导时间）"),
            ("领导说12月中旬比较合适", "~12月中旬（领导说12月中旬比较合适）"),
            ("五十人", "?"),
            ("某县税务局", "?"),
            ("13月", "?"),
        ],
    );
}

/// Looking to the end from every bracket would take minutes here.
#[test]
fn a_long_row_of_brackets_before_a_number_is_read_once() {
    let found = phone::find(&format!("{}1381234", "(".repeat(300_000)));

    assert_eq!((found.numbers.len(), found.wrong.as_deref()), (0, Some("这个号码少四位，请再看看。")));
}

#[test]
fn telephone_numbers_are_understood_and_wrong_ones_explained() {
    check(
        AnswerKind::Phone,
        &[
            ("13812345678", "13812345678"),
            ("138 1234 5678", "13812345678"),
            ("138-1234-5678", "13812345678"),
            ("+86 138 1234 5678", "13812345678"),
            ("8613812345678", "13812345678"),
            ("１３８１２３４５６７８", "13812345678"),
            ("幺三八一二三四五六七八", "13812345678"),
            ("我的电话13812345678，请联系我", "13812345678"),
            ("0796-6559898", "0796-6559898"),
            ("07966559898", "0796-6559898"),
            ("（0796）6559898", "0796-6559898"),
            ("0796 6559898转801", "0796-6559898转801"),
            ("0796-6559898-801", "0796-6559898转801"),
            ("010-12345678", "?这个号码不对，请再看看。"),
            ("010-62345678", "010-62345678"),
            ("400-123-4567", "4001234567"),
            ("13812345678或0796-6559898", "13812345678、0796-6559898"),
            ("13812345678 13912345678", "13812345678、13912345678"),
            ("张主任13812345678", "~13812345678（张主任）"),
            ("1381234567", "?这个号码少一位，请再看看。"),
            ("138123456789", "?这个号码多一位，请再看看。"),
            ("138123456", "?这个号码少两位，请再看看。"),
            ("12345678901", "?这个号码的开头不对，请再看看。"),
            ("6559898", "?座机请带上区号，例如 0796-6559898。"),
            ("0796-655989", "?这个号码少一位，请再看看。"),
            ("不想留", "?"),
            ("没定", "?"),
        ],
    );
}

#[test]
fn units_are_taken_out_of_their_sentence() {
    check(
        AnswerKind::Unit,
        &[
            ("某县税务局", "某县税务局"),
            ("我们是某县税务局的", "某县税务局"),
            ("单位：某县税务局。", "某县税务局"),
            ("我是来自 某大学马克思主义学院", "某大学马克思主义学院"),
            ("您好，我们单位是某某集团有限公司", "某某集团有限公司"),
            ("个人", "个人"),
            ("。。", "?"),
            ("1", "?"),
        ],
    );
    for unit in ["某县税务局", "我们是市人民医院的", "某某集团有限公司", "县委组织部", "第三中学"]
    {
        assert!(looks_like_unit(unit), "{unit}");
    }
    for other in ["住宿怎么样", "你们中心在哪", "五十人", "四月中旬", "找客服部"] {
        assert!(!looks_like_unit(other), "{other}");
    }
}

#[test]
fn several_facts_in_one_message_are_told_apart() {
    let shown = |text: &str| {
        let facts = facts(text, today());
        let known: Vec<String> =
            facts.known.iter().map(|fact| format!("{:?}={}", fact.kind, fact.value)).collect();
        format!("{} | {}", known.join(" "), facts.rest.join(" "))
    };
    let cases = [
        ("某县税务局，50人左右，四月中旬去", "Unit=某县税务局 People=约50人 When=2027年4月中旬 | "),
        ("50人，138 1234 5678", "Phone=13812345678 People=50人 | "),
        ("党性教育", " | 党性教育"),
        ("党性教育，五十人", "People=50人 | 党性教育"),
        ("45", " | 45"),
        ("我的电话13812345678，请联系我", "Phone=13812345678 | "),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn a_number_is_shown_without_its_middle() {
    for (value, shown) in [
        ("13812345678", "138****5678"),
        ("0796-6559898", "079****9898"),
        ("13812345678、13912345678", "138****5678、139****5678"),
        ("13812345678（张主任）", "138****5678（张主任）"),
        ("50人", "50人"),
    ] {
        assert_eq!(phone::masked(value), shown, "{value}");
    }
}

/// Pieces that mean something, thrown together.
fn some_text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "五十",
        "来",
        "人",
        "50",
        "-",
        "60",
        "左右",
        "3",
        "月",
        "中旬",
        "十一",
        "国庆",
        "后",
        "明年",
        "下",
        "周",
        "138",
        "1234",
        "5678",
        "+86",
        "0796",
        "转",
        "（",
        "）",
        "，",
        " ",
        "。",
        "天",
        "号",
        "日",
        "年",
        "2027",
        "上半",
        "某县税务局",
        "的",
        "一",
        "百",
        "万",
        "亿",
        "零",
        "几",
        "99999999999",
        ".",
        "/",
        "个",
        "半",
        "😀",
        "\u{0}",
        "\u{301}",
    ]);
    prop_oneof![prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat()), any::<String>(),]
}

proptest! {
    #[test]
    fn whatever_is_typed_is_read_without_a_panic_and_in_bounds(
        text in some_text(),
        days in 0i64..4_000,
    ) {
        use jiff::ToSpan as _;
        let today = date(2024, 1, 1).saturating_add(days.days());
        for kind in KINDS {
            if let Reading::Clear(value) | Reading::Partly(value) = read(kind, &text, today) {
                prop_assert!(!value.is_empty());
                if !matches!(kind, AnswerKind::Unit | AnswerKind::Name | AnswerKind::Text) {
                    prop_assert!(value.chars().count() <= 400, "{}", value);
                }
            }
        }
        let facts = facts(&text, today);
        for fact in &facts.known {
            prop_assert!(!fact.value.is_empty());
        }
        let _ = (looks_like_unit(&text), phone::masked(&text));
    }

    #[test]
    fn any_mobile_number_is_understood_however_it_is_spaced(
        number in "1[3-9][0-9]{9}",
        first in 1usize..10,
        separator in prop::sample::select(vec![" ", "-", ""]),
        lead in prop::sample::select(vec!["", "+86", "+86 ", "电话：", "我的手机号是"]),
    ) {
        let (a, b) = number.split_at(first);
        let typed = format!("{lead}{a}{separator}{b}");
        prop_assert!(phone::may_hold_number(&typed));
        prop_assert_eq!(read(AnswerKind::Phone, &typed, today()), Reading::Clear(number));
    }

    #[test]
    fn a_headcount_is_what_was_said(number in 1u32..9_999, words in prop::sample::select(vec!["", "人", "个人", "名", "位", "号人"])) {
        let read = read(AnswerKind::People, &format!("{number}{words}"), today());
        prop_assert_eq!(read, Reading::Clear(format!("{number}人")));
    }

    #[test]
    fn a_shown_number_never_has_its_middle(number in "1[3-9][0-9]{9}") {
        let shown = phone::masked(&format!("电话{}。", number));
        let (head, tail) = (&number.as_bytes()[..3], &number.as_bytes()[7..]);
        let [head, tail] = [head, tail].map(String::from_utf8_lossy);
        prop_assert_eq!(shown, format!("电话{}****{}。", head, tail));
    }
}
