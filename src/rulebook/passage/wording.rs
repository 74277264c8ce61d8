//! Words no reply should hold, and replies that are too long.

use super::super::keys;
use super::super::problem::Problem;
use super::super::reply::Piece;
use super::{Compiler, Spot};
use crate::model::{Limits, Span, Text};

impl Compiler<'_> {
    pub(super) fn report_length(&self, pieces: &[Piece], spot: Spot<'_>, problems: &mut Vec<Problem>) {
        let bytes = rendered_bytes(pieces, self.limits);
        if bytes > self.limits.text_bytes {
            let limit = self.limits.text_bytes;
            let problem =
                Problem::warning("too-long", format!("这段回复有 {bytes} 字节，微信一次最多 {limit} 字节。"))
                    .remedy(
                        "会分开发：先发前一段，用户回复「继续」再发下一段。能短就请改短，一个汉字是 3 字节。",
                    );
            problems.push(spot.locate(problem, ""));
        }
    }

    pub(super) fn report_words(&self, text: &str, spot: Spot<'_>, problems: &mut Vec<Problem>) {
        let Some(red_lines) = &self.red_lines else { return };
        for found in red_lines.find_iter(text) {
            let word = found.as_str();
            let problem = Problem::warning("red-line", format!("「{word}」是用语红线。")).remedy(
                "请换个不夸大、不承诺、不借用名义的说法；不算的话，在 settings.toml 的 red_lines 里删掉它。",
            );
            problems.push(spot.locate(problem, word));
        }
    }
}

/// `{phone}` and `｛｛phone｝｝` would be sent as they are.
pub(super) fn report_braces(text: &str, spot: Spot<'_>, problems: &mut Vec<Problem>) {
    if !text.contains(['{', '｛']) {
        return;
    }
    for (name, _) in keys::VARIABLES {
        for written in [format!("{{{name}}}"), format!("｛{name}｝")] {
            let stands_alone = |at: usize| !text.get(..at).is_some_and(|before| before.ends_with('{'));
            if text.match_indices(&written).any(|(at, _)| stands_alone(at)) {
                let cause = format!("「{written}」不会换成内容，会照样发出去。");
                let problem = Problem::error("single-brace", cause)
                    .remedy(format!("请写两个英文大括号：{{{{{name}}}}}"));
                problems.push(spot.locate(problem, &written));
            }
        }
    }
}

/// A reply is plain text: WeChat would show the signs.
pub(super) fn report_markdown(text: &str, spot: Spot<'_>, problems: &mut Vec<Problem>) {
    if text.contains("**") {
        let problem = Problem::warning("markdown", "微信里不会加粗，会照样显示 ** 。").remedy("请删掉星号。");
        problems.push(spot.locate(problem, "**"));
    }
}

fn rendered_bytes(pieces: &[Piece], limits: Limits) -> usize {
    if let [Piece::Plain(text)] = pieces {
        return text.len();
    }
    let spans = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Plain(text) => Span::Plain(text.to_string()),
            Piece::Link { label, url } => Span::Link { label: label.to_string(), url: url.to_string() },
            // The address is not known here; a usual one is this long.
            Piece::Article { label, article } => {
                Span::Link { label: label.to_string(), url: format!("https://wx.example.org/a/{article}") }
            }
            Piece::Option { label, rule, .. } => {
                Span::Option { label: label.to_string(), id: rule.option_id() }
            }
        })
        .collect();
    Text { spans }.rendered_bytes(limits.markup)
}
