//! 常用话: sentences that staff have ready for a customer.

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;

use super::confirm::Confirm;
use super::failure::PageError;
use super::form::Field;
use super::frame::{Frame, show as show_page, show_again};
use super::names::Names;
use super::served::Served;
use super::spoken::{Limit, refuse, tidy};
use super::visit::{Sent, Visit, address};
use super::when;
use super::words::{Sentence, Words};
use crate::model::clock::from_millis;
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
    /// When it was changed last, as it was shown.
    #[serde(default)]
    seen: i64,
    title: String,
    text: String,
}

#[derive(Template)]
#[template(path = "console/pages/phrases.html")]
struct PhrasesPage {
    frame: Frame,
    phrases: Vec<Row>,
    id: String,
    seen: i64,
    /// What a colleague did to it meanwhile.
    clash: Option<Sentence<'static>>,
    title: Field,
    text: Field,
    limit: Limit,
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
        page.seen = edited.changed_at.as_millisecond();
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
    let phrases = visit.console.store.list_phrases(served.id()).await?;
    if let Some((title, text)) = sent.refuse(&phrases, visit.caller.t) {
        let page = PhrasesPage::of(&visit, &served, phrases).await?;
        let (id, seen) = (sent.id, sent.seen);
        return show_again(&PhrasesPage { id, seen, title, text, ..page });
    }
    let known = phrases.iter().find(|phrase| phrase.id == sent.id);
    if sent.write(&visit, &served, known).await? {
        return Ok(visit.done(&served.link(PATH), "phrases.saved"));
    }
    clash(&visit, &served, sent).await
}

/// What was typed stays; saving once more is then done knowingly.
async fn clash(visit: &Visit, served: &Served, sent: Saved) -> Result<Response, PageError> {
    let t = visit.caller.t;
    let phrases = visit.console.store.list_phrases(served.id()).await?;
    let now = phrases.iter().find(|phrase| phrase.id == sent.id).cloned();
    let names = Names::load(visit).await?;
    let mut page = PhrasesPage::of(visit, served, phrases).await?;
    page.clash = Some(match now {
        Some(now) => {
            (page.id, page.seen) = (now.id, now.changed_at.as_millisecond());
            t.say("phrases.changed_meanwhile")
                .owned()
                .with("who", names.actor(&now.by))
                .with("text", now.text)
        }
        None => t.say("phrases.gone_meanwhile").owned(),
    });
    (page.title, page.text) = (Field::of(sent.title), Field::of(sent.text));
    show_again(&page)
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
    store.delete_phrase(served.id(), &phrase.id, &operation).await?;
    Ok(visit.done(&served.link(PATH), "phrases.deleted"))
}

async fn find(visit: &Visit, served: &Served, id: &str) -> Result<ReadyPhrase, PageError> {
    let phrases = visit.console.store.list_phrases(served.id()).await?;
    phrases.into_iter().find(|phrase| phrase.id == id).ok_or(PageError::Missing)
}

impl Saved {
    /// Both fields, when one of them cannot be saved.
    fn refuse(&self, phrases: &[ReadyPhrase], t: &'static Words) -> Option<(Field, Field)> {
        let (title, text) = (self.title.trim(), tidy(&self.text));
        let is_taken = phrases.iter().any(|phrase| phrase.title == title && phrase.id != self.id);
        let is_titled = !title.is_empty() && title.chars().count() <= MAX_TITLE_CHARS;
        let wrong = refuse(&text, t);
        if !is_taken && is_titled && wrong.is_none() {
            return None;
        }
        let (mut title, mut text) = (Field::of(title), Field::of(text));
        if is_taken {
            title = title.refused(t.say("phrases.name_taken"));
        } else if !is_titled {
            title = title.refused(t.say("phrases.name_refused"));
        }
        if let Some(wrong) = wrong {
            text = text.refused(wrong);
        }
        Some((title, text))
    }

    /// False when it is not as it was shown any more.
    async fn write(
        &self,
        visit: &Visit,
        served: &Served,
        known: Option<&ReadyPhrase>,
    ) -> Result<bool, PageError> {
        let (store, title, text) = (&visit.console.store, self.title.trim(), tidy(&self.text));
        let is_new = self.id.is_empty();
        let phrase = ReadyPhrase {
            id: if is_new { ReadyPhrase::fresh_id(visit.now()) } else { self.id.clone() },
            title: title.to_owned(),
            text: text.clone(),
            by: visit.myself(),
            changed_at: visit.now(),
        };
        let mut operation = visit.does(OperationKind::PhraseSaved, title).after(text);
        operation.before = known.map(|phrase| phrase.text.clone());
        if is_new {
            store.add_phrase(served.id(), &phrase, &operation).await?;
            return Ok(true);
        }
        Ok(store.change_phrase(served.id(), &phrase, from_millis(self.seen), &operation).await?)
    }
}

impl PhrasesPage {
    async fn of(visit: &Visit, served: &Served, phrases: Vec<ReadyPhrase>) -> Result<Self, PageError> {
        let names = Names::load(visit).await?;
        Ok(Self {
            frame: visit.frame("chats"),
            phrases: phrases.into_iter().map(|phrase| Row::of(phrase, &names, visit, served)).collect(),
            id: String::new(),
            seen: 0,
            clash: None,
            title: Field::default(),
            text: Field::default(),
            limit: Limit::of("phrases.text_about", visit.caller.t),
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
