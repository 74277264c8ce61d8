//! What is allowed but probably not meant: rules that never fire, triggers that
//! two rules claim, facts that have expired. Not here: what cannot be read or
//! resolved (`check`), and what needs the engine, such as a sample question
//! that another rule wins.

mod facts;
mod reach;
mod rivals;

use jiff::civil::Date;

use super::Problem;
use super::catalog::Catalog;
use super::check::Presence;
use super::file::RuleEntry;
use super::rule::Rule;
use super::source::{Source, Span};

pub struct Written<'f> {
    pub sources: &'f [Source<'f>],
    pub entries: &'f [RuleEntry],
    pub catalog: &'f Catalog,
}

/// A rulebook as written and as meant: the rules stand in the same order.
pub struct Seen<'f> {
    pub written: Written<'f>,
    pub rules: &'f [Rule],
    pub today: Date,
    pub contacts: Presence,
}

pub fn all(seen: &Seen<'_>, problems: &mut Vec<Problem>) {
    facts::report(seen, problems);
    for (rule, entry) in seen.pairs() {
        reach::report(seen, rule, entry, problems);
    }
    rivals::report(seen, problems);
}

impl<'f> Seen<'f> {
    fn pairs(&self) -> impl Iterator<Item = (&'f Rule, &'f RuleEntry)> + use<'f> {
        self.rules.iter().zip(self.written.entries)
    }

    fn locate(&self, problem: Problem, entry: &RuleEntry, at: Span) -> Problem {
        match self.written.sources.get(entry.source) {
            Some(source) => source.locate(problem, at),
            None => problem,
        }
    }
}

/// How a rule is called in a problem of another.
fn called(rule: &Rule) -> String {
    format!("「{}」（{} 第 {} 行）", rule.name, rule.place.file, rule.place.line)
}
