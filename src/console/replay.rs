//! What people really wrote in the last thirty days, answered by what is live
//! and by what somebody is about to change. 发布 shows it for a draft, the editor
//! for one rule. Not here: playing it (publishing::replay).

use std::sync::Arc;

use jiff::SignedDuration;

use super::failure::PageError;
use super::rehearse::Bubble;
use super::visit::Visit;
use crate::answer::Edition;
use crate::publishing::{Answered, ChangedReply, Replay, Setting, replay};

/// How far back real messages are taken, and how many wordings at most: a
/// second's work with a thousand rules.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(30 * 24);
const MOST_WORDINGS: usize = 2_000;

/// One question, answered before and after.
pub(super) struct Comparison {
    pub text: String,
    /// How often it came; 0: nobody counted.
    pub times: i64,
    /// To which account, where there are several.
    pub account: Option<String>,
    pub before: Vec<Bubble>,
    pub after: Vec<Bubble>,
}

/// Through both; each wording is said to the account that heard it.
pub(super) async fn play(
    visit: &Visit,
    before: Arc<Edition>,
    after: Arc<Edition>,
) -> Result<Replay, PageError> {
    let (now, setting) = (visit.now(), setting(visit));
    let since = now.checked_sub(LOOKED_BACK).unwrap_or(now);
    let accounts: Vec<_> = setting.accounts.iter().map(|account| account.id.clone()).collect();
    let heard = visit.console.store.list_wordings(&accounts, since, now, MOST_WORDINGS).await?;
    // Thousands of decisions: not on a thread that answers.
    let work = move || replay(&heard, &before, &after, &setting);
    let played = tokio::task::spawn_blocking(work).await;
    played.map_err(|failure| PageError::Broken(failure.to_string().into()))
}

pub(super) fn setting(visit: &Visit) -> Setting {
    Setting {
        accounts: visit.console.roster.now(),
        public_url: visit.console.public_url.clone(),
        now: visit.now(),
    }
}

impl Comparison {
    pub(super) fn of(changed: ChangedReply, visit: &Visit) -> Self {
        let ChangedReply { account, text, times, before, after } = changed;
        let accounts = visit.console.roster.now();
        let name = accounts.iter().find(|served| served.id == account).map(|served| served.name.clone());
        let bubble =
            |answered: Answered| vec![Bubble::answer(&answered.reply, answered.rule, visit.caller.t)];
        Self {
            text,
            times,
            account: name.filter(|_| accounts.len() > 1),
            before: bubble(before),
            after: bubble(after),
        }
    }
}
