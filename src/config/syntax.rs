//! TOML text becomes a table in which every value knows where it was written.
//! A mistake in the syntax is explained in Chinese, above all the ones that a
//! Chinese input method makes.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::layers::{Node, Table, Value};
use super::problem::{Place, Problem};

/// Every mistake of the file at once.
pub fn parse(path: &Path, text: &str) -> Result<Table, Vec<Problem>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = Source { path, text };
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(source.table(table.get_ref()));
    }
    Err(errors.iter().map(|error| source.problem(error)).collect())
}

struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    fn table(&self, table: &DeTable<'_>) -> Table {
        table
            .iter()
            .map(|(key, value)| (key.get_ref().to_string(), self.node(key.span(), value)))
            .collect::<BTreeMap<_, _>>()
    }

    fn node(&self, key: Range<usize>, value: &Spanned<DeValue<'_>>) -> Node {
        Node { place: self.place(key.start), value: self.value(value.get_ref()) }
    }

    fn value(&self, value: &DeValue<'_>) -> Value {
        match value {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => Value::Integer(number),
                Err(_) => Value::Other("过大的数字"),
            },
            DeValue::Boolean(_) => Value::Other("true 或 false"),
            DeValue::Float(_) => Value::Other("小数"),
            DeValue::Datetime(_) => Value::Other("日期"),
            DeValue::Table(table) => Value::Table(self.table(table)),
            DeValue::Array(entries) => self.tables(entries),
        }
    }

    /// `[[account]]`. No setting is a plain list.
    fn tables(&self, entries: &[Spanned<DeValue<'_>>]) -> Value {
        let entries = entries.iter().map(|entry| match entry.get_ref() {
            DeValue::Table(table) => Some((self.place(entry.span().start), self.table(table))),
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_) => None,
        });
        entries.collect::<Option<Vec<_>>>().map_or(Value::Other("列表"), Value::Tables)
    }

    fn place(&self, at: usize) -> Place {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or("").chars().count() + 1;
        let line = before.matches('\n').count() + 1;
        Place::File { path: self.path.to_path_buf(), line, column }
    }

    fn problem(&self, error: &toml::de::Error) -> Problem {
        let at = error.span().map_or(0, |span| span.start);
        let (what, remedy) = self.full_width(at).unwrap_or_else(|| explain(error.message()));
        Problem { place: self.place(at), what, remedy }
    }

    /// The first character of the line, from the mistake or before it, that an
    /// input method wrote in place of one TOML knows.
    fn full_width(&self, at: usize) -> Option<(String, String)> {
        let line_start = self.text.get(..at)?.rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text.get(line_start..)?.lines().next()?;
        let code = line.split('#').next()?;
        let (wrong, right) =
            FULL_WIDTH.iter().find(|(wrong, _)| code.contains(*wrong) && !is_quoted(code, *wrong))?;
        Some((format!("这一行里有中文符号“{wrong}”"), format!("请改成英文的 {right}")))
    }
}

const FULL_WIDTH: &[(char, char)] = &[
    ('\u{201c}', '"'),
    ('\u{201d}', '"'),
    ('\u{2018}', '"'),
    ('\u{2019}', '"'),
    ('＝', '='),
    ('：', '='),
    ('，', ','),
    ('【', '['),
    ('】', ']'),
    ('［', '['),
    ('］', ']'),
];

/// Inside plain quotes a full-width character is just text.
fn is_quoted(code: &str, wanted: char) -> bool {
    code.split(wanted).next().is_some_and(|before| before.matches('"').count() % 2 == 1)
}

/// What the parser says most often, in words that name the remedy. Anything
/// else keeps the parser's own English words.
fn explain(message: &str) -> (String, String) {
    let known: &[(&str, &str, &str)] = &[
        ("string values must be quoted", "文字没有加引号", "请写成 名字 = \"文字\""),
        ("duplicate key", "同一个名字写了两次", "请只留一处；多个账号要写成几节 [[account]]"),
        ("missing assignment", "名字后面缺“=”", "请写成 名字 = 值"),
        ("key with no value", "名字后面缺“=”", "请写成 名字 = 值"),
        ("missing value", "“=”后面没有值", "不设这一项时，请删掉整行或在行首加 #"),
        ("unclosed table", "方括号没有写完", "节的开头请写成 [节名]"),
        ("unclosed array table", "方括号没有写完", "账号一节的开头请写成 [[account]]"),
        ("invalid basic string", "引号不成对", "请检查这一行的引号；Windows 路径请用 / 代替 \\"),
        ("missing opening quote", "引号不成对", "请检查这一行的引号"),
    ];
    match known.iter().find(|(start, _, _)| message.starts_with(start)) {
        Some((_, what, remedy)) => ((*what).to_owned(), (*remedy).to_owned()),
        None => {
            (format!("不是正确的 TOML（{message}）"), "请对照 docs/configuration.md 检查这一行".to_owned())
        }
    }
}
