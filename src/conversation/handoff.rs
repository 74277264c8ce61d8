//! Who has the conversation: the bot, or a person who can answer. Pure: the
//! console takes and hands back with these functions, WeChat's own agents by
//! their events. Not here: the list of those who wait (store), sending what
//! staff write (outbound).

use std::time::Duration;

use jiff::Timestamp;

use crate::answer::{Candidate, Decision, Step, Verdict};
use crate::model::conversation::Held;
use crate::model::effect::WaitReason;
use crate::model::form::{Filling, Paused};
use crate::model::message::Event;
use crate::model::{Alerts, Attendant, Conversation, Effect, Human, Outcome, Reply, Span, Stage, Text};
use crate::rulebook::hours::State;
use crate::rulebook::{Phrase, Rendered, Rule};

use super::decide::{Decided, Turn};
use super::form::asks;
use super::words;

/// Staff who say nothing for so long no longer have the conversation.
pub const STAFF_IDLE: Duration = Duration::from_secs(30 * 60);
/// How long what follows a call for a person is taken for what they need.
const SAYS_MORE_WITHIN: Duration = Duration::from_secs(10 * 60);
/// How long after a complaint, or after more of it, the next words belong to it.
const COMPLAINS_WITHIN: Duration = Duration::from_secs(10 * 60);
/// A call for a person that nobody answered so long is a new one.
const WAITS_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// Somebody who can answer takes the conversation: the bot falls silent.
pub fn take(conversation: &Conversation, by: Attendant, now: Timestamp) -> Conversation {
    Conversation {
        stage: Stage::WithStaff(Held { by, active_at: now, paused: left_lying(&conversation.stage) }),
        offered: None,
        more: None,
        waiting_since: None,
        complained_at: None,
        ..conversation.clone()
    }
}

/// Who has the conversation answered: they keep it for another while.
pub fn spoke(conversation: &Conversation, now: Timestamp) -> Conversation {
    let stage = match &conversation.stage {
        Stage::WithStaff(held) => Stage::WithStaff(Held { active_at: now, ..held.clone() }),
        Stage::Idle | Stage::Filling(_) | Stage::Paused(_) | Stage::HandedBack(_) => {
            return conversation.clone();
        }
    };
    Conversation { stage, ..conversation.clone() }
}

/// The bot has it back, and says so before its next reply.
pub fn hand_back(conversation: &Conversation) -> Conversation {
    match &conversation.stage {
        Stage::WithStaff(held) => {
            Conversation { stage: Stage::HandedBack(held.paused.clone()), ..conversation.clone() }
        }
        Stage::Idle | Stage::Filling(_) | Stage::Paused(_) | Stage::HandedBack(_) => conversation.clone(),
    }
}

/// Whoever has the conversation at `now`; None: the bot answers.
pub fn held_by(conversation: &Conversation, now: Timestamp) -> Option<&Attendant> {
    match &conversation.stage {
        Stage::WithStaff(held) if !is_idle(held, now) => Some(&held.by),
        Stage::WithStaff(_) | Stage::Idle | Stage::Filling(_) | Stage::Paused(_) | Stage::HandedBack(_) => {
            None
        }
    }
}

/// The conversation as the bot finds it when it has just got it back.
pub(super) fn returned(conversation: &Conversation, now: Timestamp) -> Option<Conversation> {
    let paused = match &conversation.stage {
        Stage::HandedBack(paused) => paused,
        Stage::WithStaff(held) if is_idle(held, now) => &held.paused,
        Stage::WithStaff(_) | Stage::Idle | Stage::Filling(_) | Stage::Paused(_) => return None,
    };
    let stage = paused.clone().map_or(Stage::Idle, Stage::Paused);
    Some(Conversation { stage, ..conversation.clone() })
}

fn is_idle(held: &Held, now: Timestamp) -> bool {
    now.duration_since(held.active_at).unsigned_abs() >= STAFF_IDLE
}

/// What is being filled in stays; without consent there is nothing to keep.
pub(super) fn left_lying(stage: &Stage) -> Option<Box<Paused>> {
    match stage {
        Stage::Filling(filling) => pause(filling),
        Stage::Paused(paused) => Some(paused.clone()),
        Stage::WithStaff(held) => held.paused.clone(),
        Stage::HandedBack(paused) => paused.clone(),
        Stage::Idle => None,
    }
}

pub(super) fn pause(filling: &Filling) -> Option<Box<Paused>> {
    filling.consented_at?;
    Some(Box::new(Paused { filling: filling.clone(), held: None, told_at: None }))
}

impl Turn<'_> {
    /// The customer wants a person. WeChat's own agents take over where the
    /// account has them and nobody is known to be away; elsewhere contacts and
    /// the form are honest, and the bot goes on answering.
    pub(super) fn hand_over(&self, rule: Option<&Rule>, reason: WaitReason) -> Decided {
        let open = self.situation.edition.rulebook.settings.hours.state(self.situation.now);
        let outcome = Outcome::Human(rule.map(|rule| rule.id.clone()));
        let mut conversation = self.understood();
        conversation.stage = left_lying(&conversation.stage).map_or(Stage::Idle, Stage::Paused);
        if self.situation.human == Human::Wechat && !matches!(open, State::Closed { .. }) {
            let rendered =
                Rendered { reply: Reply::Transfer { agent: None }, degraded: false, choices: Vec::new() };
            return self.send(rendered, outcome, conversation, Vec::new());
        }
        let waits_already = self.waits();
        if !waits_already {
            conversation.waiting_since = Some(self.situation.now);
        }
        let mut rendered = self.words_for_waiting(rule);
        if let Reply::Text { text } = &mut rendered.reply {
            *text = self.around(std::mem::take(text), open, waits_already);
        }
        let mut decided = self.send(rendered, outcome, conversation, Vec::new());
        decided.effects.push(Effect::Wait(reason));
        decided
    }

    fn words_for_waiting(&self, rule: Option<&Rule>) -> Rendered {
        let rulebook = &self.situation.edition.rulebook;
        match rule {
            Some(rule) => rulebook.render(rule, &self.moment()),
            None => rulebook.say(Phrase::Human, &self.moment()),
        }
    }

    /// Contacts and form, with what is true at this hour and of this account.
    fn around(&self, words: Text, open: State, waits_already: bool) -> Text {
        let mut text = Text::default();
        let mut promise = Text::default();
        let reaches = self.situation.alerts == Alerts::Reach && !waits_already;
        match open {
            State::Closed { .. } => text.push_line(self.sentence(Phrase::HumanClosed)),
            State::Open { .. } | State::Unset if reaches => {
                promise.spans.extend(self.spoken(Phrase::HumanNotified));
            }
            State::Open { .. } | State::Unset => {}
        }
        promise.spans.extend(self.spoken(Phrase::HumanSentence));
        if self.situation.human == Human::Yingda && matches!(open, State::Open { .. }) {
            promise.spans.extend(self.spoken(Phrase::HumanSoon));
        }
        text.push_line(words);
        text.push_line(promise);
        text
    }

    pub(super) fn sentence(&self, phrase: Phrase) -> Text {
        Text { spans: self.spoken(phrase) }
    }

    /// Kept for whoever has the conversation; the bot says nothing.
    pub(super) fn keep_for_staff(&self, held: &Held) -> Decided {
        let mut decided = Decided { outcome: Outcome::Human(None), ..self.silence() };
        // An agent's own messages are not seen here; the customer's show that it goes on.
        if let Attendant::Agent(_) = held.by {
            decided.conversation = spoke(&decided.conversation, self.situation.now);
        }
        decided
    }

    /// WeChat's own agents took, closed or passed on the conversation.
    pub(super) fn after_session(&self, event: &Event, mut decided: Decided) -> Decided {
        let now = self.situation.now;
        let agent = |name: &str| Attendant::Agent(name.into());
        match event {
            Event::AgentSessionOpened { agent: name } => {
                decided.conversation = take(&decided.conversation, agent(name), now);
                decided.effects.push(Effect::StopWaiting);
            }
            Event::AgentSessionPassed { to, .. } => {
                decided.conversation = take(&decided.conversation, agent(to), now);
            }
            Event::AgentSessionClosed { .. } => decided.conversation = hand_back(&decided.conversation),
            _ => {}
        }
        decided
    }

    /// Whether the customer was just asked to say what they need.
    pub(super) fn told_to_say_more(&self) -> bool {
        self.waiting_for().is_some_and(|since| since <= SAYS_MORE_WITHIN)
    }

    /// 「昨天上午那个班，等了一个小时」 after 投诉 tells more of it, though a rule
    /// may know some of its words. Not what asks a thing, or is a trigger itself.
    pub(super) fn tells_more_of_complaint(&self, raw: &str, decision: &Decision) -> bool {
        let since = |at| self.situation.now.duration_since(at).unsigned_abs();
        let complains =
            self.situation.conversation.complained_at.is_some_and(|at| since(at) <= COMPLAINS_WITHIN);
        if !complains
            || words::is_acknowledgement(&decision.normalized)
            || self.is_abuse(&decision.normalized)
        {
            return false;
        }
        let Verdict::Rule(index) = decision.verdict else { return !asks(raw) };
        let is_named = decision.why.iter().any(|candidate| {
            candidate.rule == index && matches!(candidate.step, Step::Equals | Step::Starts)
        });
        let rule = self.situation.edition.rule_at(index);
        let (complains_again, calls_person) =
            rule.map_or((false, false), |rule| (rule.calls_staff, rule.hands_over()));
        !is_named && !calls_person && (complains_again || !asks(raw))
    }

    /// Kept with the complaint, which staff have on their list.
    pub(super) fn note_complaint(&self, why: Vec<Candidate>) -> Decided {
        let mut decided = self.say(Phrase::HumanSentenceNoted, Outcome::Human(None));
        decided.conversation.complained_at = Some(self.situation.now);
        Decided { why, ..decided }
    }

    fn waits(&self) -> bool {
        self.waiting_for().is_some_and(|since| since <= WAITS_FOR)
    }

    fn waiting_for(&self) -> Option<Duration> {
        let since = self.situation.conversation.waiting_since?;
        Some(self.situation.now.duration_since(since).unsigned_abs())
    }
}

/// 退出人工
pub(super) fn leave_staff(turn: &Turn<'_>) -> Decided {
    let mut conversation = turn.understood();
    conversation.stage = match &conversation.stage {
        Stage::WithStaff(held) => held.paused.clone().map_or(Stage::Idle, Stage::Paused),
        Stage::HandedBack(paused) => paused.clone().map_or(Stage::Idle, Stage::Paused),
        stage @ (Stage::Idle | Stage::Filling(_) | Stage::Paused(_)) => stage.clone(),
    };
    conversation.waiting_since = None;
    conversation.complained_at = None;
    let mut decided = turn.speak(turn.sentence(Phrase::HumanLeft), Outcome::Human(None), conversation);
    decided.effects.push(Effect::StopWaiting);
    decided
}

impl Decided {
    /// The first reply after people had the conversation says who answers now.
    /// A reply without words leaves that to the next one.
    pub(super) fn announced(mut self, turn: &Turn<'_>) -> Self {
        if let Outcome::Human(_) = self.outcome {
            return self;
        }
        if let Reply::Text { text } = &mut self.reply {
            let mut whole = turn.sentence(Phrase::HumanReturned);
            whole.push_line(std::mem::take(text));
            *text = fitted(whole, turn);
            return self;
        }
        if matches!(self.conversation.stage, Stage::Idle | Stage::Paused(_)) {
            self.conversation.stage = Stage::HandedBack(left_lying(&self.conversation.stage));
        }
        self
    }
}

fn fitted(text: Text, turn: &Turn<'_>) -> Text {
    let hint = Text { spans: vec![Span::Plain("…".to_owned())] };
    text.fit(turn.situation.limits, &hint).0
}
