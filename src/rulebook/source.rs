//! One decoded file, and where in it something stands.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

use super::problem::{Problem, Snippet};
use super::rule::Place;

/// Characters of a line shown around what is meant.
const SNIPPET_CHARS: usize = 76;

#[derive(Debug)]
pub struct Source<'a> {
    pub path: Arc<str>,
    pub text: Cow<'a, str>,
    /// What people see in their editor, where `text` is a repaired copy of it
    /// with the same number of characters.
    shown: Option<Cow<'a, str>>,
    line_starts: OnceCell<Vec<usize>>,
}

/// Bytes of a source's text. 32 bits: files are at most 64 MB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    start: u32,
    end: u32,
}

impl<'a> Source<'a> {
    pub fn new(path: Arc<str>, text: Cow<'a, str>) -> Self {
        Self { path, text, shown: None, line_starts: OnceCell::new() }
    }

    /// The same file with `text` in place of what was written, character for
    /// character, so that the rest of it can be checked as well.
    pub fn repaired(self, text: String) -> Self {
        let shown = self.shown.unwrap_or(self.text);
        Self { path: self.path, text: Cow::Owned(text), shown: Some(shown), line_starts: OnceCell::new() }
    }

    /// `price` of `rules/price.md`.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }

    /// Tells where `problem` is.
    pub fn locate(&self, problem: Problem, at: Span) -> Problem {
        let range = at.range();
        let line = self.line_of(range.start);
        let line_start = self.line_start(line);
        let column = count_chars(self.text.get(line_start..range.start)) + 1;
        let snippet = self.snippet(line, column, count_chars(self.text.get(range)));
        Problem { file: self.path.to_string(), line, column, snippet, ..problem }
    }

    pub fn whole_file(&self, problem: Problem) -> Problem {
        problem.in_file(&self.path)
    }

    pub fn place(&self, at: Span) -> Place {
        let line = u32::try_from(self.line_of(at.range().start)).unwrap_or(0);
        Place { file: self.path.clone(), line }
    }

    /// 1-based.
    pub fn line_of(&self, offset: usize) -> usize {
        self.line_starts().partition_point(|start| *start <= offset)
    }

    /// The part of the file from `offset` on that belongs to the same line.
    pub fn rest_of_line(&self, offset: usize) -> Span {
        let rest = self.text.get(offset..).unwrap_or_default();
        Span::new(offset, offset + rest.find('\n').unwrap_or(rest.len()))
    }

    fn line_start(&self, line: usize) -> usize {
        line.checked_sub(1).and_then(|index| self.line_starts().get(index)).copied().unwrap_or_default()
    }

    fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| {
            let after_breaks = self.text.match_indices('\n').map(|(offset, _)| offset + 1);
            std::iter::once(0).chain(after_breaks).collect()
        })
    }

    fn shown_line(&self, line: usize) -> Option<&str> {
        match &self.shown {
            Some(shown) => shown.split('\n').nth(line.checked_sub(1)?),
            None => self.text.get(self.line_start(line)..)?.split('\n').next(),
        }
    }

    /// Counted in characters, because a repaired copy differs in bytes.
    fn snippet(&self, line: usize, column: usize, chars: usize) -> Option<Box<Snippet>> {
        let written = self.shown_line(line)?;
        let first = column.saturating_sub(1);
        let skipped = window_start(written.chars().count(), first, chars);
        let kept: String = written.chars().skip(skipped).take(SNIPPET_CHARS).collect();
        let start = byte_offset(&kept, first - skipped);
        let end = byte_offset(&kept, first - skipped + chars.max(1));
        Some(Box::new(cut_marks(&kept, start..end, skipped > 0)))
    }
}

/// A long line is shown from a little before what is meant.
fn window_start(line_chars: usize, first: usize, chars: usize) -> usize {
    if line_chars <= SNIPPET_CHARS {
        return 0;
    }
    let lead = SNIPPET_CHARS.saturating_sub(chars).min(SNIPPET_CHARS / 3);
    first.saturating_sub(lead)
}

fn cut_marks(kept: &str, meant: Range<usize>, cut_in_front: bool) -> Snippet {
    let mark = if cut_in_front { "…" } else { "" };
    Snippet {
        text: format!("{mark}{kept}"),
        start: mark.len() + meant.start,
        end: mark.len() + meant.end.max(meant.start),
    }
}

fn byte_offset(text: &str, chars: usize) -> usize {
    text.char_indices().nth(chars).map_or(text.len(), |(offset, _)| offset)
}

fn count_chars(text: Option<&str>) -> usize {
    text.map_or(0, |text| text.chars().count())
}

impl Span {
    pub fn new(start: usize, end: usize) -> Self {
        let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: narrow(start), end: narrow(end.max(start)) }
    }

    pub fn range(self) -> Range<usize> {
        let wide = |offset: u32| usize::try_from(offset).unwrap_or(usize::MAX);
        wide(self.start)..wide(self.end)
    }

    /// Where it begins.
    pub fn start(self) -> usize {
        self.range().start
    }

    /// A part of it, counted from its start.
    pub fn part(self, range: Range<usize>) -> Self {
        Self::new(self.start() + range.start, self.start() + range.end)
    }
}

impl From<Range<usize>> for Span {
    fn from(range: Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_in_lines_and_characters() {
        let source = Source::new("a.md".into(), "一二\n三四五\n".into());
        let cases = [("一", 1, 1), ("二", 1, 2), ("三", 2, 1), ("五", 2, 3)];
        for (character, line, column) in cases {
            let at = source.text.find(character).expect("it is there");
            let found = source.locate(Problem::note("x", ""), Span::new(at, at + character.len()));
            assert_eq!((found.line, found.column), (line, column), "{character}");
        }
    }

    #[test]
    fn a_repaired_copy_shows_what_was_written() {
        let source = Source::new("a.md".into(), "id ＝ “a”".into()).repaired("id = \"a\"".to_owned());

        let found = source.locate(Problem::note("x", ""), Span::new(5, 8));

        let snippet = found.snippet.expect("a line");
        assert_eq!(snippet.text, "id ＝ “a”");
        assert_eq!(snippet.text.get(snippet.start..snippet.end), Some("“a”"));
    }
}
