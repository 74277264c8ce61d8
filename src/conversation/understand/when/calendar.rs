//! One point of time: a day, a part of a month, a week, a season. The year is
//! said when it is not this one.

use jiff::ToSpan as _;
use jiff::civil::{Date, Weekday};

use super::super::scan::Scan;
use super::feast;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// 「2027年」, when it is not this year.
    pub year_text: String,
    pub month: Option<u32>,
    pub day: Option<u32>,
    pub text: String,
}

impl Point {
    fn said(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// What stands at the reading position. `before` is the first end of a span.
pub fn point(scan: &mut Scan<'_>, today: Date, before: Option<&Point>) -> Option<Point> {
    let year = scan.attempt(|scan| read_year(scan, today));
    if year.is_some() {
        scan.eat_any(&["的", "，"]);
    }
    let found = scan
        .attempt(|scan| relative(scan, today))
        .or_else(|| scan.attempt(|scan| feast::read(scan, today, year)).map(Point::said))
        .or_else(|| scan.attempt(|scan| part_of_year(scan, today, year)).map(Point::said))
        .or_else(|| scan.attempt(|scan| numeric(scan, today, year)))
        .or_else(|| scan.attempt(|scan| of_month(scan, today, year)))
        .or_else(|| scan.attempt(|scan| day_alone(scan, today, before)));
    match (found, year) {
        (Some(point), _) => Some(point),
        (None, Some(year)) if year == today.year() => Some(Point::said("今年内")),
        (None, Some(year)) => Some(Point::said(format!("{year}年"))),
        (None, None) => None,
    }
}

fn read_year(scan: &mut Scan<'_>, today: Date) -> Option<i16> {
    for (word, ahead) in [("今年", 0), ("本年", 0), ("明年", 1), ("后年", 2), ("来年", 1)] {
        if scan.eat(word) {
            scan.eat("度");
            return today.year().checked_add(ahead);
        }
    }
    let number = scan.number()?;
    scan.eat("年").then_some(())?;
    let year = if number < 100 { number + 2000 } else { number };
    i16::try_from(year).ok().filter(|year| (today.year()..=today.year().saturating_add(10)).contains(year))
}

/// Counted from today.
fn relative(scan: &mut Scan<'_>, today: Date) -> Option<Point> {
    for (word, days) in [("大后天", 3), ("后天", 2), ("明天", 1), ("明日", 1), ("今天", 0), ("今日", 0)]
    {
        if scan.eat(word) {
            return Some(on(today.checked_add(days.days()).ok()?, today));
        }
    }
    scan.attempt(|scan| later(scan, today))
        .or_else(|| scan.attempt(|scan| of_week(scan, today)))
        .or_else(|| scan.attempt(|scan| of_this_month(scan, today)))
}

/// 两周后, 半个月后, 三个月以后.
fn later(scan: &mut Scan<'_>, today: Date) -> Option<Point> {
    const MOST: u32 = 500;
    const AFTER: &[&str] = &["以后", "之后", "后"];
    if scan.eat("半个月") {
        scan.eat_any(AFTER)?;
        return Some(around(today.checked_add(15.days()).ok()?, today));
    }
    if scan.eat("半年") {
        scan.eat_any(AFTER)?;
        let day = today.checked_add(6.months()).ok()?;
        return Some(month_of(day, today));
    }
    let number = scan.number().filter(|number| (1..=MOST).contains(number))?;
    let unit = scan.eat_any(&["个星期", "个礼拜", "个月", "星期", "礼拜", "天", "周"])?;
    scan.eat_any(AFTER)?;
    let count = i64::from(number);
    match unit {
        "天" => Some(around(today.checked_add(count.days()).ok()?, today)),
        "个月" => Some(month_of(today.checked_add(count.months()).ok()?, today)),
        _ => Some(around(today.checked_add((count * 7).days()).ok()?, today)),
    }
}

/// 下周三, 这周末, 周末, 下下周.
fn of_week(scan: &mut Scan<'_>, today: Date) -> Option<Point> {
    let which = scan.eat_any(&["下下个", "下下", "下个", "下", "这个", "这", "本", "上"]);
    let weeks: i64 = match which {
        Some("下下个" | "下下") => 2,
        Some("下个" | "下") => 1,
        Some("上") => return None,
        _ => 0,
    };
    scan.eat_any(&["周", "星期", "礼拜"])?;
    let monday = today.checked_sub(i64::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
    let week = monday.checked_add((weeks * 7).days()).ok()?;
    if scan.eat_any(&["末", "六日", "六周日"]).is_some() {
        return Some(Point::said(match weeks {
            0 if which.is_none() => "周末",
            0 => "本周末",
            1 => "下周末",
            _ => "下下周末",
        }));
    }
    if let Some(name) = scan.eat_any(&["一", "二", "三", "四", "五", "六", "日", "天"]) {
        let offset = "一二三四五六日".find(if name == "天" { "日" } else { name })? / "一".len();
        let mut day = week.checked_add(i64::try_from(offset).ok()?.days()).ok()?;
        if which.is_none() && day < today {
            day = day.checked_add(7.days()).ok()?;
        }
        let mut point = on(day, today);
        point.text = format!("{}（周{}）", point.text, weekday(day.weekday()));
        return Some(point);
    }
    which?;
    Some(Point::said(match weeks {
        0 => "本周".to_owned(),
        1 => format!("下周（{}起）", on(week, today).text),
        _ => format!("下下周（{}起）", on(week, today).text),
    }))
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "一",
        Weekday::Tuesday => "二",
        Weekday::Wednesday => "三",
        Weekday::Thursday => "四",
        Weekday::Friday => "五",
        Weekday::Saturday => "六",
        Weekday::Sunday => "日",
    }
}

/// 下个月, 本月底, 月底.
fn of_this_month(scan: &mut Scan<'_>, today: Date) -> Option<Point> {
    let ahead: i64 = match scan.eat_any(&["下下个月", "下下月", "下个月", "下月", "这个月", "本月", "当月"])
    {
        Some("下下个月" | "下下月") => 2,
        Some("下个月" | "下月") => 1,
        Some(_) => 0,
        None => {
            let part =
                ["月初", "月中", "月底", "月末"].iter().find(|word| scan.rest().starts_with(**word))?;
            scan.eat("月");
            i64::from(*part == "月初" && today.day() > 10)
        }
    };
    let first = today.first_of_month().checked_add(ahead.months()).ok()?;
    Some(within_month(scan, first.year(), u32::try_from(first.month()).ok()?, today))
}

/// 上半年, 年底, 第二季度, 暑假, 春天.
fn part_of_year(scan: &mut Scan<'_>, today: Date, year: Option<i16>) -> Option<String> {
    /// The word, what is written down, and its last month.
    const PARTS: &[(&str, &str, i8)] = &[
        ("上半年", "上半年", 6),
        ("下半年", "下半年", 12),
        ("年初", "年初", 3),
        ("年中", "年中", 7),
        ("年底", "年底", 12),
        ("年末", "年底", 12),
        ("岁末", "年底", 12),
        ("底", "年底", 12),
        ("暑假", "暑假", 8),
        ("暑期", "暑假", 8),
        ("寒假", "寒假", 2),
        ("开春", "春季", 4),
        ("春天", "春季", 5),
        ("春季", "春季", 5),
        ("夏天", "夏季", 8),
        ("夏季", "夏季", 8),
        ("秋天", "秋季", 11),
        ("秋季", "秋季", 11),
        ("入秋", "秋季", 11),
        ("冬天", "冬季", 12),
        ("冬季", "冬季", 12),
        ("第一季度", "第一季度", 3),
        ("第二季度", "第二季度", 6),
        ("第三季度", "第三季度", 9),
        ("第四季度", "第四季度", 12),
        ("一季度", "第一季度", 3),
        ("二季度", "第二季度", 6),
        ("三季度", "第三季度", 9),
        ("四季度", "第四季度", 12),
    ];
    let (_, named, last_month) =
        PARTS.iter().find(|(word, ..)| (*word != "底" || year.is_some()) && scan.eat(word))?;
    let meant = year.unwrap_or_else(|| next_year_if(today.month() > *last_month, today));
    // 「开春前后」
    Some(format!("{}{named}", year_text(meant, today)))
}

/// 4.12, 4/12, 2027-04-12, 4.12-16 (its end is read by the caller).
fn numeric(scan: &mut Scan<'_>, today: Date, year: Option<i16>) -> Option<Point> {
    let first = arabic(scan)?;
    let separator = scan.eat_any(&[".", "/", "-"])?;
    let second = arabic(scan)?;
    if first > 1000 {
        let year =
            i16::try_from(first).ok().filter(|year| (today.year()..=today.year() + 10).contains(year))?;
        let day = scan.attempt(|scan| {
            scan.eat_any(&[".", "/", "-"])?;
            arabic(scan)
        });
        return match day {
            Some(day) => dated(year, second, day, today),
            None => month_point(year, second, today),
        };
    }
    // 4-12 alone could be anything; with a year before it, it is a day.
    if separator == "-" && year.is_none() {
        return None;
    }
    scan.eat_any(&["号", "日"]);
    let year = match year {
        Some(year) => year,
        None => year_of(first, second, today)?,
    };
    dated(year, first, second, today)
}

/// Digits only: 四.十二 is not how people write dates.
fn arabic(scan: &mut Scan<'_>) -> Option<u32> {
    scan.rest().starts_with(|c: char| c.is_ascii_digit()).then(|| scan.number())?
}

/// 3月中旬, 三四月, 4月12号.
fn of_month(scan: &mut Scan<'_>, today: Date, year: Option<i16>) -> Option<Point> {
    let spoken = scan.attempt(|scan| {
        let range = scan.spoken_range()?;
        scan.eat_any(&["月份", "月"])?;
        Some(range)
    });
    if let Some((first, last)) = spoken {
        return months(first, last, today, year);
    }
    let month = scan.number().filter(|month| (1..=12).contains(month))?;
    // 3-4月, 3到4月
    let second = scan.attempt(|scan| {
        scan.eat_any(&["-", "到", "至", "、", "或"])?;
        let second = scan.number().filter(|second| *second > month && *second <= 12)?;
        scan.eat_any(&["月份", "月"])?;
        Some(second)
    });
    if let Some(second) = second {
        return months(month, second, today, year);
    }
    scan.eat_any(&["月份", "月"])?;
    let year = match year {
        Some(year) => year,
        None => next_year_if(month < u32::try_from(today.month()).ok()?, today),
    };
    Some(within_month(scan, year, month, today))
}

fn months(first: u32, last: u32, today: Date, year: Option<i16>) -> Option<Point> {
    if !(1..=12).contains(&first) || last > 12 {
        return None;
    }
    let year = match year {
        Some(year) => year,
        None => next_year_if(last < u32::try_from(today.month()).ok()?, today),
    };
    Some(Point::said(format!("{}{first}-{last}月", year_text(year, today))))
}

/// A month and what follows it: a part of it, or a day.
fn within_month(scan: &mut Scan<'_>, year: i16, month: u32, today: Date) -> Point {
    const PARTS: &[(&str, &str)] = &[
        ("上旬", "上旬"),
        ("中旬", "中旬"),
        ("下旬", "下旬"),
        ("上半月", "上半月"),
        ("下半月", "下半月"),
        ("月初", "上旬"),
        ("月中", "中旬"),
        ("月底", "下旬"),
        ("月末", "下旬"),
        ("初", "上旬"),
        ("中", "中旬"),
        ("底", "下旬"),
        ("末", "下旬"),
    ];
    let base = format!("{}{month}月", year_text(year, today));
    let mut point =
        Point { year_text: year_text(year, today), month: Some(month), day: None, text: base.clone() };
    let day = scan.attempt(|scan| {
        let day = scan.number()?;
        let marked = scan.eat_any(&["号", "日"]).is_some();
        let is_date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).is_ok();
        (is_date && (marked || scan.is_done() || scan.rest().starts_with(['-', '到', '至', '，'])))
            .then_some(day)
    });
    if let Some(day) = day {
        let passed = year == today.year()
            && u32::try_from(today.month()).is_ok_and(|this| this == month)
            && u32::try_from(today.day()).is_ok_and(|this| this > day);
        let year = if passed { year.saturating_add(1) } else { year };
        return dated(year, month, day, today).unwrap_or(point);
    }
    scan.eat("的");
    if let Some((_, part)) = PARTS.iter().find(|(word, _)| scan.eat(word)) {
        point.text = format!("{base}{part}");
    }
    point
}

/// 12号: the next one, or of the month that was said before.
fn day_alone(scan: &mut Scan<'_>, today: Date, before: Option<&Point>) -> Option<Point> {
    let day = scan.number().filter(|day| (1..=31).contains(day))?;
    let marked = scan.eat_any(&["号", "日"]).is_some();
    let month_before = before.filter(|before| before.day.is_some()).and_then(|before| before.month);
    if let (Some(month), Some(before)) = (month_before, before) {
        let text = format!("{}{month}月{day}日", before.year_text);
        return Some(Point { year_text: before.year_text.clone(), month: Some(month), day: Some(day), text });
    }
    if !marked {
        return None;
    }
    let day = i8::try_from(day).ok()?;
    let first = today.first_of_month();
    (0..3)
        .find_map(|ahead: i64| {
            let month = first.checked_add(ahead.months()).ok()?;
            Date::new(month.year(), month.month(), day).ok().filter(|date| *date >= today)
        })
        .map(|date| on(date, today))
}

fn on(day: Date, today: Date) -> Point {
    let (month, of_month) = (u32::try_from(day.month()).ok(), u32::try_from(day.day()).ok());
    let year_text = year_text(day.year(), today);
    let text = format!("{year_text}{}月{}日", day.month(), day.day());
    Point { year_text, month, day: of_month, text }
}

fn around(day: Date, today: Date) -> Point {
    Point::said(format!("{}前后", on(day, today).text))
}

fn month_of(day: Date, today: Date) -> Point {
    Point::said(format!("{}{}月", year_text(day.year(), today), day.month()))
}

fn month_point(year: i16, month: u32, today: Date) -> Option<Point> {
    (1..=12).contains(&month).then(|| Point::said(format!("{}{month}月", year_text(year, today))))
}

fn dated(year: i16, month: u32, day: u32, today: Date) -> Option<Point> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().map(|date| on(date, today))
}

/// The year in which this day comes next.
fn year_of(month: u32, day: u32, today: Date) -> Option<i16> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    Some(next_year_if((month, day) < (today.month(), today.day()), today))
}

fn next_year_if(passed: bool, today: Date) -> i16 {
    if passed { today.year().saturating_add(1) } else { today.year() }
}

pub fn year_text(year: i16, today: Date) -> String {
    if year == today.year() { String::new() } else { format!("{year}年") }
}
