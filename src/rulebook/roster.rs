//! Which rules there are, as they are written: asked before something new takes
//! a name, or an event that is already answered.

use std::collections::BTreeMap;

use super::Files;
use super::check::Folder;

/// Ids, and the file that each is in, of the files that `counts`.
pub fn rule_ids(files: &Files, counts: impl Fn(&str) -> bool) -> BTreeMap<String, String> {
    let folder = Folder::read(files, &mut Vec::new());
    let ids = folder.rules.iter().filter_map(|rule| {
        let path = &folder.sources.get(rule.source)?.path;
        counts(path).then(|| Some((rule.id.as_ref()?.text.to_string(), path.to_string())))?
    });
    ids.collect()
}

/// The names of the rules that answer an event.
pub fn rules_on(files: &Files, occasion: &str, counts: impl Fn(&str) -> bool) -> Vec<String> {
    let folder = Folder::read(files, &mut Vec::new());
    let rules = folder.rules.iter().filter(|rule| {
        let rest = rule.rest.as_ref();
        let answers = rest.is_some_and(|rest| rest.on.iter().any(|on| on.text.trim() == occasion));
        answers && folder.sources.get(rule.source).is_some_and(|source| counts(&source.path))
    });
    rules.filter_map(|rule| Some(rule.name.as_ref()?.text.to_string())).collect()
}
