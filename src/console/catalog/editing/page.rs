//! A form as a page: its fields, what is wrong, how it would look to a customer.

use askama::Template;

use super::{Desk, fingerprint};
use crate::console::catalog::clash::{Clash, ClashPage, Faster};
use crate::console::catalog::entry::{Drawn, Entry, Line, Place};
use crate::console::catalog::hours::{Day, coming, now};
use crate::console::catalog::shelf::{ByHand, Shelf, moment, others_at};
use crate::console::catalog::thing::{Preview, Thing};
use crate::console::failure::PageError;
use crate::console::frame::Frame;
use crate::console::rehearse::{Bubble, Part};
use crate::console::visit::Visit;
use crate::console::words::{Sentence, Words};
use crate::rulebook::Problem;
use crate::rulebook::edit::Values;
use crate::rulebook::uses::User;

#[derive(Template)]
#[template(path = "console/pages/item.html")]
pub(super) struct ItemPage {
    frame: Frame,
    title: String,
    lead: Option<Sentence<'static>>,
    back: (String, Sentence<'static>),
    action: String,
    seen: String,
    /// It was looked at or refused, and is nowhere but on this page.
    is_unsaved: bool,
    entries: Vec<Entry>,
    /// Those that most forms leave empty.
    folded: Vec<Entry>,
    /// The file is written in a way that no form can change.
    is_by_hand: Option<ByHand>,
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

impl<T: Thing> Desk<'_, T> {
    pub(super) async fn page(
        &self,
        values: &Values,
        mistakes: &[(&str, &str)],
    ) -> Result<ItemPage, PageError> {
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
            is_unsaved: self.before.clone().unwrap_or_default() != *values,
            entries,
            folded,
            is_by_hand: self.is_by_hand.then(|| ByHand::of(visit, &file)),
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
            None => t.say(self.thing.title_of_new()).to_string(),
        }
    }

    pub(super) fn clash(&self, values: &Values, faster: Faster) -> ClashPage {
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
        let clash = Clash {
            here: thing.place().0,
            title: self.title(values),
            faster,
            theirs: told(&theirs),
            mine: told(values),
            fields: values.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
            seen: fingerprint(self.before.as_ref()),
            action: if self.before.is_some() { thing.address(values) } else { thing.making() },
        };
        clash.page(self.visit)
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
                self.withheld = Some(now(&rulebook.settings.hours, visit));
                self.days = coming(&rulebook.settings.hours, visit);
            }
        }
    }
}

fn entries(thing: &impl Thing, values: &Values, mistakes: &[(&str, &str)], t: &'static Words) -> Vec<Entry> {
    let lines = thing.lines();
    let entry = |line: &Line| {
        let mut entry = line.entry(values, t);
        if let Some((_, word)) = mistakes.iter().find(|(key, _)| *key == line.key) {
            entry.field = entry.field.refused(t.say(word));
        }
        entry
    };
    lines.iter().map(entry).collect()
}
