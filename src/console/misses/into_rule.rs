//! 做成规则, 并入: from what nobody answered to the editor of a rule, which tries
//! it on real messages before anything is saved (rules::effect).

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use super::super::failure::PageError;
use super::super::form::{Choice, Field};
use super::super::frame::{Frame, show as show_page};
use super::super::visit::{Visit, address, go, in_address};
use crate::model::RuleId;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Adding {
    /// Empty: still to be chosen.
    rule: String,
    questions: String,
}

#[derive(Template)]
#[template(path = "console/pages/misses_add.html")]
struct AddPage {
    frame: Frame,
    questions: String,
    rule: Field,
    rules: Vec<Choice>,
}

/// 并入: which rule, then on to its editor.
pub(in crate::console) async fn add(
    visit: Visit,
    Query(adding): Query<Adding>,
) -> Result<Response, PageError> {
    if let Ok(rule) = RuleId::parse(&adding.rule) {
        return Ok(go(&add_to_rule(&rule, &adding.questions)));
    }
    let edition = visit.console.live.load_full();
    let rules = edition.rulebook.rules.iter();
    show_page(&AddPage {
        frame: visit.frame("misses"),
        questions: adding.questions,
        rule: Field::default(),
        rules: rules.map(|rule| Choice::new(rule.id.as_str(), &*rule.name)).collect(),
    })
}

/// The rule editor, with sample questions a line each.
pub(super) fn make_rule(questions: &str) -> String {
    format!("/console/rules/new?questions={}", in_address(questions))
}

pub(super) fn add_to_rule(rule: &RuleId, questions: &str) -> String {
    format!("/console/rules/{rule}?add={}", in_address(questions))
}

/// 并入, with the rule still to be chosen.
pub(super) fn add_to_any(questions: &str) -> String {
    address("/console/misses/add", &[("questions", questions)])
}
