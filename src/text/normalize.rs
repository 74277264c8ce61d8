//! One spelling for what people type in many: width, case, 繁简, spaces,
//! punctuation, emoji, and the usual disguises of 微信. Triggers and messages
//! are normalised the same way, so they can be compared as they are. Not here:
//! likeness of sound (pinyin) or of wording (ngrams).

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

use super::simplified::simplified;

/// Text in the one spelling that triggers and messages share: letters, digits
/// and 汉字 only. Normalising it again changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Normalized(String);

impl Normalized {
    pub fn new(raw: &str) -> Self {
        let mut text = if raw.chars().all(is_plain) { keep_letters(raw) } else { compose(raw) };
        if text.bytes().any(|b| b.is_ascii_lowercase()) {
            text = name_wechat(&text);
        }
        Self(shorten_repeats(&text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Normalized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Characters that Unicode's compatibility forms leave alone or that
/// `keep_letters` folds or drops by itself: nearly every message holds no
/// others and takes the short way.
fn is_plain(c: char) -> bool {
    matches!(c, '\0'..='\u{7f}' | '\u{3000}'..='\u{3020}' | '\u{3400}'..='\u{9fff}' | '\u{ff01}'..='\u{ff5e}')
}

/// The long way. Dropping a character can bring two together that compose, so
/// it goes on until nothing changes.
fn compose(raw: &str) -> String {
    /// Twice is enough for anything seen; the bound only guards the loop.
    const ROUNDS: usize = 4;

    let mut text = raw.to_owned();
    for _ in 0..ROUNDS {
        let composed: String = text.nfkc().flat_map(char::to_lowercase).collect();
        let kept = keep_letters(&composed);
        if kept == text {
            break;
        }
        text = kept;
    }
    text
}

fn keep_letters(raw: &str) -> String {
    let mut kept = String::with_capacity(raw.len());
    let mut last = None;
    for c in raw.chars() {
        let c = match c {
            '\u{ff01}'..='\u{ff5e}' => to_half_width(c).to_ascii_lowercase(),
            // 微❤ is 微信 for those who fear a filter.
            '\u{2764}' if matches!(last, Some('微' | 'v')) => '信',
            '☎' | '📞' | '📱' => {
                kept.push_str("电话");
                continue;
            }
            c => simplified(c.to_ascii_lowercase()),
        };
        if c.is_alphanumeric() {
            kept.push(c);
            last = Some(c);
        }
    }
    kept
}

/// 哈哈哈哈 says no more than 哈哈; but 1000 is not 100.
fn shorten_repeats(text: &str) -> String {
    let mut short = String::with_capacity(text.len());
    let (mut last, mut before_last) = (None, None);
    for c in text.chars() {
        let is_third = last == Some(c) && before_last == Some(c) && !c.is_numeric();
        if !is_third {
            short.push(c);
            before_last = last;
            last = Some(c);
        }
    }
    short
}

/// Full-width forms stand in the order of ASCII.
fn to_half_width(c: char) -> char {
    const DISTANCE: u32 = '\u{ff01}' as u32 - '!' as u32;
    char::from_u32(c as u32 - DISTANCE).unwrap_or(c)
}

/// vx, wx, v信 and a lone v are 微信. A run of letters is taken as a whole, so
/// nothing inside another word changes; one that touches a digit is a code.
fn name_wechat(text: &str) -> String {
    let mut named = String::with_capacity(text.len() + 4);
    let mut rest = text;
    let mut after_digit = false;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
        let (run, after) = rest.split_at(if length == 0 { first.len_utf8() } else { length });
        let is_code = after_digit || after.starts_with(|c: char| c.is_ascii_digit());
        named.push_str(match run {
            "v" if !is_code && after.starts_with('信') => "微",
            "v" | "vx" | "wx" | "wechat" | "weixin" if !is_code => "微信",
            other => other,
        });
        after_digit = run.ends_with(|c: char| c.is_ascii_digit());
        rest = after;
    }
    named
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CASES: &[(&str, &str, &str)] = &[
        ("full width and capitals are folded", "ＶＩＰ Room", "viproom"),
        ("spaces inside a word go", "12 人 可 以 成 班 吗 ?", "12人可以成班吗"),
        ("punctuation and emoji go", "【费用】……多少？？😀👌", "费用多少"),
        ("traditional becomes simplified", "請問貴中心開設哪些課程？", "请问贵中心开设哪些课程"),
        ("zero-width and control characters go", "费\u{200b}用\u{0}\u{feff}\r\n", "费用"),
        ("a long laugh is a short one", "哈哈哈哈哈哈", "哈哈"),
        ("numbers keep their zeros", "1000元", "1000元"),
        ("circled digits are digits", "①②", "12"),
        ("vx is 微信", "ｖｘ 多少？", "微信多少"),
        ("v信 is 微信", "加个V信", "加个微信"),
        ("微❤ is 微信", "加微❤", "加微信"),
        ("a picture of a telephone asks for one", "☎️ or 📱 给一个呗", "电话or电话给一个呗"),
        ("a lone v is 微信", "加v聊", "加微信聊"),
        ("letters of another word stay", "avxb wxy", "avxbwxy"),
        ("a code stays", "v2版 1v1", "v2版1v1"),
        ("a heart after many 微", "微微v❤", "微微信"),
        ("nothing but signs is empty", "?!。，~", ""),
        ("markup leaves its words", "<script>alert('x')</script>", "scriptalertxscript"),
    ];

    #[test]
    fn messages_come_to_one_spelling() {
        for (case, raw, expected) in CASES {
            assert_eq!(Normalized::new(raw).as_str(), *expected, "{case}");
        }
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(raw in "\\PC{0,40}") {
            let once = Normalized::new(&raw);
            prop_assert_eq!(Normalized::new(once.as_str()), once);
        }

        #[test]
        fn words_of_wechat_do_not_form_anew(raw in "[vwx信微❤☎1a ]{0,12}") {
            let once = Normalized::new(&raw);
            prop_assert_eq!(Normalized::new(once.as_str()), once);
        }

        #[test]
        fn spaces_never_matter(raw in "[一-龥a-z]{0,20}") {
            let spaced: String = raw.chars().flat_map(|c| [c, ' ']).collect();
            prop_assert_eq!(Normalized::new(&spaced), Normalized::new(&raw));
        }
    }
}
