//! Times as staff read them, in the centre's own zone.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Console;

pub(super) fn minute(console: &Console, at: Timestamp) -> String {
    let local = console.live.load().rulebook.settings.hours.local(at);
    local.strftime("%Y-%m-%d %H:%M").to_string()
}

pub(super) fn second(console: &Console, at: Timestamp) -> String {
    let local = console.live.load().rulebook.settings.hours.local(at);
    local.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// The same beside many others: this year's without the year.
pub(super) fn brief(console: &Console, at: Timestamp, now: Timestamp) -> String {
    let edition = console.live.load();
    let hours = &edition.rulebook.settings.hours;
    let (local, today) = (hours.local(at), hours.today(now));
    let shape = if local.year() == today.year() { "%m-%d %H:%M" } else { "%Y-%m-%d %H:%M" };
    local.strftime(shape).to_string()
}

/// The first instant of a day.
pub(super) fn start_of(console: &Console, day: Date) -> Timestamp {
    console.live.load().rulebook.settings.hours.instant(day.at(0, 0, 0, 0))
}

/// `2026-11-25`, as a date field sends it; nothing for anything else.
pub(super) fn day(raw: &str) -> Option<Date> {
    raw.trim().parse().ok()
}

pub(super) fn today(console: &Console, now: Timestamp) -> Date {
    console.live.load().rulebook.settings.hours.today(now)
}
