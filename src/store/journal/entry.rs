//! What the journal holds of a message, as bytes: short, and read back exactly.
//! Not here: sealing (frame), files (segment).

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;

use crate::model::clock::from_millis;
use crate::model::{AccountId, CustomerId, DeliveryKey, OutcomeKind, RuleId};
use crate::store::message::{Record, SignedUrl};

/// A record on its way into the database, its reply already as the JSON that
/// is stored.
#[derive(Debug)]
pub struct Kept {
    pub record: Record,
    pub reply: Arc<str>,
}

/// One step of what changed, in the order in which it changed.
#[derive(Clone, Debug)]
pub enum Entry {
    Message(Arc<Kept>),
    /// Plain mode: a retry came under a URL of its own.
    SignedUrl(Arc<NotedUrl>),
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

impl Kept {
    pub fn new(record: Record) -> Self {
        let reply = serde_json::to_string(&record.reply).unwrap_or_default().into();
        Self { record, reply }
    }
}

impl Entry {
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Message(kept) => write_message(kept, out),
            Self::SignedUrl(noted) => {
                out.push(SIGNED_URL);
                put(out, noted.account.as_str());
                put_url(out, &noted.url);
                put_number(out, noted.seen_at.as_millisecond());
            }
        }
    }

    /// All entries of a frame; None when its bytes are not what we write.
    pub fn read_all(bytes: &[u8]) -> Option<Vec<Self>> {
        let mut reader = Reader(bytes);
        let mut entries = Vec::new();
        while !reader.0.is_empty() {
            entries.push(reader.entry()?);
        }
        Some(entries)
    }
}

fn write_message(kept: &Kept, out: &mut Vec<u8>) {
    let record = &kept.record;
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
    put(out, &kept.reply);
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
    out.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes());
    out.extend_from_slice(text.as_bytes());
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
    fn entry(&mut self) -> Option<Entry> {
        match self.byte()? {
            MESSAGE => Some(Entry::Message(Arc::new(self.message()?))),
            SIGNED_URL => {
                let account = AccountId::parse(self.text()?).ok()?;
                let (url, seen_at) = (self.url()?, from_millis(self.number()?));
                Some(Entry::SignedUrl(Arc::new(NotedUrl { account, url, seen_at })))
            }
            _ => None,
        }
    }

    fn message(&mut self) -> Option<Kept> {
        let (account, key, customer) = (self.text()?, self.text()?, self.text()?);
        let received_at = from_millis(self.number()?);
        let kind = Cow::Owned(self.text()?.to_owned());
        let body = self.optional()?.map(str::to_owned);
        let outcome = *OUTCOMES.get(usize::from(self.byte()?))?;
        let rule = self.optional()?.map(RuleId::parse).transpose().ok()?;
        let version = self.number()?;
        let reply: Arc<str> = self.text()?.into();
        let record = Record {
            account: AccountId::parse(account).ok()?,
            key: DeliveryKey::parse(key).ok()?,
            customer: CustomerId::parse(customer).ok()?,
            received_at,
            kind,
            body,
            outcome,
            rule,
            version,
            reply: serde_json::from_str(&reply).ok()?,
            is_test: self.byte()? != 0,
            conversation: self.optional()?.map(str::to_owned),
            is_personal: self.byte()? != 0,
            revision: self.number()?,
            effects: self.optional()?.map_or(Some(Vec::new()), |json| serde_json::from_str(json).ok())?,
            nearest: self.optional()?.map(str::to_owned),
            took_us: self.number()?,
            signed_url: if self.byte()? == 0 { None } else { Some(self.url()?) },
        };
        Some(Kept { record, reply })
    }

    fn url(&mut self) -> Option<SignedUrl> {
        Some(SignedUrl { id: self.text()?.to_owned(), digest: self.text()?.to_owned() })
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
            let entry = Entry::Message(Arc::new(Kept::new(record(body, outcome, url))));
            let mut bytes = Vec::new();
            entry.write(&mut bytes);
            entry.write(&mut bytes);

            let read = Entry::read_all(&bytes).expect("our own bytes");

            prop_assert_eq!(format!("{read:?}"), format!("{:?}", [&entry, &entry]));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(0..4_u8, 0..200)) {
            Entry::read_all(&bytes);
        }
    }
}
