//! The values of `{{…}}`: facts of the catalog and settings, and what the
//! moment adds. A value that is not known is left out, and then the reply that
//! asks for it is not sent.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use minijinja::Value;
use rustc_hash::FxHashSet;

use super::catalog::{Catalog, Contact, holds};
use super::hours::{Hours, State, Window};
use super::settings::Settings;

pub type Values = Vec<(&'static str, Value)>;

/// Those that hold whatever the day: replies that ask for no others are
/// filled in once, when the rulebook is made.
pub fn lasting(settings: &Settings, catalog: &Catalog) -> Values {
    let mut values = Vec::new();
    if !settings.centre.name.is_empty() {
        values.push(("centre", text(&settings.centre.name)));
    }
    if let Some(contact) = catalog.default_contact().filter(|contact| contact.valid_until.is_none()) {
        values.extend(of_contact(contact));
    }
    // A contact with hours of its own has others to tell.
    let is_shared = catalog.contacts.iter().all(|contact| contact.opening.is_none());
    if let Some(hours) = describe(&settings.hours).filter(|_| is_shared) {
        values.push(("hours", text(&hours)));
    }
    values
}

/// A text as it was written, with those in it, for whoever only looks at it. What
/// changes with the day stays as it is written.
pub fn fill_in_lasting(text: &str, settings: &Settings, catalog: &Catalog) -> String {
    let lasting = lasting(settings, catalog);
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, asked)) = rest.split_once("{{") {
        let Some((name, after)) = asked.split_once("}}") else { break };
        shown.push_str(before);
        match lasting.iter().find(|(known, _)| *known == name.trim()) {
            Some((_, value)) => shown.push_str(&value.to_string()),
            None => shown.push_str(rest.get(before.len()..rest.len() - after.len()).unwrap_or_default()),
        }
        rest = after;
    }
    shown + rest
}

/// The names that have a value at some moment.
pub fn possible(settings: &Settings, catalog: &Catalog) -> FxHashSet<&'static str> {
    let contact = catalog.default_contact().map(of_contact).unwrap_or_default();
    let always = ["today", "weekday", "time"];
    let has_hours =
        !settings.hours.is_unset() || catalog.contacts.iter().any(|contact| contact.opening.is_some());
    let with_hours = if has_hours { &["open", "next_open", "hours"][..] } else { &[][..] };
    let known = lasting(settings, catalog).into_iter().chain(contact).map(|(name, _)| name);
    known.chain(always).chain(with_hours.iter().copied()).collect()
}

/// All of them at a moment, by the hours of whoever the text is about.
pub fn at(now: Timestamp, settings: &Settings, catalog: &Catalog, hours: &Hours) -> Values {
    let mut values = lasting(settings, catalog);
    values.extend(describe(hours).map(|described| ("hours", text(&described))));
    let local = hours.local(now);
    let holds_today = |contact: &&Contact| holds(contact.valid_until, local.date());
    if let Some(contact) = catalog.default_contact().filter(holds_today) {
        values.extend(of_contact(contact));
    }
    values.push(("today", text(&day_of_year(local.date()))));
    values.push(("weekday", text(weekday(local.weekday()))));
    values.push(("time", text(&clock(local))));
    match hours.state_locally(local) {
        State::Open { .. } => values.push(("open", Value::from(true))),
        State::Closed { next } => {
            values.push(("open", Value::from(false)));
            values.extend(next.map(|next| ("next_open", text(&describe_opening(local, next)))));
        }
        State::Unset => {}
    }
    values
}

/// Something for every name, as long as such values get: for checks.
pub fn samples(lasting: &Values) -> Values {
    const SAMPLES: &[(&str, &str)] = &[
        ("centre", "井冈山市青年骨干培训中心"),
        ("phone", "0796-6559898"),
        ("wechat", "wechat-id-of-20-char"),
        ("contact", "培训顾问"),
        ("hours", "周一至周五 08:30-12:00、14:00-17:30"),
        ("next_open", "12月31日08:30"),
        ("today", "12月31日"),
        ("weekday", "星期一"),
        ("time", "20:00"),
    ];
    let mut values: Values = SAMPLES.iter().map(|(name, sample)| (*name, Value::from(*sample))).collect();
    values.push(("open", Value::from(false)));
    values.extend(lasting.iter().cloned());
    values
}

pub fn to_value(values: Values) -> Value {
    Value::from(values.into_iter().collect::<BTreeMap<_, _>>())
}

fn of_contact(contact: &Contact) -> Values {
    let known = |name, value: &Option<Box<str>>| value.as_deref().map(|value| (name, text(value)));
    [Some(("contact", text(&contact.name))), known("phone", &contact.phone), known("wechat", &contact.wechat)]
        .into_iter()
        .flatten()
        .collect()
}

fn text(value: &str) -> Value {
    Value::from(value)
}

/// 「今天14:00」, 「明天08:30」, 「下周一08:30」 where the weekday alone would be
/// unclear is a date: 「10月8日08:30」.
pub fn describe_opening(now: DateTime, next: DateTime) -> String {
    let days = now.date().until(next.date()).map_or(i32::MAX, |span| span.get_days());
    let day = match days {
        0 => "今天".to_owned(),
        1 => "明天".to_owned(),
        2 => "后天".to_owned(),
        3..7 => weekday(next.weekday()).to_owned(),
        _ => day_of_year(next.date()),
    };
    format!("{day}{}", clock(next))
}

fn day_of_year(day: Date) -> String {
    format!("{}月{}日", day.month(), day.day())
}

fn clock(at: DateTime) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

pub fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "周一",
        Weekday::Tuesday => "周二",
        Weekday::Wednesday => "周三",
        Weekday::Thursday => "周四",
        Weekday::Friday => "周五",
        Weekday::Saturday => "周六",
        Weekday::Sunday => "周日",
    }
}

/// 「周一至周五 08:30-12:00、14:00-17:30；周六 09:00-11:30」. None while unset.
pub fn describe(hours: &Hours) -> Option<String> {
    let mut runs: Vec<(Weekday, Weekday, &[Window])> = Vec::new();
    for (day, windows) in Weekday::Monday.cycle_forward().zip(&hours.week) {
        match runs.last_mut() {
            Some((_, last, same)) if *same == windows.as_slice() => *last = day,
            Some(_) | None => runs.push((day, day, windows)),
        }
    }
    let described: Vec<String> =
        runs.into_iter().filter(|(_, _, windows)| !windows.is_empty()).map(describe_run).collect();
    (!described.is_empty()).then(|| described.join("；"))
}

fn describe_run((first, last, windows): (Weekday, Weekday, &[Window])) -> String {
    let days = if first == last {
        weekday(first).to_owned()
    } else {
        format!("{}至{}", weekday(first), weekday(last))
    };
    let windows: Vec<String> = windows.iter().map(Window::to_string).collect();
    format!("{days} {}", windows.join("、"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_opening_is_said_as_people_say_it() {
        let cases: &[(&str, &str, &str)] = &[
            ("2026-11-23T13:00", "2026-11-23T14:00", "今天14:00"),
            ("2026-11-23T20:00", "2026-11-24T08:30", "明天08:30"),
            ("2026-11-23T20:00", "2026-11-25T08:30", "后天08:30"),
            ("2026-11-27T20:00", "2026-11-30T08:30", "周一08:30"),
            ("2026-09-30T20:00", "2026-10-08T08:30", "10月8日08:30"),
            ("2026-12-31T20:00", "2027-01-01T08:30", "明天08:30"),
        ];
        for (now, next, expected) in cases {
            let [now, next] = [now, next].map(|time| time.parse().expect("a time"));
            assert_eq!(describe_opening(now, next), *expected, "{now} {next}");
        }
    }

    #[test]
    fn opening_hours_are_described_by_runs_of_equal_days() {
        let mut hours = Hours::default();
        assert_eq!(describe(&hours), None);

        for day in hours.week.iter_mut().take(5) {
            *day = vec![Window { start: 510, end: 720 }, Window { start: 840, end: 1050 }];
        }
        hours.week[5] = vec![Window { start: 540, end: 690 }];
        let described = describe(&hours);

        assert_eq!(described.as_deref(), Some("周一至周五 08:30-12:00、14:00-17:30；周六 09:00-11:30"));
    }
}
