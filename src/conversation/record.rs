//! What is kept of a message: the record that is committed before its reply
//! leaves.

use jiff::Timestamp;

use crate::model::message::Covers;
use crate::model::{Conversation, Message};
use crate::store::{Record, SignedUrl, body_of};

use super::decide::Decided;
use super::rule_of;

pub fn of(message: &Message, before: &Conversation, decided: &Decided, now: Timestamp) -> Record {
    let changed = decided.conversation != *before;
    Record {
        account: message.account.clone(),
        key: message.key.clone(),
        customer: message.customer.clone(),
        received_at: now,
        kind: message.content.kind().into(),
        body: body_of(&message.content),
        outcome: decided.outcome.kind(),
        rule: rule_of(&decided.outcome),
        version: decided.version,
        reply: decided.reply.clone(),
        is_test: message.is_test(),
        conversation: changed.then(|| serde_json::to_string(&decided.conversation).unwrap_or_default()),
        effects: decided.effects.clone(),
        nearest: None,
        signed_url: signed_url_of(message),
    }
}

/// Only where the signature covers nothing but the URL.
pub fn signed_url_of(message: &Message) -> Option<SignedUrl> {
    match &message.proof.covers {
        Covers::Body => None,
        Covers::UrlOnly { digest } => Some(SignedUrl {
            id: format!("{}-{}", message.proof.timestamp, message.proof.nonce),
            digest: digest.clone(),
        }),
    }
}
