//! A member's draft, checked: what the pages of the catalog are made from.

use jiff::civil::Date;

use super::super::Console;
use super::super::failure::PageError;
use super::super::places;
use super::super::visit::Visit;
use super::super::words::Sentence;
use crate::model::{Limits, Right};
use crate::publishing::{Draft, HowEdited};
use crate::rulebook::uses::{Uses, uses};
use crate::rulebook::{Checked, Files, Moment, Problem, Surroundings, check};
use crate::store::StoreError;

/// From so many days before its last day on, a fact is shown as ending soon.
const SOON_DAYS: i32 = 30;

/// What is known about a set of files.
#[derive(Debug)]
pub(in crate::console) struct Shelf {
    pub files: Files,
    pub checked: Checked,
    pub uses: Uses,
    pub today: Date,
}

/// Whether a fact still holds, as a badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Never,
    Later(Date),
    Soon(Date),
    Past(Date),
}

/// A file that no form can change, and where its text can be.
pub(super) struct ByHand {
    pub file: String,
    pub address: Option<String>,
}

impl ByHand {
    pub(super) fn of(visit: &Visit, file: &str) -> Self {
        let address = places::text_of(file).filter(|_| visit.staff.role.may(Right::Edit));
        Self { file: file.to_owned(), address }
    }
}

impl Shelf {
    /// Reads and checks off the threads that answer.
    pub(in crate::console) async fn of(console: &Console, files: Files) -> Result<Self, PageError> {
        let today = console.live.load().rulebook.settings.hours.today(console.clock.now());
        let accounts = console.roster.ids();
        let surroundings = Surroundings {
            accounts: (!accounts.is_empty()).then_some(accounts),
            public_url: console.public_url.as_deref().map(str::to_owned),
            ..Surroundings::on(today)
        };
        let work = move || {
            let (checked, uses) = (check(&files, &surroundings), uses(&files));
            Self { files, checked, uses, today }
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| PageError::from(StoreError::Closed))
    }

    pub(in crate::console) async fn of_draft(visit: &Visit) -> Result<Self, PageError> {
        let draft = Draft::open(&visit.console.store, &visit.staff.id).await?;
        Self::of(&visit.console, draft.files().clone()).await
    }

    /// Of one file, the worst first.
    pub(super) fn problems_of(&self, file: &str) -> Vec<Problem> {
        let mut problems: Vec<Problem> =
            self.checked.problems.iter().filter(|problem| problem.file == file).cloned().collect();
        problems.sort_by_key(|problem| std::cmp::Reverse(problem.severity));
        problems
    }

    pub(super) fn ending(&self, valid_until: &str) -> Ending {
        match valid_until.trim().parse::<Date>() {
            Err(_) => Ending::Never,
            Ok(day) if day < self.today => Ending::Past(day),
            Ok(day) if (day - self.today).get_days() <= SOON_DAYS => Ending::Soon(day),
            Ok(day) => Ending::Later(day),
        }
    }
}

pub(super) fn moment(visit: &Visit) -> Moment<'_> {
    Moment {
        now: visit.now(),
        draw: 0,
        public_url: visit.console.public_url.as_deref(),
        limits: Limits::STRICTEST,
    }
}

/// Who else is at this file, a sentence each.
pub(super) async fn others_at(
    visit: &Visit,
    draft: &Draft,
    file: &str,
) -> Result<Vec<Sentence<'static>>, PageError> {
    let t = visit.caller.t;
    let edits = draft.others_at(&visit.console.store, file).await?;
    let sentence = |edit: crate::publishing::OtherEdit| {
        let word = match edit.how {
            HowEdited::Drafted => "catalog.other_draft",
            HowEdited::Published { .. } => "catalog.other_published",
        };
        let by = edit.by.unwrap_or_else(|| t.say("catalog.somebody").to_string());
        let at = super::super::when::minute(&visit.console, edit.at);
        t.say(word).with("who", by).with("at", at).with("file", file)
    };
    Ok(edits.into_iter().map(sentence).collect())
}

impl Ending {
    pub(super) fn tone(self) -> &'static str {
        match self {
            Self::Never | Self::Later(_) => "plain",
            Self::Soon(_) => "warning",
            Self::Past(_) => "error",
        }
    }

    /// The word, and the day it is about.
    pub(super) fn word(self) -> Option<(&'static str, Date)> {
        match self {
            Self::Never => None,
            Self::Later(day) => Some(("catalog.until", day)),
            Self::Soon(day) => Some(("catalog.until_soon", day)),
            Self::Past(day) => Some(("catalog.until_past", day)),
        }
    }
}
