//! Where one can go: the groups at the side on a wide screen, the bar at the
//! bottom on a phone, and 「更多」. A page enters all of them with one line here.

use super::words::{Sentence, Words};
use crate::model::{Right, Role};

pub(super) struct Entry {
    /// Its name is `nav.<key>` in the words; a page says which one it is.
    pub key: &'static str,
    pub address: &'static str,
    right: Right,
    pub group: Group,
    /// After `g`, goes there.
    pub letter: Option<char>,
    bar: Bar,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Group {
    Work,
    Content,
    Live,
    Administration,
}

/// The bar of a phone has room for four and 「更多」: the first four that are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bar {
    Shown,
    Hidden,
}

const ENTRIES: &[Entry] = &[
    entry("home", "/console", Group::Work).bar().key('h'),
    entry("chats", "/console/chats", Group::Work).only(Right::Serve).bar().key('c'),
    entry("leads", "/console/leads", Group::Work).bar().key('l'),
    entry("misses", "/console/misses", Group::Work).bar().key('u'),
    entry("rules", "/console/rules", Group::Content).key('r'),
    entry("courses", "/console/courses", Group::Content),
    entry("contacts", "/console/contacts", Group::Content),
    entry("articles", "/console/articles", Group::Content),
    entry("forms", "/console/forms", Group::Content),
    entry("settings", "/console/settings", Group::Content),
    entry("todo", "/console/todo", Group::Content),
    entry("publish", "/console/publish", Group::Live).key('p'),
    entry("try", "/console/try", Group::Live).bar().key('t'),
    entry("accounts", "/console/accounts", Group::Administration).only(Right::Administer),
    entry("data", "/console/data", Group::Administration).key('d'),
    entry("members", "/console/members", Group::Administration).only(Right::Administer).key('m'),
    entry("import", "/console/import", Group::Administration),
    entry("log", "/console/log", Group::Administration).only(Right::Administer),
    entry("tokens", "/console/tokens", Group::Administration).only(Right::Administer),
];

const fn entry(key: &'static str, address: &'static str, group: Group) -> Entry {
    Entry { key, address, right: Right::Enter, group, letter: None, bar: Bar::Hidden }
}

impl Entry {
    const fn only(mut self, right: Right) -> Self {
        self.right = right;
        self
    }

    const fn bar(mut self) -> Self {
        self.bar = Bar::Shown;
        self
    }

    const fn key(mut self, letter: char) -> Self {
        self.letter = Some(letter);
        self
    }
}

#[derive(Debug)]
pub(super) struct Link {
    pub key: &'static str,
    pub address: &'static str,
    pub name: Sentence<'static>,
    pub letter: Option<char>,
    in_bar: Bar,
}

#[derive(Debug)]
pub(super) struct LinkGroup {
    pub name: Sentence<'static>,
    pub links: Vec<Link>,
}

/// What this role can open, group by group; empty groups are left out.
pub(super) fn groups(role: Role, t: &'static Words) -> Vec<LinkGroup> {
    let groups = Group::ALL.into_iter().map(|group| {
        let links = ENTRIES.iter().filter(|entry| entry.group == group && role.may(entry.right));
        let link = |entry: &Entry| Link {
            key: entry.key,
            address: entry.address,
            name: t.say(&format!("nav.{}", entry.key)).owned(),
            letter: entry.letter,
            in_bar: entry.bar,
        };
        LinkGroup { name: t.say(group.word()).owned(), links: links.map(link).collect() }
    });
    groups.filter(|group| !group.links.is_empty()).collect()
}

/// For the bottom of a phone.
pub(super) fn bar(groups: &[LinkGroup]) -> impl Iterator<Item = &Link> {
    let links = groups.iter().flat_map(|group| &group.links);
    links.filter(|link| link.in_bar == Bar::Shown).take(4)
}

impl Group {
    const ALL: [Self; 4] = [Self::Work, Self::Content, Self::Live, Self::Administration];

    fn word(self) -> &'static str {
        match self {
            Self::Work => "nav.group_work",
            Self::Content => "nav.group_content",
            Self::Live => "nav.group_live",
            Self::Administration => "nav.group_administration",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::{Lang, words};
    use super::*;

    /// A fifth of 320 px holds so much of the body's size in one line: a Latin
    /// letter is half as wide as a Chinese one, and bold where one is.
    const MOST_HALVES: usize = 7;

    #[test]
    fn names_in_the_bar_of_a_small_phone_take_one_line() {
        for lang in [Lang::Zh, Lang::En] {
            let t = words(lang);
            let groups = groups(Role::Admin, t);
            let names: Vec<String> = bar(&groups).map(|link| link.name.to_string()).collect();
            assert_eq!(names.len(), 4, "{names:?}");
            for name in names.into_iter().chain([t.say("nav.more").to_string()]) {
                let halves: usize = name.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
                assert!(halves <= MOST_HALVES, "{name} wraps");
            }
        }
    }
}
