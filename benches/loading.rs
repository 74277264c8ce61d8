//! How long a saved rule file takes until it is live, apart from noticing it:
//! reading the folder, checking, compiling, sample questions, transcripts. And
//! what 100 000 rules cost to load. One line a case, best of some runs.
//! `cargo bench --bench loading`.

#![expect(clippy::print_stdout, reason = "it prints figures")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::civil::date;
use yingda::answer::Edition;
use yingda::publishing::examine;
use yingda::rulebook::{Files, Surroundings, check};

const SETTINGS: &str = "[centre]\nname = \"中心\"\n";
const CONTACTS: &str =
    "[[contact]]\nname = \"顾问\"\nphone = \"0796-6559898\"\nwechat = \"jgspxpy\"\ndefault = true\n";
const RUNS: usize = 5;

/// A small generator, so that every run measures the same texts.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    /// Of any of 6 000 characters.
    fn text(&mut self, characters: u64) -> String {
        let character = |number: u64| char::from_u32(0x4e00 + u32::try_from(number).ok()?);
        (0..characters).filter_map(|_| character(self.roll(6_000))).collect()
    }
}

fn main() {
    let hundred_thousand = folder(|dice, number| rows(dice, number, 0), 100_000);
    let started = Instant::now();
    let files = Files::read(hundred_thousand.path()).expect("readable");
    let checked = check(&files, &surroundings());
    let edition = Edition::new(0, checked.rulebook.expect("no errors"));
    println!(
        "100 000 rules, loaded and compiled: {:?}, at most {} MiB in all (rules: {})",
        started.elapsed(),
        peak_mebibytes(),
        edition.rulebook.rules.len()
    );
    drop((files, edition));
    let thousand = folder(|dice, number| rows(dice, number, 10), 1_000);
    phases("1 000 rules of 10 questions", thousand.path());
    phases("the shipped rulebook", Path::new("responses"));
}

fn phases(name: &str, folder: &Path) {
    let best = |work: &dyn Fn() -> Duration| (0..RUNS).map(|_| work()).min().unwrap_or_default();
    let timed = |work: &mut dyn FnMut()| {
        let started = Instant::now();
        work();
        started.elapsed()
    };
    let files = Files::read(folder).expect("readable");
    let rulebook = || check(&files, &surroundings()).rulebook.expect("no errors");
    let read = best(&|| timed(&mut || drop(Files::read(folder))));
    let checked = best(&|| timed(&mut || drop(check(&files, &surroundings()))));
    let compiled = best(&|| {
        let rulebook = rulebook();
        let started = Instant::now();
        drop(Edition::new(0, rulebook));
        started.elapsed()
    });
    let all = best(&|| timed(&mut || drop(examine(&files, &surroundings()))));
    println!("{name}: read {read:?}, check {checked:?}, compile {compiled:?}, everything {all:?}");
}

fn surroundings() -> Surroundings {
    Surroundings::on(date(2026, 11, 23))
}

/// A folder with one table of rules.
fn folder(row: impl Fn(&mut Dice, usize) -> String, rules: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut table = String::from("id,name,contains,questions,reply\n");
    for number in 0..rules {
        let _ = writeln!(table, "{}", row(&mut dice, number));
    }
    fs::create_dir_all(folder.path().join("rules")).expect("creatable");
    fs::write(folder.path().join("rules/many.csv"), table).expect("writable");
    fs::write(folder.path().join("settings.toml"), SETTINGS).expect("writable");
    fs::write(folder.path().join("contacts.toml"), CONTACTS).expect("writable");
    folder
}

fn rows(dice: &mut Dice, number: usize, questions: usize) -> String {
    let length = 3 + dice.roll(4);
    let trigger = dice.text(length);
    let questions: Vec<String> = (0..questions)
        .map(|_| {
            let length = 6 + dice.roll(9);
            dice.text(length)
        })
        .collect();
    format!("rule{number},规则{number},{trigger},{},第 {number} 条的回复。", questions.join("|"))
}

/// Linux keeps count; 0 elsewhere.
fn peak_mebibytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    let kibibytes: u64 =
        line.split_whitespace().nth(1).and_then(|word| word.parse().ok()).unwrap_or_default();
    kibibytes / 1024
}
