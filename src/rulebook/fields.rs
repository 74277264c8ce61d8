//! The values of one TOML table, taken one by one. What is missing, of the
//! wrong kind, or left over is told with its place; nothing stops at the first
//! mistake.

use jiff::civil::Date;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::Key;
use super::problem::Problem;
use super::source::{Source, Span};

/// A text and where it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub text: Box<str>,
    pub span: Span,
}

#[derive(Debug)]
pub struct Fields<'s> {
    source: &'s Source<'s>,
    /// Where the TOML begins in the source: spans count from there.
    base: usize,
    /// The table itself, for what is missing in it.
    span: Span,
    entries: Vec<(Box<str>, Span, Spanned<DeValue<'s>>)>,
    keys: &'static [Key],
}

/// The top of a piece of TOML.
pub fn read<'s>(source: &'s Source<'s>, part: Span, keys: &'static [Key]) -> Option<Fields<'s>> {
    let toml = source.text.get(part.range())?;
    let table = super::syntax::parse(toml)?;
    let first_line = source.rest_of_line(part.start());
    Some(Fields::new(source, part.start(), first_line, table.into_inner(), keys))
}

impl<'s> Fields<'s> {
    fn new(
        source: &'s Source<'s>,
        base: usize,
        span: Span,
        table: DeTable<'s>,
        keys: &'static [Key],
    ) -> Self {
        let entries = table
            .into_iter()
            .map(|(key, value)| {
                let at = Span::new(base + key.span().start, base + key.span().end);
                (key.into_inner().into(), at, value)
            })
            .collect();
        Self { source, base, span, entries, keys }
    }

    pub fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, ..)| &**name == key)
    }

    /// Whether a key is a section of its own.
    pub fn is_table(&self, key: &str) -> bool {
        let entry = self.entries.iter().find(|(name, ..)| &**name == key);
        entry.is_some_and(|(_, _, value)| matches!(value.get_ref(), DeValue::Table(_)))
    }

    /// Where a key is written; the table itself when it is not.
    pub fn span_of(&self, key: &str) -> Span {
        self.entries.iter().find(|(name, ..)| &**name == key).map_or(self.span, |(_, at, _)| *at)
    }

    pub fn text(&mut self, key: &str, problems: &mut Vec<Problem>) -> Option<Written> {
        let (value, at) = self.take(key)?;
        let written = as_text(value, at);
        if written.is_none() {
            problems.push(self.wrong_kind(key, at, "一段文字，写在英文引号里", "\"…\""));
        }
        written
    }

    /// The text, or why there is none.
    pub fn required_text(&mut self, key: &str, problems: &mut Vec<Problem>) -> Option<Written> {
        if !self.has(key) {
            problems.push(self.missing(key));
            return None;
        }
        let written = self.text(key, problems)?;
        if written.text.trim().is_empty() {
            let problem = Problem::error("empty-value", format!("{key} 是空的。"))
                .remedy(format!("请写上，例如：{}", example_of(self.keys, key)));
            problems.push(self.source.locate(problem, written.span));
            return None;
        }
        Some(written)
    }

    /// A list of texts; one text alone counts as a list of one.
    pub fn texts(&mut self, key: &str, problems: &mut Vec<Problem>) -> Vec<Written> {
        let Some((value, at)) = self.take(key) else { return Vec::new() };
        let mut texts = Vec::new();
        match value {
            DeValue::Array(items) => {
                texts.reserve_exact(items.len());
                for item in items {
                    let at = self.absolute(item.span());
                    match as_text(item.into_inner(), at) {
                        Some(written) => texts.push(written),
                        None => {
                            problems.push(self.wrong_kind(key, at, "文字，写在英文引号里", "[\"…\", \"…\"]"));
                        }
                    }
                }
            }
            single => match as_text(single, at) {
                Some(written) => texts.push(written),
                None => problems.push(self.wrong_kind(key, at, "一个列表", "[\"…\", \"…\"]")),
            },
        }
        texts
    }

    pub fn date(&mut self, key: &str, problems: &mut Vec<Problem>) -> Option<Date> {
        let (value, at) = self.take(key)?;
        let date = as_date(&value);
        if date.is_none() {
            problems.push(self.wrong_kind(key, at, "一个日期，年-月-日", "2026-03-07"));
        }
        date
    }

    pub fn bool(&mut self, key: &str, problems: &mut Vec<Problem>) -> Option<bool> {
        match self.take(key)? {
            (DeValue::Boolean(value), _) => Some(value),
            (_, at) => {
                problems.push(self.wrong_kind(key, at, "true 或 false，不加引号", "true"));
                None
            }
        }
    }

    /// A whole number within `range`.
    pub fn number(
        &mut self,
        key: &str,
        range: std::ops::RangeInclusive<u32>,
        problems: &mut Vec<Problem>,
    ) -> Option<u32> {
        let (value, at) = self.take(key)?;
        let number = match &value {
            DeValue::Integer(number) => u32::from_str_radix(number.as_str(), number.radix()).ok(),
            DeValue::String(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => None,
        };
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let meant = format!("{} 到 {} 的整数，不加引号", range.start(), range.end());
            problems.push(self.wrong_kind(key, at, &meant, &range.start().to_string()));
        }
        number
    }

    pub fn table(&mut self, key: &str, keys: &'static [Key], problems: &mut Vec<Problem>) -> Option<Self> {
        let (value, at) = self.take(key)?;
        let DeValue::Table(table) = value else {
            problems.push(self.wrong_kind(key, at, &format!("一个小节，另起一行写 [{key}]"), "…"));
            return None;
        };
        Some(Self::new(self.source, self.base, at, table, keys))
    }

    /// `[[key]]`, each with its own place.
    pub fn tables(&mut self, key: &str, keys: &'static [Key], problems: &mut Vec<Problem>) -> Vec<Self> {
        let not_tables = Problem::error("wrong-kind", format!("{key} 的方括号不对。"))
            .remedy(format!("每条之前另起一行，写两层方括号：[[{key}]]"));
        let Some((value, at)) = self.take(key) else { return Vec::new() };
        let DeValue::Array(items) = value else {
            problems.push(self.source.locate(not_tables, at));
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            let at = self.absolute(item.span());
            match item.into_inner() {
                DeValue::Table(table) => tables.push(Self::new(self.source, self.base, at, table, keys)),
                _ => problems.push(self.source.locate(not_tables.clone(), at)),
            }
        }
        tables
    }

    /// Drops a key, and tells where it was.
    pub fn remove(&mut self, key: &str) -> Option<Span> {
        let at = self.span_of(key);
        self.take(key).map(|_| at)
    }

    pub fn locate(&self, problem: Problem, at: Span) -> Problem {
        self.source.locate(problem, at)
    }

    /// Where the table itself is.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Tells what is left over.
    pub fn finish(self, problems: &mut Vec<Problem>) {
        for (name, at, _) in &self.entries {
            let remedy = match closest(name, self.keys.iter().map(|key| key.name)) {
                Some(known) => format!("是不是 {known} ？"),
                None => format!("可以写的有：{}。", list(self.keys)),
            };
            let problem = Problem::error("unknown-key", format!("没有 {name} 这一项。")).remedy(remedy);
            problems.push(self.source.locate(problem, *at));
        }
    }

    pub fn missing(&self, key: &str) -> Problem {
        let problem = Problem::error("missing-key", format!("缺少 {key}。"))
            .remedy(format!("请加上一行，例如：{}", example_of(self.keys, key)));
        self.source.locate(problem, self.span)
    }

    fn take(&mut self, key: &str) -> Option<(DeValue<'s>, Span)> {
        let index = self.entries.iter().position(|(name, ..)| &**name == key)?;
        let (_, _, value) = self.entries.swap_remove(index);
        let at = self.absolute(value.span());
        Some((value.into_inner(), at))
    }

    fn absolute(&self, span: std::ops::Range<usize>) -> Span {
        Span::new(self.base + span.start, self.base + span.end)
    }

    fn wrong_kind(&self, key: &str, at: Span, meant: &str, example: &str) -> Problem {
        let problem = Problem::error("wrong-kind", format!("{key} 要写成{meant}。"))
            .remedy(format!("例如：{key} = {example}"));
        self.source.locate(problem, at)
    }
}

fn as_text(value: DeValue<'_>, span: Span) -> Option<Written> {
    match value {
        DeValue::String(text) => Some(Written { text: text.into(), span }),
        DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => None,
    }
}

fn as_date(value: &DeValue<'_>) -> Option<Date> {
    match value {
        DeValue::String(text) => parse_date(text),
        DeValue::Datetime(datetime) => parse_date(&datetime.date?.to_string()),
        DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => None,
    }
}

/// `2026-03-07` and nothing else.
pub fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim();
    (text.len() == "2026-03-07".len()).then(|| text.parse().ok())?
}

/// The known word that `name` was probably meant to be.
pub fn closest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    /// Below it, words share little more than their length.
    const ALIKE: f64 = 0.55;
    let name = name.to_lowercase();
    known
        .map(|word| (word, likeness(&name, word)))
        .filter(|(_, likeness)| *likeness >= ALIKE)
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(word, _)| word)
}

fn likeness(name: &str, word: &str) -> f64 {
    /// 「monday」 is meant to be `mon`.
    const BEGINS_ALIKE: f64 = 0.6;
    const LONG_ENOUGH: usize = 3;
    let begins_alike = word.len() >= LONG_ENOUGH && name.starts_with(word);
    strsim::normalized_damerau_levenshtein(name, word).max(if begins_alike { BEGINS_ALIKE } else { 0.0 })
}

fn list(keys: &[Key]) -> String {
    keys.iter().map(|key| key.name).collect::<Vec<_>>().join("、")
}

fn example_of(keys: &[Key], name: &str) -> String {
    let example = keys.iter().find(|key| key.name == name).map_or("…", |key| key.example);
    format!("{name} = {example}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_word_is_led_to_the_known_one() {
        const KNOWN: [&str; 5] = ["triggers", "exclude", "questions", "mon", "on"];
        let cases: &[(&str, Option<&str>)] = &[
            ("triger", Some("triggers")),
            ("Trigger", Some("triggers")),
            ("exlude", Some("exclude")),
            ("question", Some("questions")),
            ("monday", Some("mon")),
            ("color", None),
            ("触发", None),
        ];
        for (written, meant) in cases {
            assert_eq!(closest(written, KNOWN.into_iter()), *meant, "{written}");
        }
    }
}
