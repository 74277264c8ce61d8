//! Both languages say the same things, and what the code asks for is there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use yingda::console::{Lang, Words};

fn words(lang: Lang) -> BTreeMap<String, String> {
    let words = Words::load(lang);
    words.keys().map(|(key, sentence)| (key.to_owned(), sentence.to_owned())).collect()
}

#[test]
fn both_languages_have_the_same_keys_with_the_same_places_to_fill() {
    let (zh, en) = (words(Lang::Zh), words(Lang::En));

    assert!(zh.len() > 100);
    let (only_zh, only_en): (Vec<_>, Vec<_>) = (
        zh.keys().filter(|key| !en.contains_key(*key)).collect(),
        en.keys().filter(|key| !zh.contains_key(*key)).collect(),
    );
    assert!(only_zh.is_empty() && only_en.is_empty(), "only in zh: {only_zh:?}, only in en: {only_en:?}");
    for (key, sentence) in &zh {
        assert_eq!(places(sentence), places(&en[key]), "{key}");
        assert!(!sentence.trim().is_empty() && !en[key].trim().is_empty(), "{key}");
    }
}

#[test]
fn every_word_that_a_page_asks_for_exists() {
    let zh = words(Lang::Zh);
    let files: BTreeSet<&str> = zh.keys().filter_map(|key| key.split('.').next()).collect();
    let starts: BTreeSet<&str> = zh.keys().map(String::as_str).collect();

    let asked = asked_for();
    assert!(asked.len() > 100);
    for (key, file) in asked {
        let is_key = key.split_once('.').is_some_and(|(name, _)| files.contains(name));
        let is_part = starts.iter().any(|known| known.starts_with(&format!("{key}.")));
        assert!(!is_key || zh.contains_key(&key) || is_part, "{file} asks for {key}");
    }
}

#[test]
fn every_word_is_asked_for() {
    let asked: BTreeSet<String> = asked_for().into_keys().collect();
    // Made of parts in the code: a role, a kind of the log, what can be done in a rehearsal.
    let made = ["role.", "rules.kind_of.", "log.kind.", "try.act.", "failure.", "nav.", "join.", "accounts."];

    for key in words(Lang::Zh).keys() {
        let parent = key.rsplit_once('.').map_or("", |(parent, _)| parent);
        let base = key.strip_suffix("_hint").unwrap_or(key);
        let is_asked = asked.contains(key) || asked.contains(base) || asked.contains(parent);
        assert!(is_asked || made.iter().any(|start| key.starts_with(start)), "nobody says {key}");
    }
}

#[test]
fn every_kind_of_the_log_has_its_word() {
    let zh = words(Lang::Zh);

    for kind in yingda::store::OperationKind::ALL {
        assert!(zh.contains_key(&format!("log.kind.{}", kind.as_str())), "{kind:?}");
    }
}

/// `{name}`s of a sentence.
fn places(sentence: &str) -> BTreeSet<&str> {
    sentence.split('{').skip(1).filter_map(|part| part.split('}').next()).collect()
}

/// Strings of the code and the templates that look like keys, with the file.
fn asked_for() -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console")) {
        let text = fs::read_to_string(&file).expect("a source file");
        for part in text.split('"').skip(1) {
            let is_key = part.contains('.')
                && part
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.'));
            if is_key && !part.ends_with('.') {
                found.insert(part.to_owned(), file.display().to_string());
            }
        }
    }
    found
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let here = files
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs" || ending == "html"));
    here.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}
