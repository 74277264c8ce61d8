//! What came in, whatever channel it came by. A platform turns its wire format
//! into a `Message`; nobody after it sees XML. Anything new that a platform
//! invents arrives as `Unknown` and survives.

use super::ids::{AccountId, CustomerId, DeliveryKey};

#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    pub account: AccountId,
    pub customer: CustomerId,
    /// The account's name on the wire (WeChat: `gh_…`); the reply's sender.
    pub addressed_to: String,
    /// Unix seconds, as the platform stamped it.
    pub sent_at: i64,
    /// Equal for every delivery of the same message.
    pub key: DeliveryKey,
    pub content: Content,
    pub proof: Proof,
}

/// How `yingda send` begins its nonces. A nonce is signed, so nobody without the
/// token can mark a message as a test; WeChat's own nonces are numbers.
pub const TEST_NONCE_PREFIX: &str = "yingda-test-";

impl Message {
    /// Sent to try things out: stays out of statistics and misses.
    pub fn is_test(&self) -> bool {
        self.proof.nonce.starts_with(TEST_NONCE_PREFIX)
    }
}

/// What the platform proved about a delivery. `conversation::once` judges it.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// Unix seconds, from the URL.
    pub timestamp: i64,
    pub nonce: String,
    pub covers: Covers,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    /// The signature covers the body too (safe and compatible mode).
    Body,
    /// It covers the URL alone (plain mode): whoever sees one URL could put any
    /// body under it. `digest` tells whether this is the body seen before.
    UrlOnly { digest: String },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Text {
        text: String,
        /// The id of the option that was tapped (`bizmsgmenuid`), if one was.
        option: Option<String>,
    },
    Image {
        picture_url: String,
        media_id: String,
    },
    Voice {
        media_id: String,
        format: String,
    },
    Video {
        media_id: String,
        thumb_media_id: String,
    },
    ShortVideo {
        media_id: String,
        thumb_media_id: String,
    },
    Location {
        latitude: f64,
        longitude: f64,
        label: String,
    },
    Link {
        title: String,
        description: String,
        url: String,
    },
    File {
        title: String,
    },
    Event(Event),
    /// A message type nobody had heard of when this was written.
    Unknown {
        kind: String,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// 关注. `scene` is set when the customer came by a QR code with a scene.
    Follow {
        scene: Option<String>,
    },
    /// 取消关注: the customer's data must be erased.
    Unfollow,
    /// 扫码, by somebody who follows already.
    Scan {
        scene: String,
    },
    /// A menu button with a key.
    Click {
        key: String,
    },
    /// A menu button that opens a page.
    View {
        url: String,
    },
    ViewMiniProgram {
        page: String,
    },
    ScanCode {
        key: String,
        waits_for_reply: bool,
        kind: String,
        result: String,
    },
    /// A menu button that asks for pictures; they follow as image messages.
    Pictures {
        source: PictureSource,
        key: String,
        count: u32,
    },
    LocationChosen {
        key: String,
        latitude: f64,
        longitude: f64,
        label: String,
    },
    /// LOCATION: reported by the phone, not chosen by the customer.
    LocationReported {
        latitude: f64,
        longitude: f64,
        precision: f64,
    },
    TemplateSent {
        message_id: String,
        status: String,
    },
    MassSent {
        message_id: String,
        status: String,
        sent: u32,
        failed: u32,
    },
    Published {
        publish_id: String,
        status: String,
        article_id: String,
    },
    /// The customer answered a pop-up that asks to be notified.
    NotificationsAnswered {
        choices: Vec<NotificationChoice>,
    },
    /// The customer changed that answer in the settings.
    NotificationsChanged {
        choices: Vec<NotificationChoice>,
    },
    NotificationSent {
        template_id: String,
        error_code: String,
    },
    /// WeChat's own agents took, closed or passed on a conversation.
    AgentSessionOpened {
        agent: String,
    },
    AgentSessionClosed {
        agent: String,
    },
    AgentSessionPassed {
        from: String,
        to: String,
    },
    /// user_info_modified, user_authorization_revoke or _cancellation. WeChat
    /// itself sends it; the customer of such a message is its `subject`.
    AuthorizationChanged {
        change: AuthorizationChange,
        subject: Option<String>,
        revoked: String,
    },
    /// 微信认证: qualification, naming, annual renewal, expiry.
    AccountVerification {
        /// Which of them, as WeChat names the event, lower case.
        name: String,
        reason: String,
    },
    Unknown {
        /// Lower case.
        name: String,
        key: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotificationChoice {
    pub template_id: String,
    pub accepted: bool,
}

/// pic_sysphoto, pic_photo_or_album, pic_weixin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureSource {
    Camera,
    CameraOrAlbum,
    Album,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthorizationChange {
    Modified,
    Revoked,
    Cancelled,
}

impl Content {
    /// A stable word for logs, metrics and the store.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Image { .. } => "image",
            Self::Voice { .. } => "voice",
            Self::Video { .. } => "video",
            Self::ShortVideo { .. } => "shortvideo",
            Self::Location { .. } => "location",
            Self::Link { .. } => "link",
            Self::File { .. } => "file",
            Self::Event(_) => "event",
            Self::Unknown { .. } => "unknown",
        }
    }

    pub fn text(text: &str) -> Self {
        Self::Text { text: text.to_owned(), option: None }
    }
}

impl Event {
    /// 取消关注, or an authorisation that was withdrawn or ended with its account:
    /// whatever is known of the person must be erased. Source: 接收事件推送,
    /// 授权用户信息变更.
    pub fn erases(&self) -> bool {
        match self {
            Self::Unfollow => true,
            Self::AuthorizationChanged { change, subject, .. } => match change {
                AuthorizationChange::Revoked | AuthorizationChange::Cancelled => subject.is_some(),
                AuthorizationChange::Modified => false,
            },
            Self::Follow { .. }
            | Self::Scan { .. }
            | Self::Click { .. }
            | Self::View { .. }
            | Self::ViewMiniProgram { .. }
            | Self::ScanCode { .. }
            | Self::Pictures { .. }
            | Self::LocationChosen { .. }
            | Self::LocationReported { .. }
            | Self::TemplateSent { .. }
            | Self::MassSent { .. }
            | Self::Published { .. }
            | Self::NotificationsAnswered { .. }
            | Self::NotificationsChanged { .. }
            | Self::NotificationSent { .. }
            | Self::AgentSessionOpened { .. }
            | Self::AgentSessionClosed { .. }
            | Self::AgentSessionPassed { .. }
            | Self::AccountVerification { .. }
            | Self::Unknown { .. } => false,
        }
    }

    /// WeChat's name for it, lower case: what staff write in a rule's `on`.
    pub fn name(&self) -> &str {
        match self {
            Self::Follow { .. } => "subscribe",
            Self::Unfollow => "unsubscribe",
            Self::Scan { .. } => "scan",
            Self::Click { .. } => "click",
            Self::View { .. } => "view",
            Self::ViewMiniProgram { .. } => "view_miniprogram",
            Self::ScanCode { waits_for_reply: true, .. } => "scancode_waitmsg",
            Self::ScanCode { waits_for_reply: false, .. } => "scancode_push",
            Self::Pictures { source, .. } => source.name(),
            Self::LocationChosen { .. } => "location_select",
            Self::LocationReported { .. } => "location",
            Self::TemplateSent { .. } => "templatesendjobfinish",
            Self::MassSent { .. } => "masssendjobfinish",
            Self::Published { .. } => "publishjobfinish",
            Self::NotificationsAnswered { .. } => "subscribe_msg_popup_event",
            Self::NotificationsChanged { .. } => "subscribe_msg_change_event",
            Self::NotificationSent { .. } => "subscribe_msg_sent_event",
            Self::AgentSessionOpened { .. } => "kf_create_session",
            Self::AgentSessionClosed { .. } => "kf_close_session",
            Self::AgentSessionPassed { .. } => "kf_switch_session",
            Self::AuthorizationChanged { change, .. } => change.name(),
            Self::AccountVerification { name, .. } | Self::Unknown { name, .. } => name,
        }
    }
}

impl PictureSource {
    fn name(self) -> &'static str {
        match self {
            Self::Camera => "pic_sysphoto",
            Self::CameraOrAlbum => "pic_photo_or_album",
            Self::Album => "pic_weixin",
        }
    }
}

impl AuthorizationChange {
    fn name(self) -> &'static str {
        match self {
            Self::Modified => "user_info_modified",
            Self::Revoked => "user_authorization_revoke",
            Self::Cancelled => "user_authorization_cancellation",
        }
    }
}
