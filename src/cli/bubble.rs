//! A conversation as it looks on a phone, as far as a terminal can show it.

use std::io;

use anstyle::{AnsiColor, Style};

use crate::model::Reply;
use crate::rehearsal::text_of;

/// WeChat's own colour for what the other side hears.
const REPLY: Style = AnsiColor::Green.on_default();
const CUSTOMER: Style = AnsiColor::Cyan.on_default();

pub fn write_customer(text: &str, out: &mut impl io::Write) -> io::Result<()> {
    write_bubble("客户", CUSTOMER, text, out)
}

pub fn write_reply(reply: &Reply, out: &mut impl io::Write) -> io::Result<()> {
    write_bubble("应答", REPLY, &said(reply), out)
}

fn write_bubble(who: &str, style: Style, text: &str, out: &mut impl io::Write) -> io::Result<()> {
    for (number, line) in text.lines().chain(text.is_empty().then_some("")).enumerate() {
        let who = if number == 0 { who } else { "    " };
        writeln!(out, "{who} {style}│{style:#} {line}")?;
    }
    Ok(())
}

fn said(reply: &Reply) -> String {
    match reply {
        Reply::Text { .. } => text_of(reply),
        Reply::Silence => "（不回复）".to_owned(),
        Reply::Cards { cards } => {
            let card = |card: &crate::model::Card| {
                format!("［图文］{}\n{}\n{}", card.title, card.description, card.url)
            };
            cards.iter().map(card).collect::<Vec<_>>().join("\n")
        }
        Reply::Image { media_id } => format!("［图片］{media_id}"),
        Reply::Voice { media_id } => format!("［语音］{media_id}"),
        Reply::Video { title, .. } => format!("［视频］{title}"),
        Reply::Music { title, .. } => format!("［音乐］{title}"),
        Reply::Transfer { .. } => "（转给微信的人工客服）".to_owned(),
    }
}
