//! The ids of rules, and what links can lead to.

use rustc_hash::FxHashMap;

use super::super::Catalog;
use super::super::file::{KindEntry, RuleEntry};
use super::super::problem::Problem;
use super::super::source::Source;
use super::super::targets::Targets;
use crate::model::ids::{InvalidId, MAX_ID_CHARS};
use crate::model::{ArticleId, FormId, RuleId};

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

fn why(error: &InvalidId) -> String {
    match error {
        InvalidId::Empty => "是空的".to_owned(),
        InvalidId::TooLong { chars } => format!("有 {chars} 个字，最多 {MAX_ID_CHARS} 个"),
        InvalidId::Character(c) => format!("里面有「{c}」"),
    }
}

fn stand_in(index: usize) -> RuleId {
    let name = format!("no-id-{index}");
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

/// Rules and forms as targets of links.
pub fn targets(rules: &[RuleId], entries: &[RuleEntry], catalog: &Catalog) -> Targets {
    let mut targets = Targets::default();
    for ((position, id), entry) in (0..).zip(rules).zip(entries) {
        targets.rules.entry(id.clone()).or_insert(position);
        if entry.is_off() {
            targets.off.insert(id.clone());
        }
        if let KindEntry::Form(Some(form)) = entry.kind()
            && !entry.is_off()
            && let Ok(form) = FormId::parse(form.text.trim())
        {
            targets.forms.entry(form).or_insert_with(|| id.clone());
        }
    }
    targets.articles = catalog.articles.iter().map(|article| article.id.clone()).collect();
    targets
}

/// Rules in files that could not be read still exist: a link to one is right.
pub fn with_unread(mut targets: Targets, ids: &[String]) -> Targets {
    for id in ids.iter().filter_map(|id| RuleId::parse(id).ok()) {
        targets.rules.entry(id).or_insert(u32::MAX);
    }
    for id in ids.iter().filter_map(|id| ArticleId::parse(id).ok()) {
        targets.articles.insert(id);
    }
    for form in ids.iter().filter_map(|id| FormId::parse(id).ok()) {
        if let Some((rule, _)) = targets.rules.get_key_value(form.as_str()) {
            let rule = rule.clone();
            targets.forms.entry(form).or_insert(rule);
        }
    }
    targets
}
