//! What a rule would look like and do, while it is being written: bubbles with
//! their bytes, what is wrong, who wins, and what a message would be answered.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan as _};

use super::super::rehearse::{Bubble, Explained, explain};
use super::super::visit::Visit;
use super::super::words::{Sentence, Words};
use super::rivals::{Rivals, Winner};
use super::shelf::{Kept, Shelf};
use crate::answer::{Asked, Edition};
use crate::model::{AccountId, Limits, RuleId};
use crate::rulebook::{Answer, Hours, Moment, Problem, Replies, Rule, Rulebook, Severity};

/// Shown for the parts by opening hours while nobody has filled those in.
const ASSUMED_HOURS: &str = "09:00-17:00";
/// Two weeks: the longest holidays.
const MOST_HALF_HOURS: i64 = 14 * 48;
const MOST_VARIANTS: u64 = 5;

#[derive(Default)]
pub(super) struct Preview {
    pub shown: Vec<Shown>,
    pub problems: Vec<Problem>,
    /// Errors elsewhere, because of which nothing more can be told.
    pub elsewhere: Option<Problem>,
    pub rivals: Vec<Sentence<'static>>,
    pub tested: Option<Tested>,
}

/// A reply at a moment, and which moment that is.
pub(super) struct Shown {
    pub when: Option<Sentence<'static>>,
    pub bubbles: Vec<Bubble>,
}

pub(super) struct Tested {
    pub text: String,
    pub explained: Explained,
}

impl Preview {
    /// Compiles the edition where nobody did yet; not for an async thread.
    pub(super) fn of(visit: &Visit, shelf: &Shelf, id: &str, test: &str) -> Self {
        let t = visit.caller.t;
        let Some(kept) = shelf.find(id) else { return Self::default() };
        let problems: Vec<Problem> = shelf.problems_of(kept).cloned().collect();
        let Some(edition) = shelf.edition() else {
            let elsewhere = shelf.problems.iter().find(|problem| problem.is_error()).cloned();
            let is_here = problems.iter().any(Problem::is_error);
            return Self { problems, elsewhere: elsewhere.filter(|_| !is_here), ..Self::default() };
        };
        let test = test.trim();
        Self {
            shown: shown(visit, &edition.rulebook, kept),
            rivals: rivals(visit, &edition, kept, t),
            tested: (!test.is_empty()).then(|| Tested {
                text: test.to_owned(),
                explained: explain(&visit.console, &edition, test, t),
            }),
            problems,
            elsewhere: None,
        }
    }

    /// For who cannot see that something changed.
    pub(super) fn spoken(&self, t: &'static Words) -> Sentence<'static> {
        let warnings = self.problems.iter().filter(|problem| problem.severity > Severity::Note).count();
        t.say("rules.spoken").owned().with("n", warnings + self.rivals.len())
    }
}

/// Both parts where there are two, else what would be sent now.
fn shown(visit: &Visit, rulebook: &Rulebook, kept: &Kept) -> Vec<Shown> {
    let Some(rule) = RuleId::parse(kept.rule.text("id")).ok().and_then(|id| rulebook.rule(&id)) else {
        return Vec::new();
    };
    let stage = Stage { visit, rule };
    if kept.rule.reply.open.is_empty() && kept.rule.reply.closed.is_empty() {
        return vec![stage.at(rulebook, visit.now(), None)];
    }
    let parts = [(true, "rules.while_open"), (false, "rules.while_closed")];
    if !rulebook.settings.hours.is_unset() {
        let moment = |is_open| next_moment(&rulebook.settings.hours, visit.now(), is_open);
        return parts.map(|(is_open, key)| stage.at(rulebook, moment(is_open), Some(key))).into();
    }
    let mut assumed = rulebook.clone();
    assumed.settings.hours = Hours::on_weekdays(ASSUMED_HOURS).unwrap_or_default();
    let moment = |is_open| next_moment(&assumed.settings.hours, visit.now(), is_open);
    let unset = stage.at(rulebook, visit.now(), Some("rules.hours_unset"));
    let assumed = parts.map(|(is_open, key)| stage.at(&assumed, moment(is_open), Some(key)));
    std::iter::once(unset).chain(assumed).collect()
}

struct Stage<'a> {
    visit: &'a Visit,
    rule: &'a Rule,
}

impl Stage<'_> {
    fn at(&self, rulebook: &Rulebook, now: Timestamp, when: Option<&str>) -> Shown {
        let t = self.visit.caller.t;
        let mut replies = Vec::new();
        for draw in 0..most_variants(self.rule) {
            let moment = Moment {
                now,
                draw,
                public_url: self.visit.console.public_url.as_deref(),
                limits: Limits::STRICTEST,
            };
            let reply = rulebook.render(self.rule, &moment).reply;
            if !replies.contains(&reply) {
                replies.push(reply);
            }
        }
        let bubbles = replies.iter().map(|reply| Bubble::answer(reply, None, t)).collect();
        Shown { when: when.map(|key| t.say(key).owned()), bubbles }
    }
}

/// The first half hour from now on at which they are open, or closed.
fn next_moment(hours: &Hours, now: Timestamp, is_open: bool) -> Timestamp {
    let half_hours = (0..MOST_HALF_HOURS).filter_map(|n| now.checked_add((30 * n).minutes()).ok());
    half_hours.into_iter().find(|at| hours.is_open(*at) == is_open).unwrap_or(now)
}

fn most_variants(rule: &Rule) -> u64 {
    let body = match &rule.answer {
        Answer::Reply(Replies { body, .. })
        | Answer::Form { words: body, .. }
        | Answer::Human { words: body } => body,
        Answer::Silence | Answer::NotOurs => return 1,
    };
    let most = body.always.len().max(body.open.len()).max(body.closed.len());
    u64::try_from(most).unwrap_or(1).clamp(1, MOST_VARIANTS)
}

fn rivals(visit: &Visit, edition: &Arc<Edition>, kept: &Kept, t: &'static Words) -> Vec<Sentence<'static>> {
    let Ok(id) = RuleId::parse(kept.rule.text("id")) else { return Vec::new() };
    let account = kept.rule.list("accounts").first().and_then(|account| AccountId::parse(account).ok());
    let account = account.or_else(|| visit.console.roster.ids().into_iter().next());
    let Some(account) = account.or_else(|| AccountId::parse("main").ok()) else { return Vec::new() };
    let today = edition.rulebook.settings.hours.today(visit.now());
    let found = Rivals::of(&id, edition, &Asked { account: &account, today });
    let mut told = Vec::new();
    for lost in &found.lost {
        let (key, names) = match &lost.to {
            Winner::Rule(name) if lost.is_question => ("rules.question_lost", name.clone()),
            Winner::Rule(name) => ("rules.trigger_lost", name.clone()),
            Winner::Choices(names) => ("rules.asks_back", names.join("」「")),
            Winner::Nobody => ("rules.question_unanswered", String::new()),
        };
        told.push(t.say(key).owned().with("text", &lost.text).with("rule", names));
    }
    for taken in &found.taken {
        told.push(t.say("rules.takes").owned().with("text", &taken.question).with("rule", &taken.from));
    }
    told
}
