//! A rehearsal's whole state, as it travels in the page: sealed, so that a
//! browser can neither read nor change it, and cut to what a page can carry.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use crate::answer::Edition;
use crate::model::{AccountId, Conversation, Outcome, Reply, ServedAccount};
use crate::rehearsal::{Decided, rule_of};
use crate::store::Store;

const SEALED_FOR: &str = "rehearsal";
/// Older lines are dropped; what the customer's state holds is not.
const MOST_LINES: usize = 80;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Script {
    pub account: AccountId,
    pub conversation: Conversation,
    pub spoken: u64,
    /// How far the rehearsal's clock is from the real one.
    shift_ms: i64,
    /// When it began, by the rehearsal's clock.
    pub began_at: Option<DateTime>,
    pub lines: Vec<Line>,
    #[serde(skip)]
    pub is_saved: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Line {
    /// `typed` is what a transcript writes: the digit of a tapped option.
    Said {
        text: String,
        typed: String,
    },
    /// A picture, a follow: its word in `try.act`, and a scene or key.
    Did {
        act: String,
        value: String,
    },
    Answered {
        reply: Reply,
        outcome: String,
        rule: Option<String>,
        rule_name: Option<String>,
        offers: Vec<String>,
    },
    Waited {
        minutes: u64,
    },
    MovedTo {
        at: DateTime,
    },
    StartedOver,
}

impl Line {
    pub(super) fn answer(decided: &Decided, edition: &Edition) -> Self {
        let rule = rule_of(&decided.outcome);
        let name =
            rule.as_ref().and_then(|rule| edition.rulebook.rule(rule)).map(|rule| rule.name.to_string());
        let offers = match &decided.outcome {
            Outcome::Choices(rules) => rules.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        };
        Self::Answered {
            reply: decided.reply.clone(),
            outcome: decided.outcome.kind().as_str().to_owned(),
            rule: rule.map(|rule| rule.to_string()),
            rule_name: name,
            offers,
        }
    }
}

impl Script {
    pub(super) fn new(account: Option<AccountId>) -> Self {
        let account = account.unwrap_or_else(|| AccountId::parse("main").expect("letters only"));
        Self {
            account,
            conversation: Conversation::default(),
            spoken: 0,
            shift_ms: 0,
            began_at: None,
            lines: Vec::new(),
            is_saved: false,
        }
    }

    pub(super) fn open(store: &Store, sealed: &str) -> Option<Self> {
        serde_json::from_str(&store.unseal_for(SEALED_FOR, sealed)?).ok()
    }

    pub(super) fn seal(&self, store: &Store) -> String {
        store.seal_for(SEALED_FOR, &serde_json::to_string(self).unwrap_or_default())
    }

    pub(super) fn now(&self, real: Timestamp) -> Timestamp {
        let shift = jiff::SignedDuration::from_millis(self.shift_ms);
        real.checked_add(shift).unwrap_or(real)
    }

    pub(super) fn push(&mut self, line: Line) {
        self.lines.push(line);
        let too_many = self.lines.len().saturating_sub(MOST_LINES);
        self.lines.drain(..too_many);
    }

    pub(super) fn wait(&mut self, time: Duration) {
        let ms = i64::try_from(time.as_millis()).unwrap_or(0);
        self.shift_ms = self.shift_ms.saturating_add(ms);
        self.push(Line::Waited { minutes: time.as_secs() / 60 });
    }

    pub(super) fn move_to(&mut self, at: Timestamp, real: Timestamp, local: DateTime) {
        self.shift_ms = at.as_millisecond().saturating_sub(real.as_millisecond());
        self.push(Line::MovedTo { at: local });
    }

    pub(super) fn start_over(&mut self) {
        self.conversation = Conversation::default();
        self.push(Line::StartedOver);
    }

    /// Another account is another customer.
    pub(super) fn change_account(&mut self, wanted: &str, accounts: &[ServedAccount]) {
        let found = accounts.iter().find(|account| account.id.as_str() == wanted);
        if let Some(found) = found.filter(|found| found.id != self.account) {
            self.account = found.id.clone();
            self.start_over();
        }
    }

    /// What the option with this id says, if it was shown.
    pub(super) fn find_option(&self, id: &str) -> Option<String> {
        self.lines.iter().rev().find_map(|line| match line {
            Line::Answered { reply: Reply::Text { text }, .. } => label_of(text, id),
            _ => None,
        })
    }

    /// The digit that means the same, while the options still count.
    pub(super) fn digit_of(&self, id: &str) -> Option<usize> {
        let choices = &self.conversation.offered.as_ref()?.choices;
        choices.iter().position(|choice| choice.rule.option_id() == id).map(|position| position + 1)
    }
}

fn label_of(text: &crate::model::Text, id: &str) -> Option<String> {
    text.spans.iter().find_map(|span| match span {
        crate::model::Span::Option { label, id: shown } if shown == id => Some(label.clone()),
        crate::model::Span::Option { .. }
        | crate::model::Span::Plain(_)
        | crate::model::Span::Link { .. } => None,
    })
}
