//! What a customer does, as WeChat writes it.

use crate::model::message::NotificationChoice;
use crate::model::{Content, Event};

use super::super::xml::Sheet;

pub fn put_content(xml: &mut Sheet, content: &Content) {
    match content {
        Content::Event(event) => return put_event(xml, event),
        Content::Unknown { kind } => xml.text("MsgType", kind),
        Content::Text { .. }
        | Content::Image { .. }
        | Content::Voice { .. }
        | Content::Video { .. }
        | Content::ShortVideo { .. }
        | Content::Location { .. }
        | Content::Link { .. }
        | Content::File { .. } => xml.text("MsgType", content.kind()),
    }
    put_message(xml, content);
    xml.number("MsgId", rand::random_range(1..i64::MAX));
}

fn put_message(xml: &mut Sheet, content: &Content) {
    match content {
        Content::Text { text, option } => {
            xml.text("Content", text);
            if let Some(option) = option {
                xml.text("bizmsgmenuid", option);
            }
        }
        Content::Image { picture_url, media_id } => {
            put(xml, &[("PicUrl", picture_url), ("MediaId", media_id)]);
        }
        Content::Voice { media_id, format } => put(xml, &[("MediaId", media_id), ("Format", format)]),
        Content::Video { media_id, thumb_media_id } | Content::ShortVideo { media_id, thumb_media_id } => {
            put(xml, &[("MediaId", media_id), ("ThumbMediaId", thumb_media_id)]);
        }
        Content::Location { latitude, longitude, label } => {
            put_place(xml, *latitude, *longitude, label);
        }
        Content::Link { title, description, url } => {
            put(xml, &[("Title", title), ("Description", description), ("Url", url)]);
        }
        Content::File { title } => xml.text("Title", title),
        Content::Event(_) | Content::Unknown { .. } => {}
    }
}

fn put_event(xml: &mut Sheet, event: &Event) {
    xml.text("MsgType", "event");
    xml.text("Event", event.name());
    match event {
        Event::Follow { scene } => {
            if let Some(scene) = scene {
                xml.text("EventKey", &format!("qrscene_{scene}"));
            }
        }
        Event::Unfollow => {}
        Event::Scan { scene: key }
        | Event::Click { key }
        | Event::View { url: key }
        | Event::ViewMiniProgram { page: key }
        | Event::Unknown { key, .. } => xml.text("EventKey", key),
        Event::ScanCode { key, kind, result, waits_for_reply: _ } => {
            xml.text("EventKey", key);
            xml.group("ScanCodeInfo", |info| put(info, &[("ScanType", kind), ("ScanResult", result)]));
        }
        Event::Pictures { key, count, source: _ } => {
            xml.text("EventKey", key);
            xml.group("SendPicsInfo", |info| info.number("Count", i64::from(*count)));
        }
        Event::LocationChosen { key, latitude, longitude, label } => {
            xml.text("EventKey", key);
            xml.group("SendLocationInfo", |info| put_place(info, *latitude, *longitude, label));
        }
        Event::LocationReported { latitude, longitude, precision } => {
            xml.text("Latitude", &latitude.to_string());
            xml.text("Longitude", &longitude.to_string());
            xml.text("Precision", &precision.to_string());
        }
        Event::TemplateSent { .. }
        | Event::MassSent { .. }
        | Event::Published { .. }
        | Event::NotificationsAnswered { .. }
        | Event::NotificationsChanged { .. }
        | Event::NotificationSent { .. }
        | Event::AgentSessionOpened { .. }
        | Event::AgentSessionClosed { .. }
        | Event::AgentSessionPassed { .. }
        | Event::AuthorizationChanged { .. }
        | Event::AccountVerification { .. } => put_notice(xml, event),
    }
}

/// Events that no customer caused.
fn put_notice(xml: &mut Sheet, event: &Event) {
    match event {
        Event::TemplateSent { message_id, status } => put(xml, &[("MsgID", message_id), ("Status", status)]),
        Event::MassSent { message_id, status, sent, failed } => {
            put(xml, &[("MsgID", message_id), ("Status", status)]);
            xml.number("SentCount", i64::from(*sent));
            xml.number("ErrorCount", i64::from(*failed));
        }
        Event::Published { publish_id, status, article_id } => xml.group("PublishEventInfo", |info| {
            put(info, &[("publish_id", publish_id), ("publish_status", status), ("article_id", article_id)]);
        }),
        Event::NotificationsAnswered { choices } => put_choices(xml, "SubscribeMsgPopupEvent", choices),
        Event::NotificationsChanged { choices } => put_choices(xml, "SubscribeMsgChangeEvent", choices),
        Event::NotificationSent { template_id, error_code } => xml.group("SubscribeMsgSentEvent", |group| {
            group.group("List", |list| put(list, &[("TemplateId", template_id), ("ErrorCode", error_code)]));
        }),
        Event::AgentSessionOpened { agent } | Event::AgentSessionClosed { agent } => {
            xml.text("KfAccount", agent);
        }
        Event::AgentSessionPassed { from, to } => put(xml, &[("FromKfAccount", from), ("ToKfAccount", to)]),
        Event::AuthorizationChanged { subject, revoked, change: _ } => {
            put(xml, &[("OpenID", subject.as_deref().unwrap_or_default()), ("RevokeInfo", revoked)]);
        }
        Event::AccountVerification { reason, name } => {
            xml.text(if name.ends_with("_fail") { "FailReason" } else { "ExpiredTime" }, reason);
        }
        Event::Follow { .. }
        | Event::Unfollow
        | Event::Scan { .. }
        | Event::Click { .. }
        | Event::View { .. }
        | Event::ViewMiniProgram { .. }
        | Event::ScanCode { .. }
        | Event::Pictures { .. }
        | Event::LocationChosen { .. }
        | Event::LocationReported { .. }
        | Event::Unknown { .. } => {}
    }
}

fn put(xml: &mut Sheet, fields: &[(&str, &str)]) {
    for (name, value) in fields {
        xml.text(name, value);
    }
}

fn put_place(xml: &mut Sheet, latitude: f64, longitude: f64, label: &str) {
    xml.text("Location_X", &latitude.to_string());
    xml.text("Location_Y", &longitude.to_string());
    xml.text("Label", label);
}

fn put_choices(xml: &mut Sheet, group: &str, choices: &[NotificationChoice]) {
    xml.group(group, |group| {
        for choice in choices {
            group.group("List", |list| {
                list.text("TemplateId", &choice.template_id);
                list.text("SubscribeStatusString", if choice.accepted { "accept" } else { "reject" });
            });
        }
    });
}
