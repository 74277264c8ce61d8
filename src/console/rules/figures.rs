//! What is counted beside the rules: how often each answered in the last
//! thirty days, and who changed its file last. Kept for a while, because
//! counting a hundred thousand messages takes longer than a page may.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{Timestamp, ToSpan as _};

use super::super::failure::PageError;
use super::super::visit::Visit;
use super::super::when;
use crate::store::{FileOrigin, Period};

const DAYS: i64 = 30;
/// Hits are about this old at most.
const KEPT_MINUTES: i64 = 10;

/// How often each rule answered, by its id.
type Hits = Arc<HashMap<String, u64>>;
/// Who made each file what it is, by its path.
type Origins = Arc<HashMap<String, FileOrigin>>;

#[derive(Debug, Default)]
pub(in crate::console) struct FigureCache {
    /// When they were counted.
    hits: Mutex<Option<(Timestamp, Hits)>>,
    /// In which version.
    origins: Mutex<Option<(i64, Origins)>>,
}

pub(super) struct Figures {
    hits: Hits,
    changed: HashMap<String, (Option<String>, String)>,
}

impl Figures {
    pub(super) async fn load(visit: &Visit) -> Result<Self, PageError> {
        let origins = origins(visit).await?;
        let read = |(path, origin): (&String, &FileOrigin)| {
            let at = when::minute(&visit.console, origin.at);
            (path.clone(), (origin.who.clone(), at.chars().take("2026-03-07".len()).collect()))
        };
        Ok(Self { hits: hits(visit).await?, changed: origins.iter().map(read).collect() })
    }

    pub(super) fn hits(&self, id: &str) -> u64 {
        self.hits.get(id).copied().unwrap_or_default()
    }

    pub(super) fn changed(&self, path: &str) -> String {
        match self.changed.get(path) {
            Some((Some(who), at)) => format!("{who} {at}"),
            Some((None, at)) => at.clone(),
            None => String::new(),
        }
    }
}

async fn hits(visit: &Visit) -> Result<Hits, PageError> {
    let now = visit.now();
    let cache = &visit.console.figures.hits;
    let is_fresh = |at: Timestamp| at <= now && now.duration_since(at).as_mins() < KEPT_MINUTES;
    let known = cache.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((_, hits)) = known.filter(|(at, _)| is_fresh(*at)) {
        return Ok(hits);
    }
    let since = now.checked_sub((24 * DAYS).hours()).unwrap_or(now);
    let mut hits: HashMap<String, u64> = HashMap::new();
    for account in visit.console.roster.ids() {
        let counted = visit.console.store.count_hits(&account, Period { since, until: now }).await?;
        for (rule, count) in counted {
            *hits.entry(rule.to_string()).or_default() += count;
        }
    }
    let hits = Arc::new(hits);
    *cache.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&hits)));
    Ok(hits)
}

async fn origins(visit: &Visit) -> Result<Origins, PageError> {
    let store = &visit.console.store;
    let Some(newest) = store.find_newest_version().await? else { return Ok(Arc::default()) };
    let cache = &visit.console.figures.origins;
    let known = cache.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((_, origins)) = known.filter(|(version, _)| *version == newest.number) {
        return Ok(origins);
    }
    let origins = Arc::new(store.find_file_origins(newest.number).await?);
    *cache.lock().unwrap_or_else(PoisonError::into_inner) = Some((newest.number, Arc::clone(&origins)));
    Ok(origins)
}
