//! Which rule answers what is not a text: a follow, a scan, a menu button, a
//! picture. Nothing is weighed; the first rule of the rulebook that may answer
//! does.

use rustc_hash::FxHashMap;

use super::decision::RuleIndex;
use crate::rulebook::{Occasion, Rule};

#[derive(Debug, Default)]
pub struct Occasions(FxHashMap<Occasion, Vec<RuleIndex>>);

impl Occasions {
    pub fn new(rules: &[Rule]) -> Self {
        let mut occasions = Self::default();
        for (position, rule) in rules.iter().enumerate() {
            for occasion in &rule.on {
                occasions.0.entry(occasion.clone()).or_default().push(RuleIndex::new(position));
            }
        }
        occasions
    }

    /// A rule for this very scene or key goes before one for any.
    pub fn find(&self, occasion: &Occasion, may_answer: impl Fn(RuleIndex) -> bool) -> Option<RuleIndex> {
        let of = |occasion: &Occasion| {
            self.0.get(occasion).into_iter().flatten().copied().find(|rule| may_answer(*rule))
        };
        of(occasion).or_else(|| of(&any_like(occasion)?))
    }
}

fn any_like(occasion: &Occasion) -> Option<Occasion> {
    match occasion {
        Occasion::Scan(Some(_)) => Some(Occasion::Scan(None)),
        Occasion::Click(Some(_)) => Some(Occasion::Click(None)),
        Occasion::Scan(None)
        | Occasion::Click(None)
        | Occasion::Subscribe
        | Occasion::Image
        | Occasion::Voice
        | Occasion::Video
        | Occasion::Location
        | Occasion::Link
        | Occasion::File
        | Occasion::Sticker
        | Occasion::Event(_) => None,
    }
}
