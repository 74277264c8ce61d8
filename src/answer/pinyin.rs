//! The rung of misspelling: a keyword that the message only sounds like (费佣,
//! feiyong), shortens to its initials (jyz), or misses by one syllable
//! (学习资科). Weaker than the keyword itself. Not here: how text sounds (text).

use rustc_hash::FxHashMap;

use super::contains::{keywords, shown};
use super::decision::RuleIndex;
use super::phrases::{Hit, Phrases, Wanted};
use crate::rulebook::Rule;
use crate::text::Normalized;
use crate::text::sounds::{Sounds, initials};

/// A single syllable sounds like dozens of characters.
const FEWEST_SYLLABLES: usize = 2;

/// There are some 70 000 pairs of syllables: with this many keywords, any
/// message holds a pair that sounds like one, so only longer ones are heard.
const MANY_KEYWORDS: usize = 10_000;

/// In a longer message a pair of syllables is mostly chance: of sentences of 20
/// characters that meant none of 1 000 keywords, one in eight sounded like one.
const LONGEST_FOR_A_PAIR: usize = 8;

/// So many keywords that share a half with the message are looked at closely.
const MOST_SLIPS: usize = 16;

/// A keyword that sounds in the message, or nearly.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard<'p> {
    pub rule: RuleIndex,
    pub shown: &'p str,
    /// Syllables of the keyword.
    pub length: usize,
    pub likeness: Likeness,
    /// Bytes of the written text.
    pub start: usize,
    pub end: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// Every syllable sounds the same.
    Same,
    /// One syllable is missing, added or another.
    OneOff,
    /// The message is nothing but the initials.
    Initials,
}

#[derive(Debug, Default)]
pub struct Misspelled {
    /// Keywords as they sound.
    whole: Phrases,
    /// Both halves of each keyword that is long enough for a slip: if one
    /// syllable is wrong, one half is right.
    halves: Phrases,
    initials: FxHashMap<Box<str>, Vec<(RuleIndex, Box<str>)>>,
}

impl Misspelled {
    pub fn new(rules: &[Rule]) -> Self {
        let (mut whole, mut halves) = (Vec::new(), Vec::new());
        let mut short = FxHashMap::<Box<str>, Vec<_>>::default();
        let longer = usize::from(keywords(rules).count() > MANY_KEYWORDS);
        let fewest = FEWEST_SYLLABLES + longer;
        for (rule, parts) in keywords(rules) {
            let sounds: Vec<Sounds> = parts.iter().map(Sounds::of).collect();
            if let ([part], [sound]) = (parts, sounds.as_slice()) {
                halves.extend(both_halves(sound, fewest).map(|half| Wanted {
                    rule,
                    shown: shown(parts),
                    parts: vec![half],
                }));
                if let Some(letters) = initials(part) {
                    short.entry(letters.into()).or_default().push((rule, part.as_str().into()));
                }
            }
            if sounds.iter().all(|sound| sound.len() >= fewest) {
                let parts_heard = sounds.iter().map(|sound| sound.as_str().to_owned()).collect();
                whole.push(Wanted { rule, shown: shown(parts), parts: parts_heard });
            }
        }
        Self { whole: Phrases::new(whole), halves: Phrases::new(halves), initials: short }
    }

    /// The closest kind of likeness that finds anything.
    pub fn find<'p>(&'p self, text: &Normalized) -> Vec<Heard<'p>> {
        let mut heard = self.find_initials(text);
        if heard.is_empty() {
            let sounds = Sounds::of(text);
            heard = self.find_same(&sounds);
            if heard.is_empty() {
                heard = self.find_slips(&sounds);
                heard.retain(|heard| sounds.len() <= LONGEST_FOR_A_PAIR || is_written_alike(heard, text));
            }
        }
        heard
    }

    fn find_initials<'p>(&'p self, text: &Normalized) -> Vec<Heard<'p>> {
        let meant = self.initials.get(text.as_str()).map(Vec::as_slice).unwrap_or_default();
        let length = text.as_str().len();
        let heard = meant.iter().map(|(rule, shown)| Heard {
            rule: *rule,
            shown,
            length,
            likeness: Likeness::Initials,
            start: 0,
            end: length,
        });
        heard.collect()
    }

    fn find_same<'p>(&'p self, sounds: &Sounds) -> Vec<Heard<'p>> {
        let hits = self.whole.find(sounds.as_str());
        let same = hits.iter().filter_map(|hit| heard(hit, Likeness::Same, sounds));
        same.filter(|heard| heard.length > FEWEST_SYLLABLES || sounds.len() <= LONGEST_FOR_A_PAIR).collect()
    }

    fn find_slips<'p>(&'p self, sounds: &Sounds) -> Vec<Heard<'p>> {
        let hits = self.halves.find(sounds.as_str());
        let near = hits.iter().take(MOST_SLIPS).filter(|hit| is_one_off(hit, sounds.as_str()));
        near.filter_map(|hit| heard(hit, Likeness::OneOff, sounds)).collect()
    }
}

/// Whether the half that was found stands there as it is written. In a longer message
/// three syllables of four that merely sound alike are mostly chance: of
/// sentences of 20 characters that meant none of 1 000 keywords, one in eighty
/// had them.
fn is_written_alike(heard: &Heard<'_>, text: &Normalized) -> bool {
    let half = text.as_str().get(heard.start..heard.end).unwrap_or_default();
    half.chars().all(|c| heard.shown.contains(c))
}

/// None for keywords so short that with one syllable changed they are another
/// word.
fn both_halves(sound: &Sounds, fewest: usize) -> impl Iterator<Item = String> {
    let syllables: Vec<char> = sound.as_str().chars().collect();
    let (first, second) = syllables.split_at(syllables.len() / 2);
    let halves = [first.iter().collect(), second.iter().collect()];
    halves.into_iter().filter(move |_| syllables.len() >= 2 * fewest)
}

fn heard<'p>(hit: &Hit<'p>, likeness: Likeness, sounds: &Sounds) -> Option<Heard<'p>> {
    let (start, end) = sounds.written(hit.start, hit.end)?;
    let phrase = hit.phrase;
    Some(Heard { rule: phrase.rule, shown: &phrase.shown, length: phrase.length, likeness, start, end })
}

/// Whether the whole keyword, of which a half was found, stands there with one
/// syllable wrong.
fn is_one_off(hit: &Hit, message: &str) -> bool {
    let keyword = Sounds::of(&Normalized::new(&hit.phrase.shown));
    let (Some(half), Some(before), Some(after)) =
        (message.get(hit.start..hit.end), message.get(..hit.end), message.get(hit.start..))
    else {
        return false;
    };
    let from_here: Vec<char> = after.chars().collect();
    let up_to_here: Vec<char> = before.chars().rev().collect();
    let reversed: String = keyword.as_str().chars().rev().collect();
    keyword.as_str().starts_with(half) && begins_nearly(&from_here, keyword.as_str())
        || keyword.as_str().ends_with(half) && begins_nearly(&up_to_here, &reversed)
}

/// Whether `text` begins with `keyword`, give or take one syllable.
fn begins_nearly(text: &[char], keyword: &str) -> bool {
    let length = keyword.chars().count();
    (length - 1..=length + 1).any(|taken| {
        let taken: String = text.iter().take(taken).collect();
        strsim::levenshtein(&taken, keyword) <= 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RuleId;
    use crate::rulebook::Trigger;

    fn rule(keyword: &str) -> Rule {
        let triggers = vec![Trigger::Contains(keyword.split('+').map(Normalized::new).collect())];
        let id = RuleId::parse("rule").expect("a plain id");
        Rule { triggers, ..Rule::named(id, "rule") }
    }

    fn check(case: &str, keyword: &str, message: &str, expected: Option<Likeness>) {
        let misspelled = Misspelled::new(&[rule(keyword)]);
        let heard = misspelled.find(&Normalized::new(message));
        assert_eq!(heard.first().map(|heard| heard.likeness), expected, "{case}");
    }

    #[test]
    fn a_misspelled_keyword_is_heard() {
        check("homophone", "费用", "要多少费佣", Some(Likeness::Same));
        check("typed in pinyin", "费用", "feiyong duoshao", Some(Likeness::Same));
        check("both parts by sound", "车费+报销", "baoxiao chefei", Some(Likeness::Same));
        check("initials", "结业证", "jyz", Some(Likeness::Initials));
        check("initials inside a message", "结业证", "要jyz吗", None);
        check("one character of another shape", "学习资料", "学习资科发一下", Some(Likeness::OneOff));
        check("the last one forgotten", "联系方式", "联系方", Some(Likeness::OneOff));
        check("one too many", "学习资料", "学习的资料", Some(Likeness::OneOff));
        check("two wrong", "学习资料", "学习时间", None);
        check("one of three is another word", "红军服", "红军饭", None);
        check("one syllable alone", "费", "飞", None);
        check("nothing alike", "费用", "天气", None);
        check("a pair in eight syllables", "费用", "请问一个人的费佣", Some(Likeness::Same));
        check("a slip in a longer message", "学习资料", "请老师把学习资科发我一份", Some(Likeness::OneOff));
        check("sounds alike by chance", "亥既士渴", "疹尉已地妻沂挽治拈柄亥吉丝渔纂鼎", None);
        check("a pair in nine is chance", "费用", "请问一下个人的费佣", None);
    }
}
