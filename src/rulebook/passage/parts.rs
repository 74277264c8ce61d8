//! The parts of a reply by opening hours, and their variants.

use std::ops::Range;

use super::super::fields::Written;
use super::super::problem::Problem;
use super::super::reply::{Body, Passage};
use super::{Compiler, Spot};

const VARIANTS: &str = "---";
const OPEN: &str = "工作时间";
const CLOSED: &str = "休息时间";

/// When a part of a reply is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    #[default]
    Always,
    Open,
    Closed,
}

impl Compiler<'_> {
    /// A reply with its parts and variants.
    pub fn body(&mut self, written: &Written, spot: Spot<'_>, problems: &mut Vec<Problem>) -> Body {
        let mut always = Vec::new();
        let mut open = Vec::new();
        let mut closed = Vec::new();
        let mut has_headings = false;
        for (part, text) in split_parts(&written.text, spot, problems) {
            has_headings |= part != Part::Always;
            self.part = part;
            let into = match part {
                Part::Always => &mut always,
                Part::Open => &mut open,
                Part::Closed => &mut closed,
            };
            self.variants(text, spot, into, problems);
        }
        self.part = Part::Always;
        let body = Body { always: always.into(), open: open.into(), closed: closed.into() };
        if has_headings && body.always.is_empty() {
            self.report_missing_part(&body, spot, problems);
        }
        body
    }

    fn report_missing_part(&self, body: &Body, spot: Spot<'_>, problems: &mut Vec<Problem>) {
        if self.possible.contains("open") && !body.open.is_empty() && !body.closed.is_empty() {
            return;
        }
        let problem =
            Problem::error("missing-part", "第一个小标题之前没有文字，没设工作时间时就没有可发的。")
                .remedy(format!("请在「## {OPEN}」之前写一段什么时候都能发的回复。"));
        problems.push(spot.locate(problem, "## "));
    }

    fn variants(&mut self, part: &str, spot: Spot<'_>, into: &mut Vec<Passage>, problems: &mut Vec<Problem>) {
        if part.trim().is_empty() {
            return;
        }
        for at in between_lines(part, 0..part.len()) {
            let variant = part.get(at).unwrap_or_default().trim();
            if variant.is_empty() {
                let problem = Problem::warning("empty-variant", format!("{VARIANTS} 的一边没有文字。"))
                    .remedy("请删掉多余的分隔线。");
                problems.push(spot.locate(problem, VARIANTS));
            } else {
                into.push(self.passage(variant, spot, problems));
            }
        }
    }
}

/// The parts in the order written, with what belongs to each.
fn split_parts<'t>(text: &'t str, spot: Spot<'_>, problems: &mut Vec<Problem>) -> Vec<(Part, &'t str)> {
    for (_, line) in lines(text) {
        if let Some(heading) = heading(line).filter(|heading| Part::of(heading).is_none()) {
            problems.push(spot.locate(unknown_heading(heading), line));
        }
    }
    let parts = part_ranges(text).into_iter();
    parts.map(|(part, at)| (part, text.get(at).unwrap_or_default())).collect()
}

/// Where each part stands, without its heading. What stands before the first
/// heading is for any time.
pub fn part_ranges(text: &str) -> Vec<(Part, Range<usize>)> {
    let mut parts = Vec::new();
    let mut part = Part::Always;
    let mut from = 0;
    for (start, line) in lines(text) {
        let Some(next) = heading(line).and_then(Part::of) else { continue };
        parts.push((part, from..start));
        part = next;
        from = start + line.len();
    }
    parts.push((part, from..text.len()));
    parts
}

/// Where the variants of a part stand, without white space around them; empty
/// ones are left out.
pub fn variant_ranges(text: &str, part: Range<usize>) -> Vec<Range<usize>> {
    let trimmed = |at: Range<usize>| {
        let variant = text.get(at.clone()).unwrap_or_default();
        let start = at.start + (variant.len() - variant.trim_start().len());
        let end = start + variant.trim().len();
        (start < end).then_some(start..end)
    };
    between_lines(text, part).into_iter().filter_map(trimmed).collect()
}

/// What stands between the lines `---` of a part.
fn between_lines(text: &str, part: Range<usize>) -> Vec<Range<usize>> {
    let mut start = part.start;
    let mut between = Vec::new();
    for (at, line) in lines(text.get(part.clone()).unwrap_or_default()) {
        if line.trim() == VARIANTS {
            between.push(start..part.start + at);
            start = part.start + at + line.len();
        }
    }
    between.push(start..part.end);
    between
}

fn heading(line: &str) -> Option<&str> {
    line.strip_prefix("## ").map(str::trim)
}

impl Part {
    pub const OPEN: &str = OPEN;
    pub const CLOSED: &str = CLOSED;

    fn of(heading: &str) -> Option<Self> {
        match heading {
            OPEN | "上班时间" => Some(Self::Open),
            CLOSED | "下班时间" => Some(Self::Closed),
            _ => None,
        }
    }
}

fn unknown_heading(heading: &str) -> Problem {
    Problem::error("unknown-heading", format!("不认识小标题「{heading}」。"))
        .remedy(format!("只有「## {OPEN}」和「## {CLOSED}」两种；不是小标题的话，请去掉 ##。"))
}

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split('\n').map(move |line| {
        let at = start;
        start += line.len() + 1;
        (at, line)
    })
}
