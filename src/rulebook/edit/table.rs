//! Changes one row of `rules/*.csv`: every other row keeps its bytes, and so
//! does every cell of the row that stays. A column that is missing is added.

use std::ops::Range;

use super::super::fields::Written;
use super::super::keys;
use super::super::source::{Source, Span};
use super::super::table::{Record, for_each_record};
use super::super::trigger::Mode;
use super::EditError;
use super::body::{self, ReplyText};
use super::written::{WrittenRule, trigger_mode};

const SEPARATORS: [char; 3] = ['；', ';', '\n'];

pub struct Row {
    pub rule: WrittenRule,
    /// 1-based.
    pub line: usize,
    at: Range<usize>,
    columns: Vec<Option<&'static str>>,
}

pub fn read(text: &str) -> Vec<Row> {
    let source = Source::new("".into(), text.into());
    let mut rows = Vec::new();
    for_each_record(&source, keys::RULE_COLUMNS, &mut Vec::new(), |record, _| {
        let at: Span = record.row();
        rows.push(Row {
            rule: read_rule(record),
            line: source.line_of(at.start()),
            at: at.range(),
            columns: record.columns().to_vec(),
        });
    });
    rows
}

pub fn remove(text: &str, id: &str) -> Result<String, EditError> {
    let row = find(text, id)?;
    let (before, after) = (text.get(..row.at.start), text.get(row.at.end..));
    Ok([before.unwrap_or_default(), after.unwrap_or_default()].concat())
}

/// The row of the rule with this id says what `wanted` says.
pub fn change(text: &str, wanted: &WrittenRule) -> Result<String, EditError> {
    let row = find(text, wanted.text("id"))?;
    for (key, _) in wanted.entries() {
        if !keys::RULE_COLUMNS.iter().any(|column| column.name == key) && key != "triggers" {
            return Err(EditError::NotInTable(key));
        }
    }
    let mut sheet = Sheet::of(text, row);
    for column in keys::RULE_COLUMNS.iter().map(|column| column.name) {
        let (was, is) = (values(&sheet.row.rule, column), values(wanted, column));
        if was != is {
            let cell = written(column, &is, &sheet.cell(column), wanted)?;
            sheet.set(column, &cell);
        }
    }
    Ok(sheet.write(text))
}

/// The row of the rule with this id, byte for byte as `from` has it.
pub fn copy(text: &str, from: &str, id: &str) -> Result<String, EditError> {
    let row = find(from, id)?;
    let heading = |text: &str| text.get(..raw_row_end(text)).unwrap_or_default().trim_end().to_owned();
    // A column is only ever added at the end.
    if !heading(text).starts_with(&heading(from)) {
        return Err(EditError::ByHandOnly);
    }
    let raw = from.get(row.at).unwrap_or_default();
    let raw = raw.strip_suffix('\n').unwrap_or(raw);
    let (before, after) = match find(text, id) {
        Ok(there) => (text.get(..there.at.start), text.get(there.at.end..)),
        Err(_) => (Some(text), None),
    };
    let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
    let gap = if before.ends_with('\n') { "" } else { "\n" };
    let end = if after.is_empty() && !text.ends_with('\n') { "" } else { "\n" };
    Ok([before, gap, raw, end, after].concat())
}

fn find(text: &str, id: &str) -> Result<Row, EditError> {
    read(text).into_iter().find(|row| row.rule.text("id") == id).ok_or(EditError::Gone)
}

fn read_rule(record: &Record<'_>) -> WrittenRule {
    let text = |column| record.text(column).map_or_else(String::new, |written| written.text.into());
    let texts = |written: Vec<Written>| written.into_iter().map(|written| String::from(written.text));
    let mut rule = WrittenRule::default();
    for column in ["id", "name", "group"] {
        rule.set_text(column, &text(column));
    }
    if record.is_off() {
        rule.disable();
    }
    for column in ["exclude", "questions"] {
        rule.set(column, texts(record.texts(column)));
    }
    let signs = [("contains", "", ""), ("equals", "=", ""), ("starts", "^", ""), ("pattern", "/", "/")];
    let triggers = signs.into_iter().flat_map(|(column, before, after)| {
        let written = if column == "pattern" { record.lines(column) } else { record.texts(column) };
        texts(written).map(move |text| format!("{before}{text}{after}"))
    });
    rule.set("triggers", triggers.collect::<Vec<_>>());
    rule.reply = ReplyText::read(&text("reply"));
    rule
}

/// What a column holds of a rule.
fn values(rule: &WrittenRule, column: &str) -> Vec<String> {
    let mode = match column {
        "contains" => Mode::Contains,
        "equals" => Mode::Equals,
        "starts" => Mode::Starts,
        "pattern" => Mode::Pattern,
        "reply" => return vec![rule.reply.write()],
        _ => return rule.list(column).to_vec(),
    };
    let triggers = rule.list("triggers").iter().map(|written| trigger_mode(written));
    triggers.filter(|(own, _)| *own == mode).map(|(_, text)| text).collect()
}

fn written(
    column: &'static str,
    values: &[String],
    old: &str,
    wanted: &WrittenRule,
) -> Result<String, EditError> {
    match column {
        "reply" => Ok(body::change(old, &wanted.reply).trim_end().to_owned()),
        "pattern" if values.iter().any(|value| value.contains('\n')) => Err(EditError::NotInTable(column)),
        "pattern" => Ok(values.join("\n")),
        "id" | "name" | "group" | "enabled" => Ok(values.concat()),
        _ if values.iter().any(|value| value.contains(SEPARATORS)) => Err(EditError::NotInTable(column)),
        _ => Ok(values.join(if old.contains('\n') { "\n" } else { "；" })),
    }
}

/// A row taken apart, beside the heading of its table.
struct Sheet {
    row: Row,
    separator: char,
    heading: String,
    heading_end: usize,
    /// As they are written, with their quotes.
    cells: Vec<String>,
}

impl Sheet {
    fn of(text: &str, row: Row) -> Self {
        let first = text.split('\n').next().unwrap_or_default();
        let separator = if first.contains('\t') && !first.contains(',') { '\t' } else { ',' };
        let raw = text.get(row.at.clone()).unwrap_or_default();
        let raw = raw.strip_suffix('\n').unwrap_or(raw);
        let cells = raw_cells(raw, separator).into_iter().filter_map(|at| raw.get(at)).map(str::to_owned);
        let cells = cells.collect();
        let heading_end = raw_row_end(text);
        let heading = text.get(..heading_end).unwrap_or_default().to_owned();
        Self { row, separator, heading, heading_end, cells }
    }

    fn position(&self, column: &str) -> Option<usize> {
        self.row.columns.iter().position(|name| *name == Some(column))
    }

    fn cell(&self, column: &str) -> String {
        let raw = self.position(column).and_then(|at| self.cells.get(at)).map_or("", String::as_str);
        match raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')) {
            Some(inner) => inner.replace("\"\"", "\""),
            None => raw.to_owned(),
        }
    }

    fn set(&mut self, column: &'static str, text: &str) {
        let at = self.position(column).unwrap_or_else(|| {
            self.heading.push(self.separator);
            self.heading.push_str(column);
            self.row.columns.push(Some(column));
            self.row.columns.len() - 1
        });
        while self.cells.len() <= at {
            self.cells.push(String::new());
        }
        let written = quoted(text, self.separator);
        if let Some(cell) = self.cells.get_mut(at) {
            *cell = written;
        }
    }

    fn write(&self, text: &str) -> String {
        let part = |range: Range<usize>| text.get(range).unwrap_or_default();
        let raw = part(self.row.at.clone());
        let end = if raw.ends_with('\n') { "\n" } else { "" };
        let cells = self.cells.join(self.separator.encode_utf8(&mut [0; 4]));
        let between = part(self.heading_end..self.row.at.start);
        [&self.heading, between, &cells, end, part(self.row.at.end..text.len())].concat()
    }
}

/// Where the first row ends, without its line break.
fn raw_row_end(text: &str) -> usize {
    let mut is_quoted = false;
    let end = text.char_indices().find(|(_, c)| {
        is_quoted ^= *c == '"';
        *c == '\n' && !is_quoted
    });
    end.map_or(text.len(), |(at, _)| at)
}

/// Cells as they are written. A quote opens a cell at its beginning only.
fn raw_cells(row: &str, separator: char) -> Vec<Range<usize>> {
    let mut cells = Vec::new();
    let (mut start, mut is_quoted, mut is_at_start) = (0, false, true);
    for (at, c) in row.char_indices() {
        if c == '"' && (is_quoted || is_at_start) {
            is_quoted = !is_quoted;
        } else if c == '"' && row.get(start..at).is_some_and(|cell| cell.ends_with('"')) {
            // The second of a pair.
            is_quoted = true;
        } else if c == separator && !is_quoted {
            cells.push(start..at);
            (start, is_at_start) = (at + c.len_utf8(), true);
            continue;
        }
        is_at_start = false;
    }
    cells.push(start..row.len());
    cells
}

fn quoted(text: &str, separator: char) -> String {
    let needs_quotes = text.contains(['"', '\n', separator]) || text.trim() != text;
    if needs_quotes { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
