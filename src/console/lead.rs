//! One lead: what was asked for, whom to call, how far we are, and everything
//! that was done about it. Numbers are masked until somebody asks for them,
//! which is written down. Not here: the list (leads).

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use super::confirm::Confirm;
use super::failure::PageError;
use super::form::{Choice, Field};
use super::frame::{Frame, show as show_page, show_again};
use super::leads::{Due, status_word, tone_of};
use super::names::Names;
use super::served::Served;
use super::visit::{Sent, Visit, in_address};
use super::when;
use super::words::{Sentence, Words};
use crate::model::lead::{AnswerKind, LeadAnswer, Standing};
use crate::model::{LeadNumber, LeadStatus, Right};
use crate::spreadsheet::LeadNames as _;
use crate::store::{Lead, LeadChange, LeadChanged, OperationKind, SeenLead, TrailEntry, What};

const MAX_NOTE_CHARS: usize = 2_000;

#[derive(Template)]
#[template(path = "console/pages/lead.html")]
struct LeadPage {
    frame: Frame,
    number: String,
    told: Option<String>,
    unit: Option<String>,
    status: String,
    tone: &'static str,
    due: Option<Due>,
    answers: Vec<Answer>,
    facts: Vec<(Sentence<'static>, String)>,
    is_revealed: bool,
    may_serve: bool,
    may_delete: bool,
    /// Who wrote it, while they are known, for whoever works with customers.
    chat: Option<String>,
    is_unlinked: bool,
    /// Addresses of its forms, about the right account.
    base: String,
    account: String,
    revision: i64,
    following: Following,
    statuses: Vec<Choice>,
    owners: Vec<Choice>,
    trail: Vec<Step>,
    back: String,
}

#[derive(Default)]
struct Following {
    status: Field,
    owner: Field,
    due: Field,
    note: Field,
    /// Somebody else changed it meanwhile.
    clash: Option<Sentence<'static>>,
}

struct Answer {
    label: String,
    value: String,
    is_unchecked: bool,
    /// To call it with a tap, once it is whole.
    call: Option<String>,
}

struct Step {
    at: String,
    who: String,
    what: String,
    before: Option<String>,
    after: Option<String>,
    note: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Followed {
    revision: i64,
    status: String,
    owner: String,
    due: String,
    note: String,
}

pub(super) async fn show(
    visit: Visit,
    served: Served,
    Path(number): Path<String>,
) -> Result<Response, PageError> {
    let lead = find(&visit, &served, &number).await?;
    let trail = visit.console.store.list_lead_trail(served.id(), &lead.number).await?;
    show_page(&LeadPage::of(&visit, &served, &lead, trail).await?)
}

/// What is masked, in this answer alone.
pub(super) async fn reveal(
    visit: Visit,
    served: Served,
    Path(number): Path<String>,
) -> Result<Response, PageError> {
    let store = &visit.console.store;
    let number = LeadNumber::parse(&number).ok_or(PageError::Missing)?;
    let operation = visit.does(OperationKind::LeadRevealed, number.as_str());
    let lead = store.reveal_lead(served.id(), &number, &visit.act(), &operation).await?;
    let lead = lead.ok_or(PageError::Missing)?;
    let trail = store.open_lead_trail(served.id(), &number).await?;
    let mut page = LeadPage::of(&visit, &served, &lead, trail).await?;
    page.is_revealed = true;
    for (shown, answer) in page.answers.iter_mut().zip(&lead.answers) {
        let digits: String = answer.value.chars().filter(char::is_ascii_digit).collect();
        shown.call = (answer.kind == AnswerKind::Phone && !digits.is_empty()).then_some(digits);
    }
    show_page(&page)
}

pub(super) async fn follow(
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

pub(super) async fn ask_delete(
    visit: Visit,
    served: Served,
    Path(number): Path<String>,
) -> Result<Response, PageError> {
    let lead = find(&visit, &served, &number).await?;
    let back = served.link(&format!("/console/leads/{}", lead.number));
    let action = served.deed(&format!("/console/leads/{}/delete", lead.number));
    show_page(&Confirm::about(&visit, "lead.delete", lead.number.as_str(), &action, &back))
}

pub(super) async fn delete(
    visit: Visit,
    served: Served,
    Path(number): Path<String>,
) -> Result<Response, PageError> {
    let lead = find(&visit, &served, &number).await?;
    let store = &visit.console.store;
    store.note_operation(&visit.does(OperationKind::LeadDeleted, lead.number.as_str())).await?;
    store.delete_lead(served.id(), &lead.number, &visit.act()).await?;
    Ok(visit.done(&served.link("/console/leads"), "lead.deleted"))
}

async fn find(visit: &Visit, served: &Served, number: &str) -> Result<Lead, PageError> {
    let number = LeadNumber::parse(number).ok_or(PageError::Missing)?;
    visit.console.store.find_lead(served.id(), &number).await?.ok_or(PageError::Missing)
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

impl LeadPage {
    async fn of(
        visit: &Visit,
        served: &Served,
        lead: &Lead,
        trail: Vec<TrailEntry>,
    ) -> Result<Self, PageError> {
        let t = visit.caller.t;
        let names = Names::load(visit).await?;
        let role = visit.staff.role;
        let chat = lead.customer.as_ref().map(|customer| in_address(customer.as_str()));
        Ok(Self {
            frame: visit.frame("leads"),
            number: lead.number.to_string(),
            told: lead.told.as_ref().map(ToString::to_string),
            unit: lead.unit.clone(),
            status: status_word(lead.status, t),
            tone: tone_of(lead.status),
            due: lead.due_on.map(|day| Due::of(day, lead.status, visit)),
            answers: lead.answers.iter().map(Answer::of).collect(),
            facts: facts(lead, &names, visit),
            is_revealed: false,
            may_serve: role.may(Right::Serve),
            may_delete: role.may(Right::Administer),
            chat: chat
                .filter(|_| role.may(Right::Serve))
                .map(|id| served.link(&format!("/console/chats/{id}"))),
            is_unlinked: lead.customer.is_none(),
            base: format!("/console/leads/{}", lead.number),
            account: served.deed(""),
            revision: lead.revision,
            following: Following {
                status: Field::of(lead.status.as_str()),
                owner: Field::of(lead.owner.clone().unwrap_or_default()),
                due: Field::of(lead.due_on.map(|day| day.to_string()).unwrap_or_default()),
                ..Following::default()
            },
            statuses: statuses(t),
            owners: owners(lead, &names, t),
            trail: trail.into_iter().map(|entry| Step::of(entry, &names, visit)).collect(),
            back: served.link("/console/leads"),
        })
    }
}

fn statuses(t: &'static Words) -> Vec<Choice> {
    let choice = |status: LeadStatus| Choice::new(status.as_str(), status_word(status, t));
    LeadStatus::ALL.into_iter().map(choice).collect()
}

/// Whoever has it stays to be chosen, also when they have left.
fn owners(lead: &Lead, names: &Names, t: &'static Words) -> Vec<Choice> {
    let mut owners = vec![Choice::new("", t.say("leads.nobody"))];
    owners.extend(names.active_staff());
    let owner = lead.owner.as_deref().filter(|id| !owners.iter().any(|known| known.value == *id));
    owners.extend(owner.map(|id| Choice::new(id, names.staff(id))));
    owners
}

fn facts(lead: &Lead, names: &Names, visit: &Visit) -> Vec<(Sentence<'static>, String)> {
    let t = visit.caller.t;
    let minute = |at| when::minute(&visit.console, at);
    let mut facts = vec![(t.say("lead.created").owned(), minute(lead.created_at))];
    if lead.handed_in_at != lead.created_at {
        facts.push((t.say("lead.handed_in").owned(), minute(lead.handed_in_at)));
    }
    facts.push((t.say("lead.consented").owned(), minute(lead.consented_at)));
    if let Some(source) = &lead.source {
        facts.push((t.say("leads.source").owned(), names.source(source)));
    }
    facts
}

impl Answer {
    fn of(answer: &LeadAnswer) -> Self {
        Self {
            label: answer.label.clone(),
            value: match answer.standing {
                Standing::Skipped => String::new(),
                Standing::Understood | Standing::Unchecked => answer.value.clone(),
            },
            is_unchecked: answer.standing == Standing::Unchecked,
            call: None,
        }
    }
}

impl Step {
    fn of(entry: TrailEntry, names: &Names, visit: &Visit) -> Self {
        let t = visit.caller.t;
        let status = |word: String| LeadStatus::parse(&word).map_or(word, |status| status_word(status, t));
        let owner = |id: String| names.staff(&id);
        let (before, after, note) = match entry.what {
            What::Status => (entry.before.map(status), entry.after.map(status), None),
            What::Owner => (entry.before.map(owner), entry.after.map(owner), None),
            What::Due => (entry.before, entry.after, None),
            What::Note => (None, None, entry.after),
            What::Created | What::Again | What::Revealed | What::Unlinked => (None, None, None),
        };
        Self {
            at: when::minute(&visit.console, entry.at),
            who: names.actor(&entry.by),
            what: t.say(&format!("{}.{}", "lead.what", entry.what.as_str())).into(),
            before,
            after,
            note,
        }
    }
}
