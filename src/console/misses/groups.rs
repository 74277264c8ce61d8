//! The messages of a list, alike ones together; kept for a minute, because
//! grouping thousands takes a moment. Not here: what is alike (answer::misses).

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::super::failure::PageError;
use super::super::kept;
use super::super::served::Served;
use super::super::visit::Visit;
use super::Asked;
use crate::answer::misses::{Cluster, Missed, cluster};
use crate::model::AccountId;
use crate::store::Miss;

/// By account, list and days.
pub(in crate::console) type Kept = kept::Kept<(AccountId, String, String), Grouped>;

/// Messages of a list, grouped.
#[derive(Debug)]
pub(in crate::console) struct Grouped {
    pub(super) misses: Vec<Miss>,
    pub(super) clusters: Vec<Cluster>,
}

pub(super) async fn load(visit: &Visit, served: &Served, asked: &Asked) -> Result<Arc<Grouped>, PageError> {
    let (store, now) = (&visit.console.store, visit.now());
    let key = (served.id().clone(), asked.list.clone(), asked.days().to_owned());
    if let Some((grouped, _)) = visit.console.grouped.find(&key, now) {
        return Ok(grouped);
    }
    let days = asked.days().parse().unwrap_or(7);
    let since = now.checked_sub(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MIN);
    // What came in this very moment counts too.
    let until = now.checked_add(SignedDuration::from_secs(1)).unwrap_or(now);
    let misses = match asked.list.as_str() {
        "grudging" => store.list_grudging(served.id(), since, until, now).await?,
        "ignored" => store.list_ignored(served.id(), since).await?,
        _ => store.list_missed(served.id(), since, until).await?,
    };
    let grouping = move || {
        let clusters = group(&misses);
        Grouped { misses, clusters }
    };
    // Thousands of messages take a moment: not on a thread that answers.
    let grouped = tokio::task::spawn_blocking(grouping).await;
    let grouped = grouped.map_err(|failure| PageError::Broken(failure.to_string().into()))?;
    Ok(visit.console.grouped.keep(key, grouped, now))
}

fn group(misses: &[Miss]) -> Vec<Cluster> {
    let missed: Vec<Missed<'_>> =
        misses.iter().map(|miss| Missed { text: &miss.text, whose: miss.whose.as_str() }).collect();
    cluster(&missed)
}

impl Grouped {
    pub(super) fn members(&self, cluster: &Cluster) -> Vec<&Miss> {
        cluster.messages.iter().filter_map(|at| self.misses.get(*at)).collect()
    }

    /// The group that this message is in.
    pub(super) fn group_with(&self, message: &str) -> Vec<&Miss> {
        let is_meant = |members: &Vec<&Miss>| members.iter().any(|miss| miss.message.as_str() == message);
        self.clusters.iter().map(|cluster| self.members(cluster)).find(is_meant).unwrap_or_default()
    }
}
