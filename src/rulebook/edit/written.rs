//! A rule as staff write it, key by key, wherever it is kept: what a form shows
//! and what it sends back. Empty is the same as not written, a default too.

use std::collections::BTreeMap;

use super::super::fields::Written;
use super::super::keys;
use super::super::trigger::{Mode, TriggerEntry};
use super::body::ReplyText;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrittenRule {
    /// By the names of `keys::RULE`; those of a card are `card.title` and so on.
    values: BTreeMap<&'static str, Vec<String>>,
    pub reply: ReplyText,
}

/// How the value of a key is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    List,
    Date,
    Flag,
}

/// Of a card, by their names here and in its section.
pub const CARD: [(&str, &str); 4] = [
    ("card.title", "title"),
    ("card.description", "description"),
    ("card.picture", "picture"),
    ("card.url", "url"),
];

/// What need not be written.
const DEFAULTS: &[(&str, &str)] = &[("kind", "text"), ("enabled", "true"), ("waiting", "false")];

impl WrittenRule {
    pub fn text(&self, key: &str) -> &str {
        self.list(key).first().map_or("", String::as_str)
    }

    pub fn list(&self, key: &str) -> &[String] {
        self.values.get(key).map_or(&[], Vec::as_slice)
    }

    pub fn kind(&self) -> &str {
        Some(self.text("kind")).filter(|kind| !kind.is_empty()).unwrap_or("text")
    }

    pub fn is_enabled(&self) -> bool {
        self.text("enabled") != "false"
    }

    /// Keys that no rule has are left out.
    pub fn set(&mut self, key: &str, values: impl IntoIterator<Item = impl Into<String>>) {
        let Some(key) = known(key) else { return };
        let mut kept: Vec<String> = Vec::new();
        for value in values {
            let value = tidy(&value.into());
            if !value.is_empty() && !kept.contains(&value) {
                kept.push(value);
            }
        }
        let is_default = matches!(kept.as_slice(), [one] if DEFAULTS.contains(&(key, one.as_str())));
        if kept.is_empty() || is_default {
            self.values.remove(key);
        } else {
            self.values.insert(key, kept);
        }
    }

    pub fn set_text(&mut self, key: &str, value: &str) {
        self.set(key, [value]);
    }

    pub fn enable(&mut self) {
        self.set_text("enabled", "true");
    }

    pub fn disable(&mut self) {
        self.set_text("enabled", "false");
    }

    /// Without what belongs to other kinds of reply.
    #[must_use]
    pub fn tidied(mut self) -> Self {
        let own = keys::KINDS.iter().find(|(kind, ..)| *kind == self.kind()).map(|(_, own, _)| *own);
        let Some(own) = own else { return self };
        for key in keys::KINDS.iter().flat_map(|(_, keys, _)| *keys).filter(|key| !own.contains(key)) {
            self.values.remove(key);
        }
        // A card is either of an article or of its own.
        if !own.contains(&"card") || own.contains(&"article") && !self.text("article").is_empty() {
            CARD.iter().for_each(|(key, _)| drop(self.values.remove(key)));
        }
        self
    }

    /// Every key that is written, with its values.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        self.values.iter().map(|(key, values)| (*key, values.as_slice()))
    }

    pub(super) fn has_card(&self) -> bool {
        CARD.iter().any(|(key, _)| self.values.contains_key(key))
    }
}

/// How a trigger is meant, and its text without the sign that says so.
pub fn trigger_mode(written: &str) -> (Mode, String) {
    let entry = TriggerEntry::read(&Written { text: written.into(), ..Written::default() });
    (entry.mode, entry.written.text.trim().to_owned())
}

pub(super) fn shape(key: &str) -> Shape {
    match key {
        "triggers" | "exclude" | "questions" | "on" | "accounts" | "courses" => Shape::List,
        "from" | "until" => Shape::Date,
        "waiting" | "enabled" => Shape::Flag,
        _ => Shape::Text,
    }
}

fn known(key: &str) -> Option<&'static str> {
    let of_rule = keys::RULE.iter().map(|known| known.name).filter(|known| *known != "card");
    of_rule.chain(CARD.iter().map(|(key, _)| *key)).find(|known| *known == key)
}

/// As it is read back: without white space around it, every line ending `\n`.
pub(super) fn tidy(value: &str) -> String {
    let value = value.trim();
    if value.contains('\r') { value.replace("\r\n", "\n").replace('\r', "\n") } else { value.to_owned() }
}
