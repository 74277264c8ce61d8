//! Questions in between: answered by the ladder, then the form goes on, all in
//! one reply.

use crate::answer::{Candidate, RuleIndex, Step, Verdict};
use crate::conversation::decide::{Decided, Said, Situation, Turn};
use crate::model::lead::AnswerKind;
use crate::model::{Conversation, Limits, Outcome, Reply, Text};
use crate::rulebook::{Answer, FormField, Rule};

use super::{Session, words};

/// A sample question, word for word or nearly.
const SURE: f32 = 0.9;

impl Session<'_> {
    /// None: nothing of ours answers it, or what does is this form.
    pub(super) fn side(&self, said: Said<'_>) -> Option<Decided> {
        let edition = self.turn.situation.edition;
        let decision =
            edition.matcher.answer_normalized(said.text, said.normalized.clone(), &self.turn.asked());
        match decision.verdict {
            Verdict::Rule(rule) => self.side_rule(rule, decision.why),
            // A word or two that might be about something asks nothing yet.
            Verdict::Choices(_) if !words::asks(said.text) => None,
            Verdict::Choices(rules) => {
                let others = rules.iter().filter_map(|rule| edition.rule_at(*rule));
                if others.into_iter().any(Rule::opens_form) {
                    return None;
                }
                Some(self.copy().beside(|turn| turn.ask_back(&rules, decision.why.clone())))
            }
            Verdict::None => None,
        }
    }

    /// What cannot be the answer to a free question: a call for a person, a
    /// complaint, or the very words of a trigger where a unit is asked for.
    pub(super) fn side_for_sure(&self, field: &FormField, said: Said<'_>) -> Option<Decided> {
        let edition = self.turn.situation.edition;
        let decision =
            edition.matcher.answer_normalized(said.text, said.normalized.clone(), &self.turn.asked());
        let Verdict::Rule(index) = decision.verdict else { return None };
        let rule = edition.rule_at(index)?;
        let winner = decision.why.iter().find(|candidate| candidate.lost.is_none())?;
        let by_words = match winner.step {
            Step::Equals | Step::Starts | Step::Contains | Step::Pattern => true,
            Step::Pinyin | Step::Similar => winner.score >= SURE,
        };
        let calls_person = rule.hands_over() && !said.text.contains("人工智能");
        let wants_person = by_words && (calls_person || rule.calls_staff);
        let is_trigger = field.kind == AnswerKind::Unit && winner.step == Step::Equals;
        (wants_person || is_trigger).then(|| self.side_rule(index, decision.why))?
    }

    pub(super) fn side_rule(&self, index: RuleIndex, why: Vec<Candidate>) -> Option<Decided> {
        let rule = self.turn.situation.edition.rule_at(index)?;
        match &rule.answer {
            Answer::Reply(_) => Some(self.copy().beside(|turn| turn.fire(index, why.clone()))),
            Answer::Human { .. } => Some(Decided { why, ..self.to_human() }),
            Answer::Form { .. } | Answer::Silence | Answer::NotOurs => None,
        }
    }

    /// The answer with as much room as the question leaves it, then the question.
    pub(super) fn beside(self, answer: impl FnOnce(&Turn<'_>) -> Decided) -> Decided {
        let reminder = self.reminder();
        let situation = self.turn.beside(&reminder);
        let decided = answer(&Turn { message: self.turn.message, situation: &situation });
        self.followed(decided)
    }

    /// The question follows; digits are for it alone.
    pub(super) fn followed(self, mut decided: Decided) -> Decided {
        let Conversation { waiting_since, warned, more, .. } = decided.conversation;
        let is_met_with_silence = warned && decided.outcome == Outcome::Silence;
        decided.conversation = Conversation { more, waiting_since, warned, ..self.conversation() };
        if is_met_with_silence {
            return decided;
        }
        decided.reply = with_line(decided.reply, self.reminder());
        if decided.outcome == Outcome::Silence {
            decided.outcome = Outcome::Form(self.form.id.clone());
        }
        decided
    }
}

impl<'a> Turn<'a> {
    /// The same situation, with room left for `line`.
    pub(super) fn beside(&self, line: &Text) -> Situation<'a> {
        let limits = self.situation.limits;
        let room = line.rendered_bytes(limits.markup) + "\n".len();
        let limits = Limits { text_bytes: limits.text_bytes.saturating_sub(room), cards: 0, ..limits };
        Situation { limits, ..self.situation.clone() }
    }
}

/// What has no words (a picture) goes out alone; silence becomes the line.
pub(super) fn with_line(reply: Reply, line: Text) -> Reply {
    match reply {
        Reply::Silence => Reply::Text { text: line },
        reply @ (Reply::Text { .. } | Reply::Cards { .. }) => {
            let mut text = reply.into_text().unwrap_or_default().without_numbers();
            text.push_line(line);
            Reply::Text { text }
        }
        other @ (Reply::Image { .. }
        | Reply::Voice { .. }
        | Reply::Video { .. }
        | Reply::Music { .. }
        | Reply::Transfer { .. }) => other,
    }
}
