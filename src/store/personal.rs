//! Finds the numbers that lead to a person (mobile, telephone, identity card)
//! in what a customer wrote, and masks them.

use std::borrow::Cow;

use crate::model::lead::{AnswerKind, LeadAnswer};

use super::Sealer;

/// A local telephone number has 7 or 8 digits, a mobile number 11, an identity
/// card 18. Shorter runs are dates, prices and headcounts.
const SHORTEST_NUMBER: usize = 7;
const MOBILE_DIGITS: usize = 11;
/// A lead's number begins with its day.
const LEAD_DAY_DIGITS: usize = 6;
/// What stays readable: enough to recognise one's own number.
const KEPT_IN_FRONT: usize = 3;
const KEPT_AT_THE_END: usize = 2;
/// Of a telephone number of so many digits or more, as everybody masks it.
const KEPT_OF_A_MOBILE: usize = 4;
/// A mobile number with 0086 before it has 15; an identity card has more.
const MOST_PHONE_DIGITS: usize = 15;

/// A text as it is kept: what everybody may see, and its original, encrypted,
/// where that is less than everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub shown: String,
    pub sealed: Option<String>,
}

impl Kept {
    pub fn of(text: &str, sealer: &Sealer, row: &str) -> Self {
        match mask_numbers(text) {
            Cow::Borrowed(shown) => Self { shown: shown.to_owned(), sealed: None },
            Cow::Owned(shown) => Self { shown, sealed: Some(sealer.seal(text, row)) },
        }
    }
}

/// What everybody may see of an answer in a form.
pub fn mask_answer(answer: &LeadAnswer) -> LeadAnswer {
    let value = match answer.kind {
        AnswerKind::Phone => mask_phone(&answer.value),
        AnswerKind::Name => mask_name(&answer.value),
        AnswerKind::Unit | AnswerKind::People | AnswerKind::When | AnswerKind::Text => {
            mask_numbers(&answer.value).into_owned()
        }
    };
    LeadAnswer { value, ..answer.clone() }
}

/// 138****0000: its owner recognises it, nobody can call it.
fn mask_phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(|c| is_digit(*c)).collect();
    let kept_at_the_end = kept_at_the_end(digits.len());
    if digits.len() < SHORTEST_NUMBER {
        return "****".to_owned();
    }
    let front = digits.iter().take(KEPT_IN_FRONT);
    let end = digits.iter().skip(digits.len() - kept_at_the_end);
    front.chain(&['*'; 4]).chain(end).collect()
}

/// The same wherever a number stands: 138****5678.
fn kept_at_the_end(digits: usize) -> usize {
    match digits {
        MOBILE_DIGITS..=MOST_PHONE_DIGITS => KEPT_OF_A_MOBILE,
        _ => KEPT_AT_THE_END,
    }
}

/// What to look for among answers as they are kept, when somebody looks for
/// `text`: a telephone number is found by what stays readable of it, which may be
/// that of another one, too. `260412-01` is a lead's number, and stays.
pub fn as_kept(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    let digits = text.chars().filter(|c| is_digit(*c)).count();
    let is_number = text.chars().all(|c| is_digit(c) || matches!(c, ' ' | '-' | '－' | '—' | '+'));
    let begins_with_a_day = text.find('-') == Some(LEAD_DAY_DIGITS);
    if is_number && digits >= SHORTEST_NUMBER && !begins_with_a_day {
        return Cow::Owned(mask_phone(text));
    }
    if begins_with_a_day { Cow::Borrowed(text) } else { mask_numbers(text) }
}

/// 王**: the family name stays, so that staff know whom to ask for.
fn mask_name(name: &str) -> String {
    name.trim().chars().take(1).chain(['*', '*']).collect()
}

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
        if seen > KEPT_IN_FRONT && seen <= digits - kept_at_the_end(digits) {
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
        ("a mobile number", "我的电话13812345678，谢谢", "我的电话138****5678，谢谢"),
        ("with spaces", "138 1234 5678", "138 **** 5678"),
        ("a telephone with area code", "0796-6559898", "079*-***9898"),
        ("an identity card", "36088119900101123X", "360************23X"),
        ("full-width digits", "１３８１２３４５６７８", "１３８****５６７８"),
        ("seven digits are a telephone", "6559898", "655**98"),
        ("six digits are none", "123456", "123456"),
        ("a date stays", "2026-11", "2026-11"),
        ("a headcount stays", "45人3天", "45人3天"),
        ("two short numbers in one text stay", "2026年11月23日 45人", "2026年11月23日 45人"),
        ("nothing", "", ""),
    ];

    #[test]
    fn what_leads_to_a_person_in_an_answer_is_masked_by_its_kind() {
        for (kind, value, expected) in [
            (AnswerKind::Phone, "13800000000", "138****0000"),
            (AnswerKind::Phone, "0796-655989", "079****89"),
            (AnswerKind::Phone, "办公室,下午打", "****"),
            (AnswerKind::Name, "王主任", "王**"),
            (AnswerKind::Name, "", "**"),
            (AnswerKind::Unit, "某县税务局", "某县税务局"),
            (AnswerKind::Unit, "某局 13812345678", "某局 138****5678"),
            (AnswerKind::People, "约50人", "约50人"),
        ] {
            let answer = LeadAnswer {
                field: "f".into(),
                label: "l".into(),
                value: value.into(),
                kind,
                standing: crate::model::lead::Standing::Understood,
            };
            assert_eq!(mask_answer(&answer).value, expected, "{kind:?} {value}");
        }
    }

    #[test]
    fn what_is_looked_for_is_looked_for_as_it_is_kept() {
        for (text, expected) in [
            ("13800000000", "138****0000"),
            (" 138 0000 0000 ", "138****0000"),
            ("0796-6559898", "079****9898"),
            ("260412-01", "260412-01"),
            ("0000", "0000"),
            ("某县税务局", "某县税务局"),
            ("某局 13812345678", "某局 138****5678"),
        ] {
            assert_eq!(as_kept(text), expected, "{text}");
        }
    }

    #[test]
    fn numbers_that_lead_to_a_person_are_masked() {
        for (name, text, expected) in CASES {
            assert_eq!(mask_numbers(text), *expected, "{name}");
        }
    }
}
