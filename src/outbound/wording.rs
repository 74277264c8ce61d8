//! What staff read in their group: an organisation and a headcount at most,
//! never a telephone number, a name, or a sentence that a customer wrote. The
//! rest stands in the console.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::model::lead::{AnswerKind, LeadAnswer, Standing};
use crate::model::{AccountId, Human, LeadNumber};
use crate::platform::wecom_robot::MOST_TEXT_BYTES;
use crate::store::{
    DueBy, Lead, LeadFilter, LeadOrder, Notice, NoticeKind, Store, StoreError, Waiting, mask_numbers,
};

/// An organisation's name is shorter; a longer text is something else.
const MOST_CHARACTERS: usize = 30;
/// Leads that a reminder names.
const MOST_NAMED: usize = 5;

/// The sentence for a notice; None when there is nothing to tell any more.
/// `human` is what its account does for whoever wants a person.
pub async fn line(
    store: &Store,
    notice: &Notice,
    human: Human,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    match notice.kind {
        NoticeKind::Lead => lead(store, notice, "新线索").await,
        NoticeKind::LeadAgain => lead(store, notice, "线索更新").await,
        NoticeKind::Waiting => waiting(store, notice, human, now).await,
        NoticeKind::Due => due(store, notice).await,
        NoticeKind::Expiring => Ok(Some(notice.subject.clone())),
    }
}

/// Several sentences as one message.
pub fn message(lines: &[String]) -> String {
    let mut message = String::new();
    for (at, line) in lines.iter().enumerate() {
        let rest = format!("……另有 {} 条，请到控制台查看。", lines.len() - at);
        if message.len() + line.len() + rest.len() + 2 > MOST_TEXT_BYTES {
            message.push_str(&rest);
            return message;
        }
        message.push_str(line);
        message.push('\n');
    }
    message.pop();
    message
}

async fn lead(store: &Store, notice: &Notice, what: &str) -> Result<Option<String>, StoreError> {
    let Some(number) = LeadNumber::parse(&notice.subject) else { return Ok(None) };
    let lead = store.find_lead(&notice.account, &number).await?;
    Ok(lead.map(|lead| format!("{what} {number}{}。请到控制台「线索」查看。", about(&lead))))
}

async fn waiting(
    store: &Store,
    notice: &Notice,
    human: Human,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let Some(waiting) = store.find_place(&notice.account, &notice.subject).await? else { return Ok(None) };
    if waiting.taken.is_some() {
        return Ok(None);
    }
    let who = about_waiting(store, &notice.account, &waiting).await?;
    let minutes = now.duration_since(waiting.since).as_mins();
    let (what, passed, meanwhile) = match human {
        Human::Yingda => ("有人在等人工", "已等", ""),
        // Where nobody answers in the chat, people do not wait in it.
        Human::Contacts | Human::Wechat => ("有人要找人", "已过", "应答照样自动回复，"),
    };
    let since = if minutes > 0 { format!("，{passed} {minutes} 分钟") } else { String::new() };
    let reason = waiting.reason.label();
    Ok(Some(format!("{what}（{reason}）{who}{since}。{meanwhile}请到控制台「会话」处理。")))
}

async fn about_waiting(store: &Store, account: &AccountId, waiting: &Waiting) -> Result<String, StoreError> {
    let leads = store.list_leads_of(account, &waiting.customer).await?;
    Ok(leads.first().map(about).unwrap_or_default())
}

async fn due(store: &Store, notice: &Notice) -> Result<Option<String>, StoreError> {
    let Ok(day) = notice.subject.parse::<Date>() else { return Ok(None) };
    let due = open_leads_due(store, &notice.account, day).await?;
    if due.is_empty() {
        return Ok(None);
    }
    let named: Vec<String> =
        due.iter().take(MOST_NAMED).map(|lead| format!("{}{}", lead.number, about(lead))).collect();
    let more = if due.len() > MOST_NAMED { "等" } else { "" };
    Ok(Some(format!("有 {} 条线索到了跟进日期：{}{more}。", due.len(), named.join("；"))))
}

/// Leads to be followed up by `day` that are not closed.
pub async fn open_leads_due(store: &Store, account: &AccountId, day: Date) -> Result<Vec<Lead>, StoreError> {
    let filter = LeadFilter { due: Some(DueBy(day)), order: LeadOrder::Due, ..LeadFilter::default() };
    store.list_all_leads(account, &filter).await
}

/// 「：某县税务局，约50人」, as far as it was understood.
fn about(lead: &Lead) -> String {
    let find = |kind| {
        let understood =
            |answer: &&LeadAnswer| answer.kind == kind && answer.standing == Standing::Understood;
        lead.answers.iter().find(understood).and_then(|answer| harmless(&answer.value))
    };
    let parts: Vec<String> = [AnswerKind::Unit, AnswerKind::People].into_iter().filter_map(find).collect();
    if parts.is_empty() { String::new() } else { format!("：{}", parts.join("，")) }
}

/// One line of a reasonable length without a number that leads to a person.
fn harmless(text: &str) -> Option<String> {
    let line: String = text.chars().filter(|c| !c.is_control()).collect();
    let line = line.trim();
    let is_short = line.chars().count() <= MOST_CHARACTERS;
    let holds_number = mask_numbers(line) != line || line.contains('*');
    let holds_address = line.contains("://") || line.contains('@');
    (!line.is_empty() && is_short && !holds_number && !holds_address).then(|| line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_short_line_without_numbers_and_addresses_is_told() {
        for (text, told) in [
            ("某县税务局", true),
            ("约50人", true),
            ("某局 13812345678", false),
            ("某局 138****5678", false),
            ("看 https://example.org", false),
            ("a@b.example", false),
            ("", false),
            ("字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字", false),
        ] {
            assert_eq!(harmless(text).is_some(), told, "{text}");
        }
        assert_eq!(harmless("某县\n税务局").as_deref(), Some("某县税务局"));
    }

    #[test]
    fn a_message_stays_below_the_limit_and_says_what_is_left_out() {
        let lines: Vec<String> = (0..100).map(|n| format!("第 {n} 条：{}", "字".repeat(20))).collect();

        let message = message(&lines);

        assert!(message.len() <= MOST_TEXT_BYTES, "{}", message.len());
        assert!(message.ends_with("条，请到控制台查看。"), "{message}");
        assert_eq!(super::message(&lines[..2]), lines[..2].join("\n"));
    }
}
