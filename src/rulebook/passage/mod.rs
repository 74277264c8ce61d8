//! Texts as written become passages: parts by opening hours, variants,
//! variables, links. Tells what is wrong with them on the way.

mod links;
mod parts;
mod wording;

use std::collections::BTreeSet;

use regex::Regex;
use rustc_hash::FxHashSet;

pub use self::parts::{Part, part_ranges, variant_ranges};
use super::fields::closest;
use super::keys;
use super::problem::Problem;
use super::reply::{Passage, Piece, TemplateId};
use super::source::{Source, Span};
use super::targets::Targets;
use super::template::{Templates, is_template};
use super::unfinished::{is_unfinished, unfinished_part};
use super::variables::{self, Values};
use crate::model::Limits;

pub struct Compiler<'c> {
    pub targets: &'c Targets,
    pub templates: &'c mut Templates,
    /// Values that never change.
    pub lasting: Values,
    /// Names that have a value at some moment or other.
    pub possible: FxHashSet<&'static str>,
    pub red_lines: Option<Regex>,
    pub limits: Limits,
    /// Names beside `keys::VARIABLES` that the text at hand may use.
    pub extra_names: &'static [&'static str],
    /// The part that is being read.
    pub part: Part,
}

/// Where a text is written.
#[derive(Clone, Copy)]
pub struct Spot<'s> {
    pub source: &'s Source<'s>,
    pub span: Span,
}

impl Spot<'_> {
    /// Points at `part`, if it stands there as it is; else at the first line.
    pub fn locate(&self, problem: Problem, part: &str) -> Problem {
        let text = self.source.text.get(self.span.range()).unwrap_or_default();
        let at = match text.find(part) {
            Some(offset) if !part.is_empty() => self.span.part(offset..offset + part.len()),
            Some(_) | None => self.source.rest_of_line(self.span.start()),
        };
        self.source.locate(problem, at)
    }
}

impl Compiler<'_> {
    /// One text.
    pub fn passage(&mut self, text: &str, spot: Spot<'_>, problems: &mut Vec<Problem>) -> Passage {
        let text = text.trim();
        self.report_words(text, spot, problems);
        wording::report_markdown(text, spot, problems);
        wording::report_braces(text, spot, problems);
        if let Some(part) = unfinished_part(text) {
            problems.push(spot.locate(unfinished(part), part));
            self.report_links(text, spot, problems);
            return Passage::Unfinished;
        }
        if is_template(text) {
            self.report_links(text, spot, problems);
            return self.template(text, spot, problems);
        }
        let pieces = self.pieces(text, spot, problems);
        self.report_length(&pieces, spot, problems);
        Passage::Fixed(pieces)
    }

    fn pieces(&self, text: &str, spot: Spot<'_>, problems: &mut Vec<Problem>) -> Box<[Piece]> {
        if !text.contains("](") && !text.contains("]（") {
            return Box::new([Piece::Plain(text.into())]);
        }
        self.report_links(text, spot, problems);
        self.targets.pieces(text, |_| {})
    }

    fn template(&mut self, text: &str, spot: Spot<'_>, problems: &mut Vec<Problem>) -> Passage {
        let id = match self.templates.add(text) {
            Ok(id) => id,
            Err(error) => {
                problems.push(spot.locate(bad_template(&error), line_of(text, error.line())));
                return Passage::Unfinished;
            }
        };
        let names = self.templates.names(id);
        let unknown: Vec<_> = names.iter().filter(|name| !self.knows(name)).collect();
        if !unknown.is_empty() {
            problems.extend(unknown.into_iter().map(|name| spot.locate(unknown_variable(name), name)));
            return Passage::Unfinished;
        }
        let samples = variables::to_value(variables::samples(&self.lasting));
        match self.templates.render(id, &samples) {
            Ok(sample) => self.report_length(&self.targets.pieces(&sample, |_| {}), spot, problems),
            // A value of one's own (`stale_after`) has no sample.
            Err(_) if !self.extra_names.is_empty() => {}
            Err(error) => {
                problems.push(spot.locate(bad_template(&error), line_of(text, error.line())));
                return Passage::Unfinished;
            }
        }
        self.fill_in_what_lasts(id, &names, spot, problems)
    }

    /// A template that asks only for lasting values is filled in now.
    fn fill_in_what_lasts(
        &mut self,
        id: TemplateId,
        names: &BTreeSet<String>,
        spot: Spot<'_>,
        problems: &mut Vec<Problem>,
    ) -> Passage {
        if let Some(name) = names.iter().find(|name| !self.can_be_known(name)) {
            problems.push(spot.locate(missing_value(name), name));
            return Passage::Unfinished;
        }
        if !names.iter().all(|name| self.lasting.iter().any(|(known, _)| known == name)) {
            return Passage::Live(id);
        }
        let filled = self.templates.render(id, &variables::to_value(self.lasting.clone()));
        self.templates.remove(id);
        match filled {
            Ok(text) if is_unfinished(&text) || text.trim().is_empty() => Passage::Unfinished,
            Ok(text) => Passage::Fixed(self.targets.pieces(text.trim(), |_| {})),
            Err(_) => Passage::Unfinished,
        }
    }

    fn knows(&self, name: &str) -> bool {
        keys::VARIABLES.iter().any(|(known, _)| *known == name) || self.extra_names.contains(&name)
    }

    /// Whether it has a value at some moment at which this part is sent.
    fn can_be_known(&self, name: &str) -> bool {
        let by_the_hours = matches!(name, "open" | "next_open" | "hours");
        self.possible.contains(name)
            || self.extra_names.contains(&name)
            || by_the_hours && self.part != Part::Always
    }
}

fn unfinished(part: &str) -> Problem {
    Problem::warning("unfinished", format!("还没填：{part}"))
        .remedy("填好之前不会发出，先发「没填完时改回」（fallback）。")
}

fn unknown_variable(name: &str) -> Problem {
    let known = || keys::VARIABLES.iter().map(|(name, _)| *name);
    let remedy = match closest(name, known()) {
        Some(known) => format!("是不是 {{{{{known}}}}} ？"),
        None => format!("可以用的有：{}。", known().collect::<Vec<_>>().join("、")),
    };
    Problem::error("unknown-variable", format!("没有变量 {{{{{name}}}}}。")).remedy(remedy)
}

fn missing_value(name: &str) -> Problem {
    let remedy = match name {
        "centre" => "请在 settings.toml 的 [centre] 里写 name。",
        "phone" | "wechat" | "contact" => "请在 contacts.toml 里写默认联系人的电话和微信号。",
        _ => "请在 settings.toml 的 [hours] 里写工作时间；在那之前改发「没填完时改回」（fallback）。",
    };
    Problem::warning("missing-value", format!("{{{{{name}}}}} 现在没有值，这一段不会发出。")).remedy(remedy)
}

fn bad_template(error: &minijinja::Error) -> Problem {
    let detail = error.detail().unwrap_or("写法不对");
    Problem::error("bad-template", format!("大括号里的写法读不懂（{detail}）。"))
        .remedy("变量写成 {{phone}}，两个英文大括号，中间是名字。")
}

fn line_of(text: &str, line: Option<usize>) -> &str {
    line.and_then(|line| text.lines().nth(line.checked_sub(1)?)).unwrap_or_default()
}
