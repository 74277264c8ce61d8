//! 消息加解密方式: how an account's messages are protected on the wire. It is
//! pinned where the account is set up; a request never chooses.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// 明文模式: the signature does not cover the body.
    Plain,
    /// 兼容模式: both come; the encrypted part counts.
    Compatible,
    /// 安全模式.
    Safe,
}

impl Encryption {
    /// The safest first.
    pub const ALL: [Self; 3] = [Self::Safe, Self::Compatible, Self::Plain];

    /// As WeChat's own settings call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "明文模式",
            Self::Compatible => "兼容模式",
            Self::Safe => "安全模式",
        }
    }

    /// A stable word for the store and for forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Compatible => "compatible",
            Self::Safe => "safe",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == word)
    }
}
