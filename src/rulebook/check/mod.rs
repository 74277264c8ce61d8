//! From files to a checked rulebook, with every problem at once. Alone in
//! knowing both what was written and what is meant.

mod answers;
mod forms;
mod ids;
mod read;
mod rules;

use jiff::civil::Date;
use regex::Regex;
use rustc_hash::FxHashSet;

pub(super) use self::read::{Folder, Presence};
use self::rules::Meaning;
use super::catalog::Catalog;
use super::file::RuleEntry;
use super::form::Form;
use super::lint;
use super::passage::{Compiler, Part, Spot};
use super::phrases::{Phrase, Phrases};
use super::reply::Passage;
use super::rule::Rule;
use super::source::{Source, Span};
use super::targets::Targets;
use super::template::Templates;
use super::variables;
use super::{Files, Problem, Rulebook};
use crate::model::{AccountId, FormId, Limits, RuleId};

/// What a rulebook is checked against.
#[derive(Clone, Debug)]
pub struct Surroundings {
    pub today: Date,
    /// Forms that exist beside those of the rulebook.
    pub forms: Vec<FormId>,
    /// None: the accounts are not known, so none is called unknown.
    pub accounts: Option<Vec<AccountId>>,
    pub public_url: Option<String>,
    pub limits: Limits,
}

#[derive(Debug)]
pub struct Checked {
    /// None when there is an error.
    pub rulebook: Option<Rulebook>,
    /// In the order of files and lines.
    pub problems: Vec<Problem>,
}

impl Surroundings {
    /// Nothing known but the day.
    pub fn on(today: Date) -> Self {
        Self {
            today,
            forms: FormId::parse("enquiry").into_iter().collect(),
            accounts: None,
            public_url: None,
            limits: Limits::STRICTEST,
        }
    }
}

impl Checked {
    pub fn errors(&self) -> usize {
        self.problems.iter().filter(|problem| problem.is_error()).count()
    }
}

pub fn check(files: &Files, surroundings: &Surroundings) -> Checked {
    let mut problems = Vec::new();
    let mut folder = Folder::read(files, &mut problems);
    folder.add_shipped_forms(&surroundings.forms);
    let rulebook = mean(folder, surroundings, &mut problems);
    problems.sort_by(|a, b| {
        (&a.file, a.line, a.column, b.severity).cmp(&(&b.file, b.line, b.column, a.severity))
    });
    problems.dedup();
    let sound = !problems.iter().any(Problem::is_error);
    Checked { rulebook: sound.then_some(rulebook), problems }
}

/// What was written, as it is meant.
fn mean(mut folder: Folder<'_>, surroundings: &Surroundings, problems: &mut Vec<Problem>) -> Rulebook {
    refuse_duplicate_articles(&folder, problems);
    let names = ids::name_rules(&folder.rules, &folder.sources, problems);
    let targets = ids::with_unread(ids::targets(&names, &folder.rules, &folder.catalog), &folder.unread_ids);
    let mut templates = Templates::default();
    let mut compiler = compiler(&folder, surroundings, &targets, &mut templates);
    let phrases = compile_phrases(&folder, &mut compiler, problems);
    let forms = mean_forms(&folder, &mut compiler, problems);
    let entries = names.into_iter().zip(std::mem::take(&mut folder.rules));
    let (rules, origins) = mean_rules(&folder, entries, surroundings, &mut compiler, problems);
    folder.settings.phrases = phrases;
    let seen = lint::Seen {
        sources: &folder.sources,
        catalog: &folder.catalog,
        rules: &rules,
        origins: &origins,
        today: surroundings.today,
        contacts: folder.contacts,
    };
    lint::all(&seen, problems);
    let Folder { catalog, settings, .. } = folder;
    Rulebook { rules, forms, catalog, settings, targets, templates }
}

fn compiler<'c>(
    folder: &Folder<'_>,
    surroundings: &Surroundings,
    targets: &'c Targets,
    templates: &'c mut Templates,
) -> Compiler<'c> {
    let lasting = variables::lasting(&folder.settings, &folder.catalog);
    let mut possible = variables::possible(&folder.settings, &folder.catalog);
    if folder.contacts == Presence::Unreadable {
        possible.extend(["phone", "wechat", "contact"]);
    }
    Compiler {
        targets,
        templates,
        lasting,
        possible,
        red_lines: any_of(&folder.settings.words.red_lines),
        limits: surroundings.limits,
        extra_names: &[],
        part: Part::Always,
    }
}

/// One pattern that finds each of `words`.
fn any_of(words: &[Box<str>]) -> Option<Regex> {
    let alternatives: Vec<String> = words.iter().map(|word| regex::escape(word.trim())).collect();
    if alternatives.is_empty() {
        return None;
    }
    Regex::new(&alternatives.join("|")).ok()
}

fn mean_rules(
    folder: &Folder<'_>,
    entries: impl Iterator<Item = (RuleId, RuleEntry)>,
    surroundings: &Surroundings,
    compiler: &mut Compiler<'_>,
    problems: &mut Vec<Problem>,
) -> (Vec<Rule>, Vec<lint::Origin>) {
    let forms: Vec<FormId> = surroundings.forms.iter().cloned().chain(folder.form_ids()).collect();
    let mut meaning =
        Meaning { sources: &folder.sources, surroundings, forms: &forms, catalog: &folder.catalog, problems };
    entries.filter_map(|(id, entry)| meaning.rule(id, entry, compiler)).unzip()
}

fn mean_forms(folder: &Folder<'_>, compiler: &mut Compiler<'_>, problems: &mut Vec<Problem>) -> Vec<Form> {
    let mut forms = Vec::new();
    for entry in &folder.forms {
        let Some(source) = folder.sources.get(entry.source) else { continue };
        forms.extend(forms::form(entry, source, compiler, problems));
    }
    for (source, entry) in &folder.shipped_forms {
        // Staff did not write it, so they are not told what it lacks.
        forms.extend(forms::form(entry, source, compiler, &mut Vec::new()));
    }
    forms
}

fn compile_phrases(folder: &Folder<'_>, compiler: &mut Compiler<'_>, problems: &mut Vec<Problem>) -> Phrases {
    let unwritten = Source::new("settings.toml".into(), "".into());
    let source = folder.settings_source.and_then(|index| folder.sources.get(index)).unwrap_or(&unwritten);
    let mut compile = |phrase: Phrase| {
        compiler.extra_names = phrase.own_variables();
        compiler.part = phrase.part();
        let written = folder.phrases.iter().find(|(written, _)| *written == phrase);
        let passage = match written {
            Some((_, written)) => {
                let spot = Spot { source, span: written.span };
                let passage = compiler.passage(&written.text, spot, problems);
                refuse_unsendable_last_words(phrase, &passage, spot, problems);
                passage
            }
            // Nobody wrote it, so nobody is told what it lacks.
            None => {
                let nowhere = Spot { source: &unwritten, span: Span::default() };
                compiler.passage(phrase.default_text(), nowhere, &mut Vec::new())
            }
        };
        compiler.extra_names = &[];
        compiler.part = Part::Always;
        passage
    };
    Phrases(Phrase::ALL.iter().map(|phrase| compile(*phrase)).collect())
}

/// The last sentence there is must not wait for anything.
fn refuse_unsendable_last_words(
    phrase: Phrase,
    passage: &Passage,
    spot: Spot<'_>,
    problems: &mut Vec<Problem>,
) {
    if phrase == Phrase::NoFacts && !matches!(passage, Passage::Fixed(_)) {
        let problem =
            Problem::error("unsendable", "no_facts 是最后的一句话，不能用会缺的变量，也不能留〔待填写〕。")
                .remedy("请写一句完整的话。");
        problems.push(spot.locate(problem, ""));
    }
}

fn refuse_duplicate_articles(folder: &Folder<'_>, problems: &mut Vec<Problem>) {
    let Catalog { articles, .. } = &folder.catalog;
    let mut seen = FxHashSet::default();
    for article in articles {
        if !seen.insert(&article.id) {
            let problem = Problem::error("duplicate-id", format!("文章编号 {} 用了两次。", article.id))
                .remedy("请给其中一篇换个编号。");
            problems.push(problem.in_file(&article.place.file));
        }
    }
}
