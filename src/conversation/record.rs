//! What is kept of a message: the record that is committed before its reply
//! leaves.

use std::time::Duration;

use jiff::Timestamp;

use crate::answer::Edition;
use crate::model::lead::Source;
use crate::model::message::{Covers, Event};
use crate::model::{Content, Effect, Message, Outcome, RuleId};
use crate::store::{Loaded, Record, SignedUrl, body_of};

use super::decide::Decided;
use super::rule_of;

/// Rules that staff are shown beside a miss.
const MOST_NEAREST: usize = 3;

pub fn of(message: &Message, before: &Loaded, decided: &Decided, now: Timestamp) -> Record {
    // Who is erased stands nowhere any more.
    let changed = decided.conversation != before.conversation && !decided.erases;
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
        is_personal: decided.conversation.is_personal(),
        revision: before.revision + 1,
        effects: effects_of(message, decided),
        nearest: None,
        signed_url: signed_url_of(message),
        took_us: 0,
    }
}

/// The record with what is known once the decision is made.
pub fn completed(record: Record, nearest: Option<String>, took: Duration) -> Record {
    Record { nearest, took_us: i64::try_from(took.as_micros()).unwrap_or(i64::MAX), ..record }
}

/// The rules that came nearest to a message that none answered. JSON.
pub fn nearest(decided: &Decided, edition: &Edition) -> Option<String> {
    match decided.outcome {
        Outcome::Fallback | Outcome::Choices(_) => {}
        Outcome::Answer(_) | Outcome::Form(_) | Outcome::Human(_) | Outcome::Silence => return None,
    }
    let rules = decided.why.iter().filter_map(|candidate| {
        let rule = edition.rule_at(candidate.rule)?;
        Some((&rule.id, (candidate.score * 1_000.0).round() / 1_000.0))
    });
    let nearest: Vec<(&RuleId, f32)> = rules.take(MOST_NEAREST).collect();
    (!nearest.is_empty()).then(|| serde_json::to_string(&nearest).unwrap_or_default())
}

/// What the decision changes, how the customer came, and that they go.
fn effects_of(message: &Message, decided: &Decided) -> Vec<Effect> {
    let coming = if let Content::Event(Event::Follow { scene }) = &message.content {
        Some(Effect::Came { source: scene.clone().map(Source::Scan) })
    } else if let Content::Event(Event::Scan { scene }) = &message.content {
        Some(Effect::Came { source: Some(Source::Scan(scene.clone())) })
    } else {
        None
    };
    let going = decided.erases.then_some(Effect::Erase);
    decided.effects.iter().cloned().chain(coming).chain(going).collect()
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
