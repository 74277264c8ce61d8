//! A TOML text edited by place: a value is put where the old one stood, a line
//! is added or taken away, and every other byte stays. Not here: which values
//! (`values`), lists item by item (`list`).

use std::ops::Range;

use toml_edit::{Document as Parsed, Item, Table, TableLike};

use super::EditError;
use super::list;
use super::values::Value;

#[derive(Clone, Debug, Default)]
pub struct Document {
    text: String,
}

/// Where in a file a key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section<'s> {
    Top,
    /// `[hours]`
    Named(&'s str),
    /// The nth `[[contact]]`, from 0.
    Entry(&'s str, usize),
    /// `[contact.hours]` of the nth `[[contact]]`.
    Within(&'s str, usize, &'s str),
}

impl Document {
    pub fn parse(text: String) -> Result<Self, EditError> {
        match Parsed::parse(text.as_str()) {
            Ok(_) => Ok(Self { text }),
            Err(_) => Err(EditError::ByHandOnly),
        }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// A text as it is; dates, numbers and `true` as they are written; nothing
    /// for `false`, which means the same as not written.
    pub fn value(&self, section: Section<'_>, key: &str) -> Option<String> {
        self.with(section, |table| match table.get(key)? {
            Item::Value(toml_edit::Value::String(text)) => Some(text.value().clone()),
            Item::Value(toml_edit::Value::Boolean(flag)) => flag.value().then(|| "true".to_owned()),
            Item::Value(toml_edit::Value::Integer(number)) => Some(number.value().to_string()),
            Item::Value(toml_edit::Value::Datetime(date)) => Some(date.value().to_string()),
            Item::Value(_) | Item::Table(_) | Item::ArrayOfTables(_) | Item::None => None,
        })
    }

    /// One text alone counts as a list of one.
    pub fn texts(&self, section: Section<'_>, key: &str) -> Vec<String> {
        let texts = self.with(section, |table| match table.get(key)? {
            Item::Value(toml_edit::Value::Array(array)) => {
                Some(array.iter().filter_map(|item| item.as_str()).map(str::to_owned).collect())
            }
            Item::Value(single) => Some(single.as_str().into_iter().map(str::to_owned).collect()),
            Item::Table(_) | Item::ArrayOfTables(_) | Item::None => None,
        });
        texts.unwrap_or_default()
    }

    pub fn has_section(&self, section: Section<'_>) -> bool {
        self.with(section, |_| Some(())).is_some()
    }

    /// How many `[[name]]` there are.
    pub fn entries(&self, name: &str) -> usize {
        self.parsed().and_then(|root| Some(root.get(name)?.as_array_of_tables()?.len())).unwrap_or_default()
    }

    /// None takes the key away.
    pub fn set(&mut self, section: Section<'_>, key: &str, value: Option<&Value>) -> Result<(), EditError> {
        let at = self.with(section, |table| table.get(key)?.span());
        match (at, value) {
            (Some(at), Some(value)) => self.replace(at, value),
            (Some(_), None) => self.take_away(section, key)?,
            (None, Some(value)) => self.add(section, key, value)?,
            (None, None) => {}
        }
        self.still_readable()
    }

    /// An empty `[[name]]` after the last one, or at the end; its position.
    pub fn add_entry(&mut self, name: &str) -> usize {
        let count = self.entries(name);
        let at = count
            .checked_sub(1)
            .and_then(|last| self.region(name, last))
            .map_or(self.text.len(), |last| last.end);
        let before = self.text.get(..at).unwrap_or_default().trim_end().len();
        let gap = if before == 0 { "" } else { "\n\n" };
        let after = if self.text.get(at..).is_some_and(|rest| !rest.trim().is_empty()) { "\n" } else { "" };
        self.text.replace_range(before..at, &format!("{gap}[[{name}]]\n{after}"));
        count
    }

    pub fn remove_entry(&mut self, name: &str, index: usize) -> Result<(), EditError> {
        let region = self.region(name, index).ok_or(EditError::Gone)?;
        self.text.replace_range(region, "");
        self.still_readable()
    }

    /// This entry and the next one change places, with their comments.
    pub fn swap_with_next(&mut self, name: &str, index: usize) -> Result<(), EditError> {
        let regions = self.region(name, index).zip(self.region(name, index + 1));
        let (first, second) = regions.filter(|(a, b)| a.end == b.start).ok_or(EditError::ByHandOnly)?;
        let part =
            |range: &Range<usize>| self.text.get(range.clone()).unwrap_or_default().trim_end().to_owned();
        let (a, b) = (part(&first), part(&second));
        let rest = self.text.get(second.end..).unwrap_or_default();
        let end = if rest.is_empty() { "\n" } else { "\n\n" };
        self.text.replace_range(first.start..second.end, &format!("{b}\n\n{a}{end}"));
        self.still_readable()
    }

    pub fn remove_section(&mut self, section: Section<'_>) -> Result<(), EditError> {
        let Some(header) = self.header(section) else { return Err(EditError::ByHandOnly) };
        let region = self.line_start(header.start)..self.region_end(header.start, &[header.start]);
        self.text.replace_range(region, "");
        self.still_readable()
    }

    fn replace(&mut self, at: Range<usize>, value: &Value) {
        let old = self.text.get(at.clone()).unwrap_or_default();
        let changed = match value {
            Value::Texts(texts) => list::change(old, texts).unwrap_or_else(|| value.literal()),
            Value::Text(_) | Value::Bare(_) => value.literal(),
        };
        self.text.replace_range(at, &changed);
    }

    /// With its line: a comment beside it was about it.
    fn take_away(&mut self, section: Section<'_>, key: &str) -> Result<(), EditError> {
        if self.is_inline(section) {
            return Err(EditError::ByHandOnly);
        }
        let span = |table: &dyn TableLike| {
            let (key, item) = table.get_key_value(key)?;
            Some(key.span()?.start..item.span()?.end)
        };
        let at = self.with(section, span).ok_or(EditError::ByHandOnly)?;
        let line = self.line_start(at.start)..self.line_end(at.end);
        self.text.replace_range(line, "");
        Ok(())
    }

    fn add(&mut self, section: Section<'_>, key: &str, value: &Value) -> Result<(), EditError> {
        if self.is_inline(section) {
            return Err(EditError::ByHandOnly);
        }
        if !self.has_section(section) {
            self.add_section(section)?;
        }
        let line = format!("{key} = {}\n", value.literal());
        let at = self.place_for(section, key).ok_or(EditError::ByHandOnly)?;
        let is_open = self.text.get(..at).is_some_and(|before| !before.is_empty() && !before.ends_with('\n'));
        self.text.insert_str(at, &if is_open { format!("\n{line}") } else { line });
        Ok(())
    }

    /// After the example of it that is commented out, else after the last key,
    /// else right below the header.
    fn place_for(&self, section: Section<'_>, key: &str) -> Option<usize> {
        let header = self.header(section);
        let start = header.as_ref().map_or(0, |header| self.line_end(header.end));
        let last = self.with(section, |table| {
            table
                .iter()
                .filter(|(_, item)| item.is_value())
                .filter_map(|(_, item)| item.span())
                .map(|at| at.end)
                .max()
        });
        let own_end = self.headers().into_iter().map(|header| header.start).filter(|at| *at >= start).min();
        let region = start..own_end.unwrap_or(self.text.len());
        let example = self.find_example(region, key);
        let after_last = last.map(|end| self.line_end(end));
        let beginning = if header.is_some() { start } else { self.after_first_comment() };
        Some(
            example.filter(|at| after_last.is_none_or(|last| *at > last)).or(after_last).unwrap_or(beginning),
        )
    }

    /// Behind a line like `# role = "…"`.
    fn find_example(&self, region: Range<usize>, key: &str) -> Option<usize> {
        let mut at = region.start;
        for line in self.text.get(region)?.split_inclusive('\n') {
            at += line.len();
            let written = line.trim_start().strip_prefix('#').map(str::trim_start);
            let rest = written.and_then(|written| written.strip_prefix(key));
            if rest.is_some_and(|rest| rest.trim_start().starts_with('=')) {
                return Some(at);
            }
        }
        None
    }

    /// What a file begins with is about the whole file.
    fn after_first_comment(&self) -> usize {
        let comment: usize =
            self.text.split_inclusive('\n').take_while(|line| line.starts_with('#')).map(str::len).sum();
        let blank = self.text.get(comment..).and_then(|rest| rest.split_inclusive('\n').next());
        match blank {
            Some(line) if line.trim().is_empty() => comment + line.len(),
            Some(_) => 0,
            None => comment,
        }
    }

    fn add_section(&mut self, section: Section<'_>) -> Result<(), EditError> {
        let (at, header) = match section {
            Section::Named(name) => (self.text.len(), format!("[{name}]")),
            Section::Within(array, index, name) => {
                let entry = self.region(array, index).ok_or(EditError::Gone)?;
                (entry.end, format!("[{array}.{name}]"))
            }
            Section::Top | Section::Entry(..) => return Ok(()),
        };
        let before = self.text.get(..at).unwrap_or_default().trim_end().len();
        let gap = if before == 0 { "" } else { "\n\n" };
        let after = if self.text.get(at..).is_some_and(|rest| !rest.is_empty()) { "\n" } else { "" };
        self.text.replace_range(before..at, &format!("{gap}{header}\n{after}"));
        Ok(())
    }

    /// An entry with what belongs to it: the comments right above it, its keys,
    /// its sections.
    fn region(&self, name: &str, index: usize) -> Option<Range<usize>> {
        let root = self.parsed()?;
        let entry = root.get(name)?.as_array_of_tables()?.get(index)?;
        let header = entry.span()?;
        let mut own = vec![header.start];
        collect_headers(entry, &mut own);
        Some(self.with_comments_above(header.start)..self.region_end(header.start, &own))
    }

    /// Where the next header begins that is none of `own`, its comments included.
    fn region_end(&self, start: usize, own: &[usize]) -> usize {
        let others = self.headers().into_iter().map(|header| header.start);
        let next = others.filter(|at| *at > start && !own.contains(at)).min();
        next.map_or(self.text.len(), |next| self.with_comments_above(next))
    }

    fn with_comments_above(&self, at: usize) -> usize {
        let mut start = self.line_start(at);
        while let Some(above) = self.text.get(..start.saturating_sub(1)).filter(|_| start > 0) {
            let line = above.rfind('\n').map_or(0, |at| at + 1);
            if !above.get(line..).is_some_and(|text| text.trim_start().starts_with('#')) {
                break;
            }
            start = line;
        }
        start
    }

    /// None for the top, and for a section that has no header of its own.
    fn header(&self, section: Section<'_>) -> Option<Range<usize>> {
        let root = self.parsed()?;
        let table = match section {
            Section::Top => return None,
            Section::Named(name) => root.get(name)?.as_table()?,
            Section::Entry(name, index) => root.get(name)?.as_array_of_tables()?.get(index)?,
            Section::Within(name, index, inner) => {
                root.get(name)?.as_array_of_tables()?.get(index)?.get(inner)?.as_table()?
            }
        };
        table.span().filter(|_| !table.is_dotted() && !table.is_implicit())
    }

    /// Of every section and entry of the file.
    fn headers(&self) -> Vec<Range<usize>> {
        let mut starts = Vec::new();
        if let Some(root) = self.parsed() {
            collect_headers(root.as_table(), &mut starts);
        }
        starts.into_iter().map(|start| start..start).collect()
    }

    /// Written in one line, or key by key with dots: edited by hand only.
    fn is_inline(&self, section: Section<'_>) -> bool {
        section != Section::Top && self.has_section(section) && self.header(section).is_none()
    }

    fn with<T>(&self, section: Section<'_>, read: impl FnOnce(&dyn TableLike) -> Option<T>) -> Option<T> {
        let root = self.parsed()?;
        match section {
            Section::Top => read(root.as_table()),
            Section::Named(name) => read(root.get(name)?.as_table_like()?),
            Section::Entry(name, index) => read(root.get(name)?.as_array_of_tables()?.get(index)?),
            Section::Within(name, index, inner) => {
                read(root.get(name)?.as_array_of_tables()?.get(index)?.get(inner)?.as_table_like()?)
            }
        }
    }

    fn parsed(&self) -> Option<Parsed<&str>> {
        Parsed::parse(self.text.as_str()).ok()
    }

    fn still_readable(&self) -> Result<(), EditError> {
        self.parsed().map(|_| ()).ok_or(EditError::ByHandOnly)
    }

    fn line_start(&self, at: usize) -> usize {
        self.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1)
    }

    /// Behind its line break.
    fn line_end(&self, at: usize) -> usize {
        self.text.get(at..).and_then(|rest| rest.find('\n')).map_or(self.text.len(), |length| at + length + 1)
    }
}

fn collect_headers(table: &Table, starts: &mut Vec<usize>) {
    for (_, item) in table {
        let inner: Vec<&Table> = match item {
            Item::Table(inner) => vec![inner],
            Item::ArrayOfTables(entries) => entries.iter().collect(),
            Item::Value(_) | Item::None => continue,
        };
        for inner in inner {
            let has_header = !inner.is_dotted() && !inner.is_implicit();
            starts.extend(inner.span().filter(|_| has_header).map(|header| header.start));
            collect_headers(inner, starts);
        }
    }
}
