//! A rehearsal as it looks on a phone. `parts/chat.html` draws it.

use super::super::words::{Sentence, Words};
use super::script::{Line, Script};
use crate::model::reply::Markup;
use crate::model::{Card, Reply, Span, Text};

pub(in crate::console) enum Bubble {
    Customer {
        text: String,
    },
    Answer {
        parts: Vec<Part>,
        cards: Vec<Card>,
        bytes: Option<usize>,
        rule: Option<String>,
    },
    /// What happened beside the conversation.
    Aside {
        text: Sentence<'static>,
    },
}

pub(in crate::console) enum Part {
    Plain(String),
    Link { label: String, url: String },
    Option { label: String, id: String },
}

impl Bubble {
    pub(super) fn all(script: &Script, t: &'static Words) -> Vec<Self> {
        script.lines.iter().map(|line| Self::of(line, t)).collect()
    }

    fn of(line: &Line, t: &'static Words) -> Self {
        let aside = |sentence: Sentence<'static>| Self::Aside { text: sentence };
        match line {
            Line::Said { text, .. } => Self::Customer { text: text.clone() },
            Line::Did { act, value } if value.is_empty() => {
                Self::Customer { text: format!("[{}]", t.say(&format!("try.act.{act}"))) }
            }
            Line::Did { act, value } => {
                Self::Customer { text: format!("[{} {value}]", t.say(&format!("try.act.{act}"))) }
            }
            Line::Answered { reply, rule_name, .. } => Self::answer(reply, rule_name.clone(), t),
            Line::Waited { minutes } => aside(t.say("try.waited").owned().with("minutes", minutes)),
            Line::MovedTo { at } => {
                aside(t.say("try.moved_to").owned().with("at", at.strftime("%Y-%m-%d %H:%M")))
            }
            Line::StartedOver => aside(t.say("try.started_over").owned()),
        }
    }

    pub(in crate::console) fn answer(reply: &Reply, rule: Option<String>, t: &'static Words) -> Self {
        let aside = |key| Self::Aside { text: t.say(key).owned() };
        let shown = |text: String| Self::Answer {
            parts: vec![Part::Plain(text)],
            cards: Vec::new(),
            bytes: None,
            rule: rule.clone(),
        };
        match reply {
            Reply::Silence => aside("try.silence"),
            Reply::Transfer { .. } => aside("try.transfer"),
            Reply::Text { text } => Self::Answer {
                parts: parts(text),
                cards: Vec::new(),
                bytes: Some(text.rendered_bytes(Markup::Wechat)),
                rule,
            },
            Reply::Cards { cards } => {
                Self::Answer { parts: Vec::new(), cards: cards.clone(), bytes: None, rule }
            }
            Reply::Image { .. } => shown(format!("[{}]", t.say("try.act.image"))),
            Reply::Voice { .. } => shown(format!("[{}]", t.say("try.act.voice"))),
            Reply::Video { title, .. } | Reply::Music { title, .. } => {
                shown(format!("[{}] {title}", t.say("try.act.video")))
            }
        }
    }
}

fn parts(text: &Text) -> Vec<Part> {
    let part = |span: &Span| match span {
        Span::Plain(text) => Part::Plain(text.clone()),
        Span::Link { label, url } => Part::Link { label: label.clone(), url: url.clone() },
        Span::Option { label, id } => Part::Option { label: label.clone(), id: id.clone() },
    };
    text.spans.iter().map(part).collect()
}
