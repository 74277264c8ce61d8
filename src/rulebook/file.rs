//! A rule as written, from a Markdown header or a row of a table. Nothing here
//! is known to be right; `check` makes a `Rule` of it.

use jiff::civil::Date;

use super::fields::{Fields, Written};
use super::keys;
use super::problem::Problem;
use super::source::Span;
use super::trigger::TriggerEntry;

#[derive(Clone, Debug, Default)]
pub struct RuleEntry {
    /// Position among the sources that are being checked.
    pub source: usize,
    /// The rule as a whole: its first line.
    pub span: Span,
    pub id: Option<Written>,
    pub name: Option<Written>,
    pub triggers: Vec<TriggerEntry>,
    pub exclude: Vec<Written>,
    pub questions: Vec<Written>,
    pub body: Written,
    /// What only a Markdown header can say.
    pub rest: Option<Box<RestEntry>>,
}

#[derive(Clone, Debug, Default)]
pub struct RestEntry {
    pub label: Option<Written>,
    pub group: Option<Written>,
    pub on: Vec<Written>,
    pub accounts: Vec<Written>,
    pub from: Option<Date>,
    pub until: Option<Date>,
    pub owner: Option<Written>,
    pub note: Option<Written>,
    pub waiting: bool,
    pub disabled: bool,
    pub kind: KindEntry,
    pub fallback: Option<Written>,
}

#[derive(Clone, Debug, Default)]
pub enum KindEntry {
    #[default]
    Text,
    Card(Box<CardEntry>),
    Article(Option<Written>),
    Contact(Option<Written>),
    Courses {
        ids: Vec<Written>,
        theme: Option<Written>,
    },
    Form(Option<Written>),
    Human,
    Silence,
    NotOurs,
    Image(Option<Written>),
    Voice(Option<Written>),
    Video(Box<MediaEntry>),
    Music(Box<MediaEntry>),
}

#[derive(Clone, Debug, Default)]
pub struct CardEntry {
    pub title: Option<Written>,
    pub description: Option<Written>,
    pub picture: Option<Written>,
    pub url: Option<Written>,
}

#[derive(Clone, Debug, Default)]
pub struct MediaEntry {
    pub media_id: Option<Written>,
    pub title: Option<Written>,
    pub description: Option<Written>,
    pub url: Option<Written>,
    pub hq_url: Option<Written>,
}

impl RuleEntry {
    pub fn from_header(mut fields: Fields<'_>, body: Written, problems: &mut Vec<Problem>) -> Self {
        let entry = Self {
            source: 0,
            span: fields.span_of("id"),
            id: fields.required_text("id", problems),
            name: fields.required_text("name", problems),
            triggers: fields.texts("triggers", problems).iter().map(TriggerEntry::read).collect(),
            exclude: fields.texts("exclude", problems),
            questions: fields.texts("questions", problems),
            body,
            rest: Some(Box::new(RestEntry::from_header(&mut fields, problems))),
        };
        fields.finish(problems);
        entry
    }

    pub fn is_off(&self) -> bool {
        self.rest.as_ref().is_some_and(|rest| rest.disabled)
    }

    pub fn kind(&self) -> &KindEntry {
        self.rest.as_ref().map_or(&KindEntry::Text, |rest| &rest.kind)
    }
}

impl RestEntry {
    fn from_header(fields: &mut Fields<'_>, problems: &mut Vec<Problem>) -> Self {
        Self {
            label: fields.text("label", problems),
            group: fields.text("group", problems),
            on: fields.texts("on", problems),
            accounts: fields.texts("accounts", problems),
            from: fields.date("from", problems),
            until: fields.date("until", problems),
            owner: fields.text("owner", problems),
            note: fields.text("note", problems),
            waiting: fields.bool("waiting", problems).unwrap_or_default(),
            disabled: fields.bool("enabled", problems) == Some(false),
            fallback: fields.text("fallback", problems),
            kind: KindEntry::from_header(fields, problems),
        }
    }
}

impl KindEntry {
    fn from_header(fields: &mut Fields<'_>, problems: &mut Vec<Problem>) -> Self {
        let written = fields.text("kind", problems);
        let name = written.as_ref().map_or("text", |written| written.text.trim());
        let Some((name, own_keys, _)) = keys::KINDS.iter().find(|(known, ..)| *known == name) else {
            problems.extend(written.map(|written| fields.unknown_kind(&written)));
            fields.forgive_keys_of_all_kinds();
            return Self::Text;
        };
        fields.refuse_keys_of_other_kinds(name, own_keys, problems);
        match *name {
            "card" if fields.has("article") => Self::Article(fields.text("article", problems)),
            "card" => Self::Card(Box::new(CardEntry::from_header(fields, problems))),
            "article" => Self::Article(fields.required_text("article", problems)),
            "contact" => Self::Contact(fields.text("contact", problems)),
            "courses" => Self::Courses {
                ids: fields.texts("courses", problems),
                theme: fields.text("theme", problems),
            },
            "form" => Self::Form(fields.required_text("form", problems)),
            "human" => Self::Human,
            "silence" => Self::Silence,
            "not-ours" => Self::NotOurs,
            "image" => Self::Image(fields.required_text("media_id", problems)),
            "voice" => Self::Voice(fields.required_text("media_id", problems)),
            "video" => Self::Video(Box::new(MediaEntry::of_video(fields, problems))),
            "music" => Self::Music(Box::new(MediaEntry::of_music(fields, problems))),
            _ => Self::Text,
        }
    }
}

impl CardEntry {
    fn from_header(fields: &mut Fields<'_>, problems: &mut Vec<Problem>) -> Self {
        if !fields.has("card") {
            problems.push(fields.missing("card"));
        }
        let Some(mut card) = fields.table("card", keys::CARD, problems) else { return Self::default() };
        let entry = Self {
            title: card.required_text("title", problems),
            description: card.text("description", problems),
            picture: card.text("picture", problems),
            url: card.required_text("url", problems),
        };
        card.finish(problems);
        entry
    }
}

impl MediaEntry {
    fn of_video(fields: &mut Fields<'_>, problems: &mut Vec<Problem>) -> Self {
        Self {
            media_id: fields.required_text("media_id", problems),
            title: fields.text("title", problems),
            description: fields.text("description", problems),
            ..Self::default()
        }
    }

    /// WeChat asks for nothing but the cover.
    fn of_music(fields: &mut Fields<'_>, problems: &mut Vec<Problem>) -> Self {
        Self {
            media_id: fields.required_text("thumb_media_id", problems),
            title: fields.text("title", problems),
            description: fields.text("description", problems),
            url: fields.text("url", problems),
            hq_url: fields.text("hq_url", problems),
        }
    }
}

impl Fields<'_> {
    fn unknown_kind(&self, written: &Written) -> Problem {
        let known = || keys::KINDS.iter().map(|(kind, ..)| *kind);
        let remedy = match super::fields::closest(&written.text, known()) {
            Some(kind) => format!("是不是 \"{kind}\" ？"),
            None => format!("可以写的有：{}。", known().collect::<Vec<_>>().join("、")),
        };
        self.locate(
            Problem::error("unknown-kind", format!("没有「{}」这种回复。", written.text)).remedy(remedy),
            written.span,
        )
    }

    /// Whose they are is not known.
    fn forgive_keys_of_all_kinds(&mut self) {
        for key in keys::KINDS.iter().flat_map(|(_, keys, _)| *keys) {
            self.remove(key);
        }
    }

    /// A key that belongs to other kinds alone would do nothing here.
    fn refuse_keys_of_other_kinds(&mut self, kind: &str, own: &[&str], problems: &mut Vec<Problem>) {
        for (other, their_keys, _) in keys::KINDS {
            for key in their_keys.iter().filter(|key| !own.contains(key)) {
                if let Some(at) = self.remove(key) {
                    let problem =
                        Problem::error("key-of-other-kind", format!("{key} 在 kind = \"{kind}\" 时没有用。"))
                            .remedy(format!("请删掉 {key}，或把 kind 改成 \"{other}\"。"));
                    problems.push(self.locate(problem, at));
                }
            }
        }
    }
}
