//! The rung of regular expressions. One set finds which of them match at all,
//! in one pass; only those are run alone, to learn what they matched.

use regex::{Regex, RegexSet, RegexSetBuilder};

use super::decision::RuleIndex;
use crate::rulebook::{Rule, Trigger};

/// For all patterns together: thousands of ordinary ones.
const MOST_BYTES: usize = 64 << 20;

#[derive(Debug, Default)]
pub struct Patterns {
    set: RegexSet,
    /// In the set's order.
    patterns: Vec<(RuleIndex, Regex)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match<'p> {
    pub rule: RuleIndex,
    pub pattern: &'p str,
    /// Bytes of the text.
    pub start: usize,
    pub end: usize,
}

impl Patterns {
    pub fn new(rules: &[Rule]) -> Self {
        let patterns: Vec<(RuleIndex, Regex)> = rules
            .iter()
            .enumerate()
            .flat_map(|(position, rule)| {
                rule.triggers.iter().filter_map(move |trigger| match trigger {
                    Trigger::Pattern(pattern) => Some((RuleIndex::new(position), pattern.clone())),
                    Trigger::Equals(_) | Trigger::Starts(_) | Trigger::Contains(_) => None,
                })
            })
            .collect();
        // Each compiled alone, so the set fails only by its size; then each
        // pattern is tried by itself.
        let written = patterns.iter().map(|(_, pattern)| pattern.as_str());
        let set = RegexSetBuilder::new(written).size_limit(MOST_BYTES).build().unwrap_or_default();
        Self { set, patterns }
    }

    pub fn find<'p>(&'p self, text: &str) -> Vec<Match<'p>> {
        if self.patterns.is_empty() {
            return Vec::new();
        }
        let likely: Vec<usize> = if self.set.is_empty() {
            (0..self.patterns.len()).collect()
        } else {
            self.set.matches(text).into_iter().collect()
        };
        likely
            .into_iter()
            .filter_map(|number| {
                let (rule, pattern) = self.patterns.get(number)?;
                let found = pattern.find(text)?;
                Some(Match { rule: *rule, pattern: pattern.as_str(), start: found.start(), end: found.end() })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RuleId;

    #[test]
    fn only_the_patterns_that_match_are_found() {
        let rules: Vec<Rule> = ["第[一二]批", "^几天$", "多少(钱|元)"]
            .into_iter()
            .map(|pattern| {
                let pattern = Trigger::Pattern(Regex::new(pattern).expect("a pattern"));
                Rule {
                    triggers: vec![pattern],
                    ..Rule::named(RuleId::parse("rule").expect("a plain id"), "")
                }
            })
            .collect();

        let patterns = Patterns::new(&rules);
        let found = patterns.find("第二批多少元");

        let positions: Vec<(usize, usize, usize)> =
            found.iter().map(|found| (found.rule.position(), found.start, found.end)).collect();
        assert_eq!(positions, [(0, 0, 9), (2, 9, 18)]);
        assert_eq!(patterns.find("天气"), []);
        assert_eq!(Patterns::new(&[]).find("天气"), []);
    }
}
