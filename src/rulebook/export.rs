//! The rulebook's courses, contacts and rules as tables for people: headings
//! that `import` knows again, one row each. Not here: the file (spreadsheet).

use super::Files;
use super::check::Folder;
use super::edit::{Values, contacts, courses};
use super::file::{KindEntry, RuleEntry};
use super::import::{Column, Holds, Target};
use super::trigger::Mode;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub name: &'static str,
    pub headings: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
}

/// Columns of ranges are left out: their two ends are there.
pub fn courses_table(files: &Files) -> Table {
    let courses = files.get("courses.csv").and_then(|bytes| courses::list(bytes).ok()).unwrap_or_default();
    table(Target::Courses, &courses)
}

pub fn contacts_table(files: &Files) -> Table {
    let contacts =
        files.get("contacts.toml").and_then(|bytes| contacts::list(bytes).ok()).unwrap_or_default();
    table(Target::Contacts, &contacts)
}

/// Every rule, of tables and of files of their own; those that do more than say
/// a text say so in the last two columns.
pub fn rules_table(files: &Files) -> Table {
    let folder = Folder::read(files, &mut Vec::new());
    let mut headings: Vec<&str> = Target::Rules.columns().iter().map(|column| column.title).collect();
    headings.extend(["种类", "文件"]);
    let path = |rule: &RuleEntry| folder.sources.get(rule.source).map(|source| source.path.to_string());
    let row = |rule: &RuleEntry| {
        let mut cells: Vec<String> =
            Target::Rules.columns().iter().map(|column| rule_cell(rule, column)).collect();
        cells.extend([kind_of(rule).to_owned(), path(rule).unwrap_or_default()]);
        cells
    };
    Table { name: Target::Rules.title(), headings, rows: folder.rules.iter().map(row).collect() }
}

fn table(target: Target, rows: &[Values]) -> Table {
    let columns: Vec<&Column> = target.columns().iter().filter(|column| !column.is_range()).collect();
    let row = |values: &Values| {
        let cell = |column: &&Column| {
            let text = values.get(column.key).cloned().unwrap_or_default();
            if column.holds == Holds::Flag && !text.is_empty() { "是".to_owned() } else { text }
        };
        columns.iter().map(cell).collect()
    };
    Table {
        name: target.title(),
        headings: columns.iter().map(|column| column.title).collect(),
        rows: rows.iter().map(row).collect(),
    }
}

fn rule_cell(rule: &RuleEntry, column: &Column) -> String {
    let of_mode = |mode: Mode| {
        let triggers = rule.triggers.iter().filter(|trigger| trigger.mode == mode);
        triggers.map(|trigger| trigger.written.text.trim().to_owned()).collect::<Vec<_>>()
    };
    let texts =
        |texts: &[super::fields::Written]| texts.iter().map(|text| text.text.to_string()).collect::<Vec<_>>();
    let one = |text: &Option<super::fields::Written>| {
        text.as_ref().map(|text| text.text.to_string()).unwrap_or_default()
    };
    match column.key {
        "id" => one(&rule.id),
        "name" => one(&rule.name),
        "contains" => of_mode(Mode::Contains).join("；"),
        "equals" => of_mode(Mode::Equals).join("；"),
        "starts" => of_mode(Mode::Starts).join("；"),
        "pattern" => of_mode(Mode::Pattern).join("\n"),
        "exclude" => texts(&rule.exclude).join("；"),
        "questions" => texts(&rule.questions).join("\n"),
        "reply" => rule.body.text.trim().to_owned(),
        _ => String::new(),
    }
}

fn kind_of(rule: &RuleEntry) -> &'static str {
    match rule.kind() {
        KindEntry::Text => "文字",
        KindEntry::Card(_) => "卡片",
        KindEntry::Article(_) => "文章",
        KindEntry::Contact(_) => "联系人",
        KindEntry::Courses { .. } => "课程",
        KindEntry::Form(_) => "表单",
        KindEntry::Human => "转人工",
        KindEntry::Silence => "不回复",
        KindEntry::NotOurs => "不归我们答",
        KindEntry::Image(_) => "图片",
        KindEntry::Voice(_) => "语音",
        KindEntry::Video(_) => "视频",
        KindEntry::Music(_) => "音乐",
    }
}
