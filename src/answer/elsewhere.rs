//! Other places and institutions: 「延安…多少钱」 asks for somebody else's price.
//! The names come from the rulebook's settings. Not every mention counts: who
//! says 「我们是延安的」 tells where they come from.

use super::decision::RuleIndex;
use super::phrases::{Hit, Phrases, Wanted};
use crate::text::Normalized;

#[derive(Debug, Default)]
pub struct Elsewhere {
    names: Phrases,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mention {
    /// The message is about that place.
    Of(String),
    /// It names that place and speaks to us as well.
    BesideUs(String),
}

/// What stands before the name of the place one comes from.
const ORIGINS: &[&str] = &["我们是", "我是", "来自", "从", "我们", "咱们", "俺们", "单位在", "我在", "家在"];

/// Words that speak to whoever reads the message.
const US: &[&str] = &["你们", "您们", "贵中心", "贵单位", "你这", "您这", "你那", "您那"];

impl Elsewhere {
    pub fn new(names: &[Box<str>]) -> Self {
        let wanted = names.iter().map(|name| Wanted {
            // No rule owns a name; the phrase is all that is asked for.
            rule: RuleIndex::new(0),
            shown: name.to_string(),
            parts: vec![Normalized::new(name).as_str().to_owned()],
        });
        Self { names: Phrases::new(wanted) }
    }

    pub fn find(&self, text: &Normalized) -> Option<Mention> {
        let text = text.as_str();
        let hits = self.names.find(text);
        let hit = hits.iter().filter(|hit| !is_origin(text, hit)).max_by_key(|hit| hit.phrase.length)?;
        let name = hit.phrase.shown.to_string();
        let to_us = US.iter().any(|word| text.contains(word));
        Some(if to_us { Mention::BesideUs(name) } else { Mention::Of(name) })
    }
}

fn is_origin(text: &str, hit: &Hit) -> bool {
    let before = text.get(..hit.start).unwrap_or_default();
    ORIGINS.iter().any(|origin| before.ends_with(origin))
}

impl Mention {
    pub fn name(&self) -> &str {
        match self {
            Self::Of(name) | Self::BesideUs(name) => name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(case: &str, text: &str, expected: Option<&Mention>) {
        let elsewhere = Elsewhere::new(&["延安".into(), "延安干部学院".into()]);
        assert_eq!(elsewhere.find(&Normalized::new(text)).as_ref(), expected, "{case}");
    }

    #[test]
    fn only_a_question_about_another_place_counts() {
        let of = |name: &str| Mention::Of(name.to_owned());
        let beside_us = Mention::BesideUs("延安".to_owned());
        check("about another place", "延安培训多少钱", Some(&of("延安")));
        check("the longest name is told", "延安干部学院怎么报名", Some(&of("延安干部学院")));
        check("where they come from", "我们是延安的单位，多少钱", None);
        check("where they set out", "从延安过去怎么走", None);
        check("beside us", "去年去的延安，今年想去你们那里", Some(&beside_us));
        check("no place at all", "培训多少钱", None);
    }
}
