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

/// Whether staff are told of what waits for them. Only then may the bot say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alerts {
    /// Nothing reaches them by itself: they look into the list.
    #[default]
    None,
    /// A notification channel is configured.
    Reach,
}
