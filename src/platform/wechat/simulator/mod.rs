//! Plays WeChat towards us: signs and encrypts what a customer does, and reads
//! what we answer. For `yingda send` and for tests. It mints signatures, so
//! nothing that answers the public may import it; a test sees to that.

mod compose;

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::model::message::TEST_NONCE_PREFIX;
use crate::model::{Card, Content, CustomerId, Reply};
use crate::platform::Delivery;

use super::Account;
use super::account::{Keys, Protection};
use super::crypto::DecryptError;
use super::xml::{Document, Element, Sheet, XmlError, decode, write};

#[derive(Debug)]
pub struct Simulator<'a> {
    account: &'a Account,
    nonce_prefix: &'static str,
}

/// A request as WeChat would send it.
#[derive(Clone, Debug)]
pub struct Signed {
    pub query: String,
    pub body: Vec<u8>,
}

/// The check of an address: the query of the GET, and what must come back.
#[derive(Clone, Debug)]
pub struct UrlCheck {
    pub query: String,
    pub echo: String,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableReply {
    #[error("回复不是 XML：{0}")]
    NotXml(#[from] XmlError),
    #[error("回复没有加密，而账号不是明文模式")]
    NotEncrypted,
    #[error("回复的签名不对")]
    WrongSignature,
    #[error("回复解不开：{0}")]
    Undecryptable(#[from] DecryptError),
    #[error("回复的类型 {kind} 不是微信的类型")]
    UnknownKind { kind: String },
}

impl Signed {
    pub fn delivery(&self) -> Delivery<'_> {
        Delivery { query: &self.query, body: &self.body }
    }
}

impl<'a> Simulator<'a> {
    pub fn new(account: &'a Account) -> Self {
        Self { account, nonce_prefix: "" }
    }

    /// What it delivers is known as a test, and stays out of statistics.
    #[must_use]
    pub fn marked_as_test(self) -> Self {
        Self { nonce_prefix: TEST_NONCE_PREFIX, ..self }
    }

    /// What WeChat would write when `customer` does this. Delivering it twice
    /// is a retry.
    pub fn compose(&self, content: &Content, customer: &CustomerId, now: Timestamp) -> Vec<u8> {
        write(|xml| {
            xml.text("ToUserName", self.original_id());
            xml.text("FromUserName", customer.as_str());
            xml.number("CreateTime", now.as_second());
            compose::put_content(xml, content);
        })
    }

    /// Signs, and encrypts as the account's mode asks.
    pub fn deliver(&self, xml: &[u8], now: Timestamp) -> Signed {
        let stamp = self.stamp(now);
        match &self.account.protection {
            Protection::Plain => Signed { query: stamp.query(), body: xml.to_vec() },
            Protection::Compatible(keys) => stamp.encrypted(keys, xml, |sheet| put_fields(sheet, xml)),
            Protection::Safe(keys) => {
                stamp.encrypted(keys, xml, |sheet| sheet.text("ToUserName", self.original_id()))
            }
        }
    }

    pub fn url_check(&self, now: Timestamp) -> UrlCheck {
        let echo = rand::random::<u64>().to_string();
        let query = self.stamp(now).query();
        UrlCheck { query: format!("{query}&echostr={echo}"), echo }
    }

    /// What the customer would see; text comes as written on the wire.
    pub fn read_reply(&self, body: &[u8]) -> Result<Reply, UnreadableReply> {
        if matches!(body, b"success" | b"") {
            return Ok(Reply::Silence);
        }
        let outer = decode(body);
        let outer = Document::read(&outer)?;
        let Some(keys) = self.account.keys() else { return read_reply(outer.root()) };
        let inner = self.decrypt_reply(outer.root(), keys)?;
        let inner = decode(&inner);
        read_reply(Document::read(&inner)?.root())
    }

    fn stamp(&self, now: Timestamp) -> Stamp<'a> {
        let number = rand::random_range(100_000_000..2_000_000_000_u32);
        let nonce = format!("{}{number}", self.nonce_prefix);
        Stamp { account: self.account, timestamp: now.as_second().to_string(), nonce }
    }

    fn original_id(&self) -> &str {
        self.account.original_id.as_deref().unwrap_or("gh_simulator")
    }

    fn decrypt_reply(&self, envelope: Element<'_>, keys: &Keys) -> Result<Vec<u8>, UnreadableReply> {
        let encrypted = envelope.field("Encrypt");
        if encrypted.is_empty() {
            return Err(UnreadableReply::NotEncrypted);
        }
        let parts = [envelope.field("TimeStamp"), envelope.field("Nonce"), encrypted];
        if !self.account.token.has_signed(&parts, envelope.field("MsgSignature")) {
            return Err(UnreadableReply::WrongSignature);
        }
        Ok(keys.current.decrypt(encrypted, &keys.app_id)?)
    }
}

/// Timestamp, nonce and the signature over both.
struct Stamp<'a> {
    account: &'a Account,
    timestamp: String,
    nonce: String,
}

impl Stamp<'_> {
    fn query(&self) -> String {
        let Self { timestamp, nonce, .. } = self;
        let signature = self.account.token.sign(&[timestamp, nonce]);
        format!("signature={signature}&timestamp={timestamp}&nonce={}", escaped(nonce))
    }

    fn encrypted(&self, keys: &Keys, xml: &[u8], beside: impl FnOnce(&mut Sheet)) -> Signed {
        let encrypted = keys.current.encrypt(xml, &keys.app_id, rand::random());
        let signature = self.account.token.sign(&[&self.timestamp, &self.nonce, &encrypted]);
        let query = format!("{}&encrypt_type=aes&msg_signature={signature}", self.query());
        let body = write(|sheet| {
            beside(sheet);
            sheet.text("Encrypt", &encrypted);
        });
        Signed { query, body }
    }
}

fn escaped(value: &str) -> String {
    utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
}

/// 兼容模式 sends the plain elements beside the encrypted one.
fn put_fields(sheet: &mut Sheet, xml: &[u8]) {
    let xml = decode(xml);
    let Ok(document) = Document::read(&xml) else { return };
    for name in ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "Event", "MsgId"] {
        if let Some(element) = document.root().child(name) {
            sheet.text(name, element.text());
        }
    }
}

fn read_reply(xml: Element<'_>) -> Result<Reply, UnreadableReply> {
    let own = |name: &str| xml.field(name).to_owned();
    let within = |group: &str, name: &str| {
        xml.child(group).map_or_else(String::new, |group| group.field(name).to_owned())
    };
    Ok(match xml.field("MsgType") {
        "text" => Reply::text(own("Content")),
        "news" => Reply::Cards { cards: read_cards(xml) },
        "image" => Reply::Image { media_id: within("Image", "MediaId") },
        "voice" => Reply::Voice { media_id: within("Voice", "MediaId") },
        "video" => Reply::Video {
            media_id: within("Video", "MediaId"),
            title: within("Video", "Title"),
            description: within("Video", "Description"),
        },
        "music" => Reply::Music {
            title: within("Music", "Title"),
            description: within("Music", "Description"),
            url: within("Music", "MusicUrl"),
            hq_url: within("Music", "HQMusicUrl"),
            thumb_media_id: within("Music", "ThumbMediaId"),
        },
        "transfer_customer_service" => Reply::Transfer {
            agent: Some(within("TransInfo", "KfAccount")).filter(|agent| !agent.is_empty()),
        },
        kind => return Err(UnreadableReply::UnknownKind { kind: kind.to_owned() }),
    })
}

fn read_cards(xml: Element<'_>) -> Vec<Card> {
    let items = xml.child("Articles").into_iter().flat_map(|articles| articles.children("item"));
    items
        .map(|item| Card {
            title: item.field("Title").to_owned(),
            description: item.field("Description").to_owned(),
            picture: Some(item.field("PicUrl").to_owned()).filter(|url| !url.is_empty()),
            url: item.field("Url").to_owned(),
        })
        .collect()
}
