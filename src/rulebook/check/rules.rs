//! Rules as written become rules as meant.

use rustc_hash::FxHashMap;

use super::super::Catalog;
use super::super::Surroundings;
use super::super::facts::web_address;
use super::super::fields::{Written, closest};
use super::super::file::{CardEntry, KindEntry, MediaEntry, RestEntry, RuleEntry};
use super::super::keys;
use super::super::passage::{Compiler, Spot};
use super::super::problem::Problem;
use super::super::reply::{Body, CardReply, CourseList, Kind, MusicReply, Passage, Replies, VideoReply};
use super::super::rule::{Answer, Occasion, Rule, Trigger, Validity};
use super::super::source::Source;
use super::super::targets::Targets;
use super::super::unfinished::is_unfinished;
use crate::model::{AccountId, ArticleId, FormId, RuleId};
use crate::text::Normalized;

/// What a rule's references are held against.
pub struct Meaning<'m, 'a> {
    pub sources: &'m [Source<'a>],
    pub surroundings: &'m Surroundings,
    pub forms: &'m [FormId],
    pub catalog: &'m Catalog,
    pub problems: &'m mut Vec<Problem>,
}

/// The ids of all rules, each with the first rule that has it. A rule without
/// a usable id gets a stand-in, so that the rest of it is checked as well.
pub fn name_rules(entries: &[RuleEntry], sources: &[Source<'_>], problems: &mut Vec<Problem>) -> Vec<RuleId> {
    let mut first_with: FxHashMap<RuleId, usize> = FxHashMap::default();
    let mut ids = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let Some(source) = sources.get(entry.source) else { continue };
        let id = read_id(entry, source, problems).unwrap_or_else(|| stand_in(index));
        if let Some(first) = first_with.get(&id).and_then(|first| entries.get(*first)) {
            problems.push(duplicate_id(&id, entry, first, sources));
        } else {
            first_with.insert(id.clone(), index);
        }
        ids.push(id);
    }
    ids
}

fn read_id(entry: &RuleEntry, source: &Source<'_>, problems: &mut Vec<Problem>) -> Option<RuleId> {
    let written = entry.id.as_ref()?;
    match RuleId::parse(written.text.trim()) {
        Ok(id) => Some(id),
        Err(error) => {
            let problem =
                Problem::error("bad-id", format!("编号「{}」不能用：{}。", written.text, why(&error)))
                    .remedy("请用字母、数字、汉字、- _ . ，不要空格。");
            problems.push(source.locate(problem, written.span));
            None
        }
    }
}

fn why(error: &crate::model::ids::InvalidId) -> String {
    use crate::model::ids::{InvalidId, MAX_ID_CHARS};
    match error {
        InvalidId::Empty => "是空的".to_owned(),
        InvalidId::TooLong { chars } => format!("有 {chars} 个字，最多 {MAX_ID_CHARS} 个"),
        InvalidId::Character(c) => format!("里面有「{c}」"),
    }
}

fn stand_in(index: usize) -> RuleId {
    let name = format!("no-id-{index}");
    #[expect(clippy::expect_used, reason = "letters, digits and - are allowed in an id")]
    RuleId::parse(&name).expect("a plain name is an id")
}

fn duplicate_id(id: &RuleId, entry: &RuleEntry, first: &RuleEntry, sources: &[Source<'_>]) -> Problem {
    let place = sources.get(first.source).map(|source| source.place(first.span));
    let first = place.map_or_else(String::new, |place| format!("{} 第 {} 行", place.file, place.line));
    let problem = Problem::error("duplicate-id", format!("编号 {id} 已经用在 {first}。"))
        .remedy("请给其中一条换个编号。");
    let at = entry.id.as_ref().map_or(entry.span, |id| id.span);
    match sources.get(entry.source) {
        Some(source) => source.locate(problem, at),
        None => problem,
    }
}

impl Meaning<'_, '_> {
    /// Triggers that cannot be meant are taken out of the entry as well, so
    /// that both keep the same order.
    pub fn rule(&mut self, id: RuleId, entry: &mut RuleEntry, compiler: &mut Compiler<'_>) -> Option<Rule> {
        let sources = self.sources;
        let source = sources.get(entry.source)?;
        let name = entry.name.as_ref().map_or_else(|| Box::from(id.as_str()), |name| name.text.trim().into());
        let mut rule = Rule {
            triggers: self.triggers(source, entry),
            exclude: self.exclusions(source, entry),
            questions: entry.questions.iter().map(|question| question.text.trim().into()).collect(),
            place: source.place(entry.span),
            ..Rule::named(id, &name)
        };
        if let Some(rest) = &entry.rest {
            self.read_rest(source, rest, &mut rule);
        }
        rule.answer = self.answer(source, entry, compiler);
        Some(rule)
    }

    fn triggers(&mut self, source: &Source<'_>, entry: &mut RuleEntry) -> Vec<Trigger> {
        let mut triggers = Vec::with_capacity(entry.triggers.len());
        entry.triggers.retain(|written| match written.compile() {
            Ok(trigger) => {
                triggers.push(trigger);
                true
            }
            Err(problem) => {
                self.problems.push(source.locate(problem, written.written.span));
                false
            }
        });
        triggers
    }

    fn exclusions(&mut self, source: &Source<'_>, entry: &RuleEntry) -> Vec<Normalized> {
        let mut exclusions = Vec::with_capacity(entry.exclude.len());
        for written in &entry.exclude {
            let normalized = Normalized::new(&written.text);
            if normalized.is_empty() {
                let problem = Problem::error(
                    "empty-exclude",
                    format!("排除词「{}」去掉标点后什么也不剩。", written.text),
                )
                .remedy("请写有意思的字，或删掉它。");
                self.problems.push(source.locate(problem, written.span));
            } else {
                exclusions.push(normalized);
            }
        }
        exclusions
    }

    fn read_rest(&mut self, source: &Source<'_>, rest: &RestEntry, rule: &mut Rule) {
        let text = |written: &Option<Written>| {
            written.as_ref().map(|written| written.text.trim()).filter(|text| !text.is_empty()).map(Box::from)
        };
        rule.label = text(&rest.label);
        rule.group = text(&rest.group);
        rule.owner = text(&rest.owner);
        rule.note = text(&rest.note);
        rule.valid = Validity { from: rest.from, until: rest.until };
        if let (Some(from), Some(until)) = (rest.from, rest.until)
            && until < from
        {
            let problem = Problem::error("bad-dates", format!("until 的 {until} 在 from 的 {from} 之前。"))
                .remedy("请对调，或改正。");
            self.problems.push(source.locate(problem, source.rest_of_line(0)));
        }
        for written in &rest.on {
            match read_occasion(&written.text) {
                Ok(occasion) => rule.on.push(occasion),
                Err(problem) => self.problems.push(source.locate(problem, written.span)),
            }
        }
        rule.accounts = rest.accounts.iter().filter_map(|written| self.account(source, written)).collect();
    }

    fn account(&mut self, source: &Source<'_>, written: &Written) -> Option<AccountId> {
        let id = AccountId::parse(written.text.trim()).ok();
        let known = self.surroundings.accounts.as_ref();
        if let Some(id) = &id
            && known.is_none_or(|known| known.contains(id))
        {
            return Some(id.clone());
        }
        let names = || known.into_iter().flatten().map(AccountId::as_str);
        let remedy = match closest(&written.text, names()) {
            Some(name) => format!("是不是 {name} ？"),
            None => format!("已配置的账号：{}。", names().collect::<Vec<_>>().join("、")),
        };
        let problem =
            Problem::error("unknown-account", format!("没有账号「{}」。", written.text)).remedy(remedy);
        self.problems.push(source.locate(problem, written.span));
        None
    }

    fn answer(&mut self, source: &Source<'_>, entry: &RuleEntry, compiler: &mut Compiler<'_>) -> Answer {
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
                "fallback 自己也没填完，会改发 settings.toml 的 honest。",
            )
            .remedy("fallback 里不要留〔待填写〕。");
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

fn read_occasion(written: &str) -> Result<Occasion, Problem> {
    let plain = written.trim().replacen('：', ":", 1);
    let (name, rest) =
        plain.split_once(':').map_or((plain.as_str(), None), |(name, rest)| (name, Some(rest.trim())));
    let own = rest.filter(|rest| !rest.is_empty()).map(str::to_owned);
    Ok(match (name.trim().to_ascii_lowercase().as_str(), rest) {
        ("subscribe", None) => Occasion::Subscribe,
        ("scan", _) => Occasion::Scan(own),
        ("click", _) => Occasion::Click(own),
        ("image", None) => Occasion::Image,
        ("voice", None) => Occasion::Voice,
        ("video", None) => Occasion::Video,
        ("location", None) => Occasion::Location,
        ("link", None) => Occasion::Link,
        ("file", None) => Occasion::File,
        ("sticker", None) => Occasion::Sticker,
        ("event", Some(event)) if !event.is_empty() => Occasion::Event(event.to_lowercase()),
        _ => return Err(unknown_occasion(written)),
    })
}

fn unknown_occasion(written: &str) -> Problem {
    let known = || keys::OCCASIONS.iter().map(|(name, _)| *name);
    let remedy = match closest(written, known()) {
        Some(name) => format!("是不是 \"{name}\" ？"),
        None => format!("可以写的有：{}。", known().collect::<Vec<_>>().join("、")),
    };
    Problem::error("unknown-occasion", format!("on 里没有「{written}」。")).remedy(remedy)
}

/// Rules and forms as targets of links.
pub fn targets(rules: &[RuleId], entries: &[RuleEntry], catalog: &Catalog) -> Targets {
    let mut targets = Targets::default();
    for ((position, id), entry) in (0..).zip(rules).zip(entries) {
        targets.rules.entry(id.clone()).or_insert(position);
        if let KindEntry::Form(Some(form)) = entry.kind()
            && let Ok(form) = FormId::parse(form.text.trim())
        {
            targets.forms.entry(form).or_insert_with(|| id.clone());
        }
    }
    targets.articles = catalog.articles.iter().map(|article| article.id.clone()).collect();
    targets
}
