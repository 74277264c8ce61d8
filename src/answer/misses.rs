//! Makes a list of what to do out of messages that no rule answered: alike ones
//! together, counted by people; and tells which of them a rulebook answers by
//! now. Pure. Not here: finding them, closing them (store).

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Asked, Edition, Verdict};
use crate::model::RuleId;
use crate::text::{Normalized, alike};

/// Wordings that a cluster names.
const MOST_WORDINGS: usize = 5;

/// A message that no rule answered.
#[derive(Clone, Copy, Debug)]
pub struct Missed<'a> {
    pub text: &'a str,
    /// Equal for messages of one person.
    pub whose: &'a str,
}

/// Messages that ask alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    /// As people wrote it, the most frequent first.
    pub wordings: Vec<String>,
    pub people: usize,
    /// Positions in what was grouped.
    pub messages: Vec<usize>,
}

/// One wording in all its spellings.
#[derive(Default)]
struct Wording<'a> {
    shown: &'a str,
    people: FxHashSet<&'a str>,
    messages: Vec<usize>,
}

/// The clusters, those of most people first. What has no words is left out.
pub fn cluster(missed: &[Missed<'_>]) -> Vec<Cluster> {
    let mut wordings: FxHashMap<Normalized, Wording<'_>> = FxHashMap::default();
    for (at, miss) in missed.iter().enumerate() {
        let normalized = super::normalize(miss.text);
        if normalized.as_str().is_empty() {
            continue;
        }
        let wording = wordings.entry(normalized).or_default();
        if wording.messages.is_empty() {
            wording.shown = miss.text;
        }
        wording.people.insert(miss.whose);
        wording.messages.push(at);
    }
    let mut wordings: Vec<(Normalized, Wording<'_>)> = wordings.into_iter().collect();
    wordings.sort_by(|(a, one), (b, other)| {
        other.people.len().cmp(&one.people.len()).then_with(|| a.as_str().cmp(b.as_str()))
    });
    let (texts, wordings): (Vec<_>, Vec<_>) = wordings.into_iter().unzip();
    let mut clusters: Vec<Cluster> =
        alike::group(&texts).iter().map(|group| join(group, &wordings)).collect();
    clusters.sort_by_key(|cluster| std::cmp::Reverse((cluster.people, cluster.messages.len())));
    clusters
}

fn join(group: &[usize], wordings: &[Wording<'_>]) -> Cluster {
    let members: Vec<&Wording<'_>> = group.iter().filter_map(|at| wordings.get(*at)).collect();
    let people: FxHashSet<&str> = members.iter().flat_map(|member| &member.people).copied().collect();
    let mut messages: Vec<usize> = members.iter().flat_map(|member| &member.messages).copied().collect();
    messages.sort_unstable();
    Cluster {
        wordings: members.iter().take(MOST_WORDINGS).map(|member| member.shown.to_owned()).collect(),
        people: people.len(),
        messages,
    }
}

/// The rule that answers a text by now, without asking back.
pub fn answered_by(edition: &Edition, text: &str, asked: &Asked<'_>) -> Option<RuleId> {
    match edition.matcher.answer(text, asked).verdict {
        Verdict::Rule(rule) => edition.rule_at(rule).map(|rule| rule.id.clone()),
        Verdict::Choices(_) | Verdict::None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misses_are_grouped_and_counted_by_people() {
        let missed = [
            Missed { text: "路费能报销吗", whose: "a" },
            Missed { text: "路费能报销吗？", whose: "a" },
            Missed { text: "有无线网吗", whose: "b" },
            Missed { text: "来回路费能报销吗", whose: "c" },
            Missed { text: "？？", whose: "d" },
        ];

        let clusters = cluster(&missed);

        assert_eq!(
            clusters,
            [
                Cluster {
                    wordings: vec!["来回路费能报销吗".into(), "路费能报销吗".into()],
                    people: 2,
                    messages: vec![0, 1, 3],
                },
                Cluster { wordings: vec!["有无线网吗".into()], people: 1, messages: vec![2] },
            ]
        );
    }
}
