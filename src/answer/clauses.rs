//! Two questions in one message: 「多少钱？怎么去？」. One answer would pass over
//! half of it, so both are offered. Only where each half has a clear answer of
//! its own, and the halves are short: a longer message tells one story, whose
//! sentences belong together.

use super::courtesy::{is_courtesy, without_courtesy};
use crate::text::Normalized;

/// Characters of a half, marks left out. 「请问住宿和用餐怎么安排」 has 11.
const LONGEST_HALF: usize = 12;

/// What asks nothing, though a question mark stands behind it.
const MERE: &[&str] = &["是吗", "真的吗"];

/// The halves of a message that asks two things.
pub fn two_questions(raw: &str) -> Option<[Normalized; 2]> {
    let (first, rest) = raw.split_once(['？', '?'])?;
    let second = rest.trim_end_matches(|c: char| !c.is_alphanumeric());
    if second.contains(['？', '?']) {
        return None;
    }
    let halves = [first, second].map(Normalized::new);
    halves.iter().all(is_a_question).then_some(halves)
}

fn is_a_question(half: &Normalized) -> bool {
    let length = without_courtesy(half).as_ref().unwrap_or(half).as_str().chars().count();
    (2..=LONGEST_HALF).contains(&length) && !is_courtesy(half) && !MERE.contains(&half.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_short_questions_are_taken_apart() {
        let cases: &[(&str, &str, Option<[&str; 2]>)] = &[
            ("two questions", "多少钱？怎么去？", Some(["多少钱", "怎么去"])),
            ("half width, no mark at the end", "多少钱? 怎么去", Some(["多少钱", "怎么去"])),
            ("one question", "多少钱？", None),
            ("one question with many marks", "多少钱？？？", None),
            ("three questions", "多少钱？怎么去？吃什么？", None),
            ("an opening", "在吗？多少钱？", None),
            ("a mere particle", "多少钱？啊", None),
            (
                "behind a greeting",
                "您好，请问去一趟大概要多少钱？怎么去",
                Some(["您好请问去一趟大概要多少钱", "怎么去"]),
            ),
            ("no mark", "多少钱，怎么去", None),
            (
                "at the limit",
                "一二三四五六七八九十一二？怎么去",
                Some(["一二三四五六七八九十一二", "怎么去"]),
            ),
            ("above it", "一二三四五六七八九十一二三？怎么去", None),
        ];
        for (case, raw, expected) in cases {
            let found = two_questions(raw);
            let found = found.as_ref().map(|halves| halves.each_ref().map(Normalized::as_str));
            assert_eq!(&found, expected, "{case}");
        }
    }
}
