//! Where a second person is asked for: what one person's word is enough for.
//! Pure. Not here: who the second person may be (console).

use super::edits::Edits;
use super::gate::Request;
use crate::answer::Edition;
use crate::rulebook::Files;
use crate::rulebook::edit::{WrittenRule, read_rules, save_rule};
use crate::store::VersionSource;

/// Whoever types a command, or edits the folder, has the machine. What is
/// brought back was agreed to once, but for the end of being asked at all.
pub(super) fn is_enough(request: &Request, next: Option<&Edition>) -> bool {
    let has_machine = match request.source {
        VersionSource::Folder | VersionSource::Command => true,
        VersionSource::Console => false,
    };
    let still_asks = next.is_some_and(|next| next.rulebook.settings.publishing.second_person);
    has_machine || request.approver.is_some() || (request.restores.is_some() && still_asks)
}

/// Rules are stopped and nothing else is changed: a wrong answer waits for nobody.
pub(super) fn only_turns_off(newest: &Files, edits: &Edits) -> bool {
    let mut stopped = newest.clone();
    for (path, edit) in edits {
        let bytes = edit.bytes.as_deref().unwrap_or_default();
        for rule in rules(path, bytes).iter().filter(|rule| !rule.is_enabled()) {
            stop(&mut stopped, rule.text("id"), edits);
        }
    }
    edits.iter().all(|(path, edit)| stopped.get(path) == edit.bytes.as_deref())
}

/// As the console does it. Where that cannot be, nothing is stopped.
fn stop(files: &mut Files, id: &str, edits: &Edits) {
    let rules_of = |path: &str| rules(path, files.get(path).unwrap_or_default());
    let is_it = |rule: &WrittenRule| rule.text("id") == id && rule.is_enabled();
    let mut found = edits.keys().filter_map(|path| Some((path, rules_of(path).into_iter().find(is_it)?)));
    let Some((path, mut rule)) = found.next() else { return };
    rule.disable();
    for change in save_rule(files, Some(path), &rule).unwrap_or_default() {
        match change.bytes {
            Some(bytes) => files.insert(&change.path, bytes),
            None => files.remove(&change.path),
        }
    }
}

fn rules(path: &str, bytes: &[u8]) -> Vec<WrittenRule> {
    if !path.starts_with("rules/") {
        return Vec::new();
    }
    let read = read_rules(path, bytes).unwrap_or_default();
    read.into_iter().map(|located| located.rule).collect()
}

#[cfg(test)]
mod tests {
    use super::super::edits::between;
    use super::*;

    const PRICE: &str =
        "+++\n# 财务\nid = \"price\"\nname = \"费用\"\ntriggers = [\"多少钱\"]\n+++\n问顾问。\n";
    const TABLE: &str = "id,name,contains,reply\nwifi,无线网,wifi,有。\npark,停车,停车,可以。\n";

    fn files(held: &[(&str, &str)]) -> Files {
        let mut files = Files::default();
        for (path, text) in held {
            files.insert(path, text.as_bytes());
        }
        files
    }

    fn stopped(live: &Files, ids: &[&str]) -> Files {
        let mut files = live.clone();
        for id in ids {
            for path in ["rules/price.md", "rules/faq.csv"] {
                let bytes = files.get(path).expect("it is there").to_vec();
                let Some(mut rule) = rules(path, &bytes).into_iter().find(|rule| rule.text("id") == *id)
                else {
                    continue;
                };
                rule.disable();
                for change in save_rule(&files, Some(path), &rule).expect("it can") {
                    files.insert(&change.path, change.bytes.expect("it stays"));
                }
            }
        }
        files
    }

    #[test]
    fn stopping_is_told_from_every_other_change() {
        let live = files(&[("rules/price.md", PRICE), ("rules/faq.csv", TABLE), ("settings.toml", "")]);
        let with = |path: &str, text: &str, mut files: Files| {
            files.insert(path, text.as_bytes());
            files
        };
        let off = PRICE.replace("+++\n问", "enabled = false\n+++\n问");
        let started = between(&stopped(&live, &["price"]), &live);
        assert!(!only_turns_off(&stopped(&live, &["price"]), &started), "turned on again");
        let cases = [
            ("a rule", stopped(&live, &["price"]), true),
            ("rows of a table", stopped(&live, &["wifi", "park"]), true),
            ("a rule and a row", stopped(&live, &["price", "park"]), true),
            ("with another reply", with("rules/price.md", &off.replace("问", "找"), live.clone()), false),
            ("and a setting", with("settings.toml", "[centre]\n", stopped(&live, &["price"])), false),
            (
                "a new rule that is off",
                with("rules/new.md", &off.replace("price", "new"), live.clone()),
                false,
            ),
            ("a row is gone", with("rules/faq.csv", "id,name,contains,reply\n", live.clone()), false),
        ];
        for (case, wanted, expected) in cases {
            assert_eq!(only_turns_off(&live, &between(&live, &wanted)), expected, "{case}");
        }
    }
}
