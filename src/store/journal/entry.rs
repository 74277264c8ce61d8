//! What the journal holds of a message, as bytes: short, and read back exactly.
//! What waits for the database is kept as these bytes too, and read where it
//! lies. Not here: sealing (frame), files (segment).

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::clock::from_millis;
use crate::model::{AccountId, CustomerId, DeliveryKey, Effect, OutcomeKind, RuleId};
use crate::store::message::{Record, SignedUrl};

/// One step of what changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry(Arc<[u8]>);

/// What stands in an entry.
#[derive(Clone, Debug)]
pub enum View<'a> {
    Message(MessageView<'a>),
    /// Plain mode: a retry came under a URL of its own.
    SignedUrl(UrlView<'a>),
}

#[derive(Clone, Debug)]
pub struct MessageView<'a> {
    pub account: &'a str,
    pub key: &'a str,
    pub customer: &'a str,
    pub received_at: i64,
    pub kind: &'a str,
    pub body: Option<&'a str>,
    pub outcome: OutcomeKind,
    pub rule: Option<&'a str>,
    pub version: i64,
    /// JSON, as it is stored.
    pub reply: &'a str,
    pub is_test: bool,
    pub conversation: Option<&'a str>,
    pub is_personal: bool,
    pub revision: i64,
    /// JSON; None where there are none.
    effects: Option<&'a str>,
    pub nearest: Option<&'a str>,
    pub took_us: i64,
    /// Its id and the digest of the body.
    pub signed_url: Option<(&'a str, &'a str)>,
}

#[derive(Clone, Copy, Debug)]
pub struct UrlView<'a> {
    pub account: &'a str,
    pub id: &'a str,
    pub digest: &'a str,
    pub seen_at: i64,
}

#[derive(Debug)]
pub struct NotedUrl {
    pub account: AccountId,
    pub url: SignedUrl,
    pub seen_at: Timestamp,
}

const MESSAGE: u8 = 1;
const SIGNED_URL: u8 = 2;

const OUTCOMES: [OutcomeKind; 6] = [
    OutcomeKind::Answer,
    OutcomeKind::Choices,
    OutcomeKind::Form,
    OutcomeKind::Human,
    OutcomeKind::Fallback,
    OutcomeKind::Silence,
];

/// Most messages need less, with their reply.
const USUAL_BYTES: usize = 1_024;

impl Entry {
    pub fn message(record: &Record) -> Self {
        let mut bytes = Vec::with_capacity(USUAL_BYTES);
        write_message(record, &mut bytes);
        Self(bytes.into())
    }

    pub fn signed_url(noted: &NotedUrl) -> Self {
        let mut bytes = Vec::new();
        bytes.push(SIGNED_URL);
        put(&mut bytes, noted.account.as_str());
        put_url(&mut bytes, &noted.url);
        put_number(&mut bytes, noted.seen_at.as_millisecond());
        Self(bytes.into())
    }

    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// None when these are not bytes that we write, which never happens.
    pub fn view(&self) -> Option<View<'_>> {
        Reader(&self.0).view()
    }

    /// Whose it is, account and customer, without reading the rest. A signed
    /// URL is nobody's.
    pub fn whose(&self) -> (&str, &str) {
        self.names().map_or(("", ""), |(_key, whose)| whose)
    }

    /// Its key, and whose it is, as long as it is a message.
    pub fn names(&self) -> Option<(&str, (&str, &str))> {
        let mut reader = Reader(&self.0);
        let (kind, account, key) = (reader.byte()?, reader.text()?, reader.text()?);
        if kind != MESSAGE {
            return None;
        }
        Some((key, (account, reader.text()?)))
    }

    /// All entries of a frame; None when its bytes are not what we write.
    pub fn read_all(bytes: &[u8]) -> Option<Vec<Self>> {
        let mut reader = Reader(bytes);
        let mut entries = Vec::new();
        while !reader.0.is_empty() {
            let before = reader.0;
            if let View::Message(message) = reader.view()? {
                message.record()?;
            }
            let (entry, _) = before.split_at_checked(before.len() - reader.0.len())?;
            entries.push(Self(entry.into()));
        }
        Some(entries)
    }
}

impl UrlView<'_> {
    pub fn noted(&self) -> Option<NotedUrl> {
        let account = AccountId::parse(self.account).ok()?;
        let url = SignedUrl { id: self.id.to_owned(), digest: self.digest.to_owned() };
        Some(NotedUrl { account, url, seen_at: from_millis(self.seen_at) })
    }
}

impl MessageView<'_> {
    pub fn has_effects(&self) -> bool {
        self.effects.is_some()
    }

    pub fn effects(&self) -> Option<Vec<Effect>> {
        self.effects.map_or(Some(Vec::new()), |json| serde_json::from_str(json).ok())
    }

    pub fn erases(&self) -> bool {
        self.has_effects() && self.effects().is_some_and(|effects| effects.contains(&Effect::Erase))
    }

    /// The record it was made of.
    pub fn record(&self) -> Option<Record> {
        let signed_url =
            self.signed_url.map(|(id, digest)| SignedUrl { id: id.to_owned(), digest: digest.to_owned() });
        Some(Record {
            account: AccountId::parse(self.account).ok()?,
            key: DeliveryKey::parse(self.key).ok()?,
            customer: CustomerId::parse(self.customer).ok()?,
            received_at: from_millis(self.received_at),
            kind: Cow::Owned(self.kind.to_owned()),
            body: self.body.map(str::to_owned),
            outcome: self.outcome,
            rule: self.rule.map(RuleId::parse).transpose().ok()?,
            version: self.version,
            reply: serde_json::from_str(self.reply).ok()?,
            is_test: self.is_test,
            conversation: self.conversation.map(str::to_owned),
            is_personal: self.is_personal,
            revision: self.revision,
            effects: self.effects()?,
            nearest: self.nearest.map(str::to_owned),
            signed_url,
            took_us: self.took_us,
        })
    }
}

fn write_message(record: &Record, out: &mut Vec<u8>) {
    out.push(MESSAGE);
    put(out, record.account.as_str());
    put(out, record.key.as_str());
    put(out, record.customer.as_str());
    put_number(out, record.received_at.as_millisecond());
    put(out, &record.kind);
    put_optional(out, record.body.as_deref());
    let outcome = OUTCOMES.iter().position(|known| *known == record.outcome);
    out.push(outcome.and_then(|at| u8::try_from(at).ok()).unwrap_or_default());
    put_optional(out, record.rule.as_ref().map(RuleId::as_str));
    put_number(out, record.version);
    put_json(out, &record.reply);
    out.push(u8::from(record.is_test));
    put_optional(out, record.conversation.as_deref());
    out.push(u8::from(record.is_personal));
    put_number(out, record.revision);
    let effects = (!record.effects.is_empty()).then(|| serde_json::to_string(&record.effects).ok());
    put_optional(out, effects.flatten().as_deref());
    put_optional(out, record.nearest.as_deref());
    put_number(out, record.took_us);
    match &record.signed_url {
        Some(url) => {
            out.push(1);
            put_url(out, url);
        }
        None => out.push(0),
    }
}

fn put(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&length(text.len()));
    out.extend_from_slice(text.as_bytes());
}

/// Straight into the bytes; its length is known afterwards.
fn put_json(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    let at = out.len();
    out.extend_from_slice(&length(0));
    let start = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(start);
    }
    let written = length(out.len() - start);
    if let Some(place) = out.get_mut(at..start) {
        place.copy_from_slice(&written);
    }
}

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes()
}

fn put_optional(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => {
            out.push(1);
            put(out, text);
        }
        None => out.push(0),
    }
}

fn put_number(out: &mut Vec<u8>, number: i64) {
    out.extend_from_slice(&number.to_be_bytes());
}

fn put_url(out: &mut Vec<u8>, url: &SignedUrl) {
    put(out, &url.id);
    put(out, &url.digest);
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn view(&mut self) -> Option<View<'a>> {
        match self.byte()? {
            MESSAGE => self.message().map(View::Message),
            SIGNED_URL => {
                let account = self.text()?;
                let (id, digest) = self.url()?;
                Some(View::SignedUrl(UrlView { account, id, digest, seen_at: self.number()? }))
            }
            _ => None,
        }
    }

    fn message(&mut self) -> Option<MessageView<'a>> {
        Some(MessageView {
            account: self.text()?,
            key: self.text()?,
            customer: self.text()?,
            received_at: self.number()?,
            kind: self.text()?,
            body: self.optional()?,
            outcome: *OUTCOMES.get(usize::from(self.byte()?))?,
            rule: self.optional()?,
            version: self.number()?,
            reply: self.text()?,
            is_test: self.byte()? != 0,
            conversation: self.optional()?,
            is_personal: self.byte()? != 0,
            revision: self.number()?,
            effects: self.optional()?,
            nearest: self.optional()?,
            took_us: self.number()?,
            signed_url: if self.byte()? == 0 { None } else { Some(self.url()?) },
        })
    }

    fn url(&mut self) -> Option<(&'a str, &'a str)> {
        Some((self.text()?, self.text()?))
    }

    fn bytes(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.bytes(1)?.first().copied()
    }

    fn number(&mut self) -> Option<i64> {
        Some(i64::from_be_bytes(self.bytes(8)?.try_into().ok()?))
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = u32::from_be_bytes(self.bytes(4)?.try_into().ok()?);
        std::str::from_utf8(self.bytes(usize::try_from(length).ok()?)?).ok()
    }

    fn optional(&mut self) -> Option<Option<&'a str>> {
        if self.byte()? == 0 { Some(None) } else { self.text().map(Some) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Effect, Reply};

    fn record(body: Option<String>, outcome: usize, url: Option<SignedUrl>) -> Record {
        Record {
            account: AccountId::parse("main").expect("a slug"),
            key: DeliveryKey::parse("00aa").expect("a slug"),
            customer: CustomerId::parse("o1").expect("printable"),
            received_at: from_millis(1_234),
            kind: "text".into(),
            outcome: OUTCOMES[outcome],
            rule: RuleId::parse("费用").ok(),
            version: 3,
            reply: Reply::text("好"),
            is_test: body.is_none(),
            conversation: body.clone(),
            is_personal: body.is_some(),
            revision: 7,
            effects: body.iter().map(|_| Effect::StopWaiting).collect(),
            nearest: body.clone(),
            took_us: 80,
            body,
            signed_url: url,
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back_exactly(
            body in proptest::option::of(".{0,40}"),
            outcome in 0..OUTCOMES.len(),
            url in proptest::option::of(("[0-9-]{1,20}", "[0-9a-f]{0,64}")),
        ) {
            let url = url.map(|(id, digest)| SignedUrl { id, digest });
            let record = record(body, outcome, url);
            let entry = Entry::message(&record);
            let bytes = [entry.bytes(), entry.bytes()].concat();

            let read = Entry::read_all(&bytes).expect("our own bytes");

            prop_assert_eq!(&read, &[entry.clone(), entry.clone()]);
            let Some(View::Message(view)) = entry.view() else { panic!("a message") };
            prop_assert_eq!(format!("{:?}", view.record()), format!("{:?}", Some(&record)));
            prop_assert_eq!(entry.whose(), record.whose());
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(0..4_u8, 0..200)) {
            Entry::read_all(&bytes);
        }
    }
}
