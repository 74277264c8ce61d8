//! Messages as the desk hands them to the store, for tests that begin there.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use yingda::model::lead::{AnswerKind, LeadAnswer, Source, Standing};
use yingda::model::{
    AccountId, Act, Actor, CustomerId, DeliveryKey, Effect, FormId, LeadForm, LeadNumber, OutcomeKind, Reply,
    RuleId,
};
use yingda::store::{Record, SeenLead, Store};

pub fn account() -> AccountId {
    AccountId::parse("main").expect("a slug")
}

pub fn customer(name: &str) -> CustomerId {
    CustomerId::parse(name).expect("printable")
}

/// A staff member does something.
pub fn staff(name: &str, at: Timestamp) -> Act {
    Act { by: Actor::Staff(name.into()), at }
}

/// A lead as somebody saw it.
pub fn seen<'a>(account: &'a AccountId, number: &'a LeadNumber, revision: i64) -> SeenLead<'a> {
    SeenLead { account, number, revision }
}

pub fn number(raw: &str) -> LeadNumber {
    LeadNumber::parse(raw).expect("a number")
}

pub fn time(raw: &str) -> Timestamp {
    raw.parse().expect("a time")
}

/// A message that rule `price` answered, under a key as the platform makes them.
pub fn said(from: &str, at: Timestamp, text: &str) -> Record {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let key = format!("{:08x}{:032x}", at.as_second(), NEXT.fetch_add(1, Ordering::Relaxed));
    Record {
        account: account(),
        key: DeliveryKey::parse(&key).expect("a slug"),
        customer: customer(from),
        received_at: at,
        kind: "text".into(),
        body: Some(text.to_owned()),
        outcome: OutcomeKind::Answer,
        rule: RuleId::parse("price").ok(),
        version: 1,
        reply: Reply::text("答"),
        is_test: false,
        conversation: None,
        is_personal: false,
        revision: 1,
        effects: Vec::new(),
        nearest: None,
        signed_url: None,
        took_us: 250,
    }
}

/// The same, with something that changes beside it.
pub fn does(from: &str, at: Timestamp, effect: Effect) -> Record {
    Record { effects: vec![effect], ..said(from, at, "提交") }
}

/// A message that no rule answered.
pub fn missed(from: &str, at: Timestamp, text: &str) -> Record {
    Record { outcome: OutcomeKind::Fallback, rule: None, ..said(from, at, text) }
}

pub fn form(number: &str, unit: &str, phone: &str) -> LeadForm {
    let answer = |field: &str, label: &str, value: &str, kind| LeadAnswer {
        field: field.into(),
        label: label.into(),
        value: value.into(),
        kind,
        standing: Standing::Understood,
    };
    LeadForm {
        number: self::number(number),
        form: FormId::parse("enquiry").expect("an id"),
        answers: vec![
            answer("unit", "单位", unit, AnswerKind::Unit),
            answer("people", "人数", "约50人", AnswerKind::People),
            answer("when", "时间", "4月中旬", AnswerKind::When),
            answer("name", "姓名", "王建国", AnswerKind::Name),
            answer("phone", "电话", phone, AnswerKind::Phone),
        ],
        source: Some(Source::Scan("展会01".into())),
        consented_at: time("2026-04-12T14:00:00Z"),
    }
}

pub fn leaves(from: &str, at: Timestamp, form: LeadForm) -> Record {
    does(from, at, Effect::Lead(Box::new(form)))
}

pub async fn commit(store: &Store, record: Record) -> DeliveryKey {
    let key = record.key.clone();
    store.committer().commit(record).await.expect("the commit works");
    key
}
