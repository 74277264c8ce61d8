//! Passive replies: what is answered on the connection the message came by. A
//! wrong one makes WeChat show the customer 「该公众号提供的服务出现故障」, so
//! what cannot be sent (no text, no card) becomes silence.

use jiff::Timestamp;

use crate::model::{Card, Content, Event, Limits, Message, Reply, Text};

use super::xml::{Sheet, write};

/// Cards in the answer to what a customer did rather than wrote. Source:
/// 被动回复用户消息, in force since 2018-10-12.
const MAX_CARDS: usize = 8;

/// What a reply to such a message may hold.
pub fn limits(content: &Content) -> Limits {
    match content {
        Content::Text { .. }
        | Content::Image { .. }
        | Content::Voice { .. }
        | Content::Video { .. }
        | Content::ShortVideo { .. }
        | Content::Location { .. }
        | Content::Link { .. }
        | Content::File { .. }
        | Content::Unknown { .. } => Limits::STRICTEST,
        Content::Event(event) => limits_of_event(event),
    }
}

fn limits_of_event(event: &Event) -> Limits {
    match event {
        Event::Follow { .. } | Event::Scan { .. } | Event::Click { .. } => {
            Limits { cards: MAX_CARDS, ..Limits::STRICTEST }
        }
        Event::Unfollow
        | Event::View { .. }
        | Event::ViewMiniProgram { .. }
        | Event::ScanCode { .. }
        | Event::Pictures { .. }
        | Event::LocationChosen { .. }
        | Event::LocationReported { .. }
        | Event::TemplateSent { .. }
        | Event::MassSent { .. }
        | Event::Published { .. }
        | Event::NotificationsAnswered { .. }
        | Event::NotificationsChanged { .. }
        | Event::NotificationSent { .. }
        | Event::AgentSessionOpened { .. }
        | Event::AgentSessionClosed { .. }
        | Event::AgentSessionPassed { .. }
        | Event::AuthorizationChanged { .. }
        | Event::AccountVerification { .. }
        | Event::Unknown { .. } => Limits::STRICTEST,
    }
}

/// The reply as XML, or None when nothing is to be said.
pub fn render(reply: &Reply, message: &Message, now: Timestamp) -> Option<Vec<u8>> {
    let limits = limits(&message.content);
    let head = Head { message, now };
    match reply {
        Reply::Silence => None,
        Reply::Text { text } => {
            let text = fitting(text, limits)?;
            Some(head.write("text", |xml| xml.text("Content", &text)))
        }
        Reply::Cards { cards } if cards.is_empty() => None,
        Reply::Cards { cards } => Some(head.write("news", |xml| put_cards(xml, cards, limits.cards))),
        Reply::Image { media_id } => Some(head.write("image", |xml| put_media(xml, "Image", media_id))),
        Reply::Voice { media_id } => Some(head.write("voice", |xml| put_media(xml, "Voice", media_id))),
        Reply::Video { media_id, title, description } => Some(head.write("video", |xml| {
            xml.group("Video", |video| {
                video.text("MediaId", media_id);
                put_optional(video, "Title", title);
                put_optional(video, "Description", description);
            });
        })),
        Reply::Music { title, description, url, hq_url, thumb_media_id } => {
            Some(head.write("music", |xml| {
                xml.group("Music", |music| {
                    put_optional(music, "Title", title);
                    put_optional(music, "Description", description);
                    put_optional(music, "MusicUrl", url);
                    put_optional(music, "HQMusicUrl", hq_url);
                    music.text("ThumbMediaId", thumb_media_id);
                });
            }))
        }
        Reply::Transfer { agent } => Some(head.write("transfer_customer_service", |xml| {
            if let Some(agent) = agent {
                xml.group("TransInfo", |info| info.text("KfAccount", agent));
            }
        })),
    }
}

/// The envelope of an encrypted reply. The signature covers the timestamp and
/// the nonce written here.
pub fn envelope(encrypted: &str, signature: &str, timestamp: i64, nonce: &str) -> Vec<u8> {
    write(|xml| {
        xml.text("Encrypt", encrypted);
        xml.text("MsgSignature", signature);
        // The one element that Tencent's sample library writes bare.
        xml.number("TimeStamp", timestamp);
        xml.text("Nonce", nonce);
    })
}

struct Head<'m> {
    message: &'m Message,
    now: Timestamp,
}

impl Head<'_> {
    fn write(&self, kind: &str, fill: impl FnOnce(&mut Sheet)) -> Vec<u8> {
        write(|xml| {
            xml.text("ToUserName", self.message.customer.as_str());
            // The `gh_…` the message was sent to, never the AppID.
            xml.text("FromUserName", &self.message.addressed_to);
            xml.number("CreateTime", self.now.as_second());
            xml.text("MsgType", kind);
            fill(xml);
        })
    }
}

/// The conversation has cut the text already; this is the last line of defence
/// against a reply that WeChat would drop.
fn fitting(text: &Text, limits: Limits) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    if text.rendered_bytes(limits.markup) <= limits.text_bytes {
        return Some(text.render(limits.markup));
    }
    let (part, _) = text.clone().fit(limits, &Text::default());
    Some(part.render(limits.markup))
}

fn put_cards(xml: &mut Sheet, cards: &[Card], limit: usize) {
    let cards = cards.get(..limit).unwrap_or(cards);
    xml.number("ArticleCount", i64::try_from(cards.len()).unwrap_or(0));
    xml.group("Articles", |articles| {
        for card in cards {
            articles.group("item", |item| {
                item.text("Title", &card.title);
                item.text("Description", &card.description);
                item.text("PicUrl", card.picture.as_deref().unwrap_or_default());
                item.text("Url", &card.url);
            });
        }
    });
}

fn put_media(xml: &mut Sheet, group: &str, media_id: &str) {
    xml.group(group, |media| media.text("MediaId", media_id));
}

fn put_optional(xml: &mut Sheet, name: &str, value: &str) {
    if !value.is_empty() {
        xml.text(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_is_written_as_tencents_sample_is() {
        let written = envelope("QUJD", "0a1b", 1_760_000_000, "415670741");

        assert_eq!(
            String::from_utf8_lossy(&written),
            "<xml><Encrypt><![CDATA[QUJD]]></Encrypt><MsgSignature><![CDATA[0a1b]]></MsgSignature>\
             <TimeStamp>1760000000</TimeStamp><Nonce><![CDATA[415670741]]></Nonce></xml>"
        );
    }
}
