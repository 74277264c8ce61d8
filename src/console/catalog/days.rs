//! Days as people write them, turned into what `settings.toml` keeps: `10月1日-7日`
//! becomes `2026-10-01..2026-10-07`. Pure. Not here: what the days mean (rulebook).

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::{Captures, Regex};

/// A day, and after a sign another of which year and month may be left out.
static DAYS: LazyLock<Regex> = LazyLock::new(|| {
    let day = |n: char| format!(r"(?:(?<y{n}>\d{{4}})[年./-])?(?<m{n}>\d{{1,2}})[月./-]");
    let (first, last) = (day('1'), day('2'));
    let written = format!(
        r"^{first}(?<d1>\d{{1,2}})[日号]?(?:(?:\.\.|至|到|[-~～—–－]+)(?:{last})?(?<d2>\d{{1,2}})[日号]?)?$"
    );
    Regex::new(&written).expect("a pattern that tests try")
});

/// None: that is no day, or the last comes before the first. Without a year it is
/// the next time that the days come.
pub(super) fn read_days(written: &str, today: Date) -> Option<String> {
    let plain: String = written.chars().filter_map(half_width).collect();
    let found = DAYS.captures(&plain)?;
    let (first, last) = match number(&found, "y1") {
        Some(year) => span(&found, year)?,
        None => {
            let this_year = span(&found, today.year())?;
            if this_year.1 < today { span(&found, today.year() + 1)? } else { this_year }
        }
    };
    match first.cmp(&last) {
        std::cmp::Ordering::Less => Some(format!("{first}..{last}")),
        std::cmp::Ordering::Equal => Some(first.to_string()),
        std::cmp::Ordering::Greater => None,
    }
}

/// `10月10日 09:00-12:00`: a day, then its windows as they are written.
pub(super) fn read_extra(written: &str, today: Date) -> Option<String> {
    let is_window = |word: &str| word.contains([':', '：']);
    let words: Vec<&str> = written.split_whitespace().collect();
    let until = words.iter().position(|word| is_window(word)).unwrap_or(words.len());
    let (day, windows) = words.split_at_checked(until)?;
    let day = read_days(&day.concat(), today)?;
    Some(std::iter::once(day.as_str()).chain(windows.iter().copied()).collect::<Vec<_>>().join(" "))
}

/// What is left out of the last day is as in the first; 12月30日-1月2日 passes into
/// the next year.
fn span(found: &Captures<'_>, year: i16) -> Option<(Date, Date)> {
    let number = |name| number(found, name);
    let (month, day) = (number("m1")?, number("d1")?);
    let first = date(year, month, day)?;
    let Some(last_day) = number("d2") else { return Some((first, first)) };
    let last_month = number("m2").unwrap_or(month);
    let passes = number("y2").is_none() && last_month < month;
    let last_year = number("y2").unwrap_or(if passes { year + 1 } else { year });
    Some((first, date(last_year, last_month, last_day)?))
}

fn number(found: &Captures<'_>, name: &str) -> Option<i16> {
    found.name(name)?.as_str().parse().ok()
}

fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

fn half_width(c: char) -> Option<char> {
    match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xfee0),
        '．' => Some('.'),
        '／' => Some('/'),
        c if c.is_whitespace() => None,
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = jiff::civil::date(2026, 11, 25);

    #[test]
    fn days_are_read_as_people_write_them() {
        let cases: &[(&str, Option<&str>)] = &[
            ("2026-10-01", Some("2026-10-01")),
            ("2026-10-01..2026-10-07", Some("2026-10-01..2026-10-07")),
            ("2026-10-01 至 2026-10-07", Some("2026-10-01..2026-10-07")),
            ("2026年10月1日-10月7日", Some("2026-10-01..2026-10-07")),
            ("2027.1.1-1.3", Some("2027-01-01..2027-01-03")),
            ("2026-12-31—2027-01-02", Some("2026-12-31..2027-01-02")),
            // Over already this year.
            ("10月1日-10月7日", Some("2027-10-01..2027-10-07")),
            ("10.1-10.7", Some("2027-10-01..2027-10-07")),
            ("10月1日至7日", Some("2027-10-01..2027-10-07")),
            ("１０．１～７", Some("2027-10-01..2027-10-07")),
            // Still going on, or to come.
            ("11月20日-11月25日", Some("2026-11-20..2026-11-25")),
            ("12/31", Some("2026-12-31")),
            ("12月30日-1月2日", Some("2026-12-30..2027-01-02")),
            ("国庆", None),
            ("2026-02-30", None),
            ("2026-10-07..2026-10-01", None),
            ("10月7日-1日", None),
            ("26-10-01", None),
            ("", None),
        ];
        for (written, expected) in cases {
            assert_eq!(read_days(written, TODAY).as_deref(), *expected, "{written}");
        }
    }

    #[test]
    fn a_day_to_make_up_for_others_keeps_its_windows() {
        let cases: &[(&str, Option<&str>)] = &[
            ("12月10日", Some("2026-12-10")),
            ("12月10日 09:00-12:00 14:00-17:00", Some("2026-12-10 09:00-12:00 14:00-17:00")),
            ("2026-10-10 9：00-12：00", Some("2026-10-10 9：00-12：00")),
            ("2026-12-10 至 12-11 09:00-12:00", Some("2026-12-10..2026-12-11 09:00-12:00")),
            ("周六", None),
            ("09:00-12:00", None),
        ];
        for (written, expected) in cases {
            assert_eq!(read_extra(written, TODAY).as_deref(), *expected, "{written}");
        }
    }
}
