//! What happens once a rule has won: its reply, as far as it fits, and where
//! the customer stands afterwards.

use crate::answer::{Candidate, RuleIndex};
use crate::conversation::rule_of;
use crate::model::conversation::{Misses, More, Offered};
use crate::model::effect::WaitReason;
use crate::model::{Conversation, Effect, Outcome, Reply, Text};
use crate::rulebook::{Answer, Phrase, Rendered, Rule};

use super::{Decided, MORE_WAITS_FOR, OPTIONS_COUNT_FOR, Turn};

impl Turn<'_> {
    pub(in crate::conversation) fn fire(&self, index: RuleIndex, why: Vec<Candidate>) -> Decided {
        let Some(rule) = self.situation.edition.rule_at(index) else { return self.fall_back(why) };
        let decided = match &rule.answer {
            Answer::Reply(_) => self.answer_with(rule),
            Answer::Form { form, words } => self.open_form(rule, form, words),
            Answer::Human { .. } => self.hand_over(Some(rule), WaitReason::Asked),
            Answer::Silence => return self.silence(),
            Answer::NotOurs => return self.fall_back(why),
        };
        Decided { why, ..decided }
    }

    fn answer_with(&self, rule: &Rule) -> Decided {
        let rendered = self.situation.edition.rulebook.render(rule, &self.moment());
        let mut decided =
            self.send(rendered, Outcome::Answer(rule.id.clone()), self.understood(), Vec::new());
        if rule.calls_staff {
            decided.effects.push(Effect::Wait(WaitReason::Complaint));
            decided.conversation.waiting_since.get_or_insert(self.situation.now);
            decided.conversation.complained_at = Some(self.situation.now);
        }
        decided
    }

    /// Where the customer stands once something was understood.
    pub(in crate::conversation) fn understood(&self) -> Conversation {
        Conversation {
            misses: Misses::default(),
            small_talk: 0,
            complained_at: None,
            ..self.situation.conversation.clone()
        }
    }

    /// One of the bot's own sentences.
    pub(in crate::conversation) fn say(&self, phrase: Phrase, outcome: Outcome) -> Decided {
        let rendered = self.situation.edition.rulebook.say(phrase, &self.moment());
        self.send(rendered, outcome, self.situation.conversation.clone(), Vec::new())
    }

    /// A text put together from several sentences.
    pub(in crate::conversation) fn speak(
        &self,
        text: Text,
        outcome: Outcome,
        conversation: Conversation,
    ) -> Decided {
        let rendered = Rendered { reply: Reply::Text { text }, degraded: false, choices: Vec::new() };
        self.send(rendered, outcome, conversation, Vec::new())
    }

    /// The rest of a reply that was too long, if there is one.
    pub(in crate::conversation) fn continue_reply(&self) -> Option<Decided> {
        let more = self.situation.conversation.more.clone()?;
        if more.until < self.situation.now {
            return None;
        }
        let rest = Rendered { reply: Reply::Text { text: more.text }, degraded: false, choices: Vec::new() };
        let conversation = self.situation.conversation.clone();
        Some(self.send(rest, Outcome::Answer(more.rule), conversation, Vec::new()))
    }

    pub(in crate::conversation) fn send(
        &self,
        rendered: Rendered,
        outcome: Outcome,
        mut conversation: Conversation,
        why: Vec<Candidate>,
    ) -> Decided {
        if !rendered.choices.is_empty() {
            let until = self.situation.now + OPTIONS_COUNT_FOR;
            let asked_back = matches!(outcome, Outcome::Choices(_)).then(|| self.message.key.clone());
            conversation.offered = Some(Offered { choices: rendered.choices, until, asked_back });
        }
        conversation.more = None;
        let reply = match rendered.reply {
            Reply::Text { text } => self.fit(text, &outcome, &mut conversation),
            other => other,
        };
        let version = self.situation.edition.version;
        Decided { reply, outcome, conversation, effects: Vec::new(), erases: false, version, why }
    }

    /// Keeps what does not fit for the customer's 继续.
    pub(in crate::conversation) fn fit(
        &self,
        text: Text,
        outcome: &Outcome,
        conversation: &mut Conversation,
    ) -> Reply {
        let limits = self.situation.limits;
        if text.rendered_bytes(limits.markup) <= limits.text_bytes {
            return Reply::Text { text };
        }
        let hint = Text { spans: self.spoken(Phrase::More) };
        let (text, rest) = text.fit(limits, &hint);
        if let (Some(rest), Some(rule)) = (rest, rule_of(outcome)) {
            let until = self.situation.now + MORE_WAITS_FOR;
            conversation.more = Some(More { text: rest, rule, until });
        }
        Reply::Text { text }
    }
}
