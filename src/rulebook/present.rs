//! How facts of the catalog look as a reply: card or text, an empty field
//! leaving no trace.

use jiff::civil::Date;

use super::catalog::{Article, Contact, Course, Range, holds};
use super::hours::{Hours, State};
use super::render::{Filled, Moment, Rendered};
use super::reply::{Body, CardReply, CourseList};
use super::unfinished::is_unfinished;
use super::{Phrase, Rulebook};
use crate::model::reply::COPY_OPTION;
use crate::model::{ArticleId, Card, Reply, Span};

/// More would not be read, and would not fit beside the words.
const MAX_COURSES: usize = 6;

impl Rulebook {
    /// As a rule that lists this course alone sends it. None: it would not.
    pub fn show_course(&self, id: &str, moment: &Moment<'_>) -> Option<Rendered> {
        let list = CourseList { theme: None, ids: vec![id.into()] };
        self.courses(&list, &Body::default(), moment)
    }

    pub fn show_contact(&self, name: &str, moment: &Moment<'_>) -> Option<Rendered> {
        self.contact(Some(name), &Body::default(), moment)
    }

    pub fn show_article(&self, id: &ArticleId, moment: &Moment<'_>) -> Option<Rendered> {
        self.article(id, moment)
    }

    pub(super) fn card(&self, card: &CardReply, moment: &Moment<'_>) -> Rendered {
        as_card_or_text(
            Card {
                title: card.title.to_string(),
                description: card.description.to_string(),
                picture: card.picture.as_deref().map(str::to_owned),
                url: card.url.to_string(),
            },
            moment,
        )
    }

    /// A card that opens our page of it; text with what link there is while we
    /// have no public address. None once it is past its last day.
    pub(super) fn article(&self, id: &ArticleId, moment: &Moment<'_>) -> Option<Rendered> {
        let article = self.catalog.article(id)?;
        let today = self.settings.hours.today(moment.now);
        if !holds(article.valid_until, today) {
            return None;
        }
        let stale_note = self.stale_note(article, today, moment);
        let lines = [origin_of(article), article.summary.as_deref().map(str::to_owned), stale_note];
        let description = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
        let title = article.title.to_string();
        if let (Some(url), Some(_)) = (article.address(moment), moment.public_url) {
            let picture = article.cover.as_deref().map(str::to_owned);
            return Some(as_card_or_text(Card { title, description, picture, url }, moment));
        }
        let mut filled = Filled::default();
        filled.push(match article.address(moment) {
            Some(url) => Span::Link { label: title, url },
            None => Span::Plain(title),
        });
        if !description.is_empty() {
            filled.push_plain(&format!("\n{description}"));
        }
        Some(Rendered::text(filled))
    }

    /// What a reader is told once the article's times have passed.
    pub fn stale_note(&self, article: &Article, today: Date, moment: &Moment<'_>) -> Option<String> {
        let last = article.stale_after.filter(|_| article.is_stale(today))?;
        if let Some(note) = &article.stale_note {
            return Some(note.to_string());
        }
        let last = format!("{}年{}月{}日", last.year(), last.month(), last.day());
        let filled = self.phrase_with(Phrase::Stale, &[("stale_after", &last)], moment)?;
        Some(filled.text.render(crate::model::reply::Markup::Plain))
    }

    /// The contact's lines, whether they answer now, then the rule's own words.
    /// None without a contact that may still be used.
    pub(super) fn contact(&self, name: Option<&str>, words: &Body, moment: &Moment<'_>) -> Option<Rendered> {
        let contact = match name {
            Some(name) => self.catalog.contact(name),
            None => self.catalog.default_contact(),
        };
        let contact =
            contact.filter(|contact| holds(contact.valid_until, self.settings.hours.today(moment.now)))?;
        let hours = self.hours_of(contact);
        let mut filled = contact.lines();
        // Words by the hours say it in their own way.
        if words.open.is_empty() && words.closed.is_empty() {
            filled.extend(self.reachable_now(hours, moment));
        }
        if !words.is_empty() {
            filled.append(self.body_by(words, hours, moment)?);
        }
        Some(Rendered::text(filled))
    }

    /// The contact's own, else the centre's.
    fn hours_of<'h>(&'h self, contact: &'h Contact) -> &'h Hours {
        contact.opening.as_deref().unwrap_or(&self.settings.hours)
    }

    fn reachable_now(&self, hours: &Hours, moment: &Moment<'_>) -> Option<Filled> {
        match hours.state(moment.now) {
            State::Open { .. } => self.phrase_by(Phrase::OpenNow, hours, moment),
            State::Closed { .. } => self.phrase_by(Phrase::ClosedNow, hours, moment),
            State::Unset => None,
        }
    }

    /// One course is a card, several are a list. None without any.
    pub(super) fn courses(&self, list: &CourseList, words: &Body, moment: &Moment<'_>) -> Option<Rendered> {
        let today = self.settings.hours.today(moment.now);
        let courses: Vec<&Course> = self
            .catalog
            .courses
            .iter()
            .filter(|course| list.holds(course) && course.can_be_shown(today))
            .collect();
        if let [only] = courses.as_slice()
            && let Some(url) = &only.link
        {
            return Some(as_card_or_text(only.card(url), moment));
        }
        let first = courses.first()?;
        let mut filled = if words.is_empty() { Filled::default() } else { self.body(words, moment)? };
        let shown = courses.iter().take(MAX_COURSES);
        for course in shown {
            filled.append(course.line());
        }
        if courses.len() == 1
            && let Some(details) = first.details()
        {
            filled.append(Filled::plain(&details));
        }
        if courses.len() > MAX_COURSES
            && let Some(more) = self.phrase(Phrase::MoreCourses, moment)
        {
            filled.append(more);
        }
        Some(Rendered::text(filled))
    }
}

fn as_card_or_text(card: Card, moment: &Moment<'_>) -> Rendered {
    if moment.limits.cards > 0 {
        return Rendered::as_meant(Reply::Cards { cards: vec![card] });
    }
    let mut filled = Filled::default();
    filled.push(Span::Link { label: card.title, url: card.url });
    if !card.description.is_empty() {
        filled.push_plain(&format!("\n{}", card.description));
    }
    Rendered::text(filled)
}

impl Article {
    /// Our page of it; without a public address, the original.
    pub fn address(&self, moment: &Moment<'_>) -> Option<String> {
        match moment.public_url {
            Some(public_url) => Some(format!("{}/a/{}", public_url.trim_end_matches('/'), self.id)),
            None => self.link.as_deref().map(str::to_owned),
        }
    }
}

/// 「《党建研究》2023年第10期，2023-10-01」
fn origin_of(article: &Article) -> Option<String> {
    let date = article.date.map(|date| date.to_string());
    let parts: Vec<String> = article.source.as_deref().map(str::to_owned).into_iter().chain(date).collect();
    (!parts.is_empty()).then(|| parts.join("，"))
}

impl Contact {
    fn lines(&self) -> Filled {
        let mut filled = Filled::plain(&self.name);
        if let Some(role) = &self.role {
            filled.push_plain(&format!("（{role}）"));
        }
        if let Some(phone) = &self.phone {
            filled.push_plain("\n电话：");
            filled.push(Span::Link { label: phone.to_string(), url: format!("tel:{phone}") });
        }
        if let Some(wechat) = &self.wechat {
            filled.push_plain("\n微信号：");
            filled.push(Span::Option { label: wechat.to_string(), id: COPY_OPTION.to_owned() });
        }
        if let Some(hours) = &self.hours {
            filled.push_plain(&format!("\n接听时间：{hours}"));
        }
        filled
    }
}

impl CourseList {
    fn holds(&self, course: &Course) -> bool {
        let of_theme = self.theme.as_ref().is_none_or(|theme| course.theme.as_ref() == Some(theme));
        of_theme && (self.ids.is_empty() || self.ids.contains(&course.id))
    }
}

impl Course {
    fn can_be_shown(&self, today: Date) -> bool {
        let texts = [&self.audience, &self.price_text, &self.points, &self.theme];
        holds(self.valid_until, today)
            && !is_unfinished(&self.name)
            && !texts.into_iter().flatten().any(|text| is_unfinished(text))
    }

    fn card(&self, url: &str) -> Card {
        Card {
            title: self.title(),
            description: self.details().unwrap_or_default(),
            picture: self.cover.as_deref().map(str::to_owned),
            url: url.to_owned(),
        }
    }

    fn title(&self) -> String {
        match self.days.describe("天") {
            Some(days) => format!("{} · {days}", self.name),
            None => self.name.to_string(),
        }
    }

    fn line(&self) -> Filled {
        let mut filled = Filled::plain("· ");
        filled.push(match &self.link {
            Some(url) => Span::Link { label: self.name.to_string(), url: url.to_string() },
            None => Span::Plain(self.name.to_string()),
        });
        let facts: Vec<String> =
            [self.days.describe("天"), self.people.describe("人")].into_iter().flatten().collect();
        if !facts.is_empty() {
            filled.push_plain(&format!("（{}）", facts.join("，")));
        }
        filled
    }

    fn details(&self) -> Option<String> {
        let named =
            |name: &str, value: &Option<Box<str>>| value.as_ref().map(|value| format!("{name}：{value}"));
        let lines: Vec<String> = [
            named("适合", &self.audience),
            self.people.describe("人").map(|people| format!("人数：{people}")),
            named("要点", &self.points),
            named("费用", &self.price_text),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

impl Range {
    /// 「3-5天」, 「3天」, 「3天起」, 「最多5天」
    fn describe(self, unit: &str) -> Option<String> {
        match (self.min, self.max) {
            (Some(min), Some(max)) if min == max => Some(format!("{min}{unit}")),
            (Some(min), Some(max)) => Some(format!("{min}-{max}{unit}")),
            (Some(min), None) => Some(format!("{min}{unit}起")),
            (None, Some(max)) => Some(format!("最多{max}{unit}")),
            (None, None) => None,
        }
    }
}
