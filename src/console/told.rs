//! Problems of the rulebook as pages list them: where, why, what to do, and the
//! page where it is done. `parts/told.html` draws them. What the check says is in
//! the rulebook's own language.

use super::places::Place;
use crate::answer::Edition;
use crate::model::Role;
use crate::rulebook::{Problem, Rulebook, Severity};

/// Problems of one kind that are shown; the rest is counted.
pub(super) const MOST_PROBLEMS: usize = 50;

/// As many as anybody reads.
pub(super) struct Problems {
    pub shown: Vec<Told>,
    pub more: usize,
}

pub(super) struct Told {
    pub place: String,
    pub cause: String,
    pub remedy: String,
    /// Where it can be put right, or looked at by who may not.
    pub address: Option<String>,
    pub severity: Severity,
}

impl Problems {
    pub fn none() -> Self {
        Self { shown: Vec::new(), more: 0 }
    }

    pub fn of(problems: &[Problem], editions: &[&Edition], reader: Role) -> Self {
        let books: Vec<_> = editions.iter().map(|edition| &edition.rulebook).collect();
        Self::in_books(problems, &books, reader)
    }

    /// For a draft that was never compiled.
    pub fn in_books(problems: &[Problem], books: &[&Rulebook], reader: Role) -> Self {
        let told = |problem: &Problem| Told::in_books(problem, books, reader);
        let shown = problems.iter().take(MOST_PROBLEMS).map(told).collect();
        Self { shown, more: problems.len().saturating_sub(MOST_PROBLEMS) }
    }
}

impl Told {
    pub fn of(problem: &Problem, editions: &[&Edition], reader: Role) -> Self {
        let books: Vec<_> = editions.iter().map(|edition| &edition.rulebook).collect();
        Self::in_books(problem, &books, reader)
    }

    fn in_books(problem: &Problem, books: &[&Rulebook], reader: Role) -> Self {
        Self {
            place: place(problem),
            cause: problem.cause.clone(),
            remedy: problem.remedy.clone(),
            address: Place::find(books, &problem.file, problem.line).address_for(reader),
            severity: problem.severity,
        }
    }

    pub fn tone(&self) -> &'static str {
        match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "plain",
        }
    }
}

/// `rules/price.md:3`
pub(super) fn place(problem: &Problem) -> String {
    match problem.line {
        0 => problem.file.clone(),
        line => format!("{}:{line}", problem.file),
    }
}
