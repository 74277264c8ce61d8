//! The WeChat official account: signatures, encryption, XML. From a delivery to
//! a proven message, and from a reply to the body of the answer. Not here:
//! whether a message is new (conversation), HTTP (webhook), calls to WeChat.

mod account;
mod crypto;
mod fingerprint;
mod hex;
mod inbound;
mod query;
mod reply;
mod signature;
pub mod simulator;
pub mod xml;

use std::borrow::Cow;

use jiff::Timestamp;

use crate::model::message::{Covers, TEST_NONCE_PREFIX};
use crate::model::{Message, Proof, Reply};
use crate::platform::{Checked, Delivery, KeyUsed, Opened, Refusal, Sealed, TokenUsed};

use account::{Keys, Protection};
use query::Query;
use xml::{Document, Element};

pub use crate::model::Encryption;
pub use crate::model::credentials::{InvalidAesKey, InvalidToken};
pub use account::{Account, InvalidAccount, Settings};
pub use crypto::{DecryptError, EncodingAesKey};
pub use inbound::{MAX_FIELD_BYTES, MAX_TEXT_BYTES};
pub use reply::limits;
pub use signature::Token;

/// WeChat's messages have a few KB, three times that in 兼容模式. Ours to
/// choose; larger bodies are refused before anything looks into them.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// An echostr has about 20 digits, an encrypted one about 90 characters.
const MAX_ECHO_BYTES: usize = 512;

const XML: &str = "text/xml; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// A query under which a message may come.
#[derive(Debug)]
pub struct Admitted<'q> {
    query: Query<'q>,
    seconds: i64,
    /// Plain mode, where the signature covers no more than the query.
    signed_by: Option<TokenUsed>,
}

impl Admitted<'_> {
    /// The `timestamp` it says. Proven in plain mode alone.
    pub fn timestamp(&self) -> i64 {
        self.seconds
    }

    fn proof(&self, covers: Covers) -> Result<Proof, Refusal> {
        Ok(Proof { timestamp: self.seconds, nonce: self.query.nonce()?.to_owned(), covers })
    }
}

impl Account {
    /// The echo that proves we know the token. The check of an address carries
    /// `signature` alone, in every mode; an encrypted echo is understood too.
    pub fn verify_url(&self, query: &str) -> Result<Checked, Refusal> {
        let query = Query::parse(query)?;
        query.seconds()?;
        let (echo, token) = match self.keys() {
            Some(keys) if query.says_encrypted() && query.msg_signature().is_ok() => {
                let token = self.check_body_signature(&query, query.echostr()?)?;
                let (echo, _) = decrypt(keys, query.echostr()?)?;
                (String::from_utf8(echo).map_err(|_| Refusal::BadEcho)?, token)
            }
            Some(_) | None => {
                let token = self.check_url_signature(&query)?;
                (query.echostr()?.to_owned(), token)
            }
        };
        // We answer with it, so it must never be a page or a script.
        let is_plain = echo.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(&byte));
        if !is_plain || echo.len() > MAX_ECHO_BYTES {
            return Err(Refusal::BadEcho);
        }
        Ok(Checked { echo, token, is_test: query.nonce()?.starts_with(TEST_NONCE_PREFIX) })
    }

    pub fn open(&self, delivery: Delivery<'_>) -> Result<Opened, Refusal> {
        self.open_admitted(&self.admit(delivery.query)?, delivery.body)
    }

    /// What can be told without the body: a query that could bring no message
    /// is refused before a byte of the body is waited for.
    pub fn admit<'q>(&self, query: &'q str) -> Result<Admitted<'q>, Refusal> {
        let query = Query::parse(query)?;
        let seconds = query.seconds()?;
        let signed_by = match &self.protection {
            Protection::Plain => Some(self.check_url_signature(&query)?),
            Protection::Compatible(_) | Protection::Safe(_) => {
                if query.msg_signature().is_err() {
                    let missing = Refusal::MissingParameter { name: "msg_signature" };
                    return Err(self.why_not_encrypted(&query, missing));
                }
                query.nonce()?;
                None
            }
        };
        Ok(Admitted { query, seconds, signed_by })
    }

    /// Whether the URL is signed. In the encrypted modes that is no proof of the
    /// message, and WeChat need not sign it; but whoever did knows the token.
    pub fn has_signed_url(&self, admitted: &Admitted<'_>) -> bool {
        admitted.signed_by.is_some() || self.check_url_signature(&admitted.query).is_ok()
    }

    pub fn open_admitted(&self, admitted: &Admitted<'_>, body: &[u8]) -> Result<Opened, Refusal> {
        let size = body.len();
        if size > MAX_BODY_BYTES {
            return Err(Refusal::TooLarge { size });
        }
        match (&self.protection, admitted.signed_by) {
            (Protection::Plain, Some(token)) => self.open_plain(admitted, body, token),
            // Another account's admission: it says nothing here.
            (Protection::Plain, None) => Err(Refusal::WrongSignature),
            (Protection::Compatible(keys) | Protection::Safe(keys), _) => {
                self.open_encrypted(admitted, body, keys)
            }
        }
    }

    pub fn seal(&self, reply: &Reply, opened: &Opened, now: Timestamp) -> Sealed {
        let Some(xml) = reply::render(reply, &opened.message, now) else {
            // Never encrypted, in any mode. Source: 消息推送.
            return Sealed { content_type: TEXT, body: b"success".to_vec() };
        };
        let body = match self.keys() {
            None => xml,
            Some(keys) => {
                let encrypted = keys.that_was(opened.key).encrypt(&xml, &keys.app_id, rand::random());
                let (timestamp, nonce) = (now.as_second(), &opened.message.proof.nonce);
                let token = self.token_that_was(opened.token);
                let signature = token.sign(&[&timestamp.to_string(), nonce, &encrypted]);
                reply::envelope(&encrypted, &signature, timestamp, nonce)
            }
        };
        Sealed { content_type: XML, body }
    }

    /// The signature covers the URL alone; the digest lets `conversation` notice
    /// another body under a URL it has seen.
    fn open_plain(&self, admitted: &Admitted<'_>, body: &[u8], token: TokenUsed) -> Result<Opened, Refusal> {
        let covers = Covers::UrlOnly { digest: fingerprint::body_digest(body) };
        let xml = xml::decode(body);
        let message = self.read(&xml, admitted.proof(covers)?)?;
        Ok(Opened { message, key: KeyUsed::None, token })
    }

    /// What stands beside `Encrypt` (compatible mode) is not authenticated and
    /// is not looked at.
    fn open_encrypted(&self, admitted: &Admitted<'_>, body: &[u8], keys: &Keys) -> Result<Opened, Refusal> {
        let query = &admitted.query;
        let envelope = xml::decode(body);
        let envelope = Document::read(&envelope)?;
        let encrypted = envelope.root().field("Encrypt").trim();
        if encrypted.is_empty() {
            return Err(self.why_not_encrypted(query, Refusal::MissingElement { name: "Encrypt" }));
        }
        let token = self.check_body_signature(query, encrypted)?;
        let (inner, key) = decrypt(keys, encrypted)?;
        let inner: Cow<'_, str> = xml::decode(&inner);
        let message = self.read(&inner, admitted.proof(Covers::Body)?)?;
        Ok(Opened { message, key, token })
    }

    fn read(&self, xml: &str, proof: Proof) -> Result<Message, Refusal> {
        let document = Document::read(xml)?;
        let root = document.root();
        if self.keys().is_none() && is_encrypted_only(root) {
            return Err(Refusal::EncryptedInPlainMode);
        }
        let content = inbound::content(root);
        Ok(Message {
            account: self.id.clone(),
            customer: inbound::whom_it_concerns(root, &content)?,
            addressed_to: self.check_recipient(root)?,
            sent_at: inbound::sent_at(root),
            key: fingerprint::delivery_key(&self.id, root, xml),
            content,
            proof,
        })
    }

    fn check_recipient(&self, message: Element<'_>) -> Result<String, Refusal> {
        let found = inbound::recipient(message)?;
        match &self.original_id {
            Some(expected) if *expected != found => {
                Err(Refusal::WrongOriginalId { expected: expected.clone(), found })
            }
            Some(_) | None => Ok(found),
        }
    }

    fn check_url_signature(&self, query: &Query<'_>) -> Result<TokenUsed, Refusal> {
        let parts = [query.timestamp()?, query.nonce()?];
        self.signer(&parts, query.signature()?).ok_or(Refusal::WrongSignature)
    }

    fn check_body_signature(&self, query: &Query<'_>, encrypted: &str) -> Result<TokenUsed, Refusal> {
        let parts = [query.timestamp()?, query.nonce()?, encrypted];
        if let Some(token) = self.signer(&parts, query.msg_signature()?) {
            return Ok(token);
        }
        // WeChat signs the URL too, which tells a wrong token from a wrong body.
        match self.check_url_signature(query) {
            Ok(_) => Err(Refusal::BodyAltered),
            Err(_) => Err(Refusal::WrongSignature),
        }
    }

    /// Whether WeChat itself sends plaintext, or somebody else does.
    fn why_not_encrypted(&self, query: &Query<'_>, missing: Refusal) -> Refusal {
        if query.signature().is_err() {
            return missing;
        }
        match self.check_url_signature(query) {
            Ok(_) => Refusal::PlaintextInEncryptedMode { expected: self.encryption() },
            Err(refusal) => refusal,
        }
    }
}

fn is_encrypted_only(message: Element<'_>) -> bool {
    message.field("MsgType").is_empty() && !message.field("Encrypt").is_empty()
}

/// After a change of key WeChat may use the previous one for a while.
fn decrypt(keys: &Keys, encrypted: &str) -> Result<(Vec<u8>, KeyUsed), Refusal> {
    let error = match keys.current.decrypt(encrypted, &keys.app_id) {
        Ok(message) => return Ok((message, KeyUsed::Current)),
        Err(error) => error,
    };
    let Some(previous) = &keys.previous else { return Err(refusal_for(keys, error)) };
    match previous.decrypt(encrypted, &keys.app_id) {
        Ok(message) => Ok((message, KeyUsed::Previous)),
        // The key was right, so this is the error that explains.
        Err(error @ DecryptError::Receiver { .. }) => Err(refusal_for(keys, error)),
        Err(_) => Err(refusal_for(keys, error)),
    }
}

fn refusal_for(keys: &Keys, error: DecryptError) -> Refusal {
    match error {
        DecryptError::NotBase64 | DecryptError::Length { .. } => Refusal::BrokenCiphertext,
        DecryptError::Padding | DecryptError::MessageLength => Refusal::WrongAesKey,
        DecryptError::Receiver { found } => Refusal::WrongAppId { expected: keys.app_id.clone(), found },
    }
}
