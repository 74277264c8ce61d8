//! A rule's reply at a moment: which part, which variant, which facts still
//! hold. Not here: parsing (`passage`), the wire (platform), cutting what is
//! too long (conversation).
//!
//! What cannot be sent as it is (〔待填写〕, a fact past its day, a value nobody
//! knows) gives way to the rule's fallback, then to the honest answer, then to
//! a sentence that needs no facts at all (D7).

use jiff::Timestamp;
use minijinja::Value;

use super::hours::State;
use super::reply::{Body, Kind, MusicReply, Passage, Piece, Replies, VideoReply};
use super::unfinished::is_unfinished;
use super::variables;
use super::{Answer, Phrase, Rule, Rulebook};
use crate::model::conversation::Choice;
use crate::model::{Limits, Reply, Span, Text};

/// All that a reply may depend on beside its rule.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    pub now: Timestamp,
    /// Picks among variants.
    pub draw: u64,
    /// Without it there are no pages to link to.
    pub public_url: Option<&'a str>,
    pub limits: Limits,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    pub reply: Reply,
    /// The rule's own reply could not be sent; this is its fallback.
    pub degraded: bool,
    /// What a typed digit may mean, in the order shown.
    pub choices: Vec<Choice>,
}

/// A text filled in, as long as nothing of it is missing.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Filled {
    pub text: Text,
    pub choices: Vec<Choice>,
}

impl Rulebook {
    /// What `rule` says now. A rule that says nothing renders `Reply::Silence`.
    pub fn render(&self, rule: &Rule, moment: &Moment<'_>) -> Rendered {
        match &rule.answer {
            Answer::Silence | Answer::NotOurs => Rendered::as_meant(Reply::Silence),
            Answer::Form { words, .. } => self.words_or(words, Phrase::Form, moment),
            Answer::Human { words } => self.words_or(words, Phrase::Human, moment),
            Answer::Reply(replies) => match self.replies(replies, moment) {
                Some(rendered) => rendered,
                None => self.degrade(replies.fallback.as_deref(), moment),
            },
        }
    }

    /// One of the bot's own sentences.
    pub fn say(&self, phrase: Phrase, moment: &Moment<'_>) -> Rendered {
        match self.phrase(phrase, moment) {
            Some(filled) => Rendered::text(filled),
            None => self.degrade(None, moment),
        }
    }

    fn words_or(&self, words: &Body, phrase: Phrase, moment: &Moment<'_>) -> Rendered {
        match self.body(words, moment) {
            Some(filled) => Rendered::text(filled),
            None if words.is_empty() => self.say(phrase, moment),
            None => self.degrade(None, moment),
        }
    }

    fn degrade(&self, fallback: Option<&Passage>, moment: &Moment<'_>) -> Rendered {
        let filled = fallback
            .and_then(|passage| self.passage(passage, moment))
            .or_else(|| self.phrase(Phrase::Honest, moment))
            .or_else(|| self.phrase(Phrase::NoFacts, moment))
            .unwrap_or_else(|| Filled::plain(Phrase::NoFacts.default_text()));
        Rendered { degraded: true, ..Rendered::text(filled) }
    }

    fn replies(&self, replies: &Replies, moment: &Moment<'_>) -> Option<Rendered> {
        let rendered = match &replies.kind {
            // Its passages are known to be finished.
            Kind::Text => return self.body(&replies.body, moment).map(Rendered::text),
            Kind::Card(card) => self.card(card, moment),
            Kind::Article(article) => self.article(article, moment)?,
            Kind::Contact(name) => self.contact(name.as_deref(), &replies.body, moment)?,
            Kind::Courses(list) => self.courses(list, &replies.body, moment)?,
            Kind::Image(media_id) => Rendered::as_meant(Reply::Image { media_id: media_id.to_string() }),
            Kind::Voice(media_id) => Rendered::as_meant(Reply::Voice { media_id: media_id.to_string() }),
            Kind::Video(video) => Rendered::as_meant(video.to_reply()),
            Kind::Music(music) => Rendered::as_meant(music.to_reply()),
        };
        (!rendered.is_unfinished()).then_some(rendered)
    }

    /// The part for this time of day, and one of its variants: the one that is
    /// drawn, or the next that can be sent.
    pub(super) fn body(&self, body: &Body, moment: &Moment<'_>) -> Option<Filled> {
        let part = self.part(body, moment);
        let count = u64::try_from(part.len()).ok().filter(|count| *count > 0)?;
        let drawn = usize::try_from(moment.draw % count).unwrap_or_default();
        part.iter().cycle().skip(drawn).take(part.len()).find_map(|variant| self.passage(variant, moment))
    }

    fn part<'b>(&self, body: &'b Body, moment: &Moment<'_>) -> &'b [Passage] {
        if body.open.is_empty() && body.closed.is_empty() {
            return &body.always;
        }
        match self.settings.hours.state(moment.now) {
            State::Open { .. } if !body.open.is_empty() => &body.open,
            State::Closed { .. } if !body.closed.is_empty() => &body.closed,
            State::Open { .. } | State::Closed { .. } | State::Unset => &body.always,
        }
    }

    pub(super) fn phrase(&self, phrase: Phrase, moment: &Moment<'_>) -> Option<Filled> {
        self.passage(self.settings.phrases.get(phrase)?, moment)
    }

    /// A phrase that uses a value of its own.
    pub(super) fn phrase_with(
        &self,
        phrase: Phrase,
        value: (&'static str, &str),
        moment: &Moment<'_>,
    ) -> Option<Filled> {
        let (name, value) = value;
        self.filled(self.settings.phrases.get(phrase)?, moment, Some((name, Value::from(value))))
    }

    fn passage(&self, passage: &Passage, moment: &Moment<'_>) -> Option<Filled> {
        self.filled(passage, moment, None)
    }

    fn filled(
        &self,
        passage: &Passage,
        moment: &Moment<'_>,
        own: Option<(&'static str, Value)>,
    ) -> Option<Filled> {
        match passage {
            Passage::Fixed(pieces) => Some(self.assemble(pieces, moment)),
            Passage::Unfinished => None,
            Passage::Live(template) => {
                let mut values = variables::at(moment.now, &self.settings, &self.catalog);
                values.extend(own);
                let text = self.templates.render(*template, &variables::to_value(values)).ok()?;
                let text = text.trim();
                if text.is_empty() || is_unfinished(text) {
                    return None;
                }
                Some(self.assemble(&self.targets.pieces(text, |_| {}), moment))
            }
        }
    }

    fn assemble(&self, pieces: &[Piece], moment: &Moment<'_>) -> Filled {
        let mut filled =
            Filled { text: Text { spans: Vec::with_capacity(pieces.len()) }, choices: Vec::new() };
        for piece in pieces {
            if let Piece::Option { label, rule, numbered: true } = piece {
                filled.choices.push(Choice { label: label.to_string(), rule: rule.clone() });
            }
            filled.text.spans.push(self.span(piece, moment));
        }
        filled
    }

    fn span(&self, piece: &Piece, moment: &Moment<'_>) -> Span {
        match piece {
            Piece::Plain(text) => Span::Plain(text.to_string()),
            Piece::Link { label, url } => Span::Link { label: label.to_string(), url: url.to_string() },
            Piece::Option { label, rule, .. } => {
                Span::Option { label: label.to_string(), id: rule.option_id() }
            }
            Piece::Article { label, article } => {
                let address = self.catalog.article(article).and_then(|article| article.address(moment));
                match address {
                    Some(url) => Span::Link { label: label.to_string(), url },
                    None => Span::Plain(label.to_string()),
                }
            }
        }
    }
}

impl Rendered {
    pub(super) fn as_meant(reply: Reply) -> Self {
        Self { reply, degraded: false, choices: Vec::new() }
    }

    pub(super) fn text(filled: Filled) -> Self {
        Self { reply: Reply::Text { text: filled.text }, degraded: false, choices: filled.choices }
    }

    /// The last guard before anything is sent (D7).
    fn is_unfinished(&self) -> bool {
        match &self.reply {
            Reply::Text { text } => text.spans.iter().any(|span| match span {
                Span::Plain(text) => is_unfinished(text),
                Span::Link { label, .. } | Span::Option { label, .. } => is_unfinished(label),
            }),
            Reply::Cards { cards } => {
                cards.iter().any(|card| is_unfinished(&card.title) || is_unfinished(&card.description))
            }
            Reply::Video { title, description, .. } | Reply::Music { title, description, .. } => {
                is_unfinished(title) || is_unfinished(description)
            }
            Reply::Silence | Reply::Image { .. } | Reply::Voice { .. } | Reply::Transfer { .. } => false,
        }
    }
}

impl Filled {
    pub(super) fn plain(text: &str) -> Self {
        Self { text: Text::plain(text), choices: Vec::new() }
    }

    pub(super) fn push(&mut self, span: Span) {
        if let (Some(Span::Plain(last)), Span::Plain(more)) = (self.text.spans.last_mut(), &span) {
            last.push_str(more);
        } else {
            self.text.spans.push(span);
        }
    }

    pub(super) fn push_plain(&mut self, text: &str) {
        self.push(Span::Plain(text.to_owned()));
    }

    /// `more` on a line of its own.
    pub(super) fn append(&mut self, more: Self) {
        if !self.text.spans.is_empty() {
            self.push_plain("\n");
        }
        for span in more.text.spans {
            self.push(span);
        }
        self.choices.extend(more.choices);
    }
}

impl VideoReply {
    fn to_reply(&self) -> Reply {
        Reply::Video {
            media_id: self.media_id.to_string(),
            title: self.title.to_string(),
            description: self.description.to_string(),
        }
    }
}

impl MusicReply {
    fn to_reply(&self) -> Reply {
        Reply::Music {
            title: self.title.to_string(),
            description: self.description.to_string(),
            url: self.url.to_string(),
            hq_url: self.hq_url.to_string(),
            thumb_media_id: self.thumb_media_id.to_string(),
        }
    }
}
