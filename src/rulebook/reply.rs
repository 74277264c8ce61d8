//! A reply as parsed: parts by opening hours, variants, and pieces of text.
//! Not here: filling it in at a moment (`render`).

use crate::model::{ArticleId, RuleId};

/// What a rule sends.
#[derive(Clone, Debug, Default)]
pub struct Replies {
    pub kind: Kind,
    /// The words of a text; those before a list; empty for media.
    pub body: Body,
    /// Sent while the reply still holds 〔待填写…〕 or a fact it uses has expired.
    pub fallback: Option<Box<Passage>>,
}

#[derive(Clone, Debug, Default)]
pub enum Kind {
    #[default]
    Text,
    Card(Box<CardReply>),
    Article(ArticleId),
    /// The contact with this name, or the default one.
    Contact(Option<Box<str>>),
    Courses(Box<CourseList>),
    Image(Box<str>),
    Voice(Box<str>),
    Video(Box<VideoReply>),
    Music(Box<MusicReply>),
}

#[derive(Clone, Debug)]
pub struct CardReply {
    pub title: Box<str>,
    pub description: Box<str>,
    pub picture: Option<Box<str>>,
    pub url: Box<str>,
}

/// Which courses to list; without a choice, all of them.
#[derive(Clone, Debug, Default)]
pub struct CourseList {
    pub theme: Option<Box<str>>,
    pub ids: Vec<Box<str>>,
}

#[derive(Clone, Debug)]
pub struct VideoReply {
    pub media_id: Box<str>,
    pub title: Box<str>,
    pub description: Box<str>,
}

#[derive(Clone, Debug)]
pub struct MusicReply {
    pub title: Box<str>,
    pub description: Box<str>,
    pub url: Box<str>,
    pub hq_url: Box<str>,
    pub thumb_media_id: Box<str>,
}

/// The parts of a reply. Each holds its variants; one of them is drawn.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Sent at any time, and while the opening hours are not known.
    pub always: Box<[Passage]>,
    /// `## 工作时间`
    pub open: Box<[Passage]>,
    /// `## 休息时间`
    pub closed: Box<[Passage]>,
}

/// One text that can be sent.
#[derive(Clone, Debug)]
pub enum Passage {
    /// Nothing in it changes.
    Fixed(Box<[Piece]>),
    /// Has variables that change with the moment: a template of the rulebook.
    Live(TemplateId),
    /// A fact it needs is missing, or it still holds 〔待填写…〕: never sent.
    Unfinished,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemplateId(pub(super) u32);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Plain(Box<str>),
    Link {
        label: Box<str>,
        url: Box<str>,
    },
    Article {
        label: Box<str>,
        article: ArticleId,
    },
    /// Tapping it fires the rule. On a numbered line its digit works too.
    Option {
        label: Box<str>,
        rule: RuleId,
        numbered: bool,
    },
}

impl Replies {
    /// Nothing of its own text can be sent.
    pub fn is_unfinished(&self) -> bool {
        let Body { always, open, closed } = &self.body;
        !self.body.is_empty()
            && always.iter().chain(open).chain(closed).all(|passage| matches!(passage, Passage::Unfinished))
    }
}

impl Body {
    pub fn is_empty(&self) -> bool {
        self.always.is_empty() && self.open.is_empty() && self.closed.is_empty()
    }
}
