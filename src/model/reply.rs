//! What goes out, before a channel puts it on its wire, and how much of it a
//! channel can carry. The length that `check` warns about and the length at
//! which a reply is cut are computed here, once.

mod fit;
#[cfg(test)]
mod tests;

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

/// What a tappable word of a dialogue carries: it means what it says, whoever
/// offered it. Numeric like `RuleId::option_id`, and no rule's.
pub const WORD_OPTION: &str = "1";

/// What a 微信号 carries: tapping it answers with nothing else, to be copied.
pub const COPY_OPTION: &str = "2";

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

impl Reply {
    /// What a text reply says, with links in place of cards; None for what has
    /// no words.
    pub fn into_text(self) -> Option<Text> {
        match self {
            Self::Text { text } => Some(text),
            Self::Cards { cards } => {
                let mut text = Text::default();
                for card in cards {
                    text.push_line(Text { spans: vec![Span::Link { label: card.title, url: card.url }] });
                    text.push_line(Text::plain(card.description));
                }
                Some(text)
            }
            Self::Silence
            | Self::Image { .. }
            | Self::Voice { .. }
            | Self::Video { .. }
            | Self::Music { .. }
            | Self::Transfer { .. } => None,
        }
    }
}

impl Text {
    /// `more` on a line of its own; nothing when it is empty.
    pub fn push_line(&mut self, more: Self) {
        if more.is_empty() {
            return;
        }
        if !self.is_empty() {
            self.push("\n");
        }
        self.spans.extend(more.spans);
    }

    pub fn push(&mut self, plain: &str) {
        if let Some(Span::Plain(last)) = self.spans.last_mut() {
            last.push_str(plain);
        } else {
            self.spans.push(Span::Plain(plain.to_owned()));
        }
    }

    /// A word that can be tapped instead of typed.
    pub fn push_word(&mut self, word: &str) {
        self.spans.push(Span::Option { label: word.to_owned(), id: WORD_OPTION.to_owned() });
    }

    /// Its options without their numbers: digits mean something else just now.
    pub fn without_numbers(mut self) -> Self {
        for index in 1..self.spans.len() {
            let is_option = matches!(self.spans.get(index), Some(Span::Option { .. }));
            if let Some(Span::Plain(before)) = self.spans.get_mut(index - 1).filter(|_| is_option) {
                let kept = before.trim_end_matches(' ').trim_end_matches(|c: char| c.is_ascii_digit());
                if kept.len() + 1 < before.len() && (kept.is_empty() || kept.ends_with('\n')) {
                    *before = format!("{kept}· ");
                }
            }
        }
        self
    }

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
        self.spans.iter().map(|span| span.rendered_bytes(markup)).sum()
    }
}

impl Span {
    fn render(&self, markup: Markup, out: &mut String) {
        match (self, markup) {
            (Self::Plain(text), Markup::Wechat) => push_disarmed(text, out),
            (Self::Plain(text), Markup::Plain) => out.push_str(text),
            (Self::Link { label, url }, Markup::Wechat) => {
                out.push_str("<a href=\"");
                push_address(url, out);
                out.push_str("\">");
                push_disarmed(label, out);
                out.push_str("</a>");
            }
            (Self::Link { label, url }, Markup::Plain) => {
                let _ = write!(out, "{label} {url}");
            }
            // Common in the wild, documented only for 客服接口.
            (Self::Option { label, id }, Markup::Wechat) => {
                out.push_str("<a href=\"weixin://bizmsgmenu?msgmenucontent=");
                out.extend(label.chars().map(harmless_in_a_parameter));
                out.push_str("&msgmenuid=");
                out.extend(id.chars().map(harmless_in_a_parameter));
                out.push_str("\">");
                push_disarmed(label, out);
                out.push_str("</a>");
            }
            (Self::Option { label, .. }, Markup::Plain) => out.push_str(label),
        }
    }

    fn rendered_bytes(&self, markup: Markup) -> usize {
        match self {
            Self::Plain(text) => match markup {
                Markup::Wechat => text.len() + text.matches('<').count() * ('\u{ff1c}'.len_utf8() - 1),
                Markup::Plain => text.len(),
            },
            Self::Link { .. } | Self::Option { .. } => {
                let mut out = String::new();
                self.render(markup, &mut out);
                out.len()
            }
        }
    }
}

/// Bytes of one character of plain text. It does not depend on its neighbours,
/// so a text may be cut anywhere without changing the length of what is left.
fn rendered_width(c: char, markup: Markup) -> usize {
    match markup {
        Markup::Wechat => disarmed(c).len_utf8(),
        Markup::Plain => c.len_utf8(),
    }
}

/// A `<` becomes its full-width form, so that text a customer wrote can never
/// turn into a link. WeChat clients differ in whether they decode `&lt;`: an
/// entity would be shown to some customers as it is, 人数＜50 reads right
/// everywhere.
fn disarmed(c: char) -> char {
    if c == '<' { '\u{ff1c}' } else { c }
}

fn push_disarmed(text: &str, out: &mut String) {
    if text.contains('<') {
        out.extend(text.chars().map(disarmed));
    } else {
        out.push_str(text);
    }
}

/// What an option sends when tapped, inside its address: nothing in it may end
/// the value, the address or the attribute. The full-width forms survive whether
/// or not the client decodes percent signs, and mean the same to `text`.
fn harmless_in_a_parameter(c: char) -> char {
    match c {
        '"' => '\u{201d}',
        '#' | '%' | '&' | '+' | '<' | '>' => full_width(c),
        '\n' | '\r' | '\t' => ' ',
        c => c,
    }
}

/// The full-width twin of a printable ASCII character.
fn full_width(c: char) -> char {
    char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c)
}

/// An address inside `href="…"`: nothing in it may end the attribute.
fn push_address(url: &str, out: &mut String) {
    for c in url.chars() {
        match c {
            '"' => out.push_str("%22"),
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            ' ' => out.push_str("%20"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
}
