//! The days that are looked at: the last so many, or from one to another.

use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan as _};
use serde::Deserialize;

use super::super::served::Served;
use super::super::visit::{Visit, address};
use super::super::when;
use super::super::words::{Sentence, Words};
use super::PATH;
use crate::store::Period;

/// A year and a day: beyond it nobody looks, and it would take long.
const MOST_DAYS: i64 = 366;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Asked {
    /// Days up to today; or `from` and `until`, both included.
    pub(super) days: String,
    pub(super) from: String,
    pub(super) until: String,
}

/// The days that are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Days {
    pub from: Date,
    pub until: Date,
}

impl Asked {
    fn span(&self) -> &str {
        match self.days.as_str() {
            "30" => "30",
            "90" => "90",
            _ => "7",
        }
    }

    pub(super) fn days(&self, visit: &Visit) -> Days {
        let today = when::today(&visit.console, visit.now());
        let until = when::day(&self.until).unwrap_or(today);
        let back = self.span().parse().unwrap_or(7_i64) - 1;
        let before = |day: Date, days: i64| day.checked_sub(days.days()).unwrap_or(day);
        let from = when::day(&self.from).unwrap_or_else(|| before(until, back));
        Days { from: from.clamp(before(until, MOST_DAYS), until), until }
    }
}

impl Days {
    /// Where the period begins before messages are kept with who said them: until
    /// which day they are not.
    pub(super) fn forgotten_before(self, visit: &Visit) -> Option<Date> {
        let kept = SignedDuration::from_hours(24 * i64::from(visit.console.keep_messages_days.get()));
        let before = visit.now().checked_sub(kept).ok()?;
        (self.period(visit).since < before).then(|| when::today(&visit.console, before))
    }

    pub(super) fn period(self, visit: &Visit) -> Period {
        let after = self.until.tomorrow().unwrap_or(self.until);
        let start = |day| when::start_of(&visit.console, day);
        Period { since: start(self.from), until: start(after) }
    }
}

/// The spans to choose from: name, address, whether it is the one shown.
pub(super) fn spans(
    asked: &Asked,
    served: &Served,
    t: &'static Words,
) -> Vec<(Sentence<'static>, String, bool)> {
    let span = |days: &str| {
        let is_here = asked.from.is_empty() && asked.span() == days;
        let address = address(PATH, &[("days", days), ("account", served.asked())]);
        (t.say("misses.days").owned().with("n", days), address, is_here)
    };
    ["7", "30", "90"].map(span).into()
}
