//! What customers want of us: those who wait, new leads, leads to be followed
//! up, questions without an answer. Each opens its list.

use jiff::SignedDuration;

use super::super::chats::{how_long, word_for};
use super::super::failure::PageError;
use super::super::served::Served;
use super::super::visit::Visit;
use super::super::when;
use super::super::words::Sentence;
use super::{Task, Urgency};
use crate::model::{LeadStatus, Right};
use crate::store::{DueBy, LeadFilter};

/// Misses older than this are history.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Whoever waits longer comes before everything else.
const LONG: SignedDuration = SignedDuration::from_mins(15);

pub(super) async fn tasks(visit: &Visit) -> Result<Vec<Task>, PageError> {
    let mut tasks = Vec::new();
    for account in visit.console.roster.ids() {
        // Removed at this very moment.
        let Ok(served) = Served::find(visit, account.as_str()) else { continue };
        tasks.extend(waiting(visit, &served).await?);
        tasks.extend(due(visit, &served).await?);
        tasks.extend(new_leads(visit, &served).await?);
        tasks.extend(misses(visit, &served).await?);
    }
    Ok(tasks)
}

async fn waiting(visit: &Visit, served: &Served) -> Result<Option<Task>, PageError> {
    if !visit.staff.role.may(Right::Serve) {
        return Ok(None);
    }
    let count = visit.console.store.count_waiting(served.id(), &visit.myself()).await?;
    let Some(since) = count.open_since else { return Ok(None) };
    let time = visit.now().duration_since(since);
    let key = word_for(served.account.human, "home.waiting", "home.wanting");
    let what = say(visit, key, count.open).with("time", how_long(time, visit.caller.t));
    let urgency = if time >= LONG { Urgency::Now } else { Urgency::Soon };
    Ok(Some(task(visit, served, urgency, what, "/console/chats")))
}

async fn due(visit: &Visit, served: &Served) -> Result<Option<Task>, PageError> {
    let today = when::today(&visit.console, visit.now());
    let filter = LeadFilter { due: Some(DueBy(today)), ..LeadFilter::default() };
    let due = visit.console.store.list_leads(served.id(), &filter, 0).await?.total;
    let what = say(visit, "home.due", due);
    Ok((due > 0).then(|| task(visit, served, Urgency::Soon, what, "/console/leads?due=today")))
}

async fn new_leads(visit: &Visit, served: &Served) -> Result<Option<Task>, PageError> {
    let new = visit.console.store.count_leads(served.id()).await?.of(LeadStatus::New);
    let what = say(visit, "home.new_leads", new);
    Ok((new > 0).then(|| task(visit, served, Urgency::Soon, what, "/console/leads?status=new")))
}

async fn misses(visit: &Visit, served: &Served) -> Result<Option<Task>, PageError> {
    let since = visit.now().checked_sub(LOOKED_BACK).unwrap_or_default();
    let missed = visit.console.store.count_missed(served.id(), since).await?;
    let what = say(visit, "home.missed", missed);
    Ok((missed > 0).then(|| task(visit, served, Urgency::Whenever, what, "/console/misses")))
}

fn say(visit: &Visit, key: &str, count: impl std::fmt::Display) -> Sentence<'static> {
    visit.caller.t.say(key).owned().with("n", count)
}

fn task(visit: &Visit, served: &Served, urgency: Urgency, what: Sentence<'static>, list: &str) -> Task {
    Task {
        urgency,
        what,
        detail: (!served.choices.is_empty()).then(|| served.account.name.clone()),
        action: Some((served.link(list), visit.caller.t.say("home.look").owned())),
    }
}
