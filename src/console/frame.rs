//! What stands around every page, and the way from a template to an answer.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};

use super::assets;
use super::door::Caller;
use super::failure::PageError;
use super::nav::{self, Link, LinkGroup};
use super::preferences::{Shortcuts, Theme};
use super::visit::Visit;
use super::words::{Sentence, Words};

/// Every page has it as its field `frame`.
#[derive(Debug)]
pub(super) struct Frame {
    pub t: &'static Words,
    pub theme: Theme,
    pub shortcuts: Shortcuts,
    /// The page's key in `nav`; empty for a page that stands in no menu.
    pub here: &'static str,
    pub path: String,
    /// Who is logged in.
    pub member: Option<Member>,
    /// The session's form token; empty where nobody is logged in.
    pub token: String,
    pub groups: Vec<LinkGroup>,
    /// Files of their draft; 0 also where nobody is logged in.
    pub unpublished: i64,
    /// What was done just before.
    pub notice: Option<Sentence<'static>>,
    pub style: String,
    pub script: String,
    pub icon: String,
}

#[derive(Debug)]
pub(super) struct Member {
    pub name: String,
    pub role: Sentence<'static>,
}

impl Frame {
    pub(super) fn of_caller(caller: &Caller, here: &'static str) -> Self {
        Self {
            t: caller.t,
            theme: caller.theme,
            shortcuts: caller.shortcuts,
            here,
            path: caller.path.clone(),
            member: None,
            token: String::new(),
            groups: Vec::new(),
            unpublished: 0,
            notice: caller.notice.as_deref().map(|key| caller.t.say(key).owned()),
            style: assets::address(assets::STYLE),
            script: assets::address(assets::SCRIPT),
            icon: assets::address(assets::ICON),
        }
    }

    pub(super) fn of_staff(visit: &Visit, here: &'static str) -> Self {
        let t = visit.caller.t;
        let role = t.say(&format!("role.{}", visit.staff.role.as_str())).owned();
        Self {
            member: Some(Member { name: visit.staff.name.to_string(), role }),
            token: visit.token.clone(),
            groups: nav::groups(visit.staff.role, t),
            unpublished: visit.unpublished,
            ..Self::of_caller(&visit.caller, here)
        }
    }

    pub(super) fn bar(&self) -> impl Iterator<Item = &Link> {
        nav::bar(&self.groups)
    }

    pub(super) fn is_here(&self, link: &Link) -> bool {
        link.key == self.here
    }
}

pub(super) fn show(page: &impl Template) -> Result<Response, PageError> {
    Ok(Html(page.render()?).into_response())
}

/// A form that could not be accepted: the page again, with what was typed.
pub(super) fn show_again(page: &impl Template) -> Result<Response, PageError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.render()?)).into_response())
}
