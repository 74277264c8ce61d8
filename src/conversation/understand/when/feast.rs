//! Holidays that people plan around: 国庆后, 春节前, 十一, 七一前后.

use jiff::civil::Date;

use super::super::scan::Scan;
use super::calendar::year_text;

/// Month and day.
type Day = (i8, i8);

/// As it is typed, as it is written down, and its last day where that is fixed.
const FEASTS: &[(&str, &str, Option<Day>)] = &[
    ("国庆长假", "国庆假期", Some((10, 7))),
    ("国庆假期", "国庆假期", Some((10, 7))),
    ("国庆节", "国庆", Some((10, 7))),
    ("国庆", "国庆", Some((10, 7))),
    ("十一长假", "国庆假期", Some((10, 7))),
    ("十一假期", "国庆假期", Some((10, 7))),
    ("十一国庆", "国庆", Some((10, 7))),
    ("十一", "国庆", Some((10, 7))),
    ("五一劳动节", "五一", Some((5, 5))),
    ("五一假期", "五一假期", Some((5, 5))),
    ("五一", "五一", Some((5, 5))),
    ("劳动节", "五一", Some((5, 5))),
    ("五四青年节", "五四", Some((5, 4))),
    ("五四", "五四", Some((5, 4))),
    ("青年节", "五四", Some((5, 4))),
    ("七一建党节", "七一", Some((7, 1))),
    ("七一", "七一", Some((7, 1))),
    ("建党节", "七一", Some((7, 1))),
    ("八一建军节", "八一", Some((8, 1))),
    ("八一", "八一", Some((8, 1))),
    ("建军节", "八一", Some((8, 1))),
    ("三八妇女节", "三八", Some((3, 8))),
    ("三八", "三八", Some((3, 8))),
    ("六一", "六一", Some((6, 1))),
    ("教师节", "教师节", Some((9, 10))),
    ("元旦节", "元旦", Some((1, 3))),
    ("元旦", "元旦", Some((1, 3))),
    ("清明节", "清明", Some((4, 6))),
    ("清明", "清明", Some((4, 6))),
    ("春节假期", "春节假期", None),
    ("春节", "春节", None),
    ("过完年", "春节后", None),
    ("过年", "春节", None),
    ("年后", "春节后", None),
    ("年前", "春节前", None),
    ("元宵节", "元宵", None),
    ("元宵", "元宵", None),
    ("端午节", "端午", None),
    ("端午", "端午", None),
    ("中秋节", "中秋", None),
    ("中秋", "中秋", None),
];

pub fn read(scan: &mut Scan<'_>, today: Date, year: Option<i16>) -> Option<String> {
    let (word, named, last_day) = FEASTS.iter().find(|(word, ..)| scan.rest().starts_with(word))?;
    scan.eat(word);
    // 十一月 is a month, 五一二 nothing at all.
    if scan.rest().starts_with(['月', '点', '个', '人', '天', '名', '号', '日', '-', '.']) {
        return None;
    }
    let relation = if named.ends_with(['前', '后']) { "" } else { read_relation(scan) };
    let meant = match (year, last_day) {
        (Some(year), _) => year,
        (None, Some(last_day)) => year_of(*last_day, relation, today),
        // Its day moves; the next one is meant.
        (None, None) => today.year(),
    };
    Some(format!("{}{named}{relation}", year_text(meant, today)))
}

fn read_relation(scan: &mut Scan<'_>) -> &'static str {
    scan.eat_any(&["长假", "小长假", "放假", "节"]);
    if scan.eat_any(&["前后", "左右"]).is_some() {
        "前后"
    } else if scan.eat_any(&["以后", "之后", "过后", "后面", "后"]).is_some() {
        "后"
    } else if scan.eat_any(&["以前", "之前", "前面", "前"]).is_some() {
        "前"
    } else {
        if scan.eat_any(&["期间", "假期", "当天", "那几天", "的时候"]).is_some() {
            return "期间";
        }
        ""
    }
}

/// 国庆后, said in October, is this October.
fn year_of((month, day): Day, relation: &str, today: Date) -> i16 {
    let passed =
        if relation == "后" { today.month() > month } else { (today.month(), today.day()) > (month, day) };
    if passed { today.year().saturating_add(1) } else { today.year() }
}
