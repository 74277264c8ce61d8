//! A rule in its file: read, changed, made, removed. Every change is read again
//! before it is handed out, so that what is written is what was asked.

use super::super::header::{self, Parts};
use super::super::source::{Source, Span};
use super::super::{Files, syntax};
use super::body::ReplyText;
use super::header as keys;
use super::{EditError, Saved, WrittenRule, body, table};
use crate::model::RuleId;

/// A rule and the line of its file on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    pub rule: WrittenRule,
    pub line: usize,
}

/// A file's new bytes, or that it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileChange {
    pub path: String,
    pub bytes: Option<Vec<u8>>,
}

/// The rules of one file of `rules/`.
pub fn read_rules(path: &str, bytes: &[u8]) -> Result<Vec<Located>, EditError> {
    let saved = Saved::open(bytes)?;
    if is_table(path) {
        let rows = table::read(&saved.text).into_iter();
        return Ok(rows.map(|row| Located { rule: row.rule, line: row.line }).collect());
    }
    let file = HeadedFile::open(path, &saved.text)?;
    Ok(vec![Located { rule: file.rule()?, line: 1 }])
}

/// The rule as `wanted`, in the file that holds it now; without one, in a file
/// of its own. A rule that outgrows its table moves to its own file too.
pub fn save_rule(
    files: &Files,
    path: Option<&str>,
    wanted: &WrittenRule,
) -> Result<Vec<FileChange>, EditError> {
    let wanted = &wanted.clone().tidied();
    let Some(path) = path else { return Ok(vec![new_file(files, wanted)?]) };
    let saved = Saved::open(files.get(path).ok_or(EditError::Gone)?)?;
    if !is_table(path) {
        let file = HeadedFile::open(path, &saved.text)?;
        let bytes = saved.save(&file.changed(wanted)?);
        return Ok(vec![FileChange { path: path.to_owned(), bytes: Some(proven(path, bytes, wanted)?) }]);
    }
    match table::change(&saved.text, wanted).and_then(|text| proven(path, saved.save(&text), wanted)) {
        Ok(bytes) => Ok(vec![FileChange { path: path.to_owned(), bytes: Some(bytes) }]),
        Err(EditError::NotInTable(_) | EditError::ByHandOnly) => {
            let removed = remove_rule(files, path, wanted.text("id"))?;
            Ok(vec![new_file(files, wanted)?, removed])
        }
        Err(error) => Err(error),
    }
}

pub fn remove_rule(files: &Files, path: &str, id: &str) -> Result<FileChange, EditError> {
    let bytes = files.get(path).ok_or(EditError::Gone)?;
    let path = path.to_owned();
    if !is_table(&path) {
        return Ok(FileChange { path, bytes: None });
    }
    let saved = Saved::open(bytes)?;
    let bytes = Some(saved.save(&table::remove(&saved.text, id)?));
    Ok(FileChange { path, bytes })
}

/// The row of a rule as `from`, another text of the same table, has it; at the
/// end of the table where it has none yet.
pub fn copy_row(files: &Files, path: &str, from: &[u8], id: &str) -> Result<FileChange, EditError> {
    let (saved, from) = (Saved::open(files.get(path).ok_or(EditError::Gone)?)?, Saved::open(from)?);
    let bytes = saved.save(&table::copy(&saved.text, &from.text, id)?);
    let is_it = |row: &table::Row| row.rule.text("id") == id;
    let wanted = table::read(&from.text).into_iter().find(is_it).ok_or(EditError::Gone)?;
    Ok(FileChange { path: path.to_owned(), bytes: Some(proven(path, bytes, &wanted.rule)?) })
}

/// An id that nobody has, made from a rule's name.
pub fn free_id(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    const MOST: usize = 40;
    let allowed = |c: &char| RuleId::parse(c.encode_utf8(&mut [0; 4])).is_ok();
    let id: String = name.trim().to_lowercase().chars().filter(allowed).take(MOST).collect();
    let id = if id.is_empty() { "rule".to_owned() } else { id };
    let numbered = (2..).map(|number: u32| format!("{id}-{number}"));
    std::iter::once(id.clone()).chain(numbered).find(|id| !is_taken(id)).unwrap_or(id)
}

fn is_table(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("csv"))
}

fn new_file(files: &Files, wanted: &WrittenRule) -> Result<FileChange, EditError> {
    let id = wanted.text("id");
    let name = free_id(id, |name| files.get(&format!("rules/{name}.md")).is_some());
    let path = format!("rules/{name}.md");
    let skeleton = format!("+++\nid = {}  # 不要改\n+++\n", super::list::quoted(id));
    let text = HeadedFile::open(&path, &skeleton)?.changed(wanted)?;
    let bytes = proven(&path, text.into_bytes(), wanted)?;
    Ok(FileChange { path, bytes: Some(bytes) })
}

fn proven(path: &str, bytes: Vec<u8>, wanted: &WrittenRule) -> Result<Vec<u8>, EditError> {
    let read = read_rules(path, &bytes)?.into_iter().find(|read| read.rule.text("id") == wanted.text("id"));
    match read {
        Some(read) if read.rule == *wanted => Ok(bytes),
        Some(_) | None => Err(EditError::ByHandOnly),
    }
}

/// A Markdown file with a header, slips of the keyboard in it undone.
struct HeadedFile {
    before: String,
    header: String,
    fence: String,
    body: String,
}

impl HeadedFile {
    fn open(path: &str, text: &str) -> Result<Self, EditError> {
        let source = Source::new(path.into(), text.into());
        let mut problems = Vec::new();
        let parts = header::split(&source, &mut problems);
        let Some(Parts { header, body }) = parts.filter(|_| problems.is_empty()) else {
            return Err(EditError::ByHandOnly);
        };
        let body_length = body.range().len();
        let (source, header, is_readable) = syntax::repair(source, header, &mut problems);
        if !is_readable {
            return Err(EditError::ByHandOnly);
        }
        let end = source.text.len();
        let part = |span: Span| source.text.get(span.range()).unwrap_or_default().to_owned();
        Ok(Self {
            before: part(Span::new(0, header.start())),
            header: part(header),
            fence: part(Span::new(header.range().end, end - body_length)),
            body: part(Span::new(end - body_length, end)),
        })
    }

    fn rule(&self) -> Result<WrittenRule, EditError> {
        let mut rule = keys::read(&self.header).ok_or(EditError::ByHandOnly)?;
        rule.reply = ReplyText::read(&self.body);
        Ok(rule)
    }

    fn changed(&self, wanted: &WrittenRule) -> Result<String, EditError> {
        let header = keys::change(&self.header, wanted).ok_or(EditError::ByHandOnly)?;
        let body = body::change(&self.body, &wanted.reply);
        let fence = if body.is_empty() || self.fence.ends_with('\n') { "" } else { "\n" };
        Ok([&self.before, &header, &self.fence, fence, &body].concat())
    }
}
