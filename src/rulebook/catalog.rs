//! Facts that many rules share: courses, contacts, articles (D7). Each may have
//! an owner and a last day, after which no reply uses it.

use jiff::civil::Date;

use super::hours::Hours;
use super::rule::Place;
use crate::model::ArticleId;

#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub courses: Vec<Course>,
    pub contacts: Vec<Contact>,
    pub articles: Vec<Article>,
}

#[derive(Clone, Debug, Default)]
pub struct Course {
    pub id: Box<str>,
    pub name: Box<str>,
    pub theme: Option<Box<str>>,
    pub days: Range,
    pub people: Range,
    pub audience: Option<Box<str>>,
    pub price_text: Option<Box<str>>,
    pub link: Option<Box<str>>,
    pub points: Option<Box<str>>,
    pub cover: Option<Box<str>>,
    pub owner: Option<Box<str>>,
    pub valid_until: Option<Date>,
    pub place: Place,
}

/// From, to; either may be unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    pub min: Option<u32>,
    pub max: Option<u32>,
}

#[derive(Clone, Debug, Default)]
pub struct Contact {
    pub name: Box<str>,
    pub role: Option<Box<str>>,
    pub phone: Option<Box<str>>,
    pub wechat: Option<Box<str>>,
    /// When to call, as it is shown.
    pub hours: Option<Box<str>>,
    /// The same where it is known exactly: then it decides what is open.
    pub opening: Option<Box<Hours>>,
    pub is_default: bool,
    pub owner: Option<Box<str>>,
    pub valid_until: Option<Date>,
    pub place: Place,
}

#[derive(Clone, Debug)]
pub struct Article {
    pub id: ArticleId,
    pub title: Box<str>,
    pub source: Option<Box<str>>,
    pub date: Option<Date>,
    pub link: Option<Box<str>>,
    pub cover: Option<Box<str>>,
    pub summary: Option<Box<str>>,
    /// From the day after, the reader is told that its times have passed.
    pub stale_after: Option<Date>,
    /// What the reader is then told; without it the settings' phrase.
    pub stale_note: Option<Box<str>>,
    pub owner: Option<Box<str>>,
    pub valid_until: Option<Date>,
    /// Markdown.
    pub body: Box<str>,
    pub place: Place,
}

impl Catalog {
    pub fn default_contact(&self) -> Option<&Contact> {
        self.contacts.iter().find(|contact| contact.is_default).or(self.contacts.first())
    }

    pub fn contact(&self, name: &str) -> Option<&Contact> {
        self.contacts.iter().find(|contact| &*contact.name == name)
    }

    pub fn article(&self, id: &ArticleId) -> Option<&Article> {
        self.articles.iter().find(|article| article.id == *id)
    }

    pub fn course(&self, id: &str) -> Option<&Course> {
        self.courses.iter().find(|course| &*course.id == id)
    }
}

impl Article {
    pub fn is_stale(&self, today: Date) -> bool {
        self.stale_after.is_some_and(|last| last < today)
    }
}

/// Whether a fact may still be used: its last day has not passed.
pub fn holds(valid_until: Option<Date>, today: Date) -> bool {
    valid_until.is_none_or(|last| today <= last)
}
