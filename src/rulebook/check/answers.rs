//! What a rule does, as written and as meant: its reply, form, card, facts.

use super::super::facts::web_address;
use super::super::fields::{Written, closest};
use super::super::file::{CardEntry, KindEntry, MediaEntry, RuleEntry};
use super::super::passage::{Compiler, Spot};
use super::super::problem::Problem;
use super::super::reply::{Body, CardReply, CourseList, Kind, MusicReply, Passage, Replies, VideoReply};
use super::super::rule::Answer;
use super::super::source::Source;
use super::super::unfinished::is_unfinished;
use super::rules::Meaning;
use crate::model::{ArticleId, FormId};

impl Meaning<'_, '_> {
    pub(super) fn answer(
        &mut self,
        source: &Source<'_>,
        entry: &RuleEntry,
        compiler: &mut Compiler<'_>,
    ) -> Answer {
        let spot = Spot { source, span: entry.body.span };
        let body = compiler.body(&entry.body, spot, self.problems);
        let fallback = entry.rest.as_ref().and_then(|rest| rest.fallback.as_ref());
        let fallback = fallback.map(|written| self.fallback(source, written, compiler));
        match entry.kind() {
            KindEntry::Form(form) => match self.form(source, form.as_ref()) {
                Some(form) => Answer::Form { form, words: body },
                None => Answer::Silence,
            },
            KindEntry::Human => Answer::Human { words: body },
            KindEntry::Silence => self.wordless(source, entry, Answer::Silence),
            KindEntry::NotOurs => self.wordless(source, entry, Answer::NotOurs),
            kind => match self.kind(source, kind) {
                Some(kind) => {
                    self.report_missing_words(source, entry, &kind, &body);
                    Answer::Reply(Replies { kind, body, fallback })
                }
                None => Answer::Silence,
            },
        }
    }

    fn fallback(
        &mut self,
        source: &Source<'_>,
        written: &Written,
        compiler: &mut Compiler<'_>,
    ) -> Box<Passage> {
        let spot = Spot { source, span: written.span };
        let passage = compiler.passage(&written.text, spot, self.problems);
        if matches!(passage, Passage::Unfinished) && is_unfinished(&written.text) {
            let problem = Problem::warning(
                "unfinished-fallback",
                "「没填完时改回」（fallback）自己也没填完，会改发 settings.toml 的 honest。",
            )
            .remedy("「没填完时改回」里不要留〔待填写〕。");
            self.problems.push(source.locate(problem, source.rest_of_line(written.span.start())));
        }
        Box::new(passage)
    }

    fn wordless(&mut self, source: &Source<'_>, entry: &RuleEntry, answer: Answer) -> Answer {
        if !entry.body.text.trim().is_empty() {
            let problem = Problem::warning("unused-reply", "这种规则不回复，正文不会发出。")
                .remedy("请删掉正文，或改 kind。");
            self.problems
                .push(Spot { source, span: entry.body.span }.locate(problem, entry.body.text.trim()));
        }
        answer
    }

    fn report_missing_words(&mut self, source: &Source<'_>, entry: &RuleEntry, kind: &Kind, body: &Body) {
        if !matches!(kind, Kind::Text) || !body.is_empty() {
            return;
        }
        let remedy = match entry.rest {
            Some(_) => "请在设置下面写上要回的话；不想回复请写 kind = \"silence\"。",
            None => "请填 reply 这一格。",
        };
        let problem = Problem::error("no-reply", "没有写回复。").remedy(remedy);
        self.problems.push(source.locate(problem, entry.span));
    }

    /// A kind of reply; `None` when what it needs is missing, which was told.
    fn kind(&mut self, source: &Source<'_>, entry: &KindEntry) -> Option<Kind> {
        let text = |written: &Option<Written>| written.as_ref().map(|written| written.text.trim().into());
        Some(match entry {
            KindEntry::Card(card) => Kind::Card(Box::new(self.card(source, card)?)),
            KindEntry::Article(article) => Kind::Article(self.article(source, article.as_ref()?)?),
            KindEntry::Contact(name) => Kind::Contact(self.contact(source, name.as_ref())),
            KindEntry::Courses { ids, theme } => {
                let ids = ids.iter().filter_map(|written| self.course(source, written)).collect();
                Kind::Courses(Box::new(CourseList { theme: text(theme), ids }))
            }
            KindEntry::Image(media_id) => Kind::Image(text(media_id)?),
            KindEntry::Voice(media_id) => Kind::Voice(text(media_id)?),
            KindEntry::Video(video) => Kind::Video(Box::new(read_video(video)?)),
            KindEntry::Music(music) => Kind::Music(Box::new(read_music(music)?)),
            KindEntry::Text
            | KindEntry::Form(_)
            | KindEntry::Human
            | KindEntry::Silence
            | KindEntry::NotOurs => Kind::Text,
        })
    }

    fn card(&mut self, source: &Source<'_>, card: &CardEntry) -> Option<CardReply> {
        let text = |written: &Option<Written>| written.as_ref().map(|written| written.text.trim().into());
        let picture = card.picture.as_ref().and_then(|written| web_address(source, written, self.problems));
        Some(CardReply {
            title: text(&card.title)?,
            description: text(&card.description).unwrap_or_default(),
            picture,
            url: web_address(source, card.url.as_ref()?, self.problems)?,
        })
    }

    fn article(&mut self, source: &Source<'_>, written: &Written) -> Option<ArticleId> {
        let id = written.text.trim();
        let found = self.catalog.articles.iter().find(|article| article.id.as_str() == id);
        if found.is_none() {
            let known = self.catalog.articles.iter().map(|article| article.id.as_str());
            self.report_unknown(source, written, "文章", known);
        }
        found.map(|article| article.id.clone())
    }

    fn contact(&mut self, source: &Source<'_>, written: Option<&Written>) -> Option<Box<str>> {
        let written = written?;
        if self.catalog.contact(written.text.trim()).is_none() {
            self.report_unknown(
                source,
                written,
                "联系人",
                self.catalog.contacts.iter().map(|known| &*known.name),
            );
        }
        Some(written.text.trim().into())
    }

    fn course(&mut self, source: &Source<'_>, written: &Written) -> Option<Box<str>> {
        if self.catalog.course(written.text.trim()).is_none() {
            self.report_unknown(source, written, "课程", self.catalog.courses.iter().map(|known| &*known.id));
            return None;
        }
        Some(written.text.trim().into())
    }

    fn form(&mut self, source: &Source<'_>, written: Option<&Written>) -> Option<FormId> {
        let written = written?;
        let form = self.forms.iter().find(|form| form.as_str() == written.text.trim()).cloned();
        if form.is_none() {
            self.report_unknown(source, written, "表单", self.forms.iter().map(FormId::as_str));
        }
        form
    }

    fn report_unknown<'k>(
        &mut self,
        source: &Source<'_>,
        written: &Written,
        what: &str,
        known: impl Iterator<Item = &'k str>,
    ) {
        let known: Vec<&str> = known.collect();
        let remedy = match closest(&written.text, known.iter().copied()) {
            Some(name) => format!("是不是 {name} ？"),
            None if known.is_empty() => format!("现在一个{what}也没有，请先写。"),
            None => format!("已有的：{}。", known.join("、")),
        };
        let problem = Problem::error("dangling", format!("没有{what}「{}」。", written.text)).remedy(remedy);
        self.problems.push(source.locate(problem, written.span));
    }
}

fn read_video(video: &MediaEntry) -> Option<VideoReply> {
    let text = |written: &Option<Written>| written.as_ref().map(|written| written.text.trim().into());
    Some(VideoReply {
        media_id: text(&video.media_id)?,
        title: text(&video.title).unwrap_or_default(),
        description: text(&video.description).unwrap_or_default(),
    })
}

fn read_music(music: &MediaEntry) -> Option<MusicReply> {
    let text = |written: &Option<Written>| written.as_ref().map(|written| written.text.trim().into());
    let url: Box<str> = text(&music.url).unwrap_or_default();
    Some(MusicReply {
        thumb_media_id: text(&music.media_id)?,
        title: text(&music.title).unwrap_or_default(),
        description: text(&music.description).unwrap_or_default(),
        hq_url: text(&music.hq_url).unwrap_or_else(|| url.clone()),
        url,
    })
}
