//! 近 30 天会怎样: which real messages a rule, as it is being written, would
//! answer that nobody did, and which it would take from others, were it published
//! alone. Nothing is saved. Not here: the messages and playing them (replay).

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use super::super::failure::PageError;
use super::super::replay::{self, Comparison};
use super::super::visit::Visit;
use super::super::words::{Sentence, Words};
use super::editor::{Desk, with};
use super::shelf::Shelf;
use super::told;
use crate::answer::Edition;
use crate::model::RuleId;
use crate::publishing::{ChangedReply, Effect, Replay};
use crate::rulebook::edit::{ReplyText, WrittenRule};

/// Wordings of a kind that are shown; the rest is counted.
const MOST_SHOWN: usize = 10;
/// Rules from which it takes something that are told apart.
const MOST_RULES: usize = 8;

pub(super) enum Trial {
    Played(Effects),
    /// What has to be put right before anything can be told.
    Blocked(String),
}

pub(super) struct Effects {
    pub asked: i64,
    pub parts: Vec<Part>,
    /// Answered by the rule before and after, with other words.
    pub reworded: i64,
}

/// Messages that change in one way.
pub(super) struct Part {
    pub title: Sentence<'static>,
    pub shown: Vec<Comparison>,
    pub more: usize,
}

/// Against what is live, as 「发布此条」 would change it.
pub(super) async fn play(visit: &Visit, desk: &Desk, wanted: &WrittenRule) -> Result<Trial, PageError> {
    let t = visit.caller.t;
    let shelves = &visit.console.shelves;
    let whole = completed(wanted, t);
    let live = shelves.hold(&visit.console, desk.draft.live()).await;
    let files = with(desk.draft.live(), live.find(whole.text("id")), &whole);
    let shelf = shelves.hold(&visit.console, &files).await;
    let (Some(after), Ok(id)) = (compile(Arc::clone(&shelf)).await, RuleId::parse(whole.text("id"))) else {
        let error = shelf.problems.iter().find(|problem| problem.is_error());
        return Ok(Trial::Blocked(error.map_or_else(|| t.say("rules.id_refused").into(), told)));
    };
    let replay = replay::play(visit, visit.console.live.load_full(), after).await?;
    Ok(Trial::Played(Effects::of(replay, &id, visit)))
}

/// Who comes from 未命中 has written neither name nor reply yet, and wants to
/// know before they do.
fn completed(wanted: &WrittenRule, t: &'static Words) -> WrittenRule {
    let mut whole = wanted.clone();
    if whole.text("name").is_empty() {
        whole.set_text("name", t.say("rules.make").as_str());
    }
    if matches!(whole.kind(), "" | "text") && whole.reply.is_empty() {
        whole.reply = ReplyText::of_parts(t.say("rules.effect_unwritten").as_str(), "", "");
    }
    whole
}

/// None while there is an error.
async fn compile(shelf: Arc<Shelf>) -> Option<Arc<Edition>> {
    tokio::task::spawn_blocking(move || shelf.edition()).await.ok().flatten()
}

impl Effects {
    pub(super) fn changes_nothing(&self) -> bool {
        self.parts.is_empty() && self.reworded == 0
    }

    fn of(replay: Replay, rule: &RuleId, visit: &Visit) -> Self {
        let t = visit.caller.t;
        let mut effects = Self { asked: replay.asked, parts: Vec::new(), reworded: 0 };
        let mut by_effect: HashMap<Effect, Vec<ChangedReply>> = HashMap::new();
        for changed in replay.changed {
            by_effect.entry(changed.effect_of(rule)).or_default().push(changed);
        }
        let mut of = |effect| by_effect.remove(&effect).unwrap_or_default();
        effects.reworded = messages(&of(Effect::Reworded));
        effects.tell(of(Effect::Gained), t.say("rules.effect_gained").owned(), visit);
        for (from, taken) in by_rule(of(Effect::Taken)) {
            let title = match from {
                Some(name) => t.say("rules.effect_taken").owned().with("rule", name),
                None => t.say("rules.effect_taken_rest").owned(),
            };
            effects.tell(taken, title, visit);
        }
        effects.tell(of(Effect::Lost), t.say("rules.effect_lost").owned(), visit);
        effects.tell(of(Effect::Elsewhere), t.say("rules.effect_elsewhere").owned(), visit);
        effects
    }

    fn tell(&mut self, changed: Vec<ChangedReply>, title: Sentence<'static>, visit: &Visit) {
        if changed.is_empty() {
            return;
        }
        let title = title.with("n", messages(&changed));
        let more = changed.len().saturating_sub(MOST_SHOWN);
        let shown = changed.into_iter().take(MOST_SHOWN).map(|one| Comparison::of(one, visit)).collect();
        self.parts.push(Part { title, shown, more });
    }
}

fn messages(changed: &[ChangedReply]) -> i64 {
    changed.iter().map(|one| one.times).sum()
}

/// By the name of the rule that loses them, who loses most first; None: the
/// rules that are not told apart any more.
fn by_rule(taken: Vec<ChangedReply>) -> Vec<(Option<String>, Vec<ChangedReply>)> {
    let mut rules: HashMap<Option<String>, Vec<ChangedReply>> = HashMap::new();
    for changed in taken {
        rules.entry(changed.before.rule.clone()).or_default().push(changed);
    }
    let mut rules: Vec<_> = rules.into_iter().collect();
    rules.sort_by_cached_key(|(name, changed)| (Reverse(messages(changed)), name.clone()));
    let rest: Vec<ChangedReply> =
        rules.split_off(rules.len().min(MOST_RULES)).into_iter().flat_map(|(_, changed)| changed).collect();
    rules.extend((!rest.is_empty()).then_some((None, rest)));
    rules
}
