//! An article's body as HTML that can do no harm: markup written by hand is
//! shown as text, links lead only where a reader expects, pictures from
//! elsewhere become their description.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

pub(super) fn to_html(markdown: &str) -> String {
    let mut in_kept_link = false;
    let events = Parser::new_ext(markdown, Options::ENABLE_TABLES)
        .filter_map(|event| keep(event, &mut in_kept_link))
        .map(disarm)
        .map(read_as_staff_write);
    let mut page = String::with_capacity(markdown.len() * 3 / 2);
    html::push_html(&mut page, events);
    page
}

/// Nothing else: `javascript:` and `data:` run code, and a relative link that
/// works in the rule folder does not work here.
pub(super) fn is_safe_link(address: &str) -> bool {
    const SCHEMES: [&str; 3] = ["http://", "https://", "tel:"];
    SCHEMES
        .iter()
        .any(|scheme| address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// Drops pictures and unsafe links but keeps their words. CommonMark has no
/// links within links, so one flag is enough.
fn keep<'a>(event: Event<'a>, in_kept_link: &mut bool) -> Option<Event<'a>> {
    match &event {
        Event::Start(Tag::Link { dest_url, .. }) => {
            *in_kept_link = is_safe_link(dest_url);
            in_kept_link.then_some(event)
        }
        Event::End(TagEnd::Link) => std::mem::take(in_kept_link).then_some(event),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        _ => Some(event),
    }
}

fn disarm(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(markup) | Event::InlineHtml(markup) => Event::Text(markup),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        other => other,
    }
}

/// Every line break counts, and the page's title is its only first-level
/// heading.
fn read_as_staff_write(event: Event<'_>) -> Event<'_> {
    match event {
        Event::SoftBreak => Event::HardBreak,
        Event::Start(Tag::Heading { level: HeadingLevel::H1, id, classes, attrs }) => {
            Event::Start(Tag::Heading { level: HeadingLevel::H2, id, classes, attrs })
        }
        Event::End(TagEnd::Heading(HeadingLevel::H1)) => Event::End(TagEnd::Heading(HeadingLevel::H2)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASES: &[(&str, &str, &str)] = &[
        ("a line break is kept", "一\n二", "<p>一<br />\n二</p>\n"),
        ("the first heading is below the title", "# 要点", "<h2>要点</h2>\n"),
        ("other headings stay", "### 要点", "<h3>要点</h3>\n"),
        (
            "a web link",
            "[网](https://a.cn/?a=1&b=2)",
            "<p><a href=\"https://a.cn/?a=1&amp;b=2\">网</a></p>\n",
        ),
        ("a link to call", "[拨打](tel:0796-6559898)", "<p><a href=\"tel:0796-6559898\">拨打</a></p>\n"),
        ("a script for a link", "[点](javascript:alert(1))", "<p>点</p>\n"),
        ("a script in capitals", "[点](JavaScript:alert(1))", "<p>点</p>\n"),
        ("a script behind a character code", "[点](&#106;avascript:alert(1))", "<p>点</p>\n"),
        ("data for a link", "[点](data:text/html,x)", "<p>点</p>\n"),
        ("a relative link", "[点](../settings.toml)", "<p>点</p>\n"),
        ("a link after a dropped one", "[a](x) [b](http://b.cn)", "<p>a <a href=\"http://b.cn\">b</a></p>\n"),
        ("a picture", "![礼堂](https://a.cn/x.png)", "<p>礼堂</p>\n"),
        ("a picture in a link", "[![图](x.png)](http://a.cn)", "<p><a href=\"http://a.cn\">图</a></p>\n"),
        ("a block of HTML", "<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("HTML in a line", "前<img src=x onerror=y>后", "<p>前&lt;img src=x onerror=y&gt;后</p>\n"),
        ("a quote in an address", "[点](http://a.cn/\"x)", "<p><a href=\"http://a.cn/%22x\">点</a></p>\n"),
    ];

    #[test]
    fn a_body_becomes_harmless_html() {
        for (name, markdown, expected) in CASES {
            assert_eq!(to_html(markdown), *expected, "{name}");
        }
    }
}
