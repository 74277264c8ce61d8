//! What goes out, before a channel puts it on its wire, and how much of it a
//! channel can carry. The length that `check` warns about and the length at
//! which a reply is cut are computed here, once.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Reply {
    /// The platform is told that all is well; the customer sees nothing.
    Silence,
    Text {
        text: Text,
    },
    /// 图文.
    Cards {
        cards: Vec<Card>,
    },
    Image {
        media_id: String,
    },
    Voice {
        media_id: String,
    },
    Video {
        media_id: String,
        title: String,
        description: String,
    },
    Music {
        title: String,
        description: String,
        url: String,
        hq_url: String,
        thumb_media_id: String,
    },
    /// WeChat's own agents take over (`transfer_customer_service`).
    Transfer {
        agent: Option<String>,
    },
}

impl Reply {
    pub fn text(plain: impl Into<String>) -> Self {
        Self::Text { text: Text::plain(plain) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    pub title: String,
    pub description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    pub url: String,
}

/// Text with links and tappable options in it, not yet written in any channel's
/// markup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text {
    pub spans: Vec<Span>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Span {
    Plain(String),
    Link {
        label: String,
        url: String,
    },
    /// Tapping it sends `label`, and `id` tells which option it was.
    Option {
        label: String,
        id: String,
    },
}

/// What one reply may hold. A channel gives it for the message at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the text as rendered, markup included.
    pub text_bytes: usize,
    pub cards: usize,
    pub markup: Markup,
}

/// How a channel writes links and options inside a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markup {
    /// `<a href="…">`; options as `weixin://bizmsgmenu`.
    Wechat,
    /// No markup: a link is its label and address, an option its label.
    Plain,
}

impl Limits {
    /// The tightest limits any channel has: what `check` warns about.
    ///
    /// 2047 bytes: beyond it a passive reply is dropped and the customer sees
    /// the fault notice (dodgepudding/wechat-php-sdk#363). One card: the rule
    /// since 2018-10-12 for replies to anything a customer typed.
    pub const STRICTEST: Self = Self { text_bytes: 2047, cards: 1, markup: Markup::Wechat };
}

impl Text {
    pub fn plain(text: impl Into<String>) -> Self {
        Self { spans: vec![Span::Plain(text.into())] }
    }

    pub fn is_empty(&self) -> bool {
        self.spans.iter().all(|span| match span {
            Span::Plain(text) => text.trim().is_empty(),
            Span::Link { .. } | Span::Option { .. } => false,
        })
    }

    pub fn render(&self, markup: Markup) -> String {
        let mut out = String::new();
        for span in &self.spans {
            span.render(markup, &mut out);
        }
        out
    }

    pub fn rendered_bytes(&self, markup: Markup) -> usize {
        self.render(markup).len()
    }
}

impl Span {
    fn render(&self, markup: Markup, out: &mut String) {
        match (self, markup) {
            (Self::Plain(text), Markup::Wechat) => disarm(text, out),
            (Self::Plain(text), Markup::Plain) => out.push_str(text),
            (Self::Link { label, url }, Markup::Wechat) => {
                out.push_str("<a href=\"");
                quote(url, out);
                out.push_str("\">");
                disarm(label, out);
                out.push_str("</a>");
            }
            (Self::Link { label, url }, Markup::Plain) => {
                let _ = write!(out, "{label} {url}");
            }
            // Common in the wild, documented only for 客服接口: WECHAT.md section 5.
            (Self::Option { label, id }, Markup::Wechat) => {
                out.push_str("<a href=\"weixin://bizmsgmenu?msgmenucontent=");
                quote(label, out);
                out.push_str("&msgmenuid=");
                quote(id, out);
                out.push_str("\">");
                disarm(label, out);
                out.push_str("</a>");
            }
            (Self::Option { label, .. }, Markup::Plain) => out.push_str(label),
        }
    }
}

/// A `<` that could open a tag becomes its full-width form. WeChat clients
/// differ in whether they decode `&lt;`, so an entity would be shown to some
/// customers as it is; the full-width form reads right everywhere, and text a
/// customer wrote can never turn into a link.
fn disarm(text: &str, out: &mut String) {
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let opens_a_tag = c == '<'
            && characters.peek().is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, '/' | '!'));
        out.push(if opens_a_tag { '\u{ff1c}' } else { c });
    }
}

/// Nothing inside an attribute may end it.
fn quote(value: &str, out: &mut String) {
    out.extend(value.chars().map(|c| match c {
        '"' => '\u{201d}',
        '<' => '\u{ff1c}',
        '>' => '\u{ff1e}',
        '\n' | '\r' => ' ',
        c => c,
    }));
}
