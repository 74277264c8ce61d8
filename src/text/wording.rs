//! One word for what regions and registers say in many: 咋个, 啷个 and 如何 all
//! ask 怎么. For likeness of wording alone: triggers and what is shown stay as
//! they are written. Not here: spelling (normalize), sound (pinyin).

use std::borrow::Cow;

/// What is said, and the plain word for it. Of two that begin alike the longer
/// stands first. A pair belongs here only if it nearly always means that: 弄,
/// 整 and 搞 mean too much.
const PLAIN: &[(&str, &str)] = &[
    ("咋个样", "怎么样"),
    ("咋样", "怎么样"),
    ("咋整", "怎么办"),
    ("咋弄", "怎么办"),
    ("咋个", "怎么"),
    ("咋", "怎么"),
    ("啷个", "怎么"),
    ("怎样", "怎么样"),
    ("如何", "怎么"),
    ("啥子", "什么"),
    ("啥", "什么"),
    ("甚么", "什么"),
    ("何时", "什么时候"),
    ("何处", "哪里"),
    ("哪儿", "哪里"),
    ("哪块", "哪里"),
    ("那儿", "那里"),
    ("这儿", "这里"),
    ("贵中心", "你们"),
    ("贵单位", "你们"),
    ("贵方", "你们"),
    ("您", "你"),
    ("俺们", "我们"),
    ("咱们", "我们"),
    ("俺", "我"),
    ("有没得", "有没有"),
    ("有无", "有没有"),
    ("没得", "没有"),
    ("是否", "是不是"),
    ("可否", "能不能"),
    ("能否", "能不能"),
    ("几多", "多少"),
    ("好多钱", "多少钱"),
    ("多长时间", "多久"),
    ("晓得", "知道"),
    ("自个儿", "自己"),
    ("礼拜", "星期"),
];

/// The first characters of all that is looked for.
const BEGINNINGS: &str = "咋啷怎如啥甚何哪那这贵您俺咱有没是可能几好多晓自礼";

/// `text` in plain words.
pub fn plain(text: &str) -> Cow<'_, str> {
    let mut plain = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let Some((said, word)) = found(text, at, first) else {
            at += first.len_utf8();
            continue;
        };
        plain.push_str(text.get(copied..at).unwrap_or_default());
        plain.push_str(word);
        at += said.len();
        copied = at;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    plain.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(plain)
}

fn found(text: &str, at: usize, first: char) -> Option<&'static (&'static str, &'static str)> {
    let rest = BEGINNINGS.contains(first).then(|| text.get(at..))??;
    PLAIN.iter().find(|(said, _)| rest.starts_with(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialect_and_formal_words_become_plain_ones() {
        let cases = [
            ("咋个走嘛", "怎么走嘛"),
            ("贵中心是否提供住宿", "你们是不是提供住宿"),
            ("要啥子东西", "要什么东西"),
            ("伙食咋样", "伙食怎么样"),
            ("多少钱", "多少钱"),
            ("", ""),
        ];
        for (said, expected) in cases {
            assert_eq!(plain(said), expected, "{said}");
        }
    }

    #[test]
    fn every_pair_can_be_found_whole() {
        for (said, word) in PLAIN {
            assert_eq!(plain(said), *word, "{said}");
        }
    }
}
