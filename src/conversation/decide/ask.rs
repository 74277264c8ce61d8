//! What happens when no rule has won: ask back, or fall back step by step.

use crate::answer::{Candidate, RuleIndex};
use crate::model::conversation::{Choice, Misses};
use crate::model::{Content, Conversation, Outcome, Reply, Span, Text};
use crate::rulebook::{Phrase, Rendered};

use super::{Decided, TOLD_AGAIN_AFTER, Turn};

/// Misses in a row beyond this are not counted: the last step is reached.
const LAST_STEP: u8 = 3;

impl Turn<'_> {
    /// 「您是想问：1 … 2 …」, each line tappable.
    pub(in crate::conversation) fn ask_back(&self, rules: &[RuleIndex], why: Vec<Candidate>) -> Decided {
        let rules = rules.iter().filter_map(|index| self.situation.edition.rule_at(*index));
        let choices: Vec<Choice> =
            rules.map(|rule| Choice { label: rule.label().to_owned(), rule: rule.id.clone() }).collect();
        let mut spans = self.spoken(Phrase::Choose);
        for (number, choice) in (1..).zip(&choices) {
            spans.push(Span::Plain(format!("\n{number} ")));
            spans.push(Span::Option { label: choice.label.clone(), id: choice.rule.option_id() });
        }
        spans.push(Span::Plain("\n".to_owned()));
        spans.extend(self.spoken(Phrase::ChooseEnd));
        let outcome = Outcome::Choices(choices.iter().map(|choice| choice.rule.clone()).collect());
        let rendered = Rendered { reply: Reply::Text { text: Text { spans } }, degraded: false, choices };
        let conversation = Conversation { small_talk: 0, ..self.situation.conversation.clone() };
        self.send(rendered, outcome, conversation, why)
    }

    /// First another wording, then the menu, then a person; then quiet, but for
    /// a reminder now and again.
    pub(in crate::conversation) fn fall_back(&self, why: Vec<Candidate>) -> Decided {
        let before = &self.situation.conversation.misses;
        let phrase = match before.in_a_row {
            0 => Phrase::NotUnderstoodFirst,
            1 => Phrase::NotUnderstoodSecond,
            2 => Phrase::NotUnderstoodThird,
            _ if self.may_tell_again(before) => Phrase::NotUnderstoodThird,
            _ => return Decided { why, outcome: Outcome::Fallback, ..self.silence() },
        };
        let mut decided = self.say(phrase, Outcome::Fallback);
        let in_a_row = before.in_a_row.saturating_add(1).min(LAST_STEP);
        decided.conversation.misses = Misses { in_a_row, told_at: Some(self.situation.now) };
        decided.conversation.small_talk = 0;
        decided.why = why;
        decided
    }

    /// An insult is answered once; what follows is met with silence.
    pub(in crate::conversation) fn on_abuse(&self, why: Vec<Candidate>) -> Decided {
        // 投诉 always reaches a person, however it is put.
        let rules = &self.situation.edition.rulebook.rules;
        let is_complaint =
            matches!(&self.message.content, Content::Text { text, .. } if text.contains("投诉"));
        if is_complaint
            && let Some(rule) = rules.iter().find(|rule| rule.enabled && rule.calls_staff)
            && let Some(index) = self.situation.edition.find_rule(&rule.id)
        {
            return self.fire(index, why);
        }
        if self.situation.conversation.warned {
            return Decided { why, ..self.silence() };
        }
        let mut decided = self.say(Phrase::Abuse, Outcome::Fallback);
        decided.conversation.warned = true;
        decided.why = why;
        decided
    }

    fn may_tell_again(&self, misses: &Misses) -> bool {
        let since_told = |told| self.situation.now.duration_since(told).unsigned_abs();
        misses.told_at.is_none_or(|told| since_told(told) >= TOLD_AGAIN_AFTER)
    }

    /// A phrase as it stands in a longer text.
    pub(in crate::conversation) fn spoken(&self, phrase: Phrase) -> Vec<Span> {
        match self.situation.edition.rulebook.say(phrase, &self.moment()).reply {
            Reply::Text { text } => text.spans,
            _ => Vec::new(),
        }
    }
}
