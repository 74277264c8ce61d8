//! Links and tappable options in the text of a reply: `[留下需求](form:enquiry)`.
//! Finds them; whether their targets exist is asked elsewhere.

use std::ops::Range;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token<'t> {
    Plain(&'t str),
    Link(Link<'t>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link<'t> {
    pub label: &'t str,
    pub target: Target<'t>,
    /// The number in front of it, when it begins a numbered line.
    pub number: Option<u32>,
    /// Of the whole link, in bytes of the text.
    pub at: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'t> {
    Rule(&'t str),
    Form(&'t str),
    Article(&'t str),
    Url(&'t str),
    Unknown(&'t str),
}

/// The parts of `text` in order; nothing of it is lost but the numbers of
/// numbered options.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut plain_from = 0;
    let mut at = 0;
    while let Some(link) = find_link(text, at) {
        at = link.at.end;
        let before = text.get(plain_from..link.at.start).unwrap_or_default();
        let (before, number) = match link.target {
            Target::Rule(_) | Target::Form(_) => split_number(before, plain_from == 0),
            Target::Article(_) | Target::Url(_) | Target::Unknown(_) => (before, None),
        };
        if !before.is_empty() {
            tokens.push(Token::Plain(before));
        }
        plain_from = at;
        tokens.push(Token::Link(Link { number, ..link }));
    }
    let rest = text.get(plain_from..).unwrap_or_default();
    if !rest.is_empty() {
        tokens.push(Token::Plain(rest));
    }
    tokens
}

/// The first `[label](target)` from `from` on, on one line.
fn find_link(text: &str, from: usize) -> Option<Link<'_>> {
    let mut search = from;
    loop {
        let middle = search + text.get(search..)?.find("](")?;
        let line_start = text.get(from..middle)?.rfind('\n').map_or(from, |offset| from + offset + 1);
        let opening = text.get(line_start..middle)?.rfind('[');
        let target_start = middle + "](".len();
        let rest_of_line = text.get(target_start..)?.split('\n').next()?;
        if let (Some(opening), Some(length)) = (opening, rest_of_line.find(')')) {
            let start = line_start + opening;
            let label = text.get(start + 1..middle)?;
            let target = text.get(target_start..target_start + length)?;
            if !label.trim().is_empty() {
                let at = start..target_start + length + 1;
                return Some(Link {
                    label: label.trim(),
                    target: Target::of(target.trim()),
                    number: None,
                    at,
                });
            }
        }
        search = target_start;
    }
}

impl<'t> Target<'t> {
    fn of(written: &'t str) -> Self {
        /// What WeChat opens from a text.
        const SCHEMES: &[&str] = &["https://", "http://", "tel:", "weixin://", "mailto:"];
        let named = |kind: &str| written.strip_prefix(kind).map(str::trim);
        if let Some(id) = named("rule:") {
            Self::Rule(id)
        } else if let Some(id) = named("form:") {
            Self::Form(id)
        } else if let Some(id) = named("article:") {
            Self::Article(id)
        } else if SCHEMES.iter().any(|scheme| written.starts_with(scheme) && written.len() > scheme.len()) {
            Self::Url(written)
        } else {
            Self::Unknown(written)
        }
    }
}

/// Takes `2. ` off the end of `before`, when a line begins with it.
fn split_number(before: &str, begins_text: bool) -> (&str, Option<u32>) {
    let line_start = before.rfind('\n').map(|offset| offset + 1);
    let Some(line_start) = line_start.or(begins_text.then_some(0)) else { return (before, None) };
    let line = before.get(line_start..).unwrap_or_default();
    let Some(digits) = line.trim().strip_suffix(['.', '．', '、', ')', '）']) else {
        return (before, None);
    };
    if digits.is_empty() || digits.len() > 2 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return (before, None);
    }
    (before.get(..line_start).unwrap_or_default(), digits.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens as one line: `text`, `{label>target}`, `{1 label>target}`.
    fn shown(text: &str) -> String {
        let shown = |token: &Token<'_>| match token {
            Token::Plain(text) => (*text).to_owned(),
            Token::Link(link) => {
                let number = link.number.map(|number| format!("{number} ")).unwrap_or_default();
                format!("{{{number}{}>{:?}}}", link.label, link.target)
            }
        };
        tokens(text).iter().map(shown).collect()
    }

    #[test]
    fn links_and_numbered_options_are_found() {
        let cases: &[(&str, &str, &str)] = &[
            ("no link", "费用要看人数。", "费用要看人数。"),
            ("inside a sentence", "可[留下需求](form:enquiry)。", "可{留下需求>Form(\"enquiry\")}。"),
            (
                "numbered lines",
                "请选：\n1. [课程](rule:courses)\n2、[联系](rule:contact)",
                "请选：\n{1 课程>Rule(\"courses\")}\n{2 联系>Rule(\"contact\")}",
            ),
            ("a numbered first line", "1) [课程](rule:courses)", "{1 课程>Rule(\"courses\")}"),
            ("a number inside a line is text", "第1. [课程](rule:c)", "第1. {课程>Rule(\"c\")}"),
            ("a numbered address is text", "1. [官网](https://a.cn)", "1. {官网>Url(\"https://a.cn\")}"),
            ("a call", "[拨打](tel:0796-6559898)", "{拨打>Url(\"tel:0796-6559898\")}"),
            ("an article", "[标题](article:ztjy)", "{标题>Article(\"ztjy\")}"),
            ("an unknown target", "[这里](enquiry)", "{这里>Unknown(\"enquiry\")}"),
            ("brackets in front", "[注][课程](rule:c)", "[注]{课程>Rule(\"c\")}"),
            ("brackets without a target", "[注] (见下)", "[注] (见下)"),
            ("over two lines it is no link", "[课程\n](rule:c)", "[课程\n](rule:c)"),
            ("no label", "[](rule:c)", "[](rule:c)"),
            ("never closed", "[课程](rule:c", "[课程](rule:c"),
        ];
        for (name, text, expected) in cases {
            assert_eq!(shown(text), *expected, "{name}");
        }
    }
}
