//! What makes two deliveries the same message. WeChat asks again when an answer
//! was late or lost, and must then get the same one.

use sha2::{Digest, Sha256};

use crate::model::{AccountId, DeliveryKey};

use super::hex::push_hex;
use super::inbound;
use super::xml::Element;

/// Half of SHA-256: no two messages share it by chance.
const KEY_BYTES: usize = 16;

/// The time it was sent, so that keys sort by it, then a hash. MsgId alone is
/// too coarse (WxJava#333: messages of one moment shared it), and so are sender
/// and time for events (weixin-java-tools#66). What came without an id and is no
/// event is known by its whole text.
pub fn delivery_key(account: &AccountId, message: Element<'_>, xml: &str) -> DeliveryKey {
    let (id, event) = (inbound::message_id(message), message.field("Event"));
    let nameless = id.is_empty() && event.is_empty();
    let parts = [
        account.as_str(),
        message.field("FromUserName"),
        message.field("CreateTime"),
        id,
        event,
        message.field("EventKey"),
        message.field("AgentID"),
        match (nameless, event) {
            (true, _) => xml,
            (false, "") => "",
            // WeChat tells of several people in one second.
            (false, _) => message.field("OpenID"),
        },
    ];
    let mut hash = Sha256::new();
    for part in parts {
        // Lengths, so that no two lists of parts read alike when joined.
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let mut key = String::with_capacity(8 + 2 * KEY_BYTES);
    let sent_at = u32::try_from(inbound::sent_at(message)).unwrap_or(0);
    push_hex(&sent_at.to_be_bytes(), &mut key);
    push_hex(hash.finalize().get(..KEY_BYTES).unwrap_or_default(), &mut key);
    DeliveryKey::parse(&key).expect("hexadecimal digits are allowed in a key")
}

/// Tells whether a body is the one seen before, where no signature covers it.
pub fn body_digest(body: &[u8]) -> String {
    let mut digest = String::with_capacity(64);
    push_hex(&Sha256::digest(body), &mut digest);
    digest
}

#[cfg(test)]
mod tests {
    use super::super::xml::Document;
    use super::*;

    fn key(account: &str, fields: &str) -> String {
        let xml = format!("<xml>{fields}</xml>");
        let document = Document::read(&xml).expect("well-formed");
        let account = AccountId::parse(account).expect("a plain id");
        delivery_key(&account, document.root(), &xml).to_string()
    }

    const TEXT: &str = "<FromUserName>o1</FromUserName><CreateTime>1760000001</CreateTime><MsgType>text</MsgType><MsgId>7</MsgId>";
    const EVENT: &str = "<FromUserName>o1</FromUserName><CreateTime>1760000001</CreateTime><MsgType>event</MsgType><Event>CLICK</Event>";

    /// Each differs from TEXT or EVENT in one thing only.
    const OTHERS: &[(&str, &str, &str)] = &[
        ("another account", "b", TEXT),
        (
            "another customer with the same id (WxJava#333)",
            "a",
            "<FromUserName>o2</FromUserName><CreateTime>1760000001</CreateTime><MsgId>7</MsgId>",
        ),
        (
            "a later second",
            "a",
            "<FromUserName>o1</FromUserName><CreateTime>1760000002</CreateTime><MsgId>7</MsgId>",
        ),
        (
            "another id",
            "a",
            "<FromUserName>o1</FromUserName><CreateTime>1760000001</CreateTime><MsgId>8</MsgId>",
        ),
        (
            "another event of the same second (weixin-java-tools#66)",
            "a",
            "<FromUserName>o1</FromUserName><CreateTime>1760000001</CreateTime><Event>LOCATION</Event>",
        ),
        (
            "another button",
            "a",
            "<FromUserName>o1</FromUserName><CreateTime>1760000001</CreateTime><Event>CLICK</Event><EventKey>b</EventKey>",
        ),
        (
            "another agent",
            "a",
            "<FromUserName>o1</FromUserName><CreateTime>1760000001</CreateTime><Event>CLICK</Event><AgentID>2</AgentID>",
        ),
        (
            "another template message of the same second",
            "a",
            "<FromUserName>o1</FromUserName><CreateTime>1760000001</CreateTime><Event>CLICK</Event><MsgID>9</MsgID>",
        ),
        (
            "an event about somebody",
            "a",
            "<FromUserName>o1</FromUserName><CreateTime>1760000001</CreateTime><Event>CLICK</Event><OpenID>o8</OpenID>",
        ),
        (
            "an event about somebody else",
            "a",
            "<FromUserName>o1</FromUserName><CreateTime>1760000001</CreateTime><Event>CLICK</Event><OpenID>o9</OpenID>",
        ),
        (
            "parts that read alike when joined",
            "a",
            "<FromUserName>o11</FromUserName><CreateTime>760000001</CreateTime><MsgId>7</MsgId>",
        ),
    ];

    #[test]
    fn a_retry_has_the_same_key_and_every_other_message_its_own() {
        let mut keys = vec![key("a", TEXT), key("a", EVENT)];
        assert_eq!(key("a", TEXT), keys[0]);

        for (case, account, fields) in OTHERS {
            let other = key(account, fields);
            assert!(!keys.contains(&other), "{case}");
            keys.push(other);
        }
    }

    #[test]
    fn a_message_without_an_id_is_known_by_its_text() {
        let of =
            |content: &str| key("a", &format!("<FromUserName>o1</FromUserName><Content>{content}</Content>"));

        assert_eq!(of("好"), of("好"));
        assert_ne!(of("好"), of("不好"));
    }

    #[test]
    fn keys_sort_by_time_and_name_nobody() {
        assert!(key("a", TEXT).starts_with("68e77801")); // 1760000001
        assert_eq!(key("a", TEXT).len(), 40);
        assert!(key("a", "<CreateTime>soon</CreateTime>").starts_with("00000000"));
        assert!(key("a", "<CreateTime>-1</CreateTime>").starts_with("00000000"));
    }
}
