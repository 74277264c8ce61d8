//! What happens once a rule has won: its reply, as far as it fits, and where
//! the customer stands afterwards.

use crate::answer::{Candidate, RuleIndex};
use crate::conversation::rule_of;
use crate::model::conversation::{Misses, More, Offered};
use crate::model::{Conversation, Human, Outcome, Reply, Text};
use crate::rulebook::{Answer, Phrase, Rendered};

use super::{Decided, MORE_WAITS_FOR, OPTIONS_COUNT_FOR, Turn};

impl Turn<'_> {
    pub(super) fn fire(&self, index: RuleIndex, why: Vec<Candidate>) -> Decided {
        let Some(rule) = self.situation.edition.rule_at(index) else { return self.fall_back(why) };
        let render = || self.situation.edition.rulebook.render(rule, &self.moment());
        let (rendered, outcome) = match &rule.answer {
            Answer::Reply(_) => (render(), Outcome::Answer(rule.id.clone())),
            Answer::Form { form, .. } => (render(), Outcome::Form(form.clone())),
            Answer::Human { .. } => (self.hand_over(render), Outcome::Human),
            Answer::Silence => return self.silence(),
            Answer::NotOurs => return self.fall_back(why),
        };
        let understood =
            Conversation { misses: Misses::default(), small_talk: 0, ..self.situation.conversation.clone() };
        self.send(rendered, outcome, understood, why)
    }

    /// One of the bot's own sentences.
    pub(super) fn say(&self, phrase: Phrase, outcome: Outcome) -> Decided {
        let rendered = self.situation.edition.rulebook.say(phrase, &self.moment());
        self.send(rendered, outcome, self.situation.conversation.clone(), Vec::new())
    }

    /// The rest of a reply that was too long, if there is one.
    pub(super) fn continue_reply(&self) -> Option<Decided> {
        let more = self.situation.conversation.more.clone()?;
        if more.until < self.situation.now {
            return None;
        }
        let rest = Rendered { reply: Reply::Text { text: more.text }, degraded: false, choices: Vec::new() };
        let conversation = self.situation.conversation.clone();
        Some(self.send(rest, Outcome::Answer(more.rule), conversation, Vec::new()))
    }

    pub(super) fn send(
        &self,
        rendered: Rendered,
        outcome: Outcome,
        mut conversation: Conversation,
        why: Vec<Candidate>,
    ) -> Decided {
        if !rendered.choices.is_empty() {
            let until = self.situation.now + OPTIONS_COUNT_FOR;
            conversation.offered = Some(Offered { choices: rendered.choices, until });
        }
        conversation.more = None;
        let reply = match rendered.reply {
            Reply::Text { text } => self.fit(text, &outcome, &mut conversation),
            other => other,
        };
        let version = self.situation.edition.version;
        Decided { reply, outcome, conversation, effects: Vec::new(), erases: false, version, why }
    }

    /// WeChat's own agents take over where the account has them; elsewhere only
    /// contacts are honest.
    fn hand_over(&self, render: impl Fn() -> Rendered) -> Rendered {
        match self.situation.human {
            Human::Wechat => {
                Rendered { reply: Reply::Transfer { agent: None }, degraded: false, choices: Vec::new() }
            }
            Human::Contacts | Human::Yingda => render(),
        }
    }

    /// Keeps what does not fit for the customer's 继续.
    fn fit(&self, text: Text, outcome: &Outcome, conversation: &mut Conversation) -> Reply {
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
