//! Reads TOML. What cannot be read is explained with the exact fix, all of it
//! at once; after a slip of the keyboard the rest is checked as it was meant.

use toml::Spanned;
use toml::de::{DeTable, Error};

use super::problem::Problem;
use super::slips::{self, Mixed, Repaired, Slip};
use super::source::{Source, Span};

pub fn is_valid(toml: &str) -> bool {
    DeTable::parse(toml).is_ok()
}

/// The part of a source that is TOML, made readable where that is possible.
/// False: there are errors, and only they should be told.
pub fn repair<'a>(source: Source<'a>, part: Span, problems: &mut Vec<Problem>) -> (Source<'a>, Span, bool) {
    let written = source.text.get(part.range()).unwrap_or_default();
    if is_valid(written) {
        return (source, part, true);
    }
    let candidates = [Mixed::Kept, Mixed::Closed].map(|mixed| slips::undo(written, mixed));
    let Some(repaired) = candidates.iter().find(|candidate| is_valid(&candidate.text)) else {
        let [first, _] = &candidates;
        report_slips(&source, part, first, problems);
        report_errors(&source, part, first, problems);
        return (source, part, false);
    };
    report_slips(&source, part, repaired, problems);
    let before = source.text.get(..part.start()).unwrap_or_default();
    let after = source.text.get(part.range().end..).unwrap_or_default();
    let text = [before, &repaired.text, after].concat();
    let part = Span::new(part.start(), part.start() + repaired.text.len());
    (source.repaired(text), part, true)
}

/// The table in `part`, which `repair` found readable.
pub fn parse(toml: &str) -> Option<Spanned<DeTable<'_>>> {
    DeTable::parse(toml).ok()
}

/// One problem a line: the first slip is pointed at, the whole line is shown
/// as it should be.
fn report_slips(source: &Source<'_>, part: Span, repaired: &Repaired, problems: &mut Vec<Problem>) {
    let mut told = None;
    for slip in &repaired.slips {
        let at = part.part(slip.at.clone());
        let line = source.line_of(at.start());
        if told.replace(line) == Some(line) {
            continue;
        }
        let fixed = fixed_line(source, part, repaired, line);
        let problem = Problem::error("full-width", format!("这里{}。", name_of(slip)))
            .remedy(format!("请改成：{fixed}"));
        problems.push(source.locate(problem, at));
    }
}

fn name_of(slip: &Slip) -> String {
    let Slip { typed, meant, .. } = slip;
    match (typed, meant) {
        (_, '"') => "用了中文引号，要用英文引号 \"".to_owned(),
        (':', '=') => "用了冒号，要用等号 =".to_owned(),
        ('：', '=') => "用了中文冒号，要用等号 =".to_owned(),
        ('\u{3000}' | '\u{a0}', _) => "有一个特殊空格，要用普通空格".to_owned(),
        _ => format!("用了全角的「{typed}」，要用英文的 {meant}"),
    }
}

fn fixed_line(source: &Source<'_>, part: Span, repaired: &Repaired, line: usize) -> String {
    let lines_before = source.line_of(part.start());
    repaired.text.split('\n').nth(line - lines_before).unwrap_or_default().trim().to_owned()
}

/// Errors of the repaired text, told where they are in the written one: both
/// have the same number of characters. Only the first of a line.
fn report_errors(source: &Source<'_>, part: Span, repaired: &Repaired, problems: &mut Vec<Problem>) {
    let written = source.text.get(part.range()).unwrap_or_default();
    let (_, errors) = DeTable::parse_recoverable(&repaired.text);
    let mut told: Vec<usize> = Vec::new();
    for error in errors {
        let offset = error.span().map_or(0, |span| span.start).min(repaired.text.len());
        let chars = repaired.text.get(..offset).unwrap_or_default().chars().count();
        let offset = written.char_indices().nth(chars).map_or(written.len(), |(offset, _)| offset);
        let offset = last_meant(written, offset);
        let at = source.rest_of_line(part.start() + offset);
        let line = source.line_of(at.start());
        if !told.contains(&line) {
            told.push(line);
            let text = fixed_line(source, part, repaired, line);
            problems.push(source.locate(explain(&error, &text), at));
        }
    }
}

/// An error at the end of the text belongs to the last line with something on it.
fn last_meant(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or_default();
    if offset < text.len() && !text.get(offset..).unwrap_or_default().trim().is_empty() {
        return offset;
    }
    before.trim_end().char_indices().next_back().map_or(0, |(offset, _)| offset)
}

fn explain(error: &Error, line: &str) -> Problem {
    let value = line.split_once('=').map(|(_, value)| value.trim()).unwrap_or_default();
    if let Some(date) = unpadded_date(value) {
        return Problem::error("bad-date", "日期的写法不对。")
            .remedy(format!("月和日各写两位，例如：{}", line.replacen(value, &date, 1)));
    }
    if is_unclosed(value) {
        return Problem::error("unclosed-quote", "这一行的引号没有成对。")
            .remedy("请在文字结束的地方补上英文引号 \" 。");
    }
    if is_unquoted(value) || is_unquoted_number(value) {
        let fixed = line.replacen(value, &format!("\"{value}\""), 1);
        return Problem::error("missing-quotes", "文字两边没有引号。").remedy(format!("请改成：{fixed}"));
    }
    let message = error.message().split(", expected").next().unwrap_or_default();
    let (cause, remedy) = translate(message);
    let cause = cause.map_or_else(|| format!("这里的写法读不懂（{message}）。"), str::to_owned);
    Problem::error("syntax", cause).remedy(remedy)
}

fn translate(message: &str) -> (Option<&'static str>, &'static str) {
    const SHAPE: &str = "每行写成：名字 = 值，例如 name = \"费用预算\"";
    match message {
        "duplicate key" => (Some("同一项写了两次。"), "请只留一行。"),
        "unclosed array" => (Some("方括号没有成对。"), "请在列表的最后补上英文的 ] 。"),
        "missing comma between array elements" => {
            (Some("列表里两个值之间少了逗号。"), "请在每两个值之间写一个英文逗号 , 。")
        }
        "extra comma in array" => (Some("列表里多了一个逗号。"), "请删掉多余的逗号。"),
        "string values must be quoted" | "invalid value" => {
            (Some("文字两边没有引号。"), "请用英文引号 \" 把文字括起来。")
        }
        "key with no value" | "missing value" | "missing value for key" => (Some("等号后面没有值。"), SHAPE),
        "missing assignment between key-value pairs" | "invalid unquoted key" => {
            (Some("这一行不是「名字 = 值」的样子。"), SHAPE)
        }
        _ => (None, SHAPE),
    }
}

/// `2026-3-7`, `2026/3/7`, `2026.3.7` and `2026年3月7日`, as `2026-03-07`.
fn unpadded_date(value: &str) -> Option<String> {
    let value = value.split('#').next()?.trim().trim_matches('"');
    let parts: Vec<&str> = value.trim_end_matches('日').split(['-', '/', '.', '年', '月']).collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let (year, month, day): (u16, u8, u8) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    (year >= 1900).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

fn is_unclosed(value: &str) -> bool {
    !value.contains("\"\"\"") && value.matches('"').count() % 2 == 1
}

/// A phone: `0796-6559898`. TOML takes it for arithmetic or an octal number.
fn is_unquoted_number(value: &str) -> bool {
    value.starts_with(|c: char| c.is_ascii_digit() || c == '+')
        && value.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | ' ' | '+'))
}

fn is_unquoted(value: &str) -> bool {
    !value.is_empty()
        && !value.contains(['"', '\'', '[', ']', '{', '}'])
        && value.chars().next().is_some_and(char::is_alphabetic)
        && !matches!(value, "true" | "false")
}
