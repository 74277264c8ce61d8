//! The way of a form: shown, looked at, saved into the draft, deleted. Nothing is
//! overwritten that its writer has not seen, and nothing typed is lost. Not here:
//! what is shown (page), the two texts side by side (clash).

mod page;

use axum::response::Response;

use super::super::confirm::Confirm;
use super::super::failure::PageError;
use super::super::frame::{show as show_page, show_again};
use super::super::visit::Visit;
use super::clash::Faster;
use super::thing::Thing;
use crate::publishing::{Draft, WriteError};
use crate::rulebook::edit::{EditError, Values};
use crate::store::content_hash;

/// What a form sends, in its order.
pub(super) type Typed = Vec<(String, String)>;

/// One form, opened.
struct Desk<'v, T> {
    visit: &'v Visit,
    thing: &'v T,
    draft: Draft,
    before: Option<Values>,
    is_by_hand: bool,
}

pub(super) async fn show(visit: &Visit, thing: &impl Thing) -> Result<Response, PageError> {
    let desk = Desk::open(visit, thing).await?;
    let values = desk.before.clone().unwrap_or_default();
    show_page(&desk.page(&values, &[]).await?)
}

pub(super) async fn take(visit: &Visit, thing: &impl Thing, sent: Typed) -> Result<Response, PageError> {
    let mut desk = Desk::open(visit, thing).await?;
    let today = visit.console.live.load().rulebook.settings.hours.today(visit.now());
    let values = thing.meant(desk.typed(&sent), today);
    let mistakes = desk.mistakes(&values);
    if desk.is_by_hand || !mistakes.is_empty() {
        return show_again(&desk.page(&values, &mistakes).await?);
    }
    if is_sent(&sent, "do", "look") {
        return show_page(&desk.page(&values, &[]).await?);
    }
    if !is_sent(&sent, "seen", &fingerprint(desk.before.as_ref())) {
        let file = thing.file(desk.draft.files());
        let faster = desk.draft.who_changed(&visit.console.store, &file).await?;
        return show_again(&desk.clash(&values, faster));
    }
    match desk.save(&values).await? {
        Saved::Kept => Ok(visit.done(&thing.address(&values), "catalog.saved")),
        Saved::Clash(faster) => show_again(&desk.clash(&values, faster)),
        Saved::ByHand => {
            desk.is_by_hand = true;
            show_again(&desk.page(&values, &[]).await?)
        }
    }
}

/// What uses it is said before it goes.
pub(super) async fn ask_removal(visit: &Visit, thing: &impl Thing) -> Result<Response, PageError> {
    let desk = Desk::open(visit, thing).await?;
    let values = desk.before.clone().ok_or(PageError::Missing)?;
    let (action, fact) = (thing.removal().ok_or(PageError::Missing)?, thing.fact());
    let uses = crate::rulebook::uses::uses(desk.draft.files());
    let users = fact.as_ref().map_or(&[][..], |fact| uses.of(fact));
    let names: Vec<&str> = users.iter().map(|user| user.name.as_str()).collect();
    let words = if names.is_empty() { "catalog.remove" } else { "catalog.remove_used" };
    let back = thing.address(&values);
    let page = Confirm::about(visit, words, &thing.title(&values), &action, &back);
    show_page(&page.filled("rules", &names.join("、")))
}

pub(super) async fn remove(
    visit: &Visit,
    thing: &impl Thing,
    without: impl FnOnce(&Draft) -> Result<Option<Vec<u8>>, EditError>,
) -> Result<Response, PageError> {
    let mut draft = Draft::open(&visit.console.store, &visit.staff.id).await?;
    let (store, file) = (&visit.console.store, thing.file(draft.files()));
    let bytes = without(&draft).map_err(|_| PageError::Missing)?;
    let seen = draft.hash_of(&file);
    let written = match bytes {
        Some(bytes) => draft.write(store, &file, bytes, seen.as_deref(), visit.now()).await,
        None => draft.remove(store, &file, seen.as_deref(), visit.now()).await,
    };
    match written {
        Ok(()) => Ok(visit.done(thing.place().1, "catalog.removed")),
        Err(WriteError::Store(error)) => Err(error.into()),
        // Somebody was faster: the list shows how it stands now.
        Err(WriteError::Clash { .. } | WriteError::Path(_)) => {
            Ok(visit.done(thing.place().1, "catalog.not_removed"))
        }
    }
}

enum Saved {
    Kept,
    Clash(Faster),
    ByHand,
}

impl<'v, T: Thing> Desk<'v, T> {
    async fn open(visit: &'v Visit, thing: &'v T) -> Result<Self, PageError> {
        let draft = Draft::open(&visit.console.store, &visit.staff.id).await?;
        let (before, is_by_hand) = match thing.read(draft.files()) {
            Ok(values) => (values, false),
            Err(EditError::Gone) => return Err(PageError::Missing),
            Err(_) => (None, true),
        };
        Ok(Self { visit, thing, draft, before, is_by_hand })
    }

    fn typed(&self, sent: &Typed) -> Values {
        let lines = self.thing.lines();
        lines.iter().filter_map(|line| Some((line.key, line.typed(sent)?))).collect()
    }

    fn mistakes(&self, values: &Values) -> Vec<(&'static str, &'static str)> {
        let lines = self.thing.lines();
        let value = |key| values.get(key).map(String::as_str).unwrap_or_default();
        let of_lines = lines.iter().filter_map(|line| Some((line.key, line.mistake(value(line.key))?)));
        let own = self.thing.mistakes(self.draft.files(), values);
        of_lines.chain(own).collect()
    }

    async fn save(&mut self, values: &Values) -> Result<Saved, PageError> {
        let Ok(bytes) = self.thing.put(self.draft.files(), values) else { return Ok(Saved::ByHand) };
        let (store, file) = (&self.visit.console.store, self.thing.file(self.draft.files()));
        let seen = self.draft.hash_of(&file);
        match self.draft.write(store, &file, bytes, seen.as_deref(), self.visit.now()).await {
            Ok(()) => Ok(Saved::Kept),
            Err(WriteError::Clash { by, at, .. }) => {
                self.before = self.thing.read(self.draft.files()).unwrap_or_default();
                Ok(Saved::Clash((by, at)))
            }
            Err(WriteError::Path(_)) => Ok(Saved::ByHand),
            Err(WriteError::Store(error)) => Err(error.into()),
        }
    }
}

fn is_sent(sent: &Typed, name: &str, value: &str) -> bool {
    sent.iter().any(|(known, sent)| known == name && sent == value)
}

/// What a form has seen; nothing for what does not exist yet.
fn fingerprint(values: Option<&Values>) -> String {
    let Some(values) = values else { return String::new() };
    let told: Vec<String> = values.iter().map(|(key, value)| format!("{key}={value}\u{1e}")).collect();
    content_hash(told.concat().as_bytes())
}
