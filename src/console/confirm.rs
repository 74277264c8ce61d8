//! 「确定吗」: the page between a dangerous button and its deed. It works
//! without JavaScript, has an address of its own, and says what will happen.

use askama::Template;

use super::frame::Frame;
use super::visit::Visit;
use super::words::Sentence;

#[derive(Template)]
#[template(path = "console/pages/confirm.html")]
pub(super) struct Confirm {
    frame: Frame,
    title: Sentence<'static>,
    consequence: Sentence<'static>,
    button: Sentence<'static>,
    /// Where the deed is sent.
    action: String,
    back: String,
}

impl Confirm {
    /// `words` is the beginning of three keys: `….title`, `….consequence`, `….button`.
    pub(super) fn new(visit: &Visit, words: &str, action: &str, back: &str) -> Self {
        Self::about(visit, words, "", action, back)
    }

    /// The same, with `{subject}` filled in.
    pub(super) fn about(visit: &Visit, words: &str, subject: &str, action: &str, back: &str) -> Self {
        let t = visit.caller.t;
        let part = |part: &str| t.say(&format!("{words}.{part}")).owned().with("subject", subject);
        Self {
            frame: visit.frame(""),
            title: part("title"),
            consequence: part("consequence"),
            button: part("button"),
            action: action.to_owned(),
            back: back.to_owned(),
        }
    }

    /// One more value for the consequence.
    pub(super) fn filled(self, name: &str, value: &str) -> Self {
        Self { consequence: self.consequence.with(name, value), ..self }
    }
}
