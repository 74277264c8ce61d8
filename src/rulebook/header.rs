//! The front matter of a Markdown file: TOML between two lines `+++`, then the
//! body. Where a fence is missing or mistyped, says how to put it right and
//! goes on with the best guess.

use super::problem::Problem;
use super::source::{Source, Span};
use super::syntax;

const FENCE: &str = "+++";

/// Where the closing fence is looked for when it is missing. A header of this
/// many lines has hundreds of sample questions.
const MAX_GUESSED_LINES: usize = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    pub header: Span,
    pub body: Span,
}

struct Line<'a> {
    start: usize,
    text: &'a str,
}

pub fn split(source: &Source<'_>, problems: &mut Vec<Problem>) -> Option<Parts> {
    let mut lines = lines(&source.text).skip_while(|line| line.text.trim().is_empty());
    let Some(opening) = lines.next() else {
        problems.push(source.whole_file(empty_file()));
        return None;
    };
    let fence = Fence::of(opening.text);
    report_fence(source, &opening, fence, problems);
    let rest: Vec<_> = lines.collect();
    match fence {
        Fence::Right | Fence::FullWidth | Fence::WrongLength => {}
        Fence::Dashes | Fence::None => return None,
    }
    let header_start = next_line(&opening);
    let closing = rest.iter().find(|line| Fence::of(line.text).closes());
    Some(match closing {
        Some(closing) => {
            report_fence(source, closing, Fence::of(closing.text), problems);
            Parts {
                header: Span::new(header_start, closing.start),
                body: Span::new(next_line(closing).min(source.text.len()), source.text.len()),
            }
        }
        None => guess_end(source, &opening, &rest, problems),
    })
}

/// The header ends where the lines stop being TOML.
fn guess_end(
    source: &Source<'_>,
    opening: &Line<'_>,
    rest: &[Line<'_>],
    problems: &mut Vec<Problem>,
) -> Parts {
    let start = next_line(opening).min(source.text.len());
    let end = rest
        .iter()
        .take(MAX_GUESSED_LINES)
        .take_while(|line| !looks_like_prose(line.text))
        .map(|line| next_line(line).min(source.text.len()))
        .filter(|end| source.text.get(start..*end).is_some_and(syntax::is_valid))
        .last()
        .unwrap_or(start);
    let at = source.line_of(end.max(start));
    let problem = Problem::error("missing-fence", "开头的 +++ 没有配对，分不清哪里是设置、哪里是回复。")
        .remedy(format!("请在第 {at} 行之前加一行，只写 +++ 。"));
    problems.push(source.locate(problem, span_of(opening)));
    Parts { header: Span::new(start, end), body: Span::new(end, source.text.len()) }
}

/// A sentence of the reply ends the search early.
fn looks_like_prose(line: &str) -> bool {
    line.trim_end().ends_with(['。', '！', '？']) && !line.contains('=')
}

fn report_fence(source: &Source<'_>, line: &Line<'_>, fence: Fence, problems: &mut Vec<Problem>) {
    let problem = match fence {
        Fence::Right => return,
        Fence::FullWidth => {
            Problem::error("full-width-fence", "这一行用了全角加号。").remedy("请改成三个英文加号：+++")
        }
        Fence::WrongLength => Problem::error("wrong-fence", "这一行的加号不是三个。").remedy("请改成：+++"),
        Fence::Dashes => Problem::error("wrong-fence", "设置部分要用三个加号围起来，这里是减号。")
            .remedy("请把设置前后的两行 --- 都改成 +++ 。"),
        Fence::None => Problem::error("missing-header", "文件开头没有设置部分。").remedy(
            "请在最前面加上：\n+++\nid = \"price\"\nname = \"费用预算\"\ntriggers = [\"费用\"]\n+++\n\
             然后才是回复。",
        ),
    };
    problems.push(source.locate(problem, span_of(line)));
}

fn empty_file() -> Problem {
    Problem::error("empty-file", "文件是空的。").remedy("请写上设置和回复，或删掉这个文件。")
}

#[derive(Clone, Copy)]
enum Fence {
    Right,
    FullWidth,
    WrongLength,
    Dashes,
    None,
}

impl Fence {
    fn of(line: &str) -> Self {
        let line = line.trim();
        let only = |c: char| !line.is_empty() && line.chars().all(|found| found == c);
        match line {
            FENCE => Self::Right,
            "---" => Self::Dashes,
            "+ + +" | "++" => Self::WrongLength,
            _ if only('＋') => Self::FullWidth,
            _ if only('+') && line.len() > 1 => Self::WrongLength,
            _ => Self::None,
        }
    }

    fn closes(self) -> bool {
        match self {
            Self::Right | Self::FullWidth | Self::WrongLength => true,
            Self::Dashes | Self::None => false,
        }
    }
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    text.split('\n').map(move |text| {
        let line = Line { start, text };
        start += text.len() + 1;
        line
    })
}

fn next_line(line: &Line<'_>) -> usize {
    line.start + line.text.len() + 1
}

fn span_of(line: &Line<'_>) -> Span {
    Span::new(line.start, line.start + line.text.len())
}
