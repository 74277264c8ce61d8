//! Telephone numbers: mobile, with area code, 400, with extension, several of
//! them; and what is wrong with one that cannot be dialled.

use unicode_normalization::UnicodeNormalization as _;

use super::Reading;

/// Two numbers are enough to reach somebody.
const MOST_NUMBERS: usize = 3;
/// Digits of the shortest number that somebody answers.
const SHORTEST: usize = 7;
/// The first ten in the order of their values.
const SPELT_DIGITS: &str = "零一二三四五六七八九〇幺";

/// The numbers of a text, and what else it says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub numbers: Vec<String>,
    /// Without the numbers.
    pub rest: String,
    /// What is wrong with one that cannot be dialled.
    pub wrong: Option<String>,
}

pub fn read(text: &str) -> Reading {
    let found = find(text);
    if found.numbers.is_empty() {
        return Reading::Unclear(found.wrong);
    }
    let numbers = found.numbers.join("、");
    let words = telling_words(&found.rest);
    if words.is_empty() {
        Reading::Clear(numbers)
    } else {
        Reading::Partly(format!("{numbers}（{words}）"))
    }
}

/// Whether it is a number and nothing that tells more.
pub fn is_only_number(text: &str) -> bool {
    let found = find(text);
    !found.numbers.is_empty() && telling_words(&found.rest).is_empty()
}

/// 138****0000. Whatever has the digits of a telephone number loses its middle.
pub fn masked(value: &str) -> String {
    let mut out = String::new();
    let mut run = String::new();
    for c in value.chars().chain(['\0']) {
        if c.is_ascii_digit() || c == '-' && !run.is_empty() {
            run.push(c);
        } else {
            out.push_str(&masked_run(&run));
            run.clear();
            out.extend((c != '\0').then_some(c));
        }
    }
    out
}

fn masked_run(run: &str) -> String {
    let digits: Vec<char> = run.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < SHORTEST {
        return run.to_owned();
    }
    let head: String = digits.iter().take(if digits.len() > 8 { 3 } else { 0 }).collect();
    let tail: String = digits.iter().skip(digits.len() - 4).collect();
    format!("{head}****{tail}")
}

/// False for nearly every message, and much cheaper than looking.
pub fn may_hold_number(text: &str) -> bool {
    let digits = text.chars().filter(|c| c.is_numeric() || SPELT_DIGITS.contains(*c));
    digits.take(SHORTEST).count() == SHORTEST
}

pub fn find(text: &str) -> Found {
    let text = with_digits(text);
    let mut found = Found::default();
    let mut rest = text.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit() || c == '+' || c == '(') {
        let (before, run) = rest.split_at(start);
        found.rest.push_str(before);
        let groups = groups_of(run);
        match dial(&groups) {
            Some(dialled) if found.numbers.len() < MOST_NUMBERS => {
                found.numbers.push(dialled.number);
                rest = run.get(dialled.length..).unwrap_or_default();
            }
            _ => {
                let length = groups.last().map_or(1, |group| group.end).max(1);
                found.wrong = found.wrong.or_else(|| what_is_wrong(&groups));
                found.rest.push_str(run.get(..length).unwrap_or_default());
                rest = run.get(length..).unwrap_or_default();
            }
        }
    }
    found.rest.push_str(rest);
    found
}

/// Half width; a number spelt out (幺三八…) in digits.
fn with_digits(text: &str) -> String {
    let text: String =
        text.nfkc().map(|c| if matches!(c, '—' | '–' | '－' | '−') { '-' } else { c }).collect();
    let digit = |c: char| match c {
        '〇' => Some(0),
        '幺' => Some(1),
        c => SPELT_DIGITS.chars().take(10).position(|known| known == c),
    };
    let mut out = String::new();
    let mut run: Vec<(char, usize)> = Vec::new();
    for c in text.chars().chain(['\0']) {
        if let Some(value) = digit(c) {
            run.push((c, value));
            continue;
        }
        let as_digits = run.len() >= SHORTEST;
        for (written, value) in run.drain(..) {
            let shown = char::from_digit(u32::try_from(value).unwrap_or_default(), 10);
            out.push(if as_digits { shown.unwrap_or(written) } else { written });
        }
        out.extend((c != '\0').then_some(c));
    }
    out
}

/// Digits that stand together, and where they end in the run.
#[derive(Debug)]
struct Group {
    digits: String,
    end: usize,
    /// What stands before them says that they are an extension.
    is_extension: bool,
    after_dash: bool,
}

fn groups_of(run: &str) -> Vec<Group> {
    const MOST_GROUPS: usize = 6;
    const LONGEST_SEPARATOR: usize = 3;
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    while groups.len() < MOST_GROUPS {
        let rest = run.get(at..).unwrap_or_default();
        let separators = rest.bytes().take(LONGEST_SEPARATOR + 1);
        let between = separators.take_while(|b| matches!(b, b' ' | b'-' | b'.' | b'(' | b')' | b'+')).count();
        let separator = rest.get(..between).unwrap_or_default();
        let after = rest.get(between..).unwrap_or_default();
        let extension =
            ["转分机", "分机号", "分机", "转", "ext", "#"].iter().find(|word| after.starts_with(**word));
        let skipped = between + extension.map_or(0, |word| word.len());
        let digits: String =
            rest.get(skipped..).unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
        if digits.is_empty()
            || separator.len() > LONGEST_SEPARATOR
            || (groups.is_empty() && extension.is_some())
        {
            break;
        }
        at += skipped + digits.len();
        groups.push(Group {
            digits,
            end: at,
            is_extension: extension.is_some(),
            after_dash: separator.contains('-'),
        });
    }
    groups
}

struct Dialled {
    number: String,
    /// Bytes of the run.
    length: usize,
}

/// The first groups that together are a number.
fn dial(groups: &[Group]) -> Option<Dialled> {
    let mut digits = String::new();
    for (index, group) in groups.iter().enumerate() {
        if group.is_extension {
            return None;
        }
        digits.push_str(&group.digits);
        let Some(number) = as_dialled(without_country(&digits)) else { continue };
        let extension = groups.get(index + 1).filter(|next| {
            let is_short = (1..=6).contains(&next.digits.len());
            is_short && (next.is_extension || next.after_dash && number.starts_with('0'))
        });
        return Some(match extension {
            Some(extension) => {
                Dialled { number: format!("{number}转{}", extension.digits), length: extension.end }
            }
            None => Dialled { number, length: group.end },
        });
    }
    None
}

fn without_country(digits: &str) -> &str {
    let national = digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86"));
    national.filter(|national| national.len() >= 10).unwrap_or(digits)
}

fn as_dialled(digits: &str) -> Option<String> {
    let second = digits.as_bytes().get(1).copied();
    if digits.len() == 11 && digits.starts_with('1') && second.is_some_and(|b| (b'3'..=b'9').contains(&b)) {
        return Some(digits.to_owned());
    }
    if digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800")) {
        return Some(digits.to_owned());
    }
    let area = area_code_length(digits)?;
    let (code, local) = digits.split_at_checked(area)?;
    let right_length = if area == 3 { local.len() == 8 } else { (7..=8).contains(&local.len()) };
    (right_length && !local.starts_with(['0', '1'])).then(|| format!("{code}-{local}"))
}

/// 010 and 02x have three digits, all others four.
fn area_code_length(digits: &str) -> Option<usize> {
    let bytes = digits.as_bytes();
    match (bytes.first()?, bytes.get(1)?) {
        (b'0', b'1' | b'2') => Some(3),
        (b'0', b'3'..=b'9') => Some(4),
        _ => None,
    }
}

fn what_is_wrong(groups: &[Group]) -> Option<String> {
    let digits: String =
        groups.iter().filter(|group| !group.is_extension).map(|group| group.digits.as_str()).collect();
    let digits = without_country(&digits);
    let length = digits.len();
    if digits.starts_with('1') && length >= 7 {
        return Some(match length {
            ..11 => format!("这个号码少{}位，请再看看。", count_word(11 - length)),
            11 => "这个号码的开头不对，请再看看。".to_owned(),
            _ => format!("这个号码多{}位，请再看看。", count_word(length - 11)),
        });
    }
    if let Some(area) = area_code_length(digits).filter(|_| length >= 7) {
        let (fewest, most) = if area == 3 { (11, 11) } else { (11, 12) };
        return Some(match length {
            length if length < fewest => format!("这个号码少{}位，请再看看。", count_word(fewest - length)),
            length if length > most => format!("这个号码多{}位，请再看看。", count_word(length - most)),
            _ => "这个号码不对，请再看看。".to_owned(),
        });
    }
    match length {
        7..=8 => Some("座机请带上区号，例如 0796-6559898。".to_owned()),
        3..=6 | 9.. => Some("这个号码不对，请再看看。".to_owned()),
        _ => None,
    }
}

fn count_word(count: usize) -> String {
    const WORDS: [&str; 6] = ["零", "一", "两", "三", "四", "五"];
    WORDS.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

/// What a text says beside its numbers, if it says anything: a name.
fn telling_words(rest: &str) -> String {
    const LONGEST: usize = 30;
    const EMPTY: &[&str] = &[
        "我的手机号码是",
        "我的手机号是",
        "我的电话号码是",
        "我的电话是",
        "手机号码",
        "手机号",
        "手机",
        "电话号码",
        "电话",
        "号码",
        "座机",
        "固话",
        "联系方式",
        "联系人电话",
        "我的",
        "我是",
        "这是",
        "是",
        "打",
        "拨",
        "请联系我",
        "联系我",
        "请联系",
        "联系",
        "微信同号",
        "同微信",
        "微信",
        "或者",
        "或",
        "和",
        "都行",
        "都可以",
        "谢谢",
        "您好",
        "你好",
        "请",
        "可以",
        "就行",
        "吧",
        "哦",
        "的",
        "我",
        "也",
        "及",
        "转",
        "号",
    ];
    let mut words: String = rest.chars().filter(|c| c.is_alphanumeric()).collect();
    for empty in EMPTY {
        words = words.replace(empty, "");
    }
    if words.is_empty() {
        return words;
    }
    super::clean(rest).chars().take(LONGEST).collect()
}
