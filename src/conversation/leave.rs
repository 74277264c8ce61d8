//! Words that staff leave for a customer's next message: an account that may
//! not write first can still bring an answer that way. Pure.

use std::time::Duration;

use jiff::Timestamp;

use crate::answer::{is_courtesy, normalize};
use crate::model::conversation::LeftWords;
use crate::model::{Content, Conversation, Outcome, Reply, Text};
use crate::rulebook::Phrase;

use super::decide::{Decided, Turn};
use super::words;

/// Older words answer what nobody remembers asking.
pub const WORDS_WAIT_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// WeChat takes 2047 bytes in one text, so the words are never cut, and a reply
/// begins behind them; what of it does not fit follows on 继续. 400 characters
/// are longer than anybody reads on a phone.
pub const MAX_WORDS_BYTES: usize = 1_200;

/// What was left before is replaced.
pub fn leave(conversation: &Conversation, by: &str, text: &str, now: Timestamp) -> Conversation {
    let left = LeftWords { by: by.into(), text: text.to_owned(), at: now };
    Conversation { left: Some(Box::new(left)), ..conversation.clone() }
}

pub fn take_back(conversation: &Conversation) -> Conversation {
    Conversation { left: None, ..conversation.clone() }
}

/// What still waits to be said at `now`.
pub fn waiting(conversation: &Conversation, now: Timestamp) -> Option<&LeftWords> {
    let left = conversation.left.as_deref()?;
    (now.duration_since(left.at).unsigned_abs() <= WORDS_WAIT_FOR).then_some(left)
}

impl Decided {
    /// A greeting, thanks, or that something was not understood: a menu behind
    /// what staff wrote would hide it, so the words go alone.
    pub(super) fn giving_way(mut self, turn: &Turn<'_>) -> Self {
        if self.erases || waiting(turn.situation.conversation, turn.situation.now).is_none() {
            return self;
        }
        match self.outcome {
            Outcome::Answer(_) if turn.is_pleasantry() => self.outcome = Outcome::Human(None),
            // It stays among what no rule answered.
            Outcome::Fallback if matches!(turn.message.content, Content::Text { .. }) => {}
            Outcome::Answer(_)
            | Outcome::Fallback
            | Outcome::Choices(_)
            | Outcome::Form(_)
            | Outcome::Human(_)
            | Outcome::Silence => return self,
        }
        self.reply = Reply::Silence;
        // What was not said was not offered either.
        self.conversation.offered.clone_from(&turn.situation.conversation.offered);
        self.conversation.more = None;
        self
    }

    /// The reply with what was left in front of it. One without words, or one
    /// that goes on over several messages, leaves that to the next.
    pub(super) fn bringing(mut self, turn: &Turn<'_>) -> Self {
        let now = turn.situation.now;
        if self.erases || matches!(turn.message.content, Content::Event(_)) {
            return self;
        }
        let Some(left) = waiting(turn.situation.conversation, now) else { return self };
        let mut whole = turn.sentence(Phrase::StaffWords);
        whole.push_line(Text::plain(left.text.as_str()));
        match &mut self.reply {
            Reply::Text { text } if self.conversation.more.is_none() => {
                whole.push("\n\n");
                whole.spans.append(&mut text.spans);
            }
            Reply::Silence if self.outcome == Outcome::Silence => self.outcome = Outcome::Human(None),
            Reply::Silence => {}
            Reply::Text { .. }
            | Reply::Cards { .. }
            | Reply::Image { .. }
            | Reply::Voice { .. }
            | Reply::Video { .. }
            | Reply::Music { .. }
            | Reply::Transfer { .. } => return self,
        }
        self.conversation.left = None;
        self.reply = turn.fit(whole, &self.outcome, &mut self.conversation);
        self
    }
}

impl Turn<'_> {
    /// 在吗, 谢谢, 嗯: typed, and nothing is asked.
    fn is_pleasantry(&self) -> bool {
        let Content::Text { text, option: None } = &self.message.content else { return false };
        let text = normalize(text);
        is_courtesy(&text) || words::is_acknowledgement(&text)
    }
}
