//! What people say around a question: 「您好，请问…」, 「…，谢谢」. It asks nothing,
//! so the question is read without it. A message that is nothing else keeps it:
//! then it is a greeting, or thanks.

use crate::text::Normalized;

/// Of two that begin alike the longer stands first.
const BEFORE: &[&str] = &[
    "你好老师",
    "您好老师",
    "老师你好",
    "老师您好",
    "老师好请问",
    "领导您好",
    "领导你好",
    "同志您好",
    "同志你好",
    "各位老师好",
    "各位好",
    "大家好",
    "你们好",
    "您好呀",
    "你好呀",
    "你好啊",
    "您好啊",
    "你好",
    "您好",
    "哈喽",
    "嗨",
    "hello",
    "早上好",
    "上午好",
    "中午好",
    "下午好",
    "晚上好",
    "打扰一下",
    "打扰下",
    "打扰了",
    "打扰您了",
    "不好意思",
    "冒昧问一下",
    "麻烦问一下",
    "麻烦问下",
    "麻烦请问",
    "请问一下",
    "请问下",
    "请问",
    "请教一下",
    "请教下",
    "请教",
    "我想问一下",
    "我想问下",
    "我想问问",
    "我想问",
    "想问一下",
    "想问下",
    "想问问",
    "想问",
    "我问一下",
    "我问下",
    "问一下",
    "问下",
    "问问",
    "我想咨询一下",
    "我想咨询下",
    "想咨询一下",
    "想咨询下",
    "咨询一下",
    "咨询下",
    "我想了解一下",
    "我想了解下",
    "想了解一下",
    "想了解下",
    "我想打听一下",
    "我想打听下",
    "想打听一下",
    "想打听下",
    "打听一下",
    "打听下",
    "顺便问一下",
    "顺便问下",
    "再问一下",
    "再问下",
    "对了",
    "在吗",
    "在么",
    "在不在",
    "您在吗",
    "你在吗",
    "老师在吗",
    "有人吗",
    "有人在吗",
];

const AFTER: &[&str] = &[
    "谢谢老师",
    "谢谢您了",
    "谢谢你了",
    "谢谢大家",
    "谢谢您",
    "谢谢你",
    "谢谢啦",
    "谢谢了",
    "谢谢",
    "多谢了",
    "多谢",
    "非常感谢",
    "感谢您",
    "感谢",
    "麻烦您了",
    "麻烦你了",
    "麻烦了",
    "辛苦了",
    "拜托了",
    "在线等",
    "请回复",
    "望回复",
    "盼复",
    "请告知",
    "望告知",
    "麻烦告知",
    "烦请告知",
];

/// Fewer characters than this ask nothing by themselves.
const LEAST_LEFT: usize = 2;

/// Whether it is nothing but one of them.
pub fn is_courtesy(text: &Normalized) -> bool {
    BEFORE.contains(&text.as_str()) || AFTER.contains(&text.as_str())
}

/// The message without them; None if it has none, or is nothing else.
pub fn without_courtesy(text: &Normalized) -> Option<Normalized> {
    let mut left = text.as_str();
    while let Some(shorter) = strip(left, BEFORE, |left, said| left.strip_prefix(said)) {
        left = shorter;
    }
    while let Some(shorter) = strip(left, AFTER, |left, said| left.strip_suffix(said)) {
        left = shorter;
    }
    let is_less = left.len() < text.as_str().len();
    (is_less && !BEFORE.contains(&left)).then(|| Normalized::new(left))
}

fn strip<'t>(
    left: &'t str,
    said: &[&str],
    cut: impl Fn(&'t str, &str) -> Option<&'t str>,
) -> Option<&'t str> {
    said.iter().find_map(|said| cut(left, said)).filter(|rest| rest.chars().count() >= LEAST_LEFT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_asks_nothing_is_left_out() {
        let cases = [
            ("您好，请问怎么收费？谢谢", Some("怎么收费")),
            ("老师您好，打扰一下，想问一下住哪里", Some("住哪里")),
            ("你好", None),
            ("您好，请问", None),
            ("在吗？多少钱？", Some("多少钱")),
            ("在吗在吗", None),
            ("多谢了", None),
            ("老师好不好", None),
            ("多少钱", None),
        ];
        for (said, expected) in cases {
            let left = without_courtesy(&Normalized::new(said));
            assert_eq!(left.as_ref().map(Normalized::as_str), expected, "{said}");
        }
    }
}
