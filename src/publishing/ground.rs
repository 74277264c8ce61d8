//! What a rulebook is checked against beside its own files.

use crate::model::{Clock, Roster};
use crate::rulebook::{Hours, Surroundings};

/// What a rulebook is checked against, but for the day.
#[derive(Clone, Debug, Default)]
pub struct Ground {
    pub accounts: Roster,
    pub public_url: Option<String>,
}

impl Ground {
    pub fn on(&self, clock: &Clock) -> Surroundings {
        let today = Hours::default().today(clock.now());
        let accounts = self.accounts.ids();
        Surroundings {
            accounts: (!accounts.is_empty()).then_some(accounts),
            public_url: self.public_url.clone(),
            ..Surroundings::on(today)
        }
    }
}
