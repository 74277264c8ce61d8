//! What a draft changes: each file line by line, and how questions are
//! answered before and after.

use std::sync::Arc;

use super::super::diff::{self, Line};
use super::super::failure::PageError;
use super::super::replay::{self, Comparison};
use super::super::visit::Visit;
use super::super::when;
use super::chosen::Chosen;
use crate::answer::Edition;
use crate::model::{AccountId, ServedAccount};
use crate::publishing::{Change, Draft, HowEdited, replay as play};
use crate::rulebook::{Files, Rule, Trigger};
use crate::store::{Wording, content_hash};
use crate::text::Normalized;

/// Enough to see what a change does.
const QUESTIONS_PER_RULE: usize = 2;
const MOST_COMPARISONS: usize = 12;
const MOST_SHOWN: usize = 20;

const CHANGED: &str = "publish.kind_changed";
const ADDED: &str = "publish.kind_added";
const REMOVED: &str = "publish.kind_removed";

pub(super) struct ChangeRow {
    pub path: String,
    /// What staff call it, where it is a rule.
    pub name: Option<String>,
    /// The word for what was done to it.
    pub kind: &'static str,
    pub lines: Vec<Line>,
    pub clash: Option<Clash>,
    /// It is among what would be published.
    pub is_chosen: bool,
    /// The page about this change alone.
    pub alone: String,
}

/// Somebody published another text of it meanwhile.
pub(super) struct Clash {
    pub who: Option<String>,
    pub at: String,
    /// The hash of that text; empty: it was removed.
    pub theirs: String,
}

#[derive(Default)]
pub(super) struct Counts {
    pub changed: usize,
    pub added: usize,
    pub removed: usize,
}

pub(super) struct ReplayView {
    pub asked: i64,
    pub messages: i64,
    pub shown: Vec<Comparison>,
    pub more: usize,
}

impl Counts {
    pub fn of(draft: &Draft) -> Self {
        let mut counts = Self::default();
        for (path, change) in draft.changes() {
            match kind_of(draft, path, change) {
                ADDED => counts.added += 1,
                REMOVED => counts.removed += 1,
                _ => counts.changed += 1,
            }
        }
        counts
    }
}

fn kind_of(draft: &Draft, path: &str, change: &Change) -> &'static str {
    match (change, draft.live().get(path)) {
        (Change::Removed, _) => REMOVED,
        (Change::Written(_), Some(_)) => CHANGED,
        (Change::Written(_), None) => ADDED,
    }
}

pub(super) async fn list(
    visit: &Visit,
    draft: &Draft,
    editions: &[&Edition],
    chosen: &Chosen,
) -> Result<Vec<ChangeRow>, PageError> {
    let mut rows = Vec::new();
    for (path, change) in draft.changes() {
        rows.push(ChangeRow {
            path: path.clone(),
            name: editions.iter().find_map(|edition| name_of(edition, path)),
            kind: kind_of(draft, path, change),
            lines: diff::changes(&text_of(draft.live(), path), &text_of(draft.files(), path)),
            clash: find_clash(visit, draft, path).await?,
            is_chosen: chosen.holds(path),
            alone: Chosen::of(std::slice::from_ref(path)).address(None),
        });
    }
    Ok(rows)
}

async fn find_clash(visit: &Visit, draft: &Draft, path: &str) -> Result<Option<Clash>, PageError> {
    if !draft.clashes().any(|clash| clash == path) {
        return Ok(None);
    }
    let others = draft.others_at(&visit.console.store, path).await?;
    let published = others.into_iter().find(|edit| matches!(edit.how, HowEdited::Published { .. }));
    let (who, at) = published
        .map_or_else(|| (None, String::new()), |edit| (edit.by, when::minute(&visit.console, edit.at)));
    let theirs = draft.live().get(path).map(content_hash).unwrap_or_default();
    Ok(Some(Clash { who, at, theirs }))
}

fn name_of(edition: &Edition, path: &str) -> Option<String> {
    let mut here = edition.rulebook.rules.iter().filter(|rule| &*rule.place.file == path);
    let first = here.next()?;
    // A table holds many: its own name says more.
    here.next().is_none().then(|| first.name.to_string())
}

pub(super) fn text_of(files: &Files, path: &str) -> String {
    files.text(path).map(std::borrow::Cow::into_owned).unwrap_or_default()
}

/// The sample questions and triggers of rules in changed files, where they are
/// answered otherwise than before.
pub(super) fn compare(visit: &Visit, draft: &Draft, live: &Edition, edition: &Edition) -> Vec<Comparison> {
    let is_changed = |rule: &&Rule| draft.changes().contains_key(&*rule.place.file);
    let rules = edition.rulebook.rules.iter().filter(is_changed);
    let gone = live.rulebook.rules.iter().filter(is_changed);
    let setting = replay::setting(visit);
    let mut questions: Vec<Wording> = Vec::new();
    for rule in rules.chain(gone) {
        let Some(account) = account_of(rule, &setting.accounts) else { continue };
        for text in questions_of(rule) {
            let question = Wording { account: account.clone(), text, times: 0 };
            if !questions.contains(&question) {
                questions.push(question);
            }
        }
    }
    let changed = play(&questions, live, edition, &setting).changed;
    changed.into_iter().take(MOST_COMPARISONS).map(|one| Comparison::of(one, visit)).collect()
}

/// The first that the rule is for.
fn account_of(rule: &Rule, served: &[ServedAccount]) -> Option<AccountId> {
    let mut accounts = served.iter().map(|account| &account.id);
    accounts.find(|account| rule.serves(account)).or(rule.accounts.first()).cloned()
}

fn questions_of(rule: &Rule) -> Vec<String> {
    let said = |trigger: &Trigger| match trigger {
        Trigger::Equals(text) | Trigger::Starts(text) => Some(text.as_str().to_owned()),
        Trigger::Contains(parts) => Some(parts.iter().map(Normalized::as_str).collect::<String>()),
        Trigger::Pattern(_) => None,
    };
    let questions = rule.questions.iter().map(ToString::to_string);
    questions.chain(rule.triggers.iter().filter_map(said)).take(QUESTIONS_PER_RULE).collect()
}

/// What people wrote in the last thirty days, through both.
pub(super) async fn replay(
    visit: &Visit,
    live: Arc<Edition>,
    edition: Arc<Edition>,
) -> Result<ReplayView, PageError> {
    let replay = replay::play(visit, live, edition).await?;
    let (asked, messages) = (replay.asked, replay.messages());
    let more = replay.changed.len().saturating_sub(MOST_SHOWN);
    let shown = replay.changed.into_iter().take(MOST_SHOWN).map(|one| Comparison::of(one, visit)).collect();
    Ok(ReplayView { asked, messages, shown, more })
}
