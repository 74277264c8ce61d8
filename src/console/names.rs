//! How staff call what the store knows by its id: colleagues, rules, sources.

use std::collections::HashMap;
use std::sync::Arc;

use super::failure::PageError;
use super::form::Choice;
use super::visit::Visit;
use super::words::Words;
use crate::answer::Edition;
use crate::model::lead::Source;
use crate::model::{Act, Actor, RuleId};
use crate::spreadsheet::{LeadNames, WeekNames};
use crate::store::{Staff, Standing};

pub(super) struct Names {
    staff: HashMap<String, String>,
    active: Vec<Choice>,
    edition: Arc<Edition>,
    t: &'static Words,
}

impl Names {
    pub(super) async fn load(visit: &Visit) -> Result<Self, PageError> {
        let staff = visit.console.store.list_staff().await?;
        let choice = |staff: &Staff| Choice::new(staff.id.as_str(), staff.name.as_str());
        let active = staff.iter().filter(|staff| staff.standing == Standing::Active).map(choice);
        Ok(Self {
            active: active.collect(),
            staff: staff.iter().map(|staff| (staff.id.to_string(), staff.name.to_string())).collect(),
            edition: visit.console.live.load_full(),
            t: visit.caller.t,
        })
    }

    /// Colleagues who can be given something to do.
    pub(super) fn active_staff(&self) -> impl Iterator<Item = Choice> {
        self.active.iter().cloned()
    }

    pub(super) fn actor(&self, actor: &Actor) -> String {
        match actor {
            Actor::Customer => self.t.say("names.customer").into(),
            Actor::System => self.t.say("names.system").into(),
            Actor::Staff(id) => self.staff(id),
            Actor::Script(name) => self.t.say("names.script").with("name", name).into(),
        }
    }
}

impl Names {
    /// Where a rule is edited, while it is there.
    pub(super) fn page_of_rule(&self, rule: &RuleId) -> Option<String> {
        self.edition.rulebook.rule(rule).map(|rule| format!("/console/rules/{}", rule.id))
    }
}

impl WeekNames for Names {
    /// A rule that is no longer there keeps its id.
    fn rule(&self, rule: &RuleId) -> String {
        let known = self.edition.rulebook.rule(rule);
        known.map_or_else(|| rule.to_string(), |rule| rule.name.to_string())
    }
}

impl LeadNames for Names {
    fn staff(&self, id: &str) -> String {
        self.staff.get(id).cloned().unwrap_or_else(|| self.t.say("names.gone").into())
    }

    fn source(&self, source: &Source) -> String {
        match source {
            Source::Scan(scene) => self.t.say("names.scan").with("key", scene).into(),
            Source::Menu(key) => self.t.say("names.menu").with("key", key).into(),
            Source::Rule(rule) => {
                let name = RuleId::parse(rule).map_or_else(|_| rule.clone(), |rule| self.rule(&rule));
                self.t.say("names.rule").with("key", name).into()
            }
        }
    }
}

impl Visit {
    /// For what the store keeps beside a lead or a conversation: this member, now.
    pub(super) fn act(&self) -> Act {
        Act { by: self.myself(), at: self.now() }
    }

    pub(super) fn myself(&self) -> Actor {
        Actor::Staff(self.staff.id.to_string())
    }
}
