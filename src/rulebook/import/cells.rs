//! The cells of one row, checked; each problem names its cell as the spreadsheet
//! does: 「C7：天数要填数字」.

use jiff::civil::Date;

use super::super::cells::cell_name;
use super::super::edit::Values;
use super::super::fields::parse_date;
use super::columns::{Column, Holds, Mapping, Target};

/// More than a reply may be long, many times over.
pub const MAX_CELL_CHARS: usize = 20_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellProblem {
    /// `C7`
    pub cell: String,
    /// The column's title, or its key.
    pub column: &'static str,
    pub mistake: Mistake,
}

/// The cause and what to do, as a terminal tells it. The console has words of
/// its own (console::exchange).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    #[error("是空的，请填上。")]
    Empty,
    #[error("超过 {MAX_CELL_CHARS} 个字。")]
    TooLong,
    #[error("是表格公式的错误「{0}」，请先在表格里改正。")]
    Formula(String),
    #[error("要填数字，现在是「{0}」。")]
    NoNumber(String),
    #[error("要填数字，例如 3 或 3-5，现在是「{0}」。")]
    NoRange(String),
    #[error("要填日期，例如 2026-12-31，现在是「{0}」。")]
    NoDate(String),
    #[error(
        "要填电话号码，例如 0796-6559898，现在是「{0}」。号码变成了小数或 1.38E+10，就把那一列设成文本再填。"
    )]
    NoPhone(String),
    #[error("只填「是」或空着，现在是「{0}」。")]
    NoFlag(String),
    #[error("要写完整的网址，以 https:// 开头，现在是「{0}」。")]
    NoAddress(String),
    #[error("是 {most}，比最少的 {least} 还少。")]
    BelowLeast { least: u32, most: u32 },
    #[error("是空的：电话和微信号至少填一个。")]
    OutOfReach,
    #[error("第 {first} 行已经是默认联系人，只能有一位。")]
    SecondDefault { first: usize },
}

impl std::fmt::Display for CellProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}：{}{}", self.cell, self.column, self.mistake)
    }
}

/// A row's values by key of the rulebook's table.
pub fn read(
    target: Target,
    mapping: &Mapping,
    number: usize,
    row: &[String],
    problems: &mut Vec<CellProblem>,
) -> Values {
    let mut values = Values::new();
    for (index, key) in mapping.0.iter().enumerate() {
        let Some(column) = key.and_then(|key| target.column(key)) else { continue };
        let text = row.get(index).map(|cell| cell.trim()).unwrap_or_default();
        match read_cell(column, text) {
            Ok(read) => values.extend(read),
            Err(mistake) => problems.push(problem(column, index, number, mistake)),
        }
    }
    values
}

/// For the most that is less than the least.
pub fn below_least(
    target: Target,
    mapping: &Mapping,
    number: usize,
    values: &Values,
    (least, most): (&'static str, &'static str),
) -> Option<CellProblem> {
    let read = |key| values.get(key)?.parse::<u32>().ok();
    let (at_least, at_most) = (read(least)?, read(most)?);
    let mistake = Mistake::BelowLeast { least: at_least, most: at_most };
    if at_most >= at_least { None } else { told(target, mapping, number, most, mistake) }
}

/// For a cell that must not be empty.
pub fn missing(target: Target, mapping: &Mapping, number: usize, key: &'static str) -> Option<CellProblem> {
    told(target, mapping, number, key, Mistake::Empty)
}

/// For the cell of this key in a row.
pub fn told(
    target: Target,
    mapping: &Mapping,
    number: usize,
    key: &str,
    mistake: Mistake,
) -> Option<CellProblem> {
    let index = mapping.0.iter().position(|mapped| *mapped == Some(key))?;
    Some(problem(target.column(key)?, index, number, mistake))
}

fn problem(column: &Column, index: usize, number: usize, mistake: Mistake) -> CellProblem {
    CellProblem { cell: cell_name(index, number), column: column.title, mistake }
}

fn read_cell(column: &Column, text: &str) -> Result<Values, Mistake> {
    let single = |value: String| Ok(Values::from([(column.key, value)]));
    if text.chars().count() > MAX_CELL_CHARS {
        return Err(Mistake::TooLong);
    }
    if text.starts_with('#') && ERRORS.contains(&text) {
        return Err(Mistake::Formula(text.to_owned()));
    }
    if text.is_empty() {
        let mut empty = Values::from([(column.key, String::new())]);
        if let Holds::Range(min, max) = column.holds {
            empty = Values::from([(min, String::new()), (max, String::new())]);
        }
        return Ok(empty);
    }
    match column.holds {
        Holds::Id | Holds::Text | Holds::Several => single(text.to_owned()),
        Holds::Number => match read_number(text) {
            Some(number) => single(number.to_string()),
            None => Err(Mistake::NoNumber(short(text))),
        },
        Holds::Range(min, max) => match read_range(text) {
            Some((from, to)) => Ok(Values::from([(min, from), (max, to)])),
            None => Err(Mistake::NoRange(short(text))),
        },
        Holds::Date => match read_date(text) {
            Some(date) => single(date.to_string()),
            None => Err(Mistake::NoDate(short(text))),
        },
        Holds::Phone if is_phone(text) => single(text.to_owned()),
        Holds::Phone => Err(Mistake::NoPhone(short(text))),
        Holds::Flag => match read_flag(text) {
            Some(flag) => single(if flag { "true".to_owned() } else { String::new() }),
            None => Err(Mistake::NoFlag(short(text))),
        },
        Holds::Address if is_address(text) => single(text.to_owned()),
        Holds::Address => Err(Mistake::NoAddress(short(text))),
    }
}

/// What Excel shows where a formula fails.
const ERRORS: &[&str] =
    &["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA"];

fn short(text: &str) -> String {
    const SHOWN: usize = 20;
    let shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() { shown + "…" } else { shown }
}

/// `3`, `3天`, `３`; not `三五天`.
fn read_number(text: &str) -> Option<u32> {
    let plain: String = text.chars().map(half_width).collect();
    let plain = plain.trim().trim_end_matches(UNITS).trim();
    plain.parse().ok().or_else(|| plain.strip_suffix(".0")?.parse().ok())
}

const UNITS: [char; 6] = ['天', '人', '名', '日', '个', '位'];

/// `3`, `3-5天`, `30人以上`, `不超过80人`; the ends as they are written.
fn read_range(text: &str) -> Option<(String, String)> {
    let plain: String = text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
    let ends_of = |parts: (&str, &str)| Some((read_number(parts.0)?, read_number(parts.1)?));
    if let Some(ends) = plain.split_once(['-', '~', '至', '到', '—', '–']) {
        let (from, to) = ends_of((ends.0, ends.1.trim_start_matches(['-', '—'])))?;
        return (from <= to).then(|| (from.to_string(), to.to_string()));
    }
    let at_least = ["以上", "起", "及以上"].iter().find_map(|word| plain.strip_suffix(word));
    if let Some(from) = at_least {
        return Some((read_number(from)?.to_string(), String::new()));
    }
    let at_most = ["以内", "以下"].iter().find_map(|word| plain.strip_suffix(word));
    let at_most = at_most.or_else(|| ["不超过", "最多"].iter().find_map(|word| plain.strip_prefix(word)));
    if let Some(to) = at_most {
        return Some((String::new(), read_number(to)?.to_string()));
    }
    let number = read_number(&plain)?.to_string();
    Some((number.clone(), number))
}

/// `2026-12-31`, `2026/12/31`, `2026.12.31`, `2026年12月31日`; a time is dropped.
fn read_date(text: &str) -> Option<Date> {
    let day = text.split_whitespace().next()?;
    if let Some(date) = parse_date(day) {
        return Some(date);
    }
    let mut parts = day.trim_end_matches(['日', '号']).split(['-', '/', '.', '年', '月']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok();
    date.filter(|date| parts.next().is_none() && date.year() >= 2000)
}

/// Digits with what people put between them; spreadsheets make `1.38E+10` of long ones.
fn is_phone(text: &str) -> bool {
    const FEWEST: usize = 3;
    let between = [' ', '-', '－', '+', '(', ')', '（', '）', '/', '、', '，', ',', '转'];
    let is_digit = |c: char| half_width(c).is_ascii_digit();
    text.chars().filter(|c| is_digit(*c)).count() >= FEWEST
        && text.chars().all(|c| is_digit(c) || between.contains(&c))
}

fn read_flag(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "是" | "对" | "√" | "✓" | "默认" | "true" | "yes" | "y" | "1" => Some(true),
        "否" | "不是" | "×" | "false" | "no" | "n" | "0" => Some(false),
        _ => None,
    }
}

fn is_address(text: &str) -> bool {
    let rest = ["https://", "http://"].iter().find_map(|scheme| text.strip_prefix(scheme));
    rest.is_some_and(|rest| !rest.is_empty()) && !text.contains(char::is_whitespace)
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '－' => '-',
        '～' => '~',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_people_write_them() {
        let cases: &[(&str, Option<(&str, &str)>)] = &[
            ("3", Some(("3", "3"))),
            ("3天", Some(("3", "3"))),
            ("3-5天", Some(("3", "5"))),
            ("３～５ 天", Some(("3", "5"))),
            ("3天至5天", Some(("3", "5"))),
            ("30人以上", Some(("30", ""))),
            ("不超过80人", Some(("", "80"))),
            ("5-3", None),
            ("三天", None),
            ("看情况", None),
        ];
        for (text, expected) in cases {
            let read = read_range(text);
            let read = read.as_ref().map(|(from, to)| (from.as_str(), to.as_str()));
            assert_eq!(read, *expected, "{text}");
        }
    }

    #[test]
    fn dates_are_read_as_spreadsheets_and_people_write_them() {
        let cases = [
            ("2026-12-31", Some("2026-12-31")),
            ("2026/3/7", Some("2026-03-07")),
            ("2026年3月7日", Some("2026-03-07")),
            ("2026.3.7", Some("2026-03-07")),
            ("2026-12-31 00:00", Some("2026-12-31")),
            ("明年", None),
            ("2026-13-01", None),
        ];
        for (text, expected) in cases {
            assert_eq!(read_date(text).map(|date| date.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn phones_and_flags_are_told_from_what_a_spreadsheet_made_of_them() {
        for (text, expected) in [
            ("0796-6559898", true),
            ("１３８ 0000 0000", true),
            ("（0796）6559898 转 801", true),
            ("110", true),
            ("1.38E+10", false),
            ("12", false),
            ("问前台", false),
        ] {
            assert_eq!(is_phone(text), expected, "{text}");
        }
        let flags = [("是", Some(true)), ("TRUE", Some(true)), ("否", Some(false)), ("也许", None)];
        for (text, expected) in flags {
            assert_eq!(read_flag(text), expected, "{text}");
        }
    }

    #[test]
    fn a_problem_names_its_cell_its_column_and_what_to_do() {
        let mapping = Mapping::chosen(Target::Courses, ["name", "theme", "days"].into_iter());
        let mut problems = Vec::new();
        let row = ["甲", "", "三天"].map(str::to_owned);

        read(Target::Courses, &mapping, 7, &row, &mut problems);

        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(told, ["C7：天数要填数字，例如 3 或 3-5，现在是「三天」。"]);
    }
}
