//! Times as people plan: 3月中旬, 下个月, 国庆后, 明年上半年, 4.12-4.16, 越快越好. As
//! seen from today, and only as exact as what was said.

mod calendar;
mod feast;

use jiff::civil::Date;

use self::calendar::Point;
use super::scan::{Scan, plain, starts};
use super::{Reading, segments, with_words};

const LEADS: &[&str] = &[
    "时间",
    "大概是",
    "大概在",
    "大概",
    "大约",
    "约",
    "预计",
    "估计",
    "计划在",
    "计划",
    "打算",
    "准备在",
    "准备",
    "可能在",
    "可能",
    "初步定在",
    "初步",
    "暂定在",
    "暂定",
    "拟定于",
    "拟定",
    "拟于",
    "拟",
    "定在",
    "定于",
    "安排在",
    "想在",
    "想",
    "最好在",
    "最好是",
    "最好",
    "争取在",
    "争取",
    "我们",
    "应该是",
    "应该在",
    "应该",
    "就",
    "是",
    "在",
    "于",
    "从",
    "，",
    "：",
    ":",
    "的",
];
const TAILS: &[&str] = &[
    "左右",
    "前后",
    "的时候",
    "那段时间",
    "那几天",
    "期间",
    "这段时间",
    "出发",
    "开班",
    "报到",
    "开始",
    "过去",
    "过来",
    "上山",
    "去",
    "来",
    "到",
    "培训",
    "学习",
    "办班",
    "举办",
    "都行",
    "都可以",
    "均可",
    "可以",
    "吧",
    "呢",
    "的样子",
    "样子",
    "，",
    "比较好",
    "最好",
    "的",
    "想",
    "要",
    "我们",
];
const JOINTS: &[&str] = &["-", "到", "至", "或者是", "或者", "或", "、", "和", "还是", "，或"];

pub fn read(text: &str, today: Date) -> Reading {
    let whole = plain(text);
    if let Some(value) = read_whole(&whole, today) {
        return Reading::Clear(value);
    }
    let part = segments(text)
        .find_map(|segment| read_whole(&plain(segment), today))
        .or_else(|| find_inside(&whole, today));
    match part {
        Some(value) => Reading::Partly(with_words(&value, text)),
        None => Reading::Unclear(None),
    }
}

/// A time that cannot be anything else.
pub fn certain(text: &str, today: Date) -> Option<String> {
    read_whole(&plain(text), today)
}

fn read_whole(text: &str, today: Date) -> Option<String> {
    if let Some(said) = as_said(text) {
        return Some(said.to_owned());
    }
    let mut scan = Scan::new(text);
    scan.skip(LEADS);
    let mut value = read_span(&mut scan, today)?;
    if matches!(scan.rest(), "左右" | "前后") {
        value.push_str(scan.rest());
    }
    scan.skip(TAILS);
    if let Some(length) = scan.attempt(read_length) {
        value = format!("{value}，{length}");
    }
    scan.skip(TAILS);
    scan.is_done().then_some(value)
}

/// One point of time, or from one to another.
fn read_span(scan: &mut Scan<'_>, today: Date) -> Option<String> {
    let first = scan.attempt(|scan| calendar::point(scan, today, None))?;
    let second = scan.attempt(|scan| {
        let joint = scan.eat_any(JOINTS)?;
        scan.skip(&["大概", "约", "是"]);
        Some((joint, calendar::point(scan, today, Some(&first))?))
    });
    let Some((joint, second)) = second else { return Some(first.text) };
    let from_to = matches!(joint, "-" | "到" | "至");
    Some(if from_to { first.until(&second) } else { format!("{}或{}", first.text, second.text) })
}

/// 三天, 3天2晚, 一周.
fn read_length(scan: &mut Scan<'_>) -> Option<String> {
    scan.skip(&["，", "为期", "共", "一共", "大概", "培训", "学习", "去", "办"]);
    let days = scan.number().filter(|days| (1..=60).contains(days))?;
    if scan.eat_any(&["周", "个星期", "星期"]).is_some() {
        return Some(format!("{days}周"));
    }
    scan.eat_any(&["天", "日"])?;
    let nights = scan.attempt(|scan| {
        let nights = scan.number().filter(|nights| (1..=60).contains(nights))?;
        scan.eat_any(&["晚", "夜"])?;
        Some(nights)
    });
    Some(nights.map_or_else(|| format!("{days}天"), |nights| format!("{days}天{nights}晚")))
}

fn as_said(text: &str) -> Option<&'static str> {
    const SOON: &[&str] = &[
        "越快越好",
        "尽快",
        "尽早",
        "越早越好",
        "马上",
        "立刻",
        "最近",
        "近期",
        "就这几天",
        "这几天",
        "这两天",
        "急",
        "比较急",
        "很急",
        "最快",
        "最近就去",
        "近期就去",
        "尽快安排",
    ];
    const ANY: &[&str] = &[
        "随时",
        "随时都行",
        "随时都可以",
        "随时可以",
        "时间灵活",
        "任何时候",
        "什么时候都行",
        "什么时候都可以",
        "哪天都行",
        "时间都行",
        "都有时间",
    ];
    let text = text.trim_matches('，');
    if SOON.contains(&text) {
        return Some("尽快");
    }
    ANY.contains(&text).then_some("时间灵活")
}

/// Somewhere in a sentence.
fn find_inside(text: &str, today: Date) -> Option<String> {
    starts(text).find_map(|rest| read_span(&mut Scan::new(rest), today))
}

/// As the second end of a span needs to know it.
impl Point {
    fn until(&self, end: &Self) -> String {
        // 4月12日-16日, 4-5月: the year and the month are said once.
        let shorter = self.year_text.as_str();
        let end_text = end.text.strip_prefix(shorter).unwrap_or(&end.text);
        let same_month = self.day.is_some() && end.day.is_some() && self.month == end.month;
        let month = self.month.map(|month| format!("{month}月")).unwrap_or_default();
        let end_text =
            if same_month { end_text.strip_prefix(month.as_str()).unwrap_or(end_text) } else { end_text };
        match (self.day, self.text.strip_suffix('月')) {
            (None, Some(start)) if end_text.ends_with('月') => format!("{start}-{end_text}"),
            _ => format!("{}-{end_text}", self.text),
        }
    }
}
