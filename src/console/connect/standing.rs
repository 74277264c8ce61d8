//! How an account stands to its platform: was our address checked, did a
//! message come, what was refused and why.

use jiff::{SignedDuration, Timestamp};

use super::Known;
use crate::console::failure::PageError;
use crate::console::visit::Visit;
use crate::console::when;
use crate::console::words::{Lang, Sentence, Words};
use crate::store::{Heard, RecentRefusal, StoredAccount};

/// Refusals before that are history.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(24);
const MOST_REFUSALS: usize = 3;
/// Under this name stand requests for an account that does not exist.
const NOBODY: &str = "-";

pub(super) struct Standing {
    pub stage: Stage,
    pub checked_at: Option<Timestamp>,
    pub heard: Option<Heard>,
    /// The latest first.
    pub refusals: Vec<RecentRefusal>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Its secrets cannot be read, or a file has taken its place.
    NotServed,
    WaitsForCheck,
    WaitsForMessage,
    Connected,
}

/// A refusal as staff read it.
pub(super) struct Refused {
    pub at: String,
    pub times: i64,
    /// The cause in short; None: one that has no word yet.
    pub cause: Option<Sentence<'static>>,
    /// Cause and remedy, word for word as the log has them, which speaks Chinese.
    pub reason: Option<String>,
    /// What to do about it on this page.
    pub fix: Option<Sentence<'static>>,
    /// Nothing came through since.
    pub is_news: bool,
}

impl Standing {
    /// What was before the last change of secrets says nothing of these.
    pub(super) async fn of(known: &Known, visit: &Visit) -> Result<Self, PageError> {
        let (store, id) = (&visit.console.store, known.id());
        let since = known.stored().map_or(Timestamp::MIN, |account| account.secrets_at);
        let checked_at = store.find_url_check(id).await?.filter(|at| *at > since);
        let heard = match (checked_at, known.stored().and_then(StoredAccount::previous_until)) {
            // What came may have come under the secrets before.
            (None, Some(until)) if until > visit.now() => None,
            (None, Some(until)) => store.find_heard(id, until).await?,
            (Some(_), _) | (None, None) => store.find_heard(id, since).await?,
        };
        let served = visit.console.accounts.find(id).is_some() && !matches!(known, Known::Shadowed(_));
        let stage = match (served, heard, checked_at) {
            (false, _, _) => Stage::NotServed,
            (true, Some(_), _) => Stage::Connected,
            (true, None, Some(_)) => Stage::WaitsForMessage,
            (true, None, None) => Stage::WaitsForCheck,
        };
        let looked_back = visit.now().checked_sub(LOOKED_BACK).unwrap_or(Timestamp::MIN).max(since);
        let mut refusals = store.recent_refusals(looked_back).await?;
        refusals.retain(|refusal| {
            let is_stray = refusal.account == NOBODY && stage == Stage::WaitsForCheck;
            refusal.account == id.as_str() || is_stray
        });
        refusals.truncate(MOST_REFUSALS);
        Ok(Self { stage, checked_at, heard, refusals })
    }

    pub(super) fn refused(&self, visit: &Visit) -> Vec<Refused> {
        let success = self.heard.map(|heard| heard.at).max(self.checked_at);
        let refused = |refusal: &RecentRefusal| Refused {
            at: when::second(&visit.console, refusal.last_at),
            times: refusal.times,
            cause: cause(visit.caller.t, &refusal.code),
            reason: reason(visit.caller.t, refusal),
            fix: fix(visit.caller.t, &refusal.code),
            is_news: success.is_none_or(|success| refusal.last_at > success),
        };
        self.refusals.iter().map(refused).collect()
    }

    /// Whether something may still change while somebody looks.
    pub(super) fn is_waiting(&self) -> bool {
        match self.stage {
            Stage::WaitsForCheck | Stage::WaitsForMessage => true,
            Stage::NotServed | Stage::Connected => false,
        }
    }
}

impl Stage {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::NotServed => "accounts.stage_not_served",
            Self::WaitsForCheck => "accounts.stage_waits_for_check",
            Self::WaitsForMessage => "accounts.stage_waits_for_message",
            Self::Connected => "accounts.stage_connected",
        }
    }

    pub(super) fn tone(self) -> &'static str {
        match self {
            Self::NotServed => "error",
            Self::WaitsForCheck | Self::WaitsForMessage => "warning",
            Self::Connected => "success",
        }
    }
}

fn cause(t: &'static Words, code: &str) -> Option<Sentence<'static>> {
    t.find(&format!("accounts.cause_of.{code}")).map(Sentence::owned)
}

/// In another language only where there is nothing else to say.
fn reason(t: &'static Words, refusal: &RecentRefusal) -> Option<String> {
    let is_needed = t.lang() == Lang::Zh || cause(t, &refusal.code).is_none();
    is_needed.then(|| refusal.reason.clone())
}

/// Where the reason speaks of a file, this page has another way.
fn fix(t: &'static Words, code: &str) -> Option<Sentence<'static>> {
    t.find(&format!("accounts.fix.{code}")).map(Sentence::owned)
}
