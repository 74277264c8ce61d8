//! Which page edits a place in the rulebook's files.

use super::super::visit::in_address;
use crate::answer::Edition;

/// Tables and folders that have a page of their own.
const PAGES: &[(&str, &str)] = &[
    ("courses.csv", "/console/courses"),
    ("contacts.toml", "/console/contacts"),
    ("articles/", "/console/articles"),
    ("forms/", "/console/forms"),
    ("settings.toml", "/console/settings"),
];

/// A rule's own page where the place is a rule's in one of these editions.
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
    page.map(|(_, address)| (*address).to_owned())
}
