//! Headcounts: 45, 五十来人, 50-60人, 三四十, 百十号人, 领导5人学员50人.

use super::scan::{Scan, plain, starts};
use super::{Reading, segments, with_words};

/// More than this is a telephone number, or a joke.
const MOST_PEOPLE: u32 = 100_000;
/// More than this never came as one group; rather a slip of the finger.
const MOST_EXPECTED: u32 = 1_000;

const LEADS: &[&str] = &[
    "我们单位",
    "我们",
    "我单位",
    "本单位",
    "我这边",
    "我这",
    "单位",
    "参训",
    "培训",
    "参加",
    "人数",
    "总人数",
    "一共",
    "总共",
    "合计",
    "共计",
    "总计",
    "共",
    "是",
    "有",
    "来",
    "去",
    "想",
    "准备",
    "打算",
    "计划",
    "拟",
    "组织",
    "安排",
    "暂定",
    "初步",
    "目前",
    "现在",
    "，",
    "：",
    ":",
    "的",
];
const ABOUT: &[&str] = &[
    "大概有",
    "大约有",
    "差不多有",
    "大概",
    "大约",
    "大致",
    "大体",
    "差不多",
    "可能",
    "估计",
    "预计",
    "应该",
    "将近",
    "接近",
    "约有",
    "约",
    "近",
    "快",
    "得有",
    "有个",
    "个把",
];
const AT_LEAST: &[&str] = &["至少", "起码", "最少", "不少于", "不低于", "超过"];
const AT_MOST: &[&str] = &["最多", "不超过", "不多于", "至多", "顶多", "不到"];
const ROUGHLY: &[&str] = &["左右", "上下", "前后", "的样子", "样子", "来", "余", "出头"];
const COUNTERS: &[&str] = &["个人", "号人", "口人", "位", "名", "个", "号", "口", "人次", "人"];
const PEOPLE: &[&str] = &[
    "领导干部",
    "党员干部",
    "年轻干部",
    "青年干部",
    "科级干部",
    "处级干部",
    "中层干部",
    "村干部",
    "学员",
    "党员",
    "干部",
    "职工",
    "员工",
    "同志",
    "老师",
    "教师",
    "学生",
    "同学",
    "代表",
    "骨干",
    "领导",
    "同事",
    "团员",
    "人员",
    "人",
];
const TAILS: &[&str] = &[
    "吧", "呢", "啊", "呀", "哦", "的", "了", "，", "规模", "参加", "参训", "过来", "过去", "来", "去",
    "想去", "要去", "要来", "一起", "暂定", "大概",
];

/// Whether a headcount that was understood is worth asking about.
pub fn is_surprising(value: &str) -> bool {
    let numbers = value.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse::<u32>().ok());
    numbers.max().is_some_and(|most| most > MOST_EXPECTED)
}

pub fn read(text: &str) -> Reading {
    let whole = plain(text);
    if let Some(amount) = amount(&whole).or_else(|| groups(&whole)) {
        return Reading::Clear(amount.value);
    }
    let part = segments(text).find_map(|segment| amount(&plain(segment))).or_else(|| find_inside(&whole));
    match part {
        Some(amount) => Reading::Partly(with_words(&amount.value, text)),
        None => Reading::Unclear(None),
    }
}

/// A headcount that cannot be anything else: somebody is counted.
pub fn certain(text: &str) -> Option<String> {
    let whole = plain(text);
    amount(&whole).or_else(|| groups(&whole)).filter(|amount| amount.counts_people).map(|amount| amount.value)
}

struct Amount {
    value: String,
    /// A word for people stands beside the number.
    counts_people: bool,
}

/// The whole text.
fn amount(text: &str) -> Option<Amount> {
    let mut scan = Scan::new(text);
    scan.skip(LEADS);
    let amount = read_amount(&mut scan)?;
    scan.skip(TAILS);
    scan.is_done().then_some(amount)
}

fn read_amount(scan: &mut Scan<'_>) -> Option<Amount> {
    let mut about = false;
    let mut bound = Bound::None;
    loop {
        if scan.eat_any(ABOUT).is_some() {
            about = true;
        } else if scan.eat_any(AT_LEAST).is_some() {
            bound = Bound::Least;
        } else if scan.eat_any(AT_MOST).is_some() {
            bound = Bound::Most;
        } else {
            break;
        }
    }
    let number = scan.attempt(read_number)?;
    let roughly_before = scan.eat_any(ROUGHLY).is_some();
    let counted = scan.eat_any(COUNTERS);
    let named = scan.eat_any(PEOPLE);
    let bound = bound.or(read_bound(scan));
    let rest = scan.rest().len();
    scan.skip(ROUGHLY);
    let roughly_after = scan.rest().len() < rest;
    let bound = bound.or(read_bound(scan));
    let about = about || roughly_before || roughly_after;
    let counts_people = named.is_some() || counted.is_some_and(|word| word != "号" && word != "个");
    Some(Amount { value: number.describe(about, bound), counts_people })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    None,
    Least,
    Most,
}

impl Bound {
    fn or(self, other: Self) -> Self {
        if self == Self::None { other } else { self }
    }
}

fn read_bound(scan: &mut Scan<'_>) -> Bound {
    if scan.eat_any(&["以上", "起步", "起"]).is_some() {
        Bound::Least
    } else if scan.eat_any(&["以内", "以下", "之内"]).is_some() {
        Bound::Most
    } else {
        Bound::None
    }
}

enum Number {
    One(u32),
    /// 五十多: more than this, less than the next step.
    Over(u32),
    Range(u32, u32),
    /// 三四十: about as much.
    Spoken(u32, u32),
    About(u32),
    /// 几十, 十几: as it was said.
    Said(&'static str),
}

fn read_number(scan: &mut Scan<'_>) -> Option<Number> {
    // 百十 is a hundred or so; 上百 is said of nothing smaller.
    const SAID: &[(&str, &str)] = &[
        ("几十", "几十人"),
        ("十几", "10多人"),
        ("十来", "约10人"),
        ("好几百", "几百人"),
        ("几百", "几百人"),
        ("上百", "100多人"),
        ("几", "几人"),
    ];
    const HUNDRED: &[&str] = &["百十来", "百十", "百把来", "百把", "百来"];
    if scan.eat_any(HUNDRED).is_some() {
        return Some(Number::About(100));
    }
    if let Some((_, said)) = SAID.iter().find(|(word, _)| scan.eat(word)) {
        return Some(Number::Said(said));
    }
    if let Some((low, high)) = scan.spoken_range() {
        return is_possible(low).then_some(Number::Spoken(low, high));
    }
    let first = scan.number().filter(|number| is_possible(*number))?;
    let second = scan.attempt(|scan| {
        scan.eat_any(&["人", "个", "名"]);
        scan.eat_any(&["-", "到", "至", "或者", "或", "、"])?;
        scan.number().filter(|second| *second > first && is_possible(*second))
    });
    if let Some(second) = second {
        return Some(Number::Range(first, second));
    }
    if scan.eat_any(&["多", "几", "好几"]).is_some() {
        return Some(Number::Over(first));
    }
    Some(Number::One(first))
}

fn is_possible(number: u32) -> bool {
    (1..=MOST_PEOPLE).contains(&number)
}

impl Number {
    fn describe(&self, about: bool, bound: Bound) -> String {
        let about = if about && bound == Bound::None { "约" } else { "" };
        let bound = match bound {
            Bound::None => "",
            Bound::Least => "以上",
            Bound::Most => "以内",
        };
        match self {
            Self::One(number) => format!("{about}{number}人{bound}"),
            Self::Over(number) => format!("{number}多人{bound}"),
            Self::Range(low, high) => format!("{about}{low}-{high}人{bound}"),
            Self::Spoken(low, high) => format!("约{low}-{high}人"),
            Self::About(number) => format!("约{number}人"),
            Self::Said(said) => (*said).to_owned(),
        }
    }
}

/// 领导5人学员50人; 5名领导，50名学员.
fn groups(text: &str) -> Option<Amount> {
    const MOST_GROUPS: usize = 6;
    let mut scan = Scan::new(text);
    scan.skip(LEADS);
    let mut parts: Vec<(String, u32)> = Vec::new();
    while !scan.is_done() {
        let part = scan.attempt(label_first).or_else(|| scan.attempt(number_first))?;
        parts.push(part);
        scan.skip(&["，", "、", "和", "加", "+", "及", "另外", "还有", "其他"]);
        if parts.len() > MOST_GROUPS {
            return None;
        }
    }
    if parts.len() < 2 {
        return None;
    }
    let total = parts.iter().try_fold(0_u32, |sum, (_, number)| sum.checked_add(*number))?;
    let listed: Vec<String> = parts.iter().map(|(label, number)| format!("{label}{number}人")).collect();
    is_possible(total)
        .then(|| Amount { value: format!("{total}人（{}）", listed.join("、")), counts_people: true })
}

fn label_first(scan: &mut Scan<'_>) -> Option<(String, u32)> {
    let label = eat_label(scan)?;
    scan.skip(&["约", "大概", "有", "是", "：", ":"]);
    let number = scan.number().filter(|number| is_possible(*number))?;
    scan.eat_any(COUNTERS);
    Some((label, number))
}

fn number_first(scan: &mut Scan<'_>) -> Option<(String, u32)> {
    let number = scan.number().filter(|number| is_possible(*number))?;
    scan.eat_any(&["个", "名", "位"])?;
    Some((eat_label(scan)?, number))
}

/// A few words that name a group of people.
fn eat_label(scan: &mut Scan<'_>) -> Option<String> {
    const LONGEST: usize = 6;
    const NOT_IN_A_LABEL: &[char] = &[
        '个', '名', '位', '，', '、', '有', '约', '是', '：', ':', '天', '月', '日', '元', '和', '加', '及',
        '+',
    ];
    let text = scan.rest();
    let length = text
        .char_indices()
        .find(|(at, c)| {
            let starts_number = text.get(*at..).is_some_and(|rest| super::numerals::leading(rest).is_some());
            starts_number || NOT_IN_A_LABEL.contains(c) || !c.is_alphabetic()
        })
        .map_or(text.len(), |(at, _)| at);
    let label = text.get(..length).filter(|label| (1..=LONGEST).contains(&label.chars().count()))?;
    scan.eat(label);
    Some(label.to_owned())
}

/// Somewhere in a sentence, where people are counted.
fn find_inside(text: &str) -> Option<Amount> {
    starts(text).find_map(|rest| read_amount(&mut Scan::new(rest)).filter(|amount| amount.counts_people))
}
