//! What staff do about a conversation. Each is written down where it shows: in
//! the conversation itself, and in the log what takes something out or away.

use axum::extract::Path;
use axum::response::Response;
use serde::Deserialize;

use super::super::confirm::Confirm;
use super::super::failure::PageError;
use super::super::form::Field;
use super::super::frame::{show as show_page, show_again};
use super::super::served::Served;
use super::super::sheet;
use super::super::spoken::{refuse, tidy};
use super::super::visit::{Sent, Visit};
use super::{Asked, ChatPage, back, customer, draft, path_of};
use crate::conversation::{AttendError, Deed};
use crate::model::{Attendant, CustomerId, DeliveryKey, Human};
use crate::store::{Ending, OperationKind, Take};

const MAX_NOTE_CHARS: usize = 2_000;

#[derive(Debug, Deserialize)]
pub(in crate::console) struct Written {
    text: String,
}

/// 我来处理: colleagues see it, and nobody does the same thing twice.
pub(in crate::console) async fn take(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let customer = customer(&id)?;
    let notice = match visit.console.store.take_waiting(served.id(), &customer, &visit.act()).await? {
        Take::Yours => "chat.taken_done",
        Take::TakenBy(_) => "chat.taken_before",
        Take::Gone => "chat.taken_gone",
    };
    Ok(back(&visit, &served, &customer, notice))
}

/// Back into the line, at the same place.
pub(in crate::console) async fn release(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let customer = customer(&id)?;
    visit.console.store.release_waiting(served.id(), &customer).await?;
    Ok(back(&visit, &served, &customer, "chat.released_done"))
}

/// 处理完了.
pub(in crate::console) async fn end(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let customer = customer(&id)?;
    visit.console.store.end_waiting(served.id(), &customer, Ending::Done, visit.now()).await?;
    draft::remove(&visit, &served, &customer).await?;
    Ok(back(&visit, &served, &customer, "chat.ended_done"))
}

/// The bot is silent while a colleague has the conversation.
pub(in crate::console) async fn hold(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let customer = customer(&id)?;
    if served.account.human != Human::Yingda {
        return Err(PageError::Missing);
    }
    let by = Attendant::Staff(visit.staff.id.as_str().into());
    attend(&visit, &served, &customer, &Deed::Take(by)).await?;
    visit.console.store.take_waiting(served.id(), &customer, &visit.act()).await?;
    Ok(back(&visit, &served, &customer, "chat.held_done"))
}

/// 交还机器人: it says so before its next reply.
pub(in crate::console) async fn hand_back(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let customer = customer(&id)?;
    attend(&visit, &served, &customer, &Deed::HandBack).await?;
    visit.console.store.end_waiting(served.id(), &customer, Ending::Returned, visit.now()).await?;
    draft::remove(&visit, &served, &customer).await?;
    Ok(back(&visit, &served, &customer, "chat.handed_back_done"))
}

/// 对方下次来信时带出. A note keeps who wrote it.
pub(in crate::console) async fn leave_words(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
    Sent(sent): Sent<Written>,
) -> Result<Response, PageError> {
    let (customer, t) = (customer(&id)?, visit.caller.t);
    let text = tidy(&sent.text);
    if let Some(refused) = refuse(&text, t) {
        let mut page = ChatPage::of(&visit, &served, &customer, &Asked::default(), None).await?;
        page.words = Field::of(text).refused(refused);
        return show_again(&page);
    }
    let by = visit.staff.id.to_string();
    attend(&visit, &served, &customer, &Deed::Leave { by, text: text.clone() }).await?;
    draft::remove(&visit, &served, &customer).await?;
    let noted = t.say("chat.words_noted").with("text", text);
    visit.console.store.add_note(served.id(), &customer, noted.as_str(), &visit.act()).await?;
    Ok(back(&visit, &served, &customer, "chat.words_done"))
}

pub(in crate::console) async fn take_back_words(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let customer = customer(&id)?;
    attend(&visit, &served, &customer, &Deed::TakeBackWords).await?;
    let noted = visit.caller.t.say("chat.words_back_noted");
    visit.console.store.add_note(served.id(), &customer, noted.as_str(), &visit.act()).await?;
    Ok(back(&visit, &served, &customer, "chat.words_back_done"))
}

pub(in crate::console) async fn add_note(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
    Sent(sent): Sent<Written>,
) -> Result<Response, PageError> {
    let customer = customer(&id)?;
    let text = sent.text.trim();
    if text.is_empty() || text.chars().count() > MAX_NOTE_CHARS {
        let mut page = ChatPage::of(&visit, &served, &customer, &Asked::default(), None).await?;
        page.note = Field::of(text).refused(visit.caller.t.say("chat.note_refused"));
        return show_again(&page);
    }
    visit.console.store.add_note(served.id(), &customer, text, &visit.act()).await?;
    Ok(back(&visit, &served, &customer, "chat.note_done"))
}

/// The original of one message, in this answer alone.
pub(in crate::console) async fn reveal(
    visit: Visit,
    served: Served,
    Path((id, key)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let customer = customer(&id)?;
    let key = DeliveryKey::parse(&key).map_err(|_| PageError::Missing)?;
    let store = &visit.console.store;
    if store.find_exchange(served.id(), &customer, &key).await?.is_none() {
        return Err(PageError::Missing);
    }
    store.note_operation(&visit.does(OperationKind::MessageRevealed, key.as_str())).await?;
    let original = store.reveal_message(served.id(), &key, &visit.act()).await?;
    let revealed = original.as_deref().map(|text| (&key, text));
    show_page(&ChatPage::of(&visit, &served, &customer, &Asked::default(), revealed).await?)
}

/// Everything that is kept of them, for a copy they may ask for.
pub(in crate::console) async fn export(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let customer = customer(&id)?;
    let store = &visit.console.store;
    if store.load_timeline(served.id(), &customer, None).await?.is_empty() {
        return Err(PageError::Missing);
    }
    store.note_operation(&visit.does(OperationKind::PersonExported, &customer.masked())).await?;
    let person = store.export_person(served.id(), &customer, &visit.act()).await?;
    let json =
        serde_json::to_vec_pretty(&person).map_err(|cause| PageError::Broken(cause.to_string().into()))?;
    Ok(sheet::file("yingda-person.json", "application/json", json))
}

pub(in crate::console) async fn ask_delete(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let customer = customer(&id)?;
    let page = path_of(&customer);
    let (action, back) = (served.deed(&format!("{page}/delete")), served.link(&page));
    show_page(&Confirm::about(&visit, "chat.delete", &customer.masked(), &action, &back))
}

/// Everything that is known of them, leads included. The log names nobody.
pub(in crate::console) async fn delete(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let customer = customer(&id)?;
    let store = &visit.console.store;
    store.note_operation(&visit.does(OperationKind::PersonDeleted, &customer.masked())).await?;
    store.delete_person(served.id(), &customer, &visit.act()).await?;
    visit.console.desk.forget(served.id(), &customer);
    Ok(visit.done(&served.link("/console/chats"), "chat.deleted"))
}

async fn attend(visit: &Visit, served: &Served, customer: &CustomerId, deed: &Deed) -> Result<(), PageError> {
    match visit.console.desk.attend(served.id(), customer, deed).await {
        Ok(_) => Ok(()),
        Err(AttendError::Busy) => Err(PageError::CustomerWrites),
        Err(AttendError::Store(failure)) => Err(failure.into()),
    }
}
