//! Small things people type that no rule should have to know: a digit for an
//! option, 继续, a sticker, a bare 嗯. Pure.

use crate::text::Normalized;

/// What an unsupported sticker arrives as (WECHAT.md section 3.1).
const UNSUPPORTED: &str = "【收到不支持的消息类型";

/// Words that only show that somebody is there.
const ACKNOWLEDGEMENTS: &[&str] = &[
    "嗯",
    "嗯嗯",
    "嗯呢",
    "恩",
    "恩恩",
    "哦",
    "哦哦",
    "噢",
    "喔",
    "哈",
    "哈哈",
    "哈哈哈",
    "呵呵",
    "嘿嘿",
    "好",
    "好的",
    "好的好的",
    "好吧",
    "好嘞",
    "好滴",
    "好哒",
    "行",
    "行吧",
    "行的",
    "可以",
    "ok",
    "okok",
    "okay",
    "收到",
    "知道了",
    "明白",
    "明白了",
    "了解",
];

/// Ways to ask for the part that did not fit.
const CONTINUE: &[&str] = &["继续", "继续看", "下一段", "接着说", "然后呢", "下文", "后面呢"];

/// Ways to ask that everything about oneself be deleted (DESIGN.md D8). Whole
/// messages only: 「怎么删除我的信息」 is a question.
const ERASE: &[&str] =
    &["删除我的信息", "删除我的数据", "删除我的个人信息", "请删除我的信息", "删除我的记录"];

pub fn asks_to_be_erased(text: &Normalized) -> bool {
    ERASE.contains(&text.as_str())
}

/// The number of the option that a text names: 1, １, ①, 一, 第1个, 选2, 3.
pub fn option_number(text: &Normalized) -> Option<usize> {
    let text = text.as_str();
    let text = ["选项", "我选", "选", "第", "回复", "回"]
        .iter()
        .find_map(|lead| text.strip_prefix(lead))
        .unwrap_or(text);
    let text = ["个", "项", "号", "条"].iter().find_map(|tail| text.strip_suffix(tail)).unwrap_or(text);
    const NUMERALS: [&str; 9] = ["一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = match text.parse::<usize>() {
        Ok(number) => Some(number),
        Err(_) => NUMERALS.iter().position(|numeral| *numeral == text).map(|position| position + 1),
    };
    digit.filter(|number| (1..=9).contains(number))
}

/// Words that steer a dialogue. Outside of one they are about nothing, and must
/// not be taken for a question that merely sounds like them.
const STEERING: &[&str] =
    &["上一步", "下一步", "跳过", "取消", "同意", "不同意", "返回", "退出", "重填", "提交", "修改", "不填了"];

/// Ways to send a person away and have the bot back.
const LEAVE_STAFF: &[&str] = &[
    "退出人工",
    "取消人工",
    "结束人工",
    "关闭人工",
    "不要人工了",
    "不用人工了",
    "不需要人工了",
    "退出客服",
    "结束对话",
    "转机器人",
    "转回机器人",
    "换回机器人",
];

pub fn leaves_staff(text: &Normalized) -> bool {
    LEAVE_STAFF.contains(&text.as_str())
}

pub fn only_steers(text: &Normalized) -> bool {
    STEERING.contains(&text.as_str()) || asks_to_continue(text)
}

pub fn asks_to_continue(text: &Normalized) -> bool {
    CONTINUE.contains(&text.as_str())
}

pub fn is_acknowledgement(text: &Normalized) -> bool {
    ACKNOWLEDGEMENTS.contains(&text.as_str())
}

/// A sticker, or nothing but classic faces (`/::)`, `[微笑]`), emoji and marks.
pub fn is_sticker(raw: &str) -> bool {
    let raw = raw.trim();
    if raw.starts_with(UNSUPPORTED) {
        return true;
    }
    // Nearly every message begins with a Chinese character, and is none.
    let begins_with_words = raw.chars().next().is_none_or(|first| ('\u{4e00}'..='\u{9fff}').contains(&first));
    !begins_with_words && Normalized::new(&without_faces(raw)).is_empty()
}

/// The text without `[微笑]` and `/::)` codes. Both are short: a longer bracket
/// is something a person wrote.
fn without_faces(raw: &str) -> String {
    // `[`, what it shows, `]`.
    const LONGEST_FACE: usize = 7;
    let mut kept = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        let face = match c {
            '[' => rest
                .char_indices()
                .take(LONGEST_FACE)
                .find_map(|(end, c)| (c == ']').then_some(end))
                .filter(|end| *end > 1),
            '/' if rest.starts_with("/:") => Some(face_code_end(rest)),
            _ => None,
        };
        let end = face.map_or(0, |last| last + 1);
        if end == 0 {
            kept.push(c);
        }
        rest = rest.get(end.max(c.len_utf8())..).unwrap_or_default();
    }
    kept
}

/// `/::)`, `/:,@-D`, `/:rose`: up to the next space or Chinese character.
fn face_code_end(code: &str) -> usize {
    const LONGEST_CODE: usize = 10;
    let length = code.chars().take(LONGEST_CODE).take_while(char::is_ascii_graphic).count();
    length.saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: &[(&str, &str, Option<usize>)] = &[
        ("a digit", "1", Some(1)),
        ("full width", "２", Some(2)),
        ("in a circle", "③", Some(3)),
        ("with a full stop", "4.", Some(4)),
        ("with a pause mark", "5、", Some(5)),
        ("a numeral", "三", Some(3)),
        ("the second one", "第二个", Some(2)),
        ("I choose 2", "我选2", Some(2)),
        ("zero is no option", "0", None),
        ("ten is no option", "10", None),
        ("a headcount is no option", "3人", None),
        ("a sentence", "1个人多少钱", None),
        ("nothing", "", None),
        ("a huge number", "99999999999999999999", None),
    ];

    #[test]
    fn a_typed_digit_names_an_option() {
        for (name, text, expected) in NUMBERS {
            assert_eq!(option_number(&Normalized::new(text)), *expected, "{name}: {text}");
        }
    }

    /// Looking to the end from every bracket would take minutes here.
    #[test]
    fn a_long_row_of_brackets_is_read_once() {
        let brackets = format!("{}]", "[".repeat(300_000));

        assert!(is_sticker(&brackets), "nothing but marks");
    }

    #[test]
    fn stickers_and_faces_are_told_from_words() {
        for sticker in [
            "/::)",
            "[微笑]",
            "[微笑][微笑]",
            "/:rose",
            "😀",
            "【收到不支持的消息类型，暂无法显示】",
            "[OK]😀",
            "[一二三四五]",
        ] {
            assert!(is_sticker(sticker), "{sticker}");
        }
        for words in
            ["多少钱[微笑]", "你好", "[我们单位想报名参加培训]", "[一二三四五六]", "1/2", "", "/::) 在吗"]
        {
            assert!(!is_sticker(words), "{words}");
        }
    }
}
