//! The account of one decision: as JSON for programs, in sentences for people.
//! The JSON is a promise: others count with it.

use std::io;
use std::time::Duration;

use serde::Serialize;

use crate::answer::{Candidate, Decision, Edition, RuleIndex, Verdict, explain};
use crate::model::{Outcome, Reply, RuleId};
use crate::rehearsal::{Decided, rule_of, text_of};

/// Below this a rule only fills the screen.
const LEAST_TOLD: f32 = 0.01;

#[derive(Debug)]
pub struct Account {
    pub decided: Decided,
    pub took: Duration,
}

#[derive(Serialize)]
struct Line<'a> {
    outcome: &'static str,
    rule: Option<String>,
    choices: Vec<&'a str>,
    reply: ReplyShape<'a>,
    why: Vec<Reason<'a>>,
    took_us: u128,
}

/// A text is told as the customer reads it, everything else by its parts.
#[derive(Serialize)]
#[serde(untagged)]
enum ReplyShape<'a> {
    Text { r#type: &'static str, text: String },
    Other(&'a Reply),
}

#[derive(Serialize)]
struct Reason<'a> {
    rule: &'a str,
    step: &'static str,
    matched: &'a str,
    score: f32,
    won: bool,
}

impl Account {
    pub fn write_json(&self, edition: &Edition, out: &mut impl io::Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, &self.line(edition))?;
        writeln!(out)
    }

    fn line<'a>(&'a self, edition: &'a Edition) -> Line<'a> {
        let outcome = &self.decided.outcome;
        let rule = rule_of(outcome).map(|rule| rule.to_string());
        let reason = |candidate: &'a Candidate| Reason {
            rule: edition.rule_at(candidate.rule).map_or("", |rule| rule.id.as_str()),
            step: candidate.step.as_str(),
            matched: &candidate.matched,
            score: candidate.score,
            won: rule.is_some() && candidate.lost.is_none(),
        };
        Line {
            outcome: outcome.kind().as_str(),
            choices: choices(outcome),
            reply: shape(&self.decided.reply),
            why: self.decided.why.iter().map(reason).collect(),
            took_us: self.took.as_micros(),
            rule,
        }
    }
}

fn choices(outcome: &Outcome) -> Vec<&str> {
    match outcome {
        Outcome::Choices(rules) => rules.iter().map(RuleId::as_str).collect(),
        Outcome::Answer(_) | Outcome::Form(_) | Outcome::Human(_) | Outcome::Fallback | Outcome::Silence => {
            Vec::new()
        }
    }
}

fn shape(reply: &Reply) -> ReplyShape<'_> {
    match reply {
        Reply::Text { .. } => ReplyShape::Text { r#type: "text", text: text_of(reply) },
        Reply::Silence
        | Reply::Cards { .. }
        | Reply::Image { .. }
        | Reply::Voice { .. }
        | Reply::Video { .. }
        | Reply::Music { .. }
        | Reply::Transfer { .. } => ReplyShape::Other(reply),
    }
}

/// Why it is answered like this, for people.
pub fn reasons(decided: &Decided, edition: &Edition) -> Vec<String> {
    if decided.erases {
        return vec!["客户要求删除自己的信息：照办，并且告诉他。".to_owned()];
    }
    if decided.outcome == Outcome::Silence {
        return vec!["这条消息不回复。".to_owned()];
    }
    let verdict = verdict(decided, edition);
    let worth_telling = decided.why.iter().filter(|candidate| candidate.score >= LEAST_TOLD);
    let why = worth_telling.cloned().collect();
    let decision = Decision { verdict, why, normalized: Default::default() };
    explain(&decision, &edition.rulebook.rules)
}

fn verdict(decided: &Decided, edition: &Edition) -> Verdict {
    let find = |rule| edition.find_rule(rule);
    match &decided.outcome {
        Outcome::Choices(rules) => Verdict::Choices(rules.iter().filter_map(find).collect()),
        outcome => {
            let counted = rule_of(outcome).and_then(|rule| edition.find_rule(&rule));
            counted.or_else(|| winner(decided)).map_or(Verdict::None, Verdict::Rule)
        }
    }
}

/// A form need not be called like the rule that opens it.
fn winner(decided: &Decided) -> Option<RuleIndex> {
    let candidate = decided.why.first().filter(|candidate| candidate.lost.is_none())?;
    Some(candidate.rule)
}
