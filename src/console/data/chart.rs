//! Bars made on the server: stacked, each with its number, beside the same as a
//! table. Only shapes and classes; colours are the style sheet's.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::super::words::{Sentence, Words};
use crate::store::Outcomes;

/// The drawing's own units; it is scaled to its place.
const WIDTH: u64 = 720;
const HEIGHT: u64 = 160;
/// Below the bars, for their names.
const FOOT: u64 = 28;
/// Half the width of a name, so that the first stays inside.
const LABEL_ROOM: u64 = 28;
/// Names below the bars that can be read beside each other.
const MOST_NAMED: usize = 8;

pub(super) struct Chart {
    pub title: Sentence<'static>,
    pub summary: String,
    pub view: String,
    pub bars: Vec<Bar>,
    pub rows: Vec<Row>,
    pub legend: [Sentence<'static>; 5],
}

/// One coloured piece of a bar.
pub(super) struct Bar {
    pub class: &'static str,
    pub x: u64,
    pub y: u64,
    pub width: u64,
    pub height: u64,
}

pub(super) struct Row {
    pub name: String,
    pub counts: [u64; 5],
    /// Where its name stands below the chart; none where there is no room.
    pub label_x: Option<u64>,
}

const CLASSES: [&str; 5] = ["bar-answered", "bar-asked", "bar-missed", "bar-human", "bar-silent"];
const LEGEND: [&str; 5] =
    ["data.answered_and_forms", "data.asked_back", "data.missed", "data.handed_over", "data.silent"];

impl Chart {
    pub(super) fn by_day(
        days: &BTreeMap<Date, Outcomes>,
        from: Date,
        until: Date,
        t: &'static Words,
    ) -> Self {
        let all = from.series(jiff::ToSpan::day(1)).take_while(|day| *day <= until);
        let rows = all.map(|day| {
            let counts = days.get(&day).copied().map(shown).unwrap_or_default();
            (day.strftime("%-m-%-d").to_string(), counts)
        });
        Self::of("data.by_day", rows.collect(), t)
    }

    pub(super) fn by_hour(hours: &BTreeMap<i8, Outcomes>, t: &'static Words) -> Self {
        let rows = (0..24_i8).map(|hour| {
            let counts = hours.get(&hour).copied().map(shown).unwrap_or_default();
            (format!("{hour}:00"), counts)
        });
        Self::of("data.by_hour", rows.collect(), t)
    }

    fn of(title: &str, named: Vec<(String, [u64; 5])>, t: &'static Words) -> Self {
        let most = named.iter().map(|(_, counts)| counts.iter().sum()).max().unwrap_or(0).max(1);
        let slot = WIDTH / u64::try_from(named.len()).unwrap_or(1).max(1);
        let every = named.len().div_ceil(MOST_NAMED).max(1);
        let mut bars = Vec::new();
        let mut rows = Vec::with_capacity(named.len());
        for (at, (name, counts)) in named.into_iter().enumerate() {
            let x = slot * u64::try_from(at).unwrap_or(0);
            bars.extend(stack(&counts, most, x, slot));
            rows.push(Row {
                name,
                counts,
                label_x: (at % every == 0).then_some((x + slot / 2).max(LABEL_ROOM)),
            });
        }
        let busiest = rows.iter().max_by_key(|row| row.counts.iter().sum::<u64>());
        let summary = busiest.map(|row| {
            let times: u64 = row.counts.iter().sum();
            t.say("data.busiest").with("name", &row.name).with("n", times).to_string()
        });
        Self {
            title: t.say(title).owned(),
            summary: summary.unwrap_or_default(),
            view: format!("0 0 {WIDTH} {}", HEIGHT + FOOT),
            bars,
            rows,
            legend: LEGEND.map(|key| t.say(key).owned()),
        }
    }

    pub(super) fn label_y(&self) -> u64 {
        HEIGHT + FOOT - 6
    }
}

/// From the ground up; what is there at all is seen.
fn stack(counts: &[u64; 5], most: u64, x: u64, slot: u64) -> Vec<Bar> {
    let width = (slot * 4 / 5).max(1);
    let mut ground = HEIGHT;
    let mut bars = Vec::new();
    for (class, count) in CLASSES.into_iter().zip(counts) {
        if *count == 0 {
            continue;
        }
        let height = (count * (HEIGHT - 8) / most).max(1).min(ground);
        ground -= height;
        bars.push(Bar { class, x: x + (slot - width) / 2, y: ground, width, height });
    }
    bars
}

/// What a chart and its table show of a day or an hour, in the same order.
fn shown(outcomes: Outcomes) -> [u64; 5] {
    let Outcomes { answered, asked_back, form, handed_over, missed, silent } = outcomes;
    [answered + form, asked_back, missed, handed_over, silent]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_stand_on_each_other_and_stay_inside() {
        let bars = stack(&[50, 25, 0, 25, 0], 100, 100, 30);

        assert_eq!(
            bars.iter().map(|bar| bar.class).collect::<Vec<_>>(),
            ["bar-answered", "bar-asked", "bar-human"]
        );
        assert_eq!(bars[0].y + bars[0].height, HEIGHT);
        assert_eq!(bars[1].y + bars[1].height, bars[0].y);
        assert!(bars.iter().all(|bar| bar.x >= 100 && bar.x + bar.width <= 130));
        assert!(bars[2].y >= 8 - 3, "{}", bars[2].y);
    }

    #[test]
    fn one_among_thousands_is_seen() {
        assert_eq!(stack(&[0, 0, 1, 0, 0], 100_000, 0, 30)[0].height, 1);
    }
}
