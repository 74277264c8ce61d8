//! Which rules use a course, a contact, an article or a form, as they are
//! written: by their kind, by a link, by a variable. For 「被 3 条规则使用」, and
//! before something is deleted.

use std::collections::BTreeMap;

use super::Files;
use super::check::Folder;
use super::fields::Written;
use super::file::{KindEntry, RuleEntry};
use super::markup::{Target, Token, tokens};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// By its id.
    Course(String),
    /// By its name.
    Contact(String),
    Article(String),
    Form(String),
}

/// A rule that uses something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: String,
    pub name: String,
}

#[derive(Clone, Debug, Default)]
pub struct Uses {
    by: BTreeMap<Fact, Vec<User>>,
}

impl Uses {
    pub fn of(&self, fact: &Fact) -> &[User] {
        self.by.get(fact).map_or(&[], Vec::as_slice)
    }

    fn note(&mut self, fact: Fact, rule: &RuleEntry) {
        let text = |written: &Option<Written>| {
            written.as_ref().map(|text| text.text.to_string()).unwrap_or_default()
        };
        let user = User { id: text(&rule.id), name: text(&rule.name) };
        let users = self.by.entry(fact).or_default();
        if !users.contains(&user) {
            users.push(user);
        }
    }
}

pub fn uses(files: &Files) -> Uses {
    let folder = Folder::read(files, &mut Vec::new());
    let mut uses = Uses::default();
    for rule in &folder.rules {
        by_kind(rule, &folder, &mut uses);
        let fallback = rule.rest.as_ref().and_then(|rest| rest.fallback.as_ref());
        for text in std::iter::once(&rule.body).chain(fallback) {
            by_text(&text.text, rule, &folder, &mut uses);
        }
    }
    uses
}

fn by_kind(rule: &RuleEntry, folder: &Folder<'_>, uses: &mut Uses) {
    match rule.kind() {
        KindEntry::Article(Some(id)) => uses.note(Fact::Article(id.text.to_string()), rule),
        KindEntry::Form(Some(id)) => uses.note(Fact::Form(id.text.to_string()), rule),
        KindEntry::Contact(Some(name)) => uses.note(Fact::Contact(name.text.to_string()), rule),
        KindEntry::Contact(None) => note_default_contact(rule, folder, uses),
        KindEntry::Courses { ids, theme } => {
            let listed = folder.catalog.courses.iter().filter(|course| {
                let is_named = ids.is_empty() || ids.iter().any(|id| id.text == course.id);
                let is_of_theme =
                    theme.as_ref().is_none_or(|theme| course.theme.as_ref() == Some(&theme.text));
                is_named && is_of_theme
            });
            listed.for_each(|course| uses.note(Fact::Course(course.id.to_string()), rule));
        }
        KindEntry::Text
        | KindEntry::Card(_)
        | KindEntry::Article(None)
        | KindEntry::Form(None)
        | KindEntry::Human
        | KindEntry::Silence
        | KindEntry::NotOurs
        | KindEntry::Image(_)
        | KindEntry::Voice(_)
        | KindEntry::Video(_)
        | KindEntry::Music(_) => {}
    }
}

fn by_text(text: &str, rule: &RuleEntry, folder: &Folder<'_>, uses: &mut Uses) {
    for token in tokens(text) {
        let Token::Link(link) = token else { continue };
        match link.target {
            Target::Article(id) => uses.note(Fact::Article(id.to_owned()), rule),
            Target::Form(id) => uses.note(Fact::Form(id.to_owned()), rule),
            Target::Rule(_) | Target::Url(_) | Target::Unknown(_) => {}
        }
    }
    let variables = text.split("{{").skip(1).filter_map(|rest| rest.split("}}").next());
    if variables.map(str::trim).any(|name| matches!(name, "phone" | "wechat" | "contact")) {
        note_default_contact(rule, folder, uses);
    }
}

fn note_default_contact(rule: &RuleEntry, folder: &Folder<'_>, uses: &mut Uses) {
    if let Some(contact) = folder.catalog.default_contact() {
        uses.note(Fact::Contact(contact.name.to_string()), rule);
    }
}
