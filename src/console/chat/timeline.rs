//! What happened in a conversation, as bubbles and asides, the oldest first.

use jiff::Timestamp;

use super::super::names::Names;
use super::super::rehearse::{Bubble, Part};
use super::super::visit::Visit;
use super::super::when;
use super::super::words::{Sentence, Words};
use crate::model::{Card, DeliveryKey, OutcomeKind, Reply};
use crate::spreadsheet::WeekNames as _;
use crate::store::{Before, Entry, Exchange, Happened, TIMELINE_PAGE};

/// Of so many there may be older ones.
pub(super) const FULL: usize = TIMELINE_PAGE as usize;

pub(super) enum Line {
    Customer {
        at: String,
        text: String,
        /// There is an original behind the mask: its message's key.
        masked: Option<String>,
        /// The original is shown.
        is_revealed: bool,
    },
    Answer {
        at: String,
        text: Option<String>,
        cards: Vec<Card>,
        /// Which rule it was, or what else.
        by: Sentence<'static>,
        /// Where that rule is edited.
        rule: Option<String>,
        key: String,
        version: i64,
    },
    Note {
        at: String,
        who: String,
        text: String,
    },
    Aside {
        at: String,
        text: Sentence<'static>,
    },
}

/// `before` of an address: milliseconds, `-`, an entry's id.
pub(super) fn read_before(raw: &str) -> Option<Before> {
    let (millis, id) = raw.split_once('-')?;
    let at = Timestamp::from_millisecond(millis.parse().ok()?).ok()?;
    Some(Before { at, id: id.to_owned() })
}

pub(super) fn lines(
    entries: Vec<Entry>,
    names: &Names,
    visit: &Visit,
    revealed: Option<(&DeliveryKey, &str)>,
) -> Vec<Line> {
    let t = visit.caller.t;
    let mut lines = Vec::with_capacity(entries.len() * 2);
    for entry in entries.into_iter().rev() {
        let at = when::brief(&visit.console, entry.at, visit.now());
        match entry.what {
            Happened::Said(said) => {
                let original = revealed.filter(|(key, _)| **key == said.key).map(|(_, text)| text);
                lines.push(customer(&said, &at, original, t));
                lines.extend(answer(&said, at, names, t));
            }
            Happened::Noted { by, text } => lines.push(Line::Note { at, who: names.actor(&by), text }),
            Happened::Waits { reason } => {
                let reason = t.say(&format!("{}.{}", "chats.reason", reason.as_str()));
                lines.push(Line::Aside { at, text: t.say("chat.waits").owned().with("reason", reason) });
            }
            Happened::Taken { by } => {
                let text = t.say("chat.taken").owned().with("who", names.actor(&by));
                lines.push(Line::Aside { at, text });
            }
            Happened::WaitEnded { how } => {
                let how = t.say(&format!("{}.{how}", "chat.ended")).owned();
                lines.push(Line::Aside { at, text: how });
            }
            Happened::Lead { number, by, what } => {
                let what = t.say(&format!("{}.{}", "lead.what", what.as_str()));
                let text = t.say("chat.lead").owned().with("number", number).with("what", what);
                lines.push(Line::Aside { at, text: text.with("who", names.actor(&by)) });
            }
        }
    }
    lines
}

fn customer(said: &Exchange, at: &str, original: Option<&str>, t: &'static Words) -> Line {
    let kind = || t.find(&format!("{}.{}", "chats.kind", said.kind));
    let shown = match (original, &said.text, said.kind.as_str()) {
        (Some(original), _, _) => original.to_owned(),
        (None, Some(text), "text") => text.clone(),
        (None, None, "text") => t.say("chats.forgotten").into(),
        (None, _, other) => kind().map_or_else(|| format!("[{other}]"), |word| format!("[{word}]")),
    };
    Line::Customer {
        at: at.to_owned(),
        text: shown,
        masked: (said.is_masked && original.is_none()).then(|| said.key.to_string()),
        is_revealed: original.is_some(),
    }
}

/// Nothing where the bot said nothing and nobody wonders why.
fn answer(said: &Exchange, at: String, names: &Names, t: &'static Words) -> Option<Line> {
    if said.kind == "event" && said.reply == Reply::Silence {
        return None;
    }
    let by = by_what(said, names, t);
    let (text, cards) = match Bubble::answer(&said.reply, None, t) {
        Bubble::Answer { parts, cards, .. } => {
            let words: String = parts.into_iter().map(plain).collect();
            ((!words.is_empty()).then_some(words), cards)
        }
        Bubble::Customer { text } => (Some(text), Vec::new()),
        Bubble::Aside { text } => (Some(format!("（{text}）")), Vec::new()),
    };
    let rule = said.rule.as_ref().and_then(|rule| names.page_of_rule(rule));
    Some(Line::Answer { at, text, cards, by, rule, key: said.key.to_string(), version: said.version })
}

/// What was sent cannot be tapped here.
fn plain(part: Part) -> String {
    match part {
        Part::Plain(text) => text,
        Part::Link { label, .. } | Part::Option { label, .. } => label,
    }
}

pub(super) fn by_what(said: &Exchange, names: &Names, t: &'static Words) -> Sentence<'static> {
    if let (Some(rule), OutcomeKind::Answer | OutcomeKind::Form | OutcomeKind::Human) =
        (&said.rule, said.outcome)
    {
        return t.say("parts.by_rule").owned().with("rule", names.rule(rule));
    }
    t.say(&format!("{}.{}", "chats.outcome", said.outcome.as_str())).owned()
}
