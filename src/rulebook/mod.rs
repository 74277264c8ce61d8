//! Rule files become a checked, immutable `Rulebook`. As written (`file`), then
//! as meant (`rule`, `catalog`, `settings`); only `check` knows both. Not here:
//! which rule answers a message (answer), sending (platform), versions (publishing).
//!
//! In reading order: `files` are bytes, `decode`d into a `source`; a Markdown
//! file has a `header` whose `syntax` is TOML (`slips` of the keyboard undone),
//! taken apart by `fields`; a `table` has `cells`. `keys` lists all that can be
//! written. `passage` turns texts into a `reply`, `render` sends it at a moment.
//! `edit` changes files as their author would.

mod ask;
mod cells;
mod decode;
mod facts;
mod fields;
mod file;
mod header;
mod keys;
mod lint;
mod markup;
mod opening;
mod passage;
mod present;
mod roster;
mod slips;
mod source;
mod syntax;
mod table;
mod targets;
mod template;
mod trigger;
mod variables;

use self::targets::Targets;
use self::template::Templates;
use crate::model::RuleId;

pub mod catalog;
pub mod check;
pub mod edit;
pub mod export;
pub mod files;
pub mod form;
pub mod hours;
pub mod import;
pub mod phrases;
pub mod problem;
pub mod reference;
pub mod render;
pub mod reply;
pub mod report;
pub mod rule;
pub mod settings;
pub mod unfinished;
pub mod uses;

pub use self::rule::{Answer, Occasion, Place, Rule, Trigger, Validity};
pub use catalog::{Article, Catalog, Contact, Course};
pub use check::{Checked, Surroundings, check};
pub use files::{Files, ReadError};
pub use form::{Form, FormField};
pub use hours::Hours;
pub use keys::kinds_of_reply;
pub use phrases::Phrase;
pub use problem::{Problem, Severity, Snippet};
pub use render::{Moment, Rendered};
pub use reply::{Kind, Replies};
pub use settings::Settings;

/// Everything that answers depend on. Made by `check`, never changed.
#[derive(Clone, Debug, Default)]
pub struct Rulebook {
    pub rules: Vec<Rule>,
    pub forms: Vec<Form>,
    pub catalog: Catalog,
    pub settings: Settings,
    targets: Targets,
    templates: Templates,
}

impl Rulebook {
    /// For tests and benches of what uses a rulebook; `check` makes real ones.
    pub fn of_rules(rules: Vec<Rule>) -> Self {
        let positions = (0..).zip(&rules).map(|(position, rule)| (rule.id.clone(), position)).collect();
        Self { rules, targets: Targets { rules: positions, ..Targets::default() }, ..Self::default() }
    }

    /// A text of a rule as people will read it: with what the catalog knows of the
    /// centre and its contact in place of `{{…}}`.
    pub fn fill_in_lasting(&self, text: &str) -> String {
        variables::fill_in_lasting(text, &self.settings, &self.catalog)
    }

    /// Where a rule stands in `rules`.
    pub fn position(&self, id: &RuleId) -> Option<usize> {
        let position = *self.targets.rules.get(id)?;
        usize::try_from(position).ok().filter(|position| *position < self.rules.len())
    }

    pub fn rule(&self, id: &RuleId) -> Option<&Rule> {
        self.rules.get(self.position(id)?)
    }
}
