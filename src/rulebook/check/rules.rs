//! Rules as written become rules as meant: what fires them. Not here: what
//! they do then (`answers`), what they are called (`ids`).

use super::super::fields::{Written, closest};
use super::super::file::{RestEntry, RuleEntry};
use super::super::lint::Origin;
use super::super::passage::Compiler;
use super::super::problem::Problem;
use super::super::rule::{Occasion, Rule, Trigger, Validity};
use super::super::source::{Source, Span};
use super::super::trigger::TriggerEntry;
use super::super::{Catalog, Surroundings, keys};
use crate::model::{AccountId, FormId, RuleId};
use crate::text::Normalized;

/// What a rule's references are held against.
pub struct Meaning<'m, 'a> {
    pub sources: &'m [Source<'a>],
    pub surroundings: &'m Surroundings,
    pub forms: &'m [FormId],
    pub catalog: &'m Catalog,
    pub problems: &'m mut Vec<Problem>,
}

impl Meaning<'_, '_> {
    /// Takes the entry apart, so that of a hundred thousand rules nothing is
    /// held twice.
    pub fn rule(
        &mut self,
        id: RuleId,
        mut entry: RuleEntry,
        compiler: &mut Compiler<'_>,
    ) -> Option<(Rule, Origin)> {
        let sources = self.sources;
        let source = sources.get(entry.source)?;
        let is_off = entry.is_off();
        if is_off {
            close_every_way_in(&mut entry);
        } else {
            self.report_no_way_in(source, &entry);
        }
        let answer = self.answer(source, &entry, compiler);
        let (triggers, trigger_spans) = self.triggers(source, &entry.triggers);
        let (questions, question_spans) = take_questions(&mut entry.questions);
        let name = entry.name.take().map_or_else(|| Box::from(id.as_str()), |name| trimmed(name.text));
        let mut origin = Origin {
            source: entry.source,
            rule: entry.span,
            on: Box::default(),
            triggers: trigger_spans,
            questions: question_spans,
        };
        let fallback = entry.rest.as_ref().and_then(|rest| rest.fallback.as_ref());
        let words = (line_of(source, &entry.body), fallback.map_or(0, |written| line_of(source, written)));
        let mut rule = Rule {
            name,
            triggers,
            exclude: self.exclusions(source, &entry),
            questions,
            answer,
            place: source.place(entry.span),
            words,
            enabled: !is_off,
            ..Rule::named(id, "")
        };
        if let Some(rest) = &entry.rest {
            origin.on = self.read_rest(source, rest, &mut rule);
        }
        Some((rule, origin))
    }

    fn report_no_way_in(&mut self, source: &Source<'_>, entry: &RuleEntry) {
        let answers_events = entry.rest.as_ref().is_some_and(|rest| !rest.on.is_empty());
        if !answers_events && entry.triggers.is_empty() && entry.questions.is_empty() {
            let problem =
                Problem::note("no-trigger", "没有触发词、样例问题，也没有 on，只能从别的回复里点进来。")
                    .remedy("请写 triggers 或 questions。");
            self.problems.push(source.locate(problem, entry.span));
        }
    }

    /// The triggers that can be meant, each with its place.
    fn triggers(&mut self, source: &Source<'_>, written: &[TriggerEntry]) -> (Vec<Trigger>, Box<[Span]>) {
        let mut triggers = Vec::with_capacity(written.len());
        let mut spans = Vec::with_capacity(written.len());
        for entry in written {
            match entry.compile() {
                Ok(trigger) => {
                    triggers.push(trigger);
                    spans.push(entry.written.span);
                }
                Err(problem) => self.problems.push(source.locate(problem, entry.written.span)),
            }
        }
        (triggers, spans.into())
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

    /// Where its occasions are written.
    fn read_rest(&mut self, source: &Source<'_>, rest: &RestEntry, rule: &mut Rule) -> Box<[Span]> {
        let text = |written: &Option<Written>| {
            written.as_ref().map(|written| written.text.trim()).filter(|text| !text.is_empty()).map(Box::from)
        };
        rule.label = text(&rest.label);
        rule.group = text(&rest.group);
        rule.owner = text(&rest.owner);
        rule.note = text(&rest.note);
        rule.calls_staff = rest.waiting;
        rule.valid = Validity { from: rest.from, until: rest.until };
        if let (Some(from), Some(until)) = (rest.from, rest.until)
            && until < from
        {
            let problem = Problem::error("bad-dates", format!("until 的 {until} 在 from 的 {from} 之前。"))
                .remedy("请对调，或改正。");
            self.problems.push(source.locate(problem, source.rest_of_line(0)));
        }
        let mut spans = Vec::new();
        for written in &rest.on {
            match read_occasion(&written.text) {
                Ok(occasion) => {
                    rule.on.push(occasion);
                    spans.push(written.span);
                }
                Err(problem) => self.problems.push(source.locate(problem, written.span)),
            }
        }
        rule.accounts = rest.accounts.iter().filter_map(|written| self.account(source, written)).collect();
        spans.into()
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
}

/// Where the words begin; 0: there are none. A passage begins behind the blank
/// lines above it.
fn line_of(source: &Source<'_>, written: &Written) -> u32 {
    if written.text.trim().is_empty() {
        return 0;
    }
    let range = written.span.range();
    let text = source.text.get(range.clone()).unwrap_or_default();
    let start = range.start + (text.len() - text.trim_start().len());
    u32::try_from(source.line_of(start)).unwrap_or(0)
}

/// A rule that is turned off is in nobody's way, and nobody is in its.
fn close_every_way_in(entry: &mut RuleEntry) {
    entry.triggers.clear();
    entry.questions.clear();
    if let Some(rest) = &mut entry.rest {
        rest.on.clear();
    }
}

fn take_questions(written: &mut Vec<Written>) -> (Vec<Box<str>>, Box<[Span]>) {
    let parts = std::mem::take(written).into_iter().map(|question| (trimmed(question.text), question.span));
    let (texts, spans): (Vec<_>, Vec<_>) = parts.unzip();
    (texts, spans.into())
}

fn trimmed(text: Box<str>) -> Box<str> {
    let kept = text.trim();
    if kept.len() == text.len() { text } else { kept.into() }
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
