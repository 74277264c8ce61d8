//! Opening hours in words: whether they are open now, and the days to come, so
//! that a holiday or a break that was typed wrongly is seen.

use jiff::ToSpan as _;

use super::super::visit::Visit;
use super::super::words::Sentence;
use crate::rulebook::Hours;
use crate::rulebook::hours::State;

/// Enough to see a holiday that is near and the weekend worked for it.
const DAYS: usize = 14;

#[derive(Debug)]
pub(super) struct Day {
    pub day: String,
    pub weekday: Sentence<'static>,
    /// Empty: closed.
    pub windows: String,
}

pub(super) fn now(hours: &Hours, visit: &Visit) -> Sentence<'static> {
    let t = visit.caller.t;
    let at = |moment: jiff::civil::DateTime| moment.strftime("%m-%d %H:%M").to_string();
    match hours.state(visit.now()) {
        State::Unset => t.say("setting.hours_unset"),
        State::Open { until } => t.say("setting.hours_open").with("until", at(until)),
        State::Closed { next: Some(next) } => t.say("setting.hours_closed").with("next", at(next)),
        State::Closed { next: None } => t.say("setting.hours_never"),
    }
}

pub(super) fn coming(hours: &Hours, visit: &Visit) -> Vec<Day> {
    if hours.is_unset() {
        return Vec::new();
    }
    let t = visit.caller.t;
    let days = hours.today(visit.now()).series(1.day()).take(DAYS);
    let day = |day: jiff::civil::Date| {
        let windows: Vec<String> = hours.windows_on(day).iter().map(ToString::to_string).collect();
        let weekdays =
            WEEKDAYS.get(usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or_default());
        Day {
            day: day.strftime("%m-%d").to_string(),
            weekday: t.say(weekdays.copied().unwrap_or_default()),
            windows: windows.join(" "),
        }
    };
    days.map(day).collect()
}

const WEEKDAYS: [&str; 7] =
    ["setting.mon", "setting.tue", "setting.wed", "setting.thu", "setting.fri", "setting.sat", "setting.sun"];
