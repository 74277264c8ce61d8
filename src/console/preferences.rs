//! How somebody likes the pages: language, colours, shortcuts. Kept in cookies,
//! so that the page to log in knows them too.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use serde::Deserialize;

use super::Console;
use super::cookie::{self, A_YEAR};
use super::door::Caller;
use super::visit::{Sent, go};
use super::words::Lang;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Theme {
    /// As the device is set.
    #[default]
    System,
    Light,
    Dark,
}

/// Single letters as commands get in the way of who dictates: WCAG 2.2, 2.1.4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shortcuts {
    #[default]
    On,
    Off,
}

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    lang: Option<String>,
    theme: Option<String>,
    keys: Option<String>,
    back: Option<String>,
}

pub(super) async fn set(
    State(_): State<Arc<Console>>,
    caller: Caller,
    Sent(wanted): Sent<Wanted>,
) -> Response {
    let mut response = go(back(wanted.back.as_deref()));
    let lang = wanted.lang.as_deref().and_then(Lang::parse).map(Lang::as_str);
    let theme = wanted.theme.as_deref().and_then(Theme::parse).map(Theme::as_str);
    let keys = wanted.keys.as_deref().and_then(Shortcuts::parse).map(Shortcuts::as_str);
    let chosen = [(cookie::LANG, lang), (cookie::THEME, theme), (cookie::SHORTCUTS, keys)];
    for (name, value) in chosen {
        if let Some(value) = value {
            response.headers_mut().append(SET_COOKIE, cookie::set(name, value, A_YEAR, caller.transport));
        }
    }
    response
}

/// A path of ours, as the form names the page it stands on.
fn back(address: Option<&str>) -> &str {
    let is_path = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && path.chars().all(|c| c.is_ascii_graphic() && c != '\\')
    };
    address.filter(is_path).unwrap_or("/console")
}

impl Theme {
    pub(super) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub(super) fn parse(raw: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == raw)
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::System => "account.theme_system",
            Self::Light => "account.theme_light",
            Self::Dark => "account.theme_dark",
        }
    }
}

impl Shortcuts {
    pub(super) fn parse(raw: &str) -> Option<Self> {
        [Self::On, Self::Off].into_iter().find(|shortcuts| shortcuts.as_str() == raw)
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
        }
    }
}
