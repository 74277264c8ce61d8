//! WeChat's elements as a message of ours. What is missing or broken becomes
//! empty or zero, and what is new becomes `Unknown`: a message is not lost
//! because WeChat changed a field. Only who wrote to whom must be there.

use crate::model::ids::InvalidId;
use crate::model::message::{AuthorizationChange, NotificationChoice, PictureSource};
use crate::model::{Content, CustomerId, Event};
use crate::platform::Refusal;

use super::xml::Element;

/// More than anybody types. The rest is cut off, so that the answer engine and
/// the store know the largest text there is.
pub const MAX_TEXT_BYTES: usize = 8 * 1024;

/// Everything else a message holds: keys, addresses, titles.
pub const MAX_FIELD_BYTES: usize = 2 * 1024;

/// Who sent it, except where WeChat itself tells of somebody.
pub fn whom_it_concerns(message: Element<'_>, content: &Content) -> Result<CustomerId, Refusal> {
    let sender = name(message, "FromUserName")?;
    match content {
        Content::Event(Event::AuthorizationChanged { subject: Some(subject), .. }) => {
            Ok(CustomerId::parse(subject).unwrap_or(sender))
        }
        _ => Ok(sender),
    }
}

/// The account the message was sent to: the sender of the reply.
pub fn recipient(message: Element<'_>) -> Result<String, Refusal> {
    name(message, "ToUserName").map(String::from)
}

/// Unix seconds; 0 when WeChat did not say.
pub fn sent_at(message: Element<'_>) -> i64 {
    number(message, "CreateTime")
}

/// TEMPLATESENDJOBFINISH and MASSSENDJOBFINISH write it with a capital D.
pub fn message_id(message: Element<'_>) -> &str {
    let id = message.field("MsgId");
    if id.is_empty() { message.field("MsgID") } else { id }
}

pub fn content(message: Element<'_>) -> Content {
    let text = |name| field(message, name);
    match message.field("MsgType").to_ascii_lowercase().as_str() {
        "text" => Content::Text {
            text: cut(message.field("Content"), MAX_TEXT_BYTES),
            option: Some(text("bizmsgmenuid")).filter(|id| !id.is_empty()),
        },
        "image" => Content::Image { picture_url: text("PicUrl"), media_id: text("MediaId") },
        "voice" => Content::Voice { media_id: text("MediaId"), format: text("Format") },
        "video" => Content::Video { media_id: text("MediaId"), thumb_media_id: text("ThumbMediaId") },
        "shortvideo" => {
            Content::ShortVideo { media_id: text("MediaId"), thumb_media_id: text("ThumbMediaId") }
        }
        "location" => Content::Location {
            latitude: degrees(message, "Location_X"),
            longitude: degrees(message, "Location_Y"),
            label: text("Label"),
        },
        "link" => Content::Link { title: text("Title"), description: text("Description"), url: text("Url") },
        "file" => Content::File { title: text("Title") },
        "event" => Content::Event(event(message)),
        unknown => Content::Unknown { kind: cut(unknown, MAX_FIELD_BYTES) },
    }
}

/// Names are told apart without regard to case: WeChat writes SCAN and CLICK,
/// and WeCom, from which messages may be forwarded, click.
fn event(message: Element<'_>) -> Event {
    let key = field(message, "EventKey");
    let name = field(message, "Event").to_ascii_lowercase();
    match name.as_str() {
        "subscribe" => Event::Follow { scene: key.strip_prefix("qrscene_").map(str::to_owned) },
        "unsubscribe" => Event::Unfollow,
        "scan" => Event::Scan { scene: key },
        "click" => Event::Click { key },
        "view" => Event::View { url: key },
        "view_miniprogram" => Event::ViewMiniProgram { page: key },
        "scancode_push" | "scancode_waitmsg" => scan_code(message, key, &name),
        "pic_sysphoto" => pictures(message, key, PictureSource::Camera),
        "pic_photo_or_album" => pictures(message, key, PictureSource::CameraOrAlbum),
        "pic_weixin" => pictures(message, key, PictureSource::Album),
        "location_select" => location_chosen(message, key),
        "location" => Event::LocationReported {
            latitude: degrees(message, "Latitude"),
            longitude: degrees(message, "Longitude"),
            precision: degrees(message, "Precision"),
        },
        "templatesendjobfinish" => {
            Event::TemplateSent { message_id: own_message_id(message), status: field(message, "Status") }
        }
        "masssendjobfinish" => Event::MassSent {
            message_id: own_message_id(message),
            status: field(message, "Status"),
            sent: number(message, "SentCount"),
            failed: number(message, "ErrorCount"),
        },
        "publishjobfinish" => published(message),
        "subscribe_msg_popup_event" => {
            Event::NotificationsAnswered { choices: choices(message, "SubscribeMsgPopupEvent") }
        }
        "subscribe_msg_change_event" => {
            Event::NotificationsChanged { choices: choices(message, "SubscribeMsgChangeEvent") }
        }
        "subscribe_msg_sent_event" => notification_sent(message),
        "kf_create_session" => Event::AgentSessionOpened { agent: field(message, "KfAccount") },
        "kf_close_session" => Event::AgentSessionClosed { agent: field(message, "KfAccount") },
        "kf_switch_session" => Event::AgentSessionPassed {
            from: field(message, "FromKfAccount"),
            to: field(message, "ToKfAccount"),
        },
        "user_info_modified" => authorization(message, AuthorizationChange::Modified),
        "user_authorization_revoke" => authorization(message, AuthorizationChange::Revoked),
        "user_authorization_cancellation" => authorization(message, AuthorizationChange::Cancelled),
        "qualification_verify_success" | "naming_verify_success" | "annual_renew" | "verify_expired" => {
            Event::AccountVerification { name, reason: field(message, "ExpiredTime") }
        }
        "qualification_verify_fail" | "naming_verify_fail" => {
            Event::AccountVerification { name, reason: field(message, "FailReason") }
        }
        _ => Event::Unknown { name, key },
    }
}

fn scan_code(message: Element<'_>, key: String, name: &str) -> Event {
    let info = message.child("ScanCodeInfo");
    Event::ScanCode {
        key,
        waits_for_reply: name == "scancode_waitmsg",
        kind: field_of(info, "ScanType"),
        result: field_of(info, "ScanResult"),
    }
}

fn pictures(message: Element<'_>, key: String, source: PictureSource) -> Event {
    let count = message.child("SendPicsInfo").map_or(0, |info| number(info, "Count"));
    Event::Pictures { source, key, count }
}

fn location_chosen(message: Element<'_>, key: String) -> Event {
    let info = message.child("SendLocationInfo");
    Event::LocationChosen {
        key,
        latitude: info.map_or(0.0, |info| degrees(info, "Location_X")),
        longitude: info.map_or(0.0, |info| degrees(info, "Location_Y")),
        label: field_of(info, "Label"),
    }
}

fn published(message: Element<'_>) -> Event {
    let info = message.child("PublishEventInfo");
    Event::Published {
        publish_id: field_of(info, "publish_id"),
        status: field_of(info, "publish_status"),
        article_id: field_of(info, "article_id"),
    }
}

/// `List` comes once for each template.
fn choices(message: Element<'_>, group: &str) -> Vec<NotificationChoice> {
    let lists = message.child(group).into_iter().flat_map(|group| group.children("List"));
    lists
        .map(|list| NotificationChoice {
            template_id: field(list, "TemplateId"),
            accepted: list.field("SubscribeStatusString") == "accept",
        })
        .collect()
}

fn notification_sent(message: Element<'_>) -> Event {
    let list = message.child("SubscribeMsgSentEvent").and_then(|group| group.child("List"));
    Event::NotificationSent {
        template_id: field_of(list, "TemplateId"),
        error_code: field_of(list, "ErrorCode"),
    }
}

fn authorization(message: Element<'_>, change: AuthorizationChange) -> Event {
    Event::AuthorizationChanged {
        change,
        subject: name(message, "OpenID").ok().map(String::from),
        revoked: field(message, "RevokeInfo"),
    }
}

fn own_message_id(message: Element<'_>) -> String {
    cut(message_id(message), MAX_FIELD_BYTES)
}

/// Both ends of a message are named alike: a short word without spaces.
fn name(message: Element<'_>, name: &'static str) -> Result<CustomerId, Refusal> {
    CustomerId::parse(message.field(name)).map_err(|reason| match reason {
        InvalidId::Empty => Refusal::MissingElement { name },
        InvalidId::TooLong { .. } | InvalidId::Character(_) => Refusal::BadElement { name },
    })
}

fn field(element: Element<'_>, name: &str) -> String {
    cut(element.field(name), MAX_FIELD_BYTES)
}

fn field_of(element: Option<Element<'_>>, name: &str) -> String {
    element.map_or_else(String::new, |element| field(element, name))
}

fn number<N: std::str::FromStr + Default>(element: Element<'_>, name: &str) -> N {
    element.field(name).trim().parse().unwrap_or_default()
}

fn degrees(element: Element<'_>, name: &str) -> f64 {
    Some(number::<f64>(element, name)).filter(|degrees| degrees.is_finite()).unwrap_or_default()
}

fn cut(text: &str, bytes: usize) -> String {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default().to_owned()
}
