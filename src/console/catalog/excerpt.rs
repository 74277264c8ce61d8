//! A problem of a text, and the lines around its own with their numbers: a
//! page cannot number the lines of a field. Not here: the page (text).

use crate::rulebook::{Problem, Snippet};

/// Lines before and after the one that a problem is about.
const AROUND: usize = 2;
/// Of a line that only stands nearby.
const MOST_SHOWN: usize = 80;

/// A problem and the line that it is about.
pub(super) struct Remark {
    /// 0: the whole file.
    pub line: usize,
    pub lines: Vec<Line>,
    pub cause: String,
    pub remedy: String,
    pub is_error: bool,
}

pub(super) struct Line {
    pub number: usize,
    pub before: String,
    /// What is meant.
    pub meant: String,
    pub after: String,
    pub is_it: bool,
}

impl Remark {
    pub fn of(problem: Problem, text: &str) -> Self {
        Self {
            line: problem.line,
            lines: around(text, problem.line, problem.snippet.as_deref()),
            is_error: problem.is_error(),
            cause: problem.cause,
            remedy: problem.remedy,
        }
    }

    /// The number of the first line shown.
    pub fn first(&self) -> usize {
        self.lines.first().map_or(1, |line| line.number)
    }
}

/// A line that does not exist has nothing around it.
fn around(text: &str, wrong: usize, snippet: Option<&Snippet>) -> Vec<Line> {
    if wrong == 0 || wrong > text.lines().count() {
        return Vec::new();
    }
    let skipped = wrong.saturating_sub(AROUND + 1);
    let near = text.lines().enumerate().skip(skipped).take(wrong + AROUND - skipped);
    near.map(|(before, line)| match snippet {
        Some(snippet) if before + 1 == wrong => Line::meant(wrong, snippet),
        Some(_) | None => Line::nearby(before + 1, line, wrong),
    })
    .collect()
}

impl Line {
    fn nearby(number: usize, line: &str, wrong: usize) -> Self {
        let mut before: String = line.chars().take(MOST_SHOWN).collect();
        if before.len() < line.len() {
            before.push('…');
        }
        Self { number, before, meant: String::new(), after: String::new(), is_it: number == wrong }
    }

    /// Of a long line, where the mistake is.
    fn meant(number: usize, snippet: &Snippet) -> Self {
        let part = |range: std::ops::Range<usize>| snippet.text.get(range).unwrap_or_default().to_owned();
        Self {
            number,
            before: part(0..snippet.start),
            meant: part(snippet.start..snippet.end),
            after: part(snippet.end..snippet.text.len()),
            is_it: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, line: usize) -> String {
        let lines = around(text, line, None);
        let told =
            |line: &Line| format!("{}{}{}", line.number, if line.is_it { "!" } else { "" }, line.before);
        lines.iter().map(told).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn two_lines_on_each_side_are_shown_where_there_are_two() {
        let cases = [
            (1, "1!a 2b 3c"),
            (2, "1a 2!b 3c 4d"),
            (3, "1a 2b 3!c 4d 5e"),
            (5, "3c 4d 5!e"),
            (6, ""),
            (0, ""),
        ];
        for (line, expected) in cases {
            assert_eq!(shown("a\nb\nc\nd\ne\n", line), expected, "line {line}");
        }
    }

    #[test]
    fn of_a_long_line_what_is_meant_is_shown_and_marked() {
        let snippet = Snippet { text: "…前x后".into(), start: 6, end: 7 };

        let lines = around("很长的一行", 1, Some(&snippet));

        let [line] = lines.as_slice() else { panic!("one line") };
        assert_eq!([&*line.before, &*line.meant, &*line.after], ["…前", "x", "后"]);
    }
}
