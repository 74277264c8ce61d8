//! Makes a list of what to do out of messages that no rule answered: alike ones
//! together, counted by people; and tells which of them a rulebook answers by
//! now, and for which no rule is worth making. Pure. Not here: finding them, closing them (store).

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Asked, Edition, Verdict};
use crate::model::RuleId;
use crate::rulebook::Answer;
use crate::text::{Normalized, alike};

/// Wordings that a cluster names.
const MOST_WORDINGS: usize = 5;
/// A rule for what is not ours that comes nearest with less certainty than this
/// says nothing: something always comes nearest.
const NEAR: f32 = 0.2;
/// Rows of a keyboard: 「asdf」 is typed to see whether anybody is there.
const KEYS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
/// Fewer letters than this on one row may be a word.
const FEWEST_KEYS: usize = 3;

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

/// Whether a rule for it would help nobody: it has no words, is an insult, or is
/// nearest to what a rule says is not ours.
pub fn needs_no_rule(edition: &Edition, text: &str, asked: &Asked<'_>) -> bool {
    let normalized = super::normalize(text);
    if has_no_words(normalized.as_str()) {
        return true;
    }
    let abuse = &edition.rulebook.settings.words.abuse;
    if abuse.iter().any(|word| normalized.as_str().contains(word.as_str())) {
        return true;
    }
    let decision = edition.matcher.answer(text, asked);
    let nearest = decision.why.first().filter(|nearest| nearest.score >= NEAR);
    let rule = nearest.and_then(|nearest| edition.rule_at(nearest.rule));
    decision.verdict == Verdict::None && rule.is_some_and(|rule| matches!(rule.answer, Answer::NotOurs))
}

/// Digits, marks, a lone Latin letter, or keys that lie beside each other.
fn has_no_words(text: &str) -> bool {
    let letters: String = text.chars().filter(|c| c.is_alphabetic()).collect();
    letters.is_empty() || (letters.is_ascii() && (letters.len() == 1 || is_run_of_keys(&letters)))
}

/// At most two keys apart, all on one row.
fn is_run_of_keys(letters: &str) -> bool {
    let on = |row: &&str| letters.chars().map(|key| row.find(key.to_ascii_lowercase())).collect();
    let places: Option<Vec<usize>> = KEYS.iter().find_map(on);
    let is_near = |pair: &[usize]| matches!(pair, [one, next] if one.abs_diff(*next) <= 2);
    places.is_some_and(|places| places.len() >= FEWEST_KEYS && places.windows(2).all(is_near))
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

    #[test]
    fn digits_and_keys_hit_at_random_have_no_words() {
        for (text, expected) in [
            ("4", true),
            ("138001", true),
            ("a", true),
            ("asdf", true),
            ("asdasd", true),
            ("jjj", true),
            ("as", false),
            ("wifi", false),
            ("ktv", false),
            ("4人", false),
            ("hello", false),
        ] {
            assert_eq!(has_no_words(text), expected, "{text}");
        }
    }
}
