//! Who takes over when a customer asks for a person: an account's `human`
//! setting.

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Human {
    /// Nobody can answer in the chat: contacts are given.
    #[default]
    Contacts,
    /// WeChat's own agents take the customer (`transfer_customer_service`).
    Wechat,
    /// Our own list of waiting customers.
    Yingda,
}

impl Human {
    pub const ALL: [Self; 3] = [Self::Contacts, Self::Wechat, Self::Yingda];

    /// A stable word for settings, the store and forms.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Wechat => "wechat",
            Self::Yingda => "yingda",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|human| human.as_str() == word)
    }
}

/// Whether staff are told of what waits for them. Only then may the bot say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alerts {
    /// Nothing reaches them by itself: they look into the list.
    #[default]
    None,
    /// A notification channel is configured.
    Reach,
}
