//! One customer talking to one edition, with nobody listening.

use std::time::Duration;

use jiff::Timestamp;

use crate::answer::Edition;
use crate::conversation::decide::{Decided, Situation, decide, draw_for};
use crate::conversation::{form, handoff};
use crate::model::message::Covers;
use crate::model::{
    AccountId, Alerts, Attendant, Content, Conversation, CustomerId, DeliveryKey, Effect, Human, LeadNumber,
    Limits, Message, Proof,
};
use crate::rulebook::Hours;

#[derive(Debug)]
pub struct Rehearsal<'a> {
    edition: &'a Edition,
    /// The edition at other opening hours.
    at_hours: Option<Box<Edition>>,
    pub account: AccountId,
    pub public_url: Option<&'a str>,
    pub human: Human,
    pub alerts: Alerts,
    now: Timestamp,
    conversation: Conversation,
    spoken: u64,
    handed_in: u32,
}

impl<'a> Rehearsal<'a> {
    pub fn new(edition: &'a Edition, account: AccountId, now: Timestamp) -> Self {
        Self {
            edition,
            at_hours: None,
            account,
            public_url: None,
            human: Human::Contacts,
            alerts: Alerts::None,
            now,
            conversation: Conversation::default(),
            spoken: 0,
            handed_in: 0,
        }
    }

    /// Goes on where another rehearsal was left.
    #[must_use]
    pub fn picking_up(mut self, conversation: Conversation, spoken: u64) -> Self {
        self.conversation = conversation;
        self.spoken = spoken;
        self
    }

    /// Where the customer stands, and how many messages they have sent.
    pub fn left_at(self) -> (Conversation, u64) {
        (self.conversation, self.spoken)
    }

    pub fn says(&mut self, text: &str) -> Decided {
        self.sends(Content::text(text))
    }

    pub fn sends(&mut self, content: Content) -> Decided {
        self.spoken += 1;
        let message = self.message(content);
        let situation = Situation {
            edition: self.edition(),
            conversation: &self.conversation,
            now: self.now,
            draw: draw_for(&message.key),
            limits: limits_for(&message.content),
            public_url: self.public_url,
            human: self.human,
            alerts: self.alerts,
            lead_number: form::needs_number(&self.conversation).then(|| self.next_number()),
        };
        let decided = decide(&message, &situation);
        let hands_in = decided.effects.iter().any(|effect| matches!(effect, Effect::Lead(_)));
        self.handed_in += u32::from(hands_in);
        self.conversation = decided.conversation.clone();
        decided
    }

    /// As if the centre were open then.
    pub fn keeps(&mut self, hours: Hours) {
        self.at_hours = Some(Box::new(self.edition.at_hours(hours)));
    }

    fn edition(&self) -> &Edition {
        self.at_hours.as_deref().unwrap_or(self.edition)
    }

    fn next_number(&self) -> LeadNumber {
        let today = self.edition().rulebook.settings.hours.today(self.now);
        LeadNumber::counted(today, self.handed_in + 1)
    }

    /// Staff take the conversation over.
    pub fn is_taken(&mut self, by: Attendant) {
        self.conversation = handoff::take(&self.conversation, by, self.now);
    }

    /// Staff answered, with no bot in between.
    pub fn staff_speak(&mut self) {
        self.conversation = handoff::spoke(&self.conversation, self.now);
    }

    pub fn is_handed_back(&mut self) {
        self.conversation = handoff::hand_back(&self.conversation);
    }

    /// Goes on where somebody else's rehearsal was left.
    pub fn stands_at(&mut self, conversation: Conversation) {
        self.conversation = conversation;
    }

    /// Another customer comes, of whom nothing is known.
    pub fn starts_over(&mut self) {
        self.conversation = Conversation::default();
    }

    pub fn waits(&mut self, time: Duration) {
        self.now += time;
    }

    pub fn moves_to(&mut self, now: Timestamp) {
        self.now = now;
    }

    fn message(&self, content: Content) -> Message {
        Message {
            account: self.account.clone(),
            customer: CustomerId::parse("rehearsal").expect("a printable word"),
            addressed_to: "gh_rehearsal".to_owned(),
            sent_at: self.now.as_second(),
            key: DeliveryKey::parse(&format!("rehearsal-{}", self.spoken)).expect("letters and a number"),
            content,
            proof: Proof { timestamp: self.now.as_second(), nonce: String::new(), covers: Covers::Body },
        }
    }
}

/// As WeChat allows: one card in answer to a message, more to an event.
fn limits_for(content: &Content) -> Limits {
    match content {
        Content::Event(_) => Limits { cards: 8, ..Limits::STRICTEST },
        _ => Limits::STRICTEST,
    }
}
