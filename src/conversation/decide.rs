//! Decides what a message gets. Pure: the same message in the same situation
//! always gets the same answer, so that rehearsal, transcripts and production
//! cannot differ. Who gets the message is decided top down: an event goes to
//! event rules; then staff, once they have the conversation; then an open form;
//! then options that were offered; then the ladder of `answer`.

mod ask;
mod fire;

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::answer::{Asked, Candidate, Decision, Edition, RuleIndex, Step, Verdict, normalize};
use crate::model::effect::WaitReason;
use crate::model::message::Event;
use crate::model::reply::COPY_OPTION;
use crate::model::{
    Alerts, Content, Conversation, DeliveryKey, Effect, Human, LeadNumber, Limits, Message, Outcome, Reply,
    Source, Stage, Text,
};
use crate::rulebook::{Moment, Occasion, Phrase};
use crate::text::Normalized;

use super::{handoff, words};

/// How long a typed digit counts for the options offered last.
const OPTIONS_COUNT_FOR: Duration = Duration::from_secs(10 * 60);
/// How long 继续 brings the rest of a long reply.
const MORE_WAITS_FOR: Duration = Duration::from_secs(30 * 60);
/// After the third miss in a row the customer is told again this often.
const TOLD_AGAIN_AFTER: Duration = Duration::from_secs(10 * 60);

/// All that a decision may depend on beside the message.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    pub edition: &'a Edition,
    pub conversation: &'a Conversation,
    pub now: Timestamp,
    /// Picks among variants of a reply; equal for every delivery of a message.
    pub draw: u64,
    pub limits: Limits,
    pub public_url: Option<&'a str>,
    pub human: Human,
    pub alerts: Alerts,
    /// The number that a form would get that is handed in with this message;
    /// None when no counter could be asked. See `form::needs_number`.
    pub lead_number: Option<LeadNumber>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Decided {
    pub reply: Reply,
    pub outcome: Outcome,
    /// Where the customer stands afterwards.
    pub conversation: Conversation,
    /// What else changes, in the same transaction.
    pub effects: Vec<Effect>,
    /// Once it is answered, everything about the customer must be erased.
    pub erases: bool,
    /// Of the rulebook that decided.
    pub version: i64,
    /// The rules that came into question, the best first.
    pub why: Vec<Candidate>,
}

impl Decided {
    pub fn silence(conversation: Conversation, version: i64) -> Self {
        Self {
            reply: Reply::Silence,
            outcome: Outcome::Silence,
            conversation,
            effects: Vec::new(),
            erases: false,
            version,
            why: Vec::new(),
        }
    }
}

/// The number that picks a variant: from the message's key, so that a retry
/// would draw the same.
pub fn draw_for(key: &DeliveryKey) -> u64 {
    key.as_str().bytes().fold(0, |draw: u64, byte| draw.wrapping_mul(31).wrapping_add(byte.into()))
}

pub fn decide(message: &Message, situation: &Situation<'_>) -> Decided {
    match handoff::returned(situation.conversation, situation.now) {
        Some(conversation) => {
            let situation = Situation { conversation: &conversation, ..situation.clone() };
            let turn = Turn { message, situation: &situation };
            turn.respond().giving_way(&turn).announced(&turn).bringing(&turn)
        }
        None => {
            let turn = Turn { message, situation };
            turn.respond().giving_way(&turn).bringing(&turn)
        }
    }
}

/// One message in its situation.
pub(super) struct Turn<'a> {
    pub(super) message: &'a Message,
    pub(super) situation: &'a Situation<'a>,
}

/// A text as it came in.
#[derive(Clone, Copy)]
pub(super) struct Said<'s> {
    pub(super) text: &'s str,
    pub(super) option: Option<&'s str>,
    pub(super) normalized: &'s Normalized,
}

impl Turn<'_> {
    fn respond(&self) -> Decided {
        match &self.message.content {
            Content::Event(event) => self.on_event(event),
            Content::Text { text, option } => self.on_text(text, option.as_deref()),
            Content::Image { .. } => self.on_media(&Occasion::Image, Phrase::CannotSee),
            Content::Video { .. } | Content::ShortVideo { .. } => {
                self.on_media(&Occasion::Video, Phrase::CannotSee)
            }
            Content::File { .. } => self.on_media(&Occasion::File, Phrase::CannotSee),
            Content::Link { .. } => self.on_media(&Occasion::Link, Phrase::CannotSee),
            Content::Voice { .. } => self.on_media(&Occasion::Voice, Phrase::CannotHear),
            Content::Location { .. } => self.on_media(&Occasion::Location, Phrase::Location),
            Content::Unknown { .. } => self.say(Phrase::CannotSee, Outcome::Fallback),
        }
    }

    fn on_event(&self, event: &Event) -> Decided {
        let occasions: Vec<Occasion> = match event {
            Event::Follow { scene: Some(scene) } => {
                vec![Occasion::Scan(Some(scene.clone())), Occasion::Subscribe]
            }
            Event::Follow { scene: None } => vec![Occasion::Subscribe],
            Event::Scan { scene } => vec![Occasion::Scan(Some(scene.clone()))],
            Event::Click { key } => vec![Occasion::Click(Some(key.clone()))],
            other => vec![Occasion::Event(other.name().to_ascii_lowercase())],
        };
        let fired = occasions.iter().find_map(|occasion| self.find_occasion(occasion));
        let decided = match fired {
            Some(rule) => self.fire(rule, Vec::new()),
            None => self.silence(),
        };
        let decided = self.after_session(event, decided);
        Decided { erases: event.erases(), ..decided }.coming_by(event)
    }

    /// Staff see what the bot cannot; a form goes on beside it.
    fn on_media(&self, occasion: &Occasion, otherwise: Phrase) -> Decided {
        if let Stage::WithStaff(held) = &self.situation.conversation.stage {
            return self.keep_for_staff(held);
        }
        let mut decided = self.beside_form(|turn| match turn.find_occasion(occasion) {
            Some(rule) => turn.fire(rule, Vec::new()),
            None => turn.say(otherwise, Outcome::Fallback),
        });
        let needs_a_person = match occasion {
            Occasion::Image | Occasion::Voice | Occasion::Video | Occasion::File => true,
            Occasion::Subscribe
            | Occasion::Scan(_)
            | Occasion::Click(_)
            | Occasion::Location
            | Occasion::Link
            | Occasion::Sticker
            | Occasion::Event(_) => false,
        };
        if needs_a_person {
            decided.effects.push(Effect::Wait(WaitReason::Media));
        }
        decided
    }

    fn on_text(&self, text: &str, option: Option<&str>) -> Decided {
        let normalized = normalize(text);
        if words::asks_to_be_erased(&normalized) {
            return Decided { erases: true, ..self.say(Phrase::Erased, Outcome::Fallback) };
        }
        if words::leaves_staff(&normalized) {
            return self.beside_form(handoff::leave_staff);
        }
        let said = Said { text, option, normalized: &normalized };
        match &self.situation.conversation.stage {
            Stage::WithStaff(held) => self.keep_for_staff(held),
            Stage::Filling(filling) => self.fill(filling, said),
            Stage::Paused(paused) => self.while_paused(paused, said),
            Stage::Idle | Stage::HandedBack(_) => self.on_free_text(said),
        }
    }

    /// A text that no form and no person claims.
    pub(super) fn on_free_text(&self, said: Said<'_>) -> Decided {
        if let Some(copied) = self.copy_wechat(said) {
            return copied;
        }
        if let Some(tapped) = said.option.and_then(|id| self.situation.edition.find_tapped(id)) {
            return self.choose(tapped);
        }
        if words::is_sticker(said.text) {
            return self.on_sticker();
        }
        if let Some(chosen) = self.find_chosen(said.normalized) {
            return self.choose(chosen);
        }
        if words::asks_to_continue(said.normalized)
            && let Some(next) = self.continue_reply()
        {
            return next;
        }
        // Who has a form lying may be answering it.
        if !matches!(self.situation.conversation.stage, Stage::Paused(_))
            && let Some(invited) = self.invite_caller(said)
        {
            return invited;
        }
        self.climb(said.text, said.normalized.clone())
    }

    /// One of the options; the question that was asked back is answered by it.
    fn choose(&self, rule: RuleIndex) -> Decided {
        let mut decided = self.fire(rule, Vec::new());
        let offered = self.situation.conversation.offered.as_ref();
        let id = self.situation.edition.rule_at(rule).map(|rule| &rule.id);
        let settled = offered
            .filter(|offered| offered.choices.iter().any(|choice| Some(&choice.rule) == id))
            .and_then(|offered| offered.asked_back.clone());
        if let Some(key) = settled {
            if let Some(offered) = decided.conversation.offered.as_mut() {
                offered.asked_back = None;
            }
            decided.effects.push(Effect::Settle(key));
        }
        decided
    }

    /// Tapping a 微信号 answers with nothing else, so that it can be copied.
    pub(super) fn copy_wechat(&self, said: Said<'_>) -> Option<Decided> {
        if said.option != Some(COPY_OPTION) {
            return None;
        }
        let rulebook = &self.situation.edition.rulebook;
        let contact =
            rulebook.catalog.contacts.iter().find(|contact| contact.wechat.as_deref() == Some(said.text))?;
        let rule = rulebook.rules.iter().find(|rule| rule.enabled && rule.shows_contact(&contact.name))?;
        let conversation = self.situation.conversation.clone();
        Some(self.speak(Text::plain(said.text), Outcome::Answer(rule.id.clone()), conversation))
    }

    /// The ladder of `answer`.
    fn climb(&self, raw: &str, text: Normalized) -> Decided {
        let decision = self.situation.edition.matcher.answer_normalized(raw, text, &self.asked());
        if words::only_steers(&decision.normalized) && !is_written_for(&decision) {
            return self.fall_back(decision.why);
        }
        match decision.verdict {
            Verdict::Rule(rule) if words::is_acknowledgement(&decision.normalized) => {
                self.on_small_talk(Some(rule))
            }
            Verdict::Rule(rule) => self.fire(rule, decision.why),
            Verdict::Choices(rules) => self.ask_back(&rules, decision.why),
            Verdict::None if self.is_abuse(&decision.normalized) => self.on_abuse(decision.why),
            Verdict::None if self.told_to_say_more() => {
                Decided { why: decision.why, ..self.say(Phrase::HumanSentenceNoted, Outcome::Human(None)) }
            }
            Verdict::None => self.fall_back(decision.why),
        }
    }

    /// Nothing was asked, so nothing counts as answered, whatever is said.
    fn on_sticker(&self) -> Decided {
        let mut decided = self.on_small_talk(self.find_occasion(&Occasion::Sticker));
        if decided.outcome != Outcome::Silence {
            decided.outcome = Outcome::Fallback;
        }
        decided
    }

    /// One short reply, then none: two machines must not thank each other for ever.
    fn on_small_talk(&self, rule: Option<RuleIndex>) -> Decided {
        let times = self.situation.conversation.small_talk;
        if times > 0 {
            return self.silence();
        }
        let mut decided = match rule {
            Some(rule) => self.fire(rule, Vec::new()),
            None => self.say(Phrase::SmallTalk, Outcome::Fallback),
        };
        decided.conversation.small_talk = 1;
        decided
    }

    /// The option a typed digit names, while the options still count.
    fn find_chosen(&self, text: &Normalized) -> Option<RuleIndex> {
        let offered = self.situation.conversation.offered.as_ref()?;
        if offered.until < self.situation.now {
            return None;
        }
        let number = words::option_number(text)?;
        let choice = offered.choices.get(number.checked_sub(1)?)?;
        self.situation.edition.find_enabled(&choice.rule)
    }

    pub(super) fn is_abuse(&self, text: &Normalized) -> bool {
        let abuse = &self.situation.edition.rulebook.settings.words.abuse;
        abuse.iter().any(|word| text.as_str().contains(word.as_str()))
    }

    pub(super) fn find_occasion(&self, occasion: &Occasion) -> Option<RuleIndex> {
        self.situation.edition.matcher.occasion(occasion, &self.asked())
    }

    pub(super) fn asked(&self) -> Asked<'_> {
        Asked { account: &self.message.account, today: self.today() }
    }

    pub(super) fn today(&self) -> Date {
        self.situation.edition.rulebook.settings.hours.today(self.situation.now)
    }

    pub(super) fn moment(&self) -> Moment<'_> {
        Moment {
            now: self.situation.now,
            draw: self.situation.draw,
            public_url: self.situation.public_url,
            limits: self.situation.limits,
        }
    }

    pub(super) fn silence(&self) -> Decided {
        Decided::silence(self.situation.conversation.clone(), self.situation.edition.version)
    }
}

impl Decided {
    /// By what the customer came; the latest counts.
    fn coming_by(mut self, event: &Event) -> Self {
        let source = match event {
            Event::Follow { scene: Some(scene) } | Event::Scan { scene } => Some(Source::Scan(scene.clone())),
            Event::Click { key } => Some(Source::Menu(key.clone())),
            _ => None,
        };
        if source.is_some() {
            self.conversation.source = source;
        }
        self
    }
}

/// Whether staff wrote a trigger for these very words, and nothing merely
/// sounds or looks like them.
fn is_written_for(decision: &Decision) -> bool {
    let winner = decision.why.iter().find(|candidate| candidate.lost.is_none());
    winner.is_some_and(|winner| {
        matches!(winner.step, Step::Equals | Step::Starts | Step::Contains | Step::Pattern)
    })
}
