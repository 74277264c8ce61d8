//! What somebody is writing to a customer: kept for them, on whichever device
//! they go on, and seen by colleagues as 正在回复. Not here: what is done with
//! the words (deeds).

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::super::failure::PageError;
use super::super::form::Field;
use super::super::frame::{Frame, show as show_page, show_again};
use super::super::names::Names;
use super::super::served::Served;
use super::super::spoken::{refuse_long, tidy};
use super::super::visit::{Sent, Visit};
use super::super::words::{Sentence, Words};
use super::{Asked, ChatPage, back, customer, path_of};
use crate::conversation::handoff;
use crate::model::{Actor, Attendant, Conversation, CustomerId};
use crate::spreadsheet::LeadNames as _;
use crate::store::{ReplyDraft, ReplyDraftOf, Waiting, Writing};

/// Somebody who types pauses to think, and no longer than this.
const WRITES_FOR: SignedDuration = SignedDuration::from_mins(2);
/// Whoever said 我来处理 is at it for so long, as far as colleagues can tell.
const TOOK_FOR: SignedDuration = SignedDuration::from_mins(10);

#[derive(Debug, Deserialize)]
pub(in crate::console) struct Typed {
    text: String,
    /// The script keeps it while it is typed, and shows no other page.
    #[serde(default)]
    quiet: String,
}

/// Who else is at it.
pub(super) struct Replying {
    pub who: Option<String>,
    /// Where it is asked for again.
    pub address: String,
}

#[derive(Template)]
#[template(path = "console/pages/chat_replying.html")]
struct ReplyingPage {
    frame: Frame,
    replying: Replying,
    back: String,
}

/// 存草稿. What was emptied is removed.
pub(in crate::console) async fn save(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
    Sent(typed): Sent<Typed>,
) -> Result<Response, PageError> {
    let customer = customer(&id)?;
    let store = &visit.console.store;
    // Nobody keeps texts under names that never wrote to us.
    if store.find_last_message(served.id(), &customer).await?.is_none() {
        return Err(PageError::Missing);
    }
    let (text, is_quiet) = (tidy(&typed.text), !typed.quiet.is_empty());
    if let Some(refused) = refuse_long(&text, visit.caller.t) {
        if is_quiet {
            return Ok(StatusCode::UNPROCESSABLE_ENTITY.into_response());
        }
        let mut page = ChatPage::of(&visit, &served, &customer, &Asked::default(), None).await?;
        page.words = Field::of(text).refused(refused);
        return show_again(&page);
    }
    let of = of(&visit, &served, &customer);
    match text.as_str() {
        "" => store.drop_reply_draft(of).await?,
        text => store.save_reply_draft(of, text, visit.now()).await?,
    }
    Ok(match is_quiet {
        true => StatusCode::NO_CONTENT.into_response(),
        false => back(&visit, &served, &customer, "chat.draft_done"),
    })
}

/// What the page asks for again while it is open.
pub(in crate::console) async fn replying(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let customer = customer(&id)?;
    let store = &visit.console.store;
    let waiting = store.find_waiting(served.id(), &customer).await?;
    let conversation = store.load_conversation(served.id(), &customer).await?.conversation;
    let names = Names::load(&visit).await?;
    let at_it = AtIt { waiting: waiting.as_ref(), conversation: &conversation };
    show_page(&ReplyingPage {
        frame: visit.frame("chats"),
        replying: Replying::of(&visit, &served, &customer, &at_it, &names).await?,
        back: served.link(&path_of(&customer)),
    })
}

pub(super) async fn find(
    visit: &Visit,
    served: &Served,
    customer: &CustomerId,
) -> Result<Option<ReplyDraft>, PageError> {
    Ok(visit.console.store.find_reply_draft(of(visit, served, customer)).await?)
}

/// It was said, or there is nothing to say any more.
pub(super) async fn remove(visit: &Visit, served: &Served, customer: &CustomerId) -> Result<(), PageError> {
    Ok(visit.console.store.drop_reply_draft(of(visit, served, customer)).await?)
}

fn of<'a>(visit: &'a Visit, served: &'a Served, customer: &'a CustomerId) -> ReplyDraftOf<'a> {
    ReplyDraftOf { account: served.id(), customer, staff: &visit.staff.id }
}

/// By what else one sees that somebody is at it.
pub(super) struct AtIt<'a> {
    pub waiting: Option<&'a Waiting>,
    pub conversation: &'a Conversation,
}

impl AtIt<'_> {
    /// Ids of staff who took the place in the line lately, or have the conversation.
    fn staff(&self, now: Timestamp) -> impl Iterator<Item = String> {
        let taken = self.waiting.and_then(|waiting| waiting.taken.as_ref());
        let took = taken.filter(|taken| now.duration_since(taken.at) <= TOOK_FOR);
        let took = took.and_then(|taken| match &taken.by {
            Actor::Staff(id) => Some(id.clone()),
            Actor::Customer | Actor::System | Actor::Script(_) => None,
        });
        let holds = match handoff::held_by(self.conversation, now) {
            Some(Attendant::Staff(id)) => Some(id.to_string()),
            Some(Attendant::Agent(_)) | None => None,
        };
        took.into_iter().chain(holds)
    }
}

impl Replying {
    pub(super) async fn of(
        visit: &Visit,
        served: &Served,
        customer: &CustomerId,
        at_it: &AtIt<'_>,
        names: &Names,
    ) -> Result<Self, PageError> {
        let writing = writing(visit, served).await?;
        let writing = writing.into_iter().filter(|one| one.customer == customer.as_str());
        let staff = writing.map(|one| one.staff).chain(at_it.staff(visit.now()));
        Ok(Self {
            who: others(staff, visit, names),
            address: served.link(&format!("{}/replying", path_of(customer))),
        })
    }

    pub(super) fn said(&self, t: &'static Words) -> Option<Sentence<'static>> {
        self.who.as_ref().map(|who| t.say("chat.replying").owned().with("who", who))
    }
}

/// Everybody who writes to somebody now.
pub(in crate::console) async fn writing(visit: &Visit, served: &Served) -> Result<Vec<Writing>, PageError> {
    let since = visit.now().checked_sub(WRITES_FOR).unwrap_or(visit.now());
    Ok(visit.console.store.list_writing(served.id(), since).await?)
}

/// Their names, oneself left out; None: nobody.
pub(in crate::console) fn others(
    staff: impl Iterator<Item = String>,
    visit: &Visit,
    names: &Names,
) -> Option<String> {
    let mut others: Vec<String> = Vec::new();
    for id in staff.filter(|id| *id != visit.staff.id.as_str()) {
        let name = names.staff(&id);
        if !others.contains(&name) {
            others.push(name);
        }
    }
    (!others.is_empty()).then(|| others.join("、"))
}
