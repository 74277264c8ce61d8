//! The messages of a list, alike ones together: what is to be done, what the live
//! version answers by now, and what needs no rule. Kept for a minute, because
//! grouping thousands takes a moment. Not here: what is alike, what needs no rule
//! (answer::misses).

use std::sync::Arc;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use rustc_hash::FxHashMap;

use super::super::failure::PageError;
use super::super::kept;
use super::super::served::Served;
use super::super::visit::Visit;
use super::Asked;
use crate::answer::misses::{Cluster, Missed, answered_by, cluster, needs_no_rule};
use crate::answer::{self, Edition};
use crate::model::{AccountId, OutcomeKind, RuleId};
use crate::store::Miss;

/// By account, list, days and live version: what was just published counts.
pub(in crate::console) type Kept = kept::Kept<(AccountId, String, String, i64), Grouped>;

/// Messages of a list, grouped.
#[derive(Debug, Default)]
pub(in crate::console) struct Grouped {
    pub(super) misses: Vec<Miss>,
    pub(super) clusters: Vec<Cluster>,
    /// With the rule that answers them by now; they close by themselves.
    pub(super) answered: Vec<(Cluster, RuleId)>,
    /// Insults, digits, keys hit at random.
    pub(super) needless: Vec<Cluster>,
    /// Options that may still be tapped.
    pub(super) still_tapping: u64,
}

pub(super) async fn load(visit: &Visit, served: &Served, asked: &Asked) -> Result<Arc<Grouped>, PageError> {
    let now = visit.now();
    let edition = visit.console.live.load_full();
    let key = (served.id().clone(), asked.list.clone(), asked.days().to_owned(), edition.version);
    if let Some((grouped, _)) = visit.console.grouped.find(&key, now) {
        return Ok(grouped);
    }
    let listed = Listed::load(visit, served, asked).await?;
    let account = served.id().clone();
    // Thousands of messages take a moment: not on a thread that answers.
    let grouped = tokio::task::spawn_blocking(move || {
        let today = edition.rulebook.settings.hours.today(now);
        listed.group(&mut Live { edition: &edition, account: &account, today, decided: FxHashMap::default() })
    });
    let grouped = grouped.await.map_err(|failure| PageError::Broken(failure.to_string().into()))?;
    Ok(visit.console.grouped.keep(key, grouped, now))
}

/// What a list holds.
struct Listed {
    misses: Vec<Miss>,
    /// Those who asked alike, were asked back and did not tap: they count with
    /// the others, and make no group of their own.
    beside: Vec<Miss>,
    still_tapping: u64,
    is_open: bool,
}

impl Listed {
    async fn load(visit: &Visit, served: &Served, asked: &Asked) -> Result<Self, PageError> {
        let (store, account, now) = (&visit.console.store, served.id(), visit.now());
        let days = asked.days().parse().unwrap_or(7);
        let since = now.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN);
        // What came in this very moment counts too.
        let until = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(now);
        let listed = Self { misses: Vec::new(), beside: Vec::new(), still_tapping: 0, is_open: true };
        Ok(match asked.list.as_str() {
            "grudging" => Self {
                misses: store.list_grudging(account, since, until, now).await?,
                still_tapping: store.count_still_tapping(account, now).await?,
                ..listed
            },
            "ignored" => Self { misses: store.list_ignored(account, since).await?, is_open: false, ..listed },
            _ => Self {
                misses: store.list_missed(account, since, until).await?,
                beside: store.list_not_tapped(account, since, until, now).await?,
                ..listed
            },
        })
    }

    fn group(self, live: &mut Live<'_>) -> Grouped {
        let Self { mut misses, beside, still_tapping, is_open } = self;
        let own = misses.len();
        misses.extend(beside);
        let missed: Vec<Missed<'_>> =
            misses.iter().map(|miss| Missed { text: &miss.text, whose: miss.whose.as_str() }).collect();
        let mut clusters = cluster(&missed);
        clusters.retain(|cluster| cluster.messages.iter().any(|at| *at < own));
        let mut grouped = Grouped { misses, still_tapping, ..Grouped::default() };
        for cluster in clusters {
            let fate = if is_open { live.fate(&grouped.members(&cluster)) } else { Fate::ToDo };
            match fate {
                Fate::ToDo => grouped.clusters.push(cluster),
                Fate::Answered(rule) => grouped.answered.push((cluster, rule)),
                Fate::Needless => grouped.needless.push(cluster),
            }
        }
        grouped
    }
}

enum Fate {
    ToDo,
    Answered(RuleId),
    Needless,
}

/// The live rulebook, and what it says; equal texts are decided once.
struct Live<'a> {
    edition: &'a Edition,
    account: &'a AccountId,
    today: Date,
    decided: FxHashMap<String, Option<RuleId>>,
}

impl Live<'_> {
    fn fate(&mut self, members: &[&Miss]) -> Fate {
        let answered: Option<Vec<RuleId>> = members.iter().map(|miss| self.answer_by_now(miss)).collect();
        if let Some(rule) = answered.and_then(|rules| rules.into_iter().next()) {
            return Fate::Answered(rule);
        }
        let asked = answer::Asked { account: self.account, today: self.today };
        match members.iter().all(|miss| needs_no_rule(self.edition, &miss.text, &asked)) {
            true => Fate::Needless,
            false => Fate::ToDo,
        }
    }

    /// What an answer was followed by is no question of which rule answers.
    fn answer_by_now(&mut self, miss: &Miss) -> Option<RuleId> {
        let was_open = matches!(miss.outcome, OutcomeKind::Fallback | OutcomeKind::Choices);
        if !was_open || miss.version >= self.edition.version {
            return None;
        }
        let asked = answer::Asked { account: self.account, today: self.today };
        let decide = || answered_by(self.edition, &miss.text, &asked);
        self.decided.entry(miss.text.clone()).or_insert_with(decide).clone()
    }
}

impl Grouped {
    pub(super) fn members(&self, cluster: &Cluster) -> Vec<&Miss> {
        cluster.messages.iter().filter_map(|at| self.misses.get(*at)).collect()
    }

    /// The group that this message is in.
    pub(super) fn group_with(&self, message: &str) -> Vec<&Miss> {
        let is_meant = |members: &Vec<&Miss>| members.iter().any(|miss| miss.message.as_str() == message);
        let answered = self.answered.iter().map(|(cluster, _)| cluster);
        let all = self.clusters.iter().chain(answered).chain(&self.needless);
        all.map(|cluster| self.members(cluster)).find(is_meant).unwrap_or_default()
    }
}
