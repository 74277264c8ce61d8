//! One customer talking to one edition, with nobody listening.

use std::time::Duration;

use jiff::Timestamp;

use crate::answer::Edition;
use crate::conversation::decide::{Decided, Situation, decide, draw_for};
use crate::model::message::Covers;
use crate::model::{
    AccountId, Content, Conversation, CustomerId, DeliveryKey, Human, Limits, Message, Proof,
};

#[derive(Debug)]
pub struct Rehearsal<'a> {
    edition: &'a Edition,
    pub account: AccountId,
    pub public_url: Option<&'a str>,
    pub human: Human,
    now: Timestamp,
    conversation: Conversation,
    spoken: u64,
}

impl<'a> Rehearsal<'a> {
    pub fn new(edition: &'a Edition, account: AccountId, now: Timestamp) -> Self {
        Self {
            edition,
            account,
            public_url: None,
            human: Human::Contacts,
            now,
            conversation: Conversation::default(),
            spoken: 0,
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
            edition: self.edition,
            conversation: &self.conversation,
            now: self.now,
            draw: draw_for(&message.key),
            limits: limits_for(&message.content),
            public_url: self.public_url,
            human: self.human,
        };
        let decided = decide(&message, &situation);
        self.conversation = decided.conversation.clone();
        decided
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
