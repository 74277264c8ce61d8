//! Reminders for staff, each at most once a day, in the morning: leads to be
//! followed up, facts of the rulebook that are about to expire.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use crate::answer::Live;
use crate::outbound::open_leads_due;
use crate::rulebook::Catalog;
use crate::store::{Notice, NoticeKind};

use super::Failure;
use super::work::Work;

/// Nobody is woken.
const FROM_HOUR: i8 = 8;
const UNTIL_HOUR: i8 = 20;
/// Time enough to ask somebody and to correct a file.
const AHEAD_DAYS: i64 = 7;
/// Facts that a reminder names.
const MOST_NAMED: usize = 5;

pub async fn remind_of_leads(work: Arc<Work>, now: Timestamp) -> Result<(), Failure> {
    let Work { store, live, settings, .. } = &*work;
    let Some(today) = morning(live, now) else { return Ok(()) };
    for account in settings.accounts.ids() {
        if open_leads_due(store, &account, today).await?.is_empty() {
            continue;
        }
        let notice = Notice {
            id: format!("{}-{today}", NoticeKind::Due.as_str()),
            kind: NoticeKind::Due,
            subject: today.to_string(),
            account,
            created_at: now,
            attempts: 0,
        };
        store.queue_notice(&notice).await?;
    }
    Ok(())
}

/// The rulebook is one for all accounts, so one of them is told.
pub async fn remind_of_facts(work: Arc<Work>, now: Timestamp) -> Result<(), Failure> {
    let Work { store, live, settings, .. } = &*work;
    let Some(today) = morning(live, now) else { return Ok(()) };
    let Some(account) = settings.accounts.ids().into_iter().next() else { return Ok(()) };
    let facts = expiring(&live.load().rulebook.catalog, today);
    if facts.is_empty() {
        return Ok(());
    }
    let more = if facts.len() > MOST_NAMED { format!("等 {} 项", facts.len()) } else { String::new() };
    let named: Vec<String> = facts.into_iter().take(MOST_NAMED).collect();
    let subject = format!("资料要核对了：{}{more}。过期后相关回复会改发请对方问顾问的话。", named.join("；"));
    let notice = Notice {
        id: format!("{}-{today}", NoticeKind::Expiring.as_str()),
        kind: NoticeKind::Expiring,
        subject,
        account,
        created_at: now,
        attempts: 0,
    };
    store.queue_notice(&notice).await?;
    Ok(())
}

/// Today at the centre, in the hours when people may be reminded.
fn morning(live: &Live, now: Timestamp) -> Option<Date> {
    let edition = live.load();
    let local = edition.rulebook.settings.hours.local(now);
    (FROM_HOUR..UNTIL_HOUR).contains(&local.hour()).then(|| local.date())
}

/// What expires within a week, or has expired.
fn expiring(catalog: &Catalog, today: Date) -> Vec<String> {
    let soon = today.saturating_add(AHEAD_DAYS.days());
    let courses = catalog.courses.iter().map(|entry| ("课程", &entry.name, entry.valid_until, &entry.owner));
    let contacts =
        catalog.contacts.iter().map(|entry| ("联系人", &entry.name, entry.valid_until, &entry.owner));
    let articles =
        catalog.articles.iter().map(|entry| ("文章", &entry.title, entry.valid_until, &entry.owner));
    let near = courses.chain(contacts).chain(articles).filter_map(|(what, name, last, owner)| {
        let last = last.filter(|last| *last <= soon)?;
        let state = if last < today { "已在" } else { "将在" };
        let owner = owner.as_ref().map(|owner| format!("（负责人 {owner}）")).unwrap_or_default();
        Some((last, format!("{what}「{name}」{state} {last} 到期{owner}")))
    });
    let mut near: Vec<(Date, String)> = near.collect();
    near.sort();
    near.into_iter().map(|(_, sentence)| sentence).collect()
}
