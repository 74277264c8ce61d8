//! Slips of the Chinese keyboard in TOML: full-width quotes, equals signs,
//! colons, commas and brackets. Found where TOML could not be read, and undone
//! character for character, so that the fix can be shown and the rest checked.

use std::ops::Range;

/// TOML as it was probably meant.
#[derive(Debug, PartialEq, Eq)]
pub struct Repaired {
    pub text: String,
    pub slips: Vec<Slip>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// In the text as written.
    pub at: Range<usize>,
    pub typed: char,
    pub meant: char,
}

/// Whether a curly quote may close a string that a straight one opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixed {
    Kept,
    Closed,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    Comment,
    /// Until the same quote, on this line.
    Straight(char),
    /// Until three of the same quote.
    Triple(char),
    /// Opened by a curly quote.
    Curly,
}

pub fn undo(written: &str, mixed: Mixed) -> Repaired {
    let mut repaired = Repaired { text: String::with_capacity(written.len()), slips: Vec::new() };
    let mut inside = Inside::Nothing;
    let mut line_has_equals = false;
    let mut skip = 0;
    for (offset, typed) in written.char_indices() {
        let rest = written.get(offset..).unwrap_or_default();
        if skip > 0 {
            skip -= 1;
            repaired.text.push(typed);
            continue;
        }
        let (meant, next) = step(inside, typed, rest, mixed, line_has_equals);
        if is_triple(rest, typed) && (inside == Inside::Nothing || inside == Inside::Triple(typed)) {
            skip = 2;
        } else if typed == '\\' && matches!(inside, Inside::Straight('"') | Inside::Triple('"')) {
            skip = 1;
        }
        line_has_equals = typed != '\n' && (line_has_equals || inside == Inside::Nothing && meant == '=');
        if meant != typed {
            repaired.slips.push(Slip { at: offset..offset + typed.len_utf8(), typed, meant });
        }
        repaired.text.push(meant);
        inside = next;
    }
    repaired
}

/// What `typed` was meant to be, and where the text after it stands.
fn step(inside: Inside, typed: char, rest: &str, mixed: Mixed, has_equals: bool) -> (char, Inside) {
    match inside {
        Inside::Comment if typed == '\n' => (typed, Inside::Nothing),
        Inside::Comment => (typed, Inside::Comment),
        Inside::Triple(quote) if is_triple(rest, quote) => (typed, Inside::Nothing),
        Inside::Triple(quote) => (typed, Inside::Triple(quote)),
        // A string left open ends with its line, as in TOML.
        Inside::Straight(_) | Inside::Curly if typed == '\n' => (typed, Inside::Nothing),
        Inside::Straight(quote) if typed == quote => (typed, Inside::Nothing),
        Inside::Straight(_) if mixed == Mixed::Closed && is_curly(typed) && ends_value(rest) => {
            ('"', Inside::Nothing)
        }
        Inside::Straight(quote) => (typed, Inside::Straight(quote)),
        Inside::Curly if is_curly(typed) => ('"', Inside::Nothing),
        Inside::Curly if typed == '"' => ('"', Inside::Nothing),
        Inside::Curly => (typed, Inside::Curly),
        Inside::Nothing => outside(typed, rest, has_equals),
    }
}

fn outside(typed: char, rest: &str, has_equals: bool) -> (char, Inside) {
    match typed {
        '#' | '＃' => ('#', Inside::Comment),
        '"' | '\'' if is_triple(rest, typed) => (typed, Inside::Triple(typed)),
        '"' | '\'' => (typed, Inside::Straight(typed)),
        _ if is_curly(typed) => ('"', Inside::Curly),
        '＝' => ('=', Inside::Nothing),
        '：' | ':' if !has_equals => ('=', Inside::Nothing),
        '，' | '、' | '；' => (',', Inside::Nothing),
        '【' | '［' => ('[', Inside::Nothing),
        '】' | '］' => (']', Inside::Nothing),
        '｛' => ('{', Inside::Nothing),
        '｝' => ('}', Inside::Nothing),
        '\u{3000}' | '\u{a0}' => (' ', Inside::Nothing),
        '－' | '—' | '–' => ('-', Inside::Nothing),
        '０'..='９' => (half_width(typed), Inside::Nothing),
        _ => (typed, Inside::Nothing),
    }
}

fn is_curly(c: char) -> bool {
    matches!(c, '“' | '”' | '„' | '‟' | '＂' | '‘' | '’' | '＇')
}

/// Full-width forms stand 0xFEE0 above ASCII.
fn half_width(c: char) -> char {
    char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c)
}

fn is_triple(rest: &str, quote: char) -> bool {
    let mut next = rest.chars();
    matches!(quote, '"' | '\'') && (0..3).all(|_| next.next() == Some(quote))
}

/// Whether a value can end after the first character of `rest`.
fn ends_value(rest: &str) -> bool {
    let after = rest.chars().skip(1).find(|c| !matches!(c, ' ' | '\t' | '\u{3000}'));
    after.is_none_or(|c| matches!(c, ',' | '，' | '、' | ']' | '】' | '］' | '\n' | '#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_keyboard_are_undone() {
        let cases: &[(&str, &str, &str)] = &[
            ("curly quotes", "triggers = [“费用”, “多少钱”]", r#"triggers = ["费用", "多少钱"]"#),
            ("a full-width equals sign", "id ＝ \"price\"", r#"id = "price""#),
            ("a full-width colon", "id：\"price\"", r#"id="price""#),
            ("a colon", "id: \"price\"", r#"id= "price""#),
            ("full-width commas", "t = [\"a\"，\"b\"、\"c\"]", r#"t = ["a","b","c"]"#),
            ("full-width brackets", "t = 【\"a\"】", r#"t = ["a"]"#),
            ("a wide space", "id\u{3000}=\u{3000}\"price\"", r#"id = "price""#),
            ("a full-width number", "days = ３", "days = 3"),
            ("quotes inside a string stay", "n = \"他说“好”，对：的\"", "n = \"他说“好”，对：的\""),
            ("a comment stays", "# 说明：“费用”", "# 说明：“费用”"),
            ("an escaped quote", r#"n = "a\"b，c""#, r#"n = "a\"b，c""#),
            (
                "a long string stays",
                "f = \"\"\"\n您好，“x”：\n\"\"\"\nid：\"a\"",
                "f = \"\"\"\n您好，“x”：\n\"\"\"\nid=\"a\"",
            ),
            ("an open string ends with its line", "n = \"费用\nid：\"a\"", "n = \"费用\nid=\"a\""),
            ("a time keeps its colon", "at = 08:30", "at = 08:30"),
        ];
        for (name, written, meant) in cases {
            assert_eq!(undo(written, Mixed::Kept).text, *meant, "{name}");
        }
    }

    #[test]
    fn a_curly_quote_may_close_a_straight_one() {
        let written = "triggers = [\"费用”, \"预算”]";

        assert_eq!(undo(written, Mixed::Closed).text, r#"triggers = ["费用", "预算"]"#);
    }

    #[test]
    fn every_slip_is_told_with_its_place() {
        let repaired = undo("id ＝ “a”", Mixed::Kept);

        let found: Vec<_> = repaired.slips.iter().map(|slip| (slip.at.clone(), slip.typed)).collect();
        assert_eq!(found, [(3..6, '＝'), (7..10, '“'), (11..14, '”')]);
    }
}
