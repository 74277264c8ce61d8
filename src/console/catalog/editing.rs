//! The way of a form: shown, looked at, saved into the draft, deleted. Nothing is
//! overwritten that its writer has not seen, and nothing typed is lost.

use askama::Template;
use axum::response::Response;
use jiff::Timestamp;

use super::super::confirm::Confirm;
use super::super::diff;
use super::super::failure::PageError;
use super::super::frame::{Frame, show as show_page, show_again};
use super::super::rehearse::{Bubble, Part};
use super::super::visit::Visit;
use super::super::when;
use super::super::words::{Sentence, Words};
use super::entry::{Drawn, Entry, Place};
use super::hours::Day;
use super::shelf::{Shelf, moment, others_at};
use super::thing::{Preview, Thing};
use crate::publishing::{Draft, WriteError};
use crate::rulebook::Problem;
use crate::rulebook::edit::{EditError, Values};
use crate::rulebook::uses::User;
use crate::store::content_hash;

/// What a form sends, in its order.
pub(super) type Typed = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "console/pages/item.html")]
struct ItemPage {
    frame: Frame,
    title: String,
    lead: Option<Sentence<'static>>,
    back: (String, Sentence<'static>),
    action: String,
    seen: String,
    entries: Vec<Entry>,
    /// Those that most forms leave empty.
    folded: Vec<Entry>,
    /// The file is written in a way that no form can change.
    is_by_hand: Option<String>,
    others: Vec<Sentence<'static>>,
    problems: Vec<Problem>,
    bubbles: Vec<Bubble>,
    withheld: Option<Sentence<'static>>,
    days: Vec<Day>,
    uses: Vec<User>,
    can_be_used: bool,
    removal: Option<String>,
    has_preview: bool,
}

#[derive(Template)]
#[template(path = "console/pages/item_clash.html")]
struct ClashPage {
    frame: Frame,
    who: Sentence<'static>,
    title: String,
    lines: Vec<diff::Line>,
    fields: Typed,
    seen: String,
    action: String,
}

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
    let values = desk.typed(&sent);
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

/// Who changed it meanwhile, and when; None: whoever edits the folder.
type Faster = (Option<String>, Timestamp);

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

    async fn page(&self, values: &Values, mistakes: &[(&str, &str)]) -> Result<ItemPage, PageError> {
        let (visit, thing, t) = (self.visit, self.thing, self.visit.caller.t);
        let file = thing.file(self.draft.files());
        let mut files = self.draft.files().clone();
        // As it would be: problems and preview are about what is on the page.
        if mistakes.is_empty()
            && self.before.as_ref().is_some_and(|before| before != values)
            && let Ok(bytes) = thing.put(&files, values)
        {
            files.insert(&file, bytes);
        }
        let shelf = Shelf::of(&visit.console, files).await?;
        let (here, _) = thing.place();
        let entries = entries(thing, values, mistakes, t).into_iter();
        let (folded, entries) = entries.partition(|entry| entry.place == Place::Folded);
        let mut page = ItemPage {
            frame: visit.frame(here),
            title: self.title(values),
            lead: thing.lead().map(|word| t.say(word)),
            back: (thing.list(), t.say(&format!("nav.{here}"))),
            action: if self.before.is_some() { thing.address(values) } else { thing.making() },
            seen: fingerprint(self.before.as_ref()),
            entries,
            folded,
            is_by_hand: self.is_by_hand.then(|| file.clone()),
            others: others_at(visit, &self.draft, &file).await?,
            problems: shelf.problems_of(&file),
            bubbles: Vec::new(),
            withheld: None,
            days: Vec::new(),
            uses: thing.fact().map(|fact| shelf.uses.of(&fact).to_vec()).unwrap_or_default(),
            can_be_used: thing.fact().is_some() && self.before.is_some(),
            removal: thing.removal().filter(|_| self.before.is_some()),
            has_preview: false,
        };
        page.preview(visit, thing, values, &shelf);
        Ok(page)
    }

    fn title(&self, values: &Values) -> String {
        let t = self.visit.caller.t;
        match self.thing.name() {
            Some(word) => t.say(word).to_string(),
            None if self.before.is_some() => self.thing.title(values),
            None => t.say("catalog.new").to_string(),
        }
    }

    fn clash(&self, values: &Values, (by, at): Faster) -> ClashPage {
        let (thing, t) = (self.thing, self.visit.caller.t);
        let theirs = self.before.clone().unwrap_or_default();
        let told = |values: &Values| {
            let lines = thing.lines();
            let told = lines.iter().map(|line| {
                let value = values.get(line.key).map(String::as_str).unwrap_or_default();
                format!("{}：{}", t.say(line.label), value.trim())
            });
            told.collect::<Vec<_>>().join("\n")
        };
        let by = by.unwrap_or_else(|| t.say("catalog.somebody").to_string());
        let at =
            if at == Timestamp::UNIX_EPOCH { String::new() } else { when::minute(&self.visit.console, at) };
        ClashPage {
            who: t.say("catalog.clash").with("who", by).with("at", at),
            frame: self.visit.frame(thing.place().0),
            title: self.title(values),
            lines: diff::lines(&told(&theirs), &told(values)),
            fields: values.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
            seen: fingerprint(self.before.as_ref()),
            action: thing.address(values),
        }
    }
}

impl ItemPage {
    fn is_unfolded(&self) -> bool {
        self.folded.iter().any(Entry::is_in_use)
    }

    fn preview(&mut self, visit: &Visit, thing: &impl Thing, values: &Values, shelf: &Shelf) {
        let t = visit.caller.t;
        let is_wanted = self.is_by_hand.is_none() && !values.is_empty();
        let Some(rulebook) = shelf.checked.rulebook.as_ref() else {
            self.withheld = is_wanted.then(|| t.say("catalog.cannot_preview"));
            self.has_preview = is_wanted;
            return;
        };
        let shown = if is_wanted { thing.show(rulebook, values, &moment(visit)) } else { Preview::None };
        self.has_preview = !matches!(shown, Preview::None);
        match shown {
            Preview::None => {}
            Preview::Bubble(rendered) => self.bubbles.push(Bubble::answer(&rendered.reply, None, t)),
            Preview::Withheld => self.withheld = Some(t.say("catalog.withheld")),
            Preview::Hours => {
                self.withheld = Some(super::hours::now(&rulebook.settings.hours, visit));
                self.days = super::hours::coming(&rulebook.settings.hours, visit);
            }
        }
    }
}

fn entries(thing: &impl Thing, values: &Values, mistakes: &[(&str, &str)], t: &'static Words) -> Vec<Entry> {
    let lines = thing.lines();
    let entry = |line: &super::entry::Line| {
        let mut entry = line.entry(values, t);
        if let Some((_, word)) = mistakes.iter().find(|(key, _)| *key == line.key) {
            entry.field = entry.field.refused(t.say(word));
        }
        entry
    };
    lines.iter().map(entry).collect()
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
