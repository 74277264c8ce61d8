//! What a rule would win and lose: its own triggers and sample questions that
//! go elsewhere, and sample questions of others that it takes. Pure.

use crate::answer::{Asked, Edition, Verdict};
use crate::model::RuleId;
use crate::rulebook::{Rule, Trigger};
use crate::text::Normalized;

/// Questions of others that are asked: beyond it a page would be slow to come.
const MOST_ASKED: usize = 400;
const MOST_TOLD: usize = 12;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rivals {
    /// Of its own words, those that it does not win.
    pub lost: Vec<Lost>,
    /// Of other rules' questions, those that it takes.
    pub taken: Vec<Taken>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lost {
    pub text: String,
    pub is_question: bool,
    pub to: Winner,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Winner {
    Rule(String),
    /// The customer is asked which of these.
    Choices(Vec<String>),
    Nobody,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken {
    pub question: String,
    pub from: String,
}

impl Rivals {
    pub(super) fn of(id: &RuleId, edition: &Edition, asked: &Asked<'_>) -> Self {
        let Some(rule) = edition.rulebook.rule(id) else { return Self::default() };
        Self { lost: lost(rule, edition, asked), taken: taken(rule, edition, asked) }
    }
}

fn lost(rule: &Rule, edition: &Edition, asked: &Asked<'_>) -> Vec<Lost> {
    let triggers = rule.triggers.iter().filter_map(said_by).map(|text| (text, false));
    let questions = rule.questions.iter().map(|question| (question.to_string(), true));
    let tell = |(text, is_question): (String, bool)| {
        let to = winner(&text, rule, edition, asked)?;
        // A word alone may be too little to answer; a whole question may not.
        let matters = is_question || to != Winner::Nobody;
        matters.then_some(Lost { text, is_question, to })
    };
    triggers.chain(questions).filter_map(tell).take(MOST_TOLD).collect()
}

/// A message that is nothing but the trigger.
fn said_by(trigger: &Trigger) -> Option<String> {
    match trigger {
        Trigger::Equals(text) | Trigger::Starts(text) => Some(text.to_string()),
        Trigger::Contains(parts) => Some(parts.iter().map(Normalized::as_str).collect()),
        Trigger::Pattern(_) => None,
    }
}

/// None: the rule itself.
fn winner(text: &str, rule: &Rule, edition: &Edition, asked: &Asked<'_>) -> Option<Winner> {
    let name = |index| edition.rule_at(index).map(|rule| rule.name.to_string());
    match edition.matcher.answer(text, asked).verdict {
        Verdict::Rule(index) if edition.rule_at(index).is_some_and(|winner| winner.id == rule.id) => None,
        Verdict::Rule(index) => name(index).map(Winner::Rule),
        Verdict::Choices(indexes) => Some(Winner::Choices(indexes.into_iter().filter_map(name).collect())),
        Verdict::None => Some(Winner::Nobody),
    }
}

/// Only questions that hold one of the rule's words are asked; those that are
/// merely alike are found when everything is examined.
fn taken(rule: &Rule, edition: &Edition, asked: &Asked<'_>) -> Vec<Taken> {
    let words: Vec<&str> = rule.triggers.iter().filter_map(first_part).collect();
    let others = edition.rulebook.rules.iter().filter(|other| other.id != rule.id);
    let questions = others.flat_map(|other| other.questions.iter().map(move |question| (other, question)));
    let holds_a_word = |question: &str| {
        let question = Normalized::new(question);
        words.iter().any(|word| question.as_str().contains(word))
    };
    questions
        .filter(|(_, question)| holds_a_word(question))
        .take(MOST_ASKED)
        .filter(|(_, question)| winner(question, rule, edition, asked).is_none())
        .take(MOST_TOLD)
        .map(|(other, question)| Taken { question: question.to_string(), from: other.name.to_string() })
        .collect()
}

fn first_part(trigger: &Trigger) -> Option<&str> {
    match trigger {
        Trigger::Equals(text) | Trigger::Starts(text) => Some(text.as_str()),
        Trigger::Contains(parts) => parts.first().map(Normalized::as_str),
        Trigger::Pattern(_) => None,
    }
}
