//! Finds the numbers that lead to a person (mobile, telephone, identity card)
//! in what a customer wrote, and masks them.

use std::borrow::Cow;

/// A local telephone number has 7 or 8 digits, a mobile number 11, an identity
/// card 18. Shorter runs are dates, prices and headcounts.
const SHORTEST_NUMBER: usize = 7;
/// What stays readable: enough to recognise one's own number.
const KEPT_IN_FRONT: usize = 3;
const KEPT_AT_THE_END: usize = 2;

/// The text with such numbers masked, or as it is when it holds none.
pub fn mask_numbers(text: &str) -> Cow<'_, str> {
    if text.chars().filter(|c| is_digit(*c)).take(SHORTEST_NUMBER).count() < SHORTEST_NUMBER {
        return Cow::Borrowed(text);
    }
    let characters: Vec<char> = text.chars().collect();
    let mut masked = characters.clone();
    let mut start = 0;
    while start < characters.len() {
        let end = run_end(&characters, start);
        mask_run(masked.get_mut(start..end).unwrap_or_default());
        start = end.max(start + 1);
    }
    if masked == characters { Cow::Borrowed(text) } else { Cow::Owned(masked.into_iter().collect()) }
}

/// Where the run of digits that begins at `start` ends. People write numbers
/// with single spaces and hyphens inside: 138 0000 0000, 0796-6559898.
fn run_end(characters: &[char], start: usize) -> usize {
    let mut end = start;
    for (at, c) in characters.iter().enumerate().skip(start) {
        match c {
            c if is_digit(*c) => end = at + 1,
            ' ' | '-' | '－' | '—' if at == end && end > start => {}
            'x' | 'X' if at == end && end - start >= 17 => return at + 1,
            _ => break,
        }
    }
    end
}

fn mask_run(run: &mut [char]) {
    let digits = run.iter().filter(|c| is_digit(**c)).count();
    if digits < SHORTEST_NUMBER {
        return;
    }
    let mut seen = 0;
    for c in run.iter_mut().filter(|c| is_digit(**c)) {
        seen += 1;
        if seen > KEPT_IN_FRONT && seen <= digits - KEPT_AT_THE_END {
            *c = '*';
        }
    }
}

/// ASCII and full-width digits.
fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASES: &[(&str, &str, &str)] = &[
        ("a mobile number", "我的电话13812345678，谢谢", "我的电话138******78，谢谢"),
        ("with spaces", "138 1234 5678", "138 **** **78"),
        ("a telephone with area code", "0796-6559898", "079*-*****98"),
        ("an identity card", "36088119900101123X", "360************23X"),
        ("full-width digits", "１３８１２３４５６７８", "１３８******７８"),
        ("seven digits are a telephone", "6559898", "655**98"),
        ("six digits are none", "123456", "123456"),
        ("a date stays", "2026-11", "2026-11"),
        ("a headcount stays", "45人3天", "45人3天"),
        ("two short numbers in one text stay", "2026年11月23日 45人", "2026年11月23日 45人"),
        ("nothing", "", ""),
    ];

    #[test]
    fn numbers_that_lead_to_a_person_are_masked() {
        for (name, text, expected) in CASES {
            assert_eq!(mask_numbers(text), *expected, "{name}");
        }
    }
}
