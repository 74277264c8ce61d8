//! Tells staff in their group what has happened. The queue is in the store, so
//! a restart loses nothing; a lease lets one process send at a time. A process
//! that dies between sending and noting so makes the next one send again: told
//! twice rather than never.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tracing::{info, warn};

use crate::model::{Clock, Roster};
use crate::platform::wecom_robot::{PAUSE_BETWEEN, Robot, RobotError};
use crate::store::{Fate, NEWS_FOR, Notice, Store, StoreError};
use crate::telemetry::NoticeMetrics;

use super::wording;

const JOB: &str = "notices";
/// Longer than an attempt can take.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How soon staff hear of it.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// Notices in one message: twenty people who write at once must not make
/// twenty messages.
const TOGETHER: u32 = 20;

const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(15);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(30);
/// The limit counts by the minute.
const PAUSE_WHEN_TOO_OFTEN: SignedDuration = SignedDuration::from_secs(60);

#[derive(Clone, Debug)]
pub struct Alerts {
    store: Store,
    clock: Clock,
    robot: Robot,
    /// What staff call the accounts; named only when there are several.
    accounts: Roster,
    metrics: NoticeMetrics,
    /// This process.
    holder: String,
}

/// What one look at the queue came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    Nothing,
    /// Another process is at it, or has just sent.
    NotOurTurn,
    Told {
        notices: usize,
    },
    Failed,
}

impl Alerts {
    pub fn new(store: Store, clock: Clock, robot: Robot, accounts: Roster, metrics: NoticeMetrics) -> Self {
        let holder = format!("{:016x}", rand::random::<u64>());
        Self { store, clock, robot, accounts, metrics, holder }
    }

    /// Goes on until it is dropped.
    pub async fn follow(self) {
        loop {
            if let Err(failure) = self.send_due().await {
                warn!(%failure, "Could not read what staff are to be told; trying again");
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Sends what is due, in one message.
    pub async fn send_due(&self) -> Result<Round, StoreError> {
        let now = self.clock.now();
        if self.store.due_notices(now, 1).await?.is_empty() {
            return Ok(Round::Nothing);
        }
        let Some(lease) = self.store.lease_job(JOB, &self.holder, now, LEASE).await? else {
            return Ok(Round::NotOurTurn);
        };
        let told = self.tell(now).await;
        let outcome = match &told {
            Ok(Ok(_)) => Ok(now),
            Ok(Err(failure)) => Err(failure.to_string()),
            Err(failure) => Err(failure.to_string()),
        };
        // Whichever process comes next, it keeps the robot's pace.
        let next = now + PAUSE_BETWEEN;
        self.store.finish_job(&lease, next, outcome).await?;
        told.map(|told| told.unwrap_or(Round::Failed))
    }

    async fn tell(&self, now: Timestamp) -> Result<Result<Round, RobotError>, StoreError> {
        let due = self.store.due_notices(now, TOGETHER).await?;
        let (news, old): (Vec<_>, Vec<_>) =
            due.into_iter().partition(|notice| now.duration_since(notice.created_at) <= NEWS_FOR);
        self.give_up(&old, now).await?;
        let mut lines = Vec::new();
        let mut told = Vec::new();
        let mut obsolete = Vec::new();
        for notice in news {
            let account = self.accounts.find(&notice.account);
            let human = account.map(|account| account.human).unwrap_or_default();
            match wording::line(&self.store, &notice, human, now).await? {
                Some(line) => {
                    lines.push(self.with_account(&notice, line));
                    told.push(notice);
                }
                None => obsolete.push(notice),
            }
        }
        self.store.settle_notices(&obsolete, Fate::Obsolete, now).await?;
        if told.is_empty() {
            return Ok(Ok(Round::Nothing));
        }
        match self.robot.send_text(&wording::message(&lines)).await {
            Ok(()) => {
                self.store.settle_notices(&told, Fate::Sent, now).await?;
                self.metrics.sent.inc_by(u64::try_from(told.len()).unwrap_or(0));
                info!(notices = told.len(), "Staff were told");
                Ok(Ok(Round::Told { notices: told.len() }))
            }
            Err(failure) => {
                self.metrics.failures.inc();
                let next = now + pause_after(&failure, &told);
                warn!(%failure, notices = told.len(), %next, "Staff could not be told; trying again");
                self.store.postpone_notices(&told, &failure.to_string(), next).await?;
                Ok(Err(failure))
            }
        }
    }

    async fn give_up(&self, old: &[Notice], now: Timestamp) -> Result<(), StoreError> {
        if !old.is_empty() {
            warn!(notices = old.len(), "Staff were not told in time; it stands in the console");
            self.metrics.given_up.inc_by(u64::try_from(old.len()).unwrap_or(0));
            self.store.settle_notices(old, Fate::GivenUp, now).await?;
        }
        Ok(())
    }

    fn with_account(&self, notice: &Notice, line: String) -> String {
        match self.accounts.find(&notice.account) {
            Some(account) if self.accounts.now().len() > 1 => format!("【{}】{line}", account.name),
            Some(_) | None => line,
        }
    }
}

/// Doubles with each attempt of the one that was tried least.
fn pause_after(failure: &RobotError, notices: &[Notice]) -> SignedDuration {
    let attempts = notices.iter().map(|notice| notice.attempts).min().unwrap_or(0);
    match failure {
        RobotError::TooOften => PAUSE_WHEN_TOO_OFTEN,
        RobotError::Unreachable(_)
        | RobotError::Silent
        | RobotError::Status(_)
        | RobotError::NotAnAnswer
        | RobotError::Refused { .. } => FIRST_PAUSE.saturating_mul(1 << attempts.min(10)).min(LONGEST_PAUSE),
    }
}
