//! Which page edits a place in the rulebook's files.

use std::path::Path;

use super::visit::in_address;
use crate::answer::Edition;

/// Endings of the files that a rulebook is made of.
const TEXTS: [&str; 5] = ["md", "csv", "toml", "chat", "txt"];

/// Tables and folders that have a page of their own.
const PAGES: &[(&str, &str)] = &[
    ("courses.csv", "/console/courses"),
    ("contacts.toml", "/console/contacts"),
    ("articles/", "/console/articles"),
    ("forms/", "/console/forms"),
    ("settings.toml", "/console/settings"),
];

/// A rule's own page where the place is a rule's in one of these editions; the
/// page of the text where no other page shows the file.
pub(super) fn editor_of(editions: &[&Edition], file: &str, line: usize) -> Option<String> {
    let rule = editions.iter().find_map(|edition| {
        let here = edition.rulebook.rules.iter().filter(|rule| &*rule.place.file == file);
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        here.filter(|rule| rule.place.line <= line || line == 0).max_by_key(|rule| rule.place.line)
    });
    if let Some(rule) = rule {
        return Some(format!("/console/rules/{}", in_address(rule.id.as_str())));
    }
    let page = PAGES.iter().find(|(start, _)| file.starts_with(start));
    page.map(|(_, address)| (*address).to_owned()).or_else(|| text_of(file))
}

/// Where a file is changed as text; None: it is no text.
pub(super) fn text_of(file: &str) -> Option<String> {
    is_text(file).then(|| format!("/console/files/text?path={}", in_address(file)))
}

pub(super) fn is_text(file: &str) -> bool {
    let ending = Path::new(file).extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| TEXTS.iter().any(|text| ending.eq_ignore_ascii_case(text)))
}
