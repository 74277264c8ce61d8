//! How a lead is followed up: its status, owner, next day and a note, as one
//! form. Whoever saves over a colleague's change is told so first.

use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use super::super::failure::PageError;
use super::super::form::{Choice, Field};
use super::super::frame::show_again;
use super::super::leads::status_word;
use super::super::names::Names;
use super::super::served::Served;
use super::super::visit::{Sent, Visit};
use super::super::when;
use super::super::words::{Sentence, Words};
use super::{LeadPage, find};
use crate::model::LeadStatus;
use crate::spreadsheet::LeadNames as _;
use crate::store::{Lead, LeadChange, LeadChanged, SeenLead, What};

const MAX_NOTE_CHARS: usize = 2_000;

#[derive(Default)]
pub(super) struct Following {
    pub status: Field,
    pub owner: Field,
    pub due: Field,
    pub note: Field,
    /// Somebody else changed it meanwhile.
    pub clash: Option<Sentence<'static>>,
}

#[derive(Debug, Deserialize)]
pub(in crate::console) struct Followed {
    revision: i64,
    status: String,
    owner: String,
    due: String,
    note: String,
}

pub(in crate::console) async fn follow(
    visit: Visit,
    served: Served,
    Path(number): Path<String>,
    Sent(sent): Sent<Followed>,
) -> Result<Response, PageError> {
    let lead = find(&visit, &served, &number).await?;
    let store = &visit.console.store;
    if let Some(refused) = sent.check(&visit) {
        let trail = store.list_lead_trail(served.id(), &lead.number).await?;
        let mut page = LeadPage::of(&visit, &served, &lead, trail).await?;
        page.following = refused;
        return show_again(&page);
    }
    let mut revision = sent.revision;
    for change in sent.changes(&lead) {
        let seen = SeenLead { account: served.id(), number: &lead.number, revision };
        match store.change_lead(seen, &change, &visit.act()).await? {
            LeadChanged::Done(changed) => revision = changed.revision,
            LeadChanged::Stale(now) => return clash(&visit, &served, *now, sent).await,
            LeadChanged::Gone => return Err(PageError::Missing),
        }
    }
    Ok(visit.done(&served.link(&format!("/console/leads/{}", lead.number)), "lead.saved"))
}

/// What was typed stays; saving once more is then done knowingly.
async fn clash(visit: &Visit, served: &Served, now: Lead, sent: Followed) -> Result<Response, PageError> {
    let trail = visit.console.store.list_lead_trail(served.id(), &now.number).await?;
    let names = Names::load(visit).await?;
    let last = trail.iter().find(|entry| entry.what != What::Revealed);
    let who = last.map(|entry| names.actor(&entry.by)).unwrap_or_default();
    let mut page = LeadPage::of(visit, served, &now, trail).await?;
    let clash = visit.caller.t.say("lead.clash").owned().with("who", who).with("status", &page.status);
    page.following = Following { clash: Some(clash), ..sent.fields() };
    show_again(&page)
}

impl Followed {
    fn fields(self) -> Following {
        Following {
            status: Field::of(self.status),
            owner: Field::of(self.owner),
            due: Field::of(self.due),
            note: Field::of(self.note),
            clash: None,
        }
    }

    /// The form with what is wrong with it.
    fn check(&self, visit: &Visit) -> Option<Following> {
        let t = visit.caller.t;
        let is_day = self.due.is_empty() || when::day(&self.due).is_some();
        let is_short = self.note.chars().count() <= MAX_NOTE_CHARS;
        if is_day && is_short && LeadStatus::parse(&self.status).is_some() {
            return None;
        }
        let mut fields = Following {
            status: Field::of(self.status.as_str()),
            owner: Field::of(self.owner.as_str()),
            due: Field::of(self.due.as_str()),
            note: Field::of(self.note.as_str()),
            clash: None,
        };
        if !is_day {
            fields.due = fields.due.refused(t.say("lead.due_refused"));
        }
        if !is_short {
            fields.note = fields.note.refused(t.say("lead.note_refused"));
        }
        Some(fields)
    }

    /// What is different from how the lead stands. The note goes last: it is
    /// still in the form when anything before it is refused.
    fn changes(&self, lead: &Lead) -> Vec<LeadChange> {
        let status = LeadStatus::parse(&self.status).filter(|status| *status != lead.status);
        let owner = Some(self.owner.clone()).filter(|owner| !owner.is_empty());
        let due = when::day(&self.due);
        let note = Some(self.note.trim().to_owned()).filter(|note| !note.is_empty());
        let mut changes = Vec::new();
        changes.extend(status.map(LeadChange::Status));
        changes.extend((owner != lead.owner).then_some(LeadChange::Owner(owner)));
        changes.extend((due != lead.due_on).then_some(LeadChange::Due(due)));
        changes.extend(note.map(LeadChange::Note));
        changes
    }
}

impl Following {
    /// As the lead stands.
    pub(super) fn of(lead: &Lead) -> Self {
        Self {
            status: Field::of(lead.status.as_str()),
            owner: Field::of(lead.owner.clone().unwrap_or_default()),
            due: Field::of(lead.due_on.map(|day| day.to_string()).unwrap_or_default()),
            ..Self::default()
        }
    }
}

pub(super) fn statuses(t: &'static Words) -> Vec<Choice> {
    let choice = |status: LeadStatus| Choice::new(status.as_str(), status_word(status, t));
    LeadStatus::ALL.into_iter().map(choice).collect()
}

/// Whoever has it stays to be chosen, also when they have left.
pub(super) fn owners(lead: &Lead, names: &Names, t: &'static Words) -> Vec<Choice> {
    let mut owners = vec![Choice::new("", t.say("leads.nobody"))];
    owners.extend(names.active_staff());
    let owner = lead.owner.as_deref().filter(|id| !owners.iter().any(|known| known.value == *id));
    owners.extend(owner.map(|id| Choice::new(id, names.staff(id))));
    owners
}
