//! Opening hours: breaks, weekends, days off and the workdays that make up for
//! them (调休). Pure: the moment comes in as a value. Hours nobody has filled in
//! are `Unset`, and then nothing claims to know them.

use std::fmt;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan as _};

/// How far ahead the next opening is looked for. Beyond a year nobody means
/// what they wrote.
const LOOK_AHEAD_DAYS: usize = 366;

#[derive(Clone, Debug)]
pub struct Hours {
    pub(super) zone: TimeZone,
    /// Monday first.
    pub(super) week: [Vec<Window>; 7],
    pub(super) closed: Vec<Days>,
    pub(super) extra: Vec<Extra>,
}

/// Minutes of a day, the end not included: 24:00 is 1440.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    pub start: u16,
    pub end: u16,
}

/// Both days included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    pub first: Date,
    pub last: Date,
}

/// A workday outside the weekly rhythm. Without windows of its own it is
/// worked like a Monday. It wins over a day off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extra {
    pub days: Days,
    pub windows: Vec<Window>,
}

/// In the centre's own time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open { until: DateTime },
    Closed { next: Option<DateTime> },
    Unset,
}

impl Default for Hours {
    fn default() -> Self {
        Self { zone: TimeZone::fixed(CHINA), week: Default::default(), closed: Vec::new(), extra: Vec::new() }
    }
}

/// China has one time and no summer time, so the default needs no zone files.
pub(super) const CHINA: Offset = jiff::tz::offset(8);

impl Hours {
    /// The centre's own date and time.
    pub fn local(&self, at: Timestamp) -> DateTime {
        self.zone.to_datetime(at)
    }

    pub fn today(&self, at: Timestamp) -> Date {
        self.local(at).date()
    }

    /// The instant at which the centre's clocks show `local`.
    pub fn instant(&self, local: DateTime) -> Timestamp {
        self.zone.to_timestamp(local).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    pub fn is_unset(&self) -> bool {
        self.week.iter().all(Vec::is_empty) && self.extra.iter().all(|extra| extra.windows.is_empty())
    }

    pub fn state(&self, at: Timestamp) -> State {
        self.state_locally(self.local(at))
    }

    pub fn is_open(&self, at: Timestamp) -> bool {
        matches!(self.state(at), State::Open { .. })
    }

    /// When they open next; `None` while open, or when they never do.
    pub fn next_open(&self, at: Timestamp) -> Option<DateTime> {
        match self.state(at) {
            State::Closed { next } => next,
            State::Open { .. } | State::Unset => None,
        }
    }

    pub fn state_locally(&self, now: DateTime) -> State {
        if self.is_unset() {
            return State::Unset;
        }
        let minute = minute_of_day(now);
        match self.windows_on(now.date()).iter().find(|window| window.holds(minute)) {
            Some(window) => State::Open { until: at_minute(now.date(), window.end) },
            None => State::Closed { next: self.find_opening_after(now) },
        }
    }

    fn find_opening_after(&self, now: DateTime) -> Option<DateTime> {
        let today = now.date();
        let minute = minute_of_day(now);
        let later_today =
            self.windows_on(today).iter().map(|window| window.start).find(|start| *start > minute);
        if let Some(start) = later_today {
            return Some(at_minute(today, start));
        }
        today.series(1.day()).skip(1).take(LOOK_AHEAD_DAYS).find_map(|day| {
            let first = self.windows_on(day).first()?;
            Some(at_minute(day, first.start))
        })
    }

    /// In order, and apart from each other.
    pub fn windows_on(&self, day: Date) -> &[Window] {
        if let Some(extra) = self.extra.iter().find(|extra| extra.days.holds(day)) {
            return if extra.windows.is_empty() { self.weekly(Weekday::Monday) } else { &extra.windows };
        }
        if self.closed.iter().any(|days| days.holds(day)) {
            return &[];
        }
        self.weekly(day.weekday())
    }

    fn weekly(&self, day: Weekday) -> &[Window] {
        let index = usize::try_from(day.to_monday_zero_offset()).unwrap_or_default();
        self.week.get(index).map_or(&[], Vec::as_slice)
    }
}

impl Window {
    pub const DAY_MINUTES: u16 = 24 * 60;

    fn holds(self, minute: u16) -> bool {
        self.start <= minute && minute < self.end
    }
}

impl Days {
    pub fn holds(self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }
}

fn minute_of_day(at: DateTime) -> u16 {
    u16::try_from(i32::from(at.hour()) * 60 + i32::from(at.minute())).unwrap_or_default()
}

/// 24:00 is midnight of the next day.
fn at_minute(day: Date, minute: u16) -> DateTime {
    day.at(0, 0, 0, 0).saturating_add(i64::from(minute).minutes())
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { start, end } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", start / 60, start % 60, end / 60, end % 60)
    }
}
