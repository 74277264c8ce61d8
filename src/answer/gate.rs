//! Whether a rule may answer this message at all: its accounts, its dates, its
//! excluding words. Not here: whether it should (settle).

use jiff::civil::Date;

use super::decision::{Lost, RuleIndex};
use crate::model::AccountId;
use crate::rulebook::{Answer, Rule, Validity};
use crate::text::Normalized;

/// Who asks, and when.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub account: &'a AccountId,
    pub today: Date,
}

/// By position of the rule. None: open to everything, as most rules are.
#[derive(Debug, Default)]
pub struct Gates(Vec<Option<Box<Gate>>>);

#[derive(Debug)]
struct Gate {
    exclude: Vec<Normalized>,
    accounts: Vec<AccountId>,
    valid: Validity,
    ours: bool,
}

impl Gates {
    pub fn new(rules: &[Rule]) -> Self {
        Self(rules.iter().map(Gate::new).collect())
    }

    /// False for what the rulebook says we do not answer.
    pub fn is_ours(&self, rule: RuleIndex) -> bool {
        self.of(rule).is_none_or(|gate| gate.ours)
    }

    /// Why the rule may not answer, if it may not.
    pub fn bar(&self, rule: RuleIndex, text: &Normalized, asked: &Asked) -> Option<Lost> {
        let gate = self.of(rule)?;
        if !gate.accounts.is_empty() && !gate.accounts.contains(asked.account) {
            return Some(Lost::NotForAccount);
        }
        if !gate.valid.holds_on(asked.today) {
            return Some(Lost::NotValidToday);
        }
        let excluding = gate.exclude.iter().find(|word| text.as_str().contains(word.as_str()))?;
        Some(Lost::Excluded(excluding.as_str().to_owned()))
    }

    fn of(&self, rule: RuleIndex) -> Option<&Gate> {
        self.0.get(rule.position())?.as_deref()
    }
}

impl Gate {
    fn new(rule: &Rule) -> Option<Box<Self>> {
        let ours = !matches!(rule.answer, Answer::NotOurs);
        // A word of punctuation only would exclude every message.
        let exclude: Vec<Normalized> = rule.exclude.iter().filter(|word| !word.is_empty()).cloned().collect();
        let is_open =
            ours && exclude.is_empty() && rule.accounts.is_empty() && rule.valid == Validity::default();
        (!is_open)
            .then(|| Box::new(Self { exclude, accounts: rule.accounts.clone(), valid: rule.valid, ours }))
    }
}
