//! What a decision changes beside the reply and the conversation: committed in
//! the same transaction, so that a promise made in a reply is kept in the store.

use serde::{Deserialize, Serialize};

use super::ids::DeliveryKey;
use super::lead::LeadForm;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// A form was handed in; a lead with this number is made, or replaced.
    Lead(Box<LeadForm>),
    /// The customer joins those who wait for a person.
    Wait(WaitReason),
    /// The customer left that list by themselves (退出人工).
    StopWaiting,
    /// The question asked back in that message was answered by tapping.
    Settle(DeliveryKey),
}

/// Why somebody waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WaitReason {
    /// They asked for one.
    Asked,
    /// A picture, a video or a recording that the bot cannot read.
    Media,
    /// 投诉 always reaches a person.
    Complaint,
    /// A form was answered with 人工.
    Form,
}
