//! One folder per channel, the same file names in each. Knows the wire, knows
//! no rule.

mod refusal;
pub mod wechat;
pub mod wecom_robot;

use jiff::Timestamp;

use crate::model::{AccountId, Content, Limits, Message, Reply};

pub use refusal::Refusal;

/// How one account talks to its platform.
#[derive(Debug)]
pub enum Channel {
    Wechat(wechat::Account),
}

/// One request of a platform, as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Delivery<'a> {
    /// What stands after the `?`, not decoded.
    pub query: &'a str,
    pub body: &'a [u8],
}

/// A query under which a message may come: the body is worth waiting for.
#[derive(Debug)]
pub enum Admitted<'q> {
    Wechat(wechat::Admitted<'q>),
}

/// A delivery whose sender and content are proven.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    pub message: Message,
    pub key: KeyUsed,
    pub token: TokenUsed,
}

/// A check of our address that was passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// What the platform wants to hear.
    pub echo: String,
    pub token: TokenUsed,
    pub is_test: bool,
}

/// Which token signed: the answer is signed with the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenUsed {
    Current,
    /// The platform still uses the token before the last change.
    Previous,
}

/// Which key opened the delivery: the answer is closed with the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyUsed {
    None,
    Current,
    /// The platform still uses the key before the last change.
    Previous,
}

/// The body of an HTTP response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

impl Admitted<'_> {
    /// When it was sent, by what it says. Unix seconds.
    pub fn timestamp(&self) -> i64 {
        match self {
            Self::Wechat(admitted) => admitted.timestamp(),
        }
    }
}

impl Channel {
    pub fn account(&self) -> &AccountId {
        match self {
            Self::Wechat(account) => account.id(),
        }
    }

    /// The answer to the platform's check of our address (GET).
    pub fn verify_url(&self, query: &str) -> Result<Checked, Refusal> {
        match self {
            Self::Wechat(account) => account.verify_url(query),
        }
    }

    /// Refuses what cannot bring a message, whatever its body holds.
    pub fn admit<'q>(&self, query: &'q str) -> Result<Admitted<'q>, Refusal> {
        match self {
            Self::Wechat(account) => account.admit(query).map(Admitted::Wechat),
        }
    }

    /// Whether whoever sent it knows the token, as far as the query can tell.
    pub fn has_signed_url(&self, admitted: &Admitted<'_>) -> bool {
        match (self, admitted) {
            (Self::Wechat(account), Admitted::Wechat(admitted)) => account.has_signed_url(admitted),
        }
    }

    /// Verifies, decrypts, parses. Whether the delivery is stale or a replay is
    /// judged later, from the `Proof` in the message.
    pub fn open(&self, delivery: Delivery<'_>) -> Result<Opened, Refusal> {
        self.open_admitted(&self.admit(delivery.query)?, delivery.body)
    }

    pub fn open_admitted(&self, admitted: &Admitted<'_>, body: &[u8]) -> Result<Opened, Refusal> {
        match (self, admitted) {
            (Self::Wechat(account), Admitted::Wechat(admitted)) => account.open_admitted(admitted, body),
        }
    }

    /// What a reply to such a message may hold.
    pub fn limits(&self, content: &Content) -> Limits {
        match self {
            Self::Wechat(_) => wechat::limits(content),
        }
    }

    pub fn seal(&self, reply: &Reply, opened: &Opened, now: Timestamp) -> Sealed {
        match self {
            Self::Wechat(account) => account.seal(reply, opened, now),
        }
    }
}
