//! The parts of a reply by opening hours, and their variants.

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
        let mut start = 0;
        let cuts: Vec<(usize, usize)> = lines(part)
            .filter(|(_, line)| line.trim() == VARIANTS)
            .map(|(at, line)| (at, at + line.len()))
            .chain([(part.len(), part.len())])
            .collect();
        for (end, next) in cuts {
            let variant = part.get(start..end).unwrap_or_default().trim();
            if variant.is_empty() {
                let problem = Problem::warning("empty-variant", format!("{VARIANTS} 的一边没有文字。"))
                    .remedy("请删掉多余的分隔线。");
                problems.push(spot.locate(problem, VARIANTS));
            } else {
                into.push(self.passage(variant, spot, problems));
            }
            start = next;
        }
    }
}

/// The parts in the order written. What stands before the first heading is
/// for any time.
fn split_parts<'t>(text: &'t str, spot: Spot<'_>, problems: &mut Vec<Problem>) -> Vec<(Part, &'t str)> {
    let mut parts = Vec::new();
    let mut part = Part::Always;
    let mut from = 0;
    for (start, line) in lines(text) {
        let Some(heading) = line.strip_prefix("## ").map(str::trim) else { continue };
        let Some(next) = Part::of(heading) else {
            problems.push(spot.locate(unknown_heading(heading), line));
            continue;
        };
        parts.push((part, text.get(from..start).unwrap_or_default()));
        part = next;
        from = start + line.len();
    }
    parts.push((part, text.get(from..).unwrap_or_default()));
    parts
}

impl Part {
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
