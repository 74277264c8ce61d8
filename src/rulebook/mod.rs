//! Rule files become a checked, immutable `Rulebook`. As written (`file`), then
//! as meant (`rule`, `catalog`, `settings`); only `check` knows both. Not here:
//! which rule answers a message (answer), sending (platform), versions (publishing).

use rustc_hash::FxHashMap;

use crate::model::RuleId;

pub mod catalog;
pub mod check;
pub mod files;
pub mod hours;
pub mod phrases;
pub mod problem;
pub mod render;
pub mod reply;
pub mod rule;
pub mod settings;

pub use catalog::{Article, Catalog, Contact, Course};
pub use check::{Checked, Surroundings, check};
pub use files::{Files, ReadError};
pub use hours::Hours;
pub use phrases::Phrase;
pub use problem::{Problem, Severity};
pub use render::{Moment, Rendered};
pub use reply::Replies;
pub use rule::{Answer, Occasion, Place, Rule, Trigger, Validity};
pub use settings::Settings;

/// Everything that answers depend on. Made by `check`, never changed.
#[derive(Debug, Default)]
pub struct Rulebook {
    pub rules: Vec<Rule>,
    pub catalog: Catalog,
    pub settings: Settings,
    by_id: FxHashMap<RuleId, u32>,
}

impl Rulebook {
    /// For tests and benches of what uses a rulebook; `check` makes real ones.
    pub fn of_rules(rules: Vec<Rule>) -> Self {
        let by_id = (0..).zip(&rules).map(|(position, rule)| (rule.id.clone(), position)).collect();
        Self { rules, by_id, ..Self::default() }
    }

    /// Where a rule stands in `rules`.
    pub fn position(&self, id: &RuleId) -> Option<usize> {
        self.by_id.get(id).and_then(|position| usize::try_from(*position).ok())
    }

    pub fn rule(&self, id: &RuleId) -> Option<&Rule> {
        self.rules.get(self.position(id)?)
    }
}
