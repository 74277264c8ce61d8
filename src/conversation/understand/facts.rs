//! Several facts in one message: 「某县税务局，50人左右，四月中旬去」. Only what is
//! certain without being asked for.

use jiff::civil::Date;

use super::{people, phone, segments, unit, when};
use crate::model::lead::AnswerKind;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub kind: AnswerKind,
    pub value: String,
}

/// What a message holds, and what of it is nothing of the kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub known: Vec<Fact>,
    pub rest: Vec<String>,
}

pub fn facts(text: &str, today: Date) -> Facts {
    let mut facts = Facts::default();
    let found = phone::find(text);
    if !found.numbers.is_empty() {
        facts.note(AnswerKind::Phone, found.numbers.join("、"));
    }
    for segment in segments(if facts.known.is_empty() { text } else { &found.rest }) {
        if is_filler(segment) {
            continue;
        }
        if let Some(value) = people::certain(segment) {
            facts.note(AnswerKind::People, value);
        } else if let Some(value) = when::certain(segment, today) {
            facts.note(AnswerKind::When, value);
        } else if unit::looks_like_unit(segment) {
            facts.note(AnswerKind::Unit, unit::clean(segment));
        } else {
            facts.rest.push(segment.to_owned());
        }
    }
    facts
}

/// What stands around a telephone number.
fn is_filler(segment: &str) -> bool {
    const WORDS: &[&str] = &[
        "电话",
        "手机",
        "我的电话",
        "我的电话是",
        "电话是",
        "手机号",
        "手机号是",
        "我的手机号",
        "联系电话",
        "号码",
        "请联系我",
        "联系我",
        "谢谢",
        "您好",
        "你好",
        "麻烦了",
    ];
    WORDS.contains(&segment.trim_end_matches(['：', ':']))
}

impl Facts {
    pub fn of(&self, kind: AnswerKind) -> Option<&str> {
        self.known.iter().find(|fact| fact.kind == kind).map(|fact| fact.value.as_str())
    }

    /// The first of a kind counts; a second is left over.
    fn note(&mut self, kind: AnswerKind, value: String) {
        match self.of(kind) {
            Some(_) => self.rest.push(value),
            None => self.known.push(Fact { kind, value }),
        }
    }
}
