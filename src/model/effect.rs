//! What a decision changes beside the reply and the conversation: committed in
//! the same transaction, so that a promise made in a reply is kept in the store.

use serde::{Deserialize, Serialize};

use super::ids::DeliveryKey;
use super::lead::{LeadForm, Source};

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
    /// The customer followed or scanned: how they came is remembered.
    Came { source: Option<Source> },
    /// Everything about the customer up to this message is erased.
    Erase,
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

impl WaitReason {
    pub const ALL: [Self; 4] = [Self::Asked, Self::Media, Self::Complaint, Self::Form];

    /// A stable word for the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Media => "media",
            Self::Complaint => "complaint",
            Self::Form => "form",
        }
    }

    /// As staff read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Asked => "要找人工",
            Self::Media => "发来图片、语音或视频",
            Self::Complaint => "投诉",
            Self::Form => "填表时要找人工",
        }
    }

    pub fn parse(stored: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == stored)
    }
}
