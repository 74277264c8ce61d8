//! What is live: a rulebook, compiled, under its version number. Swapped whole,
//! so that one message sees one edition from beginning to end.

use std::sync::Arc;

use arc_swap::ArcSwap;
use rustc_hash::FxHashMap;

use super::{Matcher, RuleIndex};
use crate::model::RuleId;
use crate::rulebook::{Hours, Rule, Rulebook};

#[derive(Debug)]
pub struct Edition {
    /// 0: a rulebook that was never published.
    pub version: i64,
    pub rulebook: Rulebook,
    pub matcher: Arc<Matcher>,
    by_option: FxHashMap<String, RuleIndex>,
}

/// The edition that answers now.
pub type Live = Arc<ArcSwap<Edition>>;

impl Edition {
    pub fn new(version: i64, rulebook: Rulebook) -> Self {
        let matcher = Arc::new(Matcher::new(&rulebook));
        let by_option = (0..rulebook.rules.len())
            .map(RuleIndex::new)
            .zip(&rulebook.rules)
            .filter(|(_, rule)| rule.enabled)
            .map(|(index, rule)| (rule.id.option_id(), index))
            .collect();
        Self { version, rulebook, matcher, by_option }
    }

    /// The same rules at other opening hours: for rehearsals.
    pub fn at_hours(&self, hours: Hours) -> Self {
        let mut rulebook = self.rulebook.clone();
        rulebook.settings.hours = hours;
        Self {
            version: self.version,
            rulebook,
            matcher: Arc::clone(&self.matcher),
            by_option: self.by_option.clone(),
        }
    }

    pub fn into_live(self) -> Live {
        Arc::new(ArcSwap::from_pointee(self))
    }

    pub fn rule_at(&self, index: RuleIndex) -> Option<&Rule> {
        self.rulebook.rules.get(index.position())
    }

    /// The rule behind a tapped option, however long ago it was offered.
    pub fn find_tapped(&self, option_id: &str) -> Option<RuleIndex> {
        self.by_option.get(option_id).copied()
    }

    /// The rule, if it is not turned off.
    pub fn find_enabled(&self, id: &RuleId) -> Option<RuleIndex> {
        self.find_rule(id).filter(|index| self.rule_at(*index).is_some_and(|rule| rule.enabled))
    }

    pub fn find_rule(&self, id: &RuleId) -> Option<RuleIndex> {
        self.rulebook.position(id).map(RuleIndex::new)
    }
}
