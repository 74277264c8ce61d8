//! What is allowed but probably not meant: rules that never fire, triggers that
//! two rules claim, facts that have expired. Not here: what cannot be read or
//! resolved (`check`), and what needs the engine, such as a sample question
//! that another rule wins.

mod facts;
mod reach;
mod rivals;
mod silenced;

use jiff::civil::Date;

use super::Problem;
use super::catalog::Catalog;
use super::check::Presence;
use super::rule::Rule;
use super::source::{Source, Span};

/// A rulebook, and where each of its rules is written.
pub struct Seen<'f> {
    pub sources: &'f [Source<'f>],
    pub catalog: &'f Catalog,
    pub rules: &'f [Rule],
    /// In the order of the rules.
    pub origins: &'f [Origin],
    pub today: Date,
    pub contacts: Presence,
}

/// Where the parts of a rule are written.
pub struct Origin {
    /// Position among the sources.
    pub source: usize,
    pub rule: Span,
    /// In the order of the rule's occasions.
    pub on: Box<[Span]>,
    /// In the order of the rule's triggers.
    pub triggers: Box<[Span]>,
    /// In the order of the rule's questions.
    pub questions: Box<[Span]>,
}

pub fn all(seen: &Seen<'_>, problems: &mut Vec<Problem>) {
    facts::report(seen, problems);
    for (rule, origin) in seen.pairs() {
        reach::report(seen, rule, origin, problems);
    }
    rivals::report(seen, problems);
    silenced::report(seen, problems);
}

impl<'f> Seen<'f> {
    fn pairs(&self) -> impl Iterator<Item = (&'f Rule, &'f Origin)> + use<'f> {
        self.rules.iter().zip(self.origins)
    }

    fn locate(&self, problem: Problem, origin: &Origin, at: Span) -> Problem {
        match self.sources.get(origin.source) {
            Some(source) => source.locate(problem, at),
            None => problem,
        }
    }

    /// What stands there, without the quotes around it.
    fn written(&self, origin: &Origin, at: Span) -> &'f str {
        let text = self.sources.get(origin.source).and_then(|source| source.text.get(at.range()));
        text.unwrap_or_default().trim_matches(['"', '\'']).trim()
    }
}

/// How a rule is called in a problem of another.
fn called(rule: &Rule) -> String {
    format!("「{}」（{} 第 {} 行）", rule.name, rule.place.file, rule.place.line)
}
