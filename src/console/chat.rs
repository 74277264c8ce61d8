//! One conversation: what was said and why it was answered so (`timeline`,
//! `explain`), who waits, what staff do about it (`deeds`) and are about to say
//! (`draft`). Writing to a customer first is not possible yet; what works instead
//! is offered. Not here: the list (chats).

mod deeds;
mod draft;
mod explain;
mod timeline;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;

use super::chats::{Wait, given, line_of};
use super::failure::PageError;
use super::form::Field;
use super::frame::{Frame, show as show_page};
use super::leads::{status_word, tone_of};
use super::names::Names;
use super::served::Served;
use super::spoken::Limit;
use super::visit::{Visit, address, in_address};
use super::when;
use super::words::{Sentence, Words};
use crate::conversation::{handoff, leave};
use crate::model::{Attendant, CustomerId, DeliveryKey, Human, Right};
use crate::spreadsheet::LeadNames as _;
use crate::store::{Entry, Lead, ReadyPhrase};

pub(super) use deeds::{
    add_note, ask_delete, delete, end, export, hand_back, hold, leave_words, release, reveal, take,
    take_back_words,
};
pub(super) use draft::{others, replying, save as save_draft, writing};
pub(super) use explain::show as explain;

use draft::{AtIt, Replying};
use timeline::Line;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// Entries before this one: milliseconds and its id.
    before: String,
    /// A ready phrase for the box.
    phrase: String,
}

#[derive(Template)]
#[template(path = "console/pages/chat.html")]
struct ChatPage {
    frame: Frame,
    name: String,
    came: Option<String>,
    lines: Vec<Line>,
    older: Option<String>,
    /// What the line is called they stand in.
    line: Sentence<'static>,
    wait: Option<Wait>,
    given: Option<String>,
    taken_by: Option<String>,
    is_mine: bool,
    /// The bot is silent: who has the conversation.
    held_by: Option<String>,
    may_hold: bool,
    left: Option<Left>,
    replying: Replying,
    words: Field,
    words_limit: Limit,
    /// When what is in the box was kept.
    kept_at: Option<String>,
    note: Field,
    phrases: Vec<Phrase>,
    leads: Vec<LeadRow>,
    may_delete: bool,
    /// Its own address, and what its forms' addresses end with.
    base: String,
    account: String,
    back: String,
}

struct Left {
    by: String,
    text: String,
}

struct Phrase {
    title: String,
    text: String,
    address: String,
}

struct LeadRow {
    number: String,
    address: String,
    status: String,
    tone: &'static str,
}

pub(super) async fn show(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let customer = customer(&id)?;
    let mut page = ChatPage::of(&visit, &served, &customer, &asked, None).await?;
    if let Some(phrase) = page.phrases.iter().find(|phrase| phrase.title == asked.phrase) {
        page.words = Field::of(format!("{}{}", page.words.value, phrase.text));
    }
    show_page(&page)
}

fn customer(id: &str) -> Result<CustomerId, PageError> {
    CustomerId::parse(id).map_err(|_| PageError::Missing)
}

fn back(visit: &Visit, served: &Served, customer: &CustomerId, notice: &'static str) -> Response {
    visit.done(&served.link(&path_of(customer)), notice)
}

fn path_of(customer: &CustomerId) -> String {
    format!("/console/chats/{}", in_address(customer.as_str()))
}

impl ChatPage {
    /// `revealed` is a message whose original is shown this once.
    async fn of(
        visit: &Visit,
        served: &Served,
        customer: &CustomerId,
        asked: &Asked,
        revealed: Option<(&DeliveryKey, &str)>,
    ) -> Result<Self, PageError> {
        let store = &visit.console.store;
        let before = timeline::read_before(&asked.before);
        let entries = store.load_timeline(served.id(), customer, before.as_ref()).await?;
        if entries.is_empty() && before.is_none() {
            return Err(PageError::Missing);
        }
        let names = Names::load(visit).await?;
        let waiting = store.find_waiting(served.id(), customer).await?;
        let conversation = store.load_conversation(served.id(), customer).await?.conversation;
        let leads = store.list_leads_of(served.id(), customer).await?;
        let phrases = store.list_phrases(served.id()).await?;
        let coming = store.find_coming(served.id(), customer).await?;
        let draft = draft::find(visit, served, customer).await?;
        let at_it = AtIt { waiting: waiting.as_ref(), conversation: &conversation };
        let replying = Replying::of(visit, served, customer, &at_it, &names).await?;
        let taken = waiting.as_ref().and_then(|waiting| waiting.taken.as_ref());
        let given = match &waiting {
            Some(waiting) => given(visit, served, waiting).await?,
            None => None,
        };
        let base = path_of(customer);
        Ok(Self {
            frame: visit.frame("chats"),
            name: name_of(customer, &leads, visit.caller.t),
            came: coming.and_then(|coming| coming.source).map(|source| names.source(&source)),
            older: older(&entries, &base, served),
            lines: timeline::lines(entries, &names, visit, revealed),
            is_mine: taken.is_some_and(|taken| taken.by == visit.myself()),
            taken_by: taken.map(|taken| names.actor(&taken.by)),
            line: visit.caller.t.say(line_of(served.account.human)).owned(),
            given,
            wait: waiting.as_ref().map(|waiting| Wait::of(waiting, visit, served)),
            held_by: handoff::held_by(&conversation, visit.now()).map(|by| attendant(by, &names)),
            may_hold: served.account.human == Human::Yingda,
            left: leave::waiting(&conversation, visit.now())
                .map(|left| Left { by: names.staff(&left.by), text: left.text.clone() }),
            replying,
            kept_at: draft.as_ref().map(|draft| when::brief(&visit.console, draft.changed_at, visit.now())),
            words: Field::of(draft.map(|draft| draft.text).unwrap_or_default()),
            words_limit: Limit::of("chat.words_about", visit.caller.t),
            note: Field::default(),
            phrases: phrases.into_iter().map(|phrase| Phrase::of(phrase, &base, served)).collect(),
            leads: leads.iter().map(|lead| LeadRow::of(lead, served, visit.caller.t)).collect(),
            may_delete: visit.staff.role.may(Right::Administer),
            base,
            account: served.deed(""),
            back: served.link("/console/chats"),
        })
    }
}

fn name_of(customer: &CustomerId, leads: &[Lead], t: &'static Words) -> String {
    let unit = leads.iter().find_map(|lead| lead.unit.clone());
    unit.unwrap_or_else(|| t.say("chats.customer").with("id", customer.masked()).into())
}

fn attendant(by: &Attendant, names: &Names) -> String {
    match by {
        Attendant::Staff(id) => names.staff(id),
        Attendant::Agent(name) => name.to_string(),
    }
}

fn older(entries: &[Entry], base: &str, served: &Served) -> Option<String> {
    let last = entries.last().filter(|_| entries.len() >= timeline::FULL)?.before();
    let before = format!("{}-{}", last.at.as_millisecond(), last.id);
    Some(address(base, &[("before", &before), ("account", served.asked())]))
}

impl Phrase {
    fn of(phrase: ReadyPhrase, base: &str, served: &Served) -> Self {
        let asked = [("phrase", phrase.title.as_str()), ("account", served.asked())];
        Self { address: address(base, &asked), title: phrase.title, text: phrase.text }
    }
}

impl LeadRow {
    fn of(lead: &Lead, served: &Served, t: &'static Words) -> Self {
        Self {
            number: lead.number.to_string(),
            address: served.link(&format!("/console/leads/{}", lead.number)),
            status: status_word(lead.status, t),
            tone: tone_of(lead.status),
        }
    }
}
