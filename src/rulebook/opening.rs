//! Reads `[hours]`: windows of a day, days off, workdays that make up for them.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::fields::{Fields, Written, parse_date};
use super::hours::{Days, Extra, Hours, Window};
use super::problem::Problem;

const DAYS: [(&str, &str); 7] = [
    ("mon", "mon_fri"),
    ("tue", "mon_fri"),
    ("wed", "mon_fri"),
    ("thu", "mon_fri"),
    ("fri", "mon_fri"),
    ("sat", "sat_sun"),
    ("sun", "sat_sun"),
];

impl Hours {
    pub(super) fn read(fields: &mut Fields<'_>, problems: &mut Vec<Problem>) -> Self {
        let mut hours = Self::default();
        let mon_fri = read_windows(fields, "mon_fri", problems);
        let sat_sun = read_windows(fields, "sat_sun", problems);
        for (windows, (day, days)) in hours.week.iter_mut().zip(DAYS) {
            let shared = if days == "mon_fri" { &mon_fri } else { &sat_sun };
            *windows = if fields.has(day) { read_windows(fields, day, problems) } else { shared.clone() };
        }
        for written in fields.texts("closed", problems) {
            match parse_days(&written.text) {
                Some(days) => hours.closed.push(days),
                None => problems.push(bad_days(fields, &written)),
            }
        }
        for written in fields.texts("extra", problems) {
            hours.extra.extend(read_extra(fields, &written, problems));
        }
        if let Some(zone) = fields.text("zone", problems) {
            hours.read_zone(fields, &zone, problems);
        }
        hours
    }

    /// `08:30-12:00 14:00-17:30`, from Monday to Friday.
    pub fn on_weekdays(written: &str) -> Option<Self> {
        let windows: Option<Vec<Window>> =
            written.split_whitespace().map(|window| parse_window(window).ok()).collect();
        let mut windows = windows.filter(|windows| !windows.is_empty())?;
        windows.sort_unstable();
        let mut hours = Self::default();
        for day in hours.week.iter_mut().take(5) {
            day.clone_from(&windows);
        }
        Some(hours)
    }

    fn read_zone(&mut self, fields: &Fields<'_>, written: &Written, problems: &mut Vec<Problem>) {
        match TimeZone::get(&written.text) {
            _ if &*written.text == "Asia/Shanghai" => {}
            Ok(zone) => self.zone = zone,
            Err(_) => {
                let problem = Problem::error("bad-zone", format!("不认识时区「{}」。", written.text))
                    .remedy("在国内请删掉这一行；别处写成 \"Asia/Urumqi\" 这样的名字。");
                problems.push(fields.locate(problem, written.span));
            }
        }
    }
}

fn read_windows(fields: &mut Fields<'_>, key: &str, problems: &mut Vec<Problem>) -> Vec<Window> {
    let mut windows = Vec::new();
    for written in fields.texts(key, problems) {
        match parse_window(&written.text) {
            Ok(window) => windows.push((window, written.span)),
            Err(problem) => problems.push(fields.locate(problem, written.span)),
        }
    }
    windows.sort_by_key(|(window, _)| *window);
    for pair in windows.windows(2) {
        if let [(first, _), (second, at)] = pair
            && second.start < first.end
        {
            let problem = Problem::error("overlapping-windows", format!("{second} 和 {first} 有重叠。"))
                .remedy("请写成互不重叠的几段。");
            problems.push(fields.locate(problem, *at));
        }
    }
    windows.into_iter().map(|(window, _)| window).collect()
}

/// `08:30-12:00`; also with full-width signs, as the meaning is plain.
fn parse_window(text: &str) -> Result<Window, Problem> {
    let plain: String = text.chars().filter_map(half_width).collect();
    let window = plain
        .split_once('-')
        .and_then(|(start, end)| Some(Window { start: parse_minute(start)?, end: parse_minute(end)? }));
    match window {
        None => Err(Problem::error("bad-window", format!("「{text}」不是一段时间。"))
            .remedy("写成 \"08:30-12:00\"，24 小时制。")),
        Some(window) if window.start == window.end => {
            Err(Problem::error("empty-window", format!("「{text}」的开始和结束一样，等于没有。"))
                .remedy("全天请写 \"00:00-24:00\"；不上班就删掉这一段。"))
        }
        Some(window) if window.start > window.end => Err(overnight(text, window)),
        Some(window) => Ok(window),
    }
}

fn overnight(text: &str, window: Window) -> Problem {
    let evening = Window { start: window.start, end: Window::DAY_MINUTES };
    let morning = Window { start: 0, end: window.end };
    let problem =
        Problem::error("overnight-window", format!("「{text}」跨过了半夜，一天的时间要在当天结束。"));
    if window.end == 0 {
        return problem.remedy(format!("请写成 \"{evening}\"。"));
    }
    problem.remedy(format!("请拆成两段：当天写 \"{evening}\"，第二天写 \"{morning}\"。"))
}

fn half_width(c: char) -> Option<char> {
    match c {
        '：' => Some(':'),
        '－' | '—' | '–' | '~' | '～' | '至' => Some('-'),
        '０'..='９' => char::from_u32(u32::from(c) - 0xfee0),
        c if c.is_whitespace() => None,
        c => Some(c),
    }
}

fn parse_minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    if hour.is_empty() || hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= Window::DAY_MINUTES).then_some(total)
}

/// `2026-10-01` or `2026-10-01..2026-10-07`.
fn parse_days(text: &str) -> Option<Days> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let (first, last): (Date, Date) = (parse_date(first)?, parse_date(last)?);
    (first <= last).then_some(Days { first, last })
}

fn bad_days(fields: &Fields<'_>, written: &Written) -> Problem {
    let backwards = written.text.split_once("..").is_some_and(|(first, last)| {
        parse_date(first).zip(parse_date(last)).is_some_and(|(first, last)| last < first)
    });
    let cause = if backwards {
        format!("「{}」的最后一天在第一天之前。", written.text)
    } else {
        format!("「{}」不是日期。", written.text)
    };
    let problem = Problem::error("bad-days", cause)
        .remedy("一天写 \"2026-10-01\"，几天写 \"2026-10-01..2026-10-07\"。");
    fields.locate(problem, written.span)
}

/// `2026-10-10`, or with its windows: `2026-10-10 09:00-12:00 14:00-17:00`.
fn read_extra(fields: &Fields<'_>, written: &Written, problems: &mut Vec<Problem>) -> Option<Extra> {
    let mut words = written.text.split_whitespace();
    let Some(days) = words.next().and_then(parse_days) else {
        problems.push(bad_days(fields, written));
        return None;
    };
    let mut windows = Vec::new();
    for word in words {
        match parse_window(word) {
            Ok(window) => windows.push(window),
            Err(problem) => problems.push(fields.locate(problem, written.span)),
        }
    }
    windows.sort_unstable();
    Some(Extra { days, windows })
}
