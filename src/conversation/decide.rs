//! Decides what a message gets. Pure: the same message in the same situation
//! always gets the same answer, so that rehearsal, transcripts and production
//! cannot differ. Who gets the message is decided top down: an event goes to
//! event rules; then options that were offered; then the ladder of `answer`.

mod ask;
mod fire;

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::answer::{Asked, Candidate, Decision, Edition, RuleIndex, Step, Verdict, normalize};
use crate::model::message::Event;
use crate::model::{Content, Conversation, DeliveryKey, Effect, Human, Limits, Message, Outcome, Reply};
use crate::rulebook::{Moment, Occasion, Phrase};
use crate::text::Normalized;

use super::words;

/// How long a typed digit counts for the options offered last.
const OPTIONS_COUNT_FOR: Duration = Duration::from_secs(10 * 60);
/// How long 继续 brings the rest of a long reply.
const MORE_WAITS_FOR: Duration = Duration::from_secs(30 * 60);
/// After the third miss in a row the customer is told again this often.
const TOLD_AGAIN_AFTER: Duration = Duration::from_secs(10 * 60);

/// All that a decision may depend on beside the message.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    pub edition: &'a Edition,
    pub conversation: &'a Conversation,
    pub now: Timestamp,
    /// Picks among variants of a reply; equal for every delivery of a message.
    pub draw: u64,
    pub limits: Limits,
    pub public_url: Option<&'a str>,
    pub human: Human,
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
    let turn = Turn { message, situation };
    match &message.content {
        Content::Event(event) => turn.on_event(event),
        Content::Text { text, option } => turn.on_text(text, option.as_deref()),
        Content::Image { .. } => turn.on_media(&Occasion::Image, Phrase::CannotSee),
        Content::Video { .. } | Content::ShortVideo { .. } => {
            turn.on_media(&Occasion::Video, Phrase::CannotSee)
        }
        Content::File { .. } => turn.on_media(&Occasion::File, Phrase::CannotSee),
        Content::Link { .. } => turn.on_media(&Occasion::Link, Phrase::CannotSee),
        Content::Voice { .. } => turn.on_media(&Occasion::Voice, Phrase::CannotHear),
        Content::Location { .. } => turn.on_media(&Occasion::Location, Phrase::Location),
        Content::Unknown { .. } => turn.say(Phrase::CannotSee, Outcome::Fallback),
    }
}

/// One message in its situation.
struct Turn<'a> {
    message: &'a Message,
    situation: &'a Situation<'a>,
}

impl Turn<'_> {
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
        Decided { erases: *event == Event::Unfollow, ..decided }
    }

    fn on_media(&self, occasion: &Occasion, otherwise: Phrase) -> Decided {
        match self.find_occasion(occasion) {
            Some(rule) => self.fire(rule, Vec::new()),
            None => self.say(otherwise, Outcome::Fallback),
        }
    }

    fn on_text(&self, text: &str, option: Option<&str>) -> Decided {
        let edition = self.situation.edition;
        if let Some(tapped) = option.and_then(|id| edition.find_tapped(id)) {
            return self.fire(tapped, Vec::new());
        }
        if words::is_sticker(text) {
            return self.on_sticker();
        }
        let normalized = normalize(text);
        if words::asks_to_be_erased(&normalized) {
            return Decided { erases: true, ..self.say(Phrase::Erased, Outcome::Fallback) };
        }
        if let Some(chosen) = self.find_chosen(&normalized) {
            return self.fire(chosen, Vec::new());
        }
        if words::asks_to_continue(&normalized)
            && let Some(next) = self.continue_reply()
        {
            return next;
        }
        self.climb(text, normalized)
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
        self.situation.edition.find_rule(&choice.rule)
    }

    fn is_abuse(&self, text: &Normalized) -> bool {
        let abuse = &self.situation.edition.rulebook.settings.words.abuse;
        abuse.iter().any(|word| text.as_str().contains(word.as_str()))
    }

    fn find_occasion(&self, occasion: &Occasion) -> Option<RuleIndex> {
        self.situation.edition.matcher.occasion(occasion, &self.asked())
    }

    fn asked(&self) -> Asked<'_> {
        Asked { account: &self.message.account, today: self.today() }
    }

    fn today(&self) -> Date {
        self.situation.edition.rulebook.settings.hours.today(self.situation.now)
    }

    fn moment(&self) -> Moment<'_> {
        Moment {
            now: self.situation.now,
            draw: self.situation.draw,
            public_url: self.situation.public_url,
            limits: self.situation.limits,
        }
    }

    fn silence(&self) -> Decided {
        Decided::silence(self.situation.conversation.clone(), self.situation.edition.version)
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
