//! Words that staff leave for a customer's next message: an account that may
//! not write first can still bring an answer that way. Pure.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::conversation::LeftWords;
use crate::model::{Content, Conversation, Outcome, Reply, Text};
use crate::rulebook::Phrase;

use super::decide::{Decided, Turn};

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
            Reply::Silence => self.outcome = Outcome::Human(None),
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
