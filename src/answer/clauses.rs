//! Several questions in one message: 「多少钱？怎么去？」, 「培训几天，多少钱」. One
//! answer would pass over the rest, so all are offered. Only where the parts are
//! short and each asks: a longer message tells one story, whose sentences belong
//! together.

use super::courtesy::{is_courtesy, without_courtesy};
use crate::text::Normalized;

/// Characters of a part, marks left out. 「请问住宿和用餐怎么安排」 has 11.
const LONGEST_PART: usize = 12;

/// More than fit among the options is a list, not a message with questions.
const MOST_PARTS: usize = 5;

/// What asks nothing, though a question mark stands behind it.
const MERE: &[&str] = &["是吗", "真的吗"];

/// What makes a question of a part without a question mark.
const ASKING: &[&str] = &[
    "多少",
    "几",
    "哪",
    "怎么",
    "怎样",
    "咋",
    "吗",
    "么",
    "什么",
    "啥",
    "谁",
    "多久",
    "多长",
    "多远",
    "能不能",
    "可不可以",
    "有没有",
    "是不是",
    "要不要",
    "行不行",
    "呢",
];

/// The parts of a message that asks several things.
pub fn questions(raw: &str) -> Option<Vec<Normalized>> {
    let parts = by_question_mark(raw);
    let parts = if parts.len() > 1 { parts } else { by_comma(raw) };
    (2..=MOST_PARTS).contains(&parts.len()).then_some(parts).filter(|parts| parts.iter().all(is_a_question))
}

/// 「多少钱？怎么去」: the mark tells that each is a question.
fn by_question_mark(raw: &str) -> Vec<Normalized> {
    parts(raw, &['？', '?'])
}

/// 「培训几天，多少钱」: each must read like one.
fn by_comma(raw: &str) -> Vec<Normalized> {
    let mut parts = parts(raw, &['，', ',', '、', '；', ';', '。', ' ', '\n']);
    if parts.first().is_some_and(is_courtesy) {
        parts.remove(0);
    }
    if parts.iter().all(asks) { parts } else { Vec::new() }
}

fn parts(raw: &str, marks: &[char]) -> Vec<Normalized> {
    raw.split(marks).map(Normalized::new).filter(|part| !part.is_empty()).collect()
}

fn asks(part: &Normalized) -> bool {
    ASKING.iter().any(|word| part.as_str().contains(word))
}

fn is_a_question(part: &Normalized) -> bool {
    let length = without_courtesy(part).as_ref().unwrap_or(part).as_str().chars().count();
    (2..=LONGEST_PART).contains(&length) && !is_courtesy(part) && !MERE.contains(&part.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_questions_are_taken_apart() {
        let cases: &[(&str, &str, &[&str])] = &[
            ("two questions", "多少钱？怎么去？", &["多少钱", "怎么去"]),
            ("half width, no mark at the end", "多少钱? 怎么去", &["多少钱", "怎么去"]),
            ("one question", "多少钱？", &[]),
            ("one question with many marks", "多少钱？？？", &[]),
            ("three questions", "多少钱？怎么去？吃什么？", &["多少钱", "怎么去", "吃什么"]),
            ("an opening", "在吗？多少钱？", &[]),
            ("a mere particle", "多少钱？啊", &[]),
            (
                "behind a greeting",
                "您好，请问去一趟大概要多少钱？怎么去",
                &["您好请问去一趟大概要多少钱", "怎么去"],
            ),
            ("a comma", "培训几天，多少钱", &["培训几天", "多少钱"]),
            ("a greeting and a comma", "您好，培训几天，多少钱", &["培训几天", "多少钱"]),
            ("a greeting alone", "您好，多少钱", &[]),
            ("a story", "我们五十个人，要准备多少预算", &[]),
            ("too many", "吃啥？住哪？几天？多少钱？怎么去？谁讲？", &[]),
            ("at the limit", "一二三四五六七八九十一二？怎么去", &["一二三四五六七八九十一二", "怎么去"]),
            ("above it", "一二三四五六七八九十一二三？怎么去", &[]),
        ];
        for (case, raw, expected) in cases {
            let found = questions(raw).unwrap_or_default();
            let found: Vec<&str> = found.iter().map(Normalized::as_str).collect();
            assert_eq!(&found, expected, "{case}");
        }
    }
}
