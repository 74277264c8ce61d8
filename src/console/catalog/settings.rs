//! 设置: the centre, its hours, what the bot says by itself, words to watch, the
//! privacy page. One form for each; the greeting is a rule and is led to.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use jiff::civil::Date;

use super::super::failure::PageError;
use super::super::frame::{Frame, show as show_page};
use super::super::visit::{Sent, Visit};
use super::super::words::Sentence;
use super::days;
use super::editing::{self, Typed};
use super::entry::{Kind, Line, line};
use super::shelf::Shelf;
use super::thing::{Preview, Thing};
use crate::model::Right;
use crate::rulebook::edit::settings::{self, Part};
use crate::rulebook::edit::{EditError, Values};
use crate::rulebook::{Files, Moment, Occasion, Phrase, Problem, Rulebook};

const FILE: &str = "settings.toml";
const ADDRESS: &str = "/console/settings";

/// A form of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sheet {
    Centre,
    Hours,
    Fallback,
    Talk,
    Facts,
    Human,
    Form,
    Words,
    Elsewhere,
    Privacy,
}

/// Its last part of the address, its part of the file, its title and what it is for.
struct About {
    slug: &'static str,
    part: Part,
    title: &'static str,
    lead: &'static str,
}

const CENTRE: &[Line] = &[line("name", "setting.centre_name", Kind::Text).required()];

const HOURS: &[Line] = &[
    line("mon_fri", "setting.mon_fri", Kind::Chips),
    line("sat_sun", "setting.sat_sun", Kind::Chips),
    line("closed", "setting.closed", Kind::Chips),
    line("extra", "setting.extra", Kind::Chips),
    line("mon", "setting.only_mon", Kind::Chips).folded(),
    line("tue", "setting.only_tue", Kind::Chips).folded(),
    line("wed", "setting.only_wed", Kind::Chips).folded(),
    line("thu", "setting.only_thu", Kind::Chips).folded(),
    line("fri", "setting.only_fri", Kind::Chips).folded(),
    line("sat", "setting.only_sat", Kind::Chips).folded(),
    line("sun", "setting.only_sun", Kind::Chips).folded(),
];

type ReadDay = fn(&str, Date) -> Option<String>;

/// Fields of the hours that hold days, and how each line of them is read.
const DAYS: [(&str, ReadDay); 2] = [("closed", days::read_days), ("extra", days::read_extra)];

const WORDS: &[Line] =
    &[line("red_lines", "setting.red_lines", Kind::Long(12)), line("abuse", "setting.abuse", Kind::Long(8))];

const ELSEWHERE: &[Line] = &[line("elsewhere", "setting.elsewhere", Kind::Long(16))];

const PRIVACY: &[Line] = &[
    line("keeper", "setting.keeper", Kind::Text),
    line("contact", "setting.privacy_contact", Kind::Text),
    line("address", "setting.privacy_address", Kind::Text),
    line("purpose", "setting.purpose", Kind::Long(2)),
    line("keep_leads_months", "setting.keep_leads_months", Kind::Number),
    line("updated", "setting.privacy_updated", Kind::Date),
];

#[derive(Template)]
#[template(path = "console/pages/settings.html")]
struct SettingsPage {
    frame: Frame,
    links: Vec<Link>,
    greetings: Vec<(String, String)>,
    problems: Vec<Problem>,
    may_edit: bool,
}

struct Link {
    address: String,
    title: Sentence<'static>,
    about: Sentence<'static>,
}

pub(in crate::console) async fn show(visit: Visit) -> Result<Response, PageError> {
    let shelf = Shelf::of_draft(&visit).await?;
    let t = visit.caller.t;
    let rules = shelf.checked.rulebook.as_ref().map(|rulebook| rulebook.rules.as_slice()).unwrap_or_default();
    let greetings = rules.iter().filter(|rule| rule.on.contains(&Occasion::Subscribe));
    let link = |sheet: Sheet| {
        let about = sheet.about();
        let told = match (sheet, shelf.checked.rulebook.as_ref()) {
            (Sheet::Hours, Some(rulebook)) => super::hours::now(&rulebook.settings.hours, &visit),
            _ => t.say(about.lead),
        };
        Link { address: format!("{ADDRESS}/{}", about.slug), title: t.say(about.title), about: told }
    };
    show_page(&SettingsPage {
        frame: visit.frame("settings"),
        links: Sheet::ALL.into_iter().map(link).collect(),
        greetings: greetings.map(|rule| (rule.id.to_string(), rule.name.to_string())).collect(),
        problems: shelf.problems_of(FILE),
        may_edit: visit.staff.role.may(Right::Edit),
    })
}

pub(in crate::console) async fn one(visit: Visit, Path(slug): Path<String>) -> Result<Response, PageError> {
    editing::show(&visit, &Sheet::parse(&slug).ok_or(PageError::Missing)?).await
}

pub(in crate::console) async fn change(
    visit: Visit,
    Path(slug): Path<String>,
    Sent(sent): Sent<Typed>,
) -> Result<Response, PageError> {
    editing::take(&visit, &Sheet::parse(&slug).ok_or(PageError::Missing)?, sent).await
}

impl Sheet {
    const ALL: [Self; 10] = [
        Self::Hours,
        Self::Centre,
        Self::Fallback,
        Self::Talk,
        Self::Facts,
        Self::Human,
        Self::Form,
        Self::Words,
        Self::Elsewhere,
        Self::Privacy,
    ];

    fn about(self) -> About {
        let about = |slug, part, title, lead| About { slug, part, title, lead };
        match self {
            Self::Centre => about("centre", Part::Centre, "setting.centre", "setting.centre_lead"),
            Self::Hours => about("hours", Part::Hours, "setting.hours", "setting.hours_lead"),
            Self::Fallback => about("fallback", Part::Phrases, "setting.fallback", "setting.fallback_lead"),
            Self::Talk => about("talk", Part::Phrases, "setting.talk", "setting.talk_lead"),
            Self::Facts => about("facts", Part::Phrases, "setting.facts", "setting.facts_lead"),
            Self::Human => about("human", Part::Phrases, "setting.human", "setting.human_lead"),
            Self::Form => about("form", Part::Phrases, "setting.form", "setting.form_lead"),
            Self::Words => about("words", Part::Words, "setting.words", "setting.words_lead"),
            Self::Elsewhere => {
                about("elsewhere", Part::Answers, "setting.elsewhere_title", "setting.elsewhere_lead")
            }
            Self::Privacy => about("privacy", Part::Privacy, "setting.privacy", "setting.privacy_lead"),
        }
    }

    fn parse(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sheet| sheet.about().slug == slug)
    }

    /// Where a sentence of the bot is reworded.
    fn of_phrase(key: &str) -> Self {
        match key {
            "cannot_see" | "cannot_hear" | "location" | "small_talk" | "abuse" | "erased" => Self::Talk,
            "open_now" | "closed_now" | "more_courses" | "stale" => Self::Facts,
            "phone_outside" => Self::Form,
            key if key.starts_with("form") => Self::Form,
            key if key.starts_with("human") => Self::Human,
            _ => Self::Fallback,
        }
    }

    /// Each called by when it is said, with what is said unless it is reworded.
    fn phrases(self) -> Vec<Line> {
        let own = Phrase::ALL.iter().filter(|phrase| Self::of_phrase(phrase.key()) == self);
        own.map(|phrase| Line {
            unwritten: Some(phrase.default_text()),
            ..line(phrase.key(), phrase.meaning(), Kind::Long(3))
        })
        .collect()
    }
}

impl Thing for Sheet {
    fn lines(&self) -> Vec<Line> {
        match self {
            Self::Centre => CENTRE.to_vec(),
            Self::Hours => HOURS.to_vec(),
            Self::Words => WORDS.to_vec(),
            Self::Elsewhere => ELSEWHERE.to_vec(),
            Self::Privacy => PRIVACY.to_vec(),
            Self::Fallback | Self::Talk | Self::Facts | Self::Human | Self::Form => self.phrases(),
        }
    }

    fn file(&self, _files: &Files) -> String {
        FILE.to_owned()
    }

    fn read(&self, files: &Files) -> Result<Option<Values>, EditError> {
        let read = settings::read(files.get(FILE).unwrap_or_default(), self.about().part)?;
        let shown = |line: Line| (line.key, read.get(line.key).cloned().unwrap_or_default());
        Ok(Some(self.lines().into_iter().map(shown).collect()))
    }

    fn put(&self, files: &Files, values: &Values) -> Result<Vec<u8>, EditError> {
        settings::put(files.get(FILE).unwrap_or_default(), self.about().part, values)
    }

    fn address(&self, _values: &Values) -> String {
        format!("{ADDRESS}/{}", self.about().slug)
    }

    fn place(&self) -> (&'static str, &'static str) {
        ("settings", ADDRESS)
    }

    fn name(&self) -> Option<&'static str> {
        Some(self.about().title)
    }

    fn title(&self, _values: &Values) -> String {
        String::new()
    }

    fn lead(&self) -> Option<&'static str> {
        Some(self.about().lead)
    }

    fn meant(&self, mut values: Values, today: Date) -> Values {
        for (key, read) in DAYS {
            let Some(written) = values.get_mut(key).filter(|_| *self == Self::Hours) else { continue };
            let lines = written.lines().map(str::trim).filter(|line| !line.is_empty());
            // What cannot be read stays as it is, to be told.
            let meant = |line: &str| read(line, today).unwrap_or_else(|| line.to_owned());
            *written = lines.map(meant).collect::<Vec<_>>().join("\n");
        }
        values
    }

    fn mistakes(&self, _files: &Files, values: &Values) -> Vec<(&'static str, &'static str)> {
        let is_bad = |(key, read): &(&'static str, ReadDay)| {
            let written = values.get(key).map(String::as_str).unwrap_or_default();
            written.lines().any(|line| !line.trim().is_empty() && read(line, Date::ZERO).is_none())
        };
        let bad = DAYS.into_iter().filter(|day| *self == Self::Hours && is_bad(day));
        bad.map(|(key, _)| (key, "setting.bad_days")).collect()
    }

    fn show(&self, _rulebook: &Rulebook, _values: &Values, _moment: &Moment<'_>) -> Preview {
        if *self == Self::Hours { Preview::Hours } else { Preview::None }
    }
}
