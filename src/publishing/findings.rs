//! What an examination found, by what it means for publishing: what blocks,
//! what somebody has to decide, what was like that before. Pure.

use std::collections::BTreeSet;

use crate::rulebook::{Problem, Severity};
use crate::store::content_hash;

/// Of tests that staff wrote: they say what should be answered, not whether
/// the files are right.
const TESTS: &[&str] = &["sample_lost", "transcript_failed"];

/// How many tests failed among these problems. A transcript is one, however many
/// of its lines do not hold; a sample question is one.
pub fn count_failed_tests(problems: &[Problem]) -> usize {
    let of = |code: &'static str| problems.iter().filter(move |problem| problem.code == code);
    let transcripts: BTreeSet<&str> = of("transcript_failed").map(|problem| &*problem.file).collect();
    transcripts.len() + of("sample_lost").count()
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// Never published.
    pub errors: Vec<Problem>,
    /// Sample questions and transcripts: published only for a reason.
    pub failures: Vec<Problem>,
    /// To be ticked.
    pub warnings: Vec<Problem>,
    /// Warnings that the live version has too, and what is good to know.
    pub known: Vec<Problem>,
    /// The live settings ask for a second person.
    pub second_person: bool,
}

impl Findings {
    /// `live` are the problems of the version that is live.
    pub fn new(problems: &[Problem], live: &[Problem]) -> Self {
        let before: BTreeSet<String> = live.iter().map(warning_key).collect();
        let mut findings = Self::default();
        for problem in problems {
            let kind = match problem.severity {
                Severity::Error if TESTS.contains(&problem.code) => &mut findings.failures,
                Severity::Error => &mut findings.errors,
                Severity::Warning if before.contains(&warning_key(problem)) => &mut findings.known,
                Severity::Warning => &mut findings.warnings,
                Severity::Note => &mut findings.known,
            };
            kind.push(problem.clone());
        }
        findings
    }
}

/// What a tick stands for. The line does not count: it moves when something
/// else in the file is changed.
pub fn warning_key(problem: &Problem) -> String {
    content_hash(format!("{}\n{}\n{}", problem.code, problem.file, problem.cause).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transcript_is_one_test_however_many_of_its_lines_fail() {
        let failed =
            |file: &str, line| Problem::error("transcript_failed", "not held").in_file(file).at_line(line);
        let lost = Problem::error("sample_lost", "lost").in_file("rules/a.md");
        let problems = [failed("a.chat", 3), failed("a.chat", 3), failed("b.chat", 9), lost.clone(), lost];

        assert_eq!(count_failed_tests(&problems), 4);
    }

    #[test]
    fn what_was_there_before_asks_nobody_again() {
        let warning = |cause: &str, line| Problem::warning("promise", cause).in_file("a.md").at_line(line);
        let live = [warning("old", 3)];
        let now = [
            Problem::error("id", "broken"),
            Problem::error("sample_lost", "lost"),
            Problem::error("transcript_failed", "failed"),
            warning("old", 9),
            warning("new", 3),
            Problem::note("fact", "good to know"),
        ];

        let findings = Findings::new(&now, &live);

        let causes = |problems: &[Problem]| problems.iter().map(|one| one.cause.clone()).collect::<Vec<_>>();
        assert_eq!(causes(&findings.errors), ["broken"]);
        assert_eq!(causes(&findings.failures), ["lost", "failed"]);
        assert_eq!(causes(&findings.warnings), ["new"]);
        assert_eq!(causes(&findings.known), ["old", "good to know"]);
    }
}
