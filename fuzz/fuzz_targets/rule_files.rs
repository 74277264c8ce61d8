//! Any bytes as any file of a rulebook: problems, never a panic.
#![no_main]

use jiff::civil::date;
use libfuzzer_sys::fuzz_target;
use yingda::publishing::examine;
use yingda::rulebook::{Files, Surroundings};

const PATHS: [&str; 7] = [
    "rules/a.md",
    "rules/a.csv",
    "courses.csv",
    "contacts.toml",
    "settings.toml",
    "articles/a.md",
    "tests/a.chat",
];

fuzz_target!(|input: &[u8]| {
    let Some((choice, bytes)) = input.split_first() else { return };
    let path = PATHS[usize::from(*choice) % PATHS.len()];
    let mut files = Files::default();
    files.insert(path, bytes);
    let _ = examine(&files, &Surroundings::on(date(2026, 11, 23)));
});
