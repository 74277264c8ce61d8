//! Dates as readers of Chinese write them.

use jiff::civil::Date;

pub(super) fn to_the_day(date: Date) -> String {
    date.strftime("%Y年%-m月%-d日").to_string()
}

/// A journal names its month only, and its articles are dated with the first
/// day of it: that day is not claimed.
pub(super) fn of_publication(date: Date) -> String {
    match date.day() {
        1 => date.strftime("%Y年%-m月").to_string(),
        _ => to_the_day(date),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_first_of_a_month_is_shown_as_the_month() {
        assert_eq!(of_publication(date(2023, 10, 1)), "2023年10月");
        assert_eq!(of_publication(date(2023, 10, 2)), "2023年10月2日");
        assert_eq!(to_the_day(date(2024, 1, 1)), "2024年1月1日");
    }
}
