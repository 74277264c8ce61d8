//! What can be done in a rehearsal, as its form sends it.

use std::time::Duration;

use jiff::civil::DateTime;
use serde::Deserialize;

use super::script::{Line, Script};
use crate::model::Content;
use crate::model::message::Event;

/// WeChat's own limit for a text is near this; more is a pasted article.
const MOST_CHARS: usize = 2_000;
const HALF_AN_HOUR: Duration = Duration::from_secs(30 * 60);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::console) struct Input {
    pub state: Option<String>,
    text: String,
    /// Which button; without one somebody pressed Enter.
    #[serde(rename = "do")]
    act: String,
    /// The id of an option that was tapped.
    tap: Option<String>,
    /// One of the questions offered to a newcomer.
    example: Option<String>,
    /// Of a QR code, or the key of a menu button.
    pub scene: String,
    time: String,
    pub account: Option<String>,
}

pub(super) enum Act {
    Send {
        content: Box<Content>,
        line: Box<Line>,
    },
    Wait(Duration),
    MoveTo(DateTime),
    StartOver,
    Clear,
    Save,
    /// Only another account was chosen.
    Nothing,
}

impl Input {
    /// The act, or the word of what is missing.
    pub(super) fn act(&self, script: &Script) -> Result<Act, &'static str> {
        if let Some(id) = &self.tap {
            return tap(id, script);
        }
        if let Some(example) = &self.example {
            return say_it(example);
        }
        match self.act.as_str() {
            "" | "say" => say_it(&self.text),
            "wait" => Ok(Act::Wait(HALF_AN_HOUR)),
            "time" => parse_time(&self.time).map(Act::MoveTo).ok_or("try.time_refused"),
            "new" => Ok(Act::StartOver),
            "clear" => Ok(Act::Clear),
            "save" => Ok(Act::Save),
            "account" => Ok(Act::Nothing),
            other => self.happening(other).ok_or("try.type_something"),
        }
    }

    /// What is no text: a picture, a follow.
    fn happening(&self, act: &str) -> Option<Act> {
        let scene = self.scene.trim();
        let given = (!scene.is_empty()).then(|| scene.to_owned());
        let media_id = || "rehearsal".to_owned();
        let content = match act {
            "image" => Content::Image { picture_url: String::new(), media_id: media_id() },
            "voice" => Content::Voice { media_id: media_id(), format: "amr".to_owned() },
            "video" => Content::Video { media_id: media_id(), thumb_media_id: media_id() },
            "location" => Content::Location { latitude: 0.0, longitude: 0.0, label: String::new() },
            "file" => Content::File { title: String::new() },
            "sticker" => Content::text("/::)"),
            "follow" => Content::Event(Event::Follow { scene: given }),
            "scan" => Content::Event(Event::Scan { scene: scene.to_owned() }),
            "click" => Content::Event(Event::Click { key: scene.to_owned() }),
            _ => return None,
        };
        let value = if matches!(act, "follow" | "scan" | "click") { scene.to_owned() } else { String::new() };
        Some(Act::Send {
            content: Box::new(content),
            line: Box::new(Line::Did { act: act.to_owned(), value }),
        })
    }
}

fn say_it(text: &str) -> Result<Act, &'static str> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err("try.type_something"),
        chars if chars > MOST_CHARS => Err("try.too_long"),
        _ => Ok(say(text, None, text)),
    }
}

/// The label comes from what was shown, never from the browser.
fn tap(id: &str, script: &Script) -> Result<Act, &'static str> {
    let label = script.find_option(id).ok_or("try.option_gone")?;
    let typed = script.digit_of(id).map_or_else(|| label.clone(), |digit| digit.to_string());
    Ok(say(&label, Some(id.to_owned()), &typed))
}

fn say(text: &str, option: Option<String>, typed: &str) -> Act {
    let line = Box::new(Line::Said { text: text.to_owned(), typed: typed.to_owned() });
    Act::Send { content: Box::new(Content::Text { text: text.to_owned(), option }), line }
}

/// As a `datetime-local` field sends it, with or without seconds.
fn parse_time(raw: &str) -> Option<DateTime> {
    let raw = raw.trim().replace(' ', "T");
    raw.parse().ok().filter(|at: &DateTime| (2000..2100).contains(&at.year()))
}
