//! What people mean by what they type into a form: headcounts, times, telephone
//! numbers, units. Pure, and never a panic, whatever was typed. Not here: which
//! field is asked for, and what is said when it was not understood (`form`).

mod facts;
mod numerals;
mod people;
pub mod phone;
mod scan;
mod unit;
mod when;

use jiff::civil::Date;

use crate::model::lead::AnswerKind;
use crate::text::Normalized;

pub use facts::{Facts, facts};
pub use people::is_surprising;
pub use unit::{looks_like_unit, names_a_person};

/// What somebody said who has not decided yet.
pub const UNDECIDED: &str = "待定";

/// Longer than this is no answer to a short question.
pub const MOST_CHARACTERS: usize = 200;

/// What a text says about a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// All of it was understood.
    Clear(String),
    /// Something was understood; the rest is kept beside it.
    Partly(String),
    /// Nothing; with what is wrong, where that can be told.
    Unclear(Option<String>),
}

pub fn read(kind: AnswerKind, text: &str, today: Date) -> Reading {
    if kind != AnswerKind::Phone && is_undecided(text) {
        return Reading::Clear(UNDECIDED.to_owned());
    }
    match kind {
        AnswerKind::People => people::read(text),
        AnswerKind::When => when::read(text, today),
        AnswerKind::Phone => phone::read(text),
        AnswerKind::Unit => named(unit::clean(text)),
        AnswerKind::Name => named(clean(text)),
        AnswerKind::Text => clear(clean(text)),
    }
}

/// A sentence without the marks around it, on one line. The brackets that mean
/// 〔待填写〕 in a rulebook mean nothing in what a customer wrote.
pub fn clean(text: &str) -> String {
    let on_one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let on_one_line = on_one_line.replace('〔', "（").replace('〕', "）");
    let marks =
        |c: char| matches!(c, '。' | '，' | ',' | '.' | '；' | ';' | '、' | '！' | '!' | ' ' | '：' | ':');
    on_one_line.trim_matches(marks).to_owned()
}

/// A digit names nobody.
fn named(text: String) -> Reading {
    if text.chars().any(char::is_alphabetic) { Reading::Clear(text) } else { Reading::Unclear(None) }
}

fn clear(text: String) -> Reading {
    if text.chars().any(char::is_alphanumeric) { Reading::Clear(text) } else { Reading::Unclear(None) }
}

/// What was understood, with the words that tell more.
fn with_words(value: &str, text: &str) -> String {
    const MOST: usize = 60;
    let words: String = clean(text).chars().take(MOST).collect();
    format!("{value}（{words}）")
}

/// The parts of a text between marks.
fn segments(text: &str) -> impl Iterator<Item = &str> {
    let marks = ['，', ',', '。', '；', ';', '、', '\n', '！', '!', ' ', '\u{3000}'];
    text.split(marks).map(str::trim).filter(|segment| !segment.is_empty())
}

fn is_undecided(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "没定",
        "还没定",
        "没有定",
        "还没有定",
        "未定",
        "暂未定",
        "待定",
        "暂定",
        "没定好",
        "还没定好",
        "定不了",
        "不确定",
        "还不确定",
        "没确定",
        "还没确定",
        "尚未确定",
        "未确定",
        "不知道",
        "还不知道",
        "不清楚",
        "还不清楚",
        "没想好",
        "还没想好",
        "说不好",
        "说不准",
        "看情况",
        "再说",
        "再定",
        "到时候再说",
        "到时再说",
        "以后再说",
        "商量中",
        "还在商量",
        "都行",
        "都可以",
        "随便",
        "随意",
        "另定",
        "暂时没定",
        "暂时不确定",
        "目前没定",
        "目前不确定",
        "没谱",
        "看领导",
        "听领导的",
        "看领导安排",
        "没有",
        "暂无",
        "未知",
    ];
    let normalized = Normalized::new(text);
    let plain = normalized.as_str().trim_end_matches(['呢', '吧', '啊', '呀', '的', '哦', '了']);
    WORDS.contains(&plain) || WORDS.contains(&normalized.as_str())
}

#[cfg(test)]
mod tests;
