//! A trigger as staff write it, and as `Rule` holds it.

use regex::{Regex, RegexBuilder};

use super::fields::Written;
use super::problem::Problem;
use super::rule::Trigger;
use crate::text::Normalized;

/// A pattern that needs more memory than this when compiled is refused:
/// `\w{500}` would cost megabytes and milliseconds for one rule.
const PATTERN_BYTES: usize = 1 << 20;
const PATTERN_NESTING: u32 = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Equals,
    Starts,
    Contains,
    Pattern,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TriggerEntry {
    pub mode: Mode,
    /// Without the sign of its mode.
    pub written: Written,
}

impl TriggerEntry {
    /// `=价格`, `^报名`, `/第[一二]批/`, or plain. Full-width signs count too.
    pub fn read(written: &Written) -> Self {
        let text = written.text.trim();
        let (mode, text) = if let Some(rest) = text.strip_prefix(['=', '＝']) {
            (Mode::Equals, rest)
        } else if let Some(rest) = text.strip_prefix(['^', '＾']) {
            (Mode::Starts, rest)
        } else if let Some(pattern) = between_slashes(text) {
            (Mode::Pattern, pattern)
        } else {
            (Mode::Contains, text)
        };
        Self { mode, written: Written { text: text.into(), span: written.span } }
    }

    pub fn compile(&self) -> Result<Trigger, Problem> {
        let text = &*self.written.text;
        match self.mode {
            Mode::Equals => Ok(Trigger::Equals(meaningful(text, text)?)),
            Mode::Starts => Ok(Trigger::Starts(meaningful(text, text)?)),
            Mode::Contains => {
                let parts: Result<Vec<_>, _> =
                    text.split(['+', '＋']).map(|part| meaningful(part, text)).collect();
                Ok(Trigger::Contains(parts?))
            }
            Mode::Pattern => compile_pattern(text).map(Trigger::Pattern),
        }
    }
}

fn between_slashes(text: &str) -> Option<&str> {
    let inner = text.strip_prefix(['/', '／'])?.strip_suffix(['/', '／'])?;
    (!inner.is_empty()).then_some(inner)
}

/// An empty pattern would be found in every message.
fn meaningful(part: &str, trigger: &str) -> Result<Normalized, Problem> {
    let normalized = Normalized::new(part);
    if !normalized.is_empty() {
        return Ok(normalized);
    }
    Err(if part.trim().is_empty() && !trigger.trim().is_empty() {
        Problem::error("empty-trigger", format!("「{trigger}」里加号的一边是空的。"))
            .remedy("加号两边都要写字。")
    } else {
        Problem::error("empty-trigger", format!("触发词「{trigger}」去掉标点后什么也不剩，会命中所有来信。"))
            .remedy("请写有意思的字，或删掉它。")
    })
}

fn compile_pattern(pattern: &str) -> Result<Regex, Problem> {
    let regex = RegexBuilder::new(&without_case(pattern))
        .size_limit(PATTERN_BYTES)
        .nest_limit(PATTERN_NESTING)
        .build()
        .map_err(|error| explain(pattern, &error))?;
    if regex.is_match("") {
        return Err(Problem::error(
            "empty-trigger",
            format!("正则 /{pattern}/ 连空的来信也匹配，会命中所有来信。"),
        )
        .remedy("请至少要求一个字，例如把 * 改成 + 。"));
    }
    Ok(regex)
}

/// Messages are in lower case when patterns are tried.
fn without_case(pattern: &str) -> String {
    if pattern.bytes().any(|b| b.is_ascii_uppercase()) {
        format!("(?i){pattern}")
    } else {
        pattern.to_owned()
    }
}

fn explain(pattern: &str, error: &regex::Error) -> Problem {
    let told = error.to_string();
    if matches!(error, regex::Error::CompiledTooBig(_)) || told.contains("nested") {
        return Problem::error("costly-pattern", format!("正则 /{pattern}/ 太费资源。"))
            .remedy("请缩小花括号里的次数，或拆成几个触发词。");
    }
    if told.contains("look-around") || told.contains("backreferences") {
        return Problem::error(
            "bad-pattern",
            format!("正则 /{pattern}/ 用了前后查看或反向引用，这里不支持。"),
        )
        .remedy("不想要的词请写到 exclude 里。");
    }
    let reason = told.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
    Problem::error("bad-pattern", format!("正则 /{pattern}/ 写错了：{}。", in_chinese(&reason)))
        .remedy("不会写正则时，用普通触发词和加号就够了。")
}

fn in_chinese(reason: &str) -> &str {
    match reason {
        "unclosed group" => "括号 ( 没有成对",
        "unopened group" => "括号 ) 没有成对",
        "unclosed character class" => "方括号 [ 没有成对",
        "repetition operator missing expression" => "* + ? 前面要有内容",
        "incomplete escape sequence, reached end of pattern prematurely" => "末尾多了一个反斜杠",
        "unrecognized escape sequence" => "反斜杠后面的写法不认识",
        _ => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_is_read_by_its_sign_half_width_or_full() {
        let cases: &[(&str, &str, Mode, &str)] = &[
            ("plain", "费用", Mode::Contains, "费用"),
            ("equals", "=价格", Mode::Equals, "=价格"),
            ("full-width equals", "＝价格", Mode::Equals, "=价格"),
            ("starts", "^报名", Mode::Starts, "^报名"),
            ("full-width starts", "＾报名", Mode::Starts, "^报名"),
            ("both parts", "车费＋报销", Mode::Contains, "车费+报销"),
            ("pattern", "/第[一二]批/", Mode::Pattern, "/第[一二]批/"),
            ("spaces around", "  =价格 ", Mode::Equals, "=价格"),
            ("a slash inside is a word", "食/宿", Mode::Contains, "食宿"),
            ("capitals", "=ＶＩＰ", Mode::Equals, "=vip"),
        ];
        for (case, written, mode, meant) in cases {
            let entry = TriggerEntry::read(&Written { text: (*written).into(), ..Written::default() });
            let trigger = entry.compile().expect("a good trigger");
            assert_eq!((entry.mode, trigger.to_string().as_str()), (*mode, *meant), "{case}");
        }
    }

    #[test]
    fn capitals_in_a_pattern_match_messages_in_lower_case() {
        let entry = TriggerEntry::read(&Written { text: "/WIFI\\d/".into(), ..Written::default() });
        let Ok(Trigger::Pattern(pattern)) = entry.compile() else { panic!("a good pattern") };

        assert!(pattern.is_match("wifi5"));
    }
}
