//! 常用话: sentences that staff have ready for a customer.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;

use super::chat::MAX_WORDS_CHARS;
use super::confirm::Confirm;
use super::failure::PageError;
use super::form::Field;
use super::frame::{Frame, show as show_page, show_again};
use super::names::Names;
use super::served::Served;
use super::visit::{Sent, Visit, address};
use super::when;
use crate::model::Right;
use crate::store::{OperationKind, ReadyPhrase};

const PATH: &str = "/console/phrases";
const MAX_TITLE_CHARS: usize = 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// The one to be changed.
    edit: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Saved {
    /// Empty for a new one.
    id: String,
    title: String,
    text: String,
}

#[derive(Template)]
#[template(path = "console/pages/phrases.html")]
struct PhrasesPage {
    frame: Frame,
    phrases: Vec<Row>,
    may_serve: bool,
    id: String,
    title: Field,
    text: Field,
    action: String,
    back: String,
}

struct Row {
    title: String,
    text: String,
    by: String,
    at: String,
    edit: String,
    delete: String,
}

pub(super) async fn show(
    visit: Visit,
    served: Served,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let phrases = visit.console.store.list_phrases(served.id()).await?;
    let edited = phrases.iter().find(|phrase| phrase.id == asked.edit).cloned();
    let mut page = PhrasesPage::of(&visit, &served, phrases).await?;
    if let Some(edited) = edited {
        page.id = edited.id;
        page.title = Field::of(edited.title);
        page.text = Field::of(edited.text);
    }
    show_page(&page)
}

pub(super) async fn save(
    visit: Visit,
    served: Served,
    Sent(sent): Sent<Saved>,
) -> Result<Response, PageError> {
    let (store, t) = (&visit.console.store, visit.caller.t);
    let phrases = store.list_phrases(served.id()).await?;
    let (title, text) = (sent.title.trim(), sent.text.trim());
    let is_taken = phrases.iter().any(|phrase| phrase.title == title && phrase.id != sent.id);
    let is_titled = !title.is_empty() && title.chars().count() <= MAX_TITLE_CHARS;
    let is_worded = !text.is_empty() && text.chars().count() <= MAX_WORDS_CHARS;
    if is_taken || !is_titled || !is_worded {
        let mut page = PhrasesPage::of(&visit, &served, phrases).await?;
        page.id.clone_from(&sent.id);
        page.title = Field::of(title);
        page.text = Field::of(text);
        if is_taken {
            page.title = page.title.refused(t.say("phrases.name_taken"));
        } else if !is_titled {
            page.title = page.title.refused(t.say("phrases.name_refused"));
        }
        if !is_worded {
            page.text = page.text.refused(t.say("phrases.text_refused"));
        }
        return show_again(&page);
    }
    let known = phrases.iter().find(|phrase| phrase.id == sent.id);
    let phrase = ReadyPhrase {
        id: known.map_or_else(|| format!("{:x}", visit.now().as_microsecond()), |phrase| phrase.id.clone()),
        title: title.to_owned(),
        text: text.to_owned(),
        by: visit.myself(),
        changed_at: visit.now(),
    };
    let mut operation = visit.does(OperationKind::PhraseSaved, title).after(text);
    operation.before = known.map(|phrase| phrase.text.clone());
    store.note_operation(&operation).await?;
    store.save_phrase(served.id(), &phrase).await?;
    Ok(visit.done(&served.link(PATH), "phrases.saved"))
}

pub(super) async fn ask_delete(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let phrase = find(&visit, &served, &id).await?;
    let action = served.deed(&format!("{PATH}/{}/delete", phrase.id));
    show_page(&Confirm::about(&visit, "phrases.delete", &phrase.title, &action, &served.link(PATH)))
}

pub(super) async fn delete(
    visit: Visit,
    served: Served,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let phrase = find(&visit, &served, &id).await?;
    let store = &visit.console.store;
    let operation = visit.does(OperationKind::PhraseDeleted, &phrase.title).before(phrase.text);
    store.note_operation(&operation).await?;
    store.delete_phrase(served.id(), &phrase.id).await?;
    Ok(visit.done(&served.link(PATH), "phrases.deleted"))
}

async fn find(visit: &Visit, served: &Served, id: &str) -> Result<ReadyPhrase, PageError> {
    let phrases = visit.console.store.list_phrases(served.id()).await?;
    phrases.into_iter().find(|phrase| phrase.id == id).ok_or(PageError::Missing)
}

impl PhrasesPage {
    async fn of(visit: &Visit, served: &Served, phrases: Vec<ReadyPhrase>) -> Result<Self, PageError> {
        let names = Names::load(visit).await?;
        Ok(Self {
            frame: visit.frame("chats"),
            phrases: phrases.into_iter().map(|phrase| Row::of(phrase, &names, visit, served)).collect(),
            may_serve: visit.staff.role.may(Right::Serve),
            id: String::new(),
            title: Field::default(),
            text: Field::default(),
            action: served.deed("/console/phrases/save"),
            back: served.link("/console/chats"),
        })
    }
}

impl Row {
    fn of(phrase: ReadyPhrase, names: &Names, visit: &Visit, served: &Served) -> Self {
        let edit = address(PATH, &[("edit", &phrase.id), ("account", served.asked())]);
        Self {
            by: names.actor(&phrase.by),
            at: when::minute(&visit.console, phrase.changed_at),
            edit: format!("{edit}#edit"),
            delete: served.deed(&format!("{PATH}/{}/delete", phrase.id)),
            title: phrase.title,
            text: phrase.text,
        }
    }
}
