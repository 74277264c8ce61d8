//! Changes the header of a rule key by key. A key that stays keeps its bytes;
//! a new one goes where the reference page lists it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::super::keys;
use super::super::syntax;
use super::list;
use super::written::{CARD, Shape, WrittenRule, shape};

/// A key with its value, by their places in the text.
struct Entry {
    key: String,
    key_at: Range<usize>,
    value_at: Range<usize>,
    /// None: something that no rule has there.
    values: Option<Vec<String>>,
    /// Of a section or an inline table.
    inner: Vec<Entry>,
}

/// None: it is not TOML.
pub fn read(text: &str) -> Option<WrittenRule> {
    let mut rule = WrittenRule::default();
    for entry in entries(text)? {
        rule.set(&entry.key, entry.values.unwrap_or_default());
        for (key, name) in CARD.iter().filter(|_| entry.key == "card") {
            let inner = entry.inner.iter().find(|inner| inner.key == *name);
            rule.set(key, inner.and_then(|inner| inner.values.clone()).unwrap_or_default());
        }
    }
    Some(rule)
}

/// `text` with the values of `wanted`. None: it is not TOML.
pub fn change(text: &str, wanted: &WrittenRule) -> Option<String> {
    let (entries, old) = (entries(text)?, read(text)?);
    let mut splices = Splices::default();
    for key in keys::RULE.iter().map(|key| key.name) {
        let entry = entries.iter().find(|entry| entry.key == key);
        if key == "card" {
            change_card(text, entry, &entries, (&old, wanted), &mut splices);
            continue;
        }
        match (entry, wanted.list(key)) {
            (_, values) if old.list(key) == values => {}
            (Some(entry), []) => splices.put(line_of(text, entry), ""),
            (Some(entry), values) => {
                let raw = text.get(entry.value_at.clone()).unwrap_or_default();
                splices.put(entry.value_at.clone(), &written(key, values, Some(raw)));
            }
            (None, values) => {
                let line = format!("{key} = {}\n", written(key, values, None));
                splices.insert(place_for(text, key, &entries), &line);
            }
        }
    }
    Some(splices.apply(text))
}

fn written(key: &str, values: &[String], old: Option<&str>) -> String {
    let only = values.first().map_or("", String::as_str);
    match shape(key) {
        Shape::List => old.and_then(|raw| list::change(raw, values)).unwrap_or_else(|| list::fresh(values)),
        Shape::Flag => only.to_owned(),
        Shape::Date if super::super::fields::parse_date(only).is_some() => only.to_owned(),
        Shape::Date | Shape::Text => list::quoted(only),
    }
}

/// An inline table is written anew; in a section each key has its line.
fn change_card(
    text: &str,
    entry: Option<&Entry>,
    entries: &[Entry],
    (old, wanted): (&WrittenRule, &WrittenRule),
    splices: &mut Splices,
) {
    if CARD.iter().all(|(key, _)| old.list(key) == wanted.list(key)) {
        return;
    }
    let parts: Vec<String> = CARD
        .iter()
        .filter_map(|(key, name)| Some(format!("{name} = {}", list::quoted(wanted.list(key).first()?))))
        .collect();
    let inline = format!("{{ {} }}", parts.join(", "));
    let section = entry.and_then(|entry| section_of(text, entry));
    match (entry, section) {
        (None, _) => splices.insert(place_for(text, "card", entries), &format!("card = {inline}\n")),
        (Some(_), Some(section)) if !wanted.has_card() => splices.put(section, ""),
        (Some(entry), Some(section)) => {
            for (key, name) in CARD {
                let (inner, is) = (entry.inner.iter().find(|inner| inner.key == name), wanted.text(key));
                match inner {
                    _ if old.text(key) == is => {}
                    Some(inner) if is.is_empty() => splices.put(line_of(text, inner), ""),
                    Some(inner) => splices.put(inner.value_at.clone(), &list::quoted(is)),
                    None => {
                        let last = entry.inner.iter().map(|inner| line_of(text, inner).end).max();
                        let line = format!("{name} = {}\n", list::quoted(is));
                        splices.insert(last.unwrap_or(section.end), &line);
                    }
                }
            }
        }
        (Some(entry), None) if !wanted.has_card() => splices.put(line_of(text, entry), ""),
        (Some(entry), None) => splices.put(entry.value_at.clone(), &inline),
    }
}

/// From `[card]` to the next section or the end. None: it is not a section.
fn section_of(text: &str, entry: &Entry) -> Option<Range<usize>> {
    let start = line_start(text, entry.key_at.start);
    let rest = text.get(start..)?;
    rest.trim_start().starts_with('[').then_some(())?;
    let next = rest.match_indices("\n[").map(|(at, _)| start + at + 1).next();
    Some(start..next.unwrap_or(text.len()))
}

/// After the keys that are listed before it; always before the first section.
fn place_for(text: &str, key: &str, entries: &[Entry]) -> usize {
    let before: Vec<&str> = keys::RULE.iter().map(|key| key.name).take_while(|name| *name != key).collect();
    let is_key = |entry: &&Entry| section_of(text, entry).is_none();
    let found =
        before.iter().rev().find_map(|name| entries.iter().filter(is_key).find(|entry| entry.key == **name));
    found.map_or(0, |entry| line_of(text, entry).end)
}

/// Its lines, with the comment at the end and the line break.
fn line_of(text: &str, entry: &Entry) -> Range<usize> {
    let rest = text.get(entry.value_at.end..).unwrap_or_default();
    let end = rest.find('\n').map_or(text.len(), |at| entry.value_at.end + at + 1);
    line_start(text, entry.key_at.start)..end
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1)
}

fn entries(text: &str) -> Option<Vec<Entry>> {
    Some(entries_of(syntax::parse(text)?.into_inner()))
}

fn entries_of(table: DeTable<'_>) -> Vec<Entry> {
    let entry = |(key, value): (Spanned<_>, Spanned<DeValue<'_>>)| {
        let (key_at, value_at) = (key.span(), value.span());
        let key: std::borrow::Cow<'_, str> = key.into_inner();
        let (values, inner) = match value.into_inner() {
            DeValue::Table(table) => (None, entries_of(table)),
            value => (texts(value), Vec::new()),
        };
        Entry { key: key.into_owned(), key_at, value_at, values, inner }
    };
    table.into_iter().map(entry).collect()
}

fn texts(value: DeValue<'_>) -> Option<Vec<String>> {
    match value {
        DeValue::String(text) => Some(vec![text.into_owned()]),
        DeValue::Boolean(yes) => Some(vec![yes.to_string()]),
        DeValue::Datetime(at) => Some(vec![at.to_string()]),
        DeValue::Array(items) => {
            let texts = items.into_iter().map(|item| match item.into_inner() {
                DeValue::String(text) => Some(text.into_owned()),
                _ => None,
            });
            texts.collect()
        }
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Table(_) => None,
    }
}

/// Pieces of a text and what stands there instead.
#[derive(Default)]
struct Splices(Vec<(Range<usize>, String)>);

impl Splices {
    fn put(&mut self, at: Range<usize>, text: &str) {
        self.0.push((at, text.to_owned()));
    }

    /// What is inserted at the same place keeps its order.
    fn insert(&mut self, at: usize, text: &str) {
        self.put(at..at, text);
    }

    fn apply(mut self, text: &str) -> String {
        self.0.sort_by_key(|(at, _)| (at.start, at.end));
        let mut written = String::with_capacity(text.len());
        let mut done = 0;
        for (at, new) in self.0 {
            let kept = text.get(done..at.start).unwrap_or_default();
            written.push_str(kept);
            let is_glued = new.ends_with('\n') && !written.is_empty() && !written.ends_with('\n');
            if at.is_empty() && is_glued {
                written.push('\n');
            }
            written.push_str(&new);
            done = at.end.max(done);
        }
        written.push_str(text.get(done..).unwrap_or_default());
        written
    }
}
