//! The reply below a header: its parts by opening hours, and their variants.

use std::ops::Range;

use super::super::passage::{Part, part_ranges, variant_ranges};
use super::written::tidy;

/// Each part holds its variants, one of which is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplyText {
    pub always: Vec<String>,
    pub open: Vec<String>,
    pub closed: Vec<String>,
}

impl ReplyText {
    pub fn read(body: &str) -> Self {
        let mut reply = Self::default();
        for (part, at) in variants(body) {
            reply.part_mut(part).push(tidy(body.get(at).unwrap_or_default()));
        }
        reply
    }

    /// What three fields of a form hold, each with its variants between `---`.
    /// A heading typed into one of them counts as one.
    pub fn of_parts(always: &str, open: &str, closed: &str) -> Self {
        let part = |heading: &str, text: &str| match text.trim() {
            "" => String::new(),
            text => format!("\n## {heading}\n{}\n", tidy(text)),
        };
        let written = [tidy(always), part(Part::OPEN, open), part(Part::CLOSED, closed)].join("\n");
        Self::read(&written)
    }

    pub fn is_empty(&self) -> bool {
        self.always.is_empty() && self.open.is_empty() && self.closed.is_empty()
    }

    /// The variants of a part as one field shows them.
    pub fn joined(variants: &[String]) -> String {
        variants.join("\n---\n")
    }

    /// As we write it ourselves.
    pub fn write(&self) -> String {
        let mut parts = Vec::new();
        if !self.always.is_empty() {
            parts.push(Self::joined(&self.always));
        }
        for (heading, variants) in [(Part::OPEN, &self.open), (Part::CLOSED, &self.closed)] {
            if !variants.is_empty() {
                parts.push(format!("## {heading}\n{}", Self::joined(variants)));
            }
        }
        if parts.is_empty() { String::new() } else { parts.join("\n\n") + "\n" }
    }

    /// Every text that may be sent.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.always.iter().chain(&self.open).chain(&self.closed).map(String::as_str)
    }

    fn part(&self, part: Part) -> &[String] {
        match part {
            Part::Always => &self.always,
            Part::Open => &self.open,
            Part::Closed => &self.closed,
        }
    }

    fn part_mut(&mut self, part: Part) -> &mut Vec<String> {
        match part {
            Part::Always => &mut self.always,
            Part::Open => &mut self.open,
            Part::Closed => &mut self.closed,
        }
    }
}

/// `body` with another reply. Variants that stay keep their bytes.
pub fn change(body: &str, wanted: &ReplyText) -> String {
    let old = ReplyText::read(body);
    if old == *wanted {
        return body.to_owned();
    }
    let places = variants(body);
    let same_shape = [Part::Always, Part::Open, Part::Closed]
        .into_iter()
        .all(|part| old.part(part).len() == wanted.part(part).len());
    let changed = if same_shape { replace(body, &places, &old, wanted) } else { String::new() };
    if same_shape && ReplyText::read(&changed) == *wanted {
        return changed;
    }
    let written = wanted.write();
    // What stood around the reply stays around it.
    let end = body.get(body.trim_end().len()..).unwrap_or_default();
    let start = body.get(..body.len() - body.trim_start().len()).unwrap_or_default();
    let end = if body.trim().is_empty() || end.is_empty() { "\n" } else { end };
    if written.is_empty() { String::new() } else { format!("{start}{}{end}", written.trim_end()) }
}

fn replace(body: &str, places: &[(Part, Range<usize>)], old: &ReplyText, wanted: &ReplyText) -> String {
    let mut text = String::with_capacity(body.len());
    let mut done = 0;
    let mut seen = [0_usize; 3];
    for (part, at) in places {
        let Some(number) = seen.get_mut(*part as usize) else { continue };
        let (was, is) = (old.part(*part).get(*number), wanted.part(*part).get(*number));
        *number += 1;
        text.push_str(body.get(done..at.start).unwrap_or_default());
        match is {
            Some(is) if was != Some(is) => text.push_str(is),
            Some(_) | None => text.push_str(body.get(at.clone()).unwrap_or_default()),
        }
        done = at.end;
    }
    text.push_str(body.get(done..).unwrap_or_default());
    text
}

fn variants(body: &str) -> Vec<(Part, Range<usize>)> {
    let parts = part_ranges(body).into_iter();
    parts.flat_map(|(part, at)| variant_ranges(body, at).into_iter().map(move |at| (part, at))).collect()
}
