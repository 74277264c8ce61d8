//! Labelled messages and how an answer to them is counted.
//!
//! In scope: right (one of the expected rules answers), offered (no rule
//! answers, an expected one is among the choices), wrong (another rule
//! answers), missed (the rest). Out of scope: false (a rule answers), asked
//! (choices are offered), quiet (the rest).

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use jiff::civil::date;
use yingda::rulebook::{Files, Rulebook, Surroundings, check};

/// A message, the ids of the rules that are right (none: nothing is), and what
/// kind of message it is.
pub struct Row {
    pub text: String,
    pub expected: Vec<String>,
    pub kind: String,
}

/// What the engine did with a message.
pub enum Given {
    Rule(String),
    Choices(Vec<String>),
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Count {
    Right,
    Offered,
    Wrong,
    Missed,
    False,
    Asked,
    Quiet,
}

/// How many messages of each kind were counted as what.
#[derive(Default)]
pub struct Report(BTreeMap<String, BTreeMap<Count, usize>>);

pub fn rows(set: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/questions").join(set);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines().skip(1).map(row).collect()
}

fn row(line: &str) -> Row {
    let [text, expected, kind] = line.split('\t').collect::<Vec<_>>()[..] else {
        panic!("three columns: {line}")
    };
    let expected = expected.split('|').filter(|id| *id != "none").map(str::to_owned).collect();
    Row { text: text.to_owned(), expected, kind: kind.to_owned() }
}

/// The rulebook that ships.
pub fn shipped() -> (Files, Rulebook) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("responses");
    let files = Files::read(&folder).expect("the shipped folder");
    let checked = check(&files, &Surroundings::on(date(2026, 11, 23)));
    let rulebook = checked.rulebook.unwrap_or_else(|| panic!("{:#?}", checked.problems));
    (files, rulebook)
}

pub fn count(row: &Row, given: &Given) -> Count {
    let is_right = |id: &String| row.expected.contains(id);
    match (row.expected.is_empty(), given) {
        (true, Given::Rule(_)) => Count::False,
        (true, Given::Choices(_)) => Count::Asked,
        (true, Given::Nothing) => Count::Quiet,
        (false, Given::Rule(id)) if is_right(id) => Count::Right,
        (false, Given::Rule(_)) => Count::Wrong,
        (false, Given::Choices(ids)) if ids.iter().any(is_right) => Count::Offered,
        (false, Given::Choices(_) | Given::Nothing) => Count::Missed,
    }
}

pub fn report(rows: &[Row], mut answer: impl FnMut(&str) -> Given) -> Report {
    let mut report = Report::default();
    for row in rows {
        let counted = count(row, &answer(&row.text));
        *report.0.entry(row.kind.clone()).or_default().entry(counted).or_default() += 1;
    }
    report
}

impl Report {
    pub fn add(&mut self, other: Self) {
        for (kind, counts) in other.0 {
            for (count, number) in counts {
                *self.0.entry(kind.clone()).or_default().entry(count).or_default() += number;
            }
        }
    }

    /// In percent of the messages in scope, or of those out of scope.
    pub fn percent(&self, of: Count) -> f64 {
        let in_scope = |count: &Count| *count <= Count::Missed;
        let counts = || self.0.values().flatten();
        let total: usize = counts().filter(|(c, _)| in_scope(c) == in_scope(&of)).map(|(_, n)| n).sum();
        let counted: usize = counts().filter(|(c, _)| **c == of).map(|(_, n)| n).sum();
        100.0 * counted as f64 / total.max(1) as f64
    }

    pub fn right_or_offered(&self) -> f64 {
        self.percent(Count::Right) + self.percent(Count::Offered)
    }

    /// One line for a table of several reports.
    pub fn line(&self) -> String {
        format!(
            "right {:5.1}  right or offered {:5.1}  wrong {:4.1} | false {:4.1}  asked {:4.1}",
            self.percent(Count::Right),
            self.right_or_offered(),
            self.percent(Count::Wrong),
            self.percent(Count::False),
            self.percent(Count::Asked),
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, counts) in &self.0 {
            write!(f, "  {kind:12}")?;
            for (count, number) in counts {
                write!(f, " {count:?} {number}")?;
            }
            writeln!(f)?;
        }
        write!(f, "  {}", self.line())
    }
}
