//! One lead: what was asked for, whom to call, how far we are (`follow`), and
//! everything that was done about it (`trail`). Numbers are masked until somebody
//! asks for them, which is written down. Not here: the list (leads).

mod follow;
mod trail;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use super::confirm::Confirm;
use super::failure::PageError;
use super::form::Choice;
use super::frame::{Frame, show as show_page};
use super::leads::{Due, status_word, tone_of};
use super::names::Names;
use super::served::Served;
use super::visit::{Visit, in_address};
use super::when;
use super::words::Sentence;
use crate::model::lead::{AnswerKind, LeadAnswer, Standing};
use crate::model::{LeadNumber, Right};
use crate::spreadsheet::LeadNames as _;
use crate::store::{Lead, OperationKind, TrailEntry};

pub(super) use follow::follow;

use follow::{Following, owners, statuses};
use trail::Step;

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

struct Answer {
    label: String,
    value: String,
    is_unchecked: bool,
    /// To call it with a tap, once it is whole.
    call: Option<String>,
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
            following: Following::of(lead),
            statuses: statuses(t),
            owners: owners(lead, &names, t),
            trail: trail.into_iter().map(|entry| Step::of(entry, &names, visit)).collect(),
            back: served.link("/console/leads"),
        })
    }
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
