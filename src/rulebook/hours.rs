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
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

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
        if self.is_unset() {
            return State::Unset;
        }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn window(start: u16, end: u16) -> Window {
        Window { start, end }
    }

    /// With a lunch break, a national holiday, and a Saturday worked for it.
    fn usual() -> Hours {
        let mut hours = Hours::default();
        for day in hours.week.iter_mut().take(5) {
            *day = vec![window(8 * 60 + 30, 12 * 60), window(14 * 60, 17 * 60 + 30)];
        }
        let day = |text: &str| text.parse::<Date>().expect("a date");
        hours.closed = vec![Days { first: day("2026-10-01"), last: day("2026-10-07") }];
        let worked = Days { first: day("2026-10-10"), last: day("2026-10-10") };
        hours.extra = vec![Extra { days: worked, windows: Vec::new() }];
        hours
    }

    #[test]
    fn opening_hours_know_breaks_weekends_holidays_and_made_up_workdays() {
        let cases: &[(&str, &str, Option<&str>)] = &[
            ("a minute before opening", "2026-09-28T08:29", Some("2026-09-28T08:30")),
            ("at opening", "2026-09-28T08:30", None),
            ("a second before the break", "2026-09-28T11:59:59", None),
            ("at the break", "2026-09-28T12:00", Some("2026-09-28T14:00")),
            ("after work", "2026-09-28T17:30", Some("2026-09-29T08:30")),
            ("before the holiday", "2026-09-30T18:00", Some("2026-10-08T08:30")),
            ("inside the holiday", "2026-10-05T10:00", Some("2026-10-08T08:30")),
            ("a Saturday that is worked", "2026-10-10T10:00", None),
            ("before it", "2026-10-09T18:00", Some("2026-10-10T08:30")),
            ("a usual Saturday", "2026-10-17T10:00", Some("2026-10-19T08:30")),
        ];
        for (case, now, next) in cases {
            let expected = match next {
                Some(next) => State::Closed { next: Some(next.parse().expect("a time")) },
                None => State::Open { until: usual().end_of_window(now.parse().expect("a time")) },
            };
            assert_eq!(usual().state_locally(now.parse().expect("a time")), expected, "{case}");
        }
    }

    #[test]
    fn hours_nobody_filled_in_claim_nothing() {
        let now: Timestamp = "2026-09-28T02:00:00Z".parse().expect("a time");

        assert_eq!(Hours::default().state(now), State::Unset);
        assert!(!Hours::default().is_open(now));
        assert_eq!(Hours::default().next_open(now), None);
    }

    #[test]
    fn the_default_zone_is_chinas() {
        let evening: Timestamp = "2026-09-27T16:00:00Z".parse().expect("a time");

        assert_eq!(Hours::default().today(evening), "2026-09-28".parse::<Date>().expect("a date"));
    }

    impl Hours {
        fn end_of_window(&self, now: DateTime) -> DateTime {
            let minute = minute_of_day(now);
            let window = self.windows_on(now.date()).iter().find(|window| window.holds(minute));
            at_minute(now.date(), window.expect("an open minute").end)
        }
    }

    /// Minute by minute, without any cleverness.
    fn is_open_naively(hours: &Hours, at: DateTime) -> bool {
        let minute = minute_of_day(at);
        let extra = hours.extra.iter().find(|extra| extra.days.holds(at.date()));
        let weekday = usize::try_from(at.weekday().to_monday_zero_offset()).expect("a small number");
        let windows = match extra {
            Some(extra) if extra.windows.is_empty() => &hours.week[0],
            Some(extra) => &extra.windows,
            None if hours.closed.iter().any(|days| days.holds(at.date())) => return false,
            None => &hours.week[weekday],
        };
        (0..Window::DAY_MINUTES).any(|m| m == minute && windows.iter().any(|w| w.start <= m && m < w.end))
    }

    fn some_windows() -> impl Strategy<Value = Vec<Window>> {
        prop::collection::btree_set(0u16..=96, 0..5).prop_map(|quarters| {
            let quarters: Vec<u16> = quarters.into_iter().collect();
            quarters.chunks_exact(2).map(|pair| window(pair[0] * 15, pair[1] * 15)).collect()
        })
    }

    fn some_days() -> impl Strategy<Value = Days> {
        (0i64..12, 0i64..4).prop_map(|(start, length)| {
            let first = "2026-09-28".parse::<Date>().expect("a date").saturating_add(start.days());
            Days { first, last: first.saturating_add(length.days()) }
        })
    }

    prop_compose! {
        fn some_hours()(
            week in prop::array::uniform7(some_windows()),
            closed in prop::collection::vec(some_days(), 0..3),
            extra in prop::collection::vec((some_days(), some_windows()), 0..2),
        ) -> Hours {
            let extra = extra.into_iter().map(|(days, windows)| Extra { days, windows }).collect();
            Hours { week, closed, extra, ..Hours::default() }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn the_state_is_what_a_minute_by_minute_search_finds(hours in some_hours(), minutes in 0i64..14 * 24 * 60) {
            prop_assume!(!hours.is_unset());
            let start: DateTime = "2026-09-28T00:00".parse().expect("a time");
            let now = start.saturating_add(minutes.minutes());
            let minutes_after = |from: i64| (from..22 * 24 * 60).map(|m| now.saturating_add(m.minutes()));
            let expected = if is_open_naively(&hours, now) {
                None
            } else {
                minutes_after(1).find(|at| is_open_naively(&hours, *at))
            };
            match hours.state_locally(now) {
                State::Open { until } => {
                    prop_assert!(is_open_naively(&hours, now));
                    let last = until.saturating_sub(1.minute());
                    prop_assert!(is_open_naively(&hours, last));
                }
                State::Closed { next } => {
                    prop_assert!(!is_open_naively(&hours, now));
                    if expected.is_some() {
                        prop_assert_eq!(next, expected);
                    }
                }
                State::Unset => prop_assert!(false, "hours were set"),
            }
        }
    }
}
