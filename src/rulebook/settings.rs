//! `settings.toml` as meant: the centre, its hours, what the bot says by
//! itself, and the words to watch.

use super::hours::Hours;
use super::phrases::Phrases;
use crate::text::Normalized;
use jiff::civil::Date;

#[derive(Clone, Debug, Default)]
pub struct Settings {
    pub centre: Centre,
    pub hours: Hours,
    pub phrases: Phrases,
    pub words: Words,
    pub answers: Answers,
    pub privacy: Privacy,
}

#[derive(Clone, Debug, Default)]
pub struct Centre {
    pub name: Box<str>,
}

#[derive(Clone, Debug, Default)]
pub struct Words {
    /// 用语红线: whole phrases that no reply may hold.
    pub red_lines: Vec<Box<str>>,
    /// Insults, normalised: answered once, then met with silence.
    pub abuse: Vec<Normalized>,
}

#[derive(Clone, Debug, Default)]
pub struct Answers {
    /// Other places and institutions: a message about them is not about us.
    pub elsewhere: Vec<Box<str>>,
}

/// What the privacy page says; an empty field leaves its sentence out.
#[derive(Clone, Debug, Default)]
pub struct Privacy {
    /// Who is responsible; without it the centre.
    pub keeper: Option<Box<str>>,
    /// Whom to ask; without it the default contact.
    pub contact: Option<Box<str>>,
    pub address: Option<Box<str>>,
    /// What the data is for.
    pub purpose: Option<Box<str>>,
    pub updated: Option<Date>,
}
