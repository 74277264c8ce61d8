//! Two texts side by side, line by line: what went, what came, what stayed.
//! `parts/diff.html` draws it.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Same(String),
    Gone(String),
    New(String),
}

/// Longer texts are shown as replaced as a whole: nobody reads such a difference.
const MOST_LINES: usize = 1_000;

pub(super) fn lines(old: &str, new: &str) -> Vec<Line> {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    if old.len() > MOST_LINES || new.len() > MOST_LINES {
        let gone = old.iter().map(|line| Line::Gone((*line).to_owned()));
        return gone.chain(new.iter().map(|line| Line::New((*line).to_owned()))).collect();
    }
    walk(&old, &new, &common(&old, &new))
}

/// Lines that stayed only beside those that did not.
pub(super) fn changes(old: &str, new: &str) -> Vec<Line> {
    const BESIDE: usize = 2;
    let lines = lines(old, new);
    let is_changed = |line: &Line| !matches!(line, Line::Same(_));
    let changed: Vec<usize> =
        lines.iter().enumerate().filter(|(_, line)| is_changed(line)).map(|(at, _)| at).collect();
    let is_near = |at: usize| changed.iter().any(|changed| changed.abs_diff(at) <= BESIDE);
    lines.into_iter().enumerate().filter(|(at, _)| is_near(*at)).map(|(_, line)| line).collect()
}

/// How many lines the rests of both texts have in common, for every pair of rests.
fn common(old: &[&str], new: &[&str]) -> Vec<Vec<u32>> {
    let mut table = vec![vec![0; new.len() + 1]];
    for line in old.iter().rev() {
        let below = table.last().cloned().unwrap_or_default();
        let mut row = vec![0; new.len() + 1];
        for (at, other) in new.iter().enumerate().rev() {
            let get = |row: &[u32], at: usize| row.get(at).copied().unwrap_or(0);
            let length =
                if line == other { get(&below, at + 1) + 1 } else { get(&below, at).max(get(&row, at + 1)) };
            if let Some(cell) = row.get_mut(at) {
                *cell = length;
            }
        }
        table.push(row);
    }
    table.reverse();
    table
}

fn walk(old: &[&str], new: &[&str], common: &[Vec<u32>]) -> Vec<Line> {
    let length = |a: usize, b: usize| common.get(a).and_then(|row| row.get(b)).copied().unwrap_or(0);
    let (mut a, mut b, mut lines) = (0, 0, Vec::new());
    loop {
        match (old.get(a), new.get(b)) {
            (Some(line), Some(other)) if line == other => {
                lines.push(Line::Same((*line).to_owned()));
                (a, b) = (a + 1, b + 1);
            }
            (Some(line), None) => {
                lines.push(Line::Gone((*line).to_owned()));
                a += 1;
            }
            (Some(line), Some(_)) if length(a + 1, b) >= length(a, b + 1) => {
                lines.push(Line::Gone((*line).to_owned()));
                a += 1;
            }
            (_, Some(other)) => {
                lines.push(Line::New((*other).to_owned()));
                b += 1;
            }
            (None, None) => return lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(lines: &[Line]) -> String {
        let mark = |line: &Line| match line {
            Line::Same(text) => format!(" {text}"),
            Line::Gone(text) => format!("-{text}"),
            Line::New(text) => format!("+{text}"),
        };
        lines.iter().map(mark).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_difference_shows_what_went_came_and_stayed() {
        let cases = [
            ("nothing", "", "", ""),
            ("the same", "a\nb", "a\nb", " a\n b"),
            ("all new", "", "a", "+a"),
            ("all gone", "a", "", "-a"),
            ("one line changed", "a\nb\nc", "a\nx\nc", " a\n-b\n+x\n c"),
            ("one line more", "a\nc", "a\nb\nc", " a\n+b\n c"),
        ];
        for (name, old, new, expected) in cases {
            assert_eq!(written(&lines(old, new)), expected, "{name}");
        }
    }
}
