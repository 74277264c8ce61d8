//! Tables by the names of their columns. Problems name the cell as the
//! spreadsheet does: 「C7」. Not here: splitting text into cells (`cells`).

use std::borrow::Cow;

use super::cells::{Cell, Cells, Row, cell_name};
use super::fields::{Written, closest, parse_date};
use super::file::{RestEntry, RuleEntry};
use super::keys::{self, Key};
use super::problem::Problem;
use super::source::{Source, Span};
use super::trigger::{Mode, TriggerEntry};
use jiff::civil::Date;

const YES: [&str; 5] = ["是", "true", "yes", "1", "启用"];
const NO: [&str; 5] = ["否", "false", "no", "0", "停用"];

/// One row, its cells found by column name.
#[derive(Debug)]
pub struct Record<'r> {
    source: &'r Source<'r>,
    columns: &'r [Option<&'static str>],
    row: &'r Row<'r>,
}

/// Hands every row that holds something to `each`.
pub fn for_each_record(
    source: &Source<'_>,
    keys: &'static [Key],
    problems: &mut Vec<Problem>,
    mut each: impl FnMut(&Record<'_>, &mut Vec<Problem>),
) {
    let mut cells = Cells::new(&source.text);
    let mut row = Row::default();
    if !cells.next_row(&mut row) {
        let problem =
            Problem::error("empty-file", "文件是空的。").remedy(format!("第一行请写列名：{}", names(keys)));
        problems.push(source.whole_file(problem));
        return;
    }
    let columns = read_columns(source, keys, &row, problems);
    while cells.next_row(&mut row) {
        if !row.is_blank() {
            let record = Record { source, columns: &columns, row: &row };
            record.refuse_extra_cells(problems);
            each(&record, problems);
        }
    }
    if let Some(opened) = cells.unclosed {
        let problem =
            Problem::error("unclosed-quote", "这里的英文引号没有成对，后面的内容都被当成了同一格。")
                .remedy("请在这一格的末尾补上引号，或把这个引号改成中文引号。");
        problems.push(source.locate(problem, source.rest_of_line(opened)));
    }
}

fn read_columns(
    source: &Source<'_>,
    keys: &'static [Key],
    header: &Row<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Option<&'static str>> {
    let mut columns: Vec<Option<&'static str>> = Vec::new();
    for (index, cell) in header.cells.iter().enumerate() {
        let known = known_column(keys, &cell.text);
        if known.is_some() && columns.contains(&known) {
            let problem =
                Problem::error("duplicate-column", format!("列名 {} 出现了两次。", cell.text.trim()))
                    .remedy("请只留一列。");
            problems.push(source.locate(problem, cell.span));
        } else if known.is_none() && !cell.text.trim().is_empty() {
            problems.push(source.locate(unknown_column(keys, index, &cell.text), cell.span));
        }
        columns.push(known);
    }
    // Then no column was found, and saying so of each would help nobody.
    if header.cells.iter().any(|cell| cell.text.contains('，')) {
        return columns;
    }
    for key in keys.iter().filter(|key| key.default == "必填" && !columns.contains(&Some(key.name))) {
        let problem = Problem::error("missing-column", format!("缺少 {} 这一列。", key.name))
            .remedy(format!("第一行请写列名：{}", names(keys)));
        problems.push(source.locate(problem, source.rest_of_line(0)));
    }
    columns
}

fn known_column(keys: &'static [Key], written: &str) -> Option<&'static str> {
    let written = written.trim().to_ascii_lowercase();
    keys.iter().map(|key| key.name).find(|name| *name == written)
}

fn unknown_column(keys: &'static [Key], index: usize, written: &str) -> Problem {
    let written = written.trim();
    if written.contains('，') {
        return Problem::error("full-width", "列名之间用了中文逗号。")
            .remedy("请改成英文逗号，或用表格软件另存为 CSV。");
    }
    let remedy = match closest(written, keys.iter().map(|key| key.name)) {
        Some(known) => format!("是不是 {known} ？"),
        None => format!("可以写的列有：{}。", names(keys)),
    };
    Problem::error("unknown-column", format!("{}：没有「{written}」这一列。", cell_name(index, 1)))
        .remedy(remedy)
}

fn names(keys: &[Key]) -> String {
    keys.iter().map(|key| key.name).collect::<Vec<_>>().join(",")
}

impl Record<'_> {
    /// All of it, with its line break.
    pub fn row(&self) -> Span {
        self.row.span
    }

    pub fn columns(&self) -> &[Option<&'static str>] {
        self.columns
    }

    /// Whether its `enabled` says no.
    pub fn is_off(&self) -> bool {
        self.text("enabled").is_some_and(|written| NO.contains(&&*written.text.to_lowercase()))
    }

    fn report_enabled(&self, problems: &mut Vec<Problem>) {
        let Some((index, cell)) = self.cell("enabled") else { return };
        let written = cell.text.trim().to_lowercase();
        if !written.is_empty() && !YES.contains(&written.as_str()) && !NO.contains(&written.as_str()) {
            let problem = self
                .problem("bad-flag", index, &format!("要填「是」或「否」，现在是「{written}」"))
                .remedy("停用写「否」，启用就空着。");
            problems.push(self.source.locate(problem, cell.span));
        }
    }

    /// The row as a whole: its first line.
    pub fn span(&self) -> Span {
        self.source.rest_of_line(self.row.span.start())
    }

    pub fn text(&self, column: &str) -> Option<Written> {
        let (_, cell) = self.cell(column)?;
        let text = cell.text.trim();
        (!text.is_empty()).then(|| Written { text: text.into(), span: span_of(cell, text) })
    }

    pub fn required_text(&self, column: &str, problems: &mut Vec<Problem>) -> Option<Written> {
        let written = self.text(column);
        if written.is_none() && self.columns.contains(&Some(column)) {
            let index = self.columns.iter().position(|name| *name == Some(column)).unwrap_or_default();
            let problem = self.problem("missing-cell", index, "是空的").remedy("请填上。");
            problems.push(self.source.locate(problem, self.span()));
        }
        written
    }

    /// Several values in a cell, apart by `；`, `;` or a line break.
    pub fn texts(&self, column: &str) -> Vec<Written> {
        self.values(column, &['；', ';', '\n'])
    }

    /// The same by line break alone: a pattern may hold a `;`.
    pub fn lines(&self, column: &str) -> Vec<Written> {
        self.values(column, &['\n'])
    }

    fn values(&self, column: &str, separators: &[char]) -> Vec<Written> {
        let Some((_, cell)) = self.cell(column) else { return Vec::new() };
        if cell.text.is_empty() {
            return Vec::new();
        }
        let mut values = Vec::new();
        for value in cell.text.split(separators).map(str::trim).filter(|value| !value.is_empty()) {
            values.push(Written { text: value.into(), span: span_of(cell, value) });
        }
        values.shrink_to_fit();
        values
    }

    pub fn number(&self, column: &str, problems: &mut Vec<Problem>) -> Option<u32> {
        let (index, cell) = self.cell(column)?;
        let text = cell.text.trim();
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok();
        if number.is_none() {
            let problem = self
                .problem("bad-number", index, &format!("要填数字，现在是「{text}」"))
                .remedy("只写数字，不写单位；说不准就空着。");
            problems.push(self.source.locate(problem, cell.span));
        }
        number
    }

    pub fn date(&self, column: &str, problems: &mut Vec<Problem>) -> Option<Date> {
        let (index, cell) = self.cell(column)?;
        let text = cell.text.trim();
        if text.is_empty() {
            return None;
        }
        // A spreadsheet writes dates in its own way when it saves.
        let date = parse_date(&text.replace('/', "-")).or_else(|| parse_spreadsheet_date(text));
        if date.is_none() {
            let problem = self
                .problem("bad-date", index, &format!("要填日期，现在是「{text}」"))
                .remedy("例如 2026-03-07。");
            problems.push(self.source.locate(problem, cell.span));
        }
        date
    }

    fn cell(&self, column: &str) -> Option<(usize, &Cell<'_>)> {
        let index = self.columns.iter().position(|name| *name == Some(column))?;
        Some((index, self.row.cells.get(index)?))
    }

    fn problem(&self, code: &'static str, column: usize, what: &str) -> Problem {
        let name = self.columns.get(column).copied().flatten().unwrap_or_default();
        Problem::error(code, format!("{}（{name}）{what}。", cell_name(column, self.row.number)))
    }

    fn refuse_extra_cells(&self, problems: &mut Vec<Problem>) {
        let extra = self.row.cells.iter().enumerate().skip(self.columns.len());
        let Some((index, cell)) = extra.into_iter().find(|(_, cell)| !cell.text.trim().is_empty()) else {
            return;
        };
        let problem = Problem::error(
            "extra-cell",
            format!(
                "{} 没有列名：这一行有 {} 格，第一行只有 {} 列。",
                cell_name(index, self.row.number),
                self.row.cells.len(),
                self.columns.len()
            ),
        )
        .remedy("文字里有英文逗号时，请用英文引号把整格括起来，或改成中文逗号。");
        problems.push(self.source.locate(problem, cell.span));
    }
}

/// `2026/3/7`, as Excel saves a date.
fn parse_spreadsheet_date(text: &str) -> Option<Date> {
    let mut parts = text.split(['/', '-', '.']);
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Where a part of a cell stands; the cell itself when quotes moved it.
fn span_of(cell: &Cell<'_>, part: &str) -> Span {
    match &cell.text {
        Cow::Borrowed(text) => {
            let offset = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
            cell.span.part(offset..offset + part.len())
        }
        Cow::Owned(_) => cell.span,
    }
}

/// The rows of `rules/*.csv`.
pub fn read_rules(
    source: &Source<'_>,
    index: usize,
    entries: &mut Vec<RuleEntry>,
    problems: &mut Vec<Problem>,
) {
    for_each_record(source, keys::RULE_COLUMNS, problems, |record, problems| {
        entries.push(read_rule(record, index, problems));
    });
}

fn read_rule(record: &Record<'_>, source: usize, problems: &mut Vec<Problem>) -> RuleEntry {
    let columns = [
        (Mode::Contains, record.texts("contains")),
        (Mode::Equals, record.texts("equals")),
        (Mode::Starts, record.texts("starts")),
        (Mode::Pattern, record.lines("pattern")),
    ];
    let mut triggers = Vec::with_capacity(columns.iter().map(|(_, values)| values.len()).sum());
    for (mode, values) in columns {
        triggers.extend(values.into_iter().map(|written| TriggerEntry { mode, written }));
    }
    record.report_enabled(problems);
    let group = record.text("group");
    let disabled = record.is_off();
    let has_rest = group.is_some() || disabled;
    RuleEntry {
        source,
        span: record.span(),
        id: record.required_text("id", problems),
        name: record.required_text("name", problems),
        triggers,
        exclude: record.texts("exclude"),
        questions: record.texts("questions"),
        body: record.text("reply").unwrap_or_default(),
        rest: has_rest.then(|| Box::new(RestEntry { group, disabled, ..RestEntry::default() })),
    }
}
